"""What mutations of credit notes answer."""

import strawberry

from invoice_graph.planner.sources import Given
from invoice_graph.schema.fields import described
from invoice_graph.schema.types.credit_notes import CreditNote
from invoice_graph.schema.types.payloads import Answer
from invoice_graph.store import tables


@strawberry.type(description="The credit note after the call, also when it was refused; null only when there is none.")
class CreditNotePayload(Answer):
    credit_note: CreditNote | None = described("As it is now.", Given(tables.CreditNote, "object_id"))
