"""Events and the changes of status they report."""

from datetime import datetime

import strawberry

from invoice_graph.domain.access import ActorKind
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.expressions import sequence_cursor
from invoice_graph.planner.sources import Computed, ToOne
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import BigInt, Json
from invoice_graph.schema.types.common import Node
from invoice_graph.schema.types.customer import Customer
from invoice_graph.schema.types.invoice import Invoice
from invoice_graph.store import tables


@strawberry.type(description="An entry of the account's event log. Sequences have no gaps and are never reused.")
class Event(Node):
    cursor: str = described("Where the event stands: pass it as `after` to a subscription.", Computed(sequence_cursor))
    sequence: BigInt = described("The event's place in the account's log, from 1.")
    type: EventType = described("What happened.")
    occurred_at: datetime = described("When it happened.")
    invoice_id: strawberry.ID | None = described("The invoice it is about, also when that is deleted.")
    invoice: Invoice | None = described(
        "The invoice as it is now; null when it is deleted.", ToOne(tables.Invoice, "invoice_id")
    )
    customer_id: strawberry.ID | None = described("The customer it is about.")
    customer: Customer | None = described("The customer as it is now.", ToOne(tables.Customer, "customer_id"))
    data: Json = described("The object as of the event: the schema's names and spellings, without connections.")
    previous_attributes: Json | None = described("On updates the old values of the fields that changed.")
    idempotency_key: str | None = described("The idempotency key of the call that caused it.")
    actor_kind: ActorKind | None = described("Who caused it; null before causes were noted.")
    actor_id: str | None = described("The id of the key or customer, or the subject of the identity, that caused it.")
    request_id: str | None = described("The request that caused it: its `X-Request-Id`, or an id that was made for it.")
    digest: str | None = described(
        "SHA-256 of the event and of the digest before it: keep the last one elsewhere, and nobody can change the past "
        "unnoticed. `invoice-graph verify` computes all of them anew."
    )


@strawberry.type(
    description="One change of status. `status` and `previousStatus` are as of the change; `invoice` is the invoice "
    "now, null once deleted."
)
class InvoiceStatusChange:
    cursor: str = described("Where the change stands: pass it as `after` to resume.", Computed(sequence_cursor))
    sequence: BigInt = described("The place of the change in the account's log.")
    occurred_at: datetime = described("When it happened.")
    type: EventType = described("The event that reports the change.")
    invoice_id: strawberry.ID = described("The invoice that changed, also when it is deleted by now.")
    previous_status: InvoiceStatus | None = described("The status before; null for a new invoice.")
    status: InvoiceStatus = described("The status after.")
    invoice: Invoice | None = described(
        "The invoice as it is now; null when it is deleted.", ToOne(tables.Invoice, "invoice_id")
    )
