"""Revision 0001: credit notes and their lines."""

from alembic import op
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, belongs_to, currency, index, text, whole


def credit_note() -> None:
    op.create_table(
        "credit_note",
        *text("account_id id created_at"),
        *whole("version"),
        *text("invoice_id customer_id number currency status"),
        *text("voided_at", null=True),
        *text("type"),
        *text("reason memo", null=True),
        *text("effective_at"),
        *whole("subtotal subtotal_excluding_tax discount_amount"),
        *text("discount_amounts total_taxes"),
        *whole("total total_excluding_tax amount amount_shipping pre_payment_amount post_payment_amount"),
        *whole("credit_amount refund_amount out_of_band_amount"),
        *text("balance_transaction_id", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        among("status", "ISSUED VOID"),
        among("type", "PRE_PAYMENT POST_PAYMENT MIXED"),
        among("reason", "DUPLICATE FRAUDULENT ORDER_CHANGE PRODUCT_UNSATISFACTORY"),
        currency(),
        CheckConstraint("amount > 0 AND amount = total AND pre_payment_amount >= 0 AND post_payment_amount >= 0"),
        CheckConstraint("pre_payment_amount + post_payment_amount = amount"),
        CheckConstraint("credit_amount >= 0 AND refund_amount >= 0 AND out_of_band_amount >= 0"),
        CheckConstraint("credit_amount + refund_amount + out_of_band_amount = post_payment_amount"),
        CheckConstraint("(status = 'VOID') = (voided_at IS NOT NULL)"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("customer_id", "customer"),
        **STRICT,
    )
    index("credit_note_by_creation", "credit_note", "account_id created_at id")
    index("credit_note_by_customer", "credit_note", "account_id customer_id created_at id")
    index("credit_note_by_invoice", "credit_note", "account_id invoice_id created_at id")
    index("credit_note_number", "credit_note", "account_id number", unique=True)


def credit_note_line() -> None:
    op.create_table(
        "credit_note_line",
        *text("account_id id created_at credit_note_id"),
        *whole("position"),
        *text("type"),
        *text("line_item_id description quantity_decimal unit_amount_decimal", null=True),
        *whole("amount discount_amount"),
        *text("discount_amounts taxes tax_rate_ids"),
        PrimaryKeyConstraint("account_id", "id"),
        among("type", "INVOICE_LINE_ITEM CUSTOM_LINE_ITEM"),
        CheckConstraint("(type = 'INVOICE_LINE_ITEM') = (line_item_id IS NOT NULL)"),
        belongs_to("credit_note_id", "credit_note"),
        **STRICT,
    )
    index("credit_note_line_by_line", "credit_note_line", "account_id line_item_id")
    index("credit_note_line_position", "credit_note_line", "account_id credit_note_id position", unique=True)
