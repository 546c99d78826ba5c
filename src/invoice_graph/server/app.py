"""The ASGI application, and the server that runs it."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from invoice_graph import tracing
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server import pages
from invoice_graph.server.admissions import Admissions
from invoice_graph.server.auth import GatewayAuthenticator
from invoice_graph.server.draining import ClosesConnections, Drain
from invoice_graph.server.endpoint import GraphQLEndpoint
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.server.health import Health
from invoice_graph.server.identities import make_identities
from invoice_graph.server.pages import Secured
from invoice_graph.server.protocol import HttpProtocol, SocketProtocol, drop_slow
from invoice_graph.server.reading import HttpSettings
from invoice_graph.server.websocket import GraphQLSocket, SocketSettings
from invoice_graph.worker import run_jobs, together

TICKS_PER_LOOK = 10
"""uvicorn's ticks, ten a second, between looks for clients that don't send headers."""

DEMO_ACCOUNT = "acct_demo"
DEMO_SECRET = "sk_test_demo"  # A key that is printed in the README: it opens the demonstration account, nothing else.
GRAPHQL = "/graphql"
CROSS_ORIGIN: Mapping[str, Any] = {
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["authorization", "content-type", "idempotency-key", "last-event-id", "x-request-id"],
    "expose_headers": ["retry-after", "x-request-id"],
    "max_age": 600,
}
"""What pages of named origins may send and read; never cookies, which mean nothing here."""

LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]", "testserver"]


class Application:
    """The ASGI application of an open gateway, and how it lets go of its clients. Raises DocumentsUnusable."""

    def __init__(self, gateway: Gateway, settings: Settings) -> None:
        gateway = gateway.limited(settings)
        services = gateway.services
        demo = Actor(DEMO_ACCOUNT) if settings.demo else None
        identities = make_identities(settings, services.clock)
        authenticator = GatewayAuthenticator(services.database, services.clock, demo, identities)
        shown = settings.tells(settings.pages)
        page = pages.front_page(DEMO_SECRET if settings.demo else None) if shown else None
        self.admissions = admissions = Admissions()
        self._endpoint = GraphQLEndpoint(gateway.engine, authenticator, page, _http_settings(settings), admissions)
        self._socket = GraphQLSocket(gateway.engine, authenticator, _socket_settings(settings), admissions)
        self.drain = Drain(settings.drain_delay)
        health = Health(gateway.services.database, self.drain)
        doors: dict[str, ASGIApp] = {"http": self._endpoint, "websocket": self._socket}
        routes = [*(pages.routes() if shown else ()), *health.routes()]
        app: ASGIApp = _Front(doors, Secured(Starlette(routes=routes)))
        if settings.demo:
            # A page of another site that resolves its own name to this machine must not act for the demo account.
            app = TrustedHostMiddleware(app, allowed_hosts=[*LOOPBACK_NAMES, settings.host])
        if settings.allowed_origins:
            app = CORSMiddleware(app, allow_origins=settings.allowed_origins, **CROSS_ORIGIN)
        self.asgi: ASGIApp = ClosesConnections(app, self.drain)

    async def let_go(self) -> None:
        """Ends streams and sockets; their clients resume elsewhere."""
        self._endpoint.shutdown()
        await self._socket.shutdown()


class _Front:
    """`/graphql` before everything else: nearly every request is for it, and each layer around it takes its time and,
    on sockets, its memory."""

    def __init__(self, doors: Mapping[str, ASGIApp], others: ASGIApp) -> None:
        self._doors = doors
        self._others = others

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self._doors[scope["type"]] if scope["path"] == GRAPHQL else self._others
        return app(scope, receive, send)


def _http_settings(settings: Settings) -> HttpSettings:
    return HttpSettings(
        max_body_bytes=settings.max_body_bytes,
        body_timeout=settings.body_timeout,
        keep_alive_interval=settings.keep_alive_interval,
        send_timeout=settings.send_timeout,
        log_operations=settings.log_operations,
    )


def _socket_settings(settings: Settings) -> SocketSettings:
    return SocketSettings(
        init_timeout=settings.init_timeout,
        send_timeout=settings.send_timeout,
        max_operations=settings.max_operations,
        max_sockets_per_key=settings.max_sockets_per_key,
        allowed_origins=frozenset(settings.allowed_origins),
        log_operations=settings.log_operations,
    )


class Server(uvicorn.Server):
    """An open gateway on uvicorn, leaving with 0 after SIGTERM: at first it is not ready, but answers; then it ends
    streams; then it listens no more and waits for open requests.

    `ready` is called with the port.
    """

    def __init__(self, gateway: Gateway, settings: Settings, ready: Callable[[int], None]) -> None:
        self._application = Application(gateway, settings)
        self.admissions = self._application.admissions
        super().__init__(_config(self._application.asgi, settings))
        self._gateway = gateway
        self._settings = settings
        self._ready = ready

    async def run_on(self, listener: socket.socket) -> None:
        """Serves, and does the work that nobody waits for if that is its job, until SIGTERM or SIGINT."""
        services = self._gateway.services
        jobs = [run_jobs(services)] if self._settings.jobs else []
        watching = services.database.watch(self._settings.watch_interval)
        admitting = self.admissions.watch(services.database)
        background = asyncio.create_task(together(watching, admitting, *jobs))
        try:
            await self.serve(sockets=[listener])
        finally:
            background.cancel()
            with suppress(asyncio.CancelledError):
                await background

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready(self.servers[0].sockets[0].getsockname()[1])

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_LOOK == 0:
            drop_slow(self.server_state.connections, self._settings.header_timeout)
        return await super().on_tick(counter) or self.force_exit or self._application.drain.is_over

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._application.let_go()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._application.drain.has_begun and sig == signal.SIGINT:
            self.force_exit = True
        self._application.drain.begin()


def _config(asgi: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        asgi,
        http=type("LimitedProtocol", (HttpProtocol,), {"max_connections": settings.max_connections}),
        ws=SocketProtocol,
        interface="asgi3",
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_graceful_shutdown=settings.drain_timeout,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


def listen(settings: Settings) -> socket.socket:
    """A listening socket that several processes can share; raises OSError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # With the protocol named, asyncio sends small answers at once instead of waiting for more.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
        listener.set_inheritable(True)
    except OSError:
        listener.close()
        raise
    return listener


async def serve(settings: Settings, listener: socket.socket, ready: Callable[[int], None]) -> None:
    """Serves until SIGTERM or SIGINT; calls `ready` with the port. Raises DatabaseUnusable and
    DocumentsUnusable."""
    tracing.start()
    async with open_gateway(settings) as gateway:
        await Server(gateway, settings, ready).run_on(listener)
