"""Number sequences: what each prefix's counter gave out, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, and_, case, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.invoices import NUMBER_COUNTER
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store import dialect
from invoice_graph.store.connection import Database
from invoice_graph.store.rows import table_of
from invoice_graph.store.tables import Counter, Invoice

NUMBER_WIDTH = 4


@dataclass(frozen=True, slots=True)
class NumberSequence:
    """What became of the numbers of a prefix. `gaps` are those that nothing accounts for: 0 in sound books."""

    account_id: str
    prefix: str
    first: int | None
    last: int | None
    issued: int
    skipped: int
    gaps: int
    voided: int
    next_number: str


async def number_sequences(database: Database) -> list[NumberSequence]:
    """The sequences of all accounts, by account and prefix; none of a database that is too damaged to be read."""
    async with database.reader() as connection:
        try:
            return [NumberSequence(*row) for row in await connection.rows(_ALL)]
        except connection.failures:
            return []


def is_sequence(counter: Any) -> ColumnElement[bool]:
    """Whether a counter is one of numbers."""
    start, end = NUMBER_COUNTER, NUMBER_COUNTER[:-1] + chr(ord(NUMBER_COUNTER[-1]) + 1)
    return and_(counter.c.kind >= _text(start), counter.c.kind < _text(end))


def prefix_of(counter: Any) -> ColumnElement[str]:
    """The prefix whose numbers a counter counts."""
    return func.substr(counter.c.kind, literal_column(str(len(NUMBER_COUNTER) + 1)), type_=Text)


def next_number(counter: Any) -> ColumnElement[str]:
    """The number that comes next, as it will be on an invoice."""
    following = dialect.padded(counter.c.value + literal_column("1"), NUMBER_WIDTH)
    return prefix_of(counter).op("||")(_text("-")).op("||")(following)


def measured(name: str, counter: Any, alias: str) -> ColumnElement[int]:
    """One of `MEASURES` of a counter's numbers; `alias` is a name that the statement does not use yet."""
    invoice = table_of(Invoice).alias(alias)
    mine = and_(invoice.c.account_id == counter.c.account_id, invoice.c.number_prefix == prefix_of(counter))
    return select(MEASURES[name](invoice, counter)).where(mine).correlate(counter).scalar_subquery()


def _unaccounted(invoice: Any, counter: Any) -> ColumnElement[int]:
    number = invoice.c.number_sequence
    given = func.count(case((number.between(literal_column("1"), counter.c.value), number)).distinct())
    missing: ColumnElement[int] = counter.c.value - counter.c.skipped - given
    return missing


def _voided(invoice: Any, _counter: Any) -> ColumnElement[int]:
    return func.count(case((invoice.c.status == _text(InvoiceStatus.VOID), invoice.c.number_sequence)))


def _text(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", Text)


MEASURES: Mapping[str, Callable[[Any, Any], ColumnElement[int]]] = {
    "first": lambda invoice, _: func.min(invoice.c.number_sequence),
    "last": lambda invoice, _: func.max(invoice.c.number_sequence),
    "issued": lambda invoice, _: func.count(invoice.c.number_sequence),
    "gaps": _unaccounted,
    "voided": _voided,
}
"""What can be found out about the numbers of a counter: from the invoices of its prefix, and from itself."""


def _statement() -> dialect.Statement:
    counter = table_of(Counter).alias("c")
    found: dict[str, Any] = {name: measured(name, counter, f"{name}_of") for name in MEASURES}
    found |= {"prefix": prefix_of(counter), "next_number": next_number(counter)}
    columns = [found[name] if name in found else counter.c[name] for name in NumberSequence.__dataclass_fields__]
    rows = select(*columns).where(is_sequence(counter)).order_by(counter.c.account_id, counter.c.kind)
    return dialect.Statement(rows)


_ALL = _statement()
