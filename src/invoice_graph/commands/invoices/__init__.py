"""Invoices: from the first draft to the end of their lifecycle, with what is billed on them."""

from invoice_graph.commands.invoices import shapes
from invoice_graph.commands.invoices.finalization import finalize_invoice
from invoice_graph.commands.invoices.invoices import (
    create_invoice,
    delete_invoice,
    mark_uncollectible,
    send_invoice,
    update_invoice,
    void_invoice,
)
from invoice_graph.commands.invoices.items import create_item, delete_item, update_item
from invoice_graph.commands.invoices.lines import add_lines, remove_lines, update_lines
from invoice_graph.commands.invoices.previews import preview_invoice
from invoice_graph.commands.operations import Command
from invoice_graph.commands.shapes import IDENTIFIED
from invoice_graph.domain.lifecycle import InvoiceAction as _A
from invoice_graph.store.tables import Invoice, InvoiceItem

INVOICE_COMMANDS = (
    Command("invoiceCreate", Invoice, shapes.INVOICE_CREATE, create_invoice, creates=True),
    Command("invoicePreview", Invoice, shapes.INVOICE_PREVIEW, preview_invoice, creates=True),
    Command("invoiceUpdate", Invoice, shapes.INVOICE_UPDATE, update_invoice, _A.UPDATE),
    Command("invoiceDelete", Invoice, IDENTIFIED, delete_invoice, _A.DELETE),
    Command("invoiceFinalize", Invoice, shapes.INVOICE_FINALIZE, finalize_invoice, _A.FINALIZE),
    Command("invoiceSend", Invoice, IDENTIFIED, send_invoice, _A.SEND),
    Command("invoiceVoid", Invoice, IDENTIFIED, void_invoice, _A.VOID),
    Command("invoiceMarkUncollectible", Invoice, IDENTIFIED, mark_uncollectible, _A.MARK_UNCOLLECTIBLE),
    Command("invoiceAddLines", Invoice, shapes.ADD_LINES, add_lines, _A.ADD_LINES),
    Command("invoiceUpdateLines", Invoice, shapes.UPDATE_LINES, update_lines, _A.UPDATE_LINES),
    Command("invoiceRemoveLines", Invoice, shapes.REMOVE_LINES, remove_lines, _A.REMOVE_LINES),
    Command("invoiceItemCreate", InvoiceItem, shapes.ITEM_CREATE, create_item, creates=True),
    Command("invoiceItemUpdate", InvoiceItem, shapes.ITEM_UPDATE, update_item),
    Command("invoiceItemDelete", InvoiceItem, IDENTIFIED, delete_item),
)
