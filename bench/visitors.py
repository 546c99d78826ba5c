"""Clients that come and go, in a process of their own: `python -m bench.visitors PORT SECONDS SECRET`.

Some read over HTTP on connections that end after a few requests, some write, some subscribe for a moment and leave,
with a farewell or without. Prints as one line of JSON what they did.
"""

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import orjson
import uvloop

from bench.fanout import HAPPEN
from bench.operations import INVOICE_PAGE, Operation
from bench.subscribers import masked, read_text, subscribe

READERS = 6
WRITERS = 2
LISTENERS = 20
LONGEST_VISIT = 5.0
WRITER_PAUSE = 0.05

Visit = Callable[[], Awaitable[None]]


async def _request(port: int, secret: str, operations: list[Operation]) -> None:
    """Some requests on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for operation in operations:
        body = operation.body
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (secret.encode(), len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        answer = await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
        if b'"errors"' in answer[:10]:
            raise RuntimeError(answer[:200].decode())
    writer.close()


async def _listen(port: int, secret: str, chance: random.Random) -> None:
    connection = _, writer = await subscribe(port, secret)
    try:
        async with asyncio.timeout(chance.random() * LONGEST_VISIT):
            while True:
                await read_text(connection)
    except TimeoutError:
        if chance.random() < 0.5:
            writer.write(masked({"id": "1", "type": "complete"}))
    if chance.random() < 0.5:
        writer.close()
    else:
        writer.transport.abort()


async def run(port: int, seconds: float, secret: str) -> Counter[str]:
    """What was done."""
    chance, done, end = random.Random(1), Counter[str](), time.monotonic() + seconds

    async def write() -> None:
        await _request(port, secret, [HAPPEN])
        await asyncio.sleep(WRITER_PAUSE)

    async def keep(name: str, visit: Visit) -> None:
        while time.monotonic() < end:
            await visit()
            done[name] += 1

    kinds: list[tuple[str, int, Visit]] = [
        ("reads", READERS, lambda: _request(port, secret, [INVOICE_PAGE] * chance.randint(1, 10))),
        ("writes", WRITERS, write),
        ("subscriptions", LISTENERS, lambda: _listen(port, secret, chance)),
    ]
    await asyncio.gather(*(keep(name, visit) for name, count, visit in kinds for _ in range(count)))
    return done


if __name__ == "__main__":
    print(orjson.dumps(uvloop.run(run(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]))).decode())
