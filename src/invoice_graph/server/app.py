"""The ASGI application, and the server that runs it."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route, WebSocketRoute

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server import pages
from invoice_graph.server.auth import KeyAuthenticator
from invoice_graph.server.endpoint import GraphQLEndpoint, HttpProtocol, HttpSettings
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.server.health import Health
from invoice_graph.server.websocket import GraphQLSocket, SocketProtocol, SocketSettings
from invoice_graph.store.watch import watch
from invoice_graph.worker import run_jobs

DEMO_ACCOUNT = "acct_demo"
DEMO_SECRET = "sk_test_demo"  # A key that is printed in the README: it opens the demonstration account, nothing else.
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]", "testserver"]


class Application:
    """The ASGI application of an open gateway, and how it lets go of its clients."""

    def __init__(self, gateway: Gateway, settings: Settings) -> None:
        demo = Actor(DEMO_ACCOUNT) if settings.demo else None
        authenticator = KeyAuthenticator(gateway.services.database, demo)
        self._endpoint = GraphQLEndpoint(gateway.engine, authenticator, pages.console, _http_settings(settings))
        self._socket = GraphQLSocket(gateway.engine, authenticator, _socket_settings(settings))
        health = Health(gateway.services.database)
        # A page of another site that resolves its own name to this machine must not act for the demo account.
        names = [*LOOPBACK_NAMES, settings.host]
        guards = [Middleware(TrustedHostMiddleware, allowed_hosts=names)] if settings.demo else []
        routes = [
            Route("/graphql", self._endpoint),
            WebSocketRoute("/graphql", self._socket),
            *pages.routes(),
            *health.routes(),
        ]
        self.asgi = Starlette(routes=routes, middleware=guards)

    async def let_go(self) -> None:
        """Ends streams and sockets; their clients resume elsewhere."""
        self._endpoint.shutdown()
        await self._socket.shutdown()


def _http_settings(settings: Settings) -> HttpSettings:
    return HttpSettings(
        max_body_bytes=settings.max_body_bytes,
        body_timeout=settings.body_timeout,
        keep_alive_interval=settings.keep_alive_interval,
        send_timeout=settings.send_timeout,
    )


def _socket_settings(settings: Settings) -> SocketSettings:
    return SocketSettings(
        init_timeout=settings.init_timeout,
        send_timeout=settings.send_timeout,
        max_operations=settings.max_operations,
        allowed_origins=frozenset(settings.allowed_origins),
    )


class Server(uvicorn.Server):
    """An open gateway on uvicorn, ending streams before it waits for open requests, and leaving with 0 after SIGTERM.

    `ready` is called with the port.
    """

    def __init__(self, gateway: Gateway, settings: Settings, ready: Callable[[int], None]) -> None:
        self._application = Application(gateway, settings)
        super().__init__(_config(self._application.asgi, settings))
        self._gateway = gateway
        self._settings = settings
        self._ready = ready

    async def run_on(self, listener: socket.socket) -> None:
        """Serves, with the work that nobody waits for, until SIGTERM or SIGINT."""
        services = self._gateway.services
        background = asyncio.gather(watch(services.database, self._settings.watch_interval), run_jobs(services))
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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._application.let_go()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


def _config(asgi: Any, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        asgi,
        http=HttpProtocol,
        ws=SocketProtocol,
        ws_max_size=settings.max_body_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_graceful_shutdown=settings.drain_timeout,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
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
    """Serves until SIGTERM or SIGINT; calls `ready` with the port. Raises DatabaseUnusable."""
    async with open_gateway(settings) as gateway:
        await Server(gateway, settings, ready).run_on(listener)
