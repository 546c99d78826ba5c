"""Rows that JSON names: those whose ids a column lists, and those that members of a document refer to."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import SQLModel

from invoice_graph.planner.compiler import Compiler, Scope, Selection
from invoice_graph.planner.sql import Columns, Nested, joined, nullable
from invoice_graph.store import dialect


@dataclass(frozen=True)
class ListedById:
    """The rows of a table whose ids a JSON column lists, in its order."""

    table: type[SQLModel]
    name: str

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        scope.compiler.descend(in_object=True)
        ids = dialect.entries(scope.table.c[self.name], scope.compiler.alias("e"))
        own = scope.compiler.scope(self.table)
        columns = Columns(scope.compiler.alias("q"))
        listed = dialect.concatenated(columns.take(own.object(selection)))
        scope.compiler.ascend()
        match = own.of_actor() & (own.table.c.id == ids.c.value)
        source = own.with_joins(ids.join(own.table, match))
        rows = select(*columns.labelled()).select_from(source).order_by(ids.c.key).correlate(scope.table)
        return joined("[", Nested(select(listed).select_from(rows.subquery(columns.alias)).scalar_subquery()), "]")


@dataclass
class Members:
    """A JSON object and, where it is one of a list, the table of the list's entries with the rows they refer to."""

    value: ColumnElement[Any]
    rows: Any = None


@dataclass(frozen=True)
class MemberRow:
    """The row of a table whose id is a member of each object of a JSON list."""

    table: type[SQLModel]
    member: str

    def beside(self, document: Members, compiler: Compiler, selection: Selection) -> ColumnElement[str]:
        """The row as JSON, joined to the list's entries; `null` where there is none."""
        compiler.descend(in_object=True)
        own = compiler.scope(self.table)
        found = own.object(selection)
        compiler.ascend()
        match = own.of_actor() & (own.table.c.id == dialect.member_text(document.value, self.member))
        document.rows = own.with_joins(document.rows.outerjoin(own.table, match))
        return nullable(found, own.table.c.id.is_not(None))
