"""What mutations of credit notes answer."""

import strawberry

from invoice_graph.planner.catalog import Given
from invoice_graph.schema.fields import described
from invoice_graph.schema.types.credit_notes import CreditNote
from invoice_graph.schema.types.event import Event
from invoice_graph.schema.types.payloads import (
    ERRORS,
    ERRORS_TEXT,
    EVENTS,
    EVENTS_TEXT,
    REPLAYED,
    REPLAYED_TEXT,
    UserError,
)
from invoice_graph.store import tables


@strawberry.type(description="The credit note after the call, also when it was refused; null only when there is none.")
class CreditNotePayload:
    credit_note: CreditNote | None = described("As it is now.", Given(tables.CreditNote, "object_id"))
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)
