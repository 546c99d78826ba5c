"""Paying: claim, charge, settle, and what happens when somebody dies in between."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest
from gateway import Gateway

from invoice_graph.adapters.payments import ChargeRequest, ChargeResult, Simulator
from invoice_graph.commands.payments.payments import settle_abandoned
from invoice_graph.domain.errors import InputRefusal, PaymentRefusal, TransitionRefusal
from invoice_graph.store.tables import Customer, Event, IdempotencyKey, InvoicePayment, PaymentAttempt

pytestmark = pytest.mark.anyio

DECLINED = "pm_card_chargeDeclined"


@dataclass
class Terminal:
    """A provider that keeps the keys it was asked with, and fails or waits on demand."""

    failing: bool = False
    keys: list[str] = field(default_factory=list)
    requests: list[ChargeRequest] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    async def charge(self, key: str, request: ChargeRequest) -> ChargeResult:
        self.keys.append(key)
        self.requests.append(request)
        self.asked.set()
        if self.failing:
            raise ConnectionError("the line is dead")
        await self.answering.wait()
        return await Simulator().charge(key, request)


@pytest.fixture
def terminal(gateway: Gateway) -> Terminal:
    """A provider that answers at once, in place of the simulator."""
    terminal = Terminal()
    terminal.answering.set()
    gateway.services = replace(gateway.services, provider=terminal, charge_seconds=5.0)
    return terminal


async def test_a_charge_pays_the_invoice_and_its_default_payment(gateway: Gateway, terminal: Terminal) -> None:
    id = await gateway.open_invoice(1099)
    gateway.clock.advance(seconds=50)
    await gateway.done("invoicePay", id=id)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_paid, invoice.amount_remaining) == ("PAID", 1099, 0)
    assert (invoice.attempted, invoice.attempt_count, invoice.amount_paid_out_of_band) == (True, 1, 0)
    assert (invoice.paid_at, invoice.payment_attempt_id) == (gateway.clock.now(), None)
    (payment,) = await gateway.rows(InvoicePayment, invoice_id=id)
    assert (payment.status, payment.amount_paid, payment.paid_at) == ("PAID", 1099, gateway.clock.now())
    (request,) = terminal.requests
    assert (request.amount, request.currency, request.payment_method_id) == (1099, "usd", "pm_card_visa")
    assert request.off_session is True
    assert await gateway.rows(PaymentAttempt) == []


async def test_the_method_is_the_calls_then_the_invoices_then_the_customers(
    gateway: Gateway, terminal: Terminal
) -> None:
    id = await gateway.open_invoice(default_payment_method_id=DECLINED)
    outcome = await gateway.call("invoicePay", id=id, off_session=False)
    assert [refusal.code for refusal in outcome.refusals] == ["CARD_DECLINED"]
    await gateway.done("invoicePay", id=id, payment_method_id="pm_card_visa")
    assert [request.payment_method_id for request in terminal.requests] == [DECLINED, "pm_card_visa"]
    assert [request.off_session for request in terminal.requests] == [False, True]
    assert len(set(terminal.keys)) == 2


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        (DECLINED, "CARD_DECLINED", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "CARD_DECLINED", "insufficient_funds"),
        ("pm_card_authenticationRequired", "INVOICE_PAYMENT_INTENT_REQUIRES_ACTION", None),
    ],
)
async def test_a_failed_attempt_stays_on_record_and_counts_once(
    gateway: Gateway, method: str, code: str, decline_code: str | None
) -> None:
    id = await gateway.open_invoice()
    for _ in range(2):
        (refusal,) = (await gateway.call("invoicePay", id=id, payment_method_id=method)).refusals
        assert isinstance(refusal, PaymentRefusal)
        assert (refusal.code, refusal.decline_code) == (code, decline_code)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.attempted, invoice.attempt_count) == ("OPEN", True, 1)
    assert (invoice.amount_paid, invoice.amount_remaining, invoice.payment_attempt_id) == (0, 1000, None)
    await gateway.done("invoicePay", id=id)
    assert (await gateway.invoice(id)).attempt_count == 1


async def test_money_out_of_band_replaces_the_default_payment(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    await gateway.done("invoicePay", id=id, paid_out_of_band=True)
    invoice = await gateway.invoice(id)
    assert (invoice.amount_paid, invoice.amount_paid_out_of_band, invoice.amount_remaining) == (1000, 1000, 0)
    assert (invoice.status, invoice.attempt_count) == ("PAID", 0)
    payments = sorted(await gateway.rows(InvoicePayment, invoice_id=id), key=lambda payment: payment.is_default)
    assert [(p.payment_type, p.status, p.amount_paid, p.is_default) for p in payments] == [
        ("PAYMENT_RECORD", "PAID", 1000, False),
        ("PAYMENT_INTENT", "CANCELED", None, True),
    ]


async def test_out_of_band_excludes_a_payment_method(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    refusal = await gateway.refused("invoicePay", id=id, paid_out_of_band=True, payment_method_id="pm_card_visa")
    assert (refusal.code, refusal.path) == ("PARAMETERS_EXCLUSIVE", ("paid_out_of_band",))


async def test_an_unknown_method_is_refused_before_a_draft_is_finalized(gateway: Gateway) -> None:
    refusal = await gateway.refused("invoicePay", id=await gateway.draft(), payment_method_id="pm_x")
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("payment_method_id",))


async def test_without_any_method_the_attempt_fails(gateway: Gateway) -> None:
    customer = await gateway.customer(default_payment_method_id=None)
    id = await gateway.open_invoice(customer_id=customer)
    (refusal,) = (await gateway.call("invoicePay", id=id)).refusals
    assert isinstance(refusal, InputRefusal)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("payment_method_id",))
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.attempted, invoice.attempt_count) == ("OPEN", True, 1)


async def test_a_paid_invoice_ends_the_customers_delay(gateway: Gateway) -> None:
    customer = await gateway.customer()
    id = await gateway.open_invoice(customer_id=customer)
    async with gateway.services.database.transaction() as connection:
        await connection.rows("UPDATE customer SET delinquent = true")
    assert (await gateway.emitted("invoicePay", id=id))[-1] == "CUSTOMER_UPDATED"
    assert (await gateway.row(Customer, customer)).delinquent is False


async def test_while_an_attempt_is_in_flight_every_other_action_is_refused(
    gateway: Gateway, terminal: Terminal
) -> None:
    terminal.answering.clear()
    id = await gateway.open_invoice()
    paying = asyncio.create_task(gateway.done("invoicePay", id=id))
    await terminal.asked.wait()
    for name, extra in (
        ("invoicePay", {}),
        ("invoiceVoid", {}),
        ("invoiceMarkUncollectible", {}),
        ("invoiceUpdate", {"description": "x"}),
    ):
        refusal = await gateway.refused(name, id=id, **extra)
        assert isinstance(refusal, TransitionRefusal)
        assert refusal.code == "PAYMENT_IN_PROGRESS"
    terminal.answering.set()
    await paying
    assert terminal.keys == [terminal.keys[0]]
    assert (await gateway.invoice(id)).status == "PAID"


async def abandon(gateway: Gateway, terminal: Terminal, how: str, id: str, key: str | None = None) -> None:
    """Pays, and breaks off between claim and settlement."""
    if how == "failing":
        terminal.failing = True
        outcome = await gateway.call("invoicePay", id=id, key=key)
        assert [refusal.code for refusal in outcome.refusals] == ["PROCESSING_ERROR"]
        assert isinstance(outcome.refusals[0], PaymentRefusal)
        terminal.failing = False
    elif how == "silent":
        terminal.answering.clear()
        fast = replace(gateway, services=replace(gateway.services, charge_seconds=0.02))
        outcome = await fast.call("invoicePay", id=id, key=key)
        assert [refusal.code for refusal in outcome.refusals] == ["PROCESSING_ERROR"]
    else:
        terminal.answering.clear()
        paying = asyncio.create_task(gateway.call("invoicePay", id=id, key=key))
        await terminal.asked.wait()
        paying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await paying
    terminal.answering.set()


@pytest.mark.parametrize("how", ["failing", "silent", "cancelled"])
async def test_an_abandoned_attempt_is_settled_once_under_the_same_key(
    gateway: Gateway, terminal: Terminal, how: str
) -> None:
    id = await gateway.open_invoice()
    await abandon(gateway, terminal, how, id)
    assert (await gateway.invoice(id)).status == "OPEN"
    assert (await gateway.refused("invoiceVoid", id=id)).code == "PAYMENT_IN_PROGRESS"
    assert await settle_abandoned(gateway.services) == 0
    gateway.machine_clock.advance(seconds=15)
    settled = await asyncio.gather(*(settle_abandoned(gateway.services) for _ in range(2)))
    assert sum(settled) == 1
    assert len(terminal.keys) == 2
    assert len(set(terminal.keys)) == 1
    assert (await gateway.invoice(id)).status == "PAID"
    types = [str(event.type) for event in await gateway.rows(Event, invoice_id=id)]
    assert types.count("INVOICE_PAID") == 1
    assert await settle_abandoned(gateway.services) == 0


async def test_an_attempt_that_stays_without_answer_is_leased_again(gateway: Gateway, terminal: Terminal) -> None:
    id = await gateway.open_invoice()
    await abandon(gateway, terminal, "failing", id)
    terminal.failing = True
    gateway.machine_clock.advance(seconds=15)
    assert await settle_abandoned(gateway.services) == 0
    (attempt,) = await gateway.rows(PaymentAttempt)
    assert (attempt.leased_until - gateway.machine_clock.now()).total_seconds() == 10
    assert await settle_abandoned(gateway.services) == 0
    assert len(terminal.keys) == 2


async def test_a_late_answer_finds_the_attempt_settled_and_says_the_same(gateway: Gateway, terminal: Terminal) -> None:
    terminal.answering.clear()
    id = await gateway.open_invoice()
    paying = asyncio.create_task(gateway.call("invoicePay", id=id, payment_method_id=DECLINED, key="k"))
    await terminal.asked.wait()
    terminal.asked.clear()
    gateway.machine_clock.advance(seconds=15)
    sweep = asyncio.create_task(settle_abandoned(gateway.services))
    await terminal.asked.wait()
    terminal.answering.set()
    outcome, settled = await asyncio.gather(paying, sweep)
    assert [refusal.code for refusal in outcome.refusals] == ["CARD_DECLINED"]
    assert settled in (0, 1)
    types = [str(event.type) for event in await gateway.rows(Event, invoice_id=id)]
    assert types.count("INVOICE_PAYMENT_FAILED") == 1


async def test_the_key_of_an_abandoned_payment_is_in_use_until_it_is_settled(
    gateway: Gateway, terminal: Terminal
) -> None:
    id = await gateway.open_invoice()
    await abandon(gateway, terminal, "failing", id, key="k")
    (row,) = await gateway.rows(IdempotencyKey)
    assert row.finished is False
    refusal = await gateway.refused("invoicePay", id=id, key="k")
    assert (refusal.code, refusal.path) == ("IDEMPOTENCY_KEY_IN_USE", ("idempotency_key",))
    gateway.machine_clock.advance(seconds=15)
    await settle_abandoned(gateway.services)
    outcome = await gateway.call("invoicePay", id=id, key="k")
    assert (outcome.replayed, outcome.object_id, outcome.refusals) == (True, id, ())
    assert (await gateway.events(outcome))[-1] == "INVOICE_PAYMENT_SUCCEEDED"


async def test_a_repeated_decline_does_not_charge_again(gateway: Gateway, terminal: Terminal) -> None:
    id = await gateway.draft()
    first = await gateway.call("invoicePay", id=id, payment_method_id=DECLINED, key="k")
    again = await gateway.call("invoicePay", id=id, payment_method_id=DECLINED, key="k")
    assert len(terminal.keys) == 1
    assert (first.replayed, again.replayed) == (False, True)
    (refusal,) = again.refusals
    assert isinstance(refusal, PaymentRefusal)
    assert (refusal.code, refusal.decline_code) == ("CARD_DECLINED", "generic_decline")
    assert await gateway.events(again) == await gateway.events(first)


async def test_a_dry_run_answers_as_if_approved_and_asks_nobody(gateway: Gateway, terminal: Terminal) -> None:
    id = await gateway.draft()
    before = await gateway.dump()
    outcome = await gateway.call("invoicePay", id=id, payment_method_id=DECLINED, dry_run=True, key="k")
    assert outcome.refusals == ()
    assert terminal.keys == []
    assert await gateway.dump() == before


async def test_forgiving_lets_go_of_what_a_payment_method_does_not_hold(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    method = "pm_card_chargeDeclinedInsufficientFunds"
    outcome = await gateway.call("invoicePay", id=id, payment_method_id=method)
    assert [getattr(refusal, "decline_code", None) for refusal in outcome.refusals] == ["insufficient_funds"]
    await gateway.done("invoicePay", id=id, payment_method_id=method, forgive=True)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_due, invoice.amount_paid) == ("PAID", 1000, 0)
    assert (invoice.amount_forgiven, invoice.amount_remaining) == (1000, 0)


async def test_forgiving_changes_nothing_where_there_is_enough(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    await gateway.done("invoicePay", id=id, forgive=True)
    invoice = await gateway.invoice(id)
    assert (invoice.amount_paid, invoice.amount_forgiven) == (1000, 0)
