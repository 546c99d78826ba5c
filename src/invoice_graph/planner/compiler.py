"""A selection becomes SQL: scopes are rows, selections are fields, sources spell them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues
from sqlalchemy import Dialect, Join, Select, and_, bindparam, func, literal_column, select
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from invoice_graph.domain import customer_access
from invoice_graph.domain.access import EVERYTHING, REFERENCES, Rights
from invoice_graph.domain.errors import Refusal
from invoice_graph.planner import visibility
from invoice_graph.planner.arguments import Arguments, make_arguments
from invoice_graph.planner.catalog import Catalog, Table
from invoice_graph.planner.faults import TooCostly
from invoice_graph.planner.sql import Columns, constant, has_nested, json_object
from invoice_graph.store.rows import aliased

DEEPEST_CONNECTION = 5
DEEPEST_WHERE = 5
MOST_SELECTIONS = 5000
"""Fields of one plan, each counted as often as fragments and types of `node` repeat it."""
MOST_TABLES = 500
"""Subqueries of one plan: one for a lookup, one to five for a connection, one for each type of `node`."""

MOST_JOINED = 64
"""Tables of one FROM clause: SQLite joins no more."""

ZERO: ColumnElement[int] = literal_column("0")
ONE: ColumnElement[int] = literal_column("1")
"""A limit that stands in the text: PostgreSQL plans a statement anew each time it runs with a bound one."""

TYPENAME = "__typename"
TOO_LARGE = "The selection is too large for one statement; split it into several requests."


@dataclass(frozen=True)
class Selection:
    """A selected field: what it is called in the answer, what it is, and what is selected below it."""

    key: str
    name: str
    parent: str
    definition: GraphQLField
    details: list[FieldDetails]
    arguments: Arguments

    @property
    def kind(self) -> GraphQLNamedType:
        """The type of its value, or of each in a list."""
        return get_named_type(self.definition.type)

    @property
    def is_leaf(self) -> bool:
        """Whether nothing can be selected below it."""
        return is_leaf_type(self.kind)


Spell = Callable[[Selection], ColumnElement[str]]


class Compiler:
    """Compiles the root fields of one operation into expressions of one statement."""

    def __init__(
        self,
        schema: GraphQLSchema,
        catalog: Catalog,
        dialect: Dialect,
        operation: OperationDefinitionNode,
        fragments: Iterable[FragmentDefinitionNode],
        variables: VariableValues,
        rights: Rights = EVERYTHING,
    ) -> None:
        self.schema = schema
        self.rights = rights
        self.lacks: dict[str, None] = {}
        self.catalog = catalog
        self.dialect = dialect
        self.arguments: list[Arguments] = []
        self.projections: list[tuple[str, Callable[[Sequence[Refusal]], str]]] = []
        self.account: BindParameter[str] = bindparam("account_id")
        self.customer: BindParameter[str] = bindparam("customer_id")
        self.depth = 0
        self.in_object = False
        self._operation = operation
        self._fragments = {node.name.value: FragmentDetails(node) for node in fragments}
        self._variables = variables
        self._aliases = 0
        self._tables = 0

    def roots(self, kind: GraphQLObjectType) -> list[Selection]:
        """The selected fields of the operation."""
        collected = collect_fields(self.schema, self._fragments, self._variables, kind, self._operation)
        return [self._selection(key, kind, details) for key, details in collected.grouped_field_set.items()]

    def below(self, kind: GraphQLNamedType, selection: Selection) -> list[Selection]:
        """The fields selected below a field when its value is of the object type `kind`."""
        assert isinstance(kind, GraphQLObjectType)
        collected = collect_subfields(
            self.schema, self._fragments, self._variables, self._operation, kind, selection.details
        )
        return [self._selection(key, kind, details) for key, details in collected.grouped_field_set.items()]

    def members(
        self, kind: GraphQLNamedType, selection: Selection, spell: Spell
    ) -> list[tuple[str, ColumnElement[str]]]:
        """The members of an object; `spell` makes each field but `__typename`."""
        return [
            (inner.key, typename(kind) if inner.name == TYPENAME else spell(inner))
            for inner in self.below(kind, selection)
        ]

    def check(self, type_name: str, field: str, value: str) -> None:
        """Notes what the actor lacks for a field whose value is of the type `value`."""
        lack = self.rights.lack(type_name, field, value)
        if lack is not None:
            self.lacks[lack] = None

    def finds(self, table: Table, selection: Selection) -> bool:
        """Whether objects of a table are looked for where an object may be of any kind: unless the actor may not read
        them and the selection does not insist."""
        kind = self.object_type(self.catalog.type_of(table))
        if self.rights is EVERYTHING or self.rights.finds(kind.name):
            return True
        collected = collect_subfields(
            self.schema, self._fragments, self._variables, self._operation, kind, selection.details
        )
        names = {details[0].node.name.value for details in collected.grouped_field_set.values()}
        return not names <= REFERENCES

    def scope(self, table: Table) -> "Scope":
        """A row of a table under a new alias; raises TooCostly when there are too many."""
        self._tables += 1
        if self._tables > MOST_TABLES:
            raise TooCostly(TOO_LARGE)
        return Scope(self, table)

    def begin_root(self) -> None:
        """Begins with names anew: no root sees another's tables, and the tables' copies of the last one can be used
        again."""
        self._aliases = 0

    def alias(self, letter: str) -> str:
        """A name that is new in this root, the same whenever the same plan is made."""
        self._aliases += 1
        return f"{letter}{self._aliases}"

    def given(self, name: str) -> BindParameter[Any]:
        """A parameter whose value comes from the caller of the plan, not from the document."""
        return bindparam(name)

    def projected(self, project: Callable[[Sequence[Refusal]], str]) -> BindParameter[str]:
        """A parameter whose text `project` makes of the call's refusals."""
        name = f"r{len(self.projections)}"
        self.projections.append((name, project))
        return bindparam(name)

    def object_type(self, name: str) -> GraphQLObjectType:
        """An object type by name."""
        kind = self.schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        return kind

    def descend(self, in_object: bool = False) -> None:
        """Enters a connection, of an object or of the account, or rows that JSON names; raises TooCostly below the
        deepest."""
        self.in_object = in_object if self.depth == 0 else self.in_object
        self.depth += 1
        if self.depth > DEEPEST_CONNECTION:
            raise TooCostly(
                f"Lists of objects nest deeper than {DEEPEST_CONNECTION} levels; ask for the inner ones by id."
            )

    @property
    def deepest_where(self) -> int:
        """How deep `where` may nest here: SQLite's parser, which is nearly full in the last place, is to hold it."""
        return DEEPEST_WHERE - (2 if self.in_object and self.depth == DEEPEST_CONNECTION else 0)

    def ascend(self) -> None:
        """Leaves a connection."""
        self.depth -= 1

    def _selection(self, key: str, kind: GraphQLObjectType, details: list[FieldDetails]) -> Selection:
        if len(self.arguments) == MOST_SELECTIONS:
            raise TooCostly(TOO_LARGE)
        node = details[0].node
        definition = self.schema.get_field(kind, node.name.value)
        assert definition is not None
        arguments = make_arguments(definition, node, self._variables, f"a{len(self.arguments)}_")
        self.arguments.append(arguments)
        if self.rights is not EVERYTHING and node.name.value != TYPENAME:
            self._check(kind.name, node.name.value, definition, arguments)
        return Selection(key, node.name.value, kind.name, definition, details, arguments)

    def _check(self, type_name: str, field: str, definition: GraphQLField, arguments: Arguments) -> None:
        self.check(type_name, field, get_named_type(definition.type).name)
        if self.rights.is_customer:
            for lack in _forbidden_arguments(type_name, field, definition, arguments.values):
                self.lacks[lack] = None


