"""The time between being told to stop and stopping."""

import time
from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLOSE = (b"connection", b"close")


class Drain:
    """Some seconds in which a server that was told to stop still answers everything, and says that it will not for
    long: /readyz is 503, so that balancers look elsewhere, and each answer closes its connection, so that clients do.
    """

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._ends: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the server was told to stop."""
        return self._ends is not None

    @property
    def is_over(self) -> bool:
        """Whether the server may stop."""
        return self._ends is not None and time.monotonic() >= self._ends

    def begin(self) -> None:
        """Begins it, once; safe in signal handlers."""
        if self._ends is None:
            self._ends = time.monotonic() + self._delay


class ClosesConnections:
    """An ASGI middleware: during a drain, clients that keep connections open are told to open another one."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and self._drain.has_begun:
            send = _closing(send)
        return self._app(scope, receive, send)


def _closing(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = [header for header in message.get("headers", ()) if header[0].lower() != CLOSE[0]]
            message = {**message, "headers": [*others, CLOSE]}
        await send(message)

    return closing
