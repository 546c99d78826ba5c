"""Dockerfile, compose.yaml and deploy/ keep their word; those of their commands that need more are marked `deploy`."""

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from databases import SERVER
from deployed import (
    DEPLOY,
    PATIENCE,
    PROXY,
    ROOT,
    SERVERS,
    SERVICES,
    Deployment,
    compose,
    every_service,
    free_port,
    image_environment,
    of_image,
    stages,
    unit,
)
from system import Client
from waiting import until

from invoice_graph.config import ENVIRONMENT_PREFIX, Settings
from invoice_graph.server.websocket import SocketSettings

UNITS = ("invoice-graph.service", "invoice-graph-worker.service")
HARDENED = ("NoNewPrivileges", "DynamicUser", "PrivateTmp", "PrivateDevices", "ProtectHome", "MemoryDenyWriteExecute")


def test_the_image_is_nobody_s_and_ends_by_sigterm() -> None:
    user, group = of_image("USER").split(":")
    assert int(user) == int(group) > 1000
    assert of_image("STOPSIGNAL") == "SIGTERM"
    assert image_environment()["INVOICE_GRAPH_PORT"] == of_image("EXPOSE")


def test_only_what_the_image_is_built_from_gets_into_it() -> None:
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    let_in = {pattern.removeprefix("!") for pattern in patterns if pattern.startswith("!")}
    copied = {source for name, argument in stages()[0] if name == "COPY" for source in argument.split()[:-1]}
    assert patterns[0] == "*"
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_no_password_is_written_down() -> None:
    with pytest.raises(AssertionError, match="POSTGRES_PASSWORD is the database's password and has to be set"):
        compose({})
    told = compose({"POSTGRES_PASSWORD": "told"})["services"]
    passwords = {
        (name, variable): value
        for name, service in told.items()
        for variable, value in service["environment"].items()
        if "PASSWORD" in variable
    }
    assert len(passwords) == 1 + len(every_service())
    assert set(passwords.values()) == {"told"}


def test_every_variable_is_a_setting() -> None:
    known = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.model_fields}
    services = [SERVICES[name]["environment"] for name in every_service()]
    units = [dict.fromkeys(re.findall(r"INVOICE_GRAPH_\w+", (DEPLOY / name).read_text())) for name in UNITS]
    named = {name for variables in (image_environment(), *services, *units) for name in variables}
    assert {name for name in named if name.startswith(ENVIRONMENT_PREFIX)} <= known


def seconds_to_stop(variables: dict[str, str]) -> float:
    """How long a server may take to stop: being unready, closing sockets, ending requests."""
    drain = sum(float(variables[f"{ENVIRONMENT_PREFIX}{name}"]) for name in ("DRAIN_DELAY", "DRAIN_TIMEOUT"))
    return drain + SocketSettings().drain_timeout + SocketSettings().close_timeout


@pytest.mark.parametrize("name", SERVERS)
def test_a_container_gets_the_time_to_drain(name: str) -> None:
    assert float(SERVICES[name]["stop_grace_period"].removesuffix("s")) > seconds_to_stop(SERVICES[name]["environment"])


def test_a_service_of_systemd_gets_the_time_to_drain() -> None:
    service = unit("invoice-graph.service")["Service"]
    variables = dict(pair.split("=") for pair in service["Environment"].split())
    assert float(service["TimeoutStopSec"].removesuffix("s")) > seconds_to_stop(variables)


@pytest.mark.parametrize("name", UNITS)
def test_units_are_hardened_and_come_back_when_they_fail(name: str) -> None:
    service = unit(name)["Service"]
    assert {service[directive] for directive in HARDENED} == {"yes"}
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert (service["Restart"], service["KillSignal"]) == ("on-failure", "SIGTERM")


def test_server_and_worker_may_do_the_same_and_share_their_files() -> None:
    server, worker = (dict(unit(name)["Service"]) for name in UNITS)
    for own in ("ExecStart", "Environment"):
        del server[own], worker[own]
    assert server == worker


def test_servers_leave_what_is_due_to_the_one_worker() -> None:
    commands = Counter(SERVICES[name]["command"][0] for name in every_service())
    assert commands == {"migrate": 1, "serve": 2, "worker": 1}
    assert {SERVICES[name]["environment"]["INVOICE_GRAPH_JOBS"] for name in SERVERS} == {"false"}


