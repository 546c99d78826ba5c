"""Where the value of each field of the schema comes from.

The Strawberry types are the schema's only definition; each of their fields names one of these
sources. A field without one is the column of its type's table that has its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from graphql import get_named_type, is_list_type, is_non_null_type
from sqlalchemy import case, func, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.planner.faults import ArgumentFault
from invoice_graph.planner.sql import constant, joined, json_object, leaf, nullable
from invoice_graph.store import dialect
from invoice_graph.store.rows import table_of
from invoice_graph.store.types import json_text

if TYPE_CHECKING:
    from invoice_graph.planner.compiler import Scope, Selection

Table = type[SQLModel]
LARGEST_LIST = 100
Expression = Callable[["Scope"], ColumnElement[Any]]


class Source(Protocol):
    """Where a field's value comes from."""

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        """The JSON text of the field for a row."""


class Filterable(Source, Protocol):
    """A source that `where` can ask about."""

    def value(self, scope: "Scope") -> ColumnElement[Any]:
        """The value that a condition compares."""


@dataclass(frozen=True)
class Column:
    """A column of the row. `folded` names the column that holds it casefolded, for `contains`."""

    name: str
    folded: str | None = None

    def value(self, scope: "Scope") -> ColumnElement[Any]:
        return scope.table.c[self.name]

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        return leaf(self.value(scope), selection.definition.type)


@dataclass(frozen=True)
class Computed:
    """A value calculated from the row."""

    expression: Expression

    def value(self, scope: "Scope") -> ColumnElement[Any]:
        return self.expression(scope)

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        return leaf(self.expression(scope), selection.definition.type)


@dataclass(frozen=True)
class SameRow:
    """An object made of the same row's columns."""

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        return scope.object(selection)


