"""Server processes that are killed, stopped and raced: nothing acknowledged is lost, nothing happens twice."""

import json
import random
import socket
import struct
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from databases import locked
from forking import start
from proofs import findings
from system import FOREIGN_SECRET, Client, Process, Served, faults_of_books, mutation, prepare, query_rows
from toy_engine import Talk, dial
from waiting import PATIENCE, until
from writers import Writer

WRITERS = 4

pytestmark = pytest.mark.crash


@pytest.fixture
def path(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    return path


def test_killed_between_claim_and_settlement_a_payment_is_settled_exactly_once(path: Path, tmp_path: Path) -> None:
    record = tmp_path / "charges"
    with (
        start(path, "--provider", str(record), "--once", str(tmp_path / "never")) as process,
        Client(process.url) as client,
    ):
        id = client.open_invoice()
        paying = threading.Thread(target=pay_in_vain, args=(process.url, id))
        paying.start()
        until(record.exists)
        assert client.call("invoiceVoid", id=id)["userErrors"][0]["code"] == "PAYMENT_IN_PROGRESS"
        assert client.call("invoicePay", id=id)["userErrors"][0]["code"] == "PAYMENT_IN_PROGRESS"
        process.kill()
        paying.join(PATIENCE)
    (asked,) = record.read_text().splitlines()
    assert query_rows(path, "SELECT id || ' ' || amount FROM payment_attempt") == [(asked,)]
    with (
        start(path, "--provider", str(record), "--later", "60"),
        start(path, "--provider", str(record), "--later", "60") as second,
        Client(second.url) as client,
    ):
        until(lambda: query_rows(path, "SELECT count(*) FROM payment_attempt") == [(0,)])
        query = "query ($id: ID!) { invoice(id: $id) { status amountPaid payments { nodes { status amountPaid } } } }"
        paid = {
            "status": "PAID",
            "amountPaid": 1000,
            "payments": {"nodes": [{"status": "PAID", "amountPaid": 1000}]},
        }
        assert client.ask(query, id=id)["invoice"] == paid
        replay = client.call("invoicePay", id=id, idempotencyKey="the only payment")
        assert (replay["replayed"], replay["userErrors"]) == (True, [])
        assert [event["type"] for event in client.log("type")].count("INVOICE_PAID") == 1
    assert set(record.read_text().splitlines()) == {asked}
    assert faults_of_books(path) == []


def test_stopped_between_claim_and_settlement_it_goes_on_with_what_others_made_of_it(
    path: Path, tmp_path: Path
) -> None:
    """A process that stands still for longer than a lease is no process that died: it comes back and answers."""
    record, answered = tmp_path / "charges", tmp_path / "answered"
    with (
        start(path, "--provider", str(record), "--once", str(answered)) as stalled,
        Client(stalled.url) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        id = client.open_invoice()
        paying = pool.submit(call_apart, stalled.url, "invoicePay", id=id, idempotencyKey="the only payment")
        until(record.exists)
        stalled.stand_still()
        waiting = pool.submit(call_apart, stalled.url, "customerCreate", name="Jenny")
        answered.touch()
        with start(path, "--provider", str(record), "--later", "60") as heir:
            until(lambda: query_rows(path, "SELECT count(*) FROM payment_attempt") == [(0,)])
            with Client(heir.url) as other:
                assert [event["type"] for event in other.log("type")].count("INVOICE_PAID") == 1
            assert query_rows(path, "SELECT count(*) FROM customer") == [(1,)]
            stalled.go_on()
            paid = paying.result(PATIENCE)
            # Its provider had an answer for it, unless it stood still for longer than those may take.
            assert {error["code"] for error in paid["userErrors"]} <= {"PROCESSING_ERROR"}
            again = client.call("invoicePay", id=id, idempotencyKey="the only payment")
            assert (again["replayed"], again["userErrors"]) == (True, [])
            assert (again["invoice"]["status"], again["invoice"]["amountPaid"]) == ("PAID", 1000)
            assert waiting.result(PATIENCE)["userErrors"] == []
    assert len(set(record.read_text().splitlines())) == 1
    paid_events = "SELECT count(*) FROM event WHERE type = 'INVOICE_PAID'"
    assert query_rows(path, paid_events) == query_rows(path, "SELECT count(*) FROM invoice_payment") == [(1,)]
    assert anyio.run(findings, path) == []


def call_apart(url: str, mutation_name: str, /, **input: Any) -> dict[str, Any]:
    """The payload of a mutation, over a connection of its own."""
    with Client(url) as client:
        return client.call(mutation_name, **input)


def test_a_server_that_stands_still_for_a_while_owes_its_subscribers_nothing(path: Path) -> None:
    with (
        start(path) as stalled,
        start(path) as other,
        Client(other.url) as client,
        dial(stalled) as connection,  # type: ignore[arg-type]
    ):
        talk = Talk(connection)
        talk.say("connection_init")
        assert talk.hear()["type"] == "connection_ack"
        talk.subscribe("live", "subscription { events(types: [CUSTOMER_CREATED]) { customerId } }")
        made = [client.customer()]
        heard = [talk.hear()["payload"]["data"]["events"]["customerId"]]
        stalled.stand_still()
        made += [client.customer() for _ in range(150)]  # More than are read of the log at once.
        stalled.go_on()
        made.append(client.customer())
        heard += [talk.hear()["payload"]["data"]["events"]["customerId"] for _ in made[1:]]
        assert heard == made


CUT_AFTER = {
    "the head": lambda request: request[: request.index(b"\r\n\r\n") + 4],
    "half of the body": lambda request: request[:-40],
    "the whole request": lambda request: request,
}


@pytest.mark.parametrize("cut", CUT_AFTER)
def test_a_client_that_is_cut_off_repeats_its_call_and_it_has_happened_once(path: Path, cut: str) -> None:
    input = {"name": "Jenny", "idempotencyKey": "only once"}
    body = json.dumps({"query": mutation("customerCreate"), "variables": {"input": input}}).encode()
    head = f"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    with Served(path, jobs=False).running() as served, Client(served.url) as client:
        before = served.ask(lambda: served.connection_count)
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", served.port), PATIENCE) as raw:
                raw.sendall(CUT_AFTER[cut](f"{head}\r\n\r\n".encode() + body))
                # Gone at once, without a word.
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert served.reaches(lambda: served.connection_count == before and not served.server.server_state.tasks)
        made = query_rows(path, "SELECT count(*) FROM customer")
        assert made in ([(0,)], [(1,)]) if cut == "the whole request" else made == [(0,)]
        assert client.call("customerCreate", **input)["userErrors"] == []
        assert query_rows(path, "SELECT count(*) FROM customer") == [(1,)]
        assert len(client.log()) == 1


def pay_in_vain(url: str, id: str) -> None:
    with Client(url) as client, pytest.raises(httpx.TransportError):
        client.call("invoicePay", id=id, idempotencyKey="the only payment")


def test_told_to_stop_under_load_it_finishes_what_it_began_and_leaves_with_0(path: Path) -> None:
    with Process(path).wait_until_ready() as process, dial(process) as connection:  # type: ignore[arg-type]
        with Client(process.url) as client:
            customers = [client.customer() for _ in range(3)]
        talk = Talk(connection)
        talk.say("connection_init")
        talk.subscribe("live", "subscription { events { sequence } }")
        working = threading.Event()
        writers = [Writer(process.url, customers, working.set) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        assert working.wait(PATIENCE)
        process.stop()
        assert talk.closing() == (1001, "Server shutting down, resume with after")
        assert process.end() == (0, "")
        for writer in writers:
            writer.join(PATIENCE)
    assert faults_of_books(path) == []
    keys = {key for (key,) in query_rows(path, "SELECT key FROM idempotency_key WHERE finished")}
    answered = {told.input["idempotencyKey"] for writer in writers for told in writer.heard.acknowledged}
    assert keys == answered  # Whatever it did, it also said.


def test_a_process_that_has_just_started_knows_the_keys_that_were_made_before(path: Path) -> None:
    with start(path) as process, Client(process.url, FOREIGN_SECRET) as client:
        assert client.ask("{ account { name } }") == {"account": {"name": "Somebody else"}}


def race(urls: list[str], name: str, ids: list[str]) -> Counter[str]:
    """How the calls of several clients at once ended: for each invoice one per server and client."""
    outcomes: Counter[str] = Counter()

    def call(url: str) -> list[str]:
        found = []
        with Client(url) as client:
            for id in random.sample(ids, len(ids)):
                errors = client.call(name, id=id)["userErrors"]
                found.append(errors[0]["code"] if errors else "done")
        return found

    with ThreadPoolExecutor(len(urls)) as pool:
        for found in pool.map(call, urls):
            outcomes.update(found)
    return outcomes


def test_two_processes_racing_for_the_same_invoices_do_everything_once(path: Path) -> None:
    with start(path) as first, start(path) as second:
        urls = [first.url, second.url] * 2
        with Client(first.url) as client:
            customer = client.customer()
            ids = [client.draft(customer) for _ in range(12)]
            assert race(urls, "invoiceFinalize", ids) == {"done": 12, "STATUS_TRANSITION_INVALID": 36}
            numbers = [row["number"] for row in client.ask(NUMBERS)["invoices"]["nodes"]]
            prefix = numbers[0].rsplit("-", 1)[0]
            assert sorted(numbers) == [f"{prefix}-{number:04d}" for number in range(1, 13)]
            outcomes = race(urls, "invoicePay", ids)
            assert outcomes["done"] == 12
            assert set(outcomes) <= {"done", "INVOICE_ALREADY_PAID", "PAYMENT_IN_PROGRESS"}
            payments = query_rows(path, "SELECT invoice_id, sum(amount_paid) FROM invoice_payment GROUP BY 1")
            assert sorted(payments) == [(id, 1000) for id in sorted(ids)]
            more = [client.open_invoice(customer) for _ in range(12)]
            with ThreadPoolExecutor(2) as pool:
                voided, paid = pool.map(
                    lambda task: race(*task), [(urls, "invoiceVoid", more), (urls, "invoicePay", more)]
                )
            assert voided["done"] + paid["done"] == 12
            statuses = Counter(status for (status,) in query_rows(path, "SELECT status FROM invoice"))
            assert statuses == Counter({"PAID": 12 + paid["done"], "VOID": voided["done"]})
    assert faults_of_books(path) == []


NUMBERS = "{ invoices(first: 100) { nodes { number } } }"


def test_a_write_that_waits_too_long_for_another_process_is_refused_and_may_be_repeated(path: Path) -> None:
    with Served(path, busy_milliseconds=200).running() as served, Client(served.url) as client:
        id = client.draft()
        with locked(path):
            (error,) = client.call("invoiceFinalize", id=id, idempotencyKey="k")["userErrors"]
            assert (error["__typename"], error["code"]) == ("ConflictError", "LOCK_TIMEOUT")
        repeated = client.call("invoiceFinalize", id=id, idempotencyKey="k")
        assert (repeated["userErrors"], repeated["replayed"]) == ([], False)
