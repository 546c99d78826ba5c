"""A PostgreSQL server that is gone, full or busy: clear answers, a red light, and all is well when it is back."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import psycopg
import pytest
from databases import SERVER, VARIABLE, databases
from forwarding import Forwarder
from small_disks import filled, small_disk
from system import Client, Served, faults_of_books, prepare
from toy_engine import Talk, dial

pytestmark = pytest.mark.skipif(SERVER is None, reason=f"{VARIABLE} names no PostgreSQL server")

READ = "{ invoices { totalCount } }"
CREATE = "mutation { customerCreate(input: {}) { customer { id } userErrors { code } } }"
UNAVAILABLE = ["SERVICE_UNAVAILABLE"]
ROOM = 2_000_000
"""Bytes that a disk has left when it is nearly full."""


@pytest.fixture(autouse=True)
def postgres() -> None:
    databases.kind = "postgres"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    return path


@pytest.fixture
def way(path: Path) -> Iterator[Forwarder]:
    parts = urlsplit(databases.url(path))
    with Forwarder(parts.hostname or "127.0.0.1", parts.port or 5432).running() as way:
        yield way


def through(way: Forwarder, path: Path) -> str:
    """The URL of a database as it is reached by a forwarder."""
    parts = urlsplit(databases.url(path))
    return f"{parts.scheme}://{parts.username}@127.0.0.1:{way.port}{parts.path}"


@pytest.fixture
def served(way: Forwarder, path: Path) -> Iterator[Served]:
    with Served(path, database=through(way, path), readers=2, busy_milliseconds=300).running() as served:
        yield served


@contextlib.contextmanager
def outside(path: Path) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection to a database."""
    with psycopg.connect(databases.url(path).replace("+asyncpg", "")) as connection:
        yield connection


@contextlib.contextmanager
def talking(served: Served, query: str) -> Iterator[Callable[[], str]]:
    """A subscription to events about customers: each call returns the next customer."""
    with dial(served) as socket:  # type: ignore[arg-type]
        talk = Talk(socket)
        talk.say("connection_init")
        assert talk.hear()["type"] == "connection_ack"
        talk.subscribe("1", query)
        assert served.reaches(lambda: served.is_awaited)
        yield lambda: str(talk.hear()["payload"]["data"]["events"]["customerId"])


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


def eventually(question: Callable[[], bool], served: Served) -> bool:
    """Whether something becomes true; asked from outside of the event loop."""
    return any(question() or served.reaches(lambda: False, within=0.1) for _ in range(100))


def is_ready(served: Served) -> bool:
    return httpx.get(f"http://127.0.0.1:{served.port}/readyz").status_code == 200


def test_a_database_that_is_gone_is_an_answer_and_not_an_error_of_ours(served: Served, way: Forwarder) -> None:
    with Client(served.url) as client:
        kept = client.customer()
        way.cut()
        for operation in (READ, CREATE):
            response = client.send_operation(operation)
            assert codes(response) == UNAVAILABLE
            assert "idempotency key" in response.json()["errors"][0]["message"]
        response = client.send_operation(READ)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert not is_ready(served)
        assert httpx.get(f"http://127.0.0.1:{served.port}/healthz").status_code == 200
        way.mend()
        assert eventually(lambda: is_ready(served), served)
        assert client.ask("query ($id: ID!) { customer(id: $id) { id } }", id=kept) == {"customer": {"id": kept}}
        client.customer()
    assert faults_of_books(served.path) == []


def test_a_subscription_outlives_the_database_and_misses_nothing(served: Served, way: Forwarder, path: Path) -> None:
    query = "subscription { events(types: [CUSTOMER_CREATED]) { customerId } }"
    with talking(served, query) as heard, Served(path).running() as other, Client(other.url) as client:
        way.cut()
        missed = [client.customer() for _ in range(3)]
        way.mend()
        assert [heard() for _ in missed] == missed


