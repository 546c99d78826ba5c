"""/healthz, /readyz and /metrics."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from invoice_graph.server.draining import Drain
from invoice_graph.store.connection import Database

READY_SECONDS = 2.0


class Health:
    """Tells whether the process is alive, and whether requests should come to it."""

    def __init__(self, database: Database, drain: Drain) -> None:
        self._database = database
        self._drain = drain

    def routes(self) -> list[Route]:
        """The routes, all of them GET."""
        return [
            Route("/healthz", self.alive, methods=["GET"]),
            Route("/readyz", self.ready, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def alive(self, _request: Request) -> Response:
        """200 as long as the process answers."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """200 when the database answers within two seconds and the server is to stay, else 503."""
        if self._drain.has_begun:
            return PlainTextResponse("The server is about to stop.\n", status_code=503)
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._database.read("SELECT count(*) FROM account")
        except Exception:
            return PlainTextResponse("The database does not answer.\n", status_code=503)
        return PlainTextResponse("ok\n")

    async def metrics(self, _request: Request) -> Response:
        """The process's figures as Prometheus reads them."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
