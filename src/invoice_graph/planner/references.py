"""Rows that JSON names: those whose ids a column lists, and the one that a member of a document refers to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

from invoice_graph.planner.sql import Columns, Nested, constant, joined
from invoice_graph.store import dialect

if TYPE_CHECKING:
    from invoice_graph.planner.compiler import Compiler, Scope, Selection


@dataclass(frozen=True)
class ListedById:
    """The rows of a table whose ids a JSON column lists, in its order."""

    table: type[SQLModel]
    name: str

    def json(self, scope: "Scope", selection: "Selection") -> ColumnElement[str]:
        ids = dialect.entries(scope.table.c[self.name], scope.compiler.alias("e"))
        own = scope.compiler.scope(self.table)
        columns = Columns(scope.compiler.alias("q"))
        listed = dialect.concatenated(columns.take(own.object(selection)))
        match = own.of_account() & (own.table.c.id == ids.c.value)
        source = own.with_joins(ids.join(own.table, match))
        rows = select(*columns.labelled()).select_from(source).order_by(ids.c.key).correlate(scope.table)
        return joined("[", Nested(select(listed).select_from(rows.subquery(columns.alias)).scalar_subquery()), "]")


@dataclass(frozen=True)
class MemberRow:
    """The row of a table whose id is a member of a JSON document."""

    table: type[SQLModel]
    member: str

    def within(self, document: ColumnElement[Any], compiler: "Compiler", selection: "Selection") -> ColumnElement[str]:
        """The row as JSON; `null` where there is none."""
        own = compiler.scope(self.table)
        match = own.table.c.id == dialect.member_text(document, self.member)
        columns = Columns(compiler.alias("q"))
        text = func.coalesce(func.max(columns.take(own.object(selection))), constant("null"))
        rows = own.select(*columns.labelled()).where(own.of_account(), match).limit(1)
        found = rows.correlate_except(*own.tables).subquery(columns.alias)
        return Nested(select(text).select_from(found).scalar_subquery())
