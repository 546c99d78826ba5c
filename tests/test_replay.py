"""The event log replayed from empty gives what the API shows now: after any walk, of every object, field by field."""

import random
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from conftest import START
from gateway import Gateway
from random_walk import Walk
from system import settings_for

from invoice_graph.commands.accounts import create_account
from invoice_graph.commands.due_work import do_due_work
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock, time_text
from invoice_graph.domain.ids import IdFactory
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway as Opened
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.tables import CreditNote, Customer, Event, Invoice, Owned
from invoice_graph.store.verification.verify import verify

pytestmark = pytest.mark.anyio

REPLAYED: Mapping[str, type[Owned]] = {"in_": Invoice, "cn_": CreditNote, "cus_": Customer}
"""The objects all of whose changes are events, by the prefixes of their ids."""

MIRRORS = frozenset(
    {"customerName", "customerEmail", "customerPhone", "customerAddress", "customerShipping", "customerTaxIds"}
)
TAXES = frozenset({"customerTaxExempt", "subtotal", "subtotalExcludingTax", "total", "totalExcludingTax", "totalTaxes"})
BALANCES = frozenset({"startingBalance", "amountDue", "amountRemaining"})

FOLLOWED_BY_DRAFTS = MIRRORS | TAXES | BALANCES
"""What a draft takes over from its customer, whose own event tells of the change: it follows without an event and
without a new version."""

FOLLOWED_BY_CUSTOMERS = frozenset({"currency", "discount", "nextInvoiceSequence"})
"""What a customer's invoices change of the customer, and tell of by their own events: the first one fixes the
currency, a new draft takes the discount that was in store for it, finalization takes a number."""

PASSING = frozenset({"overdue"})
"""What changes by time alone."""

SHOWN = {
    "in_": """... on Invoice {
        id version status number subtotal total amountDue amountPaid amountPaidOutOfBand amountRemaining amountOverpaid
        startingBalance endingBalance prePaymentCreditNotesAmount postPaymentCreditNotesAmount nextPaymentAttemptAt
    }""",
    "cn_": "... on CreditNote { id version status number total amount prePaymentAmount postPaymentAmount voidedAt }",
    "cus_": "... on Customer { id version balance delinquent taxExempt }",
}
"""What is asked by GraphQL of each kind."""


@dataclass
class Log:
    """The event log, folded object by object. `told`: what the last event of an object left of it."""

    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    statuses: dict[str, str | None] = field(default_factory=dict)

    def replay(self, event: Event) -> None:
        """One event on top of those before it."""
        assert event.object_id not in self.gone
        before = self.told.get(event.object_id)
        if before is not None and prefix_of(event.object_id) in REPLAYED:
            check_step(event, before)
        if event.status is not None:
            assert event.previous_status == self.statuses.get(event.object_id)
            assert event.data["status"] == event.status
            self.statuses[event.object_id] = event.status
        self.told[event.object_id] = event.data
        if event.type.endswith("_DELETED"):
            self.gone.add(event.object_id)
            del self.told[event.object_id]

    def of(self, prefix: str) -> dict[str, dict[str, Any]]:
        """The objects of a kind that are not gone."""
        return {id: data for id, data in self.told.items() if prefix_of(id) == prefix}


def prefix_of(id: str) -> str:
    return id[: id.index("_") + 1]


def check_step(event: Event, before: dict[str, Any]) -> None:
    """An update tells all that changed and what it was, and counts; no other event changes anything."""
    changed = by_events({name: value for name, value in before.items() if event.data[name] != value}, before)
    if event.type.endswith("_UPDATED"):
        assert event.previous_attributes is not None
        assert by_events(event.previous_attributes, before) == changed, event
        assert event.data["version"] == before["version"] + 1
    elif event.type == "CREDIT_NOTE_VOIDED":
        assert set(changed) == {"status", "voidedAt", "version"}
    else:
        assert changed == {}, event


