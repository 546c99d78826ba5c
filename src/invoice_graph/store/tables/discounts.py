"""Coupons, the codes that give them, and the discounts they became."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.store.columns import STRICT, belongs_to, document, exact, flag, moment, one_of, text, whole
from invoice_graph.store.tables.owned import Owned

ONE_KIND = "(percent_off IS NULL) <> (amount_off IS NULL) AND (amount_off IS NULL) = (currency IS NULL)"


class Terms(Owned):
    """What is taken off: exactly one of a percentage and an amount in a currency. A coupon's never change."""

    name: str | None = text(default=None)
    percent_off: Decimal | None = exact(default=None)
    amount_off: int | None = whole(default=None)
    currency: str | None = text(default=None)
    currency_options: list[dict[str, Any]] = document(default_factory=list)
    product_ids: list[str] | None = document(default=None)


class Coupon(Terms, table=True):
    """Something to take off, again and again."""

    __tablename__ = "coupon"
    __table_args__ = (
        one_of("duration", kinds.CouponDuration),
        CheckConstraint(ONE_KIND),
        CheckConstraint("times_redeemed >= 0"),
        Index("coupon_by_creation", "account_id", "created_at", "id"),
        Index("coupon_code", "account_id", "code", unique=True),
        STRICT,
    )

    version: int = whole(default=1)
    code: str | None = text(default=None)
    duration: kinds.CouponDuration = text(default=kinds.CouponDuration.ONCE)
    duration_in_months: int | None = whole(default=None)
    max_redemptions: int | None = whole(default=None)
    times_redeemed: int = whole(default=0)
    redeem_by: datetime | None = moment(default=None)
    details: dict[str, str] = document(default_factory=dict)


class PromotionCode(Owned, table=True):
    """A word that customers type in to get a coupon."""

    __tablename__ = "promotion_code"
    __table_args__ = (
        belongs_to("customer_id", "customer"),
        CheckConstraint("times_redeemed >= 0"),
        CheckConstraint("(minimum_amount IS NULL) = (minimum_amount_currency IS NULL)"),
        Index("promotion_code_by_creation", "account_id", "created_at", "id"),
        Index("promotion_code_by_code", "account_id", "code_key"),
        Index("promotion_code_by_coupon", "account_id", "coupon_id"),
        STRICT,
    )
    __folded__ = {"code_key": "code"}

    version: int = whole(default=1)
    code: str = text()
    code_key: str | None = text(default=None)
    coupon_id: str = text()
    active: bool = flag(default=True)
    customer_id: str | None = text(default=None)
    expires_at: datetime | None = moment(default=None)
    max_redemptions: int | None = whole(default=None)
    times_redeemed: int = whole(default=0)
    first_time_transaction: bool = flag(default=False)
    minimum_amount: int | None = whole(default=None)
    minimum_amount_currency: str | None = text(default=None)
    details: dict[str, str] = document(default_factory=dict)


class Discount(Terms, table=True):
    """A coupon at work on an invoice or an invoice item, or in store for a customer's next invoices.

    It keeps the coupon's terms, which outlive the coupon.
    """

    __tablename__ = "discount"
    __table_args__ = (
        CheckConstraint(ONE_KIND),
        CheckConstraint("invoice_id IS NULL OR invoice_item_id IS NULL"),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("invoice_item_id", "invoice_item"),
        Index("discount_by_customer", "account_id", "customer_id"),
        Index("discount_by_invoice", "account_id", "invoice_id", "position"),
        Index("discount_by_item", "account_id", "invoice_item_id", "position"),
        STRICT,
    )

    coupon_id: str = text()
    promotion_code_id: str | None = text(default=None)
    customer_id: str | None = text(default=None)
    invoice_id: str | None = text(default=None)
    invoice_item_id: str | None = text(default=None)
    position: int = whole(default=1)
    start_at: datetime = moment()
    end_at: datetime | None = moment(default=None)
