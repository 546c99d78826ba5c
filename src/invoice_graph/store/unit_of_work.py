"""One operation's rows and events, written together at its end."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel

from invoice_graph.domain.access import BY_ITSELF, Cause
from invoice_graph.domain.clock import Clock
from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.events import EMISSION_ORDER, EventType
from invoice_graph.domain.ids import IdFactory
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store import event_log, fences
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.holds import COUNTED, owner_columns, owner_of
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
    "signing_secret": "signing secret",
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
    customer_id: str | None = None


class UnitOfWork:
    """The rows that one operation reads and changes, and the events it emits.

    Every row read or added belongs to `account_id`, and those that belong to a customer to `customer_id` where one acts
    for themselves. Changes to rows are noticed by comparison when
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
        customer_id: str | None = None,
        cause: Cause = BY_ITSELF,
    ) -> None:
        self.connection = connection
        self.account_id = account_id
        self.customer_id = customer_id
        self.cause = cause
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
        self._held: set[tuple[type[SQLModel], Any]] = set()
        self._stale: set[int] = set()

    async def account(self, *, hold: bool = False) -> Account:
        """The account's settings; with `hold` they can be changed."""
        known = self._known.get((Account, (self.account_id,)))
        if isinstance(known, Account) and not (hold and self._may_be_stale(known)):
            return known
        return (await self.find(Account, hold=hold))[0]

    async def get(self, kind: type[T], id: str, *, hold: bool = False) -> T | None:
        """A row by id; None when the account has none.

        Rows that belong to a customer can be changed, and so can coupons and promotion codes; others only with `hold`.
        """
        known = self._known.get((kind, (self.account_id, id)))
        owned = bool(owner_columns(kind))
        hold = not owned and (hold or kind in COUNTED)
        if known is not None and not ((owned or hold) and self._may_be_stale(known)):
            return None if known in self._deleted else known  # type: ignore[return-value]
        found = await self.find(kind, id=id, hold=hold)
        owner = owner_of(found[0]) if found and owned and self.connection.concurrent else None
        if owner is not None:
            if await self._hold(*owner):
                # It was read before the lock was taken, so somebody may have changed it in between.
                found = await self.find(kind, id=id)
            else:
                self._trust(found[0])
        return found[0] if found else None

    async def require(self, kind: type[T], id: str, path: Sequence[str], *, hold: bool = False) -> T:
        """A row as from `get`; raises InputRefusal RESOURCE_MISSING at `path`."""
        row = await self.get(kind, id, hold=hold)
        if row is None:
            raise missing(kind, id, path)
        return row

    async def find(
        self,
        kind: type[T],
        /,
        *,
        order: Sequence[str] = (),
        limit: int | None = None,
        hold: bool = False,
        **equals: Any,
    ) -> list[T]:
        """The account's rows whose columns have the given values (None: no value), as they stood
        when the operation began; `order` names columns, with a leading `-` for descending.

        They can be changed when they belong to a customer that was read before, or with `hold`."""
        own = {"account_id": self.account_id, **equals}
        if self.customer_id is not None:
            fenced = fences.within(kind, own, self.customer_id)
            if fenced is None:
                return []
            own = fenced
        raws = await select_raw(self.connection, kind, own, order, limit, locked=hold)
        found = [self._remember(kind, raw, hold) for raw in raws]
        return [row for row in found if row not in self._deleted and self._is_open(row, equals)]

    def _is_open(self, row: SQLModel, equals: Mapping[str, Any]) -> bool:
        """Whether a row that was named may be known to the customer who acts."""
        return self.customer_id is None or "id" not in equals or fences.may_be_named(row, self.customer_id)

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
        customer_id: str | None = None,
    ) -> None:
        """An event about `subject`, at most one of a type and subject; with `becomes` it reports a change of status.
        `customer_id` says whom it concerns where the subject does not."""
        if any(known.type is type and known.subject is subject for known in self._emissions):
            return
        self._emissions.append(Emission(type, subject, becomes, previous, customer_id or _customer_of(subject)))
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
            self._check_held(row)
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
        changed = {name: value for name, value in values.items() if value != loaded[name]}
        if changed:
            self._check_held(row)
        self._loaded[id(row)] = values
        return changed

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
            customer_id=emission.customer_id,
            status=emission.becomes,
            previous_status=emission.previous,
            data=data,
            previous_attributes=_differences(before[key], data) if emission.type in _UPDATES else None,
            idempotency_key=self.idempotency_key,
            operation_id=self.operation_id,
            actor_kind=self.cause.kind,
            actor_id=self.cause.actor_id,
            request_id=self.cause.request_id,
        )

    def _remember(self, kind: type[T], raw: Sequence[Any], hold: bool = False) -> T:
        key = kind, codec(kind).key(raw)
        row: Any = self._known.get(key)
        if row is None:
            row = self._known[key] = build(kind, raw)
            self._loaded[id(row)] = codec(kind).named(raw)
        elif id(row) in self._stale:
            self._check_unchanged(row)
            row.__dict__.update(codec(kind).decode(raw))
            self._loaded[id(row)] = codec(kind).named(raw)
        if hold:
            self._held.add(key)
        if self.connection.concurrent:
            (self._stale.discard if self._is_held(row) else self._stale.add)(id(row))
        return row  # type: ignore[no-any-return]

    async def _hold(self, kind: type[SQLModel], id: str) -> bool:
        """Takes the lock that protects a row and what belongs to it; False when that was done before."""
        held = len(self._held)
        await self.get(kind, id)
        return len(self._held) > held

    def _is_held(self, row: Any) -> bool:
        """Whether nobody else can change a row until the transaction ends."""
        owner = owner_of(row)
        if owner is None:
            return self._identity(row) in self._held
        kind, id = owner
        above = self._known.get((kind, (self.account_id, id)))
        return above is not None and (above in self._added or self._is_held(above))

    def _trust(self, row: SQLModel) -> None:
        self._stale.discard(id(row))

    def _may_be_stale(self, row: SQLModel) -> bool:
        return id(row) in self._stale

    def _check_unchanged(self, row: SQLModel) -> None:
        if self.differs(row):
            self._check_held(row)

    def _check_held(self, row: SQLModel) -> None:
        """Finds programming errors: a row that is changed without its lock could undo somebody else's change."""
        if id(row) in self._stale:
            raise RuntimeError(f"{self._identity(row)} is changed without being held")

    def _identity(self, row: SQLModel) -> tuple[type[SQLModel], tuple[Any, ...]]:
        kind = type(row)
        return kind, tuple(getattr(row, column.name) for column in table_of(kind).primary_key.columns)


def missing(kind: type[SQLModel], id: str, path: Sequence[str]) -> InputRefusal:
    """The refusal of an id that the account does not have."""
    noun = NOUNS[str(kind.__tablename__)]
    message = f"No such {noun}: '{id}'; ids are exact, and a key sees what its own account has."
    return InputRefusal(ErrorCode.RESOURCE_MISSING, message, path)


def _customer_of(subject: Subject) -> str | None:
    id: str | None = subject.id if isinstance(subject, Customer) else getattr(subject, "customer_id", None)
    return id


def _depth(kind: type[SQLModel]) -> int:
    """A table's place in an order in which each stands after those it refers to."""
    return _DEPTHS[table_of(kind)]


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in before.items() if value != after.get(name)}