def by_events(attributes: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Those attributes of an object, which `data` shows, that change by events of its own only."""
    silent = PASSING
    if prefix_of(data["id"]) == "cus_":
        silent |= FOLLOWED_BY_CUSTOMERS
    if data.get("status") == "DRAFT":
        silent |= FOLLOWED_BY_DRAFTS
    return {name: value for name, value in attributes.items() if name not in silent}


@pytest.fixture
async def opened(tmp_path: Path, kind: str) -> AsyncGenerator[tuple[Opened, Gateway], None]:
    """A whole gateway, whose events carry what the API shows, and the commands of an empty account."""
    clock = ManualClock(START)
    ids = IdFactory(clock, random.Random(1))
    async with open_gateway(settings_for(tmp_path / "walk.db", synchronous="OFF"), clock, ids) as opened:
        services = opened.services
        account = await create_account(services.database, clock, ids, {"name": "Rocket Rides"})
        yield opened, Gateway(services, clock, ManualClock(START), Actor(account.account_id))


async def replayed(gateway: Gateway) -> Log:
    log = Log()
    for event in sorted(await gateway.rows(Event), key=lambda event: event.sequence):
        log.replay(event)
    return log


async def ask(opened: Opened, gateway: Gateway, prefix: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    """Statuses, amounts and versions of objects, by GraphQL."""
    query = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {SHOWN[prefix]} }} }}"
    answer = await opened.engine.run(GraphQLRequest(query, None, {"ids": list(ids)}), gateway.actor)
    assert isinstance(answer, Answer)
    assert answer.errors == ()
    nodes: list[dict[str, Any]] = orjson.loads(answer.body)["data"]["nodes"]
    return nodes


async def check_present(opened: Opened, gateway: Gateway, log: Log) -> None:
    """The log tells of every object that there is, and of no other, what the API shows of it."""
    for prefix, kind in REPLAYED.items():
        rows = [row for row in await gateway.rows(kind) if prefix_of(row.id) == prefix]
        told = log.of(prefix)
        assert {row.id for row in rows} == set(told)
        async with gateway.services.database.reader() as connection:
            shown = await gateway.services.snapshot.many(connection, gateway.actor.account_id, kind, list(told))  # type: ignore[attr-defined]
        for now in shown:
            assert by_events(told[now["id"]], now) == by_events(now, now)
        for start in range(0, len(shown), 100):
            for node in await ask(opened, gateway, prefix, [now["id"] for now in shown[start : start + 100]]):
                asked = by_events(node, node)
                assert {name: told[node["id"]][name] for name in asked} == asked


@pytest.mark.parametrize("seed", range(4))
async def test_the_log_replayed_gives_what_the_api_shows(opened: tuple[Opened, Gateway], seed: int) -> None:
    gateway = opened[1]
    await walk_and_check(*opened, Walk(gateway, random.Random(seed)), 300)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(100, 105))
async def test_the_log_of_a_long_walk_replayed_gives_what_the_api_shows(
    opened: tuple[Opened, Gateway], seed: int
) -> None:
    gateway = opened[1]
    await walk_and_check(*opened, Walk(gateway, random.Random(seed)), 400)


async def walk_and_check(opened: Opened, gateway: Gateway, walk: Walk, steps: int) -> None:
    await walk.prepare()
    await walk.go(steps)
    assert len(walk.accepted) > 20
    await check_present(opened, gateway, await replayed(gateway))
    assert await verify(gateway.services.database) == []


async def test_drafts_follow_their_customer_between_events_by_design(opened: tuple[Opened, Gateway]) -> None:
    _, gateway = opened
    draft = await gateway.draft(1000, customer_id=await gateway.customer(currency="usd"))
    invoice = await gateway.invoice(draft)
    told = (await replayed(gateway)).told[draft]
    await gateway.done("customerUpdate", id=invoice.customer_id, name="Jenny", balance=-300, tax_exempt="EXEMPT")
    assert (await replayed(gateway)).told[draft] == told
    async with gateway.services.database.reader() as connection:
        now = await gateway.services.snapshot(connection, invoice)
    changed = {name: now[name] for name in now if now[name] != told[name]}
    assert changed == {
        "customerName": "Jenny",
        "customerTaxExempt": "EXEMPT",
        "startingBalance": -300,
        "amountDue": 700,
        "amountRemaining": 700,
    }


async def previous_attributes(gateway: Gateway, invoice_id: str) -> dict[str, Any]:
    """What the last update of an invoice tells of before."""
    events = [event for event in await gateway.rows(Event, object_id=invoice_id) if event.type == "INVOICE_UPDATED"]
    return max(events, key=lambda event: event.sequence).previous_attributes or {}


async def test_an_automatic_attempt_tells_when_it_had_been_planned(opened: tuple[Opened, Gateway]) -> None:
    _, gateway = opened
    customer = await gateway.customer(default_payment_method_id="pm_card_chargeDeclined")
    id = await gateway.open_invoice(1000, customer_id=customer, auto_advance=True)
    planned = gateway.clock.now() + timedelta(hours=1)
    gateway.clock.advance(hours=2)
    assert await do_due_work(gateway.services) == 1
    told = await previous_attributes(gateway, id)
    assert told["nextPaymentAttemptAt"] == time_text(planned)


async def test_a_draft_that_fails_to_finalize_by_itself_tells_that_nothing_is_planned(
    opened: tuple[Opened, Gateway],
) -> None:
    _, gateway = opened
    id = await gateway.draft(99_999_999, auto_advance=True)
    await gateway.done("invoiceAddLines", id=id, lines=[{"amount": 1}])
    gateway.clock.advance(hours=2)
    await do_due_work(gateway.services)
    told = (await replayed(gateway)).told[id]
    assert (told["status"], told["automaticallyFinalizesAt"], told["nextPaymentAttemptAt"]) == ("DRAFT", None, None)
    assert (await gateway.invoice(id)).next_payment_attempt_at is None
