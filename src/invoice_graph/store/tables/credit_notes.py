"""Credit notes and their lines."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.store.columns import (
    CURRENCY_CHECK,
    STRICT,
    belongs_to,
    document,
    exact,
    moment,
    one_of,
    text,
    whole,
)
from invoice_graph.store.tables.owned import Owned


class CreditNote(Owned, table=True):
    """A document that takes back a part of a finalized invoice."""

    __tablename__ = "credit_note"
    __table_args__ = (
        one_of("status", kinds.CreditNoteStatus),
        one_of("type", kinds.CreditNoteType),
        one_of("reason", kinds.CreditNoteReason),
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("amount > 0 AND amount = total AND pre_payment_amount >= 0 AND post_payment_amount >= 0"),
        CheckConstraint("pre_payment_amount + post_payment_amount = amount"),
        CheckConstraint("credit_amount >= 0 AND refund_amount >= 0 AND out_of_band_amount >= 0"),
        CheckConstraint("credit_amount + refund_amount + out_of_band_amount = post_payment_amount"),
        CheckConstraint("(status = 'VOID') = (voided_at IS NOT NULL)"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("customer_id", "customer"),
        Index("credit_note_by_creation", "account_id", "created_at", "id"),
        Index("credit_note_by_customer", "account_id", "customer_id", "created_at", "id"),
        Index("credit_note_by_invoice", "account_id", "invoice_id", "created_at", "id"),
        Index("credit_note_number", "account_id", "number", unique=True),
        STRICT,
    )

    version: int = whole(default=1)
    invoice_id: str = text()
    customer_id: str = text()
    number: str = text()
    currency: str = text()
    status: kinds.CreditNoteStatus = text(default=kinds.CreditNoteStatus.ISSUED)
    voided_at: datetime | None = moment(default=None)
    type: kinds.CreditNoteType = text()
    reason: kinds.CreditNoteReason | None = text(default=None)
    memo: str | None = text(default=None)
    effective_at: datetime = moment()
    subtotal: int = whole()
    subtotal_excluding_tax: int = whole()
    discount_amount: int = whole(default=0)
    discount_amounts: list[dict[str, Any]] = document(default_factory=list)
    total_taxes: list[dict[str, Any]] = document(default_factory=list)
    total: int = whole()
    total_excluding_tax: int = whole()
    amount: int = whole()
    amount_shipping: int = whole(default=0)
    pre_payment_amount: int = whole(default=0)
    post_payment_amount: int = whole(default=0)
    credit_amount: int = whole(default=0)
    refund_amount: int = whole(default=0)
    out_of_band_amount: int = whole(default=0)
    balance_transaction_id: str | None = text(default=None)
    details: dict[str, str] = document(default_factory=dict)


class CreditNoteLine(Owned, table=True):
    """A line of a credit note: a part of an invoice's line, or something of its own."""

    __tablename__ = "credit_note_line"
    __table_args__ = (
        one_of("type", kinds.CreditNoteLineType),
        CheckConstraint("(type = 'INVOICE_LINE_ITEM') = (line_item_id IS NOT NULL)"),
        belongs_to("credit_note_id", "credit_note"),
        Index("credit_note_line_position", "account_id", "credit_note_id", "position", unique=True),
        Index("credit_note_line_by_line", "account_id", "line_item_id"),
        STRICT,
    )

    credit_note_id: str = text()
    position: int = whole()
    type: kinds.CreditNoteLineType = text()
    line_item_id: str | None = text(default=None)
    description: str | None = text(default=None)
    quantity_decimal: Decimal | None = exact(default=None)
    unit_amount_decimal: Decimal | None = exact(default=None)
    amount: int = whole()
    discount_amount: int = whole(default=0)
    discount_amounts: list[dict[str, Any]] = document(default_factory=list)
    taxes: list[dict[str, Any]] = document(default_factory=list)
    tax_rate_ids: list[str] = document(default_factory=list)
