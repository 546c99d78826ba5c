"""Parameters as GraphQL inputs, translated by the types of the schema."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)

from invoice_graph.domain.clock import time_text
from vector_player.facts import IMPLIED_ARGUMENTS, RENAMED_ARGUMENTS, SPREAD_ARGUMENTS
from vector_player.names import camel, spelled

CLEARED_BY_EMPTY_TEXT = frozenset({"number"})
"""Texts that an empty text removes; of other kinds of values it removes all."""


def moment(second: int) -> str:
    """A second since 1970 as the schema spells moments."""
    return time_text(datetime.fromtimestamp(second, UTC))


def argument_name(kind: GraphQLInputObjectType, path: str) -> str:
    """The field of an input that takes a parameter."""
    return spelled(kind.name, path, RENAMED_ARGUMENTS, kind.fields)


def is_spread(kind: GraphQLInputObjectType, path: str) -> bool:
    """Whether the members of a parameter are fields of the input itself."""
    return path in SPREAD_ARGUMENTS and camel(path) not in kind.fields


def input_object(
    kind: GraphQLInputObjectType, given: Mapping[str, Any], ids: Mapping[str, str], prefix: str = ""
) -> dict[str, Any]:
    """Parameters as an input. What the input does not know is passed on, for the gateway to refuse."""
    made: dict[str, Any] = {}
    for key, value in given.items():
        path = prefix + key
        if is_spread(kind, path) and isinstance(value, dict):
            made |= input_object(kind, value, ids, path + ".")
        elif path not in IMPLIED_ARGUMENTS:
            name = argument_name(kind, path)
            field = kind.fields.get(name)
            made[name] = value if field is None else input_value(field.type, _cleared(name, field.type, value), ids)
    return made


def input_value(kind: GraphQLInputType, value: Any, ids: Mapping[str, str]) -> Any:
    """A value of a parameter as a value of an input's field; of the wrong type it stays as it is."""
    kind = get_nullable_type(kind)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        entries = _entries(kind, value) if isinstance(value, dict) else value
        return [input_value(kind.of_type, entry, ids) for entry in entries] if isinstance(entries, list) else entries
    if isinstance(kind, GraphQLInputObjectType):
        return input_object(kind, value, ids) if isinstance(value, dict) else value
    if isinstance(kind, GraphQLEnumType):
        return value.upper() if isinstance(value, str) else value
    if kind.name == "DateTime":
        return moment(value) if isinstance(value, int) else value
    if kind.name == "Decimal":
        return str(value)
    return ids.get(value, value) if kind.name == "ID" and isinstance(value, str) else value


def _cleared(name: str, kind: GraphQLInputType, value: Any) -> Any:
    """None for an empty text where that means to remove the value."""
    removes = value == "" and not isinstance(kind, GraphQLNonNull)
    return None if removes and (name in CLEARED_BY_EMPTY_TEXT or get_named_type(kind).name != "String") else value


def _entries(kind: GraphQLList[Any], value: dict[str, Any]) -> list[dict[str, Any]]:
    """A map as a list of entries with their keys: of metadata, or of amounts by currency."""
    entry = get_named_type(kind)
    if isinstance(entry, GraphQLInputObjectType) and "currency" in entry.fields:
        return [{"currency": key, **member} for key, member in value.items()]
    return [{"key": key, "value": member} for key, member in value.items()]


def path_of(kind: GraphQLInputObjectType, parameter: str) -> tuple[str, ...]:
    """`lines[0][amount]` as a path of fields of an input; an empty one when the input has no such field."""
    path: list[str] = []
    prefix = ""
    for step in re.findall(r"\w+", parameter):
        if step.isdigit():
            path.append(step)
        elif is_spread(kind, prefix + step):
            prefix += step + "."
        else:
            path.append(argument_name(kind, prefix + step))
            prefix = ""
            if path[-1] not in kind.fields:
                return ()
            inner = get_named_type(kind.fields[path[-1]].type)
            kind = inner if isinstance(inner, GraphQLInputObjectType) else kind
    return tuple(path)
