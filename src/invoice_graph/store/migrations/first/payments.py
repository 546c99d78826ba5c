"""Revision 0001: payments, meant for invoices and under way."""

from alembic import op
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, belongs_to, currency, flag, index, text, whole


def payment_intent() -> None:
    op.create_table(
        "payment_intent",
        *text("account_id id created_at"),
        *whole("version"),
        *text("customer_id"),
        *whole("amount"),
        *text("currency status"),
        *text("payment_method_id succeeded_at canceled_at", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        among("status", "REQUIRES_PAYMENT_METHOD REQUIRES_ACTION SUCCEEDED CANCELED"),
        currency(),
        CheckConstraint("amount > 0"),
        belongs_to("customer_id", "customer"),
        **STRICT,
    )
    index("payment_intent_by_creation", "payment_intent", "account_id created_at id")


def payment_record() -> None:
    op.create_table(
        "payment_record",
        *text("account_id id created_at customer_id"),
        *whole("amount"),
        *text("currency"),
        *text("reference", null=True),
        *text("received_at"),
        PrimaryKeyConstraint("account_id", "id"),
        currency(),
        CheckConstraint("amount > 0"),
        belongs_to("customer_id", "customer"),
        **STRICT,
    )
    index("payment_record_by_creation", "payment_record", "account_id created_at id")


def invoice_payment() -> None:
    op.create_table(
        "invoice_payment",
        *text("account_id id created_at invoice_id"),
        *whole("amount_requested"),
        *whole("amount_paid", null=True),
        *text("currency"),
        *flag("is_default"),
        *text("payment_type payment_reference status"),
        *text("paid_at canceled_at", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        among("status", "OPEN PAID CANCELED"),
        among("payment_type", "PAYMENT_INTENT PAYMENT_RECORD"),
        currency(),
        CheckConstraint("amount_requested >= 0 AND (amount_paid IS NULL) = (status <> 'PAID')"),
        belongs_to("invoice_id", "invoice"),
        **STRICT,
    )
    index("invoice_payment_by_creation", "invoice_payment", "account_id created_at id")
    index("invoice_payment_by_invoice", "invoice_payment", "account_id invoice_id created_at id")
    index("invoice_payment_reference", "invoice_payment", "account_id payment_reference", unique=True)


def payment_attempt() -> None:
    op.create_table(
        "payment_attempt",
        *text("account_id id created_at invoice_id payment_method_id"),
        *whole("amount"),
        *text("currency"),
        *flag("off_session automatic forgive"),
        *text("operation_id"),
        *text("idempotency_key", null=True),
        *text("leased_until"),
        PrimaryKeyConstraint("account_id", "id"),
        CheckConstraint("amount > 0"),
        belongs_to("invoice_id", "invoice"),
        **STRICT,
    )
    index("payment_attempt_by_lease", "payment_attempt", "leased_until")
