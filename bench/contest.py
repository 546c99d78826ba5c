"""Servers that are asked one operation over HTTP, in turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from bench.agreement import require_agreement
from bench.dataset import ACCOUNT
from bench.load import post
from bench.operations import Operation
from bench.servers import AUTHORIZATION, Server, running

WARM_SECONDS = 2

Round = dict[str, dict[str, float | None]]
Say = Callable[[str], None]


def over_http(names: Sequence[str], url: str, operation: Operation, rounds: int, seconds: int, say: Say) -> Any:
    """The figures of all rounds, by server; the memory of each server before and after."""
    with ExitStack() as opened:
        servers = {name: opened.enter_context(running(name, url, ACCOUNT, operation)) for name in names}
        idle = {name: server.resident_megabytes() for name, server in servers.items()}
        answers = {name: server.ask(operation) for name, server in servers.items()}
        require_agreement(answers)
        _warm_up(servers, operation)
        measured = [_round(servers, operation, seconds, f"{place + 1} of {rounds}", say) for place in range(rounds)]
        after = {name: server.resident_megabytes() for name, server in servers.items()}
    return {"bytes": len(answers["gateway"]), "rounds": measured, "idle_megabytes": idle, "megabytes_after": after}


def _warm_up(servers: Mapping[str, Server], operation: Operation) -> None:
    """Until just-in-time compilers have seen enough. One request after another: a slow server must end its last one."""
    for server in servers.values():
        deadline = time.monotonic() + WARM_SECONDS
        while time.monotonic() < deadline:
            server.ask(operation)


def _round(servers: Mapping[str, Server], operation: Operation, seconds: int, place: str, say: Say) -> Round:
    say(f"{operation.title}, HTTP, round {place}")
    return {name: _turn(server, operation, seconds) for name, server in servers.items()}


def _turn(server: Server, operation: Operation, seconds: int) -> dict[str, float | None]:
    before = server.cpu_seconds()
    load = post(server.url, operation.body_for(server.name), seconds, AUTHORIZATION)
    after = server.cpu_seconds()
    if not load.requests:
        return {"per_second": 0.0, "p50_ms": None, "p99_ms": None, "cpu_ms": None}
    cpu = None if before is None or after is None else (after - before) / load.requests * 1000
    return {"per_second": load.per_second, "p50_ms": load.p50, "p99_ms": load.p99, "cpu_ms": cpu}