def _forbidden_arguments(
    type_name: str, field: str, definition: GraphQLField, values: Mapping[str, Any]
) -> Iterator[str]:
    """What of a field's arguments a customer may not give."""
    for name, value in values.items():
        if name not in customer_access.ARGUMENTS and value is not None:
            yield f"{type_name}.{field}({name}:)"
    if type_name == "Mutation":
        members = cast(GraphQLInputObjectType, get_named_type(definition.args["input"].type)).fields
        allowed = customer_access.ACTIONS.get(field, frozenset())
        for name, value in values["input"].items():
            if name not in allowed and value != members[name].default_value:
                yield f"{type_name}.{field}(input: {{{name}}})"


def typename(kind: GraphQLNamedType) -> ColumnElement[str]:
    """The JSON text of `__typename`."""
    return constant(f'"{kind.name}"')


def width(rows: Any) -> int:
    """How many tables are joined in a FROM clause."""
    tables = 1
    while isinstance(rows, Join):
        rows, tables = rows.left, tables + 1
    return tables


class Root:
    """Where the operation's fields are read from: no row at all."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler

    def member(self, selection: Selection) -> ColumnElement[str]:
        """One field as JSON."""
        source = self.compiler.catalog.source(selection.parent, selection.name)
        return source.json(self, selection)  # type: ignore[no-any-return]


class Scope(Root):
    """A row that fields are read from, and the rows joined to it."""

    def __init__(self, compiler: Compiler, table: Table, joined_to: "Scope | None" = None) -> None:
        super().__init__(compiler)
        self.kind = table
        self.table = aliased(table, compiler.alias("t"))
        self.type = compiler.object_type(compiler.catalog.type_of(table))
        self._root = joined_to or self
        self._joins: list[tuple[Any, ColumnElement[bool]]] = []
        self._targets: dict[tuple[Table, str], Scope] = {}

    def object(self, selection: Selection) -> ColumnElement[str]:
        """The object selected by a field, its members read from this row."""
        kind = selection.kind if isinstance(selection.kind, GraphQLObjectType) else self.type
        return json_object(self.compiler.members(kind, selection, self.member))

    def filterable(self, field: str) -> ColumnElement[Any]:
        """What `where` compares for a field."""
        return self.filtered(field).value(self)  # type: ignore[no-any-return]

    def filtered(self, field: str) -> Any:
        """The source whose value, or whose rows, `where` has conditions on."""
        if self.compiler.rights is not EVERYTHING:
            self.compiler.check(self.type.name, field, "")
        return self.compiler.catalog.filtered(self.type.name, field)

    def part(self, field: str) -> "Scope":
        """This row as the type of a field that is made of the same row."""
        part = copy(self)
        part.type = self.compiler.object_type(get_named_type(self.type.fields[field].type).name)
        return part

    def folded(self, field: str) -> ColumnElement[Any] | None:
        """The column that holds a field's text casefolded, if there is one."""
        folded = self.filtered(field).folded
        return None if folded is None else self.table.c[folded]

    def is_caseless(self, field: str) -> bool:
        """Whether upper and lower case are alike wherever a field is compared."""
        return bool(self.filtered(field).caseless)

    def of_actor(self) -> ColumnElement[bool]:
        """The condition that the row is the actor's to see: of the account, and of the customer who acts for
        themselves; the one place where reads are fenced."""
        own = self.table.c.account_id == self.compiler.account
        return and_(own, visibility.of_customer(self)) if self.compiler.rights.is_customer else own

    def join(self, table: Table, column: str, required: bool = False) -> "Scope":
        """The row that a column refers to, joined once however often it is selected; a required one whatever it is."""
        if (table, column) not in self._targets:
            target = Scope(self.compiler, table, self._root)
            shown = [] if required else visibility.present(target)
            match = and_(target.of_actor(), target.table.c.id == self.table.c[column], *shown)
            self._root._joins.append((target.table, match))
            if len(self._root._joins) >= MOST_JOINED:
                # Early, since what is spelled below grows with the length of the chain at every step.
                raise TooCostly(TOO_LARGE)
            self._targets[table, column] = target
        return self._targets[table, column]

    def select(self, *columns: Any) -> Select[Any]:
        """A SELECT from this row's table and what was joined to it; call it after the columns are made."""
        return select(*columns).select_from(self.with_joins(self.table))

    @property
    def tables(self) -> tuple[Any, ...]:
        """This row's table and what was joined to it so far."""
        return (self.table, *(table for table, _ in self._joins))

    def with_joins(self, rows: Any) -> Any:
        """A FROM clause with the joined tables added; raises TooCostly when there are too many."""
        for table, match in self._joins:
            rows = rows.outerjoin(table, match)
        if width(rows) > MOST_JOINED:
            raise TooCostly(TOO_LARGE)
        return rows

    def lookup(self, value: ColumnElement[str], *conditions: ColumnElement[bool]) -> ColumnElement[str]:
        """The value for the one row that meets the conditions; `null` when there is none."""
        if not has_nested(value):
            found = self.select(value).where(*conditions).limit(ONE)
            return func.coalesce(found.scalar_subquery(), constant("null"))
        columns = Columns(self.compiler.alias("q"))
        text = func.coalesce(func.max(columns.take(value)), constant("null"))
        rows = self.select(*columns.labelled()).where(*conditions).limit(ONE).subquery(columns.alias)
        return select(text).select_from(rows).scalar_subquery()
