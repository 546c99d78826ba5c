"""The event log."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index

from invoice_graph.domain.access import ActorKind
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.columns import STRICT, Row, document, moment, one_of, text, whole


class Event(Row, table=True):
    """An entry of the event log; its sequence has no gaps within an account."""

    __tablename__ = "event"
    __table_args__ = (
        one_of("type", EventType),
        one_of("status", InvoiceStatus),
        one_of("previous_status", InvoiceStatus),
        Index("event_id", "account_id", "id", unique=True),
        Index("event_by_invoice", "account_id", "invoice_id", "sequence"),
        Index("event_by_customer", "account_id", "customer_id", "sequence"),
        Index("event_by_actor", "account_id", "actor_id", "sequence"),
        Index("event_by_operation", "account_id", "operation_id", "sequence"),
        STRICT,
    )

    account_id: str = text(primary_key=True)
    sequence: int = whole(primary_key=True)
    id: str = text()
    type: EventType = text()
    occurred_at: datetime = moment()
    object_id: str = text()
    invoice_id: str | None = text(default=None)
    customer_id: str | None = text(default=None)
    status: InvoiceStatus | None = text(default=None)
    previous_status: InvoiceStatus | None = text(default=None)
    data: dict[str, Any] = document()
    previous_attributes: dict[str, Any] | None = document(default=None)
    idempotency_key: str | None = text(default=None)
    operation_id: str = text()
    actor_kind: ActorKind | None = text(default=None)
    actor_id: str | None = text(default=None)
    request_id: str | None = text(default=None)
    digest: str | None = text(default=None)
