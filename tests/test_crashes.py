"""A server that is killed in the middle of concurrent writes, again and again: nothing acknowledged is lost, nothing
happens twice, and after each time the books are proved."""

import random
from pathlib import Path

import anyio
import pytest
from databases import asking
from forking import start
from proofs import findings
from system import Client, faults_of_books, prepare, query_rows
from writers import Heard, Told, write_until_killed

WRITERS = 4
MOST_WRITES = 24
SHARES = {"sqlite": 1, "postgres": 5}
"""Of how many rounds one is played: a crash of a client of PostgreSQL is one of many, that of SQLite is its own."""

pytestmark = pytest.mark.crash

EVENTS = "SELECT operation_id, account_id, sequence, type FROM event ORDER BY account_id, sequence"
PAID_TWICE = "SELECT invoice_id FROM invoice_payment WHERE status = 'PAID' GROUP BY 1 HAVING count(*) > 1"
STAGES = ("DRAFT", "OPEN", "PAID")
LEADS_TO = {"invoiceCreate": "DRAFT", "invoiceFinalize": "OPEN", "invoicePay": "PAID"}


@pytest.fixture
def path(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    return path


@pytest.fixture
def rounds(pytestconfig: pytest.Config, kind: str) -> int:
    """How often the server is killed."""
    return max(1, int(pytestconfig.getoption("--crash-rounds")) // SHARES[kind])


def check_books(path: Path) -> None:
    """Numbers and events without gaps, sums that fit, every event as it was written, and nobody charged twice."""
    assert anyio.run(findings, path) == []
    assert faults_of_books(path) == []
    assert query_rows(path, PAID_TWICE) == []


def check_kept(path: Path, heard: list[Heard]) -> None:
    """What was acknowledged is there, and nothing that nobody asked for."""
    with asking(path) as ask:
        stored = {row["id"]: row for row in ask("SELECT id, status, number FROM invoice")}
        events = {row["sequence"]: row["type"] for row in ask(EVENTS)}
        finished = [row["key"] for row in ask("SELECT key FROM idempotency_key WHERE finished")]
    told = [told for each in heard for told in each.acknowledged]
    for each in told:
        row = stored[each.payload["invoice"]["id"]]
        assert STAGES.index(row["status"]) >= STAGES.index(LEADS_TO[each.name])
        assert each.payload["invoice"]["number"] in (None, row["number"])
        assert [events[event["sequence"]] for event in each.payload["events"]] == types_of(each)
    assert {each.input["idempotencyKey"] for each in told} <= set(finished)
    made = set[str]().union(*(each.made() for each in heard))
    begun = [call for each in heard for call in each.unanswered]
    assert len(set(stored) - made) <= sum(name == "invoiceCreate" for name, _ in begun)


def types_of(told: Told) -> list[str]:
    return [event["type"] for event in told.payload["events"]]


def repeat(client: Client, heard: Heard) -> None:
    """Whoever repeats a call hears what they heard, or, where the answer never came, what became of it."""
    for told in heard.acknowledged:
        again = client.call(told.name, **told.input)
        assert (again["replayed"], again["userErrors"], again["events"]) == (True, [], told.payload["events"])
        assert again["invoice"]["id"] == told.payload["invoice"]["id"]
    unanswered, heard.unanswered = heard.unanswered, []
    for name, input in unanswered:
        payload = client.call(name, **input)
        codes = [error["code"] for error in payload["userErrors"]]
        # Killed between claim and settlement, a payment waits for its lease to run out.
        assert codes == [] or (name, codes) == ("invoicePay", ["IDEMPOTENCY_KEY_IN_USE"])
        if not codes:
            heard.acknowledged.append(Told(name, input, payload))


def test_killed_while_writing_it_keeps_all_it_acknowledged_and_repeats_nothing(path: Path, rounds: int) -> None:
    choose = random.Random(1)
    customers: list[str] = []
    heard: list[Heard] = []
    for number in range(rounds):
        with start(path) as process:
            with Client(process.url) as client:
                customers = customers or [client.customer() for _ in range(3)]
                for last in heard[-1:]:
                    repeat(client, last)
            heard.append(write_until_killed(process, customers, WRITERS, choose.randint(1, MOST_WRITES), number))
        assert len(heard[-1].unanswered) <= WRITERS
        check_books(path)
        check_kept(path, heard)
    with start(path) as process, Client(process.url) as client:
        repeat(client, heard[-1])
    check_books(path)
    check_kept(path, heard)
