"""Finalization: guards, numbers, the customer balance, failure."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from gateway import Gateway

from invoice_graph.store.tables import BalanceTransaction, Counter, Customer, Invoice, InvoicePayment

pytestmark = pytest.mark.anyio


async def test_a_payable_draft_becomes_open_with_a_number_a_link_and_a_default_payment(gateway: Gateway) -> None:
    customer = await gateway.customer(invoice_prefix="9545A614")
    id = await gateway.draft(1099, customer_id=customer)
    gateway.clock.advance(seconds=60)
    await gateway.done("invoiceFinalize", id=id)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.number) == ("OPEN", "9545A614-0001")
    assert (invoice.number_prefix, invoice.number_sequence) == ("9545A614", 1)
    assert (invoice.amount_due, invoice.amount_remaining, invoice.amount_paid) == (1099, 1099, 0)
    assert (invoice.attempted, invoice.attempt_count, invoice.ending_balance) == (False, 0, 0)
    assert invoice.finalized_at == invoice.effective_at == gateway.clock.now()
    assert len(invoice.hosted_token or "") == 40
    (payment,) = await gateway.rows(InvoicePayment, invoice_id=id)
    assert (payment.is_default, payment.status, payment.amount_requested, payment.amount_paid) == (
        True,
        "OPEN",
        1099,
        None,
    )


async def test_with_nothing_due_the_invoice_is_paid_at_once(gateway: Gateway) -> None:
    id = await gateway.draft(None, auto_advance=True)
    await gateway.done("invoiceFinalize", id=id)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.auto_advance, invoice.attempted, invoice.attempt_count) == ("PAID", False, True, 0)
    assert (invoice.automatically_finalizes_at, invoice.next_payment_attempt_at) == (None, None)
    assert invoice.paid_at == invoice.finalized_at == gateway.clock.now()
    assert await gateway.rows(InvoicePayment) == []


async def test_finalization_with_automatic_advancement_schedules_the_first_attempt(gateway: Gateway) -> None:
    id = await gateway.draft()
    await gateway.done("invoiceFinalize", id=id, auto_advance=True)
    assert (await gateway.invoice(id)).next_payment_attempt_at == gateway.clock.now() + timedelta(hours=1)
    id = await gateway.draft(auto_advance=True)
    await gateway.done("invoiceFinalize", id=id, auto_advance=False)
    assert (await gateway.invoice(id)).next_payment_attempt_at is None
    id = await gateway.draft(collection_method="SEND_INVOICE", auto_advance=True)
    await gateway.done("invoiceFinalize", id=id)
    assert (await gateway.invoice(id)).next_payment_attempt_at is None


async def test_what_an_invoice_shows_of_its_customer_is_frozen(gateway: Gateway) -> None:
    customer = await gateway.customer(email="old@example.com")
    draft, final = await gateway.draft(customer_id=customer), await gateway.open_invoice(customer_id=customer)
    await gateway.done("customerUpdate", id=customer, email="new@example.com")
    assert (await gateway.invoice(draft)).customer_email == "new@example.com"
    assert (await gateway.invoice(draft)).version == 1
    assert (await gateway.invoice(final)).customer_email == "old@example.com"


async def test_a_failure_is_recorded_on_the_draft_and_cleared_by_success(gateway: Gateway) -> None:
    await gateway.done("accountUpdate", payment_method_types=["card"])
    id = await gateway.draft(payment_method_types=["sepa_debit"])
    outcome = await gateway.call("invoiceFinalize", id=id)
    (refusal,) = outcome.refusals
    assert refusal.code == "INVOICE_NO_PAYMENT_METHOD_TYPES"
    assert await gateway.events(outcome) == ["INVOICE_UPDATED", "INVOICE_FINALIZATION_FAILED"]
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.number, invoice.version) == ("DRAFT", None, 2)
    assert invoice.last_finalization_error == {"code": refusal.code, "message": refusal.message}
    await gateway.done("invoiceUpdate", id=id, payment_method_types=["card", "sepa_debit"])
    await gateway.done("invoiceFinalize", id=id)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.last_finalization_error) == ("OPEN", None)
    assert (invoice.number or "").endswith("-0001")


async def test_a_past_due_date_and_an_amount_beyond_the_maximum_fail(gateway: Gateway) -> None:
    late = await gateway.draft(collection_method="SEND_INVOICE", days_until_due=1)
    gateway.clock.advance(days=2)
    assert [r.code for r in (await gateway.call("invoiceFinalize", id=late)).refusals] == ["PARAMETER_INVALID"]
    huge = await gateway.draft(99_999_999)
    await gateway.done("invoiceAddLines", id=huge, lines=[{"amount": 1}])
    assert [r.code for r in (await gateway.call("invoicePay", id=huge)).refusals] == ["AMOUNT_TOO_LARGE"]
    invoice = await gateway.invoice(huge)
    assert (invoice.status, invoice.last_finalization_error is not None, invoice.attempted) == ("DRAFT", True, False)


async def test_too_small_an_amount_moves_to_the_balance_and_to_the_other_drafts(gateway: Gateway) -> None:
    customer = await gateway.customer()
    other = await gateway.draft(1000, customer_id=customer)
    foreign = await gateway.draft(1000, customer_id=customer, currency="eur")
    id = await gateway.open_invoice(30, customer_id=customer)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_due, invoice.amount_paid, invoice.ending_balance) == ("PAID", 0, 0, 30)
    assert (await gateway.row(Customer, customer)).balance == 30
    (entry,) = await gateway.rows(BalanceTransaction)
    assert (entry.type, entry.amount, entry.ending_balance, entry.invoice_id) == ("INVOICE_TOO_SMALL", 30, 30, id)
    draft = await gateway.invoice(other)
    assert (draft.starting_balance, draft.amount_due, draft.amount_remaining, draft.version) == (30, 1030, 1030, 1)
    assert (await gateway.invoice(foreign)).amount_due == 1000


async def test_balances_are_kept_per_currency(gateway: Gateway) -> None:
    customer = await gateway.customer(balance=-100)
    await gateway.open_invoice(30, customer_id=customer, currency="eur")
    assert (await gateway.row(Customer, customer)).balance == -100
    id = await gateway.draft(1000, customer_id=customer, currency="eur")
    assert (await gateway.invoice(id)).amount_due == 1030


async def test_credit_is_used_up_by_one_invoice_and_missing_from_the_next(gateway: Gateway) -> None:
    customer = await gateway.customer(balance=-1500)
    first = await gateway.draft(1000, customer_id=customer)
    second = await gateway.draft(1000, customer_id=customer)
    assert await gateway.emitted("invoiceFinalize", id=first) == [
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "INVOICE_PAID",
        "CUSTOMER_UPDATED",
    ]
    assert (await gateway.invoice(first)).ending_balance == -500
    assert (await gateway.invoice(second)).amount_due == 500


async def test_three_decimal_currencies_leave_their_rest_on_the_balance(gateway: Gateway) -> None:
    customer = await gateway.customer()
    line = {"quantity_decimal": Decimal("0.5"), "unit_amount_decimal": Decimal(10010)}
    id = await gateway.done("invoiceCreate", customer_id=customer, currency="kwd", lines=[line])
    await gateway.done("invoiceFinalize", id=id)
    invoice = await gateway.invoice(id)
    assert (invoice.total, invoice.amount_due, invoice.ending_balance) == (5005, 5010, -5)
    await gateway.done("invoiceVoid", id=id)
    assert (await gateway.row(Customer, customer)).balance == 0


async def test_numbers_of_the_account_run_through_all_customers(gateway: Gateway) -> None:
    await gateway.done("accountUpdate", invoice_numbering="ACCOUNT")
    numbers = [(await gateway.invoice(await gateway.open_invoice())).number for _ in range(3)]
    assert numbers == ["RKTRIDE-0001", "RKTRIDE-0002", "RKTRIDE-0003"]


async def test_deleted_drafts_and_numbers_of_ones_own_leave_no_gap(gateway: Gateway) -> None:
    customer = await gateway.customer(invoice_prefix="ACME")
    await gateway.done("invoiceDelete", id=await gateway.draft(customer_id=customer))
    own = await gateway.open_invoice(customer_id=customer, number="OWN-1")
    first = await gateway.open_invoice(customer_id=customer)
    await gateway.done("invoiceVoid", id=first)
    second = await gateway.open_invoice(customer_id=customer)
    assert [(await gateway.invoice(id)).number for id in (own, first, second)] == ["OWN-1", "ACME-0001", "ACME-0002"]
    assert (await gateway.invoice(own)).number_sequence is None


async def test_a_number_that_was_chosen_by_hand_is_passed_over_and_accounted_for(gateway: Gateway) -> None:
    customer = await gateway.customer(invoice_prefix="ACME")
    await gateway.draft(customer_id=customer, number="ACME-0001")
    id = await gateway.open_invoice(customer_id=customer)
    assert (await gateway.invoice(id)).number == "ACME-0002"
    (counter,) = await gateway.rows(Counter, kind="number:ACME")
    assert (counter.value, counter.skipped) == (2, 1)


async def test_numbers_grow_beyond_four_digits(gateway: Gateway) -> None:
    customer = await gateway.customer(invoice_prefix="ACME", next_invoice_sequence=9999)
    numbers = [(await gateway.invoice(await gateway.open_invoice(customer_id=customer))).number for _ in range(2)]
    assert numbers == ["ACME-9999", "ACME-10000"]
    (counter,) = await gateway.rows(Counter, kind="number:ACME")
    assert (counter.value, counter.skipped) == (10000, 9998)


async def test_eight_tasks_finalize_fifty_invoices_without_gap_or_double(gateway: Gateway) -> None:
    customer = await gateway.customer(invoice_prefix="ACME")
    waiting = [await gateway.draft(customer_id=customer) for _ in range(50)]

    async def work() -> None:
        while waiting:
            await gateway.done("invoiceFinalize", id=waiting.pop())

    await asyncio.gather(*(work() for _ in range(8)))
    invoices = await gateway.rows(Invoice, customer_id=customer)
    assert sorted(invoice.number_sequence or 0 for invoice in invoices) == list(range(1, 51))
    assert {invoice.number for invoice in invoices} == {f"ACME-{place:04d}" for place in range(1, 51)}


async def test_two_finalizations_of_one_draft_give_one_number(gateway: Gateway) -> None:
    id = await gateway.draft()
    outcomes = await asyncio.gather(*(gateway.call("invoiceFinalize", id=id) for _ in range(2)))
    assert sorted(len(outcome.refusals) for outcome in outcomes) == [0, 1]
    assert [counter.value for counter in await gateway.rows(Counter) if counter.value and counter.kind != "event"] == [
        1
    ]
