"""The tables. `account_id` stands first in every key, so that every statement names its account."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.taxes import TaxExempt, TaxRounding
from invoice_graph.store.columns import (
    CURRENCY_CHECK,
    STRICT,
    Row,
    belongs_to,
    document,
    exact,
    flag,
    moment,
    one_of,
    text,
    whole,
)


class Owned(Row):
    """A row with an id of its own."""

    account_id: str = text(primary_key=True)
    id: str = text(primary_key=True)
    created_at: datetime = moment()


class Account(Row, table=True):
    """A tenant and its settings. Its `account_id` is its id."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("invoice_numbering", kinds.InvoiceNumbering),
        one_of("tax_rounding", TaxRounding),
        CheckConstraint("grace_seconds >= 0 AND payment_terms_days >= 0"),
        STRICT,
    )

    account_id: str = text(primary_key=True)
    created_at: datetime = moment()
    version: int = whole(default=1)
    name: str = text()
    country: str | None = text(default=None)
    default_currency: str = text(default="usd")
    invoice_numbering: kinds.InvoiceNumbering = text(default=kinds.InvoiceNumbering.CUSTOMER)
    invoice_prefix: str = text()
    tax_rounding: TaxRounding = text(default=TaxRounding.LINE_ITEM)
    grace_seconds: int = whole(default=3600)
    payment_terms_days: int = whole(default=30)
    payment_method_types: list[str] | None = document(default=None)


class ApiKey(Owned, table=True):
    """A secret key; only its SHA-256 is kept."""

    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_by_digest", "digest", unique=True), STRICT)

    name: str = text()
    digest: str = text()
    last_four: str = text()
    revoked_at: datetime | None = moment(default=None)


class Counter(Row, table=True):
    """A sequence without gaps: the event log's, and one per number prefix."""

    __tablename__ = "counter"
    __table_args__ = (CheckConstraint("value >= 0 AND skipped >= 0"), STRICT)

    account_id: str = text(primary_key=True)
    kind: str = text(primary_key=True)
    value: int = whole(default=0)
    skipped: int = whole(default=0)


