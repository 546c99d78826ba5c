"""The servers, each one process with uvloop and httptools."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import peers
from bench.operations import Operation

GATEWAY = (sys.executable, "-m", "invoice_graph")
START_SECONDS = 20
UVICORN = ("--factory", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header")

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine itself, whatever proxy the environment names."""

SERVERS = {
    "gateway": "invoice-graph",
    "strawberry_orm": "Strawberry + DataLoader + ORM",
    "bare": "bare Starlette + the same SQL",
}
"""Whom the bench compares, and what the report calls them; the first one is what the others are compared with."""


class NotStarted(Exception):
    """A server that can't be measured."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    def ask(self, operation: Operation) -> bytes:
        """The body of one answer."""
        headers = {"content-type": "application/json", "accept": "application/json"}
        request = urllib.request.Request(self.url, operation.body, headers)
        with DIRECT.open(request, timeout=30) as response:
            body: bytes = response.read()
        return body

    def resident_megabytes(self) -> float | None:
        """The memory it holds; None where the system has no /proc."""
        status = Path(f"/proc/{self.process.pid}/status")
        if not status.exists():
            return None
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1000

    def cpu_seconds(self) -> float | None:
        """The processor time it has used; None where the system has no /proc."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return None
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(name: str, database: Path, account: str, operation: Operation) -> Generator[Server, None, None]:
    """A server, from when it answers until the end of the block."""
    port = _free_port()
    environment = {peers.DATABASE: str(database), peers.ACCOUNT: account, peers.OPERATION: operation.name}
    command = _command(name, database, port)
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    server = Server(name, process, port)
    try:
        _wait(server, operation)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _command(name: str, database: Path, port: int) -> list[str]:
    if name == "gateway":
        return [*GATEWAY, "serve", "--demo", "--database", f"sqlite+aiosqlite:///{database}", "--port", str(port)]
    app = f"bench.peers.{name}:create_app"
    return [sys.executable, "-m", "uvicorn", app, *UVICORN, "--log-level", "warning", "--port", str(port)]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _wait(server: Server, operation: Operation) -> None:
    """Until the first answer: a server may listen long before it can give one."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            server.ask(operation)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise NotStarted(f"The server {server.name} does not answer; what it says stands above.")
