"""Invoices, their lines, and the invoice items behind them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.taxes import TaxExempt
from invoice_graph.store.columns import (
    CURRENCY_CHECK,
    STRICT,
    Row,
    belongs_to,
    document,
    exact,
    falling,
    flag,
    moment,
    one_of,
    text,
    waiting,
    whole,
)
from invoice_graph.store.tables.owned import Owned

DUE_MOMENTS = ("automatically_finalizes_at", "next_payment_attempt_at", "will_be_due_at", "overdue_at")
"""Columns that say when the gateway has something to do by itself; empty when there is nothing."""

HIDING = ("expires_at", "test_clock_id")
"""Columns that keep an invoice out of lists; at the end of an index they let it count without the rows."""


class Invoice(Owned, table=True):
    """A statement of what a customer owes."""

    __tablename__ = "invoice"
    __folded__ = {
        "number_key": "number",
        "customer_name_key": "customer_name",
        "customer_email_key": "customer_email",
        "description_key": "description",
    }
    __worded__ = {"number_words": "number"}
    __table_args__ = (
        one_of("status", InvoiceStatus),
        one_of("collection_method", kinds.CollectionMethod),
        one_of("billing_reason", kinds.BillingReason),
        one_of("uncollectible_reason", kinds.UncollectibleReason),
        one_of("page_size", kinds.PageSize),
        one_of("amount_tax_display", kinds.AmountTaxDisplay),
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint(
            "amount_due >= 0 AND amount_paid >= 0 AND amount_paid_out_of_band >= 0 AND amount_remaining >= 0"
            " AND amount_overpaid >= 0 AND amount_forgiven >= 0 AND amount_paid <= amount_due"
            " AND amount_paid_out_of_band <= amount_paid"
        ),
        CheckConstraint("(status = 'DRAFT') = (finalized_at IS NULL)"),
        CheckConstraint("status = 'DRAFT' OR number IS NOT NULL"),
        CheckConstraint("status <> 'PAID' OR amount_remaining = 0"),
        CheckConstraint("(expires_at IS NULL) = (billing_reason <> 'UPCOMING')"),
        CheckConstraint("pre_payment_credit_notes_amount >= 0 AND post_payment_credit_notes_amount >= 0"),
        CheckConstraint("attached_open_count >= 0 AND attached_paid_count >= 0"),
        belongs_to("customer_id", "customer"),
        belongs_to("from_invoice_id", "invoice"),
        Index("invoice_by_creation", "account_id", "created_at", "id", *HIDING),
        Index("invoice_by_customer", "account_id", "customer_id", "created_at", "id", *HIDING),
        Index("invoice_by_status", "account_id", "status", "created_at", "id", *HIDING),
        Index("invoice_by_total", "account_id", "total", "id"),
        Index("invoice_by_amount_due", "account_id", "amount_due", "id"),
        Index("invoice_by_amount_remaining", "account_id", "amount_remaining", "id"),
        Index("invoice_by_due", "account_id", "due_at", "id"),
        falling("invoice_by_due_falling", "due_at"),
        Index("invoice_by_effect", "account_id", "effective_at", "id"),
        Index("invoice_number", "account_id", "number", unique=True),
        Index("invoice_by_number_words", "account_id", "number_words", "number_key", "id"),
        Index("invoice_by_sequence", "account_id", "number_prefix", "number_sequence", "status"),
        Index("invoice_by_token", "hosted_token", unique=True),
        Index("invoice_by_origin", "account_id", "from_invoice_id"),
        *(waiting("invoice", moment) for moment in DUE_MOMENTS),
        waiting("invoice", "expires_at"),
        STRICT,
    )

    version: int = whole(default=1)
    status: InvoiceStatus = text(default=InvoiceStatus.DRAFT)
    finalized_at: datetime | None = moment(default=None)
    paid_at: datetime | None = moment(default=None)
    marked_uncollectible_at: datetime | None = moment(default=None)
    voided_at: datetime | None = moment(default=None)
    number: str | None = text(default=None)
    number_key: str | None = text(default=None)
    number_words: str | None = text(default=None)
    number_prefix: str | None = text(default=None)
    number_sequence: int | None = whole(default=None)
    customer_id: str = text()
    customer_name: str | None = text(default=None)
    customer_name_key: str | None = text(default=None)
    customer_email: str | None = text(default=None)
    customer_email_key: str | None = text(default=None)
    customer_phone: str | None = text(default=None)
    customer_address: dict[str, Any] | None = document(default=None)
    customer_shipping: dict[str, Any] | None = document(default=None)
    customer_tax_exempt: TaxExempt = text(default=TaxExempt.NONE)
    customer_tax_ids: list[dict[str, str]] = document(default_factory=list)
    account_country: str | None = text(default=None)
    account_name: str | None = text(default=None)
    currency: str = text()
    collection_method: kinds.CollectionMethod = text(default=kinds.CollectionMethod.CHARGE_AUTOMATICALLY)
    due_at: datetime | None = moment(default=None)
    auto_advance: bool = flag(default=False)
    automatically_finalizes_at: datetime | None = moment(default=None)
    attempted: bool = flag(default=False)
    attempt_count: int = whole(default=0)
    next_payment_attempt_at: datetime | None = moment(default=None)
    will_be_due_at: datetime | None = moment(default=None)
    overdue_at: datetime | None = moment(default=None)
    uncollectible_reason: kinds.UncollectibleReason | None = text(default=None)
    billing_reason: kinds.BillingReason = text(default=kinds.BillingReason.MANUAL)
    description: str | None = text(default=None)
    description_key: str | None = text(default=None)
    footer: str | None = text(default=None)
    custom_fields: list[dict[str, str]] = document(default_factory=list)
    statement_descriptor: str | None = text(default=None)
    details: dict[str, str] = document(default_factory=dict)
    effective_at: datetime | None = moment(default=None)
    period_start_at: datetime = moment()
    period_end_at: datetime = moment()
    subtotal: int = whole(default=0)
    subtotal_excluding_tax: int = whole(default=0)
    total: int = whole(default=0)
    total_excluding_tax: int = whole(default=0)
    default_tax_rate_ids: list[str] = document(default_factory=list)
    discount_ids: list[str] = document(default_factory=list)
    total_discount_amounts: list[dict[str, Any]] = document(default_factory=list)
    total_taxes: list[dict[str, Any]] = document(default_factory=list)
    shipping_cost: dict[str, Any] | None = document(default=None)
    amount_shipping: int = whole(default=0)
    starting_balance: int = whole(default=0)
    ending_balance: int | None = whole(default=None)
    amount_due: int = whole(default=0)
    amount_paid: int = whole(default=0)
    amount_paid_out_of_band: int = whole(default=0)
    amount_remaining: int = whole(default=0)
    amount_overpaid: int = whole(default=0)
    amount_forgiven: int = whole(default=0)
    pre_payment_credit_notes_amount: int = whole(default=0)
    post_payment_credit_notes_amount: int = whole(default=0)
    attached_open_count: int = whole(default=0)
    attached_paid_count: int = whole(default=0)
    default_payment_method_id: str | None = text(default=None)
    payment_method_types: list[str] | None = document(default=None)
    hosted_token: str | None = text(default=None)
    last_finalization_error: dict[str, Any] | None = document(default=None)
    calculation: list[dict[str, Any]] = document(default_factory=list)
    from_invoice_id: str | None = text(default=None)
    latest_revision_id: str | None = text(default=None)
    rendering_template_id: str | None = text(default=None)
    rendering_template_version: int | None = whole(default=None)
    page_size: kinds.PageSize | None = text(default=None)
    amount_tax_display: kinds.AmountTaxDisplay | None = text(default=None)
    test_clock_id: str | None = text(default=None)
    expires_at: datetime | None = moment(default=None)
    payment_attempt_id: str | None = text(default=None)


class InvoiceLabel(Row, table=True):
    """One entry of an invoice's metadata, so that an index finds it; written and removed with the invoice."""

    __tablename__ = "invoice_label"
    __folded__ = {"value_key": "value"}
    __table_args__ = (
        belongs_to("invoice_id", "invoice", ondelete="CASCADE"),
        Index("invoice_label_by_value", "account_id", "key", "value_key", "invoice_id"),
        STRICT,
    )

    account_id: str = text(primary_key=True)
    invoice_id: str = text(primary_key=True)
    key: str = text(primary_key=True)
    value: str = text()
    value_key: str = text(default="")


