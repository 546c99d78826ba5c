"""Revoked keys and secrets end what they opened: sockets, subscribed or not, and event streams; others stay open."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from databases import databases, rows
from system import DEMO_ACCOUNT, Served, prepare
from toy_engine import Talk
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from invoice_graph.server.admissions import REVOKED

LIVE = "subscription { events { cursor type } }"
MINT = "mutation ($id: ID!) { customerSessionCreate(input: {customerId: $id}) { token } }"
NEWCOMER = "mutation { customerCreate(input: {}) { customer { id } } }"
FORBIDDEN = (4403, f"Forbidden: {REVOKED}")


@pytest.fixture
def served(tmp_path: Path, kind: str) -> Iterator[Served]:
    asyncio.run(prepare(tmp_path / "invoices.db"))
    # Signs of life would come in between on a machine that takes long to start a command.
    with Served(tmp_path / "invoices.db", keep_alive_interval=600).running() as served:
        yield served
        assert served.reaches(lambda: served.server.admissions.credential_count == 0)


def ask(served: Served, query: str, headers: dict[str, str], **variables: str) -> dict[str, dict[str, str]]:
    answer = httpx.post(served.url, json={"query": query, "variables": variables}, headers=headers).json()
    data: dict[str, dict[str, str]] = answer["data"]
    return data


class Doors:
    """What one credential has open: a silent socket, one that is subscribed, and an event stream."""

    def __init__(self, served: Served, headers: dict[str, str], opened: ExitStack) -> None:
        self.silent, self.subscribed = [self._socket(served, headers, opened) for _ in range(2)]
        self.subscribed.subscribe("a", LIVE)
        accept = {**headers, "accept": "text/event-stream"}
        stream = httpx.stream("POST", served.url, json={"query": LIVE}, headers=accept, timeout=10)
        self._lines = opened.enter_context(stream).iter_text()
        assert next(self._lines) == ":\n\n"

    def _socket(self, served: Served, headers: dict[str, str], opened: ExitStack) -> Talk:
        protocols = [Subprotocol("graphql-transport-ws")]
        talk = Talk(opened.enter_context(connect(served.ws_url, subprotocols=protocols, additional_headers=headers)))
        talk.say("connection_init")
        assert talk.hear() == {"type": "connection_ack"}
        return talk

    def are_shut(self) -> None:
        assert self.silent.closing() == FORBIDDEN
        assert self.subscribed.closing() == FORBIDDEN
        told = "".join(self._lines)
        refusal = {"message": REVOKED, "extensions": {"code": "UNAUTHENTICATED"}}
        assert told == f"event: next\ndata: {json.dumps({'errors': [refusal]}, separators=(',', ':'))}\n\n" + (
            "event: complete\ndata:\n\n"
        )

    def hear(self, kind: str) -> None:
        assert self.subscribed.hear()["payload"]["data"]["events"]["type"] == kind
        assert kind in next(self._lines)
        self.silent.say("ping")
        assert self.silent.hear() == {"type": "pong"}


def run(served: Served, *arguments: str) -> None:
    """Runs a command in a process of its own."""
    database = databases.url(served.path)
    command = [sys.executable, "-m", "invoice_graph", *arguments, "--account", DEMO_ACCOUNT, "--database", database]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_key_that_another_process_revokes_ends_what_it_opened_and_no_more(served: Served) -> None:
    revoked, kept = served.key(), served.key()
    with ExitStack() as opened:
        theirs, ours = Doors(served, revoked, opened), Doors(served, kept, opened)
        assert served.reaches(lambda: served.listener_count == 4)
        assert served.ask(lambda: served.server.admissions.credential_count) == 2
        key_id = rows(served.path, "SELECT id FROM api_key WHERE account_id = 'acct_demo' ORDER BY id")[0]["id"]
        run(served, "key", "revoke", key_id)
        theirs.are_shut()
        assert served.ask(lambda: served.server.admissions.credential_count) == 1
        ask(served, NEWCOMER, kept)
        ours.hear("CUSTOMER_CREATED")
        assert httpx.post(served.url, json={"query": LIVE}, headers=revoked).status_code == 401


def test_a_new_signing_secret_ends_what_customers_opened(served: Served) -> None:
    key = served.key()
    customer = ask(served, NEWCOMER, key)["customerCreate"]["customer"]["id"]  # type: ignore[index]
    token = ask(served, MINT, key, id=customer)["customerSessionCreate"]["token"]
    with ExitStack() as opened:
        theirs, ours = Doors(served, {"authorization": f"Bearer {token}"}, opened), Doors(served, key, opened)
        run(served, "key", "rotate")
        theirs.are_shut()
        ask(served, NEWCOMER, key)
        ours.hear("CUSTOMER_CREATED")


def test_clients_without_a_key_hold_nothing_that_could_be_revoked(served: Served) -> None:
    with ExitStack() as opened:
        doors = Doors(served, {}, opened)
        assert served.reaches(lambda: served.listener_count == 2)
        assert served.ask(lambda: served.server.admissions.credential_count) == 0
        ask(served, NEWCOMER, {})
        doors.hear("CUSTOMER_CREATED")
