"""Payments in three steps: claim, charge, settle.

The claim is a transaction that records the attempt; the provider is asked while none is open; the answer is
booked by another. Whoever dies in between leaves the attempt to `settle_abandoned`, which asks the provider
under the same key, so that a charge is made once and booked once.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from invoice_graph.adapters.payments import ChargeRequest, ChargeResult, ChargeStatus
from invoice_graph.commands import idempotency
from invoice_graph.commands.balances import clear_delinquency, make_delinquent
from invoice_graph.commands.invoices.default_payment import cancel_default_payment, mark_paid, open_default_payments
from invoice_graph.commands.invoices.finalization import finalize
from invoice_graph.commands.invoices.status import apply
from invoice_graph.commands.operations import Charging, Done, Outcome, Services
from invoice_graph.commands.payment_methods import check_payment_method
from invoice_graph.commands.time import live_in_time_of
from invoice_graph.domain import lifecycle
from invoice_graph.domain.access import ActorKind, Cause
from invoice_graph.domain.errors import ErrorCode, InputRefusal, PaymentRefusal, Refusal
from invoice_graph.domain.fields import Input
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.invoices import next_attempt
from invoice_graph.domain.kinds import (
    ExhaustedRetries,
    PaymentType,
    SimulatedOutcome,
    UncollectibleReason,
)
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus
from invoice_graph.store.connection import Connection
from invoice_graph.store.expiry import expired_attempts
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Customer, Invoice, InvoicePayment, PaymentAttempt, PaymentMethod
from invoice_graph.store.unit_of_work import UnitOfWork

LEASE_MARGIN_SECONDS = 5.0
"""How much longer than the provider may take an attempt belongs to the process that made it."""

_OUTCOMES = {
    ChargeStatus.SUCCEEDED: lifecycle.Outcome.DONE,
    ChargeStatus.DECLINED: lifecycle.Outcome.DECLINED,
    ChargeStatus.REQUIRES_ACTION: lifecycle.Outcome.ACTION_REQUIRED,
}

UNSETTLED = PaymentRefusal(
    ErrorCode.PROCESSING_ERROR,
    "The payment provider has not answered; the payment stays under way and is settled by itself. Read the invoice "
    "again in a minute, or repeat the call with the same idempotency key.",
)

_log = logging.getLogger(__name__)


async def pay_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done | Charging:
    """invoicePay, up to the charge. A draft is finalized first, as an operation of its own that stays."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    if input.get("payment_method_id") is not None:
        await check_payment_method(uow, customer, input["payment_method_id"], ("payment_method_id",))
    if invoice.status == InvoiceStatus.DRAFT:
        result = await finalize(uow, invoice, InvoiceAction.FINALIZE)
        await uow.flush()
        if result.outcome is not lifecycle.Outcome.DONE:
            return Done(invoice.id, refusals=result.refusals)
    if input.get("paid_out_of_band"):
        await _pay_out_of_band(uow, invoice, customer)
        return Done(invoice.id)
    method_id = (
        input.get("payment_method_id") or invoice.default_payment_method_id or customer.default_payment_method_id
    )
    if method_id is None:
        return await _fail_without_method(uow, invoice)
    how = {"off_session": input.get("off_session") is not False, "forgive": bool(input.get("forgive"))}
    return Charging(_claim(uow, invoice, method_id, services, **how))


async def charge_automatically(uow: UnitOfWork, invoice: Invoice, services: Services) -> Done | Charging:
    """An automatic attempt, up to the charge."""
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    method_id = invoice.default_payment_method_id or customer.default_payment_method_id
    if method_id is None:
        return await _fail_without_method(uow, invoice, automatic=True)
    return Charging(_claim(uow, invoice, method_id, services, automatic=True))


async def plan_retry(uow: UnitOfWork, invoice: Invoice) -> None:
    """After a failed automatic attempt: the customer is delinquent, and the next attempt is planned or the last
    one was made."""
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    make_delinquent(uow, customer)
    invoice.next_payment_attempt_at = next_attempt(invoice.attempt_count, uow.now)
    if invoice.next_payment_attempt_at is None:
        await _exhaust(uow, invoice)


