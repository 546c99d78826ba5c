"""Payments in parts: attached intents and records, and what happens when too much arrives."""

import pytest
from gateway import Gateway

from invoice_graph.store.tables import BalanceTransaction, Customer, InvoicePayment, PaymentIntent

pytestmark = pytest.mark.anyio


async def intent_for(gateway: Gateway, id: str, amount: int, **fields: str) -> str:
    customer = (await gateway.invoice(id)).customer_id
    return await gateway.done("paymentIntentCreate", customer_id=customer, amount=amount, currency="usd", **fields)


async def attach(gateway: Gateway, id: str, amount: int, *, arrived: bool = False) -> str:
    method = {"payment_method_id": "pm_card_visa"} if arrived else {}
    intent = await intent_for(gateway, id, amount, **method)
    await gateway.done("invoiceAttachPayment", id=id, payment_intent_id=intent)
    return intent


async def amounts(gateway: Gateway, id: str) -> tuple[str, int, int, int]:
    invoice = await gateway.invoice(id)
    return invoice.status, invoice.amount_paid, invoice.amount_remaining, invoice.amount_overpaid


async def test_a_part_is_credited_and_the_default_payment_asks_for_the_rest(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    await attach(gateway, id, 300, arrived=True)
    assert await amounts(gateway, id) == ("OPEN", 300, 700, 0)
    (default,) = await gateway.rows(InvoicePayment, is_default=True)
    assert (default.status, default.amount_requested) == ("OPEN", 700)
    await gateway.done("invoicePay", id=id)
    assert await amounts(gateway, id) == ("PAID", 1000, 0, 0)
    (default,) = await gateway.rows(InvoicePayment, is_default=True)
    assert (default.status, default.amount_paid) == ("PAID", 700)


async def test_attached_money_that_has_not_arrived_changes_no_amount(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    before = await gateway.invoice(id)
    await attach(gateway, id, 300)
    after = await gateway.invoice(id)
    assert (after.amount_remaining, after.version) == (1000, before.version)


async def test_too_much_goes_to_the_customers_balance(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    first, second = await attach(gateway, id, 600), await attach(gateway, id, 600)
    await gateway.done("paymentIntentConfirm", id=first, payment_method_id="pm_card_visa")
    await gateway.done("paymentIntentConfirm", id=second, payment_method_id="pm_card_visa")
    assert await amounts(gateway, id) == ("PAID", 1000, 0, 200)
    (entry,) = await gateway.rows(BalanceTransaction)
    assert (entry.type, entry.amount, entry.ending_balance, entry.invoice_id) == ("INVOICE_OVERPAID", -200, -200, id)
    (customer,) = await gateway.rows(Customer)
    assert customer.balance == -200
    (default,) = await gateway.rows(InvoicePayment, is_default=True)
    assert default.status == "CANCELED"


async def test_money_for_an_invoice_that_is_paid_by_now_is_credited_in_full(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    intent = await attach(gateway, id, 400)
    await gateway.done("invoicePay", id=id)
    assert await gateway.emitted("paymentIntentConfirm", id=intent, payment_method_id="pm_card_visa") == [
        "INVOICE_PAYMENT_PAID",
        "INVOICE_UPDATED",
        "INVOICE_OVERPAID",
        "CUSTOMER_UPDATED",
    ]
    assert await amounts(gateway, id) == ("PAID", 1000, 0, 400)


async def test_a_record_of_money_received_elsewhere_counts_as_out_of_band(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    customer = (await gateway.invoice(id)).customer_id
    for amount in (250, 750):
        record = await gateway.done("paymentRecordCreate", customer_id=customer, amount=amount, currency="usd")
        await gateway.done("invoiceAttachPayment", id=id, payment_record_id=record)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_paid, invoice.amount_paid_out_of_band) == ("PAID", 1000, 1000)


@pytest.mark.parametrize(
    ("method", "code", "status"),
    [
        ("pm_card_chargeDeclined", "CARD_DECLINED", "REQUIRES_PAYMENT_METHOD"),
        ("pm_card_authenticationRequired", "INVOICE_PAYMENT_INTENT_REQUIRES_ACTION", "REQUIRES_ACTION"),
    ],
)
async def test_an_intent_that_fails_can_be_confirmed_again(
    gateway: Gateway, method: str, code: str, status: str
) -> None:
    id = await gateway.open_invoice(1000)
    intent = await attach(gateway, id, 1000)
    outcome = await gateway.call("paymentIntentConfirm", id=intent, payment_method_id=method)
    assert [refusal.code for refusal in outcome.refusals] == [code]
    assert (await gateway.row(PaymentIntent, intent)).status == status
    assert await amounts(gateway, id) == ("OPEN", 0, 1000, 0)
    await gateway.done("paymentIntentConfirm", id=intent, payment_method_id="pm_card_visa")
    assert await amounts(gateway, id) == ("PAID", 1000, 0, 0)


@pytest.mark.parametrize("name", ["paymentIntentConfirm", "paymentIntentCancel"])
async def test_an_intent_that_has_ended_stays_as_it_is(gateway: Gateway, name: str) -> None:
    id = await gateway.open_invoice(1000)
    done = await intent_for(gateway, id, 5, payment_method_id="pm_card_visa")
    canceled = await intent_for(gateway, id, 5)
    await gateway.done("paymentIntentCancel", id=canceled)
    for intent in (done, canceled):
        refusal = await gateway.refused(name, id=intent)
        assert (refusal.code, refusal.path) == ("PAYMENT_INTENT_UNEXPECTED_STATE", ("id",))
    refusal = await gateway.refused("invoiceAttachPayment", id=id, payment_intent_id=canceled)
    assert (refusal.code, refusal.path) == ("PAYMENT_INTENT_UNEXPECTED_STATE", ("payment_intent_id",))


async def test_an_open_attached_payment_bars_giving_up_until_it_is_canceled(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    intent = await attach(gateway, id, 300)
    for name in ("invoiceVoid", "invoiceMarkUncollectible"):
        refusal = await gateway.refused(name, id=id)
        assert refusal.code == "INVOICE_HAS_PAYMENTS"
    await gateway.done("paymentIntentCancel", id=intent)
    (payment,) = await gateway.rows(InvoicePayment, is_default=False)
    assert payment.status == "CANCELED"
    await gateway.done("invoiceVoid", id=id)


async def test_money_is_more_than_nothing_and_within_the_currency(gateway: Gateway) -> None:
    customer = await gateway.customer()
    for name in ("paymentIntentCreate", "paymentRecordCreate"):
        for amount, currency, code in ((0, "usd", "PARAMETER_INVALID"), (5, "kwd", "INVALID_CHARGE_AMOUNT")):
            refusal = await gateway.refused(name, customer_id=customer, amount=amount, currency=currency)
            assert (refusal.code, refusal.path) == (code, ("amount",))
