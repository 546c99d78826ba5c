"""Lists and searches: their arguments, their cursors, a page of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from vector_player import documents
from vector_player.answers import Seen
from vector_player.arguments import argument_name, input_value
from vector_player.facts import LIST_ARGUMENTS, LISTS
from vector_player.failures import Unplayable
from vector_player.names import camel, spelled
from vector_player.operations import Path, Result, complaint_of
from vector_player.stage import Stage

GARBAGE = "not-a-cursor"
"""Sent for an object that is not in the list: cursors carry their place, there is none for it."""


@dataclass(frozen=True)
class Listing:
    """A connection: of the root, or of the object `owner`."""

    field: GraphQLField
    name: str
    root: str | None = None
    owner: str | None = None

    def document(self, arguments: Mapping[str, Any], chosen: str) -> str:
        """A document that reads a page."""
        variables = {name: f"${name}: {self.field.args[name].type}" for name in arguments}
        passed = ", ".join(f"{name}: ${name}" for name in arguments)
        read = f"{self.name}{f'({passed})' if passed else ''} {chosen}"
        if self.root is None:
            heads = ", ".join(variables.values())
            return f"query {f'({heads})' if heads else ''} {{ {read} }}"
        heads = ", ".join(["$id: ID!", *variables.values()])
        return f"query ({heads}) {{ {self.root}(id: $id) {{ {read} }} }}"

    def of(self, data: dict[str, Any]) -> Any:
        """The page in an answer."""
        return (data if self.root is None else data[self.root])[self.name]

    @property
    def connection(self) -> GraphQLObjectType:
        kind = get_named_type(self.field.type)
        assert isinstance(kind, GraphQLObjectType)
        return kind


async def list_page(stage: Stage, operation: str, args: Mapping[str, Any]) -> Result:
    """A page of a list or of a search's findings."""
    listing, rest = find_listing(stage, operation, args)
    backwards = "ending_before" in rest and "starting_after" not in rest
    arguments = await _arguments(stage, listing, rest, backwards)
    owner = {} if listing.owner is None else {"id": listing.owner}
    info = f"{'hasNextPage: hasPreviousPage' if backwards else 'hasNextPage'} endCursor"
    document = listing.document(arguments, documents.page(listing.connection, info))
    data, errors = await stage.send(document, **owner, **arguments)

    def path(parameter: str) -> Path:
        return (_argument(parameter, backwards),)

    if errors:
        return Result(Seen(None, None), path, complaint_of(errors[0]))
    return Result(Seen(get_nullable_type(listing.field.type), _since_given(stage, listing.of(data))), path)


def _since_given(stage: Stage, page: dict[str, Any]) -> dict[str, Any]:
    """A page without what comes from before the vector's first step."""
    nodes = [node for node in page["nodes"] if node.get("id") not in stage.earlier]
    left_out = len(page["nodes"]) - len(nodes)
    return {**page, "nodes": nodes, "totalCount": page["totalCount"] - left_out}


def find_listing(stage: Stage, operation: str, args: Mapping[str, Any]) -> tuple[Listing, dict[str, Any]]:
    """The connection that an operation lists, and the parameters that are left."""
    root, *inner = LISTS[operation]
    if root not in stage.query_fields:
        raise Unplayable(f"there is no query {root}")
    if not inner:
        return Listing(stage.query_fields[root], root), dict(args)
    owner: Any = get_named_type(stage.query_fields[root].type)
    parameter = next((name for name in args if camel(name) == root), None)
    if inner[0] not in owner.fields or parameter is None:
        raise Unplayable(f"{operation} needs {root} and its {inner[0]}")
    rest = {name: value for name, value in args.items() if name != parameter}
    return Listing(owner.fields[inner[0]], inner[0], root, stage.ids.get(args[parameter], args[parameter])), rest


def _argument(parameter: str, backwards: bool) -> str:
    """The argument that takes a parameter of lists."""
    if parameter == "limit" and backwards:
        return "last"
    return LIST_ARGUMENTS.get(parameter, "where")


async def _arguments(stage: Stage, listing: Listing, args: Mapping[str, Any], backwards: bool) -> dict[str, Any]:
    """The arguments of a connection; what is no argument of its own goes into `where`."""
    made: dict[str, Any] = {}
    where: dict[str, Any] = {}
    for parameter, value in args.items():
        name = LIST_ARGUMENTS.get(parameter) or spelled("", parameter, {}, listing.field.args)
        if name in ("after", "before") and parameter != "page":
            made[name] = await _cursor(stage, listing, stage.ids.get(value, value))
        elif name in listing.field.args:
            argument = "last" if name == "first" and backwards else name
            made[argument] = input_value(listing.field.args[argument].type, value, stage.ids)
        else:
            where |= _condition(stage, listing, parameter, value)
    if backwards and "last" not in made:
        made["last"] = 10
    return made | ({"where": where} if where else {})


def _condition(stage: Stage, listing: Listing, parameter: str, value: Any) -> dict[str, Any]:
    """A filter as a part of `where`: a plain value means equality."""
    kind = get_named_type(listing.field.args["where"].type) if "where" in listing.field.args else None
    if not isinstance(kind, GraphQLInputObjectType) or parameter in LIST_ARGUMENTS:
        raise Unplayable(f"{listing.name} has no argument for {parameter!r}")
    name = argument_name(kind, parameter)
    if name not in kind.fields:
        raise Unplayable(f"{kind.name} has no field for {parameter!r}")
    return {name: _operators(kind.fields[name].type, value, stage.ids)}


def _operators(kind: GraphQLInputType, value: Any, ids: Mapping[str, str]) -> Any:
    """A condition: a plain value means equality, the members of an object are conditions of their own."""
    condition = get_named_type(kind)
    if not isinstance(condition, GraphQLInputObjectType) or "eq" in condition.fields:
        return input_value(kind, value if isinstance(value, dict) else {"eq": value}, ids)
    if not isinstance(value, dict):
        return value
    names = {member: argument_name(condition, member) for member in value}
    unknown = [member for member, name in names.items() if name not in condition.fields]
    if unknown:
        raise Unplayable(f"{condition.name} has no field for {unknown[0]!r}")
    return {name: _operators(condition.fields[name].type, value[member], ids) for member, name in names.items()}


async def _cursor(stage: Stage, listing: Listing, id: str) -> str:
    """The cursor of an object in the whole list."""
    owner = {} if listing.owner is None else {"id": listing.owner}
    page = "{ edges { cursor node { id } } pageInfo { hasNextPage endCursor } }"
    arguments: dict[str, Any] = {"first": documents.LARGEST_PAGE}
    while True:
        found = listing.of(await stage.ask(listing.document(arguments, page), **owner, **arguments))
        for edge in found["edges"]:
            if edge["node"]["id"] == id:
                return str(edge["cursor"])
        if not found["pageInfo"]["hasNextPage"]:
            return GARBAGE
        arguments["after"] = found["pageInfo"]["endCursor"]
