"""The events of seeded objects, and the objects as the API shows them at that moment."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from invoice_graph.domain.clock import time_text
from invoice_graph.domain.events import EventType
from invoice_graph.domain.ids import IdFactory
from invoice_graph.domain.lifecycle import STATUS_EVENTS, InvoiceStatus
from invoice_graph.store.bulk import load_values, template
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.event_log import EVENT_COUNTER, digest_after, digest_at, event_id, raise_counter
from invoice_graph.store.tables import Customer, Event, Invoice
from invoice_graph.store.unit_of_work import Subject

Snapshots = Callable[[Connection, str, type[Subject], Sequence[str]], Awaitable[list[dict[str, Any]]]]
"""Objects of one kind as the API shows them."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """An invoice's arrival in a status."""

    invoice_id: str
    customer_id: str
    moment: datetime
    status: InvoiceStatus
    previous: InvoiceStatus | None = None


class Log:
    """Appends events to an account's log."""

    def __init__(self, account_id: str, snapshots: Snapshots, ids: IdFactory) -> None:
        self._account_id = account_id
        self._snapshots = snapshots
        self._ids = ids
        self._blank = template(
            Event(
                account_id=account_id,
                sequence=0,
                id="",
                type=EventType.INVOICE_CREATED,
                occurred_at=datetime.now(UTC),
                object_id="",
                data={},
                operation_id="",
            )
        )

    async def customers_created(self, connection: Connection, ids: Sequence[str], moment: datetime) -> None:
        """One event per customer."""
        kind = {"type": EventType.CUSTOMER_CREATED, "occurred_at": time_text(moment)}
        await self._append(connection, Customer, [{**kind, "object_id": id, "customer_id": id} for id in ids])

    async def changed(self, connection: Connection, changes: Sequence[StatusChange]) -> None:
        """One event per change, in the order given."""
        await self._append(connection, Invoice, [_row(change) for change in changes])

    async def _append(self, connection: Connection, kind: type[Subject], rows: Sequence[Parameters]) -> None:
        if not rows:
            return
        last = await raise_counter(connection, self._account_id, EVENT_COUNTER, len(rows))
        shown = await self._snapshots(connection, self._account_id, kind, [row["object_id"] for row in rows])
        events, digest = [], await digest_at(connection, self._account_id, last - len(rows))
        for sequence, (row, data) in enumerate(zip(rows, shown, strict=True), last - len(rows) + 1):
            own = {"sequence": sequence, "id": event_id(self._account_id, sequence), "operation_id": self._ids.token()}
            event = {**self._blank, **row, **own, "data": orjson.dumps(data).decode()}
            digest = digest_after(digest, event)
            events.append({**event, "digest": digest})
        await load_values(connection, Event, events)


def _row(change: StatusChange) -> Parameters:
    return {
        "type": STATUS_EVENTS[change.status],
        "occurred_at": time_text(change.moment),
        "object_id": change.invoice_id,
        "invoice_id": change.invoice_id,
        "customer_id": change.customer_id,
        "status": change.status,
        "previous_status": change.previous,
    }
