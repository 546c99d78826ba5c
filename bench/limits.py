"""`python -m bench limits`: what limits and keys cost a request, how long the worst documents hold others up, and what
a thousand silent sockets hold."""

import asyncio
import http.client
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import uvloop

from bench.abuse import ABUSE
from bench.contest import Say
from bench.dataset import ACCOUNT, Size, copied, prepare, remove, url
from bench.operations import INVOICE_PAGE, ONE_INVOICE
from bench.report import machine_text, number_text, table_text
from bench.servers import AUTHORIZATION, Server, running
from bench.subscribers import SUBSCRIPTION, subscribe
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server.app import DEMO_SECRET
from invoice_graph.server.auth import GatewayAuthenticator
from invoice_graph.server.documents import DocumentCache
from invoice_graph.server.engine_protocol import ALL_KINDS, GraphQLRequest
from invoice_graph.server.exposure import Exposure
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.server.limits import Budgets, Limits, payer
from invoice_graph.server.preparing import Preparation
from invoice_graph.store.verification.chain import find_broken_links

CALLS, SOCKETS, SETTLING_SECONDS = 2_000, 1_000, 1.5
SMALL = b'{"query":"{ eventCursor }"}'
HEADERS = {"content-type": "application/json", "authorization": AUTHORIZATION}


def measure(rounds: int, say: Say) -> dict[str, Any]:
    """Microseconds in-process, then milliseconds and megabytes of a server."""
    file = copied(prepare(Size(invoices=2000, lines=50)), "limits")
    try:
        say("In-process")
        inside = uvloop.run(_inside(file, rounds))
        with running("gateway", url(file), ACCOUNT, INVOICE_PAGE) as server:
            held_up = {title: _held_up(server, make, rounds, title, say) for title, make in ABUSE.items()}
        sockets = {name: _sockets(file, query, say) for name, query in (("plain", None), ("subscribed", SUBSCRIPTION))}
        return {**inside, "held_up": held_up, "megabytes_of_sockets": sockets}
    finally:
        remove(file)


async def _inside(file: Path, rounds: int) -> dict[str, float]:
    async with open_gateway(Settings(database=url(file))) as gateway:
        services, planner = gateway.services, gateway.planner
        preparation = Preparation(services, planner, DocumentCache(planner.schema), Limits(), Exposure(), "")
        budgets, actor = Budgets(1_000_000_000), Actor(ACCOUNT, "key_1")
        authenticator = GatewayAuthenticator(services.database, services.clock)
        request = GraphQLRequest(ONE_INVOICE.query, None, {"id": "in_1"})

        async def prepared() -> None:
            operation = await preparation.prepare(request, actor, ALL_KINDS, None)
            budgets.spend(payer(actor), operation.cost.points)

        operation = await preparation.prepare(request, actor, ALL_KINDS, None)

        async def limited() -> None:
            Limits().check(operation.cost)
            budgets.spend(payer(actor), operation.cost.points)

        async def known() -> None:
            await authenticator.authenticate(AUTHORIZATION)

        chain_ms = median([await _chain_milliseconds(gateway) for _ in range(rounds)])
        works = {"limits_us": limited, "prepared_us": prepared, "key_us": known}
        found = {name: median([await _microseconds(work) for _ in range(rounds)]) for name, work in works.items()}
        return {**found, "chain_ms": chain_ms}


async def _chain_milliseconds(gateway: Gateway) -> float:
    """How long 100,000 events take to be computed anew, as `invoice-graph verify` does."""
    async with gateway.services.database.reader() as connection:
        (events,) = await connection.row("SELECT count(*) FROM event")
        started = time.perf_counter()
        assert await find_broken_links(connection) == []
        return (time.perf_counter() - started) / int(events) * 100_000 * 1000


async def _microseconds(work: Callable[[], Awaitable[None]]) -> float:
    await work()
    started = time.perf_counter()
    for _ in range(CALLS):
        await work()
    return (time.perf_counter() - started) / CALLS * 1e6


def _held_up(server: Server, make: Callable[[], bytes], rounds: int, title: str, say: Say) -> float:
    """The longest time, in milliseconds, of a small request while bad ones are answered."""
    say(title)
    bodies, slowest, done = [make() for _ in range(rounds)], 0.0, threading.Event()

    def send() -> None:
        for body in bodies:
            _post(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60), body)
        done.set()

    small = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    _post(small, SMALL)
    sender = threading.Thread(target=send)
    sender.start()
    while not done.is_set():
        started = time.perf_counter()
        _post(small, SMALL)
        slowest = max(slowest, time.perf_counter() - started)
    sender.join()
    return slowest * 1000


def _post(connection: http.client.HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/graphql", body, HEADERS)
    connection.getresponse().read()


def _sockets(file: Path, query: str | None, say: Say) -> float:
    """The megabytes by which a server grows with a thousand silent sockets."""
    with running("gateway", url(file), ACCOUNT, INVOICE_PAGE) as server:
        say(f"{SOCKETS:,} sockets, {query or 'silent'}")
        return uvloop.run(_growth(server, query))


async def _growth(server: Server, query: str | None) -> float:
    first = await subscribe(server.port, DEMO_SECRET, query)
    await asyncio.sleep(SETTLING_SECONDS)
    before = server.resident_megabytes() or 0.0
    connections = [await subscribe(server.port, DEMO_SECRET, query) for _ in range(SOCKETS)]
    await asyncio.sleep(SETTLING_SECONDS)
    grown = (server.resident_megabytes() or 0.0) - before
    for _, writer in (first, *connections):
        writer.close()
    return grown


def text(measured: dict[str, Any]) -> str:
    """The table of `bench limits`."""
    sockets = measured["megabytes_of_sockets"]
    rows = [
        ("what", "measured", "goal"),
        ("limits and budget of a known document, µs", number_text(measured["limits_us"], 1), "20"),
        ("all of its preparation, µs", number_text(measured["prepared_us"], 1), "-"),
        ("a known key, µs", number_text(measured["key_us"], 1), "30"),
        ("100,000 events of the log computed anew, ms", number_text(measured["chain_ms"], 0), "1,000"),
        *(
            (f"a small request behind {title}, ms at most", number_text(each, 0), "250")
            for title, each in measured["held_up"].items()
        ),
        *((f"{SOCKETS:,} sockets, {name}, MB", number_text(each, 1), "60") for name, each in sockets.items()),
    ]
    return "\n\n".join((machine_text(measured["machine"]), table_text(rows)))
