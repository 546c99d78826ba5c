"""Relay connections: a page of rows, its edges, its surroundings, its count."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, exists, func, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.planner import filters
from invoice_graph.planner.arguments import Arguments
from invoice_graph.planner.compiler import Scope, Selection
from invoice_graph.planner.page_rows import Listing, PageRows
from invoice_graph.planner.sql import Columns, Nested, constant, joined, json_object
from invoice_graph.planner.summary import Summary
from invoice_graph.store import dialect


@dataclass(frozen=True)
class Connection(Listing):
    """The rows of a table that belong to a row (or to the account), page by page."""

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        scope.compiler.descend(in_object=isinstance(scope, Scope))
        spelled = _Page(self, scope, selection).json()
        scope.compiler.ascend()
        return spelled

    def condition(self, scope: Scope, arguments: Arguments, path: tuple[Any, ...], depth: int) -> ColumnElement[bool]:
        """Whether `some` of the rows that belong to the row meet a `where`."""
        if arguments.at(path).get("some") is None:
            return true()
        rows = scope.compiler.scope(self.table)
        found: Select[Any] = select(literal_column("1")).select_from(rows.table).where(rows.of_actor())
        found = found.where(*(rows.table.c[child] == scope.table.c[own] for child, own in self.match.items()))
        return exists(
            found.where(filters.condition(rows, arguments, (*path, "some"), depth + 1)).correlate(scope.table)
        )


class _Page:
    """One page of a connection, as a selection asks for it."""

    def __init__(self, source: Connection, parent: Scope, selection: Selection) -> None:
        self.compiler = parent.compiler
        self.selection = selection
        self.page = PageRows(source, parent, selection)
        self.columns = Columns(self.compiler.alias("p"))
        self.cursors: ColumnElement[str] | None = None

    def json(self) -> ColumnElement[str]:
        """The connection as JSON."""
        self.rows = self.page.scope()
        members = self.compiler.members(self.selection.kind, self.selection, self._member)
        if not self.columns:
            return json_object(members)
        rows = self.page.select(self.rows, self.columns.labelled()).subquery(self.columns.alias)
        return Nested(select(json_object(members)).select_from(rows).scalar_subquery())

    def _member(self, selection: Selection) -> ColumnElement[str]:
        return _MEMBERS[selection.name](self, selection)

    def edges(self, selection: Selection) -> ColumnElement[str]:
        """The edges: each row with its cursor."""
        return self._listed(json_object(self.compiler.members(selection.kind, selection, self._edge)))

    def nodes(self, selection: Selection) -> ColumnElement[str]:
        """The rows alone."""
        return self._listed(self.rows.object(selection))

    def _edge(self, selection: Selection) -> ColumnElement[str]:
        return self.page.order.cursor(self.rows.table) if selection.name == "cursor" else self.rows.object(selection)

    def _listed(self, item: ColumnElement[str]) -> ColumnElement[str]:
        return joined("[", dialect.concatenated(self.columns.take(item)), "]")

    def page_info(self, selection: Selection) -> ColumnElement[str]:
        """What lies around the page."""
        return json_object(self.compiler.members(selection.kind, selection, lambda inner: _PAGE_INFO[inner.name](self)))

    def total_count(self, _selection: Selection) -> ColumnElement[Any]:
        """How many rows there are on all pages together."""
        scope = self.page.scope()
        counted = select(func.count()).select_from(scope.table).where(*self.page.members(scope))
        return self.page.correlated(counted).scalar_subquery()

    def summary(self, selection: Selection) -> ColumnElement[str]:
        """What the rows on all pages add up to. Its subqueries nest as deep as those of another connection."""
        self.compiler.descend()
        scope = self.page.scope()
        conditions = self.page.members(scope)
        spelled = Summary(scope, selection, lambda groups: self.page.correlated(groups.where(*conditions))).json()
        self.compiler.ascend()
        return spelled

    def has_next(self) -> ColumnElement[str]:
        """Whether rows follow the page."""
        return _truth(self.page.goes_on(backward=False))

    def has_previous(self) -> ColumnElement[str]:
        """Whether rows precede the page."""
        return _truth(self.page.goes_on(backward=True))

    def start_cursor(self) -> ColumnElement[str]:
        """The first row's cursor."""
        return self._end(dialect.first_of)

    def end_cursor(self) -> ColumnElement[str]:
        """The last row's cursor."""
        return self._end(dialect.last_of)

    def _end(self, pick: Callable[[ColumnElement[str]], ColumnElement[str]]) -> ColumnElement[str]:
        if self.cursors is None:
            self.cursors = self._listed(self.page.order.cursor(self.rows.table))
        return func.coalesce(pick(self.cursors), constant("null"))


def _truth(value: ColumnElement[bool]) -> ColumnElement[str]:
    return case((value, constant("true")), else_=constant("false"))


_MEMBERS = {
    "edges": _Page.edges,
    "nodes": _Page.nodes,
    "pageInfo": _Page.page_info,
    "totalCount": _Page.total_count,
    "summary": _Page.summary,
}
_PAGE_INFO = {
    "hasNextPage": _Page.has_next,
    "hasPreviousPage": _Page.has_previous,
    "startCursor": _Page.start_cursor,
    "endCursor": _Page.end_cursor,
}