YAML_RULES = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
LINTERS = {
    "Dockerfile": ["hadolint", "Dockerfile"],
    "compose.yaml": ["check-jsonschema", "--quiet", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
    "compose.yaml's form": ["yamllint", "--strict", "-d", YAML_RULES, "compose.yaml"],
    "haproxy.cfg": [*PROXY, "-c", "-q"],
}


def lint(*command: str, **environment: str) -> tuple[int, str]:
    """The exit code of a linter and what it printed."""
    path = f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/bin"
    ended = subprocess.run(command, cwd=ROOT, env={"PATH": path, **environment}, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.deploy
@pytest.mark.parametrize("about", LINTERS)
def test_linters_find_nothing(about: str) -> None:
    assert lint(*LINTERS[about], **SERVICES["proxy"]["environment"]) == (0, "")


@pytest.mark.deploy
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(name: str, tmp_path: Path) -> None:
    here = (DEPLOY / name).read_text().replace("/opt/invoice-graph/bin", str(Path(sys.executable).parent))
    (tmp_path / name).write_text(here)
    assert lint("systemd-analyze", "verify", "--man=no", str(tmp_path / name)) == (0, "")
    code, report = lint(
        "systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(DEPLOY / name)
    )
    assert code == 0, report


@pytest.mark.deploy
def test_graphiql_is_built_with_the_image(programs: Path) -> None:
    (server,) = programs.parent.glob("lib/python*/site-packages/invoice_graph/server")
    assert (server / "static/graphiql/index.html").exists()
    assert not (server / "graphiql").exists()


@pytest.mark.deploy
def test_the_services_do_their_work_and_end_with_0(deployment: Deployment) -> None:
    assert not deployment.is_healthy("server-1")
    deployment.start_all()
    assert deployment.printed("migrate").endswith(", the newest.\n")
    assert [deployment.is_healthy(name) for name in SERVERS] == [True, True]
    secret = deployment.open_account(grace="0")
    with Client(deployment.url("proxy"), secret) as client:
        assert client.ask("{ account { name } }") == {"account": {"name": "Ada's Workshop"}}
        assert client.get(deployment.url("proxy", "/metrics")).status_code == 404
        id = client.draft(autoAdvance=True)
        paid = {"invoice": {"status": "PAID"}}
        until(lambda: client.ask(f'{{ invoice(id: "{id}") {{ status }} }}') == paid, PATIENCE)
    assert [deployment.stop(name) for name in ("worker", *SERVERS)] == [(0, "")] * 3
    assert not deployment.is_healthy("server-1")
    assert list(deployment.home.iterdir()) == []


@pytest.mark.deploy
def test_the_database_s_health_check_tells_whether_it_answers() -> None:
    server = urlsplit(SERVER or "")
    _, *check = SERVICES["database"]["healthcheck"]["test"]
    here = [part.replace("127.0.0.1", server.hostname or "") for part in check]
    assert lint(*here, PGPORT=str(server.port or 5432))[0] == 0
    assert lint(*here, PGPORT=str(free_port()))[0] == 2


class Backend(ThreadingHTTPServer):
    """A server that is ready and counts what it is asked; if it is broken, it answers nothing."""

    daemon_threads = True

    def __init__(self, port: int, broken: bool) -> None:
        super().__init__(("127.0.0.1", port), BackendRequest)
        self.broken = broken
        self.seen: Counter[str] = Counter()

    def __enter__(self) -> "Backend":
        threading.Thread(target=self.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class BackendRequest(BaseHTTPRequestHandler):
    """One request to a Backend."""

    server: Backend

    def do_GET(self) -> None:
        if self.path == "/readyz" or not self.is_dropped(self.path):
            self.send_response(200)
            self.end_headers()

    def do_POST(self) -> None:
        name = self.rfile.read(int(self.headers["content-length"])).decode()
        if not self.is_dropped(name):
            self.send_response(200)
            self.end_headers()

    def is_dropped(self, name: str) -> bool:
        self.server.seen[name] += 1
        return self.server.broken

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[tuple[str, Backend, Backend]]:
    """The proxy's URL, and the two servers behind it, of which the first is broken."""
    with Deployment(tmp_path, Path(sys.executable).parent, "") as deployment:
        broken, sound = (Backend(deployment.ports[name], name == "server-1") for name in SERVERS)
        with broken, sound:
            deployment.start("proxy")
            deployment.wait_until_ready("proxy")
            yield deployment.url("proxy"), broken, sound


@pytest.mark.deploy
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_proxy_repeats_what_got_no_answer_if_that_changes_nothing(
    proxied: tuple[str, Backend, Backend], method: str
) -> None:
    url, broken, sound = proxied
    for number in range(6):
        if method == "GET":
            answer = httpx.get(f"{url}?{number}")
        else:
            answer = httpx.post(url, content=f"write {number}", headers={"idempotency-key": f"k{number}"})
        assert answer.status_code == 200
    assert sound.seen.total() == 6
    assert broken.seen.total() >= 1


@pytest.mark.deploy
def test_the_proxy_repeats_no_write_that_may_have_been_done(proxied: tuple[str, Backend, Backend]) -> None:
    url, broken, sound = proxied
    statuses = Counter(httpx.post(url, content=f"write {number}").status_code for number in range(6))
    assert statuses == {200: sound.seen.total(), 502: broken.seen.total()}
    assert broken.seen.total() >= 1
    assert set((sound.seen + broken.seen).values()) == {1}
