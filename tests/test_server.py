"""The server as supervisors see it: whether it does what is due, and how it leaves."""

import asyncio
import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import anyio
import httpx
import orjson
import pytest
from databases import databases
from system import FOREIGN_SECRET, Client, Process, Served, prepare, query_rows
from toy_engine import Talk, dial
from waiting import PATIENCE, until

from invoice_graph.config import Settings
from invoice_graph.worker import JOBS


@pytest.fixture
def path(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    return path


def is_refused(port: int) -> bool:
    """Whether nobody listens on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionError:
        return True
    return False


def jobs_under_way() -> int:
    """How many jobs repeat in this event loop."""
    return [getattr(task.get_coro(), "__name__", "") for task in asyncio.all_tasks()].count("_repeat")


@pytest.mark.parametrize(("jobs", "count"), [(True, len(JOBS)), (False, 0)])
def test_what_is_due_is_done_by_the_server_unless_it_is_left_to_a_worker(path: Path, jobs: bool, count: int) -> None:
    with Served(path, jobs=jobs).running() as served, Client(served.url) as client:
        assert client.ask("{ account { name } }") == {"account": {"name": "Rocket Rides"}}
        assert served.reaches(lambda: jobs_under_way() == count)
        assert served.ask(jobs_under_way) == count


@pytest.mark.parametrize(
    ("database", "shown"),
    [
        ("postgresql+asyncpg://me:s3cr@t:#@db:5432/books?ssl=on", "postgresql+asyncpg://me:***@db:5432/books?ssl=on"),
        ("postgresql+asyncpg://:secret@db/books", "postgresql+asyncpg://:***@db/books"),
        ("postgresql+asyncpg://me@db:5432/books", "postgresql+asyncpg://me@db:5432/books"),
        ("postgresql+asyncpg:///books?host=/run/postgresql", "postgresql+asyncpg:///books?host=/run/postgresql"),
        ("sqlite+aiosqlite:////srv/books:2026@home.db", "sqlite+aiosqlite:////srv/books:2026@home.db"),
    ],
)
def test_a_database_is_shown_without_its_password(database: str, shown: str) -> None:
    assert Settings(database=database).database_shown == shown


QUERY = orjson.dumps({"query": "{ account { name } }"})
ANSWER = {"data": {"account": {"name": "Somebody else"}}}


class SlowRequest:
    """A request that has begun: the server waits for its body."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        lines = ["POST /graphql HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
        lines += ["Expect: 100-continue", f"Authorization: Bearer {FOREIGN_SECRET}"]
        head = "\r\n".join([*lines, f"Content-Length: {len(QUERY)}", "", ""])
        self._socket.sendall(head.encode())
        assert self._socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"

    def finish(self) -> tuple[str, object]:
        """Sends the body; the status and the body of the answer, at whose end the connection is closed."""
        self._socket.sendall(QUERY)
        with self._socket, self._socket.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
        return head.decode().splitlines()[0], orjson.loads(body)


def test_told_to_stop_it_says_so_and_answers_until_the_delay_is_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INVOICE_GRAPH_DRAIN_DELAY", "600")
    with (
        Process(path).wait_until_ready() as process,
        Client(process.url, FOREIGN_SECRET) as client,
        dial(process) as connection,  # type: ignore[arg-type]
    ):
        address = f"http://127.0.0.1:{process.port}"
        ready = client.get(f"{address}/readyz")
        assert (ready.status_code, ready.text, "connection" in ready.headers) == (200, "ok\n", False)
        talk = Talk(connection)
        talk.say("connection_init", payload={"authorization": FOREIGN_SECRET})
        assert talk.hear() == {"type": "connection_ack"}
        talk.subscribe("live", 'subscription { events(first: 1, after: "0") { type } }')
        process.stop()
        until(lambda: client.get(f"{address}/readyz").status_code == 503)
        ready = httpx.get(f"{address}/readyz")
        assert ready.text == "The server is about to stop.\n"
        assert ready.headers["connection"] == "close"
        assert httpx.get(f"{address}/healthz").status_code == 200
        answer = client.send_operation("{ account { name } }")
        assert (answer.json(), answer.headers.get_list("connection")) == (ANSWER, ["close"])
        client.customer()
        event = {"data": {"events": {"type": "CUSTOMER_CREATED"}}}
        assert talk.hear() == {"id": "live", "type": "next", "payload": event}
        process.stop(signal.SIGINT)
        assert talk.closing() == (1001, "Server shutting down, resume with after")
        assert process.end() == (0, "")


@pytest.mark.parametrize("delay", [0, 1])
def test_when_the_delay_is_over_nobody_connects_and_what_was_begun_is_ended(
    path: Path, monkeypatch: pytest.MonkeyPatch, delay: int
) -> None:
    monkeypatch.setenv("INVOICE_GRAPH_DRAIN_DELAY", str(delay))
    with Process(path).wait_until_ready() as process:
        request = SlowRequest(process.port)
        began = time.monotonic()
        process.stop()
        until(lambda: is_refused(process.port))
        assert time.monotonic() - began >= delay
        assert request.finish() == ("HTTP/1.1 200 OK", ANSWER)
        assert process.end() == (0, "")


def test_what_the_jobs_still_write_when_told_to_stop_is_written(path: Path, kind: str) -> None:
    if kind == "postgres":
        pytest.skip("nobody waits for the turn of the writer there")
    with Process(path).wait_until_ready() as process:
        until(lambda: leases(path) == 1)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            process.stop()
            until(lambda: is_refused(process.port))
            other.execute("ROLLBACK")
        assert process.end() == (0, "")
    assert leases(path) == 0


def leases(path: Path) -> int:
    ((count,),) = query_rows(path, "SELECT count(*) FROM lease")
    return int(count)


@pytest.mark.crash
def test_workers_that_share_a_port_let_nobody_wait_for_a_process_that_is_gone(path: Path) -> None:
    command = [sys.executable, "-m", "invoice_graph", "serve", "--port", "0", "--workers", "2"]
    command += ["--database", databases.url(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            port = httpx.URL(parent.stdout.readline().removeprefix("GraphiQL: ").strip()).port
            assert port
            request = SlowRequest(port)
            parent.terminate()
            until(lambda: is_refused(port))
            assert request.finish() == ("HTTP/1.1 200 OK", ANSWER)
            assert (parent.wait(15), parent.stderr and parent.stderr.read()) == (0, "")
        finally:
            parent.kill()
