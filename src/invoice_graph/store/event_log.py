"""The event log: appended inside the operation's transaction, followed by cursor.

An event's cursor is its sequence number within the account. Sequences have no gaps, and an event
is visible only together with all earlier ones, so a follower who reads on from a cursor misses
nothing and sees nothing twice; wake-ups only say "look again".
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select, update
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.events import EventType
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.database import Connection, Database
from invoice_graph.store.dialect import Parameters, spell
from invoice_graph.store.rows import insert_rows, table_of
from invoice_graph.store.tables import Counter, Event

EVENT_COUNTER = "event"
BATCH = 100
_event = table_of(Event)
_counter = table_of(Counter)
_MINE = (_counter.c.account_id == bindparam("account_id")) & (_counter.c.kind == bindparam("kind"))
_RAISE = spell(
    update(_counter).where(_MINE).values(value=_counter.c.value + bindparam("by")).returning(_counter.c.value)
)[0]
_READ = spell(select(_counter.c.value).where(_MINE))[0]


async def raise_counter(connection: Connection, account_id: str, kind: str, by: int = 1) -> int:
    """Takes the next `by` numbers of a sequence and returns the last; the counter's row stays locked until
    the transaction ends, so that numbers have no gaps."""
    row = await connection.row(_RAISE, {"account_id": account_id, "kind": kind, "by": by})
    if row is None:
        await insert_rows(connection, Counter, [Counter(account_id=account_id, kind=kind, value=by)])
        return by
    return int(row[0])


async def append(connection: Connection, account_id: str, events: Sequence[Event]) -> None:
    """Numbers the events and writes them; the last thing a transaction does."""
    if not events:
        return
    last = await raise_counter(connection, account_id, EVENT_COUNTER, len(events))
    for sequence, event in enumerate(events, last - len(events) + 1):
        event.sequence = sequence
        event.id = event_id(account_id, sequence)
    await insert_rows(connection, Event, events)


def event_id(account_id: str, sequence: int) -> str:
    """The id of the event at a place of an account's log."""
    return f"{Prefix.EVENT}{account_id.removeprefix(Prefix.ACCOUNT)}_{sequence:012d}"


async def end(database: Database, account_id: str) -> int:
    """Where the log of an account ends now."""
    rows = await database.read(_READ, {"account_id": account_id, "kind": EVENT_COUNTER})
    return int(rows[0][0]) if rows else 0


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a follower wants; an empty tuple wants none, None all."""

    types: tuple[EventType, ...] | None = None
    invoice_id: str | None = None
    customer_id: str | None = None
    statuses: tuple[InvoiceStatus, ...] | None = None
    status_changes_only: bool = False


@dataclass
class _Reading:
    """The statement that reads a follower's next events."""

    account_id: str
    filter: EventFilter
    sql: str = field(init=False)
    parameters: Parameters = field(init=False)

    def __post_init__(self) -> None:
        # A value from the start: lists in a filter are spelled out, for which no value may be missing.
        later = _event.c.sequence > bindparam("after", 0)
        statement = select(_event.c.sequence).where(
            _event.c.account_id == self.account_id, later, *conditions(self.filter)
        )
        self.sql, self.parameters = spell(statement.order_by(_event.c.sequence).limit(BATCH))

    async def next(self, database: Database, after: int) -> list[int]:
        rows = await database.read(self.sql, self.parameters | {"after": after})
        return [row[0] for row in rows]


def conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    """A filter as conditions on the event table."""
    columns = _event.c
    found: list[ColumnElement[bool]] = []
    if wanted.types is not None:
        found.append(columns.type.in_(wanted.types))
    if wanted.invoice_id is not None:
        found.append(columns.invoice_id == wanted.invoice_id)
    if wanted.customer_id is not None:
        found.append(columns.customer_id == wanted.customer_id)
    if wanted.status_changes_only:
        found.append(columns.status.is_not(None))
    if wanted.statuses is not None:
        found.append(columns.status.in_(wanted.statuses))
    return found


async def follow(database: Database, account_id: str, after: int, wanted: EventFilter) -> AsyncGenerator[int, None]:
    """The sequence of each event after a cursor, each once and in order, without end."""
    reading = _Reading(account_id, wanted)
    while True:
        seen = database.changed.count
        # Read first: what has no match up to here need not be looked through again.
        last = await end(database, account_id)
        batch = await reading.next(database, after) if last > after else []
        for sequence in batch:
            yield sequence
        if len(batch) == BATCH:
            after = batch[-1]
        else:
            after = max(after, last, *batch)
            await database.changed.wait(seen)
