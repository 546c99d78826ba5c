"""Servers whose sockets do what no gateway does: they say what they are told to, or close as they are told to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve


@contextmanager
def answering(talk: Callable[[ServerConnection], None]) -> Iterator[str]:
    """The origin of a server that talks so on every socket."""
    with serve(talk, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as running:  # type: ignore[list-item]
        thread = Thread(target=running.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{running.socket.getsockname()[1]}"
        finally:
            running.shutdown()
            thread.join()


@contextmanager
def saying(text: str) -> Iterator[str]:
    """The origin of a server that says this on every socket."""

    def talk(connection: ServerConnection) -> None:
        connection.send(text)
        with suppress(ConnectionClosed):
            while connection.recv():
                pass

    with answering(talk) as origin:
        yield origin


class Closing:
    """What clients have seen of a server that closes its sockets."""

    def __init__(self, *codes: int) -> None:
        self._codes = iter(codes)
        self.origin = ""
        self.opened = 0

    def close(self, connection: ServerConnection) -> None:
        """Closes a socket with the next code (at last with 1000), once its client has said something."""
        self.opened += 1
        connection.recv()
        connection.close(next(self._codes, 1000))


@contextmanager
def closing(*codes: int) -> Iterator[Closing]:
    """A server that closes its sockets with these codes, each with the next."""
    told = Closing(*codes)
    with answering(told.close) as told.origin:
        yield told