async def _exhaust(uow: UnitOfWork, invoice: Invoice) -> None:
    """Gives up on an invoice when the account says so and no attached money is on its way."""
    account = await uow.account()
    gives_up = account.exhausted_retries == ExhaustedRetries.MARK_UNCOLLECTIBLE
    if gives_up and lifecycle.NOTHING_ATTACHED_OPEN.predicate.holds(invoice):
        invoice.uncollectible_reason = UncollectibleReason.MAX_PAYMENT_ATTEMPTS
        status = InvoiceStatus(invoice.status)
        apply(uow, invoice, lifecycle.transition(status, lifecycle.SystemAction.GIVE_UP, lifecycle.Outcome.DONE))


async def charge(services: Services, attempt: PaymentAttempt) -> ChargeResult | None:
    """Asks the provider; None when it fails or takes too long, which leaves the outcome unknown."""
    try:
        request = await _request(services, attempt)
        async with asyncio.timeout(services.charge_seconds):
            return await services.provider.charge(attempt.id, request)
    except Exception:
        _log.exception("The provider did not settle payment attempt %s", attempt.id)
        return None


async def settle(uow: UnitOfWork, attempt_id: str, result: ChargeResult) -> bool:
    """Books the provider's answer; False when that was done before."""
    attempt = await uow.get(PaymentAttempt, attempt_id)
    if attempt is None:
        return False
    invoice = await uow.require(Invoice, attempt.invoice_id, ("id",))
    await live_in_time_of(uow, invoice)
    invoice.payment_attempt_id = None
    uow.delete(attempt)
    _count_attempt(invoice, attempt.automatic)
    row = lifecycle.transition(InvoiceStatus(invoice.status), InvoiceAction.PAY, _OUTCOMES[result.status])
    if result.status is not ChargeStatus.SUCCEEDED:
        apply(uow, invoice, row)
        if attempt.automatic:
            await plan_retry(uow, invoice)
        return True
    charged = attempt.amount if result.amount is None else result.amount
    (payment,) = await open_default_payments(uow, invoice)
    mark_paid(uow, payment, charged)
    _credit(invoice, attempt.amount, charged)
    apply(uow, invoice, row, payment)
    clear_delinquency(uow, await uow.require(Customer, invoice.customer_id, ("id",)))
    return True


def refusals_of(result: ChargeResult) -> tuple[Refusal, ...]:
    """What the provider's answer means to the caller."""
    if result.status is ChargeStatus.DECLINED:
        message = "The payment method was declined; pay with another one."
        return (PaymentRefusal(ErrorCode.CARD_DECLINED, message, decline_code=result.decline_code),)
    if result.status is ChargeStatus.REQUIRES_ACTION:
        message = "The customer has to authenticate this payment; pay with another payment method."
        return (PaymentRefusal(ErrorCode.INVOICE_PAYMENT_INTENT_REQUIRES_ACTION, message),)
    return ()


def outcome_of(attempt: PaymentAttempt, result: ChargeResult) -> Outcome:
    """What the provider's answer makes of the call that made the attempt."""
    return Outcome(attempt.invoice_id, None, refusals_of(result), attempt.operation_id)


async def book(connection: Connection, services: Services, attempt: PaymentAttempt, result: ChargeResult) -> bool:
    """Settles an attempt and finishes its idempotency key, inside a transaction; False when that was done before."""
    account_id, key = attempt.account_id, attempt.idempotency_key
    # Attempts of an earlier program do not tell.
    cause = Cause(attempt.actor_kind or ActorKind.GATEWAY, attempt.actor_id, attempt.request_id)
    uow = services.unit_of_work(connection, account_id, attempt.operation_id, key, cause=cause)
    if not await settle(uow, attempt.id, result):
        return False
    await uow.flush()
    await idempotency.finish(connection, account_id, key, outcome_of(attempt, result))
    return True


async def charge_and_book(services: Services, attempt: PaymentAttempt) -> bool:
    """Asks the provider and books its answer; False when there was none, or it was booked before."""
    result = await charge(services, attempt)
    if result is None:
        return False
    return await services.database.write(lambda connection: book(connection, services, attempt, result))


async def settle_abandoned(services: Services) -> int:
    """Settles the attempts whose process did not come back in time, and returns how many it settled.

    Safe to run in several processes at once: each attempt is leased anew before the provider is asked, and
    booked by whoever comes first.
    """
    async with services.database.reader() as connection:
        expired = await expired_attempts(connection, services.machine_clock.now())
    settled = 0
    for attempt in expired:
        if await services.database.write(partial(_take_over, services, attempt)):
            settled += await charge_and_book(services, attempt)
    return settled


