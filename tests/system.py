"""A whole gateway on a real port, in a thread of the test's process or in a process of its own, and its clients."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import httpx
from catalogue_inputs import PAYLOADS as CATALOGUE
from databases import databases, rows
from payment_inputs import PAYLOADS as MONEY
from waiting import PATIENCE

from invoice_graph.commands.accounts import create_account
from invoice_graph.commands.keys import create_key
from invoice_graph.config import Settings
from invoice_graph.domain.access import Scope
from invoice_graph.server.app import DEMO_ACCOUNT, Server, listen
from invoice_graph.server.gateway import Gateway, open_gateway

T = TypeVar("T")

FOREIGN_SECRET = "sk_test_somebody_else"
SERVING = Path(__file__).with_name("serving.py")
START_SECONDS = 20.0
STOP_SECONDS = 20.0

PAYLOADS = {
    **CATALOGUE,
    **MONEY,
    "invoiceItem": "invoiceItem { id version }",
    "customer": "customer { id version }",
    "creditNote": "creditNote { id version number status total }",
    "account": "account { id version }",
    "invoice": "invoice { id version status number total amountPaid amountRemaining } deletedId",
}
"""What `Client.call` selects of a payload, by the beginning of the mutation's name."""


def settings_for(path: Path, **settings: Any) -> Settings:
    """Settings of a server for the demonstration account on a free port, with the database that a path names."""
    return Settings(**{"database": databases.url(path), "port": 0, "demo": True, **settings})


async def prepare(path: Path) -> None:
    """Makes a database with the demonstration account, and an account of somebody else with a key."""
    async with open_gateway(settings_for(path, synchronous="OFF")) as gateway:
        services = gateway.services
        database, clock, ids = services.database, services.clock, services.ids
        await create_account(database, clock, ids, {"name": "Rocket Rides", "invoice_prefix": "ROCKET"}, DEMO_ACCOUNT)
        await create_account(database, clock, ids, {"name": "Somebody else", "invoice_prefix": "ELSE"}, "acct_else")
        await create_key(database, clock, ids, "acct_else", "theirs", FOREIGN_SECRET)


