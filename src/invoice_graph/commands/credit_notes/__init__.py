"""Credit notes: money that is given back on finalized invoices."""

from invoice_graph.commands.credit_notes.credit_notes import create_credit_note, update_credit_note, void_credit_note
from invoice_graph.commands.credit_notes.shapes import CREDIT_NOTE_CREATE, CREDIT_NOTE_UPDATE
from invoice_graph.commands.operations import Command
from invoice_graph.commands.shapes import IDENTIFIED
from invoice_graph.domain.lifecycle import InvoiceAction
from invoice_graph.store.tables import CreditNote

_CREATION = (CreditNote, CREDIT_NOTE_CREATE, create_credit_note, InvoiceAction.CREDIT)

CREDIT_NOTE_COMMANDS = (
    Command("creditNoteCreate", *_CREATION, creates=True),
    Command("creditNotePreview", *_CREATION, creates=True, preview=True),
    Command("creditNoteUpdate", CreditNote, CREDIT_NOTE_UPDATE, update_credit_note),
    Command("creditNoteVoid", CreditNote, IDENTIFIED, void_credit_note),
)
