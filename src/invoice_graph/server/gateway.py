"""The parts of the gateway, put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from invoice_graph.adapters.mail import SuppressedMailer
from invoice_graph.adapters.payments import Simulator
from invoice_graph.commands.operations import Services
from invoice_graph.config import Settings
from invoice_graph.domain.clock import Clock, SystemClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.planner.plan import Planner
from invoice_graph.schema.build import make_planner
from invoice_graph.schema.snapshot import Snapshots
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.store.database import open_database


@dataclass(frozen=True)
class Gateway:
    """The gateway without a socket: the services that commands use, the planner, the engine."""

    services: Services
    planner: Planner
    engine: GatewayEngine


@asynccontextmanager
async def open_gateway(
    settings: Settings, clock: Clock | None = None, ids: IdFactory | None = None
) -> AsyncGenerator[Gateway, None]:
    """Opens the database and puts the gateway together; raises DatabaseUnusable."""
    clock = clock or SystemClock()
    planner = make_planner()
    database = await open_database(
        settings.database,
        readers=settings.readers,
        synchronous=settings.synchronous,
        busy_milliseconds=settings.busy_milliseconds,
    )
    try:
        services = Services(
            database=database,
            clock=clock,
            ids=ids or IdFactory(clock),
            provider=Simulator(),
            mailer=SuppressedMailer(),
            snapshot=Snapshots(planner, clock, settings.address),
        )
        yield Gateway(services, planner, GatewayEngine(services, planner, settings.address))
    finally:
        await database.close()
