"""What happens by itself: finalization, collection, retries, reminders; in real time and on test clocks."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from gateway import Gateway
from sqlalchemy import text

from invoice_graph.adapters.mail import InvoiceMail
from invoice_graph.commands.clocks import advance_abandoned
from invoice_graph.commands.due_work import do_due_work
from invoice_graph.domain.kinds import TestClockStatus as ClockStatus
from invoice_graph.domain.lifecycle import InvoiceStatus, Outcome, SystemAction, transition
from invoice_graph.store.database import open_database
from invoice_graph.store.dialect import Statement
from invoice_graph.store.rows import update_row
from invoice_graph.store.tables import Customer, Event, Invoice
from invoice_graph.store.tables import TestClock as Clock

pytestmark = pytest.mark.anyio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def happened(gateway: Gateway, since: int) -> list[str]:
    """The types of the events after a place in the log, without those of clocks."""
    events = sorted(await gateway.rows(Event), key=lambda event: event.sequence)
    return [str(e.type) for e in events if e.sequence > since and not e.type.startswith("TEST_HELPERS")]


async def log_end(gateway: Gateway) -> int:
    return max((event.sequence for event in await gateway.rows(Event)), default=0)


async def advance(gateway: Gateway, clock: str, to: datetime) -> list[str]:
    """Advances a test clock, and returns what happened on the way."""
    since = await log_end(gateway)
    await gateway.done("testClockAdvance", id=clock, frozen_time=to)
    return await happened(gateway, since)


async def on_clock(gateway: Gateway, method: str = "pm_card_visa") -> tuple[str, str]:
    """A test clock that stands at the gateway's time, and a customer on it."""
    clock = await gateway.done("testClockCreate", frozen_time=gateway.clock.now())
    customer = await gateway.customer(test_clock_id=clock, email="jenny@example.com", default_payment_method_id=method)
    return clock, customer


async def test_a_draft_is_finalized_and_charged_in_real_time_after_an_hour(gateway: Gateway) -> None:
    id = await gateway.draft(1000, auto_advance=True)
    since = await log_end(gateway)
    gateway.clock.advance(seconds=3599)
    assert await do_due_work(gateway.services) == 0
    gateway.clock.advance(seconds=1)
    assert await do_due_work(gateway.services) == 2
    assert await happened(gateway, since) == [
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "INVOICE_PAYMENT_PAID",
        "INVOICE_UPDATED",
        "INVOICE_PAID",
        "INVOICE_PAYMENT_SUCCEEDED",
    ]
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.attempt_count, invoice.automatically_finalizes_at) == ("PAID", 1, None)
    assert await do_due_work(gateway.services) == 0


async def test_several_processes_do_one_thing_once(gateway: Gateway) -> None:
    ids = [await gateway.draft(1000, auto_advance=True) for _ in range(5)]
    since = await log_end(gateway)
    gateway.clock.advance(hours=1)
    await asyncio.gather(*(do_due_work(gateway.services) for _ in range(4)))
    assert sorted(await happened(gateway, since)).count("INVOICE_PAYMENT_SUCCEEDED") == 5
    for id in ids:
        invoice = await gateway.invoice(id)
        assert (invoice.status, invoice.attempt_count, invoice.amount_paid) == ("PAID", 1, 1000)


async def test_a_customer_on_a_test_clock_does_not_live_in_real_time(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway)
    id = await gateway.draft(1000, customer_id=customer, auto_advance=True)
    gateway.clock.advance(days=10)
    assert await do_due_work(gateway.services) == 0
    later = await gateway.draft(1000, customer_id=customer)
    assert (await gateway.invoice(later)).created_at == (await gateway.invoice(id)).created_at
    start = (await gateway.invoice(id)).created_at
    await advance(gateway, clock, start + HOUR)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.finalized_at, invoice.paid_at) == ("PAID", start + HOUR, start + HOUR)


async def test_an_advance_does_each_thing_at_its_own_moment_in_order(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway, "pm_card_chargeDeclined")
    start = gateway.clock.now()
    late = await gateway.draft(700, customer_id=customer, auto_advance=True, automatically_finalizes_at=start + DAY)
    early = await gateway.draft(1000, customer_id=customer, auto_advance=True)
    await advance(gateway, clock, start + timedelta(days=5))
    row, other = await gateway.invoice(early), await gateway.invoice(late)
    assert (row.finalized_at, row.attempt_count) == (start + HOUR, 2)
    assert row.next_payment_attempt_at == start + HOUR + timedelta(days=3 + 5)
    assert (other.finalized_at, other.attempt_count) == (start + DAY, 2)
    times = [event.occurred_at for event in sorted(await gateway.rows(Event), key=lambda event: event.sequence)]
    assert times == sorted(times)
    state = await gateway.row(Clock, clock)
    assert (state.status, state.frozen_at, state.target_at) == ("READY", start + timedelta(days=5), None)


