"""Plans: the statements of an operation, kept by document, operation and shape of the variables."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues
from sqlalchemy import Dialect, select
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.access import EVERYTHING, Rights
from invoice_graph.domain.errors import Refusal
from invoice_graph.planner.arguments import Arguments, shape
from invoice_graph.planner.catalog import Catalog
from invoice_graph.planner.compiler import TOO_LARGE, TYPENAME, Compiler, Root, Selection, typename
from invoice_graph.planner.faults import Forbidden, TooCostly
from invoice_graph.planner.recent import Recent
from invoice_graph.store.dialect import SQLITE, Parameters, Spelling, spell

LONGEST_STATEMENT = 900_000
LONGEST_KEPT = 100_000
KEPT_PLANS = 1024
KEPT_SQL = 20_000_000
"""Characters of SQL of all plans that are kept."""

MOST_ROOTS = 1000
"""Root fields of one statement: SQLite answers at most 2,000 columns, PostgreSQL 1,664."""


@dataclass(frozen=True)
class Statement:
    """One SQL statement whose single row holds the JSON of some root fields, in the order of `keys`."""

    keys: tuple[str, ...]
    spelling: Spelling
    arguments: tuple[Arguments, ...]
    projections: tuple[tuple[str, Callable[[Sequence[Refusal]], str]], ...]

    def parameters(self, variables: VariableValues) -> Parameters:
        """What the request's variables bind; raises ArgumentFault."""
        bound: Parameters = {}
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
    """Makes plans for the operations of a schema, in the SQL of one database, and keeps the last 1,024 of them, but for
    very large ones."""

    def __init__(self, schema: GraphQLSchema, catalog: Catalog, dialect: Dialect = SQLITE) -> None:
        self.schema = schema
        self.catalog = catalog
        self.dialect = dialect
        self._kept: Recent[Hashable, Plan] = Recent(KEPT_PLANS, KEPT_SQL, LONGEST_KEPT)
        self._depends: Recent[Hashable, tuple[Arguments, ...]] = Recent(KEPT_PLANS, 0, 0)

    def plan(
        self,
        document_key: Hashable,
        operation: OperationDefinitionNode,
        fragments: Sequence[FragmentDefinitionNode],
        variables: VariableValues,
        rights: Rights = EVERYTHING,
    ) -> Plan:
        """The plan of an operation for an actor with these rights; raises Forbidden, ArgumentFault and TooCostly. Safe
        in several threads at once."""
        known = self.known(document_key, variables, rights)
        if known is not None:
            return known
        shaped = (document_key, rights, shape(variables))
        try:
            plan = self._make(operation, fragments, variables, rights)
        except RecursionError:
            raise TooCostly(TOO_LARGE) from None
        size = sum(len(statement.spelling.sql) for statement in plan.statements)
        self._kept.keep((shaped, _forms(plan.depends, variables)), plan, size)
        if plan.depends:
            self._depends.keep(shaped, plan.depends, 0)
        return plan

    def known(self, document_key: Hashable, variables: VariableValues, rights: Rights = EVERYTHING) -> Plan | None:
        """The plan of an operation for an actor with these rights when there is one already."""
        shaped = (document_key, rights, shape(variables))
        return self._kept.get((shaped, _forms(self._depends.get(shaped) or (), variables)))

    def _make(
        self,
        operation: OperationDefinitionNode,
        fragments: Sequence[FragmentDefinitionNode],
        variables: VariableValues,
        rights: Rights,
    ) -> Plan:
        compiler = Compiler(self.schema, self.catalog, self.dialect, operation, fragments, variables, rights)
        plan = self._compiled(compiler, operation)
        if compiler.lacks:
            raise Forbidden(tuple(compiler.lacks))
        return plan

    def _compiled(self, compiler: Compiler, operation: OperationDefinitionNode) -> Plan:
        kind = self.schema.get_root_type(operation.operation)
        assert isinstance(kind, GraphQLObjectType)
        roots = compiler.roots(kind)
        if operation.operation is not OperationType.QUERY:
            own = [root for root in roots if self.catalog.planned(kind.name, root.name)]
            return Plan(tuple(_statement(compiler, kind, [root]) for root in own), False, _depends(compiler))
        planned = [root for root in roots if root.name == TYPENAME or self.catalog.planned(kind.name, root.name)]
        statements = (_statement(compiler, kind, planned),) if planned else ()
        return Plan(statements, bool(planned) and len(planned) == len(roots), _depends(compiler))


def _depends(compiler: Compiler) -> tuple[Arguments, ...]:
    return tuple(arguments for arguments in compiler.arguments if arguments.depends)


def _forms(depends: Sequence[Arguments], variables: VariableValues) -> tuple[Hashable, ...]:
    return tuple(arguments.forms(variables) for arguments in depends)


def _statement(compiler: Compiler, kind: GraphQLObjectType, roots: Sequence[Selection]) -> Statement:
    if len(roots) > MOST_ROOTS:
        raise TooCostly(f"The operation has {len(roots)} root fields; ask for at most {MOST_ROOTS} at once.")
    below = len(compiler.arguments)
    values = [_value(compiler, kind, item) for item in roots]
    statement = select(*(value.label(f"c{place}") for place, value in enumerate(values)))
    spelling = spell(statement, compiler.dialect)
    if len(spelling.sql) > LONGEST_STATEMENT:
        raise TooCostly(TOO_LARGE)
    arguments = (*(item.arguments for item in roots), *compiler.arguments[below:])
    projections, compiler.projections = tuple(compiler.projections), []
    return Statement(tuple(item.key for item in roots), spelling, arguments, projections)


def _value(compiler: Compiler, kind: GraphQLObjectType, item: Selection) -> ColumnElement[str]:
    compiler.begin_root()
    return typename(kind) if item.name == TYPENAME else Root(compiler).member(item)
