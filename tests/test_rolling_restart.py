"""Servers are restarted one by one under load: no client sees a failure, no event gets lost or comes twice."""

import threading
import traceback
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from databases import rows
from deployed import PATIENCE, SERVERS, Deployment
from system import Client, faults_of_books
from toy_engine import PROTOCOL, Talk
from waiting import until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

pytestmark = pytest.mark.deploy

EVENTS = "subscription ($after: String) { events(after: $after) { sequence cursor idempotencyKey } }"
INVOICES = "{ invoices(first: 5) { nodes { id status customer { name } } } }"
END = "the end"
"""The idempotency key of the last write."""

GOING_AWAY = (1001, "Server shutting down, resume with after")


@dataclass
class Load:
    """Clients in threads: some work until they are told to stop, others follow until they have seen the last write."""

    url: str
    secret: str
    stopping: threading.Event = field(default_factory=threading.Event)
    failures: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    reads: Counter[str] = field(default_factory=Counter)
    workers: list[threading.Thread] = field(default_factory=list)
    followers: list[threading.Thread] = field(default_factory=list)

    def start(self, threads: list[threading.Thread], work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except Exception:
                self.failures.append(traceback.format_exc())

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    def end(self) -> None:
        """Stops the work, makes the last write, and waits for those who follow."""
        self.stopping.set()
        for thread in self.workers:
            thread.join(PATIENCE)
        with Client(self.url, self.secret) as client:
            client.customer(idempotencyKey=END)
        for thread in self.followers:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in (*self.workers, *self.followers))

    def write(self, customer: str) -> None:
        """Bills a customer again and again."""
        with Client(self.url, self.secret) as client:
            while not self.stopping.is_set():
                id = self._written(client, "invoiceCreate", customerId=customer, lines=[{"amount": 1000}])
                self._written(client, "invoiceFinalize", id=id)
                self.paid.append(self._written(client, "invoicePay", id=id))

    def _written(self, client: Client, name: str, **input: Any) -> str:
        return client.done(name, **input, idempotencyKey=uuid.uuid4().hex)

    def read(self, method: str) -> None:
        """Asks again and again on one connection, which may be kept open."""
        with Client(self.url, self.secret) as client:
            while not self.stopping.is_set():
                given: dict[str, Any] = {"params" if method == "GET" else "json": {"query": INVOICES}}
                answer = client.request(method, self.url, **given)
                assert (answer.status_code, list(answer.json())) == (200, ["data"]), answer.text
                self.reads[method] += 1


@dataclass
class Follower:
    """A subscriber that resumes with its cursor until it has seen the last write."""

    load: Load
    cursor: str = "0"
    seen: list[int] = field(default_factory=list)
    closings: list[Any] = field(default_factory=list)
    ended: bool = False

    def note(self, event: dict[str, Any]) -> None:
        self.cursor = event["cursor"]
        self.seen.append(event["sequence"])
        self.ended = event["idempotencyKey"] == END

    def by_socket(self) -> None:
        url = self.load.url.replace("http", "ws")
        while not self.ended:
            with connect(url, subprotocols=[Subprotocol(PROTOCOL)], compression=None) as connection:
                talk = Talk(connection)
                talk.say("connection_init", payload={"authorization": self.load.secret})
                talk.subscribe("live", EVENTS, variables={"after": self.cursor})
                assert orjson.loads(connection.recv(PATIENCE)) == {"type": "connection_ack"}
                try:
                    while not self.ended:
                        self.note(orjson.loads(connection.recv(PATIENCE))["payload"]["data"]["events"])
                except ConnectionClosed as closed:
                    self.closings.append(closed.rcvd and (closed.rcvd.code, closed.rcvd.reason))

    def by_stream(self) -> None:
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {self.load.secret}"}
        document = {"query": EVENTS, "variables": {"after": self.cursor}}
        while not self.ended:
            resuming = headers | ({"last-event-id": self.cursor} if self.seen else {})
            with httpx.stream("POST", self.load.url, json=document, headers=resuming, timeout=PATIENCE) as answer:
                assert answer.status_code == 200
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        self.note(orjson.loads(line[6:])["data"]["events"])
                    if self.ended:
                        return
            self.closings.append(answer.status_code)


def restart(deployment: Deployment, service: str) -> None:
    """Ends a service, which has to leave with 0, starts it again, and returns when it is ready."""
    assert deployment.stop(service) == (0, "")
    deployment.start(service)
    deployment.wait_until_ready(service)


def test_a_rolling_restart_fails_no_request_and_loses_no_event(deployment: Deployment, tmp_path: Path) -> None:
    deployment.start_all()
    load = Load(deployment.url("proxy"), deployment.open_account())
    socket, stream = Follower(load), Follower(load)
    with Client(load.url, load.secret) as client:
        customers = [client.customer() for _ in range(2)]
    for customer in customers * 2:
        load.start(load.workers, partial(load.write, customer))
    for method in ("GET", "POST"):
        load.start(load.workers, partial(load.read, method))
    for follow in (socket.by_socket, stream.by_stream):
        load.start(load.followers, follow)
    try:
        for service in (*SERVERS, "worker"):
            goal = len(load.paid) + 5
            until(lambda goal=goal: bool(load.failures) or len(load.paid) >= goal, PATIENCE)  # type: ignore[misc]
            restart(deployment, service)
    finally:
        load.end()
    assert load.failures == []
    assert min(load.reads["GET"], load.reads["POST"], len(load.paid)) >= 10
    assert [deployment.stop(service) for service in ("worker", *SERVERS)] == [(0, "")] * 3
    everything = [row["sequence"] for row in rows(tmp_path / "deployed", "SELECT sequence FROM event ORDER BY 1")]
    assert everything == list(range(1, len(everything) + 1))
    assert socket.seen == everything
    assert stream.seen == everything
    # Whichever server they were on, at least one of the two restarts met them.
    assert set(socket.closings) == {GOING_AWAY}
    assert set(stream.closings) == {200}
    paid = rows(tmp_path / "deployed", "SELECT id FROM invoice WHERE status = 'PAID'")
    assert sorted(row["id"] for row in paid) == sorted(load.paid)
    assert faults_of_books(tmp_path / "deployed") == []