async def test_four_automatic_attempts_are_made_and_the_account_says_what_comes_after(gateway: Gateway) -> None:
    for setting, status in (("LEAVE_OPEN", "OPEN"), ("MARK_UNCOLLECTIBLE", "UNCOLLECTIBLE")):
        await gateway.done("accountUpdate", exhausted_retries=setting)
        clock, customer = await on_clock(gateway, "pm_card_chargeDeclined")
        start = gateway.clock.now()
        id = await gateway.draft(1000, customer_id=customer, auto_advance=True)
        await advance(gateway, clock, start + HOUR + timedelta(days=14))
        assert (await gateway.invoice(id)).attempt_count == 3
        events = await advance(gateway, clock, start + HOUR + timedelta(days=15))
        invoice = await gateway.invoice(id)
        assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt_at) == (status, 4, None)
        if status == "OPEN":
            assert events == ["INVOICE_UPDATED", "INVOICE_PAYMENT_FAILED"]
        else:
            given_up = transition(InvoiceStatus.OPEN, SystemAction.GIVE_UP, Outcome.DONE)
            assert events == list(given_up.emits)
            assert invoice.uncollectible_reason == "MAX_PAYMENT_ATTEMPTS"
        assert (await gateway.row(Customer, customer)).delinquent


async def test_attempts_by_hand_do_not_move_the_schedule(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway, "pm_card_chargeDeclined")
    start = gateway.clock.now()
    id = await gateway.draft(1000, customer_id=customer, auto_advance=True)
    await advance(gateway, clock, start + HOUR)
    planned = (await gateway.invoice(id)).next_payment_attempt_at
    outcome = await gateway.call("invoicePay", id=id)
    assert [refusal.code for refusal in outcome.refusals] == ["CARD_DECLINED"]
    invoice = await gateway.invoice(id)
    assert (invoice.attempt_count, invoice.next_payment_attempt_at) == (1, planned)


async def test_an_automatic_attempt_without_a_method_fails_and_is_repeated(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway)
    await gateway.done("customerUpdate", id=customer, default_payment_method_id=None)
    start = gateway.clock.now()
    id = await gateway.draft(1000, customer_id=customer, auto_advance=True)
    assert await advance(gateway, clock, start + HOUR) == [
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "INVOICE_UPDATED",
        "INVOICE_PAYMENT_FAILED",
        "CUSTOMER_UPDATED",
    ]
    assert (await gateway.invoice(id)).next_payment_attempt_at == start + HOUR + 3 * DAY


async def test_a_sent_invoice_is_announced_before_its_due_date_and_reported_after_it(gateway: Gateway) -> None:
    await gateway.done("accountUpdate", will_be_due_days=3, overdue_after_days=2)
    clock, customer = await on_clock(gateway)
    start = gateway.clock.now()
    id = await gateway.draft(1000, customer_id=customer, collection_method="SEND_INVOICE", days_until_due=10)
    await gateway.done("invoiceFinalize", id=id)
    assert await advance(gateway, clock, start + 7 * DAY) == ["INVOICE_WILL_BE_DUE"]
    assert await advance(gateway, clock, start + 11 * DAY) == []
    assert await advance(gateway, clock, start + 12 * DAY) == ["INVOICE_OVERDUE", "CUSTOMER_UPDATED"]
    assert await advance(gateway, clock, start + 100 * DAY) == []


async def test_a_paid_invoice_is_neither_announced_nor_overdue(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway)
    start = gateway.clock.now()
    id = await gateway.draft(1000, customer_id=customer, collection_method="SEND_INVOICE", days_until_due=10)
    await gateway.done("invoicePay", id=id, paid_out_of_band=True)
    assert await advance(gateway, clock, start + 30 * DAY) == []


async def test_a_scheduled_draft_that_can_not_be_finalized_stays_a_draft_and_is_not_tried_again(
    gateway: Gateway,
) -> None:
    await gateway.done("accountUpdate", payment_method_types=["card"])
    clock, customer = await on_clock(gateway)
    start = gateway.clock.now()
    id = await gateway.draft(1000, customer_id=customer, auto_advance=True, payment_method_types=["sepa_debit"])
    assert await advance(gateway, clock, start + HOUR) == ["INVOICE_UPDATED", "INVOICE_FINALIZATION_FAILED"]
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.automatically_finalizes_at) == ("DRAFT", None)
    assert await advance(gateway, clock, start + DAY) == []


