"""Money that arrives for an invoice: attached payments, in part, in full, or too much."""

from dataclasses import dataclass

from invoice_graph.commands.balances import Movement, clear_delinquency
from invoice_graph.commands.invoices.default_payment import follow_remaining, mark_paid
from invoice_graph.commands.invoices.drafts import change_balance
from invoice_graph.commands.invoices.status import apply
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import BalanceTransactionType, PaymentIntentStatus, PaymentType
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, Outcome, SystemAction, transition
from invoice_graph.store.tables import Customer, Invoice, InvoicePayment, PaymentIntent, PaymentRecord
from invoice_graph.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Money:
    """What can be attached: `arrived` when it is there already."""

    row: PaymentIntent | PaymentRecord
    type: PaymentType
    path: Path
    arrived: bool


async def attach_payment(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceAttachPayment: money that is there is credited at once, other money when it arrives."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    money = await _money(uow, input)
    await _check_free(uow, money)
    _check_fits(invoice, money)
    payment = uow.add(_new_payment(uow, invoice, money))
    invoice.attached_open_count += 1
    if money.arrived:
        await receive(uow, invoice, payment, InvoiceAction.ATTACH_PAYMENT)
    else:
        row = transition(InvoiceStatus(invoice.status), InvoiceAction.ATTACH_PAYMENT, Outcome.DONE)
        apply(uow, invoice, row)
    return Done(invoice.id)


async def receive(
    uow: UnitOfWork, invoice: Invoice, payment: InvoicePayment, action: InvoiceAction | SystemAction
) -> None:
    """Credits an attached payment whose money is there. What is beyond the remaining amount goes to the
    customer's balance."""
    credited = min(payment.amount_requested, invoice.amount_remaining)
    excess = payment.amount_requested - credited
    mark_paid(uow, payment, payment.amount_requested)
    invoice.attached_open_count -= 1
    invoice.attached_paid_count += 1
    invoice.amount_paid += credited
    invoice.amount_remaining -= credited
    invoice.amount_overpaid += excess
    if payment.payment_type == PaymentType.PAYMENT_RECORD:
        invoice.amount_paid_out_of_band += credited
    await follow_remaining(uow, invoice)
    apply(uow, invoice, transition(InvoiceStatus(invoice.status), action, _outcome(invoice, payment, excess)), payment)
    await _settle_customer(uow, invoice, excess)


def _outcome(invoice: Invoice, payment: InvoicePayment, excess: int) -> Outcome:
    if excess:
        return Outcome.OVERPAID
    if invoice.amount_remaining:
        return Outcome.PARTLY_PAID
    return Outcome.OUT_OF_BAND if payment.payment_type == PaymentType.PAYMENT_RECORD else Outcome.SETTLED


async def _settle_customer(uow: UnitOfWork, invoice: Invoice, excess: int) -> None:
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    if excess:
        movement = Movement(BalanceTransactionType.INVOICE_OVERPAID, -excess)
        await change_balance(uow, customer, invoice.currency, [movement], invoice.id)
    if invoice.status == InvoiceStatus.PAID:
        clear_delinquency(uow, customer)


async def _money(uow: UnitOfWork, input: Input) -> Money:
    if input.get("payment_intent_id") is not None:
        path: Path = ("payment_intent_id",)
        intent = await uow.require(PaymentIntent, input["payment_intent_id"], path)
        if intent.status == PaymentIntentStatus.CANCELED:
            message = "The payment intent is canceled; attach another one."
            raise refuse(message, path, ErrorCode.PAYMENT_INTENT_UNEXPECTED_STATE)
        return Money(intent, PaymentType.PAYMENT_INTENT, path, intent.status == PaymentIntentStatus.SUCCEEDED)
    path = ("payment_record_id",)
    record = await uow.require(PaymentRecord, input["payment_record_id"], path)
    return Money(record, PaymentType.PAYMENT_RECORD, path, arrived=True)


async def _check_free(uow: UnitOfWork, money: Money) -> None:
    if await uow.find(InvoicePayment, payment_reference=money.row.id):
        message = "The payment is attached to an invoice already; attach another one."
        raise refuse(message, money.path, ErrorCode.PAYMENT_INTENT_UNEXPECTED_STATE)


def _check_fits(invoice: Invoice, money: Money) -> None:
    row, message = money.row, None
    if row.customer_id != invoice.customer_id:
        message = "The payment is another customer's; attach one of the invoice's customer."
    elif row.currency != invoice.currency:
        message = f"The payment is in {row.currency}, the invoice in {invoice.currency}; they must be the same."
    elif row.amount > invoice.amount_remaining:
        message = f"The payment of {row.amount} is more than the {invoice.amount_remaining} that remain; attach less."
    if message is not None:
        raise refuse(message, money.path, ErrorCode.PAYMENT_INTENT_INVALID_PARAMETER)


def _new_payment(uow: UnitOfWork, invoice: Invoice, money: Money) -> InvoicePayment:
    return InvoicePayment(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE_PAYMENT),
        created_at=uow.now,
        invoice_id=invoice.id,
        amount_requested=money.row.amount,
        currency=invoice.currency,
        payment_type=money.type,
        payment_reference=money.row.id,
    )
