"""Which of an account's rows a reader sees: what no list shows, and what is gone by now."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import Select, and_, bindparam, exists, false, literal_column, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain import customer_access
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.catalog import Table
from invoice_graph.planner.sql import constant
from invoice_graph.store import tables
from invoice_graph.store.rows import aliased


class Reading(Protocol):
    """Who reads, and the names of tables in what they read with."""

    @property
    def account(self) -> ColumnElement[str]: ...

    @property
    def customer(self) -> ColumnElement[str]: ...

    def alias(self, letter: str) -> str: ...


class Row(Protocol):
    """A row of a table under an alias, which somebody reads."""

    @property
    def kind(self) -> Table: ...

    @property
    def table(self) -> Any: ...

    @property
    def compiler(self) -> Reading: ...


PREVIEW_ENDS: Mapping[Table, str] = {tables.Invoice: "expires_at"}
"""The tables that hold previews too, and the column that says how long; it is empty in everything else."""

DELETED: Mapping[Table, str] = {tables.TestClock: "deleted_at"}
"""The tables whose deleted rows stay because others refer to them, and the column that says when they went."""

TEST_CLOCK = "test_clock_id"


def _customer_himself(reading: Reading, row: Any) -> ColumnElement[bool]:
    own: ColumnElement[bool] = row.c.id == reading.customer
    return own


def _finalized(reading: Reading, row: Any) -> ColumnElement[bool]:
    return and_(row.c.customer_id == reading.customer, row.c.status != constant(InvoiceStatus.DRAFT))


def _of_customer(reading: Reading, row: Any) -> ColumnElement[bool]:
    own: ColumnElement[bool] = row.c.customer_id == reading.customer
    return own


def _heard(reading: Reading, row: Any) -> ColumnElement[bool]:
    heard = or_(*(row.c.type == constant(event) for event in sorted(customer_access.EVENTS)))
    return and_(_of_customer(reading, row), heard)


def _below(table: Table, column: str) -> "Fence":
    """The condition that what a column refers to is the customer's to see."""

    def fence(reading: Reading, row: Any) -> ColumnElement[bool]:
        above = aliased(table, reading.alias("f"))
        found: Select[Any] = select(literal_column("1")).where(
            above.c.account_id == reading.account, above.c.id == row.c[column], FENCES[table](reading, above)
        )
        return exists(found.correlate(row))

    return fence


Fence = Callable[[Reading, Any], ColumnElement[bool]]

FENCES: Mapping[Table, Fence] = {
    tables.Customer: _customer_himself,
    tables.Invoice: _finalized,
    tables.LineItem: _below(tables.Invoice, "invoice_id"),
    tables.InvoicePayment: _below(tables.Invoice, "invoice_id"),
    tables.CreditNote: _of_customer,
    tables.CreditNoteLine: _below(tables.CreditNote, "credit_note_id"),
    tables.Event: _heard,
    # Neither `node` nor a list has these: what is the customer's own refers to them.
    tables.TaxRate: lambda reading, row: true(),
    tables.Discount: lambda reading, row: true(),
}
"""What a row of each table must be for a customer to see it; of tables without an entry they see nothing."""


def of_customer(row: Row) -> ColumnElement[bool]:
    """What a row must be for the customer who acts for themselves to see it."""
    fence = FENCES.get(row.kind)
    return false() if fence is None else fence(row.compiler, row.table)


def listed(row: Row) -> list[ColumnElement[bool]]:
    """What a row must be to stand in a list, or to count: no preview, and not deleted."""
    ends = _preview_ends(row)
    return _not_deleted(row) if ends is None else [ends.is_(None)]


def present(row: Row) -> list[ColumnElement[bool]]:
    """What a row must be to be found by its id: no preview whose time has run out, and not deleted."""
    ends = _preview_ends(row)
    return _not_deleted(row) if ends is None else [or_(ends.is_(None), ends > bindparam("now"))]


def on_no_clock(row: Row) -> ColumnElement[bool]:
    """Whether a row lives in real time."""
    lives: ColumnElement[bool] = row.table.c[TEST_CLOCK].is_(None)
    return lives


def mentions(where: Any, field: str) -> bool:
    """Whether a `where` has a condition on a field, at any depth."""
    if isinstance(where, list):
        return any(mentions(item, field) for item in where)
    if not isinstance(where, dict):
        return False
    own = where.get(field)
    asked = isinstance(own, dict) and any(value is not None for value in own.values())
    return asked or any(mentions(where.get(name), field) for name in ("and", "or", "not"))


def _preview_ends(row: Row) -> ColumnElement[Any] | None:
    column = PREVIEW_ENDS.get(row.kind)
    return None if column is None else row.table.c[column]


def _not_deleted(row: Row) -> list[ColumnElement[bool]]:
    column = DELETED.get(row.kind)
    return [] if column is None else [row.table.c[column].is_(None)]
