"""The mutations of credit notes."""

from invoice_graph.schema.inputs import credit_notes
from invoice_graph.schema.types.payloads_credit_notes import CreditNotePayload

CREDIT_NOTE_MUTATIONS = (
    (
        "creditNoteCreate",
        credit_notes.CreditNoteCreateInput,
        CreditNotePayload,
        "Credits a part of a finalized invoice. What remains to be paid is credited first, and the invoice is paid "
        "when nothing remains; what was paid already is given back as the call says. A refund is only recorded: no "
        "provider is asked. CUSTOMER_UPDATED follows when the customer's balance moves.",
    ),
    (
        "creditNotePreview",
        credit_notes.CreditNotePreviewInput,
        CreditNotePayload,
        "Answers as `creditNoteCreate` would, and changes nothing.",
    ),
    (
        "creditNoteUpdate",
        credit_notes.CreditNoteUpdateInput,
        CreditNotePayload,
        "Changes the memo or metadata of a credit note, also of a void one. Emits CREDIT_NOTE_UPDATED.",
    ),
    (
        "creditNoteVoid",
        credit_notes.CreditNoteVoidInput,
        CreditNotePayload,
        "Takes back a credit note: its invoice is due again as before. Allowed while the invoice is OPEN. Emits "
        "INVOICE_UPDATED, CREDIT_NOTE_VOIDED.",
    ),
)
"""Name, input, payload, what it does."""
