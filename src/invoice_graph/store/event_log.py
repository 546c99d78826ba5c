"""The event log: appended inside the operation's transaction, followed by cursor.

An event's cursor is its sequence number within the account. Sequences have no gaps, and an event
is visible only together with all earlier ones, so a follower who reads on from a cursor misses
nothing and sees nothing twice; wake-ups only say "look again".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.events import EventType
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.chain import BEGINNING, CHAINED, link
from invoice_graph.store.connection import Connection, Database, DatabaseUnavailable
from invoice_graph.store.dialect import Parameters, Statement
from invoice_graph.store.rows import codec, insert_rows, table_of
from invoice_graph.store.tables import Counter, Event

EVENT_COUNTER = "event"
BATCH = 100
_event = table_of(Event)
_counter = table_of(Counter)
_MINE = (_counter.c.account_id == bindparam("account_id")) & (_counter.c.kind == bindparam("kind"))
_RAISE = Statement(
    update(_counter).where(_MINE).values(value=_counter.c.value + bindparam("by")).returning(_counter.c.value)
)
_DIGEST = Statement(
    select(_event.c.digest).where(
        _event.c.account_id == bindparam("account_id"), _event.c.sequence == bindparam("sequence")
    )
)
_READ = Statement(select(_counter.c.value).where(_MINE))


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
    digest = await digest_at(connection, account_id, last - len(events))
    for sequence, event in enumerate(events, last - len(events) + 1):
        event.sequence = sequence
        event.id = event_id(account_id, sequence)
        event.digest = digest = digest_after(digest, codec(Event).values(event))
    await insert_rows(connection, Event, events)


async def digest_at(connection: Connection, account_id: str, sequence: int) -> str:
    """The digest of an event, or of the beginning of the log."""
    row = await connection.row(_DIGEST, {"account_id": account_id, "sequence": sequence}) if sequence else None
    return BEGINNING if row is None or row[0] is None else str(row[0])


def digest_after(before: str, values: Parameters) -> str:
    """The digest of an event, given as the database holds it, after another's."""
    return link(before, [values[name] for name in CHAINED])


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


@dataclass(frozen=True, slots=True)
class Look:
    """What a look into the log found: the next sequences, how far the log has been looked through, and whether that is
    where it ended."""

    sequences: list[int]
    reached: int
    is_end: bool


@dataclass
class Reading:
    """Reads the log of an account by cursor, for a follower who wants some of its events."""

    database: Database
    account_id: str
    filter: EventFilter
    _statement: Statement = field(init=False)

    def __post_init__(self) -> None:
        # A value from the start: lists in a filter are spelled out, for which no value may be missing.
        later = _event.c.sequence > bindparam("after", 0)
        statement = select(_event.c.sequence).where(
            _event.c.account_id == self.account_id, later, *conditions(self.filter)
        )
        self._statement = Statement(statement.order_by(_event.c.sequence).limit(BATCH))

    async def look(self, after: int) -> Look:
        """The next events after a cursor, at most 100; waits for a database that does not answer."""
        changed = self.database.changed
        while True:
            seen = changed.count
            try:
                return await self._look(after)
            except DatabaseUnavailable:
                # Nothing is lost by waiting; the signal is set as soon as the database answers again.
                await changed.wait(seen)

    async def _look(self, after: int) -> Look:
        # The end first: what has no match up to there need not be looked through again.
        last = await end(self.database, self.account_id)
        rows = await self.database.read(self._statement, {"after": after}) if last > after else []
        sequences = [row[0] for row in rows]
        if len(sequences) == BATCH:
            return Look(sequences, sequences[-1], False)
        return Look(sequences, max(after, last, *sequences), True)


async def count(database: Database, account_id: str, wanted: EventFilter, until: int | None = None) -> int:
    """How many events a filter has, up to a place in the log if one is given."""
    found = select(func.count()).where(_event.c.account_id == account_id, *conditions(wanted))
    upto = found if until is None else found.where(_event.c.sequence <= until)
    rows = await database.read(Statement(upto), {})
    return int(rows[0][0])


async def place_of(database: Database, account_id: str, wanted: EventFilter, number: int) -> int | None:
    """Where in the log the event stands that has a number among those of a filter, from 1; None when there is none."""
    found = select(_event.c.sequence).where(_event.c.account_id == account_id, *conditions(wanted))
    nth = found.order_by(_event.c.sequence).limit(1).offset(bindparam("skipped", 0))
    rows = await database.read(Statement(nth), {"skipped": number - 1})
    return int(rows[0][0]) if rows else None


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
