"""Inputs as commands take them: dictionaries with snake_case keys, absent fields left out."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryContainer, get_object_definition
from strawberry.utils.str_converters import to_camel_case


def take_plain(kind: type) -> None:
    """Has resolvers be given an input as a dictionary. Strawberry would make an object of it and of all within it,
    which took a third of what a call with 250 lines costs the event loop, only to be taken apart again."""
    definition = get_object_definition(kind, strict=True)
    definition.from_input = _from_input


def _from_input(kind: type, value: Mapping[str, Any], _context: InputContext) -> dict[str, Any]:
    return plain_input(kind, value)


def plain_input(kind: type, value: Mapping[str, Any]) -> dict[str, Any]:
    """An input of a type, as graphql-core has coerced it, for a command."""
    members = _members(kind)
    return {members[name][0]: _plain(members[name][1], item) for name, item in value.items()}


def _plain(kind: type | None, value: Any) -> Any:
    if kind is None or value is None:
        return value
    if isinstance(value, list):
        return [_plain(kind, item) for item in value]
    return plain_input(kind, value)


@cache
def _members(kind: type) -> Mapping[str, tuple[str, type | None]]:
    """The fields by their names in GraphQL: their names in Python, and what inputs they hold."""
    definition = get_object_definition(kind, strict=True)
    return {
        field.graphql_name or to_camel_case(field.python_name): (
            field.python_name,
            _held(field.resolve_type(type_definition=definition)),
        )
        for field in definition.fields
    }


def _held(kind: Any) -> type | None:
    while isinstance(kind, StrawberryContainer):
        kind = kind.of_type
    return kind if get_object_definition(kind) is not None else None
