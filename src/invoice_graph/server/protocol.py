"""What uvicorn's protocols let clients do and these do not: keep the server waiting for headers, send headers, open
connections, or leave messages unread, all without end."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

ABORT, WRITE, FORGET = "abort_connection", "write_message", "forget_handshake"
"""What the server lends to the application, in the scope's state."""

KEPT_OF_HANDSHAKE = {"type", "state"}
MAX_HEADER_BYTES = 65_536

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 47\r\n\r\n"
    b"Too many connections are open; try again later."
)


class Abortable(asyncio.Protocol):
    """Lends the application, in the scope's state, a way to drop a connection whose client does not read.

    Closing would wait until everything unread is delivered, that is for ever.
    """

    app_state: dict[str, Any]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.app_state = {**self.app_state, ABORT: cast(asyncio.WriteTransport, transport).abort}
        super().connection_made(transport)


def abort(scope: Scope) -> bool:
    """Drops the scope's connection, unread data included; False where the server does not lend the way."""
    abort_connection = scope.get("state", {}).get(ABORT)
    if abort_connection is None:
        return False
    abort_connection()
    return True


class HttpProtocol(Abortable, HttpToolsProtocol):
    """uvicorn's HTTP protocol, abortable, with bounds for headers and connections: `Config(http=HttpProtocol)`."""

    max_connections: int | None = None
    waits_since: float | None = None
    """Since when the headers of a request are waited for; None when they are there."""

    _header_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.max_connections is not None and len(self.connections) >= self.max_connections:
            self._turn_away(cast(asyncio.Transport, transport))
            return
        super().connection_made(transport)
        self.waits_since = time.monotonic()

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.waits_since, self._header_bytes = time.monotonic(), 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES:
            self.headers.clear()
            self.transport.abort()
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.waits_since = None
        if not self.transport.is_closing():
            super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self.waits_since = None
        super().connection_lost(exc)

    def _turn_away(self, transport: asyncio.Transport) -> None:
        self.transport, self.flow, self.cycle = transport, None, None  # type: ignore[assignment]
        transport.write(FULL)
        transport.close()


class Gate:
    """What uvicorn asks of an `asyncio.Event`, which takes 600 bytes for the list of who waits, though hardly anybody
    ever does."""

    __slots__ = ("_is_open", "_waiting")

    def __init__(self) -> None:
        self._is_open = True
        self._waiting: list[asyncio.Future[None]] = []

    def is_set(self) -> bool:
        """Whether nobody has to wait."""
        return self._is_open

    def set(self) -> None:
        """Lets everybody through."""
        self._is_open = True
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def clear(self) -> None:
        """Has everybody wait."""
        self._is_open = False

    async def wait(self) -> None:
        """Returns when everybody may pass."""
        if not self._is_open:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting


class Inbox:
    """What uvicorn asks of an `asyncio.Queue`, with one reader and hardly ever more than one message, in a fifteenth of
    its 3 kB."""

    __slots__ = ("_messages", "_wake")

    def __init__(self) -> None:
        self._messages: list[Any] = []
        self._wake: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """Whether there is no message."""
        return not self._messages

    def put_nowait(self, message: Any) -> None:
        """Adds a message."""
        self._messages.append(message)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def get(self) -> Any:
        """The oldest message, when there is one."""
        while not self._messages:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        return self._messages.pop(0)


class SocketProtocol(Abortable, WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, abortable and safe from clients that do not read: `Config(ws=SocketProtocol)`.

    It is made to be silent in thousands: what only a busy socket needs is small here.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.app_state[WRITE] = self.write
        self.app_state[FORGET] = self.forget_handshake

    def forget_handshake(self) -> None:
        """Lets go of the headers that opened the socket: nobody reads them again, and they are the largest part of what
        a silent subscriber costs."""
        self.request.headers.clear()
        self.response.headers.clear()
        scope = cast("dict[str, Any]", self.scope)
        scope["headers"].clear()
        for name in scope.keys() - KEPT_OF_HANDSHAKE:
            del scope[name]

    def write(self, text: bytes) -> bool:
        """Sends a message at once; False where it would have to wait for the client to read, or is too late."""
        if not self.writable.is_set() or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(Frame(Opcode.TEXT, text).serialize(mask=False, extensions=self.conn.extensions))
        return True

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()  # Unread pongs would pile up without bound; only the latest ping wants one.

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()


def drop_slow(connections: Iterable[Any], patience: float) -> None:
    """Drops the connections whose next request's headers have not come within `patience` seconds."""
    latest = time.monotonic() - patience
    for connection in list(connections):
        since = getattr(connection, "waits_since", None)
        if since is not None and since < latest:
            connection.transport.abort()
