"""Where the value of each field of the schema comes from.

The Strawberry types are the schema's only definition; each of their fields names one of these
sources. A field without one is the column of its type's table that has its name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from graphql import is_list_type, is_non_null_type
from sqlalchemy import and_, func, select
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.planner import filters, labels, visibility
from invoice_graph.planner.arguments import Arguments
from invoice_graph.planner.catalog import Table
from invoice_graph.planner.compiler import Compiler, Scope, Selection
from invoice_graph.planner.faults import ArgumentFault
from invoice_graph.planner.references import MemberRow, Members
from invoice_graph.planner.sql import Choice, Columns, Nested, constant, has_nested, joined, json_object, leaf, nullable
from invoice_graph.planner.values import array
from invoice_graph.store import dialect
from invoice_graph.store.types import json_text

LARGEST_LIST = 100
Expression = Callable[[Scope], ColumnElement[Any]]


@dataclass(frozen=True)
class Column:
    """A column of the row. `folded` names the column that holds it casefolded, for `contains`; with `caseless`
    `eq` compares that one too."""

    name: str
    folded: str | None = None
    caseless: bool = False

    def value(self, scope: Scope) -> ColumnElement[Any]:
        return scope.table.c[self.name]

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        return leaf(self.value(scope), selection.definition.type)


@dataclass(frozen=True)
class Computed:
    """A value calculated from the row."""

    expression: Expression
    folded: ClassVar[None] = None
    caseless: ClassVar[bool] = False

    def value(self, scope: Scope) -> ColumnElement[Any]:
        return self.expression(scope)

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        return leaf(self.expression(scope), selection.definition.type)


@dataclass(frozen=True)
class SameRow:
    """An object made of the same row's columns; `null` where the column `present` is, if one is named."""

    present: str | None = None

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        present = None if self.present is None else scope.table.c[self.present].is_not(None)
        return nullable(scope.object(selection), present)

    def condition(self, scope: Scope, arguments: Arguments, path: tuple[Any, ...], depth: int) -> ColumnElement[bool]:
        return filters.condition(scope.part(path[-1]), arguments, path, depth)


@dataclass(frozen=True)
class Document:
    """Objects or lists stored as JSON in a column; their members have the schema's names."""

    name: str

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        column = scope.table.c[self.name]
        if selection.is_leaf:
            return dialect.stored_json(column)
        present = None if is_non_null_type(selection.definition.type) else column.is_not(None)
        return nullable(_within(column, scope.compiler, selection), present)


def _within(document: ColumnElement[Any], compiler: Compiler, selection: Selection) -> ColumnElement[str]:
    """What is selected of a JSON object, or of each object of a JSON list."""
    kind = selection.definition.type
    if not is_list_type(kind.of_type if is_non_null_type(kind) else kind):
        return _object(Members(document), compiler, selection)
    rows = dialect.entries(document, compiler.alias("e"))
    members = Members(rows.c.value, rows)
    item = _object(members, compiler, selection)
    return _listed(item, members.rows, compiler, () if members.rows is rows else (rows.c.key,))


def _listed(item: ColumnElement[str], rows: Any, compiler: Compiler, order: Sequence[Any] = ()) -> ColumnElement[str]:
    """A list with an item for each row, in the order that rows joined to others would lose."""
    if order or has_nested(item):
        columns = Columns(compiler.alias("q"))
        item = columns.take(item)
        rows = select(*columns.labelled()).select_from(rows).order_by(*order).subquery(columns.alias)
    return joined("[", Nested(select(dialect.concatenated(item)).select_from(rows).scalar_subquery()), "]")


def _object(document: Members, compiler: Compiler, selection: Selection) -> ColumnElement[str]:
    members = compiler.members(selection.kind, selection, lambda inner: _member(document, compiler, inner))
    return json_object(members)


def _member(document: Members, compiler: Compiler, selection: Selection) -> ColumnElement[str]:
    if compiler.catalog.planned(selection.parent, selection.name):
        referring: MemberRow = compiler.catalog.source(selection.parent, selection.name)
        return referring.beside(document, compiler, selection)
    found = dialect.member(document.value, selection.name)
    if selection.is_leaf:
        return func.coalesce(found, constant("null"))
    return nullable(_within(found, compiler, selection), found != constant("null"))


@dataclass(frozen=True)
class Entries:
    """The members of a JSON object as a list of `{ key value }`."""

    name: str

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        rows = dialect.members(scope.table.c[self.name], scope.compiler.alias("e"))
        members = scope.compiler.members(selection.kind, selection, lambda inner: dialect.quoted(rows.c[inner.name]))
        return _listed(json_object(members), rows, scope.compiler)


@dataclass(frozen=True)
class Labels(Entries):
    """Entries that are also rows of the table of labels, so that `where` can ask for them."""

    def condition(self, scope: Scope, arguments: Arguments, path: tuple[Any, ...], depth: int) -> ColumnElement[bool]:
        return labels.condition(scope, arguments, path)


