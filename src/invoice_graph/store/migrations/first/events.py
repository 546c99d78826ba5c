"""Revision 0001: the event log."""

from alembic import op
from sqlalchemy import PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, index, text, whole


def event() -> None:
    op.create_table(
        "event",
        *text("account_id"),
        *whole("sequence"),
        *text("id type occurred_at object_id"),
        *text("invoice_id customer_id status previous_status", null=True),
        *text("data"),
        *text("previous_attributes idempotency_key", null=True),
        *text("operation_id"),
        PrimaryKeyConstraint("account_id", "sequence"),
        among(
            "type",
            "INVOICEITEM_CREATED INVOICEITEM_DELETED INVOICE_PAYMENT_PAID INVOICE_CREATED INVOICE_DELETED "
            "INVOICE_UPDATED INVOICE_FINALIZED INVOICE_FINALIZATION_FAILED INVOICE_SENT INVOICE_VOIDED "
            "INVOICE_MARKED_UNCOLLECTIBLE INVOICE_WILL_BE_DUE INVOICE_OVERDUE "
            "INVOICE_PAYMENT_ACTION_REQUIRED INVOICE_PAYMENT_FAILED INVOICE_PAID "
            "INVOICE_PAYMENT_SUCCEEDED INVOICE_OVERPAID CREDIT_NOTE_CREATED CREDIT_NOTE_UPDATED "
            "CREDIT_NOTE_VOIDED CUSTOMER_CREATED CUSTOMER_UPDATED PRODUCT_CREATED PRODUCT_UPDATED "
            "PRICE_CREATED PRICE_UPDATED TAX_RATE_CREATED TAX_RATE_UPDATED COUPON_CREATED COUPON_UPDATED "
            "COUPON_DELETED PROMOTION_CODE_CREATED PROMOTION_CODE_UPDATED TEST_HELPERS_TEST_CLOCK_CREATED "
            "TEST_HELPERS_TEST_CLOCK_ADVANCING TEST_HELPERS_TEST_CLOCK_READY "
            "TEST_HELPERS_TEST_CLOCK_DELETED",
        ),
        among("status", "DRAFT OPEN PAID UNCOLLECTIBLE VOID"),
        among("previous_status", "DRAFT OPEN PAID UNCOLLECTIBLE VOID"),
        **STRICT,
    )
    index("event_by_customer", "event", "account_id customer_id sequence")
    index("event_by_invoice", "event", "account_id invoice_id sequence")
    index("event_by_operation", "event", "account_id operation_id sequence")
    index("event_id", "event", "account_id id", unique=True)
