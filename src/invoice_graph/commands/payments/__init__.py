"""Payments: money that comes for invoices, through the provider or from elsewhere."""

from invoice_graph.commands.operations import Command
from invoice_graph.commands.payments import shapes
from invoice_graph.commands.payments.intents import cancel_intent, confirm_intent, create_intent, create_record
from invoice_graph.commands.payments.payments import pay_invoice
from invoice_graph.commands.payments.receipts import attach_payment
from invoice_graph.commands.shapes import IDENTIFIED
from invoice_graph.domain.lifecycle import InvoiceAction
from invoice_graph.store.tables import Invoice, PaymentIntent, PaymentRecord

PAYMENT_COMMANDS = (
    Command("invoicePay", Invoice, shapes.INVOICE_PAY, pay_invoice, InvoiceAction.PAY),
    Command("invoiceAttachPayment", Invoice, shapes.ATTACH_PAYMENT, attach_payment, InvoiceAction.ATTACH_PAYMENT),
    Command("paymentIntentCreate", PaymentIntent, shapes.INTENT_CREATE, create_intent, creates=True),
    Command("paymentIntentConfirm", PaymentIntent, shapes.INTENT_CONFIRM, confirm_intent),
    Command("paymentIntentCancel", PaymentIntent, IDENTIFIED, cancel_intent),
    Command("paymentRecordCreate", PaymentRecord, shapes.RECORD_CREATE, create_record, creates=True),
)
