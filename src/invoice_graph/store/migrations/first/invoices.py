"""Revision 0001: invoices, what is billed, and their lines."""

from collections.abc import Iterator
from typing import Any

from alembic import op
from sqlalchemy import CheckConstraint, Column, Constraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import (
    STRICT,
    among,
    belongs_to,
    currency,
    flag,
    index,
    text,
    waiting,
    whole,
)


def invoice() -> None:
    op.create_table("invoice", *_invoice_columns(), *_invoice_rules(), **STRICT)
    index("invoice_by_amount_due", "invoice", "account_id amount_due id")
    index("invoice_by_amount_remaining", "invoice", "account_id amount_remaining id")
    index("invoice_by_creation", "invoice", "account_id created_at id expires_at test_clock_id")
    index("invoice_by_customer", "invoice", "account_id customer_id created_at id expires_at test_clock_id")
    index("invoice_by_due", "invoice", "account_id due_at id")
    index("invoice_by_effect", "invoice", "account_id effective_at id")
    index("invoice_by_number_words", "invoice", "account_id number_words number_key id")
    index("invoice_by_origin", "invoice", "account_id from_invoice_id")
    index("invoice_by_sequence", "invoice", "account_id number_prefix number_sequence status")
    index("invoice_by_status", "invoice", "account_id status created_at id expires_at test_clock_id")
    index("invoice_by_token", "invoice", "hosted_token", unique=True)
    index("invoice_by_total", "invoice", "account_id total id")
    index("invoice_number", "invoice", "account_id number", unique=True)
    waiting("invoice", "automatically_finalizes_at")
    waiting("invoice", "expires_at")
    waiting("invoice", "next_payment_attempt_at")
    waiting("invoice", "overdue_at")
    waiting("invoice", "will_be_due_at")


def _invoice_columns() -> Iterator[Column[Any]]:
    yield from (
        *text("account_id id created_at"),
        *whole("version"),
        *text("status"),
        *text("finalized_at paid_at marked_uncollectible_at voided_at number number_key number_words", null=True),
        *text("number_prefix", null=True),
        *whole("number_sequence", null=True),
        *text("customer_id"),
        *text("customer_name customer_name_key customer_email customer_email_key customer_phone", null=True),
        *text("customer_address customer_shipping", null=True),
        *text("customer_tax_exempt customer_tax_ids"),
        *text("account_country account_name", null=True),
        *text("currency collection_method"),
        *text("due_at", null=True),
        *flag("auto_advance"),
        *text("automatically_finalizes_at", null=True),
        *flag("attempted"),
        *whole("attempt_count"),
        *text("next_payment_attempt_at will_be_due_at overdue_at uncollectible_reason", null=True),
        *text("billing_reason"),
        *text("description description_key footer", null=True),
        *text("custom_fields"),
        *text("statement_descriptor", null=True),
        *text("details"),
        *text("effective_at", null=True),
        *text("period_start_at period_end_at"),
        *whole("subtotal subtotal_excluding_tax total total_excluding_tax"),
        *text("default_tax_rate_ids discount_ids total_discount_amounts total_taxes"),
        *text("shipping_cost", null=True),
        *whole("amount_shipping starting_balance"),
        *whole("ending_balance", null=True),
        *whole("amount_due amount_paid amount_paid_out_of_band amount_remaining amount_overpaid"),
        *whole("amount_forgiven pre_payment_credit_notes_amount post_payment_credit_notes_amount"),
        *whole("attached_open_count attached_paid_count"),
        *text("default_payment_method_id payment_method_types hosted_token last_finalization_error", null=True),
        *text("calculation"),
        *text("from_invoice_id latest_revision_id rendering_template_id", null=True),
        *whole("rendering_template_version", null=True),
        *text("page_size amount_tax_display test_clock_id expires_at payment_attempt_id", null=True),
    )


