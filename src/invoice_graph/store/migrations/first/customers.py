"""Revision 0001: customers, their ways to pay, and their ledger."""

from alembic import op
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, belongs_to, currency, flag, index, text, whole


def test_clock() -> None:
    op.create_table(
        "test_clock",
        *text("account_id id created_at"),
        *whole("version"),
        *text("name", null=True),
        *text("frozen_at status"),
        *text("target_at", null=True),
        *text("deletes_after_at"),
        *text("deleted_at leased_until", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        among("status", "READY ADVANCING INTERNAL_FAILURE"),
        CheckConstraint("(status = 'READY') = (target_at IS NULL)"),
        **STRICT,
    )
    index("test_clock_by_creation", "test_clock", "account_id created_at id")
    index("test_clock_by_lease", "test_clock", "leased_until")


def customer() -> None:
    op.create_table(
        "customer",
        *text("account_id id created_at"),
        *whole("version"),
        *text("name name_key email email_key phone description address shipping", null=True),
        *text("details"),
        *text("currency", null=True),
        *whole("balance"),
        *text("tax_exempt"),
        *flag("delinquent"),
        *text("invoice_prefix"),
        *text("default_payment_method_id invoice_footer invoice_custom_fields", null=True),
        *text("preferred_locales tax_ids"),
        *text("discount_id rendering_template_id amount_tax_display test_clock_id", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        among("tax_exempt", "NONE EXEMPT REVERSE"),
        among("amount_tax_display", "EXCLUDE_TAX INCLUDE_INCLUSIVE_TAX"),
        belongs_to("test_clock_id", "test_clock"),
        currency(),
        **STRICT,
    )
    index("customer_by_creation", "customer", "account_id created_at id test_clock_id")
    index("customer_by_email", "customer", "account_id email_key")
    index("customer_prefix", "customer", "account_id invoice_prefix", unique=True)


def payment_method() -> None:
    op.create_table(
        "payment_method",
        *text("account_id id created_at"),
        *text("customer_id", null=True),
        *text("type outcome"),
        *text("decline_code", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        among("outcome", "SUCCEEDS DECLINES REQUIRES_ACTION"),
        belongs_to("customer_id", "customer"),
        **STRICT,
    )


def balance_transaction() -> None:
    op.create_table(
        "balance_transaction",
        *text("account_id id created_at customer_id"),
        *whole("sequence amount"),
        *text("currency"),
        *whole("ending_balance"),
        *text("type"),
        *text("description invoice_id credit_note_id", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        among(
            "type",
            "INITIAL ADJUSTMENT APPLIED_TO_INVOICE UNAPPLIED_FROM_INVOICE INVOICE_TOO_SMALL "
            "INVOICE_OVERPAID CREDIT_NOTE",
        ),
        currency(),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("credit_note_id", "credit_note"),
        **STRICT,
    )
    index(
        "balance_transaction_by_customer",
        "balance_transaction",
        "account_id customer_id currency sequence",
        unique=True,
    )
    index("balance_transaction_by_invoice", "balance_transaction", "account_id invoice_id")
