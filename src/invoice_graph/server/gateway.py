"""The parts of the gateway, put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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
from invoice_graph.server.exposure import Exposure
from invoice_graph.server.limits import Limits
from invoice_graph.server.listed_documents import ListedDocuments, read_documents
from invoice_graph.store.database import open_database
from invoice_graph.store.dialect import Dialect


@dataclass(frozen=True)
class Gateway:
    """The gateway without a socket: the services that commands use, the planner, the engine."""

    services: Services
    planner: Planner
    engine: GatewayEngine

    def limited(self, settings: Settings) -> "Gateway":
        """The gateway that runs the documents of the settings' directory only, if they name one.

        Raises DocumentsUnusable.
        """
        if not settings.documents:
            return self
        documents = read_documents(Path(settings.documents), self.planner.schema)
        return Gateway(self.services, self.planner, _engine(self.services, self.planner, settings, documents))


def _engine(
    services: Services, planner: Planner, settings: Settings, documents: ListedDocuments | None = None
) -> GatewayEngine:
    limits, exposure = Limits.of(settings), Exposure.of(settings)
    return GatewayEngine(services, planner, settings.address, documents, limits, exposure=exposure)


@asynccontextmanager
async def open_gateway(
    settings: Settings, clock: Clock | None = None, ids: IdFactory | None = None
) -> AsyncGenerator[Gateway, None]:
    """Opens the database and puts the gateway together; raises DatabaseUnusable."""
    clock = clock or SystemClock()
    database = await open_database(
        settings.database,
        readers=settings.readers,
        writers=settings.writers,
        statement_milliseconds=settings.statement_milliseconds,
        synchronous=settings.synchronous,
        busy_milliseconds=settings.busy_milliseconds,
        migrate=settings.migrate,
        wait=settings.database_wait,
    )
    try:
        planner = _planner(database.dialect)
        services = Services(
            database=database,
            clock=clock,
            ids=ids or IdFactory(clock),
            provider=Simulator(),
            mailer=SuppressedMailer(),
            snapshot=Snapshots(planner, clock, settings.address),
        )
        yield Gateway(services, planner, _engine(services, planner, settings))
    finally:
        await database.close()


@cache
def _planner(dialect: Dialect) -> Planner:
    """Plans depend on the schema and the kind of database alone: whoever opens a second gateway keeps those it has."""
    return make_planner(dialect)