def _invoice_rules() -> Iterator[Constraint]:
    yield from (
        PrimaryKeyConstraint("account_id", "id"),
        among("status", "DRAFT OPEN PAID UNCOLLECTIBLE VOID"),
        among("collection_method", "CHARGE_AUTOMATICALLY SEND_INVOICE"),
        among("billing_reason", "MANUAL UPCOMING"),
        among("uncollectible_reason", "USER_FORGIVEN MAX_PAYMENT_ATTEMPTS"),
        among("page_size", "A4 LETTER AUTO"),
        among("amount_tax_display", "EXCLUDE_TAX INCLUDE_INCLUSIVE_TAX"),
        currency(),
        CheckConstraint(
            "amount_due >= 0 AND amount_paid >= 0 AND amount_paid_out_of_band >= 0 AND amount_remaining"
            " >= 0 AND amount_overpaid >= 0 AND amount_forgiven >= 0 AND amount_paid <= amount_due AND"
            " amount_paid_out_of_band <= amount_paid"
        ),
        CheckConstraint("(status = 'DRAFT') = (finalized_at IS NULL)"),
        CheckConstraint("status = 'DRAFT' OR number IS NOT NULL"),
        CheckConstraint("status <> 'PAID' OR amount_remaining = 0"),
        CheckConstraint("(expires_at IS NULL) = (billing_reason <> 'UPCOMING')"),
        CheckConstraint("pre_payment_credit_notes_amount >= 0 AND post_payment_credit_notes_amount >= 0"),
        CheckConstraint("attached_open_count >= 0 AND attached_paid_count >= 0"),
        belongs_to("customer_id", "customer"),
        belongs_to("from_invoice_id", "invoice"),
    )


def invoice_item() -> None:
    op.create_table(
        "invoice_item",
        *text("account_id id created_at"),
        *whole("amount"),
        *text("currency"),
        *text("description", null=True),
        *text("quantity_decimal"),
        *text("unit_amount_decimal", null=True),
        *text("period_start_at period_end_at"),
        *flag("discountable"),
        *text("details"),
        *text("price_id product_id", null=True),
        *text("tax_rate_ids discount_ids"),
        *whole("version"),
        *text("customer_id"),
        *text("invoice_id", null=True),
        *flag("was_pending"),
        *text("test_clock_id", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        currency(),
        CheckConstraint("period_end_at >= period_start_at"),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        **STRICT,
    )
    index("invoice_item_by_creation", "invoice_item", "account_id created_at id test_clock_id")
    index("invoice_item_by_customer", "invoice_item", "account_id customer_id created_at id")
    index("invoice_item_by_invoice", "invoice_item", "account_id invoice_id")


def invoice_label() -> None:
    op.create_table(
        "invoice_label",
        *text("account_id invoice_id key value value_key"),
        PrimaryKeyConstraint("account_id", "invoice_id", "key"),
        belongs_to("invoice_id", "invoice", ondelete="CASCADE"),
        **STRICT,
    )
    index("invoice_label_by_value", "invoice_label", "account_id key value_key invoice_id")


def line_item() -> None:
    op.create_table(
        "line_item",
        *text("account_id id created_at"),
        *whole("amount"),
        *text("currency"),
        *text("description", null=True),
        *text("quantity_decimal"),
        *text("unit_amount_decimal", null=True),
        *text("period_start_at period_end_at"),
        *flag("discountable"),
        *text("details"),
        *text("price_id product_id", null=True),
        *text("tax_rate_ids discount_ids invoice_id"),
        *text("invoice_item_id", null=True),
        *whole("position"),
        *text("description_key", null=True),
        *whole("subtotal"),
        *text("tax_amounts discount_amounts taxes"),
        PrimaryKeyConstraint("account_id", "id"),
        currency(),
        CheckConstraint("period_end_at >= period_start_at AND position > 0"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("invoice_item_id", "invoice_item"),
        **STRICT,
    )
    index("line_item_by_item", "line_item", "account_id invoice_item_id", unique=True)
    index("line_item_position", "line_item", "account_id invoice_id position", unique=True)