async def test_a_clock_goes_forward_only_and_two_years_at_most(gateway: Gateway) -> None:
    clock, _ = await on_clock(gateway)
    now = gateway.clock.now()
    for wrong in (now, now - DAY, now.replace(year=now.year + 2) + DAY):
        refusal = await gateway.refused("testClockAdvance", id=clock, frozen_time=wrong)
        assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("frozen_time",))
    await gateway.done("testClockAdvance", id=clock, frozen_time=now.replace(year=now.year + 2))


async def test_a_deleted_clock_takes_no_customers_and_can_not_be_advanced(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway)
    await gateway.done("testClockDelete", id=clock)
    refusal = await gateway.refused("testClockAdvance", id=clock, frozen_time=gateway.clock.now() + DAY)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("id",))
    refusal = await gateway.refused("customerCreate", test_clock_id=clock)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("test_clock_id",))
    await gateway.draft(5, customer_id=customer)


async def test_a_clock_whose_process_died_on_the_way_is_brought_to_its_target(gateway: Gateway) -> None:
    clock, customer = await on_clock(gateway)
    start = gateway.clock.now()
    id = await gateway.draft(1000, customer_id=customer, auto_advance=True)
    row = await gateway.row(Clock, clock)
    async with gateway.services.database.transaction() as connection:
        left = {"status": ClockStatus.ADVANCING, "target_at": start + DAY, "leased_until": start + HOUR}
        encoded = {
            name: value if isinstance(value, str) else f"{value:%Y-%m-%dT%H:%M:%SZ}" for name, value in left.items()
        }
        await update_row(connection, row, encoded)
    gateway.machine_clock.advance(seconds=3599)
    assert await advance_abandoned(gateway.services) == 0
    gateway.machine_clock.advance(seconds=1)
    assert await advance_abandoned(gateway.services) == 1
    assert (await gateway.invoice(id)).status == "PAID"
    state = await gateway.row(Clock, clock)
    assert (state.status, state.frozen_at, state.leased_until) == ("READY", start + DAY, None)


async def test_what_can_not_be_done_is_dropped_and_does_not_stop_the_rest(gateway: Gateway) -> None:
    stuck = await gateway.draft(1000, auto_advance=True)
    async with gateway.services.database.transaction() as connection:
        # As a fault in the data would: a line too large for any invoice.
        enlarge = text("UPDATE line_item SET amount = 999999999999 WHERE invoice_id = :id")
        await connection.rows(Statement(enlarge), {"id": stuck})
    fine = await gateway.draft(1000, auto_advance=True)
    gateway.clock.advance(hours=1)
    await do_due_work(gateway.services)
    assert (await gateway.invoice(fine)).status == "PAID"
    invoice = await gateway.invoice(stuck)
    assert (invoice.status, invoice.automatically_finalizes_at) == ("DRAFT", None)
    assert invoice.last_finalization_error is not None
    assert isinstance(invoice, Invoice)


async def test_two_processes_on_one_file_do_one_thing_once(gateway: Gateway, tmp_path: Path) -> None:
    ids = [await gateway.draft(1000, auto_advance=True) for _ in range(4)]
    gateway.clock.advance(hours=1)
    other = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'invoices.db'}", readers=2, synchronous="OFF")
    try:
        await asyncio.gather(do_due_work(gateway.services), do_due_work(replace(gateway.services, database=other)))
    finally:
        await other.close()
    finalized = await gateway.rows(Event, type="INVOICE_FINALIZED")
    assert sorted(str(event.invoice_id) for event in finalized) == sorted(ids)
    assert len(await gateway.rows(Event, type="INVOICE_PAYMENT_SUCCEEDED")) == 4


class BrokenMailer:
    """Takes on no mail."""

    async def send(self, mail: InvoiceMail) -> None:
        raise ConnectionError("The mail server does not answer.")


async def test_due_work_goes_on_when_mail_is_not_taken_on(gateway: Gateway) -> None:
    customer = await gateway.customer(email="jenny@example.com")
    terms = {"customer_id": customer, "collection_method": "SEND_INVOICE", "days_until_due": 10}
    ids = [await gateway.draft(1000, auto_advance=True, **terms) for _ in range(2)]
    gateway.clock.advance(hours=1)
    assert await do_due_work(replace(gateway.services, mailer=BrokenMailer())) == 2
    assert [(await gateway.invoice(id)).status for id in ids] == ["OPEN", "OPEN"]
