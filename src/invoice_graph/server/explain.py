"""Explains a query: what it becomes in SQL, what it costs, how the database runs it."""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, get_variable_values

from invoice_graph.planner.cost import Scales
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.faults import ArgumentFault, TooCostly
from invoice_graph.planner.plan import BoundStatement
from invoice_graph.server.documents import Document, DocumentCache, RequestRefused
from invoice_graph.server.gateway import Gateway
from invoice_graph.server.limits import Limits
from invoice_graph.store.dialect import Parameters, Spelling

_CLAUSES = re.compile(r"\s*\b(FROM|WHERE|ORDER BY|LIMIT|LEFT OUTER JOIN)\b")
_TEXTS = re.compile(r"'(?:[^']|'')*'")
INDENT = "  "
OF_THE_DATABASE = "How the database runs it:"
REFUSED = "Refused by servers as of --{}: {}"


class Unexplained(Exception):
    """A query that can't be planned; the text says why."""


@dataclass(frozen=True)
class Question:
    """An operation of a document that somebody would ask with some variables; the document's only one without name."""

    text: str
    operation: str | None
    variables: Mapping[str, Any]
    account_id: str

    def node(self, document: Document) -> OperationDefinitionNode:
        """The operation; raises Unexplained or RequestRefused when the name does not lead to exactly one."""
        if self.operation is None and len(document.operations) > 1:
            raise Unexplained(f"Name one with --operation; the document has: {document.names}.")
        return document.operation(self.operation)


async def explain(gateway: Gateway, asked: Question, limits: Limits, heading: str = OF_THE_DATABASE) -> str:
    """The explanation of an operation, for people, with the limits that it is beyond; `heading` stands above the
    database's plan. Raises Unexplained."""
    planner = gateway.planner
    try:
        document = DocumentCache(planner.schema).load(asked.text)
        node = asked.node(document)
        variables = get_variable_values(planner.schema, node.variable_definitions or (), dict(asked.variables))
        if isinstance(variables, list):
            raise RequestRefused("", variables)
        plan = planner.plan(asked.text, node, document.fragments, variables)
        bound = plan.bind(variables)
        head = _head(Scales(planner.schema, node, document.fragments, variables.coerced), plan.whole, limits)
    except RequestRefused as refused:
        raise Unexplained("\n".join(map(_placed, refused.errors))) from None
    except (ArgumentFault, TooCostly, GraphQLError) as fault:
        raise Unexplained(getattr(fault, "message", None) or str(fault)) from None
    viewer = Viewer(asked.account_id, gateway.services.clock, "")
    parts = [head]
    parts += ["\n".join([line async for line in _statement(gateway, item, viewer, heading)]) for item in bound]
    return "\n\n".join(parts)


def _placed(error: GraphQLError) -> str:
    """What is wrong, and where in the document."""
    place = "".join(f"line {place.line}, column {place.column}: " for place in (error.locations or ())[:1])
    return place + error.message


def _head(scales: Scales, whole: bool, limits: Limits) -> str:
    door = "one statement is the whole answer" if whole else "planned fields inside graphql-core's execution"
    cost, paths = scales.cost(), scales.by_path()
    size = f"{cost.points:,} points, {cost.depth} levels deep"
    lines = [f"Door: {door}", f"Cost: {size}", *(f"{INDENT}{path}: {n:,}" for path, n in paths.items())]
    lines += [REFUSED.format(setting.replace("_", "-"), sentence) for setting, sentence in limits.exceeded(cost)]
    return "\n".join(lines)


async def _statement(
    gateway: Gateway, bound: BoundStatement, viewer: Viewer, heading: str
) -> AsyncGenerator[str, None]:
    parameters = bound.parameters | viewer.parameters()
    yield f"Root fields: {', '.join(bound.statement.keys)}"
    yield ""
    spelling = bound.statement.spelling
    yield pretty(spelling.sql)
    yield ""
    yield "Parameters:"
    used = _used(spelling, parameters)
    for place, (name, value) in enumerate(used.items(), 1):
        yield f"{INDENT}{f'${place} ' if spelling.order else ''}:{name} = {value!r}"
    yield ""
    yield heading
    for line in await gateway.services.database.explain(spelling, used):
        yield INDENT + line


def _used(spelling: Spelling, parameters: Parameters) -> Parameters:
    """The parameters of a statement; those that the caller of the plan would give are null here."""
    names = spelling.order or dict.fromkeys(re.findall(r":(\w+)", _TEXTS.sub("''", spelling.sql)))
    return {name: parameters.get(name, spelling.constants.get(name)) for name in names}


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
