"""An object as the API shows it, for events: read by the planner like any query."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import orjson
from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_named_type,
    get_variable_values,
    is_leaf_type,
    is_object_type,
    parse,
)

from invoice_graph.domain.clock import Clock
from invoice_graph.planner.actions import AllowedActions
from invoice_graph.planner.catalog import Catalog
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.plan import Planner, Statement
from invoice_graph.planner.references import ListedById, MemberRow
from invoice_graph.planner.sources import ToOne
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.types import json_text
from invoice_graph.store.unit_of_work import Subject

LEFT_OUT = frozenset({("Invoice", "calculation")})
"""Fields whose size has no bound that an event should carry."""


ONE = "($id: ID!) { node(id: $id)"
MANY = "($ids: [ID!]!) { nodes(ids: $ids)"


class Snapshots:
    """Takes snapshots: every field of an object but connections and what is derived for a viewer."""

    def __init__(self, planner: Planner, clock: Clock, public_url: str) -> None:
        self._planner = planner
        self._clock = clock
        self._public_url = public_url

    async def __call__(self, connection: Connection, subject: Subject) -> dict[str, Any]:
        """The object as it stands on this connection."""
        return await self._read(connection, subject.account_id, type(subject).__name__, ONE, subject.id)  # type: ignore[no-any-return]

    async def many(
        self, connection: Connection, account_id: str, kind: type[Subject], ids: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Objects of one kind as they stand on this connection, in the order of their ids."""
        return await self._read(connection, account_id, kind.__name__, MANY, json_text(list(ids)))  # type: ignore[no-any-return]

    async def _read(self, connection: Connection, account_id: str, type_name: str, field: str, given: str) -> Any:
        statement = _plan(self._planner, type_name, field)
        viewer = Viewer(account_id, self._clock, self._public_url)
        parameters: Parameters = {name: given for arguments in statement.arguments for name, _ in arguments.reads}
        row = await connection.row(statement.spelling, parameters | viewer.parameters())
        return orjson.loads(row[0])


@cache
def _plan(planner: Planner, type_name: str, field: str) -> Statement:
    text = f"query {field} {{ ... on {type_name} {{ {_fields(planner, type_name)} }} }} }}"
    (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
    variables = get_variable_values(planner.schema, operation.variable_definitions or (), {"id": "", "ids": []})
    assert not isinstance(variables, list)
    fragments: tuple[FragmentDefinitionNode, ...] = ()
    return planner.plan(text, operation, fragments, variables).statements[0]


def _fields(planner: Planner, type_name: str) -> str:
    kind = planner.schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return " ".join(_selections(planner.catalog, kind))


def _selections(catalog: Catalog, kind: GraphQLObjectType) -> Iterator[str]:
    for name, field in kind.fields.items():
        source = catalog.source(kind.name, name) if catalog.planned(kind.name, name) else None
        named = get_named_type(field.type)
        if isinstance(source, Rows | AllowedActions | MemberRow) or (kind.name, name) in LEFT_OUT:
            continue
        if is_leaf_type(named):
            yield name
        elif isinstance(source, ToOne | ListedById):
            yield f"{name} {{ id }}"
        elif is_object_type(named):
            yield f"{name} {{ {' '.join(_selections(catalog, named))} }}"
