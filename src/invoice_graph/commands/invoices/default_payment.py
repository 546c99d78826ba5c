"""The payment that finalization makes for an invoice: it follows what remains to be paid."""

from invoice_graph.domain.kinds import InvoicePaymentStatus
from invoice_graph.store.tables import Invoice, InvoicePayment
from invoice_graph.store.unit_of_work import UnitOfWork


async def cancel_default_payment(uow: UnitOfWork, invoice: Invoice) -> None:
    """Cancels the payment that finalization made, when it is still open."""
    for payment in await open_default_payments(uow, invoice):
        payment.status, payment.canceled_at = InvoicePaymentStatus.CANCELED, uow.now


async def follow_remaining(uow: UnitOfWork, invoice: Invoice) -> None:
    """Brings the payment that finalization made, when it is still open, in line with what remains to be paid."""
    if invoice.amount_remaining == 0:
        await cancel_default_payment(uow, invoice)
    for payment in await open_default_payments(uow, invoice):
        payment.amount_requested = invoice.amount_remaining


def mark_paid(uow: UnitOfWork, payment: InvoicePayment, amount: int) -> None:
    """Books that the money of an invoice payment is there."""
    payment.status, payment.paid_at, payment.amount_paid = InvoicePaymentStatus.PAID, uow.now, amount


async def open_default_payments(uow: UnitOfWork, invoice: Invoice) -> list[InvoicePayment]:
    """The payment that finalization made, as long as it is open."""
    return await uow.find(InvoicePayment, invoice_id=invoice.id, is_default=True, status=InvoicePaymentStatus.OPEN)