@dataclass(frozen=True)
class ToOne:
    """The row that a column of this row refers to."""

    table: Table
    name: str
    folded: ClassVar[None] = None
    caseless: ClassVar[bool] = False

    def value(self, scope: Scope) -> ColumnElement[Any]:
        return scope.table.c[self.name]

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        required = is_non_null_type(selection.definition.type)
        target = scope.join(self.table, self.name, required)
        return nullable(target.object(selection), None if required else target.table.c.id.is_not(None))


@dataclass(frozen=True)
class Constant:
    """A value that is the same for everybody: a list of objects with the schema's names."""

    items: tuple[Mapping[str, Any], ...]

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        members = (scope.compiler.members(selection.kind, selection, _constant_member(item)) for item in self.items)
        rows = [json_object(listed) for listed in members]
        listed: list[str | ColumnElement[Any]] = []
        for place, row in enumerate(rows):
            listed += ["," if place else "[", row]
        return joined(*listed, "]")


def _constant_member(item: Mapping[str, Any]) -> Callable[[Selection], ColumnElement[str]]:
    return lambda selection: constant(json_text(item[selection.name]))


@dataclass(frozen=True)
class OwnRow:
    """The account's own row."""

    table: Table

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        return own.lookup(own.object(selection), own.of_actor())


@dataclass(frozen=True)
class ById:
    """A row of one table, by the argument `id`; by `version` too where another table keeps the versions."""

    table: Table
    versions: Table | None = None

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        kept = self.versions if selection.arguments.given("version") else None
        own = scope.compiler.scope(kept or self.table)
        match = own.table.c.id == selection.arguments.bind(("id",))
        if kept is not None:
            match &= own.table.c.version == selection.arguments.bind(("version",))
        return own.lookup(own.object(selection), own.of_actor(), match, *visibility.present(own))


@dataclass(frozen=True)
class Given:
    """A row of one table, by a parameter that the caller of the plan gives."""

    table: Table
    parameter: str
    column: str = "id"

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        match = own.table.c[self.column] == scope.compiler.given(self.parameter)
        return own.lookup(own.object(selection), own.of_actor(), match, *visibility.present(own))


@dataclass(frozen=True)
class GivenList:
    """The rows of one table that have a parameter's value in a column, in the order of another."""

    table: Table
    column: str
    parameter: str
    order: str

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        own = scope.compiler.scope(self.table)
        match = own.table.c[self.column] == scope.compiler.given(self.parameter)
        columns = Columns(scope.compiler.alias("q"))
        listed = dialect.concatenated(columns.take(own.object(selection)))
        rows = own.select(*columns.labelled()).where(own.of_actor(), match).order_by(own.table.c[self.order])
        return joined("[", select(listed).select_from(rows.subquery(columns.alias)).scalar_subquery(), "]")


@dataclass(frozen=True)
class AnyNode:
    """An object of any kind, by its id; the list of them for the argument `ids`."""

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        if "ids" not in selection.arguments.values:
            return self._found(scope, selection, _single(scope, selection.arguments.bind(("id",))))
        ids = dialect.entries(selection.arguments.bind(("ids",), _ids), scope.compiler.alias("e"))
        return joined("[", self._found(scope, selection, ids, ids.c.key), "]")

    def given(self, scope: Scope, selection: Selection, parameter: str) -> ColumnElement[str]:
        """The object whose id the caller of the plan gives."""
        return self._found(scope, selection, _single(scope, scope.compiler.given(parameter)))

    def _found(self, scope: Scope, selection: Selection, ids: Any, *order: Any) -> ColumnElement[str]:
        """The objects of a table of ids, an id having an object in one of all the types' tables at most."""
        branches, source = [], ids
        for table in scope.compiler.catalog.nodes:
            if not scope.compiler.finds(table, selection):
                continue
            own = scope.compiler.scope(table)
            branches.append((own.table.c.id.is_not(None), own.object(selection)))
            match = and_(own.of_actor(), own.table.c.id == ids.c.value, *visibility.present(own))
            source = own.with_joins(source.outerjoin(own.table, match))
        columns = Columns(scope.compiler.alias("q"))
        listed = dialect.concatenated(columns.take(Choice(*branches) if branches else constant("null")))
        rows = select(*columns.labelled()).select_from(source).order_by(*order).subquery(columns.alias)
        return select(listed).select_from(rows).scalar_subquery()


def _single(scope: Scope, id: ColumnElement[str]) -> Any:
    return select(id.label("value")).subquery(scope.compiler.alias("e"))


def _ids(ids: Sequence[str]) -> str:
    if len(ids) > LARGEST_LIST:
        message = f"`ids` has {len(ids)} entries; ask for at most {LARGEST_LIST} at once."
        raise ArgumentFault(ErrorCode.PARAMETER_INVALID, "ids", message)
    return array(ids)
