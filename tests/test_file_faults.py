"""The disk under SQLite is full or read-only, or a page is not what it was: every answer has a code, what can be read
is read, nothing is half done, and all is well when the disk is."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import httpx
import pytest
from databases import databases
from proofs import findings
from small_disks import filled, read_only, small_disk
from system import Client, Served, faults_of_books, prepare
from toy_engine import Talk, dial

from invoice_graph.store.connection import DatabaseUnusable
from invoice_graph.store.database import open_database

ROOM = 300_000
"""Bytes that a disk has left when it is nearly full."""

CREATE = "mutation ($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { code } } }"
CUSTOMERS = "{ customers { totalCount } }"
LARGE = {"metadata": [{"key": f"k{place}", "value": secrets.token_hex(250)} for place in range(50)]}


@pytest.fixture(autouse=True)
def sqlite() -> None:
    databases.kind = "sqlite"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "8m") as disk:
        yield disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    return path


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


def fill_up(client: Client) -> tuple[int, httpx.Response]:
    """Creates customers until one is not acknowledged; returns how many were before, and that answer."""
    for count in range(1000):
        response = client.send_operation(CREATE, {"input": LARGE})
        if "errors" in response.json():
            return count, response
    raise AssertionError("the disk is not full")


def test_a_full_disk_is_an_outage_that_leaves_nothing_half_done(disk: Path) -> None:
    path = disk / "invoices.db"
    anyio.run(prepare, path)
    with Served(path).running() as served, Client(served.url) as client, dial(served) as socket:  # type: ignore[arg-type]
        talk = Talk(socket)
        talk.say("connection_init")
        assert talk.hear()["type"] == "connection_ack"
        talk.subscribe("1", "subscription { events(types: [CUSTOMER_CREATED]) { customerId } }")
        assert served.reaches(lambda: served.is_awaited)
        with filled(disk, ROOM):
            made, response = fill_up(client)
            assert codes(response) == ["SERVICE_UNAVAILABLE"]
            assert "idempotency key" in response.json()["errors"][0]["message"]
            assert made > 0
            assert client.ask(CUSTOMERS) == {"customers": {"totalCount": made}}
            assert codes(client.send_operation(CREATE, {"input": LARGE})) == ["SERVICE_UNAVAILABLE"]
        last = client.customer()
        assert client.ask(CUSTOMERS) == {"customers": {"totalCount": made + 1}}
        heard = [talk.hear()["payload"]["data"]["events"]["customerId"] for _ in range(made + 1)]
        assert heard == [event["customerId"] for event in client.log("customerId")]
        assert heard[-1] == last
    assert faults_of_books(path) == []
    assert anyio.run(findings, path) == []


def test_a_file_that_can_not_be_written_is_refused_at_start_in_one_line(disk: Path) -> None:
    path = disk / "invoices.db"
    anyio.run(prepare, path)
    with read_only(disk), pytest.raises(DatabaseUnusable) as refused:
        anyio.run(open_database, databases.url(path))
    assert str(refused.value).startswith(f"The database {path} can't be opened: ")
    assert "\n" not in str(refused.value)
    assert anyio.run(findings, path) == []


def damage(path: Path, part: str) -> None:
    """Overwrites the first page of a table or an index, behind the back of whoever has the file open."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?"
        ((root, size),) = file.execute(query, (part,))
    with path.open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xff" * size)


def test_a_damaged_page_is_told_by_a_code_and_leaves_the_rest_readable(path: Path) -> None:
    with Served(path).running() as served, Client(served.url) as client:
        kept = client.open_invoice()
    damage(path, "event")
    with Served(path, jobs=False).running() as served, Client(served.url) as client:
        for operation, input in (("{ events { nodes { sequence data } } }", None), (CREATE, {})):
            response = client.send_operation(operation, {"input": input} if input is not None else {})
            (error,) = response.json()["errors"]
            assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
            assert error["message"] == f"Internal server error in request {error['extensions']['requestId']}."
            assert str(path) not in response.text
            assert "malformed" not in response.text
        query = "query ($id: ID!) { invoice(id: $id) { status lines { nodes { amount } } } }"
        shown = {"status": "OPEN", "lines": {"nodes": [{"amount": 1000}]}}
        assert client.ask(query, id=kept) == {"invoice": shown}
        assert client.ask(CUSTOMERS) == {"customers": {"totalCount": 1}}
    found = anyio.run(findings, path)
    assert {"integrity", "event-sequence", "event-chain"} <= {finding.check for finding in found}
    assert "totals" not in {finding.check for finding in found}
    named = [finding.message for finding in found if finding.check == "integrity"]
    assert named == ["rows of event can't be read: database disk image is malformed"]
