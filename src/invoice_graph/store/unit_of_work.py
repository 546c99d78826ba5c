"""One operation's rows and events, written together at its end."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel

from invoice_graph.domain.clock import Clock
from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.events import EMISSION_ORDER, EventType
from invoice_graph.domain.ids import IdFactory
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store import event_log
from invoice_graph.store.database import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.rows import build, codec, delete_row, insert_rows, select_raw, table_of, update_rows
from invoice_graph.store.tables import Account, Customer, Event, Invoice, Owned

T = TypeVar("T", bound=SQLModel)
Subject = Owned
Snapshot = Callable[[Connection, Subject], Awaitable[dict[str, Any]]]
"""An object as the API shows it, without connections."""

NOUNS = {
    "invoice": "invoice",
    "customer": "customer",
    "invoice_item": "invoice item",
    "line_item": "line item",
    "invoice_payment": "invoice payment",
    "payment_method": "payment method",
    "api_key": "API key",
    "account": "account",
    "product": "product",
    "price": "price",
    "tax_rate": "tax rate",
    "coupon": "coupon",
    "promotion_code": "promotion code",
    "discount": "discount",
    "credit_note": "credit note",
    "rendering_template": "rendering template",
    "rendering_template_version": "version of the rendering template",
    "payment_intent": "payment intent",
    "payment_record": "payment record",
    "test_clock": "test clock",
}
_DEPTHS = {table: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}
_UPDATES = frozenset(event for event in EventType if event.endswith("_UPDATED"))
_DELETIONS = frozenset(event for event in EventType if event.endswith("_DELETED"))


@dataclass(frozen=True, slots=True)
class Emission:
    """An event that the operation will write."""

    type: EventType
    subject: Subject
    becomes: InvoiceStatus | None = None
    previous: InvoiceStatus | None = None


class UnitOfWork:
    """The rows that one operation reads and changes, and the events it emits.

    Every row read or added belongs to `account_id`. Changes to rows are noticed by comparison when
    `flush` writes them; nothing reaches the database before. One row is one object.
    """

    def __init__(
        self,
        connection: Connection,
        account_id: str,
        clock: Clock,
        ids: IdFactory,
        snapshot: Snapshot,
        operation_id: str,
        idempotency_key: str | None = None,
    ) -> None:
        self.connection = connection
        self.account_id = account_id
        self.ids = ids
        self.now: datetime = clock.now()
        self._snapshot = snapshot
        self.operation_id = operation_id
        self.idempotency_key = idempotency_key
        self._known: dict[tuple[type[SQLModel], Any], SQLModel] = {}
        self._loaded: dict[int, Parameters] = {}
        self._added: list[SQLModel] = []
        self._deleted: list[SQLModel] = []
        self._emissions: list[Emission] = []
        self._touched: list[Any] = []

    async def account(self) -> Account:
        """The account's settings."""
        known = self._known.get((Account, (self.account_id,)))
        return known if isinstance(known, Account) else (await self.find(Account))[0]

    async def get(self, kind: type[T], id: str) -> T | None:
        """A row by id; None when the account has none."""
        known = self._known.get((kind, (self.account_id, id)))
        if known is not None:
            return None if known in self._deleted else known  # type: ignore[return-value]
        found = await self.find(kind, id=id)
        return found[0] if found else None

    async def require(self, kind: type[T], id: str, path: Sequence[str]) -> T:
        """A row by id; raises InputRefusal RESOURCE_MISSING at `path`."""
        row = await self.get(kind, id)
        if row is None:
            raise missing(kind, id, path)
        return row

    async def find(
        self, kind: type[T], /, *, order: Sequence[str] = (), limit: int | None = None, **equals: Any
    ) -> list[T]:
        """The account's rows whose columns have the given values (None: no value), as they stood
        when the operation began; `order` names columns, with a leading `-` for descending."""
        raws = await select_raw(self.connection, kind, {"account_id": self.account_id, **equals}, order, limit)
        found = [self._remember(kind, raw) for raw in raws]
        return [row for row in found if row not in self._deleted]

    def added(self, kind: type[T]) -> list[T]:
        """The new rows of a kind that `flush` will insert, which `find` does not see yet."""
        return [row for row in self._added if isinstance(row, kind)]

    def add(self, row: T) -> T:
        """A new row, inserted by `flush`."""
        self._known[self._identity(row)] = row
        self._added.append(row)
        return row

    def delete(self, row: SQLModel) -> None:
        """A row that `flush` deletes."""
        if row in self._added:
            self._added.remove(row)
        else:
            self._deleted.append(row)

    def differs(self, row: SQLModel) -> bool:
        """Whether a row differs from what the database holds."""
        return codec(type(row)).values(row) != self._loaded.get(id(row))

    def touch(self, row: Any) -> None:
        """Counts a change: the row's version rises by one, however often it is touched."""
        if not any(row is known for known in (*self._touched, *self._added)):
            self._touched.append(row)
            row.version += 1

    def emit(
        self,
        type: EventType,
        subject: Subject,
        *,
        becomes: InvoiceStatus | None = None,
        previous: InvoiceStatus | None = None,
    ) -> None:
        """An event about `subject`, at most one of a type and subject; with `becomes` it reports a change of status."""
        if any(known.type is type and known.subject is subject for known in self._emissions):
            return
        self._emissions.append(Emission(type, subject, becomes, previous))
        if type in _UPDATES:
            self.touch(subject)

    async def flush(self) -> None:
        """Writes rows, then events: the end of an operation. Further changes begin the next one."""
        emissions = sorted(self._emissions, key=lambda emission: EMISSION_ORDER[emission.type])
        before = await self._snapshots(e.subject for e in emissions if e.type in _UPDATES or e.type in _DELETIONS)
        await self._write_rows()
        after = await self._snapshots(e.subject for e in emissions if e.type not in _DELETIONS)
        events = [self._event(emission, before, after) for emission in emissions]
        await event_log.append(self.connection, self.account_id, events)
        self._emissions, self._touched = [], []

    async def _snapshots(self, subjects: Any) -> dict[int, dict[str, Any]]:
        taken: dict[int, dict[str, Any]] = {}
        for subject in subjects:
            if id(subject) not in taken:
                taken[id(subject)] = await self._snapshot(self.connection, subject)
        return taken

    async def _write_rows(self) -> None:
        for kind in sorted({type(row) for row in self._added}, key=_depth):
            await insert_rows(self.connection, kind, [row for row in self._added if type(row) is kind])
        await self._write_changes()
        for row in sorted(self._deleted, key=lambda row: -_depth(type(row))):
            await delete_row(self.connection, row)
            del self._known[self._identity(row)]
            del self._loaded[id(row)]
        for row in self._added:
            self._loaded[id(row)] = codec(type(row)).values(row)
        self._added, self._deleted = [], []

    async def _write_changes(self) -> None:
        """Writes what changed in rows read from the database: rows with the same columns changed by one statement."""
        alike: dict[tuple[type[SQLModel], tuple[str, ...]], list[tuple[SQLModel, Parameters]]] = {}
        for row in self._known.values():
            if id(row) in self._loaded and row not in self._deleted:
                changed = self._changes(row)
                alike.setdefault((type(row), tuple(changed)), []).append((row, changed))
        for (kind, names), changes in alike.items():
            if names:
                await update_rows(self.connection, kind, changes)

    def _changes(self, row: SQLModel) -> Parameters:
        """The columns of a row that differ from the database, which count as written from now on."""
        loaded, values = self._loaded[id(row)], codec(type(row)).values(row)
        self._loaded[id(row)] = values
        return {name: value for name, value in values.items() if value != loaded[name]}

    def _event(self, emission: Emission, before: dict[int, Any], after: dict[int, Any]) -> Event:
        subject, key = emission.subject, id(emission.subject)
        data = before[key] if emission.type in _DELETIONS else after[key]
        return Event(
            account_id=self.account_id,
            sequence=0,
            id="",
            type=emission.type,
            occurred_at=self.now,
            object_id=subject.id,
            invoice_id=subject.id if isinstance(subject, Invoice) else getattr(subject, "invoice_id", None),
            customer_id=subject.id if isinstance(subject, Customer) else getattr(subject, "customer_id", None),
            status=emission.becomes,
            previous_status=emission.previous,
            data=data,
            previous_attributes=_differences(before[key], data) if emission.type in _UPDATES else None,
            idempotency_key=self.idempotency_key,
            operation_id=self.operation_id,
        )

    def _remember(self, kind: type[T], raw: Sequence[Any]) -> T:
        key = kind, codec(kind).key(raw)
        if key not in self._known:
            row = self._known[key] = build(kind, raw)
            self._loaded[id(row)] = codec(kind).named(raw)
        return self._known[key]  # type: ignore[return-value]

    def _identity(self, row: SQLModel) -> tuple[type[SQLModel], tuple[Any, ...]]:
        kind = type(row)
        return kind, tuple(getattr(row, column.name) for column in table_of(kind).primary_key.columns)


def missing(kind: type[SQLModel], id: str, path: Sequence[str]) -> InputRefusal:
    """The refusal of an id that the account does not have."""
    noun = NOUNS[str(kind.__tablename__)]
    return InputRefusal(ErrorCode.RESOURCE_MISSING, f"No such {noun}: '{id}'", path)


def _depth(kind: type[SQLModel]) -> int:
    """A table's place in an order in which each stands after those it refers to."""
    return _DEPTHS[table_of(kind)]


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in before.items() if value != after.get(name)}
