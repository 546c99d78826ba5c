"""`python -m bench reads`: three queries, over HTTP and in-process, the servers taking turns."""

import asyncio
from pathlib import Path
from typing import Any

import uvloop

from bench.agreement import require_agreement
from bench.contest import Round, Say, over_http
from bench.dataset import ACCOUNT, Size, prepare, some_invoice, url
from bench.inprocess import milliseconds, open_calls
from bench.node import NodeMissing, require_node
from bench.operations import INVOICE_PAGE, ONE_INVOICE, WIDE_PAGE, Operation

SERVERS = ("gateway", "strawberry_orm", "bare")
ON_NODE = ("mercurius", "yoga")
WIDE_TIMES = 4
"""How many times as long a turn of the wide page lasts: the slowest server needs seconds for its first answers."""

WIDE = Size(invoices=2000, lines=50)


def measure(rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    """The figures of all rounds, by operation and server. Without Node its servers are left out, and `say` says why."""
    servers = (*SERVERS, *_on_node(say))
    file, wide = prepare(Size()), prepare(WIDE)
    one = ONE_INVOICE.about({"id": some_invoice(file)})
    asked = ((INVOICE_PAGE, file, seconds), (one, file, seconds), (WIDE_PAGE, wide, WIDE_TIMES * seconds))
    return {"operations": [_of(operation, database, servers, rounds, turn, say) for operation, database, turn in asked]}


def _on_node(say: Say) -> tuple[str, ...]:
    try:
        require_node()
    except NodeMissing as missing:
        say(f"Without Mercurius and graphql-yoga: {missing}")
        return ()
    return ON_NODE


def _of(
    operation: Operation, database: Path, servers: tuple[str, ...], rounds: int, seconds: int, say: Say
) -> dict[str, Any]:
    return {
        "operation": operation.title,
        "http": over_http(servers, url(database), operation, rounds, seconds, say),
        "in_process": uvloop.run(_in_process(database, operation, rounds, seconds, say)),
    }


async def _in_process(database: Path, operation: Operation, rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    async with open_calls(database, ACCOUNT, operation) as calls:
        require_agreement({name: await call() for name, call in calls.items()})
        measured: list[Round] = []
        for place in range(rounds):
            say(f"{operation.title}, in-process, round {place + 1} of {rounds}")
            measured.append({name: {"ms": await milliseconds(call, seconds / 2)} for name, call in calls.items()})
            await asyncio.sleep(0)
    return {"rounds": measured}