class Customer(Owned, table=True):
    """Somebody who is invoiced."""

    __tablename__ = "customer"
    __table_args__ = (
        one_of("tax_exempt", TaxExempt),
        CheckConstraint(CURRENCY_CHECK),
        Index("customer_by_creation", "account_id", "created_at", "id"),
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


class Invoice(Owned, table=True):
    """A statement of what a customer owes."""

    __tablename__ = "invoice"
    __table_args__ = (
        one_of("status", InvoiceStatus),
        one_of("collection_method", kinds.CollectionMethod),
        one_of("billing_reason", kinds.BillingReason),
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint(
            "amount_due >= 0 AND amount_paid >= 0 AND amount_paid_out_of_band >= 0 AND amount_remaining >= 0"
            " AND amount_overpaid >= 0 AND amount_forgiven >= 0 AND amount_paid <= amount_due"
            " AND amount_paid_out_of_band <= amount_paid"
        ),
        CheckConstraint("(status = 'DRAFT') = (finalized_at IS NULL)"),
        CheckConstraint("status = 'DRAFT' OR number IS NOT NULL"),
        CheckConstraint("status <> 'PAID' OR amount_remaining = 0"),
        belongs_to("customer_id", "customer"),
        Index("invoice_by_creation", "account_id", "created_at", "id"),
        Index("invoice_by_customer", "account_id", "customer_id", "created_at", "id"),
        Index("invoice_by_status", "account_id", "status", "created_at", "id"),
        Index("invoice_by_total", "account_id", "total", "id"),
        Index("invoice_by_amount_remaining", "account_id", "amount_remaining", "id"),
        Index("invoice_by_due", "account_id", "due_at", "id"),
        Index("invoice_number", "account_id", "number", unique=True),
        Index("invoice_by_token", "hosted_token", unique=True),
        STRICT,
    )

    version: int = whole(default=1)
    status: InvoiceStatus = text(default=InvoiceStatus.DRAFT)
    finalized_at: datetime | None = moment(default=None)
    paid_at: datetime | None = moment(default=None)
    marked_uncollectible_at: datetime | None = moment(default=None)
    voided_at: datetime | None = moment(default=None)
    number: str | None = text(default=None)
    number_prefix: str | None = text(default=None)
    number_sequence: int | None = whole(default=None)
    customer_id: str = text()
    customer_name: str | None = text(default=None)
    customer_email: str | None = text(default=None)
    customer_phone: str | None = text(default=None)
    customer_address: dict[str, Any] | None = document(default=None)
    customer_shipping: dict[str, Any] | None = document(default=None)
    customer_tax_exempt: TaxExempt = text(default=TaxExempt.NONE)
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
    billing_reason: kinds.BillingReason = text(default=kinds.BillingReason.MANUAL)
    description: str | None = text(default=None)
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
    amount_shipping: int = whole(default=0)
    starting_balance: int = whole(default=0)
    ending_balance: int | None = whole(default=None)
    amount_due: int = whole(default=0)
    amount_paid: int = whole(default=0)
    amount_paid_out_of_band: int = whole(default=0)
    amount_remaining: int = whole(default=0)
    amount_overpaid: int = whole(default=0)
    amount_forgiven: int = whole(default=0)
    default_payment_method_id: str | None = text(default=None)
    payment_method_types: list[str] | None = document(default=None)
    hosted_token: str | None = text(default=None)
    last_finalization_error: dict[str, Any] | None = document(default=None)
    calculation: list[dict[str, Any]] = document(default_factory=list)
    payment_attempt_id: str | None = text(default=None)


class Billed(Owned):
    """What is billed, and for how much."""

    amount: int = whole()
    currency: str = text()
    description: str | None = text(default=None)
    quantity_decimal: Decimal = exact(default=Decimal(1))
    unit_amount_decimal: Decimal = exact()
    period_start_at: datetime = moment()
    period_end_at: datetime = moment()
    discountable: bool = flag(default=True)
    details: dict[str, str] = document(default_factory=dict)


class InvoiceItem(Billed, table=True):
    """Something to bill; pending until it is on an invoice."""

    __tablename__ = "invoice_item"
    __table_args__ = (
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("period_end_at >= period_start_at"),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
        Index("invoice_item_by_creation", "account_id", "created_at", "id"),
        Index("invoice_item_by_customer", "account_id", "customer_id", "created_at", "id"),
        Index("invoice_item_by_invoice", "account_id", "invoice_id"),
        STRICT,
    )

    version: int = whole(default=1)
    customer_id: str = text()
    invoice_id: str | None = text(default=None)
    was_pending: bool = flag(default=False)


class LineItem(Billed, table=True):
    """An invoice item's appearance on an invoice."""

    __tablename__ = "line_item"
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
    invoice_item_id: str = text()
    position: int = whole()
    subtotal: int = whole()


class InvoicePayment(Owned, table=True):
    """Money meant for an invoice."""

    __tablename__ = "invoice_payment"
    __table_args__ = (
        one_of("status", kinds.InvoicePaymentStatus),
        one_of("payment_type", kinds.PaymentType),
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("amount_requested >= 0 AND (amount_paid IS NULL) = (status <> 'PAID')"),
        belongs_to("invoice_id", "invoice"),
        Index("invoice_payment_by_creation", "account_id", "created_at", "id"),
        Index("invoice_payment_by_invoice", "account_id", "invoice_id", "created_at", "id"),
        STRICT,
    )

    invoice_id: str = text()
    amount_requested: int = whole()
    amount_paid: int | None = whole(default=None)
    currency: str = text()
    is_default: bool = flag(default=False)
    payment_type: kinds.PaymentType = text(default=kinds.PaymentType.PAYMENT_INTENT)
    payment_reference: str = text()
    status: kinds.InvoicePaymentStatus = text(default=kinds.InvoicePaymentStatus.OPEN)
    paid_at: datetime | None = moment(default=None)
    canceled_at: datetime | None = moment(default=None)


class PaymentAttempt(Owned, table=True):
    """A charge under way: written before the provider is asked, removed when its answer is booked.

    The id is the key under which the provider knows the charge.
    """

    __tablename__ = "payment_attempt"
    __table_args__ = (
        CheckConstraint("amount > 0"),
        belongs_to("invoice_id", "invoice"),
        Index("payment_attempt_by_lease", "leased_until"),
        STRICT,
    )

    invoice_id: str = text()
    payment_method_id: str = text()
    amount: int = whole()
    currency: str = text()
    off_session: bool = flag(default=True)
    operation_id: str = text()
    idempotency_key: str | None = text(default=None)
    leased_until: datetime = moment()


class BalanceTransaction(Owned, table=True):
    """An entry of a customer's ledger. Never changed, only followed by a reversing entry."""

    __tablename__ = "balance_transaction"
    __table_args__ = (
        one_of("type", kinds.BalanceTransactionType),
        CheckConstraint(CURRENCY_CHECK),
        belongs_to("customer_id", "customer"),
        belongs_to("invoice_id", "invoice"),
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


class IdempotencyKey(Row, table=True):
    """The outcome of a call, kept so that a repeated call is answered and not executed."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("idempotency_key_by_age", "created_at"), STRICT)

    account_id: str = text(primary_key=True)
    key: str = text(primary_key=True)
    created_at: datetime = moment()
    operation: str = text()
    fingerprint: str = text()
    finished: bool = flag(default=True)
    object_id: str | None = text(default=None)
    deleted_id: str | None = text(default=None)
    errors: list[dict[str, Any]] = document(default_factory=list)
    operation_id: str = text()


class Event(Row, table=True):
    """An entry of the event log; its sequence has no gaps within an account."""

    __tablename__ = "event"
    __table_args__ = (
        one_of("type", EventType),
        one_of("status", InvoiceStatus),
        one_of("previous_status", InvoiceStatus),
        Index("event_id", "account_id", "id", unique=True),
        Index("event_by_invoice", "account_id", "invoice_id", "sequence"),
        Index("event_by_customer", "account_id", "customer_id", "sequence"),
        Index("event_by_operation", "account_id", "operation_id", "sequence"),
        STRICT,
    )

    account_id: str = text(primary_key=True)
    sequence: int = whole(primary_key=True)
    id: str = text()
    type: EventType = text()
    occurred_at: datetime = moment()
    object_id: str = text()
    invoice_id: str | None = text(default=None)
    customer_id: str | None = text(default=None)
    status: InvoiceStatus | None = text(default=None)
    previous_status: InvoiceStatus | None = text(default=None)
    data: dict[str, Any] = document()
    previous_attributes: dict[str, Any] | None = document(default=None)
    idempotency_key: str | None = text(default=None)
    operation_id: str = text()