async def _take_over(services: Services, left: PaymentAttempt, connection: Connection) -> bool:
    """Leases an abandoned attempt anew; False when somebody else was faster."""
    uow = services.unit_of_work(connection, left.account_id, left.operation_id)
    attempt = await uow.get(PaymentAttempt, left.id)
    if attempt is None or attempt.leased_until != left.leased_until:
        return False
    attempt.leased_until = lease_from_now(services)
    await uow.flush()
    return True


def lease_from_now(services: Services) -> datetime:
    """Until when work that was begun now belongs to this process."""
    return services.machine_clock.now() + timedelta(seconds=services.charge_seconds + LEASE_MARGIN_SECONDS)


def _claim(
    uow: UnitOfWork,
    invoice: Invoice,
    method_id: str,
    services: Services,
    *,
    off_session: bool = True,
    automatic: bool = False,
    forgive: bool = False,
) -> PaymentAttempt:
    attempt = PaymentAttempt(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.PAYMENT_ATTEMPT),
        created_at=uow.now,
        invoice_id=invoice.id,
        payment_method_id=method_id,
        amount=invoice.amount_remaining,
        currency=invoice.currency,
        off_session=off_session,
        automatic=automatic,
        forgive=forgive,
        operation_id=uow.operation_id,
        idempotency_key=uow.idempotency_key,
        actor_kind=uow.cause.kind,
        actor_id=uow.cause.actor_id,
        request_id=uow.cause.request_id,
        leased_until=lease_from_now(services),
    )
    invoice.payment_attempt_id = attempt.id
    return uow.add(attempt)


async def _request(services: Services, attempt: PaymentAttempt) -> ChargeRequest:
    key = {"account_id": attempt.account_id, "id": attempt.payment_method_id}
    async with services.database.reader() as connection:
        (method,) = await select_rows(connection, PaymentMethod, key)
    return ChargeRequest(
        amount=attempt.amount,
        currency=attempt.currency,
        payment_method_id=method.id,
        off_session=attempt.off_session,
        partial=attempt.forgive,
        simulated=SimulatedOutcome(method.outcome),
        decline_code=method.decline_code,
    )


async def _pay_out_of_band(uow: UnitOfWork, invoice: Invoice, customer: Customer) -> None:
    """Books money that came another way."""
    amount = invoice.amount_remaining
    payment = InvoicePayment(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE_PAYMENT),
        created_at=uow.now,
        invoice_id=invoice.id,
        amount_requested=amount,
        currency=invoice.currency,
        payment_type=PaymentType.PAYMENT_RECORD,
        payment_reference=uow.ids.make(Prefix.PAYMENT_RECORD),
    )
    await cancel_default_payment(uow, invoice)
    mark_paid(uow, uow.add(payment), amount)
    _credit(invoice, amount, amount)
    invoice.amount_paid_out_of_band += amount
    status = InvoiceStatus(invoice.status)
    apply(uow, invoice, lifecycle.transition(status, InvoiceAction.PAY, lifecycle.Outcome.OUT_OF_BAND), payment)
    clear_delinquency(uow, customer)


async def _fail_without_method(uow: UnitOfWork, invoice: Invoice, automatic: bool = False) -> Done:
    _count_attempt(invoice, automatic)
    status = InvoiceStatus(invoice.status)
    apply(uow, invoice, lifecycle.transition(status, InvoiceAction.PAY, lifecycle.Outcome.NO_METHOD))
    if automatic:
        await plan_retry(uow, invoice)
    message = "There is no payment method to charge; name one, or set defaultPaymentMethodId of the customer."
    error = InputRefusal(ErrorCode.RESOURCE_MISSING, message, ("payment_method_id",))
    return Done(invoice.id, refusals=(error,))


def _count_attempt(invoice: Invoice, automatic: bool) -> None:
    """Counts an attempt; of those by hand only the first attempt of all counts."""
    invoice.attempted = True
    invoice.attempt_count = invoice.attempt_count + 1 if automatic else max(invoice.attempt_count, 1)


def _credit(invoice: Invoice, amount: int, charged: int) -> None:
    """Books that `amount` of an invoice is settled, of which `charged` was paid and the rest forgiven."""
    invoice.amount_paid += charged
    invoice.amount_forgiven += amount - charged
    invoice.amount_remaining -= amount
