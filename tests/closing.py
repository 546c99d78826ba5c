"""A server whose sockets close as they are told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from websockets.sync.server import ServerConnection, serve


class Closing:
    """What clients have seen of it."""

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
    with serve(told.close, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as running:  # type: ignore[list-item]
        told.origin = f"http://127.0.0.1:{running.socket.getsockname()[1]}"
        thread = Thread(target=running.serve_forever)
        thread.start()
        try:
            yield told
        finally:
            running.shutdown()
            thread.join()