@dataclass(frozen=True)
class Document:
    """Objects or lists stored as JSON in a column; their members have the schema's names."""

    name: str

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        column = scope.table.c[self.name]
        kind = selection.definition.type
        if selection.is_leaf:
            return dialect.stored_json(column)
        if is_list_type(kind.of_type if is_non_null_type(kind) else kind):
            return nullable(self._list(column, scope, selection), _present(column, kind))
        return nullable(self._object(column, scope, selection), _present(column, kind))

    def _list(self, column: ColumnElement[Any], scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        rows = dialect.entries(column, scope.compiler.alias("e"))
        item = self._object(rows.c.value, scope, selection)
        return joined("[", select(dialect.concatenated(item)).select_from(rows).scalar_subquery(), "]")

    def _object(self, value: Any, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        kind = get_named_type(selection.definition.type)
        members = scope.compiler.members(kind, selection, lambda inner: _member(value, inner))
        return json_object(members)


def _member(value: ColumnElement[Any], selection: "Selection") -> ColumnElement[str]:
    return func.coalesce(dialect.member(value, selection.name), constant("null"))


def _present(column: ColumnElement[Any], kind: Any) -> ColumnElement[bool] | None:
    return None if is_non_null_type(kind) else column.is_not(None)


@dataclass(frozen=True)
class Entries:
    """The members of a JSON object as a list of `{ key value }`."""

    name: str

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        rows = dialect.entries(scope.table.c[self.name], scope.compiler.alias("e"))
        kind = get_named_type(selection.definition.type)
        members = scope.compiler.members(kind, selection, lambda inner: dialect.quoted(rows.c[inner.name]))
        listed = select(dialect.concatenated(json_object(members))).select_from(rows).scalar_subquery()
        return joined("[", listed, "]")


@dataclass(frozen=True)
class ToOne:
    """The row that a column of this row refers to."""

    table: Table
    name: str

    def value(self, scope: "Scope") -> ColumnElement[Any]:
        return scope.table.c[self.name]

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        target = scope.join(self.table, self.name)
        required = is_non_null_type(selection.definition.type)
        return nullable(target.object(selection), None if required else target.table.c.id.is_not(None))


@dataclass(frozen=True)
class Constant:
    """A value that is the same for everybody: a list of objects with the schema's names."""

    items: tuple[Mapping[str, Any], ...]

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        kind = get_named_type(selection.definition.type)
        rows = []
        for item in self.items:
            spell = _constant_member(item)
            rows.append(json_object(scope.compiler.members(kind, selection, spell)))
        listed: list[str | ColumnElement[Any]] = []
        for place, row in enumerate(rows):
            listed += ["," if place else "[", row]
        return joined(*listed, "]")


def _constant_member(item: Mapping[str, Any]) -> Callable[["Selection"], ColumnElement[str]]:
    return lambda selection: constant(json_text(item[selection.name]))


@dataclass(frozen=True)
class OwnRow:
    """The account's own row."""

    table: Table

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        return own.lookup(own.object(selection), own.of_account())


@dataclass(frozen=True)
class ById:
    """A row of one table, by the argument `id`."""

    table: Table

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        return own.lookup(own.object(selection), own.of_account(), own.table.c.id == selection.arguments.bind(("id",)))


@dataclass(frozen=True)
class Given:
    """A row of one table, by a parameter that the caller of the plan gives."""

    table: Table
    parameter: str
    column: str = "id"

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        match = own.table.c[self.column] == scope.compiler.given(self.parameter)
        return own.lookup(own.object(selection), own.of_account(), match)


@dataclass(frozen=True)
class GivenList:
    """The rows of one table that have a parameter's value in a column, in the order of another."""

    table: Table
    column: str
    parameter: str
    order: str

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        item = own.object(selection).label("j")
        rows = own.select(item).where(own.of_account(), own.table.c[self.column] == scope.compiler.given(self.parameter))
        listed = rows.order_by(own.table.c[self.order]).subquery(scope.compiler.alias("p"))
        return joined("[", select(dialect.concatenated(listed.c.j)).scalar_subquery(), "]")


@dataclass(frozen=True)
class AnyNode:
    """An object of any kind, found by its id's prefix; the list of them for the argument `ids`."""

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        if "ids" not in selection.arguments.values:
            return self._one(scope, selection, selection.arguments.bind(("id",)))
        ids = selection.arguments.read(_ids)
        rows = dialect.entries(ids, scope.compiler.alias("e"))
        found = self._one(scope, selection, rows.c.value)
        return joined("[", select(dialect.concatenated(found)).select_from(rows).scalar_subquery(), "]")

    def given(self, scope: "Scope", selection: "Selection", parameter: str) -> ColumnElement[str]:
        """The object whose id the caller of the plan gives."""
        return self._one(scope, selection, scope.compiler.given(parameter))

    def _one(self, scope: "Scope", selection: "Selection", id: ColumnElement[Any]) -> ColumnElement[str]:
        compiler = scope.compiler
        branches = []
        for entity in compiler.catalog.entities:
            own = compiler.scope(entity.table)
            found = own.lookup(own.object(selection), own.of_account(), own.table.c.id == id)
            branches.append((func.substr(id, 1, len(entity.prefix)) == entity.prefix_literal, found))
        return case(*branches, else_=constant("null"))


def _ids(arguments: Mapping[str, Any]) -> str:
    from_client = arguments["ids"]
    if len(from_client) > LARGEST_LIST:
        message = f"`ids` has {len(from_client)} entries; ask for at most {LARGEST_LIST} at once."
        raise ArgumentFault(ErrorCode.PARAMETER_INVALID, "ids", message)
    return json_text(from_client)


@dataclass(frozen=True)
class Entity:
    """A type of the schema that has a table, and ids with a prefix of their own."""

    type_name: str
    table: Table
    prefix: str

    @property
    def prefix_literal(self) -> ColumnElement[str]:
        return constant(self.prefix)


class Catalog:
    """Every field of every type, and the source of its value."""

    def __init__(self, entities: tuple[Entity, ...], tables: Mapping[str, Table], sources: Mapping[tuple[str, str], Any]) -> None:
        self.entities = entities
        self._tables = tables
        self._types = {table: name for name, table in tables.items()}
        self._sources = dict(sources)

    def source(self, type_name: str, field: str) -> Any:
        """The source of a field; KeyError when it has none."""
        return self._sources[type_name, field]

    def planned(self, type_name: str, field: str) -> bool:
        """Whether a field has a source."""
        return (type_name, field) in self._sources

    def type_of(self, table: Table) -> str:
        """The type whose rows a table holds."""
        return self._types[table]



def column_names(table: Table) -> frozenset[str]:
    """The names of a table's columns."""
    return frozenset(column.name for column in table_of(table).columns)
