"""The machine's clock is set back by an hour: the log goes on, leases and keys keep their meaning, nothing waits for
the time to come again."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from gateway import Gateway
from random_walk import Walk
from test_verify import DeadLine

from invoice_graph.adapters.payments import Simulator
from invoice_graph.commands.idempotency import LIFETIME
from invoice_graph.commands.payments.payments import settle_abandoned
from invoice_graph.domain.clock import time_text
from invoice_graph.store.event_log import EventFilter, Reading
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Event, InvoicePayment, Lease
from invoice_graph.store.verification.verify import verify
from invoice_graph.worker import LEASE_TIME, Lead

BACK = timedelta(hours=1)

pytestmark = pytest.mark.anyio


def set_back(gateway: Gateway) -> None:
    for clock in (gateway.clock, gateway.machine_clock):
        clock.set(clock.now() - BACK)


async def lease_ends(gateway: Gateway) -> list[str]:
    async with gateway.services.database.reader() as connection:
        return [time_text(lease.until) for lease in await select_rows(connection, Lease, {})]


async def test_the_log_goes_on_where_it_was_and_the_books_stay_sound(gateway: Gateway) -> None:
    walk = Walk(gateway, Random(5))
    await walk.prepare()
    await walk.go(60)
    before = [event.sequence for event in await gateway.rows(Event)]
    set_back(gateway)
    await walk.go(60)
    following = Reading(gateway.services.database, gateway.actor.account_id, EventFilter())
    cursor, heard = len(before), list[int]()
    while not (look := await following.look(cursor)).is_end or look.sequences:
        heard += look.sequences
        cursor = look.reached
    events = sorted(await gateway.rows(Event), key=lambda event: event.sequence)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert heard == list(range(len(before) + 1, len(events) + 1))
    assert min(event.occurred_at for event in events[len(before) :]) < events[len(before) - 1].occurred_at
    assert await verify(gateway.services.database) == []


async def test_a_key_is_remembered_through_it_and_for_as_long_as_it_should(gateway: Gateway) -> None:
    used = gateway.clock.now()
    first = await gateway.call("customerCreate", key="k", name="Jenny")
    set_back(gateway)
    for moment in (gateway.clock.now(), used + LIFETIME - timedelta(seconds=1)):
        gateway.clock.set(moment)
        again = await gateway.call("customerCreate", key="k", name="Jenny")
        assert (again.object_id, again.replayed) == (first.object_id, True)
    gateway.clock.set(used + LIFETIME)
    assert (await gateway.call("customerCreate", key="k", name="Jenny")).replayed is False


async def test_who_leads_goes_on_alone_and_is_followed_as_soon_as_ever(gateway: Gateway, other: Gateway) -> None:
    leader, heir = Lead(gateway.services), Lead(other.services)
    await leader.seek()
    set_back(gateway)
    assert not leader.is_ours  # Until it has said so again: others may have a clock that was right.
    await leader.seek()
    await heir.seek()
    assert (leader.is_ours, heir.is_ours) == (True, False)
    assert await lease_ends(gateway) == [time_text(gateway.machine_clock.now() + LEASE_TIME)]
    gateway.machine_clock.advance(seconds=LEASE_TIME.total_seconds())
    await heir.seek()
    assert (leader.is_ours, heir.is_ours) == (False, True)


async def test_who_was_followed_meanwhile_does_not_lead_again(gateway: Gateway, other: Gateway) -> None:
    """A process stands still for longer than its lease, and when it goes on, its clock is wrong."""
    stalled, heir = Lead(gateway.services), Lead(other.services)
    await stalled.seek()
    gateway.machine_clock.advance(seconds=LEASE_TIME.total_seconds())
    await heir.seek()
    set_back(gateway)
    assert not stalled.is_ours
    await stalled.seek()
    assert not stalled.is_ours


async def test_a_payment_under_way_is_neither_taken_over_early_nor_paid_twice(gateway: Gateway) -> None:
    dead = replace(gateway, services=replace(gateway.services, provider=DeadLine()))
    id = await gateway.open_invoice()
    claimed = gateway.machine_clock.now()
    assert [str(refusal.code) for refusal in (await dead.call("invoicePay", id=id)).refusals] == ["PROCESSING_ERROR"]
    set_back(gateway)
    living = replace(gateway.services, provider=Simulator())
    assert await settle_abandoned(living) == 0
    gateway.machine_clock.set(claimed + timedelta(minutes=1))
    assert [await settle_abandoned(living) for _ in range(2)] == [1, 0]
    (payment,) = await gateway.rows(InvoicePayment)
    assert (payment.status, payment.amount_paid) == ("PAID", 1000)
    assert (await gateway.invoice(id)).status == "PAID"