class Billed(Owned):
    """What is billed, and for how much."""

    amount: int = whole()
    currency: str = text()
    description: str | None = text(default=None)
    quantity_decimal: Decimal = exact(default=Decimal(1))
    unit_amount_decimal: Decimal | None = exact(default=None)
    period_start_at: datetime = moment()
    period_end_at: datetime = moment()
    discountable: bool = flag(default=True)
    details: dict[str, str] = document(default_factory=dict)
    price_id: str | None = text(default=None)
    product_id: str | None = text(default=None)
    tax_rate_ids: list[str] = document(default_factory=list)
    discount_ids: list[str] = document(default_factory=list)


class InvoiceItem(Billed, table=True):
    """Something to bill; pending until it is on an invoice."""

    __tablename__ = "invoice_item"
    __table_args__ = (
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("period_end_at >= period_start_at"),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        Index("invoice_item_by_creation", "account_id", "created_at", "id", "test_clock_id"),
        Index("invoice_item_by_customer", "account_id", "customer_id", "created_at", "id"),
        Index("invoice_item_by_invoice", "account_id", "invoice_id"),
        STRICT,
    )

    version: int = whole(default=1)
    customer_id: str = text()
    invoice_id: str | None = text(default=None)
    was_pending: bool = flag(default=False)
    test_clock_id: str | None = text(default=None)


class LineItem(Billed, table=True):
    """An invoice item's appearance on an invoice."""

    __tablename__ = "line_item"
    __folded__ = {"description_key": "description"}
    __table_args__ = (
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("period_end_at >= period_start_at AND position > 0"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("invoice_item_id", "invoice_item"),
        Index("line_item_position", "account_id", "invoice_id", "position", unique=True),
        Index("line_item_by_item", "account_id", "invoice_item_id", unique=True),
        STRICT,
    )

    invoice_id: str = text()
    invoice_item_id: str | None = text(default=None)
    position: int = whole()
    description_key: str | None = text(default=None)
    subtotal: int = whole()
    tax_amounts: list[dict[str, Any]] = document(default_factory=list)
    discount_amounts: list[dict[str, Any]] = document(default_factory=list)
    taxes: list[dict[str, Any]] = document(default_factory=list)
