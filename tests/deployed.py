"""What Dockerfile, compose.yaml and deploy/ say, done without containers: the image's commands build a folder, and the
services are processes on free ports of this machine, with the environment that compose.yaml gives them."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from databases import SERVER, VARIABLE, databases
from waiting import until

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
GIVEN = {"POSTGRES_PASSWORD": "not a secret"}
"""What compose.yaml asks the operator for."""

PROXY = ["haproxy", "-W", "-db", "-f", str(DEPLOY / "haproxy.cfg")]
"""What the proxy's image runs, and the file that is mounted into it."""

PATIENCE = 60.0
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments."""
    text = (ROOT / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", "").splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in joined if line]


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage after its FROM."""
    found: list[list[tuple[str, str]]] = []
    for name, argument in instructions():
        if name == "FROM":
            found.append([])
        else:
            found[-1].append((name, argument))
    return found


def of_image(instruction: str) -> str:
    """The argument of an instruction of the image itself."""
    (argument,) = [argument for name, argument in stages()[-1] if name == instruction]
    return argument


def image_environment() -> dict[str, str]:
    """The variables of the image but for its PATH."""
    pairs = [pair.split("=", 1) for pair in shlex.split(of_image("ENV"))]
    return {name: value for name, value in pairs if name != "PATH"}


def compose(given: dict[str, str] = GIVEN) -> dict[str, Any]:
    """compose.yaml with its variables filled in."""

    def value(match: re.Match[str]) -> str:
        name, sign, text = match.groups()
        assert name in given or sign == "-", f"{name} {text}"
        return given.get(name, text)

    found: dict[str, Any] = yaml.safe_load(_VARIABLE.sub(value, (ROOT / "compose.yaml").read_text()))
    return found


SERVICES: dict[str, Any] = compose()["services"]
SERVERS = ("server-1", "server-2")
HEALTH_CHECK: list[str] = json.loads(of_image("HEALTHCHECK").partition(" CMD ")[2])


def unit(name: str) -> ConfigParser:
    """A systemd unit; of what is given several times the last."""
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / name)
    return parser


def build(folder: Path) -> Path:
    """Does what the Dockerfile's first stage does, in a folder; returns the programs' folder."""
    context, base = folder / "source", folder / "base"
    context.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", base], check=True)
    for name, argument in stages()[0]:
        if name == "COPY":
            _copy(argument.split(), context)
        elif name == "RUN":
            for path in ("/opt/invoice-graph", "/wheels", "/data"):
                argument = argument.replace(path, f"{folder}{path}")
            (folder / "opt").mkdir()
            environment = os.environ | {"PATH": f"{base / 'bin'}:{os.environ['PATH']}", "PIP_QUIET": "1"}
            subprocess.run(["bash", "-ec", argument], cwd=context, check=True, env=environment)
    return folder / "opt/invoice-graph/bin"


def _copy(arguments: list[str], context: Path) -> None:
    for source in arguments[:-1]:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, context / arguments[-1], ignore=_kept_out)
        else:
            shutil.copy(ROOT / source, context / arguments[-1])


