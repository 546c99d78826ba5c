"""Payments: meant for invoices, under way, and in the simulator."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.domain.access import ActorKind
from invoice_graph.store.columns import CURRENCY_CHECK, STRICT, belongs_to, flag, moment, one_of, text, whole
from invoice_graph.store.tables.owned import Owned


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
        Index("invoice_payment_reference", "account_id", "payment_reference", unique=True),
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
    automatic: bool = flag(default=False)
    forgive: bool = flag(default=False)
    operation_id: str = text()
    idempotency_key: str | None = text(default=None)
    leased_until: datetime = moment()
    actor_kind: ActorKind | None = text(default=None)
    actor_id: str | None = text(default=None)
    request_id: str | None = text(default=None)


class PaymentIntent(Owned, table=True):
    """Money that the simulated processor collects from a customer; it pays nothing until it is attached."""

    __tablename__ = "payment_intent"
    __table_args__ = (
        one_of("status", kinds.PaymentIntentStatus),
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("amount > 0"),
        belongs_to("customer_id", "customer"),
        Index("payment_intent_by_creation", "account_id", "created_at", "id"),
        STRICT,
    )

    version: int = whole(default=1)
    customer_id: str = text()
    amount: int = whole()
    currency: str = text()
    status: kinds.PaymentIntentStatus = text(default=kinds.PaymentIntentStatus.REQUIRES_PAYMENT_METHOD)
    payment_method_id: str | None = text(default=None)
    succeeded_at: datetime | None = moment(default=None)
    canceled_at: datetime | None = moment(default=None)


class PaymentRecord(Owned, table=True):
    """Money that was received outside of the gateway."""

    __tablename__ = "payment_record"
    __table_args__ = (
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("amount > 0"),
        belongs_to("customer_id", "customer"),
        Index("payment_record_by_creation", "account_id", "created_at", "id"),
        STRICT,
    )

    customer_id: str = text()
    amount: int = whole()
    currency: str = text()
    reference: str | None = text(default=None)
    received_at: datetime = moment()
