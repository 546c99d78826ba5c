"""The books hold after any sequence of commands: random calls, then every sum is checked."""

import random
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.domain.clock import time_text
from invoice_graph.store.tables import (
    BalanceTransaction,
    Counter,
    Customer,
    Event,
    Invoice,
    InvoiceItem,
    InvoicePayment,
    LineItem,
    PaymentAttempt,
)

pytestmark = pytest.mark.anyio

METHODS = ("pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", None)
ACTIONS = ("invoiceFinalize", "invoiceSend", "invoiceVoid", "invoiceMarkUncollectible", "invoiceDelete")
CURRENCIES = ("usd", "usd", "eur", "kwd", None)


async def random_call(gateway: Gateway, choose: random.Random) -> tuple[str, dict[str, Any]]:
    customer = choose.choice(await gateway.rows(Customer))
    invoices = await gateway.rows(Invoice)
    amount = choose.choice((-500, 0, 10, 30, 1000, 99_990))
    lines = [{"amount": amount}] * choose.randint(0, 3)
    if not invoices or choose.random() < 0.2:
        given: dict[str, Any] = {"customer_id": customer.id, "lines": lines, "currency": choose.choice(CURRENCIES)}
        given |= {"pending_invoice_items_behavior": choose.choice(("INCLUDE", "EXCLUDE")), "auto_advance": True}
        return "invoiceCreate", given
    invoice = choose.choice(invoices)
    drawn = choose.random()
    if drawn < 0.2:
        return "invoiceAddLines", {"id": invoice.id, "lines": lines}
    if drawn < 0.3:
        behaviors = ("DELETE", "UNASSIGN")
        found = await gateway.lines(invoice.id)
        return "invoiceRemoveLines", {
            "id": invoice.id,
            "lines": [{"id": line.id, "behavior": choose.choice(behaviors)} for line in found[:2]],
        }
    if drawn < 0.4:
        return "customerUpdate", {"id": customer.id, "balance": choose.choice((-2000, -10, 0, 500))}
    if drawn < 0.6:
        return "invoicePay", {"id": invoice.id, "payment_method_id": choose.choice(METHODS)}
    if drawn < 0.65:
        return "invoicePay", {"id": invoice.id, "paid_out_of_band": True}
    return choose.choice(ACTIONS), {"id": invoice.id}


@pytest.mark.parametrize("seed", range(3))
async def test_the_books_hold_after_150_random_calls(gateway: Gateway, seed: int) -> None:
    choose = random.Random(seed)
    for _ in range(3):
        await gateway.customer(default_payment_method_id=None, email="jenny@example.com")
    accepted = 0
    for _ in range(150):
        gateway.clock.advance(seconds=choose.randint(0, 5))
        name, given = await random_call(gateway, choose)
        accepted += (await gateway.call(name, **given)).refusals == ()
    assert accepted > 50
    await check_invoices(gateway)
    await check_ledgers(gateway)
    await check_numbers(gateway)
    await check_events(gateway)


async def check_invoices(gateway: Gateway) -> None:
    assert await gateway.rows(PaymentAttempt) == []
    payments = await gateway.rows(InvoicePayment)
    for invoice in await gateway.rows(Invoice):
        lines = await gateway.rows(LineItem, invoice_id=invoice.id)
        items = {item.id: item.amount for item in await gateway.rows(InvoiceItem, invoice_id=invoice.id)}
        assert items == {line.invoice_item_id: line.amount for line in lines}
        assert invoice.total == sum(line.amount for line in lines)
        assert invoice.amount_remaining == invoice.amount_due - invoice.amount_paid
        paid = sum(p.amount_paid or 0 for p in payments if p.invoice_id == invoice.id and p.status == "PAID")
        assert invoice.amount_paid == paid
        if invoice.status == "DRAFT":
            assert invoice.starting_balance == await newest_balance(gateway, invoice.customer_id, invoice.currency)
        if invoice.ending_balance is not None:
            assert invoice.starting_balance + invoice.total - invoice.amount_due == invoice.ending_balance


async def newest_balance(gateway: Gateway, customer_id: str, currency: str) -> int:
    entries = await gateway.rows(BalanceTransaction, customer_id=customer_id, currency=currency)
    return max(((entry.sequence, entry.ending_balance) for entry in entries), default=(0, 0))[1]


async def check_ledgers(gateway: Gateway) -> None:
    for customer in await gateway.rows(Customer):
        entries = await gateway.rows(BalanceTransaction, customer_id=customer.id)
        for currency in {entry.currency for entry in entries}:
            ledger = sorted((e.sequence, e.amount, e.ending_balance) for e in entries if e.currency == currency)
            balance = 0
            for place, (sequence, amount, ending_balance) in enumerate(ledger, 1):
                balance += amount
                assert (sequence, ending_balance) == (place, balance)
        if customer.currency is not None:
            assert customer.balance == await newest_balance(gateway, customer.id, customer.currency)


async def check_numbers(gateway: Gateway) -> None:
    invoices = await gateway.rows(Invoice)
    for counter in await gateway.rows(Counter):
        if counter.kind.startswith("number:"):
            prefix = counter.kind.removeprefix("number:")
            issued = sorted(i.number_sequence or 0 for i in invoices if i.number_prefix == prefix)
            assert issued == list(range(1, counter.value + 1))


async def check_events(gateway: Gateway) -> None:
    events = sorted(await gateway.rows(Event), key=lambda event: event.sequence)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    status: dict[str, str | None] = {}
    for event in events:
        if event.status is not None:
            assert event.previous_status == status.get(event.invoice_id or "")
            status[event.invoice_id or ""] = event.status
    for invoice in await gateway.rows(Invoice):
        assert status[invoice.id] == invoice.status
        newest = [event for event in events if event.object_id == invoice.id][-1]
        assert newest.data["version"] == invoice.version
        assert newest.data["amount_paid"] == invoice.amount_paid


async def test_an_event_shows_the_object_afterwards_and_what_it_was_before(gateway: Gateway) -> None:
    id = await gateway.draft(description="old")
    outcome = await gateway.call("invoiceUpdate", id=id, description="new", key="k")
    (event,) = await gateway.rows(Event, operation_id=outcome.operation_id)
    assert (event.data["description"], event.previous_attributes) == ("new", {"version": 1, "description": "old"})
    assert (event.idempotency_key, event.occurred_at, event.object_id) == ("k", gateway.clock.now(), id)
    assert event.customer_id == event.data["customer_id"]
    outcome = await gateway.call("invoiceDelete", id=id)
    *_, event = sorted(await gateway.rows(Event), key=lambda event: event.sequence)
    assert (event.type, event.data["description"], event.data["status"]) == ("INVOICE_DELETED", "new", "DRAFT")
    assert event.data["created_at"] == time_text(gateway.clock.now())
