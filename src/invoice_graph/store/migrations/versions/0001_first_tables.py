"""The tables as they were when revisions began."""

from invoice_graph.store.migrations.first import (
    accounts,
    catalogue,
    credit_notes,
    customers,
    discounts,
    events,
    invoices,
    payments,
)

revision = "0001"
down_revision = None

TABLES = (
    accounts.account,
    accounts.api_key,
    accounts.counter,
    discounts.coupon,
    events.event,
    accounts.idempotency_key,
    catalogue.product,
    catalogue.rendering_template,
    catalogue.rendering_template_version,
    catalogue.tax_rate,
    customers.test_clock,
    customers.customer,
    catalogue.price,
    invoices.invoice,
    payments.payment_intent,
    customers.payment_method,
    payments.payment_record,
    discounts.promotion_code,
    credit_notes.credit_note,
    invoices.invoice_item,
    invoices.invoice_label,
    payments.invoice_payment,
    payments.payment_attempt,
    customers.balance_transaction,
    credit_notes.credit_note_line,
    discounts.discount,
    invoices.line_item,
)
"""What makes each table and its indexes, those first that others refer to."""


def upgrade() -> None:
    """Makes the tables."""
    for make in TABLES:
        make()
