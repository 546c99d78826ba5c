"""How long a change made through one process takes to reach a subscriber of another."""

import asyncio
import time
from statistics import median, quantiles
from typing import Any

import httpx
import orjson
import websockets

from bench.contest import Say
from bench.dataset import ACCOUNT
from bench.operations import INVOICE_PAGE
from bench.servers import AUTHORIZATION, running

CHANGES = 200
WARM = 20
SUBSCRIPTION = "subscription { events(types: [CUSTOMER_CREATED]) { customerId } }"
MUTATION = "mutation { customerCreate(input: {}) { customer { id } } }"


def measure(url: str, say: Say) -> dict[str, Any]:
    """Milliseconds from the answer of a mutation to its event elsewhere: median and 95th percentile."""
    say("hearing of changes in another process")
    with (
        running("gateway", url, ACCOUNT, INVOICE_PAGE) as there,
        running("gateway", url, ACCOUNT, INVOICE_PAGE) as here,
    ):
        waits = asyncio.run(_waits(there.port, here.port))[WARM:]
    return {"changes": len(waits), "median": median(waits), "p95": quantiles(waits, n=20)[-1]}


async def _waits(there: int, here: int) -> list[float]:
    address = f"ws://127.0.0.1:{here}/graphql"
    async with (
        websockets.connect(address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket,
        httpx.AsyncClient(headers={"authorization": AUTHORIZATION}) as client,
    ):
        await socket.send(
            orjson.dumps({"type": "connection_init", "payload": {"authorization": AUTHORIZATION}}).decode()
        )
        await socket.recv()
        await _say(socket, id="1", type="subscribe", payload={"query": SUBSCRIPTION})
        # The stream begins at now, which is when the server has looked at the subscription.
        await asyncio.sleep(0.5)
        return [await _wait(socket, client, f"http://127.0.0.1:{there}/graphql") for _ in range(CHANGES + WARM)]


async def _say(socket: Any, **message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def _wait(socket: Any, client: httpx.AsyncClient, url: str) -> float:
    """Milliseconds; negative where the event was there before the mutation's answer."""

    async def heard() -> float:
        await socket.recv()
        return time.perf_counter()

    event = asyncio.ensure_future(heard())
    (await client.post(url, json={"query": MUTATION})).raise_for_status()
    answered = time.perf_counter()
    return (await event - answered) * 1000


def text(measured: dict[str, Any]) -> str:
    """The line of the report."""
    return (
        f"A change made through one process was heard by a subscriber of another {measured['median']:.1f} ms after its"
        f" answer at the median, {measured['p95']:.1f} ms at the 95th percentile of {measured['changes']}."
    )
