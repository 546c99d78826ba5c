"""Which rows belong to a connection, and which of them a page has: those between its cursors, in its order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, exists, false, literal_column, or_, select, true, union_all
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.planner import filters, search, visibility
from invoice_graph.planner.catalog import Table
from invoice_graph.planner.compiler import ONE, ZERO, Scope, Selection
from invoice_graph.planner.pagination import Order, SortKey, cursor_key, is_backward, page_size
from invoice_graph.planner.sources import Expression
from invoice_graph.planner.values import array
from invoice_graph.store import dialect
from invoice_graph.store.rows import table_of


@dataclass(frozen=True)
class Listing:
    """The rows of a table that belong to a row (or to the account).

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


class PageRows:
    """The rows of one page of a listing, as a selection asks for it."""

    def __init__(self, listing: Listing, parent: Scope, selection: Selection) -> None:
        self.listing = listing
        self.parent = parent
        self.compiler = parent.compiler
        self.arguments = selection.arguments
        self.backward = is_backward(self.arguments.values)
        self.order = listing.order_of(selection)
        self.size = self._size()
        self.searched = search.form_of(self.arguments)
        self.keys = {"after": self._keys("after"), "before": self._keys("before")}

    def scope(self) -> Scope:
        """A row of the listing under a new alias."""
        return self.compiler.scope(self.listing.table)

    def select(self, rows: Scope, columns: list[Any]) -> Select[Any]:
        """These columns of the page's rows, in their order; call it when all that is joined to a row is known."""
        return self.correlated(self._direct(rows, columns) if self._is_newest_first() else self._by_keys(rows, columns))

    def _is_newest_first(self) -> bool:
        default = self.order.keys == self.listing.order
        return default and not self.backward and not self.arguments.given("where") and not self.searched

    def _direct(self, rows: Scope, columns: list[Any]) -> Select[Any]:
        """The default order has an index: the rows come in order and the first are taken."""
        (part,) = self._parts(rows)
        statement = rows.select(*columns).where(*self.members(rows), part)
        return statement.order_by(*self.order.columns(rows.table)).limit(self.size)

    def _by_keys(self, rows: Scope, columns: list[Any]) -> Select[Any]:
        """The page's keys are found first, so that JSON is made for the rows of the page only."""
        keys = self.scope()
        page = self._in_order(keys, self.size).limit(self.size).subquery(self.compiler.alias("k"))
        own = rows.table.c
        # The account is named once more: PostgreSQL does not see by itself that it is the same in all parts of a page.
        same = [own[c.name] == page.c[c.name] for c in keys.table.primary_key if c.name != "account_id"]
        source = rows.with_joins(page.outerjoin(rows.table, and_(own.account_id == self.compiler.account, *same)))
        return select(*columns).select_from(source).order_by(*self.order.columns(rows.table))

    def members(self, scope: Scope) -> list[ColumnElement[bool]]:
        """The rows that belong to the connection."""
        conditions = [scope.of_actor(), *visibility.listed(scope)]
        if self.listing.within is not None:
            conditions.append(self.listing.within(scope))
        if self._hides_clocks():
            conditions.append(visibility.on_no_clock(scope))
        conditions += [scope.table.c[child] == self.parent.table.c[own] for child, own in self.listing.match.items()]
        for argument, column in self.listing.narrowed_by.items():
            if self.arguments.given(argument):
                conditions.append(self._narrowed(scope.table.c[column], argument))
        if self.arguments.given("where"):
            conditions.append(filters.condition(scope, self.arguments, ("where",)))
        if self.searched:
            conditions.append(search.condition(scope, self.arguments, self.searched))
        return conditions

    def _parts(self, scope: Scope) -> list[ColumnElement[bool]]:
        """Conditions of the rows on the page's side of its cursor; of all where it has none."""
        return next((self._beyond(scope, argument) for argument, keys in self.keys.items() if keys), [true()])

    def _in_order(self, scope: Scope, reach: ColumnElement[int]) -> Select[Any] | CompoundSelect[Any]:
        """The keys of the rows on the page's side of its cursor, in the direction of travel; those who ask look at so
        many as `reach` says."""
        ordered = self.order.columns(scope.table, self.backward)
        found = self.correlated(select(*scope.table.primary_key).where(*self.members(scope)))
        parts = self._parts(scope)
        if len(parts) == 1:
            return found.where(parts[0]).order_by(*ordered)
        found = found.add_columns(*(scope.table.c[key.column] for key in self.order.keys[:-1]))
        if self.compiler.dialect.name in dialect.SORTING_UNIONS:
            found = found.order_by(*ordered).limit(reach)
        return union_all(*(found.where(part) for part in parts)).order_by(*ordered)

    def goes_on(self, backward: bool) -> ColumnElement[bool]:
        """Whether there are rows after the page, or `backward`, before it."""
        argument = "after" if backward else "before"
        beyond = self._at_or_beyond(argument) if self.keys[argument] else false()
        return or_(self._has_more(), beyond) if backward == self.backward else beyond

    def _has_more(self) -> ColumnElement[bool]:
        """Whether there is one row more than the page holds, in the direction of travel."""
        found = self._in_order(self.scope(), self.size + ONE)
        return exists(found.limit(ONE).offset(self.size))

    def _at_or_beyond(self, argument: str) -> ColumnElement[bool]:
        """Whether there are rows at a cursor or on its far side."""
        scope = self.scope()
        backward = argument != "before"
        found: Select[Any] = select(ONE).select_from(scope.table).where(*self.members(scope))
        # In order and with an offset, or PostgreSQL looks through rows in any order where it guesses that many fit.
        found = found.order_by(*self.order.columns(scope.table, backward)).limit(ONE).offset(ZERO)
        parts = self.order.beyond(scope.table, self.keys[argument], backward, inclusive=True)
        return or_(*(exists(self.correlated(found.where(part))) for part in parts))

    def correlated(self, statement: Select[Any]) -> Select[Any]:
        """Lets a statement refer to the row that the connection belongs to."""
        return statement.correlate(self.parent.table) if self.listing.match else statement

    def _hides_clocks(self) -> bool:
        field = self.listing.clocks_shown_by
        searched = any(form.field == field for form in self.searched.clauses) if self.searched else False
        return field is not None and not searched and not visibility.mentions(self.arguments.values.get("where"), field)

    def _narrowed(self, column: ColumnElement[Any], argument: str) -> ColumnElement[bool]:
        if isinstance(self.arguments.values[argument], list):
            return filters.OPERATORS["in"](column, self.arguments.bind((argument,), array))
        return column == self.arguments.bind((argument,))

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
        return self.arguments.read(read, table_of(self.listing.table).c[key.column].type)

    def _beyond(self, scope: Scope, argument: str) -> list[ColumnElement[bool]]:
        return self.order.beyond(scope.table, self.keys[argument], backward=argument == "before")
