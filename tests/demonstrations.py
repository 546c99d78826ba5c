"""A real `invoice-graph serve --demo`, which can be killed and started again as if nothing had been."""

import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from system import Client

PATIENCE = 20.0


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demonstration:
    """A server process on one port and file. `options` are those of `serve`."""

    def __init__(self, folder: Path, *options: str, port: int | None = None) -> None:
        self.folder = folder
        self.database = f"sqlite+aiosqlite:///{folder / 'demo.db'}"
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
