"""A server process for tests: `python serving.py URL [--provider FILE] [--once FILE] [--later SECONDS]`.

`--provider` charges through a provider that writes what it is asked into a file, one line per request, and that with
`--once` does not answer before another file is there. `--later` sets the clock of leases ahead.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from invoice_graph.adapters.payments import APPROVED, ChargeRequest, ChargeResult
from invoice_graph.config import Settings
from invoice_graph.domain.clock import SystemClock
from invoice_graph.server.app import Server, listen
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.gateway import Gateway, open_gateway


@dataclass
class RecordingProvider:
    """Approves every charge, in time or once there is a file."""

    record: Path
    once: Path | None

    async def charge(self, key: str, request: ChargeRequest) -> ChargeResult:
        with self.record.open("a") as file:
            file.write(f"{key} {request.amount}\n")
        while self.once is not None and not self.once.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return APPROVED


@dataclass
class LaterClock(SystemClock):
    """A clock that is ahead."""

    seconds: int

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.seconds)


def with_doubles(gateway: Gateway, options: argparse.Namespace) -> Gateway:
    services = replace(gateway.services, machine_clock=LaterClock(options.later))
    if options.provider is not None:
        services = replace(services, provider=RecordingProvider(options.provider, options.once))
    return Gateway(services, gateway.planner, GatewayEngine(services, gateway.planner))


def say_ready(port: int) -> None:
    print("ready", port, flush=True)  # noqa: T201


async def serve(options: argparse.Namespace) -> None:
    settings = Settings(database=options.database, port=0, demo=True)
    async with open_gateway(settings) as gateway:
        server = Server(with_doubles(gateway, options), settings, say_ready)
        await server.run_on(listen(settings))


parser = argparse.ArgumentParser()
parser.add_argument("database")
parser.add_argument("--provider", type=Path)
parser.add_argument("--once", type=Path)
parser.add_argument("--later", type=int, default=0)


def serve_as_told(*arguments: str) -> None:
    """Serves with these arguments until SIGTERM."""
    asyncio.run(serve(parser.parse_args(arguments)))


if __name__ == "__main__":
    serve_as_told(*sys.argv[1:])
