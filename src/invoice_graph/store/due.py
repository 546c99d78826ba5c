"""What the gateway has to do by itself, and when: the moments that invoices wait for."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import bindparam, literal_column, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.clock import parse_time, time_text
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters, Statement
from invoice_graph.store.rows import build, table_of
from invoice_graph.store.tables import DUE_MOMENTS, Invoice, TestClock


@dataclass(frozen=True, slots=True)
class Due:
    """An invoice, and which of its moments has come."""

    account_id: str
    invoice_id: str
    column: str
    moment: datetime


async def due_until(connection: Connection, moment: datetime, limit: int) -> list[Due]:
    """What is due at `moment` or before, of customers who live in real time, the earliest first. Invoices with
    a payment under way wait."""
    return await _read(connection, None, moment, limit)


async def next_due(connection: Connection, clock: TestClock, moment: datetime) -> Due | None:
    """The first thing that is due on a test clock until `moment`; None when there is nothing."""
    found = await _read(connection, clock, moment, 1)
    return found[0] if found else None


async def _read(connection: Connection, clock: TestClock | None, moment: datetime, limit: int) -> list[Due]:
    parameters: Parameters = {"moment": time_text(moment), "most": limit}
    if clock is not None:
        parameters |= {"account_id": clock.account_id, "clock_id": clock.id}
    rows = await connection.rows(_statement(clock is not None), parameters)
    return [Due(account, invoice, DUE_MOMENTS[place], parse_time(at)) for account, invoice, place, at in rows]


@cache
def _statement(on_clock: bool) -> Statement:
    invoice = table_of(Invoice)
    parts = []
    for place, name in enumerate(DUE_MOMENTS):
        column = invoice.c[name]
        chosen = select(
            invoice.c.account_id, invoice.c.id, literal_column(str(place)).label("place"), column.label("at")
        ).where(column.is_not(None), column <= bindparam("moment"), invoice.c.payment_attempt_id.is_(None))
        if on_clock:
            mine = invoice.c.account_id == bindparam("account_id"), invoice.c.test_clock_id == bindparam("clock_id")
            parts.append(chosen.where(*mine))
        else:
            parts.append(chosen.where(invoice.c.test_clock_id.is_(None)))
    # At one moment the order of the work is that of the columns.
    order: list[ColumnElement[str]] = [literal_column(name) for name in ("at", "place", "account_id", "id")]
    return Statement(union_all(*parts).order_by(*order).limit(bindparam("most")))


_clocks = table_of(TestClock)
_ABANDONED = Statement(select(_clocks).where(_clocks.c.leased_until <= bindparam("moment")).order_by(_clocks.c.id))


async def abandoned_clocks(connection: Connection, moment: datetime) -> list[TestClock]:
    """The test clocks of all accounts that were left on their way: their lease ended at `moment` or before."""
    return [build(TestClock, raw) for raw in await connection.rows(_ABANDONED, {"moment": time_text(moment)})]


_invoices = table_of(Invoice)
_EXPIRED = Statement(select(_invoices).where(_invoices.c.expires_at <= bindparam("moment")).order_by(_invoices.c.id))


async def expired_previews(connection: Connection, moment: datetime) -> list[Invoice]:
    """The previews of all accounts whose time ended at `moment` or before."""
    return [build(Invoice, raw) for raw in await connection.rows(_EXPIRED, {"moment": time_text(moment)})]
