"""An object as the API shows it, for events: read by the planner like any query."""

from collections.abc import Iterator
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
from invoice_graph.planner.catalog import ToOne
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.plan import Planner, Statement
from invoice_graph.store.database import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.unit_of_work import Subject

LEFT_OUT = frozenset({("Invoice", "calculation")})
"""Fields whose size has no bound that an event should carry."""


class Snapshots:
    """Takes snapshots: every field of an object but connections and what is derived for a viewer."""

    def __init__(self, planner: Planner, clock: Clock, public_url: str) -> None:
        self._planner = planner
        self._clock = clock
        self._public_url = public_url
        self._statements: dict[str, Statement] = {}

    async def __call__(self, connection: Connection, subject: Subject) -> dict[str, Any]:
        """The object as it stands on this connection."""
        type_name = type(subject).__name__
        if type_name not in self._statements:
            self._statements[type_name] = self._plan(type_name)
        viewer = Viewer(subject.account_id, self._clock, self._public_url)
        statement = self._statements[type_name]
        parameters: Parameters = {name: subject.id for arguments in statement.arguments for name, _ in arguments.reads}
        row = await connection.row(statement.sql, statement.constants | parameters | viewer.parameters())
        return orjson.loads(row[0])  # type: ignore[no-any-return]

    def _plan(self, type_name: str) -> Statement:
        text = f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ {self._fields(type_name)} }} }} }}"
        (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
        variables = get_variable_values(self._planner.schema, operation.variable_definitions or (), {"id": ""})
        assert not isinstance(variables, list)
        fragments: tuple[FragmentDefinitionNode, ...] = ()
        return self._planner.plan(text, operation, fragments, variables).statements[0]

    def _fields(self, type_name: str) -> str:
        kind = self._planner.schema.type_map[type_name]
        assert isinstance(kind, GraphQLObjectType)
        return " ".join(self._selections(kind))

    def _selections(self, kind: GraphQLObjectType) -> Iterator[str]:
        for name, field in kind.fields.items():
            source = self._planner.catalog.source(kind.name, name) if self._is_row(kind) else None
            named = get_named_type(field.type)
            if isinstance(source, Rows | AllowedActions) or (kind.name, name) in LEFT_OUT:
                continue
            if is_leaf_type(named):
                yield name
            elif isinstance(source, ToOne):
                yield f"{name} {{ id }}"
            elif is_object_type(named):
                yield f"{name} {{ {' '.join(self._selections(named))} }}"

    def _is_row(self, kind: GraphQLObjectType) -> bool:
        return any(self._planner.catalog.planned(kind.name, name) for name in kind.fields)
