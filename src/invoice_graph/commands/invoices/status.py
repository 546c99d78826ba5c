"""The one place that assigns a status: a row of the lifecycle, applied to an invoice."""

from invoice_graph.domain.errors import ErrorCode, InputRefusal, Refusal, TransitionRefusal
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Path
from invoice_graph.domain.lifecycle import (
    STATUS_EVENTS,
    Guard,
    InvoiceAction,
    InvoiceStatus,
    Transition,
    allowed_from,
    failed_guard,
    refusal,
)
from invoice_graph.store.tables import Invoice, InvoicePayment
from invoice_graph.store.unit_of_work import UnitOfWork

CLOSED = frozenset({InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.VOID})
"""Statuses in which nothing moves by itself any more."""

ARRIVED_AT = {
    InvoiceStatus.PAID: "paid_at",
    InvoiceStatus.UNCOLLECTIBLE: "marked_uncollectible_at",
    InvoiceStatus.VOID: "voided_at",
}

_ABOUT_OTHERS = frozenset({EventType.INVOICEITEM_CREATED, EventType.INVOICEITEM_DELETED, EventType.CREDIT_NOTE_CREATED})
_ABOUT_STATUS = frozenset(
    {
        ErrorCode.STATUS_TRANSITION_INVALID,
        ErrorCode.INVOICE_ALREADY_PAID,
        ErrorCode.INVOICE_NOT_EDITABLE,
        ErrorCode.INVOICE_HAS_PAYMENTS,
        ErrorCode.PAYMENT_IN_PROGRESS,
    }
)


def check_action(invoice: Invoice, action: InvoiceAction, path: Path = ()) -> None:
    """Refuses an action that the invoice's status or a guard forbids; `path` leads to what names the invoice."""
    status = InvoiceStatus(invoice.status)
    row = refusal(status, action)
    if row is not None:
        raise TransitionRefusal(row.code, row.message, path, current_status=status, allowed_from=allowed_from(action))
    guard = failed_guard(action, invoice)
    if guard is not None:
        raise _guard_refusal(guard, status, action, path)


def apply(uow: UnitOfWork, invoice: Invoice, row: Transition, payment: InvoicePayment | None = None) -> None:
    """Brings an invoice to the status of a row and emits the row's events; `payment` is the one that was paid.

    Events of invoice items and credit notes are left to those who touch them.
    """
    previous = InvoiceStatus(invoice.status)
    arrived = row.becomes if row.becomes != previous else None
    if arrived is not None:
        _arrive(uow, invoice, previous, arrived)
    for event in row.emits:
        if event is EventType.INVOICE_PAYMENT_PAID and payment is not None:
            uow.emit(event, payment, customer_id=invoice.customer_id)
        elif arrived is not None and event is STATUS_EVENTS[arrived]:
            uow.emit(event, invoice, becomes=arrived, previous=previous)
        elif event not in _ABOUT_OTHERS:
            uow.emit(event, invoice)


def _arrive(uow: UnitOfWork, invoice: Invoice, previous: InvoiceStatus, status: InvoiceStatus) -> None:
    invoice.status = status
    if previous is InvoiceStatus.DRAFT:
        invoice.finalized_at = uow.now
    if status in CLOSED:
        setattr(invoice, ARRIVED_AT[status], uow.now)
        invoice.auto_advance = False
        invoice.next_payment_attempt_at = invoice.will_be_due_at = invoice.overdue_at = None


def _guard_refusal(guard: Guard, status: InvoiceStatus, action: InvoiceAction, path: Path) -> Refusal:
    if guard.code in _ABOUT_STATUS:
        legal = allowed_from(action)
        return TransitionRefusal(guard.code, guard.message, path, current_status=status, allowed_from=legal)
    return InputRefusal(guard.code, guard.message, path)
