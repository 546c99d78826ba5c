"""A real `invoice-graph serve --demo`, which can be killed and started again as if nothing had been."""

import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from databases import prepared_file
from played_pages import make_demo
from system import Client

PATIENCE = 20.0


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
        command = [sys.executable, "-m", "invoice_graph", "serve", "--demo", "--port", str(self.port)]
        self._command = [*command, "--database", self.database, *options]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Demonstration":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def start(self) -> "Demonstration":
        """Returns when it serves."""
        if self._made and not self._file.exists():
            self._file.write_bytes(prepared_file(make_demo))
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("GraphiQL: ")
        return self

    def kill(self) -> None:
        """Ends it without any warning."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE)
            self._process = None

    def client(self) -> Client:
        """Somebody else, who changes things."""
        return Client(f"{self.origin}/graphql")
