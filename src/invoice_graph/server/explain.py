"""Explains a query: what it becomes in SQL, what it costs, how the database runs it."""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_argument_values,
    get_named_type,
    get_variable_values,
    visit,
)
from graphql.execution.values import VariableValues

from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.faults import ArgumentFault, TooCostly
from invoice_graph.planner.pagination import page_size
from invoice_graph.planner.plan import BoundStatement
from invoice_graph.server.documents import Document, DocumentCache, RequestRefused
from invoice_graph.server.gateway import Gateway
from invoice_graph.store.dialect import QUERY_PLAN, Parameters

_CLAUSES = re.compile(r"\s*\b(FROM|WHERE|ORDER BY|LIMIT|LEFT OUTER JOIN)\b")
_TEXTS = re.compile(r"'(?:[^']|'')*'")
INDENT = "  "


class Unexplained(Exception):
    """A query that can't be planned; the text says why."""


async def explain(gateway: Gateway, text: str, raw_variables: Mapping[str, Any], account_id: str) -> str:
    """The explanation of a document's only operation, for people. Raises Unexplained."""
    planner = gateway.planner
    try:
        document = DocumentCache(planner.schema).load(text)
        node = document.operation(None)
        variables = get_variable_values(planner.schema, node.variable_definitions or (), dict(raw_variables))
        if isinstance(variables, list):
            raise RequestRefused("", variables)
        plan = planner.plan(text, node, document.fragments, variables)
        bound = plan.bind(variables)
    except RequestRefused as refused:
        raise Unexplained("\n".join(error.message for error in refused.errors)) from None
    except (ArgumentFault, TooCostly, GraphQLError) as fault:
        raise Unexplained(getattr(fault, "message", None) or str(fault)) from None
    viewer = Viewer(account_id, gateway.services.clock, "")
    parts = [_head(document, planner.schema, variables, plan.whole)]
    parts += ["\n".join([line async for line in _statement(gateway, item, viewer)]) for item in bound]
    return "\n\n".join(parts)


def _head(document: Document, schema: GraphQLSchema, variables: VariableValues, whole: bool) -> str:
    rows = most_rows(document, schema, variables)
    door = "one statement is the whole answer" if whole else "planned fields inside graphql-core's execution"
    return f"Door: {door}\nCost: {rows} rows at most"


async def _statement(gateway: Gateway, bound: BoundStatement, viewer: Viewer) -> AsyncGenerator[str, None]:
    parameters = bound.parameters | viewer.parameters()
    yield f"Root fields: {', '.join(bound.statement.keys)}"
    yield ""
    yield pretty(bound.statement.sql)
    yield ""
    yield "Parameters:"
    for name, value in _used(bound.statement.sql, parameters):
        yield f"{INDENT}:{name} = {value!r}"
    yield ""
    yield "How the database runs it:"
    depths = {0: 0}
    for identity, parent, _, detail in await gateway.services.database.read(
        QUERY_PLAN + bound.statement.sql, _complete(bound.statement.sql, parameters)
    ):
        depths[identity] = depths.get(parent, 0) + 1
        yield INDENT * depths[identity] + detail


def _used(sql: str, parameters: Parameters) -> list[tuple[str, Any]]:
    names = dict.fromkeys(re.findall(r":(\w+)", _TEXTS.sub("''", sql)))
    return [(name, parameters.get(name)) for name in names]


def _complete(sql: str, parameters: Parameters) -> Parameters:
    """Parameters that the caller of the plan would give are null here."""
    return dict(_used(sql, parameters))


def pretty(sql: str) -> str:
    """SQL with a line for each clause, indented by subquery."""
    lines: list[str] = []
    depth = 0
    for piece in _pieces(sql):
        lines.append(INDENT * (depth + (0 if piece.startswith("SELECT") else 1)) + piece)
        depth = max(0, depth + _balance(piece))
    return "\n".join(lines)


def _pieces(sql: str) -> Iterator[str]:
    broken = _CLAUSES.sub(r"\n\1", " ".join(sql.split())).replace("(SELECT", "(\nSELECT")
    return (piece.strip() for piece in broken.split("\n"))


def _balance(piece: str) -> int:
    bare = _TEXTS.sub("", piece)
    return bare.count("(") - bare.count(")")


class _RowCounter(Visitor):
    """Multiplies page sizes along the way down."""

    def __init__(self, info: TypeInfo, variables: VariableValues) -> None:
        super().__init__()
        self.rows = 0
        self._info = info
        self._variables = variables
        self._factors = [1]

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        kind, definition = self._info.get_type(), self._info.get_field_def()
        size = 1
        if kind is not None and definition is not None and get_named_type(kind).name.endswith("Connection"):
            size = page_size(get_argument_values(definition, node, self._variables))
            self.rows += self._factors[-1] * size
        self._factors.append(self._factors[-1] * size)

    def leave_field(self, *_: Any) -> None:
        self._factors.pop()


def most_rows(document: Document, schema: GraphQLSchema, variables: VariableValues) -> int:
    """How many rows of connections a document's answer holds at most; fragments count where they are defined."""
    info = TypeInfo(schema)
    counter = _RowCounter(info, variables)
    visit(document.node, TypeInfoVisitor(info, counter))
    return counter.rows