def test_a_follower_hears_of_others_after_its_listening_connection_was_ended(path: Path) -> None:
    query = "subscription { events(types: [CUSTOMER_CREATED]) { customerId } }"
    with Served(path).running() as here, Served(path).running() as there, talking(here, query) as heard:
        with outside(path) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND (query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%' OR query LIKE '%pg_current_snapshot%')"
            ).fetchall()
        assert len(ended) >= 1
        with Client(there.url) as client:
            made = [client.customer() for _ in range(3)]
        assert [heard() for _ in made] == made


def test_readers_that_are_all_in_use_are_waited_for_and_then_refused(path: Path) -> None:
    with Served(path, readers=1, busy_milliseconds=50).running() as served, Client(served.url) as client:
        with outside(path) as connection:
            connection.execute("LOCK TABLE invoice IN ACCESS EXCLUSIVE MODE")
            with contextlib.suppress(httpx.TimeoutException):
                httpx.post(served.url, json={"query": READ}, timeout=0.2)
            assert codes(client.send_operation("{ customers { totalCount } }")) == UNAVAILABLE
        assert client.ask("{ customers { totalCount } }") == {"customers": {"totalCount": 0}}


def test_a_statement_that_takes_too_long_is_ended(path: Path) -> None:
    with Served(path, statement_milliseconds=100).running() as served, Client(served.url) as client:
        with outside(path) as connection:
            connection.execute("LOCK TABLE invoice IN ACCESS EXCLUSIVE MODE")
            response = client.send_operation(READ)
        assert (response.status_code, codes(response)) == (503, ["OPERATION_TIMEOUT"])
        assert client.ask(READ) == {"invoices": {"totalCount": 0}}


def test_a_row_that_somebody_holds_for_too_long_is_a_refusal(path: Path) -> None:
    with Served(path, busy_milliseconds=50).running() as served, Client(served.url) as client:
        id = client.customer(name="Before")
        with outside(path) as connection:
            connection.execute("SELECT 1 FROM customer FOR UPDATE")
            payload = client.call("customerUpdate", id=id, name="After")
        assert [error["code"] for error in payload["userErrors"]] == ["LOCK_TIMEOUT"]
        assert client.ask("query ($id: ID!) { customer(id: $id) { name } }", id=id) == {"customer": {"name": "Before"}}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder of the database server's on a disk with little room."""
    with small_disk(tmp_path / "disk", "40m") as folder:
        for above in (folder, *folder.parents[:4]):
            above.chmod(above.stat().st_mode | 0o011)
        shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o700)
        yield folder


@contextlib.contextmanager
def administrator() -> Iterator[psycopg.Connection[Any]]:
    """A connection to the server that is in no transaction."""
    with psycopg.connect(str(SERVER).replace("+asyncpg", ""), autocommit=True) as connection:
        yield connection


def fill_up(client: Client) -> list[str]:
    """Writes until the disk is full, and returns the codes of the answer that said so."""
    for _ in range(ROOM // 5000):
        metadata = [{"key": f"k{place}", "value": secrets.token_hex(250)} for place in range(50)]
        query = "mutation ($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { code } } }"
        response = client.send_operation(query, {"input": {"metadata": metadata}})
        if "errors" in response.json():
            return codes(response)
    return []


def test_a_full_disk_is_an_outage_that_leaves_nothing_half_done(disk: Path, path: Path) -> None:
    name = databases.url(path).rpartition("/")[2]
    space = f"invoice_graph_small_{os.getpid()}"
    with administrator() as server:
        server.execute(f"CREATE TABLESPACE {space} LOCATION '{disk}'")
        server.execute(f"ALTER DATABASE {name} SET TABLESPACE {space}")
        try:
            with Served(path).running() as served, Client(served.url) as client:
                with filled(disk, ROOM):
                    assert fill_up(client) == UNAVAILABLE
                    assert client.ask(READ) is not None
                client.customer()
            assert faults_of_books(path) == []
        finally:
            databases.forget(path)
            server.execute(f"DROP TABLESPACE {space}")