class Client(httpx.Client):
    """Sends operations."""

    def __init__(self, url: str, secret: str | None = None, timeout: float = 20.0) -> None:
        headers = {"accept": "application/graphql-response+json"}
        headers |= {} if secret is None else {"authorization": f"Bearer {secret}"}
        # Nobody speaks TLS here, and reading whom to trust takes longer than most tests.
        super().__init__(headers=headers, verify=False)
        self.timeout = timeout
        self.url = url

    def send_operation(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return self.post(self.url, json={"query": query, "variables": variables or {}}, headers=headers)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that has no errors."""
        body = self.send_operation(query, variables).json()
        assert "errors" not in body, body
        data: dict[str, Any] = body["data"]
        return data

    def call(self, name: str, /, **input: Any) -> dict[str, Any]:
        """The payload of a mutation."""
        payload: dict[str, Any] = self.ask(mutation(name), input=input)[name]
        return payload

    def done(self, name: str, /, **input: Any) -> str:
        """The id of the object of a mutation that is not refused."""
        payload = self.call(name, **input)
        assert payload["userErrors"] == [], payload
        kind = kind_of(name)
        return str(payload[kind]["id"] if payload[kind] else payload["deletedId"])

    def customer(self, **input: Any) -> str:
        return self.done("customerCreate", **{"defaultPaymentMethodId": "pm_card_visa", **input})

    def draft(self, customer_id: str | None = None, amount: int = 1000, **input: Any) -> str:
        customer_id = customer_id or self.customer()
        return self.done("invoiceCreate", customerId=customer_id, lines=[{"amount": amount}], **input)

    def open_invoice(self, customer_id: str | None = None, **input: Any) -> str:
        return self.done("invoiceFinalize", id=self.draft(customer_id, **input))

    def cursor(self) -> str:
        """Where the event log ends."""
        return str(self.ask("{ eventCursor }")["eventCursor"])

    def log(self, fields: str = "sequence", after: str = "0") -> list[Any]:
        """The event log as the API lists it."""
        found: list[Any] = []
        query = f"query ($after: String) {{ events(first: 100, after: $after) {{ nodes {{ cursor {fields} }} }} }}"
        while nodes := self.ask(query, after=after)["events"]["nodes"]:
            found += nodes
            after = nodes[-1]["cursor"]
        return found


def kind_of(name: str) -> str:
    """What a mutation is about."""
    return next(kind for kind in PAYLOADS if name.startswith(kind))


def mutation(name: str) -> str:
    """A document that runs a mutation with the variable `input`."""
    type_name = name[0].upper() + name[1:] + "Input"
    common = "userErrors { __typename code message path } replayed events { sequence type }"
    return f"mutation ($input: {type_name}!) {{ {name}(input: $input) {{ {PAYLOADS[kind_of(name)]} {common} }} }}"


class Served:
    """A gateway in a thread of its own: what happens inside can be asked."""

    def __init__(self, path: Path, **settings: Any) -> None:
        self.path = path
        self.settings = settings_for(path, synchronous="OFF", **settings)
        self.listener = listen(self.settings)
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/graphql"
        self.ws_url = f"ws://127.0.0.1:{self.port}/graphql"
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self.gateway: Gateway
        self.server: Server

    @contextlib.contextmanager
    def running(self) -> Iterator["Served"]:
        thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        thread.start()
        try:
            assert self._ready.wait(START_SECONDS)
            yield self
        finally:
            self.server.should_exit = True
            thread.join(STOP_SECONDS)
            self.listener.close()
            assert not thread.is_alive()

    async def _serve(self) -> None:
        async with open_gateway(self.settings) as self.gateway:
            self._loop = asyncio.get_running_loop()
            self.server = Server(self.gateway, self.settings, lambda _port: self._ready.set())
            await self.server.run_on(self.listener)

    def ask(self, question: Callable[[], T]) -> T:
        """What `question` answers inside the event loop."""

        async def answer() -> T:
            return question()

        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(timeout=PATIENCE)

    def reaches(self, condition: Callable[[], bool], within: float = PATIENCE) -> bool:
        """Whether `condition` becomes true inside the event loop within so many seconds."""

        async def watch() -> bool:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    while not condition():  # noqa: ASYNC110
                        await asyncio.sleep(0.005)
            return condition()

        return asyncio.run_coroutine_threadsafe(watch(), self._loop).result(timeout=within + PATIENCE)

    def key(self, *scopes: Scope) -> dict[str, str]:
        """The header of a new key of the demonstration account, restricted to some scopes if there are any."""
        services = self.gateway.services
        made = create_key(services.database, services.clock, services.ids, DEMO_ACCOUNT, "test", scopes=scopes or None)
        secret = asyncio.run_coroutine_threadsafe(made, self._loop).result(timeout=PATIENCE).secret
        return {"authorization": f"Bearer {secret}"}

    @property
    def is_awaited(self) -> bool:
        """Whether anybody waits for changes; ask inside."""
        return self.gateway.services.database.changed.awaited

    @property
    def listener_count(self) -> int:
        """How many subscriptions have caught up and wait for what comes; ask inside."""
        return self.gateway.engine.live.listener_count

    @property
    def connection_count(self) -> int:
        """How many sockets are open; ask inside."""
        return len(self.server.server_state.connections)


class Process:
    """A server in a process of its own. `options` are those of serving.py."""

    def __init__(self, path: Path, *options: str) -> None:
        command = [sys.executable, str(SERVING), databases.url(path), *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._output = ""

    def wait_until_ready(self) -> "Process":
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("ready "), self._process.communicate(timeout=STOP_SECONDS)
        self.port = int(line.split()[1])
        self.url = f"http://127.0.0.1:{self.port}/graphql"
        self.ws_url = f"ws://127.0.0.1:{self.port}/graphql"
        return self

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def kill(self) -> None:
        """Ends it without any warning."""
        self._process.kill()
        self._process.communicate(timeout=STOP_SECONDS)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Asks it to end."""
        self._process.send_signal(number)

    def end(self) -> tuple[int, str]:
        """Its exit code and what it complained about, once it has ended."""
        _, complaints = self._process.communicate(timeout=STOP_SECONDS)
        return self._process.returncode, complaints


def query_rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a statement, from outside of the server."""
    return [tuple(row.values()) for row in rows(path, sql)]


def faults_of_books(path: Path) -> list[str]:
    """What is wrong with numbers, the event log and the payments: nothing, it is hoped."""
    faults = []
    for account_id, count, last in query_rows(path, EVENTS):
        if count != last:
            faults.append(f"{account_id}: {count} events, the last is {last}")
    for prefix, count, last in query_rows(path, NUMBERS):
        if count != last:
            faults.append(f"{prefix}: {count} numbers, the last is {last}")
    for id, status, paid, payments in query_rows(path, PAYMENTS):
        if (paid or 0) != (payments or 0):
            faults.append(f"{id} {status}: paid {paid}, payments {payments}")
    return faults


EVENTS = "SELECT account_id, count(*), max(sequence) FROM event GROUP BY 1"
NUMBERS = """
SELECT number_prefix, count(*), max(number_sequence) FROM invoice WHERE number_prefix IS NOT NULL GROUP BY 1
"""
PAYMENTS = """
SELECT i.id, i.status, i.amount_paid, (
    SELECT sum(p.amount_paid) FROM invoice_payment p WHERE p.account_id = i.account_id AND p.invoice_id = i.id
) FROM invoice i
"""
