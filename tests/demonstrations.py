"""A real `invoice-graph serve --demo`, which can be killed and started again as if nothing had been."""

import socket
from pathlib import Path
from types import TracebackType

from databases import prepared_file
from forking import Forked, invoice_graph
from played_pages import make_demo
from system import Client


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demonstration:
    """A server process on one port and file; a new file has the demonstration already, unless the server is to make it.
    `options` are those of `serve`."""

    def __init__(self, folder: Path, *options: str, port: int | None = None, made: bool = True) -> None:
        self.folder = folder
        self._made = made
        self._file = folder / "demo.db"
        self.database = f"sqlite+aiosqlite:///{self._file}"
        self.port = port or free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._command = ["serve", "--demo", "--port", str(self.port), "--database", self.database, *options]
        self._process: Forked | None = None

    def __enter__(self) -> "Demonstration":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> "Demonstration":
        """Returns when it serves."""
        if self._made and not self._file.exists():
            self._file.write_bytes(prepared_file(make_demo))
        self._process = Forked(invoice_graph, *self._command)
        assert self._process.next_line().startswith("GraphiQL: ")
        return self

    def kill(self) -> None:
        """Ends it without any warning."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def client(self) -> Client:
        """Somebody else, who changes things."""
        return Client(f"{self.origin}/graphql")
