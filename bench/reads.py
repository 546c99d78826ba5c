"""`python -m bench reads`: one query, over HTTP and in-process, the servers taking turns."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import uvloop

from bench.agreement import require_agreement
from bench.dataset import ACCOUNT
from bench.inprocess import milliseconds, open_calls
from bench.load import post
from bench.operations import Operation
from bench.servers import SERVERS, Server, running

Round = dict[str, dict[str, float | None]]
Say = Callable[[str], None]


def measure(database: Path, operation: Operation, rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    """The figures of all rounds, by server; the memory of each server before and after."""
    return {
        "operation": operation.title,
        "http": _over_http(database, operation, rounds, seconds, say),
        "in_process": uvloop.run(_in_process(database, operation, rounds, seconds, say)),
    }


def _over_http(database: Path, operation: Operation, rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    with ExitStack() as opened:
        servers = {name: opened.enter_context(running(name, database, ACCOUNT, operation)) for name in SERVERS}
        idle = {name: server.resident_megabytes() for name, server in servers.items()}
        answers = {name: server.ask(operation) for name, server in servers.items()}
        require_agreement(answers)
        _warm_up(servers, operation)
        measured = [_http_round(servers, operation, seconds, place, rounds, say) for place in range(rounds)]
        after = {name: server.resident_megabytes() for name, server in servers.items()}
    return {"bytes": len(answers["gateway"]), "rounds": measured, "idle_megabytes": idle, "megabytes_after": after}


def _warm_up(servers: Mapping[str, Server], operation: Operation) -> None:
    for server in servers.values():
        post(server.url, operation.body, 1)


def _http_round(
    servers: Mapping[str, Server], operation: Operation, seconds: int, place: int, rounds: int, say: Say
) -> Round:
    say(f"HTTP, round {place + 1} of {rounds}")
    return {name: _one(server, operation, seconds) for name, server in servers.items()}


def _one(server: Server, operation: Operation, seconds: int) -> dict[str, float | None]:
    before = server.cpu_seconds()
    load = post(server.url, operation.body, seconds)
    after = server.cpu_seconds()
    cpu = None if before is None or after is None else (after - before) / load.requests * 1000
    return {"per_second": load.per_second, "p50_ms": load.p50, "p99_ms": load.p99, "cpu_ms": cpu}


async def _in_process(database: Path, operation: Operation, rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    async with open_calls(database, ACCOUNT, operation) as calls:
        require_agreement({name: await call() for name, call in calls.items()})
        measured: list[Round] = []
        for place in range(rounds):
            say(f"in-process, round {place + 1} of {rounds}")
            measured.append({name: {"ms": await milliseconds(call, seconds / 2)} for name, call in calls.items()})
            await asyncio.sleep(0)
    return {"rounds": measured}
