"""The servers: how each is started, and what it uses."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench import node, peers
from bench.operations import Operation
from invoice_graph.server.app import DEMO_SECRET
from invoice_graph.store.addresses import POSTGRES, database_path

GATEWAY = (sys.executable, "-m", "invoice_graph")
START_SECONDS = 30
UVICORN = ("--factory", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header")
AUTHORIZATION = f"Bearer {DEMO_SECRET}"
"""What the gateway asks its clients for; the others look at nothing."""

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine itself, whatever proxy the environment names."""

Command = Callable[[str, int], list[str]]
"""How a server is started, from the URL of the database and the port."""


class NotStarted(Exception):
    """A server that can't be measured."""


def _gateway(*options: str) -> Command:
    return lambda url, port: [*GATEWAY, "serve", "--database", url, "--port", str(port), *options]


def _uvicorn(module: str) -> Command:
    app = f"bench.peers.{module}:create_app"
    start = [sys.executable, "-m", "uvicorn", app, *UVICORN, "--log-level", "warning", "--port"]
    return lambda _url, port: [*start, str(port)]


def _node(file: str) -> Command:
    return lambda _url, _port: [str(node.require_node()), str(node.FOLDER / file)]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the report calls a server, and how it is started."""

    title: str
    command: Command


KINDS: Mapping[str, Kind] = {
    "gateway": Kind("invoice-graph", _gateway()),
    "two_processes": Kind("invoice-graph, 2 processes", _gateway("--workers", "2")),
    "strawberry_orm": Kind("Strawberry + DataLoader + ORM", _uvicorn("strawberry_orm")),
    "bare": Kind("bare Starlette + the same SQL", _uvicorn("bare")),
    "bare_postgres": Kind("bare Starlette + the same SQL, prepared", _uvicorn("bare_postgres")),
    "mercurius": Kind("Mercurius with its JIT, on node:sqlite", _node("mercurius.js")),
    "yoga": Kind("graphql-yoga, on node:sqlite", _node("yoga.js")),
    "postgraphile": Kind("PostGraphile 5", _node("postgraphile.js")),
}
"""Whom the bench compares with whom."""


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
        headers = {"content-type": "application/json", "accept": "application/json", "authorization": AUTHORIZATION}
        request = urllib.request.Request(self.url, operation.body_for(self.name), headers)
        with DIRECT.open(request, timeout=30) as response:
            body: bytes = response.read()
        return body

    def resident_megabytes(self) -> float | None:
        """The memory that its processes hold; None where the system has no /proc."""
        found = [_resident(process) for process in _family(self.process.pid)]
        return sum(found) / 1000 if found else None

    def cpu_seconds(self) -> float | None:
        """The processor time that its processes have used; None where the system has no /proc."""
        found = [_ticks(process) for process in _family(self.process.pid)]
        return sum(found) / os.sysconf("SC_CLK_TCK") if found else None


def _family(pid: int) -> Iterator[Path]:
    """A process and those that it started."""
    folder = Path(f"/proc/{pid}")
    if folder.exists():
        yield folder
        for child in (folder / "task" / str(pid) / "children").read_text().split():
            yield from _family(int(child))


def _resident(process: Path) -> int:
    (line,) = (line for line in (process / "status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])


def _ticks(process: Path) -> int:
    user, system = (process / "stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def address(url: str) -> str:
    """A database as every client of it reads it: a file's path, or an address that starts with postgresql://."""
    if url.startswith(POSTGRES):
        return "postgresql://" + url.removeprefix(POSTGRES)
    return str(database_path(url))


@contextmanager
def running(name: str, url: str, account: str, operation: Operation) -> Generator[Server, None, None]:
    """A server, from when it answers until the end of the block; raises NotStarted and NodeMissing."""
    port = free_port()
    orders = {
        peers.DATABASE: address(url),
        peers.ACCOUNT: account,
        peers.OPERATION: operation.name,
        peers.VARIABLES: orjson.dumps(operation.variables).decode(),
        peers.PORT: str(port),
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        # As the gateway's connections are set up: compiling a statement takes longer than running it.
        "PGOPTIONS": "-c jit=off",
    }
    process = subprocess.Popen(KINDS[name].command(url, port), env={**os.environ, **orders}, stdout=subprocess.DEVNULL)
    server = Server(name, process, port)
    try:
        _wait(server, operation)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    """A port on which nobody listens."""
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
