"""The audit trail: each event says which actor, key and request caused it, and can be found by them."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import databases
from gateway import Gateway as Commands
from planner_data import ADDRESS, NOW
from system import Served, prepare

from invoice_graph.commands.accounts import create_account
from invoice_graph.commands.due_work import do_due_work
from invoice_graph.config import Settings
from invoice_graph.domain.access import CUSTOMER, EVERYTHING, Actor, ActorKind
from invoice_graph.domain.clock import ManualClock
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway

CREATE = "mutation { customerCreate(input: {}) { events { actorKind actorId requestId } } }"
PAY = 'mutation ($id: ID!) { invoicePay(input: {id: $id, paymentMethodId: "pm_card_visa"}) { userErrors { code } } }'
LOG = """query ($actor: String, $request: String) {
    events(first: 100, actorId: $actor, requestId: $request) { nodes { type actorKind actorId requestId } } }"""


@dataclass
class World:
    runner: asyncio.Runner
    gateway: Gateway
    clock: ManualClock
    commands: Commands

    def ask(self, actor: Actor, text: str, request_id: str | None = None, /, **variables: Any) -> Any:
        named = {} if request_id is None else {"request_id": request_id}
        request = GraphQLRequest(text, None, variables, **named)
        answer = self.runner.run(self.gateway.engine.run(request, actor))
        assert isinstance(answer, Answer)
        assert not answer.errors, answer.errors
        return json.loads(answer.data or b"null")

    def log(self, **wanted: str) -> list[tuple[str, str, str | None, str | None]]:
        nodes = self.ask(Actor(self.account_id), LOG, **wanted)["events"]["nodes"]
        return [(node["type"], node["actorKind"], node["actorId"], node["requestId"]) for node in nodes]

    @property
    def account_id(self) -> str:
        return self.commands.actor.account_id


@pytest.fixture
def world(tmp_path: Path, kind: str) -> Iterator[World]:
    clock = ManualClock(NOW)
    address = databases.url(tmp_path / "invoices.db")
    settings = Settings(database=address, readers=1, synchronous="OFF", public_url=ADDRESS)
    with asyncio.Runner() as runner:
        opening = open_gateway(settings, clock)
        gateway = runner.run(opening.__aenter__())
        services = gateway.services
        made = runner.run(create_account(services.database, clock, services.ids, {"name": "Ours"}))
        yield World(runner, gateway, clock, Commands(services, clock, clock, Actor(made.account_id)))
        runner.run(opening.__aexit__(None, None, None))


def test_an_event_names_key_and_request(world: World) -> None:
    account = world.account_id
    actors = [
        (Actor(account, "key_1"), "SECRET_KEY", "key_1"),
        (Actor(account, "key_2", kind=ActorKind.RESTRICTED_KEY), "RESTRICTED_KEY", "key_2"),
        (Actor(account, None, EVERYTHING, None, ActorKind.IDENTITY, "user-1"), "IDENTITY", "user-1"),
        (Actor(account), "SECRET_KEY", None),
    ]
    for number, (actor, kind, id) in enumerate(actors):
        (event,) = world.ask(actor, CREATE, f"request-{number}")["customerCreate"]["events"]
        assert event == {"actorKind": kind, "actorId": id, "requestId": f"request-{number}"}
    assert world.log(actor="key_2") == [("CUSTOMER_CREATED", "RESTRICTED_KEY", "key_2", "request-1")]
    assert world.log(request="request-0") == [("CUSTOMER_CREATED", "SECRET_KEY", "key_1", "request-0")]
    assert world.log(actor="key_9") == world.log(request="x") == []


def test_a_request_without_a_name_gets_one(world: World) -> None:
    named = "customerCreate(input: {}) { events { requestId } }"
    two = f"mutation {{ a: {named} b: {named} }}"
    answer = world.ask(Actor(world.account_id), two)
    first, second = (answer[key]["events"][0]["requestId"] for key in ("a", "b"))
    assert first == second
    (other,) = world.ask(Actor(world.account_id), CREATE)["customerCreate"]["events"]
    assert len(first) == 40
    assert other["requestId"] != first


def test_what_a_payment_causes_when_it_settles_goes_back_to_its_call(world: World) -> None:
    run = world.runner.run
    customer = run(world.commands.customer())
    invoice = run(world.commands.open_invoice(900, customer_id=customer))
    ada = Actor(world.account_id, rights=CUSTOMER, customer_id=customer, kind=ActorKind.CUSTOMER_SESSION)
    world.ask(ada, PAY, "paying", id=invoice)
    caused = world.log(request="paying")
    assert {"INVOICE_PAID", "INVOICE_PAYMENT_PAID"} <= {kind for kind, *_ in caused}
    assert {row[1:] for row in caused} == {("CUSTOMER_SESSION", customer, "paying")}


def test_what_falls_due_is_caused_by_the_gateway_itself(world: World) -> None:
    run = world.runner.run
    customer = run(world.commands.customer())
    run(world.commands.draft(500, customer_id=customer, auto_advance=True))
    world.clock.set(NOW + timedelta(days=1))
    before = len(world.log())
    run(do_due_work(world.gateway.services))
    due = world.log()[before:]
    assert "INVOICE_FINALIZED" in {kind for kind, *_ in due}
    assert {row[1:] for row in due} == {("GATEWAY", None, None)}


def test_the_header_names_the_request(tmp_path: Path, kind: str) -> None:
    asyncio.run(prepare(tmp_path / "invoices.db"))
    with Served(tmp_path / "invoices.db").running() as served:
        for given, kept in {"from-me": "from-me", "x" * 256: None, "é": None}.items():
            headers = {"x-request-id": given.encode("latin-1"), "accept": "application/json"}
            (event,) = httpx.post(served.url, json={"query": CREATE}, headers=headers).json()["data"]["customerCreate"][
                "events"
            ]
            assert event["actorKind"] == "SECRET_KEY"
            assert event["requestId"] == kept if kept else len(event["requestId"]) == 40
