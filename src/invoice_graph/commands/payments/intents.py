"""The simulated processor's payment intents, and records of money received elsewhere.

No provider is asked here: an intent lives in the simulator, whose answer is known from the payment method.
"""

from invoice_graph.commands.operations import Done, Services
from invoice_graph.commands.payment_methods import check_payment_method
from invoice_graph.commands.payments.receipts import receive
from invoice_graph.domain.errors import ErrorCode, PaymentRefusal, Refusal, TransitionRefusal
from invoice_graph.domain.fields import Input, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import InvoicePaymentStatus, PaymentIntentStatus, SimulatedOutcome
from invoice_graph.domain.lifecycle import NO_ATTEMPT_IN_FLIGHT, SystemAction
from invoice_graph.domain.money import check_amount, currency_of
from invoice_graph.store.tables import (
    Customer,
    Invoice,
    InvoicePayment,
    PaymentIntent,
    PaymentMethod,
    PaymentRecord,
)
from invoice_graph.store.unit_of_work import UnitOfWork

_CONFIRMABLE = frozenset({PaymentIntentStatus.REQUIRES_PAYMENT_METHOD, PaymentIntentStatus.REQUIRES_ACTION})


async def create_intent(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """paymentIntentCreate."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    _check_amount(input)
    intent = uow.add(
        PaymentIntent(
            account_id=uow.account_id,
            id=uow.ids.make(Prefix.PAYMENT_INTENT),
            created_at=uow.now,
            customer_id=customer.id,
            amount=input["amount"],
            currency=input["currency"],
        )
    )
    if input.get("payment_method_id") is None:
        return Done(intent.id)
    return await _confirm(uow, intent, customer, input["payment_method_id"])


async def confirm_intent(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """paymentIntentConfirm: the money arrives, or does not, as the payment method was made to answer."""
    intent = await uow.require(PaymentIntent, input["id"], ("id",))
    _check_confirmable(intent, "confirmed")
    customer = await uow.require(Customer, intent.customer_id, ("id",))
    method_id = input.get("payment_method_id") or intent.payment_method_id or customer.default_payment_method_id
    if method_id is None:
        message = "There is no payment method to confirm with; name one."
        raise refuse(message, ("payment_method_id",), ErrorCode.PARAMETER_MISSING)
    return await _confirm(uow, intent, customer, method_id)


async def cancel_intent(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """paymentIntentCancel: cancels the invoice payment that it is attached as, too."""
    intent = await uow.require(PaymentIntent, input["id"], ("id",))
    _check_confirmable(intent, "canceled")
    intent.status, intent.canceled_at = PaymentIntentStatus.CANCELED, uow.now
    uow.touch(intent)
    payment = await _payment_of(uow, intent)
    if payment is not None:
        invoice = await _free_invoice(uow, payment)
        payment.status, payment.canceled_at = InvoicePaymentStatus.CANCELED, uow.now
        invoice.attached_open_count -= 1
    return Done(intent.id)


async def create_record(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """paymentRecordCreate."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    _check_amount(input)
    record = PaymentRecord(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.PAYMENT_RECORD),
        created_at=uow.now,
        customer_id=customer.id,
        amount=input["amount"],
        currency=input["currency"],
        reference=input.get("reference"),
        received_at=input.get("received_at") or uow.now,
    )
    return Done(uow.add(record).id)


def _check_amount(input: Input) -> None:
    if input["amount"] <= 0:
        raise refuse("An amount of money is more than 0; give a positive one.", ("amount",))
    check_amount(input["amount"], currency_of(input["currency"]), ("amount",))


def _check_confirmable(intent: PaymentIntent, done: str) -> None:
    if intent.status not in _CONFIRMABLE:
        message = f"A payment intent that has {_ended(intent)} can't be {done}; create another one."
        raise refuse(message, ("id",), ErrorCode.PAYMENT_INTENT_UNEXPECTED_STATE)


def _ended(intent: PaymentIntent) -> str:
    return "succeeded" if intent.status == PaymentIntentStatus.SUCCEEDED else "been canceled"


async def _confirm(uow: UnitOfWork, intent: PaymentIntent, customer: Customer, method_id: str) -> Done:
    await check_payment_method(uow, customer, method_id, ("payment_method_id",))
    method = await uow.require(PaymentMethod, method_id, ("payment_method_id",))
    intent.payment_method_id = method.id
    uow.touch(intent)
    refusal = _answer(method)
    if refusal is None:
        await _succeed(uow, intent)
    elif method.outcome == SimulatedOutcome.REQUIRES_ACTION:
        intent.status = PaymentIntentStatus.REQUIRES_ACTION
    return Done(intent.id, refusals=(refusal,) if refusal else ())


def _answer(method: PaymentMethod) -> Refusal | None:
    """What the simulator says to a charge of a payment method; None is yes."""
    if method.outcome == SimulatedOutcome.DECLINES:
        message = "The payment method was declined; confirm with another one."
        return PaymentRefusal(ErrorCode.CARD_DECLINED, message, decline_code=method.decline_code)
    if method.outcome == SimulatedOutcome.REQUIRES_ACTION:
        message = "The customer has to authenticate this payment; confirm with another payment method."
        return PaymentRefusal(ErrorCode.INVOICE_PAYMENT_INTENT_REQUIRES_ACTION, message)
    return None


async def _succeed(uow: UnitOfWork, intent: PaymentIntent) -> None:
    intent.status, intent.succeeded_at = PaymentIntentStatus.SUCCEEDED, uow.now
    payment = await _payment_of(uow, intent)
    if payment is not None:
        await receive(uow, await _free_invoice(uow, payment), payment, SystemAction.RECEIVE_PAYMENT)


async def _payment_of(uow: UnitOfWork, intent: PaymentIntent) -> InvoicePayment | None:
    found = await uow.find(InvoicePayment, payment_reference=intent.id)
    return await uow.get(InvoicePayment, found[0].id) if found else None


async def _free_invoice(uow: UnitOfWork, payment: InvoicePayment) -> Invoice:
    """The invoice of a payment; refuses one with a charge under way, which may settle it at the same time."""
    invoice = await uow.require(Invoice, payment.invoice_id, ("id",))
    if not NO_ATTEMPT_IN_FLIGHT.predicate.holds(invoice):
        raise TransitionRefusal(NO_ATTEMPT_IN_FLIGHT.code, NO_ATTEMPT_IN_FLIGHT.message, current_status=invoice.status)
    return invoice
