"""Customers, their ways to pay, and their ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.domain.taxes import TaxExempt
from invoice_graph.store.columns import CURRENCY_CHECK, STRICT, belongs_to, document, flag, moment, one_of, text, whole
from invoice_graph.store.tables.owned import Owned


class Customer(Owned, table=True):
    """Somebody who is invoiced."""

    __tablename__ = "customer"
    __folded__ = {"name_key": "name", "email_key": "email"}
    __table_args__ = (
        one_of("tax_exempt", TaxExempt),
        one_of("amount_tax_display", kinds.AmountTaxDisplay),
        belongs_to("test_clock_id", "test_clock"),
        CheckConstraint(CURRENCY_CHECK),
        Index("customer_by_creation", "account_id", "created_at", "id", "test_clock_id"),
        Index("customer_by_email", "account_id", "email_key"),
        Index("customer_prefix", "account_id", "invoice_prefix", unique=True),
        STRICT,
    )

    version: int = whole(default=1)
    name: str | None = text(default=None)
    name_key: str | None = text(default=None)
    email: str | None = text(default=None)
    email_key: str | None = text(default=None)
    phone: str | None = text(default=None)
    description: str | None = text(default=None)
    address: dict[str, Any] | None = document(default=None)
    shipping: dict[str, Any] | None = document(default=None)
    details: dict[str, str] = document(default_factory=dict)
    currency: str | None = text(default=None)
    balance: int = whole(default=0)
    tax_exempt: TaxExempt = text(default=TaxExempt.NONE)
    delinquent: bool = flag(default=False)
    invoice_prefix: str = text()
    default_payment_method_id: str | None = text(default=None)
    invoice_footer: str | None = text(default=None)
    invoice_custom_fields: list[dict[str, str]] | None = document(default=None)
    preferred_locales: list[str] = document(default_factory=list)
    tax_ids: list[dict[str, str]] = document(default_factory=list)
    discount_id: str | None = text(default=None)
    rendering_template_id: str | None = text(default=None)
    amount_tax_display: kinds.AmountTaxDisplay | None = text(default=None)
    test_clock_id: str | None = text(default=None)


class PaymentMethod(Owned, table=True):
    """A way to pay. Without a customer it is a test method that works for everybody."""

    __tablename__ = "payment_method"
    __table_args__ = (
        one_of("outcome", kinds.SimulatedOutcome),
        belongs_to("customer_id", "customer"),
        STRICT,
    )

    customer_id: str | None = text(default=None)
    type: str = text(default="card")
    outcome: kinds.SimulatedOutcome = text()
    decline_code: str | None = text(default=None)


class BalanceTransaction(Owned, table=True):
    """An entry of a customer's ledger. Never changed, only followed by a reversing entry."""

    __tablename__ = "balance_transaction"
    __table_args__ = (
        one_of("type", kinds.BalanceTransactionType),
        CheckConstraint(CURRENCY_CHECK),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        belongs_to("credit_note_id", "credit_note"),
        Index("balance_transaction_by_customer", "account_id", "customer_id", "currency", "sequence", unique=True),
        Index("balance_transaction_by_invoice", "account_id", "invoice_id"),
        STRICT,
    )

    customer_id: str = text()
    sequence: int = whole()
    amount: int = whole()
    currency: str = text()
    ending_balance: int = whole()
    type: kinds.BalanceTransactionType = text()
    description: str | None = text(default=None)
    invoice_id: str | None = text(default=None)
    credit_note_id: str | None = text(default=None)
    details: dict[str, str] = document(default_factory=dict)


class TestClock(Owned, table=True):
    """A time of its own for the customers that live in it. It stands still until it is advanced."""

    __tablename__ = "test_clock"
    __table_args__ = (
        one_of("status", kinds.TestClockStatus),
        CheckConstraint("(status = 'READY') = (target_at IS NULL)"),
        Index("test_clock_by_creation", "account_id", "created_at", "id"),
        Index("test_clock_by_lease", "leased_until"),
        STRICT,
    )

    version: int = whole(default=1)
    name: str | None = text(default=None)
    frozen_at: datetime = moment()
    status: kinds.TestClockStatus = text(default=kinds.TestClockStatus.READY)
    target_at: datetime | None = moment(default=None)
    deletes_after_at: datetime = moment()
    deleted_at: datetime | None = moment(default=None)
    leased_until: datetime | None = moment(default=None)
