"""Plans: the statements of an operation, kept by document, operation and shape of the variables."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues
from sqlalchemy import select

from invoice_graph.domain.errors import Refusal
from invoice_graph.planner.arguments import Arguments, shape
from invoice_graph.planner.catalog import Catalog
from invoice_graph.planner.compiler import TOO_LARGE, TYPENAME, Compiler, Root, Selection, typename
from invoice_graph.planner.faults import TooCostly
from invoice_graph.store.dialect import Parameters, spell

LONGEST_STATEMENT = 900_000
LONGEST_KEPT = 100_000
KEPT_PLANS = 1024
MOST_ROOTS = 1000
"""Root fields of one statement: SQLite answers at most 2,000 columns, PostgreSQL 1,664."""


@dataclass(frozen=True)
class Statement:
    """One SQL statement whose single row holds the JSON of some root fields, in the order of `keys`."""

    keys: tuple[str, ...]
    sql: str
    constants: Parameters
    arguments: tuple[Arguments, ...]
    projections: tuple[tuple[str, Callable[[Sequence[Refusal]], str]], ...]

    def parameters(self, variables: VariableValues) -> Parameters:
        """What the request's variables bind; raises ArgumentFault."""
        bound = dict(self.constants)
        for arguments in self.arguments:
            if arguments.reads:
                bound |= arguments.parameters(variables)
        return bound

    def project(self, refusals: Sequence[Refusal]) -> Parameters:
        """What the call's refusals bind."""
        return {name: project(refusals) for name, project in self.projections}


@dataclass(frozen=True)
class Plan:
    """The statements of an operation; `whole` when nothing but them is needed for the answer.

    `depends` are the arguments whose forms it was made for.
    """

    statements: tuple[Statement, ...]
    whole: bool
    depends: tuple[Arguments, ...] = ()

    def bind(self, variables: VariableValues) -> tuple["BoundStatement", ...]:
        """The statements with the request's values; raises ArgumentFault before anything runs."""
        return tuple(BoundStatement(statement, statement.parameters(variables)) for statement in self.statements)


@dataclass(frozen=True)
class BoundStatement:
    """A statement and the values of one request."""

    statement: Statement
    parameters: Parameters


class Planner:
    """Makes plans for the operations of a schema and keeps the last 1,024 of them, but for very large ones."""

    def __init__(self, schema: GraphQLSchema, catalog: Catalog) -> None:
        self.schema = schema
        self.catalog = catalog
        self._kept: OrderedDict[Hashable, Plan] = OrderedDict()
        self._depends: OrderedDict[Hashable, tuple[Arguments, ...]] = OrderedDict()

    def plan(
        self,
        document_key: Hashable,
        operation: OperationDefinitionNode,
        fragments: Sequence[FragmentDefinitionNode],
        variables: VariableValues,
    ) -> Plan:
        """The plan of an operation; raises ArgumentFault and TooCostly."""
        shaped = (document_key, shape(variables))
        key = (shaped, _forms(self._depends.get(shaped, ()), variables))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            plan = self._make(operation, fragments, variables)
        except RecursionError:
            raise TooCostly(TOO_LARGE) from None
        if sum(len(statement.sql) for statement in plan.statements) <= LONGEST_KEPT:
            _keep(self._kept, (shaped, _forms(plan.depends, variables)), plan)
            if plan.depends:
                _keep(self._depends, shaped, plan.depends)
        return plan

    def _make(self, operation: OperationDefinitionNode, fragments: Any, variables: VariableValues) -> Plan:
        compiler = Compiler(self.schema, self.catalog, operation, fragments, variables)
        kind = self.schema.get_root_type(operation.operation)
        assert isinstance(kind, GraphQLObjectType)
        roots = compiler.roots(kind)
        if operation.operation is not OperationType.QUERY:
            own = [root for root in roots if self.catalog.planned(kind.name, root.name)]
            return Plan(tuple(_statement(compiler, kind, [root]) for root in own), False, _depends(compiler))
        planned = [root for root in roots if root.name == TYPENAME or self.catalog.planned(kind.name, root.name)]
        statements = (_statement(compiler, kind, planned),) if planned else ()
        return Plan(statements, bool(planned) and len(planned) == len(roots), _depends(compiler))


K = TypeVar("K")


def _keep(kept: OrderedDict[Hashable, K], key: Hashable, value: K) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT_PLANS:
        kept.popitem(last=False)


def _depends(compiler: Compiler) -> tuple[Arguments, ...]:
    return tuple(arguments for arguments in compiler.arguments if arguments.depends)


def _forms(depends: Sequence[Arguments], variables: VariableValues) -> tuple[Hashable, ...]:
    return tuple(arguments.forms(variables) for arguments in depends)


def _statement(compiler: Compiler, kind: GraphQLObjectType, roots: Sequence[Selection]) -> Statement:
    if len(roots) > MOST_ROOTS:
        raise TooCostly(f"The operation has {len(roots)} root fields; ask for at most {MOST_ROOTS} at once.")
    below = len(compiler.arguments)
    root = Root(compiler)
    values = [typename(kind) if item.name == TYPENAME else root.member(item) for item in roots]
    sql, constants = spell(select(*(value.label(f"c{place}") for place, value in enumerate(values))))
    if len(sql) > LONGEST_STATEMENT:
        raise TooCostly(TOO_LARGE)
    arguments = (*(item.arguments for item in roots), *compiler.arguments[below:])
    projections, compiler.projections = tuple(compiler.projections), []
    return Statement(tuple(item.key for item in roots), sql, _values(constants), arguments, projections)


def _values(constants: Mapping[str, Any]) -> Parameters:
    """The statement's own values; names without one are bound when it runs."""
    return {name: value for name, value in constants.items() if value is not None}
