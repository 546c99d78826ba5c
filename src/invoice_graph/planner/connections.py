"""Relay connections: a page of rows, its edges, its surroundings, its count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.planner import filters, search, visibility
from invoice_graph.planner.arguments import Arguments
from invoice_graph.planner.catalog import Table
from invoice_graph.planner.compiler import ONE, ZERO, Scope, Selection
from invoice_graph.planner.pagination import Order, PageShape, SortKey, cursor_key, page_shape, page_size
from invoice_graph.planner.sources import Expression
from invoice_graph.planner.sql import Columns, Nested, constant, joined, json_object
from invoice_graph.planner.summary import Summary
from invoice_graph.planner.values import array
from invoice_graph.store import dialect
from invoice_graph.store.rows import table_of


@dataclass(frozen=True)
class Connection:
    """The rows of a table that belong to a row (or to the account), page by page.

    `match` pairs columns of the table with columns of the row they belong to; `order` is the
    order without an `orderBy`; `narrowed_by` maps further arguments to the columns they are compared with.
    `within` holds for all of them. With `clocks_shown_by`, objects on test clocks are left out unless a condition is
    on that field.
    """

    table: Table
    match: Mapping[str, str] = field(default_factory=dict)
    order: tuple[SortKey, ...] = (SortKey("created_at", descending=True), SortKey("id", descending=True))
    narrowed_by: Mapping[str, str] = field(default_factory=dict)
    nullable_orders: frozenset[str] = frozenset()
    tagged: bool = True
    clocks_shown_by: str | None = None
    within: Expression | None = None

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

    def order_of(self, selection: Selection) -> Order:
        """The order that a selection asks for."""
        asked = selection.arguments.values.get("orderBy")
        keys, name = self.order, ""
        if asked is not None:
            column = asked["field"].lower()
            descending = asked["direction"] == "DESC"
            keys = (SortKey(column, descending, column in self.nullable_orders), SortKey("id", descending))
            name = "" if keys == self.order else f":{asked['field']}:{asked['direction']}"
        return Order(keys, f"{selection.parent}.{selection.name}{name}" if self.tagged else "")


class _Page:
    """One page of a connection, as a selection asks for it."""

    def __init__(self, source: Connection, parent: Scope, selection: Selection) -> None:
        self.source = source
        self.parent = parent
        self.compiler = parent.compiler
        self.selection = selection
        self.arguments = selection.arguments
        self.shape: PageShape = page_shape(self.arguments.values)
        self.order = source.order_of(selection)
        self.size = self._size()
        self.searched = search.form_of(self.arguments)
        self.keys = {"after": self._keys("after"), "before": self._keys("before")}
        self.columns = Columns(self.compiler.alias("p"))
        self.cursors: ColumnElement[str] | None = None

    def json(self) -> ColumnElement[str]:
        """The connection as JSON."""
        self.rows = self.compiler.scope(self.source.table)
        members = self.compiler.members(self.selection.kind, self.selection, self._member)
        if not self.columns:
            return json_object(members)
        return Nested(select(json_object(members)).select_from(self._subquery()).scalar_subquery())

    def _member(self, selection: Selection) -> ColumnElement[str]:
        return _MEMBERS[selection.name](self, selection)

    def edges(self, selection: Selection) -> ColumnElement[str]:
        """The edges: each row with its cursor."""
        return self._listed(json_object(self.compiler.members(selection.kind, selection, self._edge)))

    def nodes(self, selection: Selection) -> ColumnElement[str]:
        """The rows alone."""
        return self._listed(self.rows.object(selection))

    def _edge(self, selection: Selection) -> ColumnElement[str]:
        return self.order.cursor(self.rows.table) if selection.name == "cursor" else self.rows.object(selection)

    def _listed(self, item: ColumnElement[str]) -> ColumnElement[str]:
        return joined("[", dialect.concatenated(self.columns.take(item)), "]")

    def page_info(self, selection: Selection) -> ColumnElement[str]:
        """What lies around the page."""
        return json_object(self.compiler.members(selection.kind, selection, lambda inner: _PAGE_INFO[inner.name](self)))

    def total_count(self, _selection: Selection) -> ColumnElement[Any]:
        """How many rows there are on all pages together."""
        scope = self.compiler.scope(self.source.table)
        counted = select(func.count()).select_from(scope.table).where(*self._members_of(scope))
        return self._correlated(counted).scalar_subquery()

    def summary(self, selection: Selection) -> ColumnElement[str]:
        """What the rows on all pages add up to. Its subqueries nest as deep as those of another connection."""
        self.compiler.descend()
        scope = self.compiler.scope(self.source.table)
        conditions = self._members_of(scope)
        spelled = Summary(scope, selection, lambda groups: self._correlated(groups.where(*conditions))).json()
        self.compiler.ascend()
        return spelled

    def has_next(self) -> ColumnElement[str]:
        """Whether rows follow the page."""
        beyond = self._at_or_beyond("before") if self.shape.before else false()
        return _truth(beyond if self.shape.backward else or_(self._more(), beyond))

    def has_previous(self) -> ColumnElement[str]:
        """Whether rows precede the page."""
        beyond = self._at_or_beyond("after") if self.shape.after else false()
        return _truth(or_(self._more(), beyond) if self.shape.backward else beyond)

    def start_cursor(self) -> ColumnElement[str]:
        """The first row's cursor."""
        return self._end(dialect.first_of)

    def end_cursor(self) -> ColumnElement[str]:
        """The last row's cursor."""
        return self._end(dialect.last_of)

    def _end(self, pick: Callable[[ColumnElement[str]], ColumnElement[str]]) -> ColumnElement[str]:
        if self.cursors is None:
            self.cursors = self._listed(self.order.cursor(self.rows.table))
        return func.coalesce(pick(self.cursors), constant("null"))

    def _subquery(self) -> Any:
        labelled = self.columns.labelled()
        statement = self._direct(labelled) if self._is_direct() else self._by_keys(labelled)
        return self._correlated(statement).subquery(self.columns.alias)

    def _is_direct(self) -> bool:
        default = self.order.keys == self.source.order
        return default and not self.shape.backward and not self.arguments.given("where") and not self.searched

    def _direct(self, labelled: list[Any]) -> Select[Any]:
        """The default order has an index: the rows come in order and the first are taken."""
        (part,) = self._parts(self.rows)
        statement = self.rows.select(*labelled).where(*self._members_of(self.rows), part)
        return statement.order_by(*self.order.columns(self.rows.table)).limit(self.size)

    def _by_keys(self, labelled: list[Any]) -> Select[Any]:
        """The page's keys are found first, so that JSON is made for the rows of the page only."""
        keys = self.compiler.scope(self.source.table)
        page = self._in_order(keys, self.size).limit(self.size).subquery(self.compiler.alias("k"))
        own = self.rows.table.c
        # The account is named once more: PostgreSQL does not see by itself that it is the same in all parts of a page.
        same = [own[c.name] == page.c[c.name] for c in keys.table.primary_key if c.name != "account_id"]
        match = and_(own.account_id == self.compiler.account, *same)
        source = self.rows.with_joins(page.outerjoin(self.rows.table, match))
        return select(*labelled).select_from(source).order_by(*self.order.columns(self.rows.table))

    def _members_of(self, scope: Scope) -> list[ColumnElement[bool]]:
        """The rows that belong to the connection."""
        conditions = [scope.of_actor(), *visibility.listed(scope)]
        if self.source.within is not None:
            conditions.append(self.source.within(scope))
        if self._hides_clocks():
            conditions.append(visibility.on_no_clock(scope))
        conditions += [scope.table.c[child] == self.parent.table.c[own] for child, own in self.source.match.items()]
        for argument, column in self.source.narrowed_by.items():
            if self.arguments.given(argument):
                conditions.append(self._narrowed(scope.table.c[column], argument))
        if self.arguments.given("where"):
            conditions.append(filters.condition(scope, self.arguments, ("where",)))
        if self.searched:
            conditions.append(search.condition(scope, self.arguments, self.searched))
        return conditions

    def _hides_clocks(self) -> bool:
        field = self.source.clocks_shown_by
        searched = any(form.field == field for form in self.searched.clauses) if self.searched else False
        return field is not None and not searched and not visibility.mentions(self.arguments.values.get("where"), field)

    def _narrowed(self, column: ColumnElement[Any], argument: str) -> ColumnElement[bool]:
        if isinstance(self.arguments.values[argument], list):
            return filters.OPERATORS["in"](column, self.arguments.bind((argument,), array))
        return column == self.arguments.bind((argument,))

    def _in_order(self, scope: Scope, reach: ColumnElement[int]) -> Select[Any] | CompoundSelect[Any]:
        """The keys of the rows on the page's side of its cursor, in the direction of travel; those who ask look at so
        many as `reach` says."""
        ordered = self.order.columns(scope.table, self.shape.backward)
        found = self._correlated(select(*scope.table.primary_key).where(*self._members_of(scope)))
        parts = self._parts(scope)
        if len(parts) == 1:
            return found.where(parts[0]).order_by(*ordered)
        found = found.add_columns(*(scope.table.c[key.column] for key in self.order.keys[:-1]))
        if self.compiler.dialect.name in dialect.SORTING_UNIONS:
            found = found.order_by(*ordered).limit(reach)
        return union_all(*(found.where(part) for part in parts)).order_by(*ordered)

    def _parts(self, scope: Scope) -> list[ColumnElement[bool]]:
        """Conditions of the rows on the page's side of its cursor; of all where it has none."""
        return next((self._beyond(scope, argument) for argument, keys in self.keys.items() if keys), [true()])

    def _size(self) -> ColumnElement[int]:
        """How many rows a page has; a constant where the database must know it to plan once for all requests."""
        if self.compiler.dialect.name in dialect.PLANNING_BY_LIMIT:
            return literal_column(str(self.arguments.form((), page_size)))
        return self.arguments.read(page_size)

    def _keys(self, argument: str) -> list[ColumnElement[Any] | None]:
        """The keys in a cursor, None for a missing value; read even where no row is asked for, so that its faults are
        found."""
        if not self.arguments.given(argument):
            return []
        return [self._key(argument, place, key) for place, key in enumerate(self.order.keys)]

    def _key(self, argument: str, place: int, key: SortKey) -> ColumnElement[Any] | None:
        read = cursor_key(self.order, argument, place)
        if key.nullable and self.arguments.form((argument,), lambda cursor: read({argument: cursor}) is None):
            return None
        return self.arguments.read(read, table_of(self.source.table).c[key.column].type)

    def _beyond(self, scope: Scope, argument: str) -> list[ColumnElement[bool]]:
        return self.order.beyond(scope.table, self.keys[argument], backward=argument == "before")

    def _more(self) -> ColumnElement[bool]:
        """Whether there is one row more than the page holds, in the direction of travel."""
        found = self._in_order(self.compiler.scope(self.source.table), self.size + ONE)
        return exists(found.limit(ONE).offset(self.size))

    def _at_or_beyond(self, argument: str) -> ColumnElement[bool]:
        """Whether there are rows at a cursor or on its far side."""
        scope = self.compiler.scope(self.source.table)
        backward = argument != "before"
        found: Select[Any] = select(ONE).select_from(scope.table).where(*self._members_of(scope))
        # In order and with an offset, or PostgreSQL looks through rows in any order where it guesses that many fit.
        found = found.order_by(*self.order.columns(scope.table, backward)).limit(ONE).offset(ZERO)
        parts = self.order.beyond(scope.table, self.keys[argument], backward, inclusive=True)
        return or_(*(exists(self._correlated(found.where(part))) for part in parts))

    def _correlated(self, statement: Select[Any]) -> Select[Any]:
        """Lets a statement refer to the row that the connection belongs to."""
        return statement.correlate(self.parent.table) if self.source.match else statement


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
