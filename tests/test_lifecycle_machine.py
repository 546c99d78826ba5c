"""Two clients who know of each other only what they happen to read take invoices through their life, in whatever order
hypothesis can think of: each step is what the table of the lifecycle says, and a refusal changes nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest
from databases import commits, databases
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from lifecycle_model import (
    PAYMENT_METHODS,
    Bill,
    Knowledge,
    Money,
    Result,
    Step,
    announcement,
    receive,
    take,
    verdict,
)
from proofs import findings
from system import Client, Served, faults_of_books, prepare
from test_commands_lifecycle import COMMAND_OF as COMMANDS

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, Outcome, Transition

A = InvoiceAction
EXAMPLES = {"sqlite": 10, "postgres": 5}
STEPS = 16
ALIVE = 4

ENDS = (*PAYMENT_METHODS, Outcome.OUT_OF_BAND, Outcome.NO_METHOD)
RACED = (
    *(Step(action) for action in (A.FINALIZE, A.VOID, A.MARK_UNCOLLECTIBLE, A.PAY)),
    Step(A.PAY, Outcome.OUT_OF_BAND),
)
CREATING = frozenset({A.REVISE, A.CREDIT})
"""Actions whose calls name no version of the invoice."""

COMPARED = """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Invoice {
    id version status total amountRemaining lines(first: 20) { nodes { id amount } }
} } }"""
LOOK = """query ($id: ID!) { invoice(id: $id) {
    id version allowedActions { action allowed resultingStatus }
} }"""

pytestmark = pytest.mark.fuzz


class World:
    """A server and two clients with a key each."""

    def __init__(self, served: Served, clients: tuple[Client, Client], version: Any) -> None:
        self.served = served
        self.clients = clients
        self.version = version
        self.met: set[Transition] = set()


@pytest.fixture
def world(tmp_path: Path, kind: str) -> Iterator[World]:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    with Served(path, jobs=False).running() as served, commits(path) as version:
        keys = [served.key()["authorization"].removeprefix("Bearer ") for _ in range(2)]
        with Client(served.url, keys[0]) as one, Client(served.url, keys[1]) as other:
            yield World(served, (one, other), version)


clients = st.integers(0, 1)
places = st.integers(0, 3)
ACTIONS = [*A, A.FINALIZE, A.FINALIZE, A.SEND, A.ATTACH_PAYMENT, A.CREDIT, A.PAY, A.PAY, A.MARK_UNCOLLECTIBLE]
AT_A_TIME = 8
"""Actions of one step: hypothesis takes few steps, and likes to repeat itself."""


class Life(RuleBasedStateMachine):
    """The model next to the server."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.bills: list[Bill] = []
        self.money: list[Money] = []
        self.known = (Knowledge(), Knowledge())
        self.versions: dict[str, int] = {}
        self.lines: dict[str, dict[str, int]] = {}
        self.numbers = count(1)

    def bill(self, place: int) -> Bill:
        return self.bills[-1 - place % len(self.bills)]

    @initialize()
    def begin(self) -> None:
        """One invoice of each status that leads on, and one that costs nothing."""
        for amount in (0, 1000, 5000, 1000):
            self.create(0, amount, True, True)
        for place, action in ((0, A.FINALIZE), (1, A.FINALIZE), (0, A.MARK_UNCOLLECTIBLE)):
            self.act_once(0, self.bill(place), action, Outcome.DONE, False)

    def create(self, client: int, amount: int, sends: bool, has_address: bool) -> None:
        caller = self.world.clients[client]
        email = "jenny@example.com" if has_address else None
        customer = caller.done("customerCreate", email=email)
        method = "SEND_INVOICE" if sends else "CHARGE_AUTOMATICALLY"
        id = caller.draft(customer, amount, collectionMethod=method)
        self.bills.append(Bill(id, customer, method, email, amount))
        self.check_all(client)

    @rule(client=clients, place=places)
    def look(self, client: int, place: int) -> None:
        bill = self.bill(place)
        shown = self.world.clients[client].ask(LOOK, id=bill.id)["invoice"]
        assert (shown is None) == bill.gone
        if shown is None:
            return
        self.known[client].learn(shown)
        for state in shown["allowedActions"]:
            action = InvoiceAction(state["action"])
            allowed = verdict(bill, action) is None
            assert state["allowed"] == allowed, (bill, state)
            assert state["resultingStatus"] == (announcement(bill, action) if allowed else None), (bill, state)

    @rule(seed=st.integers(0, 2**32))
    def act(self, seed: int) -> None:
        choose = Random(seed)
        for _ in range(AT_A_TIME):
            client = choose.randrange(2)
            leading_on = [bill for bill in self.bills if bill.leads_on]
            if len(leading_on) < ALIVE:
                self.create(client, choose.choice((1000, 5000, 0)), choose.random() < 0.6, choose.random() < 0.8)
            bill = choose.choice(leading_on or self.bills) if choose.random() < 0.8 else choose.choice(self.bills)
            if choose.random() < 0.2:
                self.let_money_arrive(client, choose.randrange(10))
            self.act_once(client, bill, choose.choice(ACTIONS), choose.choice(ENDS), choose.random() < 0.3)

    def act_once(self, client: int, bill: Bill, action: InvoiceAction, how: Outcome, careful: bool) -> None:
        step = self.step(client, bill, action, how)
        input = self.input_of(bill, step)
        known = self.known[client].versions.get(bill.id)
        expected = None if action in CREATING or not careful else known
        if expected is not None:
            input["expectedVersion"] = expected
        if expected in (None, self.versions[bill.id]) or bill.gone:
            self.call(client, bill, step, input)
        else:
            self.check(client, bill, action, input, Result(ErrorCode.VERSION_CONFLICT))

    def let_money_arrive(self, client: int, place: int) -> None:
        """The money of an attached intent arrives, if any is awaited."""
        awaited = [money for money in self.money if not money.arrived and money.invoice]
        if awaited:
            money = awaited[place % len(awaited)]
            given = {"id": money.id, "paymentMethodId": "pm_card_visa"}
            self.heard(self.world.clients[client].call("paymentIntentConfirm", **given), receive(money))
            self.check_all(client)

    @rule(place=places, first=st.sampled_from(RACED), second=st.sampled_from(RACED))
    def act_at_once(self, place: int, first: Step, second: Step) -> None:
        bill = self.bill(place)
        ways = self.orders(bill, (first, second))
        with ThreadPoolExecutor(2) as pool:
            calls = [
                pool.submit(client.call, COMMANDS[step.action], **self.input_of(bill, step))
                for client, step in zip(self.world.clients, (first, second), strict=True)
            ]
            codes = tuple(code_of(call.result()) for call in calls)
        assert codes in ways, (bill, first, second, codes)
        bill.become(ways[codes])
        self.check_all(0)

    def orders(self, bill: Bill, steps: tuple[Step, Step]) -> dict[tuple[str | None, ...], Bill]:
        """How two calls at once may end: as if one had come after the other."""
        ways = {}
        for order in ((0, 1), (1, 0)):
            copied = deepcopy(bill)
            codes: list[str | None] = [None, None]
            for place in order:
                codes[place] = take(copied, steps[place]).code
            ways[tuple(codes)] = copied
            if steps[order[0]] == Step(A.PAY) and codes[order[0]] is None:
                # Between claim and settlement of the one, the other is told to wait.
                alone = deepcopy(bill)
                take(alone, steps[order[0]])
                codes[order[1]] = ErrorCode.PAYMENT_IN_PROGRESS
                ways[tuple(codes)] = alone
        return ways

    def step(self, client: int, bill: Bill, action: InvoiceAction, how: Outcome) -> Step:
        """What is done exactly; money to attach is made first."""
        lines = self.lines.get(bill.id, {})
        first = next(iter(lines.values()), 0)
        amounts = {
            A.CREDIT: 1 if how is Outcome.DONE else max(bill.remaining, 1),
            A.ADD_LINES: 500,
            A.UPDATE_LINES: 700 - first if lines else 0,
            A.REMOVE_LINES: -first,
        }
        money = self.make_money(client, bill, how) if action is A.ATTACH_PAYMENT else None
        return Step(action, how, money, amounts.get(action, 0))

    def make_money(self, client: int, bill: Bill, how: Outcome) -> Money:
        """Money that settles a bill or a part of it, is too much for it, or is still to come."""
        amount = {Outcome.DECLINED: bill.remaining + 1, Outcome.ACTION_REQUIRED: 1}.get(how, max(bill.remaining, 1))
        given: dict[str, Any] = {"customerId": bill.customer_id, "amount": amount, "currency": "usd"}
        by_record, arrived = how is Outcome.OUT_OF_BAND, how is not Outcome.NO_METHOD
        if by_record:
            id = self.world.clients[client].done("paymentRecordCreate", **given)
        else:
            method = {"paymentMethodId": "pm_card_visa"} if arrived else {}
            id = self.world.clients[client].done("paymentIntentCreate", **given, **method)
        self.money.append(Money(id, amount, arrived, by_record))
        return self.money[-1]

    def input_of(self, bill: Bill, step: Step) -> dict[str, Any]:
        line = next(iter(self.lines.get(bill.id, {})), "il_unknown")
        named: dict[InvoiceAction, dict[str, Any]] = {
            A.UPDATE: {"metadata": [{"key": "number", "value": str(next(self.numbers))}]},
            A.ADD_LINES: {"lines": [{"amount": 500}]},
            A.UPDATE_LINES: {"lines": [{"id": line, "amount": 700}]},
            A.REMOVE_LINES: {"lines": [{"id": line, "behavior": "DELETE"}]},
        }
        if step.action is A.REVISE:
            return {"fromInvoice": {"action": "REVISION", "invoiceId": bill.id}}
        if step.action is A.CREDIT:
            back = step.amount - min(step.amount, bill.remaining)
            return {"invoiceId": bill.id, "amount": step.amount, **({"outOfBandAmount": back} if back else {})}
        if step.money is not None:
            return {"id": bill.id, f"payment{'Record' if step.money.out_of_band else 'Intent'}Id": step.money.id}
        if step.action is A.PAY and step.how is Outcome.OUT_OF_BAND:
            return {"id": bill.id, "paidOutOfBand": True}
        if step.action is A.PAY and step.how in PAYMENT_METHODS:
            return {"id": bill.id, "paymentMethodId": PAYMENT_METHODS[step.how]}
        return {"id": bill.id, **named.get(step.action, {})}

    def call(self, client: int, bill: Bill, step: Step, input: dict[str, Any]) -> None:
        if step.action in (A.UPDATE_LINES, A.REMOVE_LINES) and not self.lines.get(bill.id) and not bill.gone:
            code = verdict(bill, step.action) or ErrorCode.RESOURCE_MISSING
            self.check(client, bill, step.action, input, Result(code))
        else:
            self.check(client, bill, step.action, input, take(bill, step))

    def check(self, client: int, bill: Bill, action: InvoiceAction, input: dict[str, Any], wanted: Result) -> None:
        """Calls, and compares with what must become of it."""
        before = None if wanted.rows else self.world.version()
        payload = self.world.clients[client].call(COMMANDS[action], **input)
        self.heard(payload, wanted)
        assert wanted.rows or self.world.version() == before, (bill, action)
        if action is A.REVISE and wanted.code is None:
            revision = payload["invoice"]["id"]
            total = bill.total
            self.bills.append(
                Bill(revision, bill.customer_id, bill.collection_method, bill.customer_email, total, bill)
            )
        self.check_all(client)

    def heard(self, payload: dict[str, Any], wanted: Result) -> None:
        assert code_of(payload) == wanted.code, (payload, wanted)
        self.world.met.update(wanted.rows)
        told = [event["type"] for event in payload["events"] if event["type"] not in BESIDE]
        events = [event for event in wanted.events if event not in BESIDE]
        assert told[len(told) - len(events) :] == events, (payload, wanted)
        assert wanted.rows or told == []

    def check_all(self, client: int) -> None:
        """Every invoice is as it must be, to the other client's eyes; who wrote knows what they were told."""
        found = self.world.clients[1 - client].ask(COMPARED, ids=[bill.id for bill in self.bills])["nodes"]
        for bill, shown in zip(self.bills, found, strict=True):
            assert (shown is None) == bill.gone, bill
            if shown is not None:
                assert (shown["status"], shown["total"], shown["amountRemaining"]) == bill.shown, (bill, shown)
                assert shown["version"] >= self.versions.get(bill.id, 1)
                self.versions[bill.id] = shown["version"]
                self.lines[bill.id] = {line["id"]: line["amount"] for line in shown["lines"]["nodes"]}


BESIDE = frozenset({"CUSTOMER_UPDATED", "INVOICEITEM_CREATED", "INVOICEITEM_DELETED"})
"""Events of others, whose number the lifecycle does not tell."""


def code_of(payload: dict[str, Any]) -> str | None:
    codes = [error["code"] for error in payload["userErrors"]]
    assert len(codes) <= 1
    return codes[0] if codes else None


def test_two_clients_can_take_no_step_that_the_lifecycle_does_not_know(world: World) -> None:
    bounds = settings(
        max_examples=EXAMPLES[databases.kind or ""],
        stateful_step_count=STEPS,
        derandomize=True,
        deadline=None,
        database=None,
        # A failure is told as it is: making it small would take many minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: Life(world), settings=bounds)
    assert faults_of_books(world.served.path) == []
    assert anyio.run(findings, world.served.path) == []
    assert {row.action for row in world.met} >= set(InvoiceAction)
    assert {row.becomes for row in world.met} == {*InvoiceStatus, None}
