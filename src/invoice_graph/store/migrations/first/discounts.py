"""Revision 0001: coupons, promotion codes, and where they were used."""

from alembic import op
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, belongs_to, flag, index, text, whole


def coupon() -> None:
    op.create_table(
        "coupon",
        *text("account_id id created_at"),
        *text("name percent_off", null=True),
        *whole("amount_off", null=True),
        *text("currency", null=True),
        *text("currency_options"),
        *text("product_ids", null=True),
        *whole("version"),
        *text("code", null=True),
        *text("duration"),
        *whole("duration_in_months max_redemptions", null=True),
        *whole("times_redeemed"),
        *text("redeem_by", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        among("duration", "ONCE REPEATING FOREVER"),
        CheckConstraint("(percent_off IS NULL) <> (amount_off IS NULL) AND (amount_off IS NULL) = (currency IS NULL)"),
        CheckConstraint("times_redeemed >= 0"),
        **STRICT,
    )
    index("coupon_by_creation", "coupon", "account_id created_at id")
    index("coupon_code", "coupon", "account_id code", unique=True)


def promotion_code() -> None:
    op.create_table(
        "promotion_code",
        *text("account_id id created_at"),
        *whole("version"),
        *text("code"),
        *text("code_key", null=True),
        *text("coupon_id"),
        *flag("active"),
        *text("customer_id expires_at", null=True),
        *whole("max_redemptions", null=True),
        *whole("times_redeemed"),
        *flag("first_time_transaction"),
        *whole("minimum_amount", null=True),
        *text("minimum_amount_currency", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        belongs_to("customer_id", "customer"),
        CheckConstraint("times_redeemed >= 0"),
        CheckConstraint("(minimum_amount IS NULL) = (minimum_amount_currency IS NULL)"),
        **STRICT,
    )
    index("promotion_code_by_code", "promotion_code", "account_id code_key")
    index("promotion_code_by_coupon", "promotion_code", "account_id coupon_id")
    index("promotion_code_by_creation", "promotion_code", "account_id created_at id")


def discount() -> None:
    op.create_table(
        "discount",
        *text("account_id id created_at"),
        *text("name percent_off", null=True),
        *whole("amount_off", null=True),
        *text("currency", null=True),
        *text("currency_options"),
        *text("product_ids", null=True),
        *text("coupon_id"),
        *text("promotion_code_id customer_id invoice_id invoice_item_id", null=True),
        *whole("position"),
        *text("start_at"),
        *text("end_at", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        CheckConstraint("(percent_off IS NULL) <> (amount_off IS NULL) AND (amount_off IS NULL) = (currency IS NULL)"),
        CheckConstraint("invoice_id IS NULL OR invoice_item_id IS NULL"),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("invoice_item_id", "invoice_item"),
        **STRICT,
    )
    index("discount_by_customer", "discount", "account_id customer_id")
    index("discount_by_invoice", "discount", "account_id invoice_id position")
    index("discount_by_item", "discount", "account_id invoice_item_id position")