def _kept_out(folder: str, names: list[str]) -> set[str]:
    """What of a folder .dockerignore keeps out, although it lets the folder in."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line[0] not in "#!" and line != "*"]
    places = {name: (Path(folder) / name).relative_to(ROOT).as_posix() for name in names}
    return {name for name, place in places.items() if any(fnmatch(place, pattern) for pattern in patterns)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Deployment:
    """The services of compose.yaml as processes; what they print is in files of a folder."""

    def __init__(self, folder: Path, programs: Path, database: str) -> None:
        self._folder = folder
        self._programs = programs
        self._database = database
        self.ports = {name: free_port() for name in SERVICES}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # The containers' files can't be written; here it shows when something is.
        self.home = folder / "home"
        self.home.mkdir()

    def __enter__(self) -> "Deployment":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(PATIENCE)

    def url(self, service: str, path: str = "/graphql") -> str:
        return f"http://127.0.0.1:{self.ports[service]}{path}"

    def start(self, service: str) -> None:
        """Starts a service."""
        entry_point = json.loads(of_image("ENTRYPOINT"))
        command = PROXY if service == "proxy" else [*entry_point, *SERVICES[service]["command"]]
        self._running[service] = self._begin(service, command, self.environment(service))

    def start_all(self) -> None:
        """Starts everything in the order of compose.yaml, and returns when it is ready."""
        self.start("migrate")
        assert self.wait("migrate") == (0, "")
        for service in (*SERVERS, "worker", "proxy"):
            self.start(service)
        for service in (*SERVERS, "worker", "proxy"):
            self.wait_until_ready(service)

    def open_account(self, **settings: str) -> str:
        """A new account's secret key."""
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        account = self.run("invoice-graph", "account", "create", "--name", "Ada's Workshop", *options)
        return self.run("invoice-graph", "key", "create", "--account", account, "--name", "shop").split()[-1]

    def stop(self, service: str) -> tuple[int, str]:
        """Tells a service to end; its exit code and what it complained about."""
        self._running[service].send_signal(getattr(signal, of_image("STOPSIGNAL")))
        return self.wait(service)

    def wait(self, service: str) -> tuple[int, str]:
        """The exit code of a service that ends, and what it complained about."""
        return self._running.pop(service).wait(PATIENCE), (self._folder / f"{service}.err").read_text()

    def printed(self, service: str) -> str:
        return (self._folder / f"{service}.out").read_text()

    def run(self, *command: str, service: str = "migrate") -> str:
        """What a command prints that is run in a service's environment, as by `docker compose exec`."""
        process = self._begin("run", list(command), self.environment(service))
        assert (process.wait(PATIENCE), (self._folder / "run.err").read_text()) == (0, "")
        return self.printed("run").strip()

    def is_healthy(self, service: str) -> bool:
        """Whether the image's health check is content with a service."""
        return self._begin("health", HEALTH_CHECK, self.environment(service)).wait(PATIENCE) == 0

    def wait_until_ready(self, service: str) -> None:
        """Returns when a server, or one behind the proxy, takes requests, and a worker has begun."""
        process = self._running[service]
        until(lambda: process.poll() is not None or self.is_ready(service), PATIENCE)
        assert process.poll() is None, (self._folder / f"{service}.err").read_text()

    def is_ready(self, service: str) -> bool:
        """Whether a server, or one behind the proxy, takes requests, or a worker has begun."""
        if service == "worker":
            return self.printed(service).startswith("Working on ")
        try:
            return httpx.get(self.url(service, "/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    def environment(self, service: str) -> dict[str, str]:
        """What compose.yaml and the image give a service, with addresses of this machine."""
        here = {
            "INVOICE_GRAPH_DATABASE": self._database,
            "INVOICE_GRAPH_HOST": "127.0.0.1",
            "INVOICE_GRAPH_PORT": str(self.ports[service]),
            "LISTEN": f"127.0.0.1:{self.ports[service]}",
            "SERVER_1": f"127.0.0.1:{self.ports['server-1']}",
            "SERVER_2": f"127.0.0.1:{self.ports['server-2']}",
        }
        given = {} if service == "proxy" else image_environment()
        given |= SERVICES[service].get("environment", {})
        return {name: here.get(name, value) for name, value in given.items()}

    def _begin(self, name: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        system = {"PATH": f"{self._programs}:/usr/sbin:{os.environ['PATH']}", "HOME": str(self.home)}
        with (self._folder / f"{name}.out").open("wb") as out, (self._folder / f"{name}.err").open("wb") as err:
            return subprocess.Popen(command, stdout=out, stderr=err, cwd=self.home, env={**environment, **system})


def every_service() -> list[str]:
    """The services that run the image."""
    return [name for name in SERVICES if SERVICES[name]["image"] == "invoice-graph"]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the image's programs."""
    return build(tmp_path_factory.mktemp("image") / "built")


@pytest.fixture
def deployment(tmp_path: Path, programs: Path) -> Iterator[Deployment]:
    """The services of compose.yaml on a database without any tables, which the path `deployed` names."""
    if SERVER is None:
        pytest.skip(f"{VARIABLE} names no PostgreSQL server")
    with databases.of("postgres"):
        url = databases.url(tmp_path / "deployed")
        with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        try:
            with Deployment(tmp_path, programs, url) as running:
                yield running
        finally:
            databases.forget(tmp_path / "deployed")
