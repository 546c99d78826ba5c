"""Subscriptions over real sockets: every event once and in order, whatever happens to the client."""

import asyncio
import itertools
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from system import FOREIGN_SECRET, Client, Process, Served, prepare
from toy_engine import Talk, dial
from websockets.exceptions import ConnectionClosed

EVENTS = """subscription ($types: [EventType!], $invoiceId: ID, $customerId: ID, $after: String, $first: Int) {
  events(types: $types, invoiceId: $invoiceId, customerId: $customerId, after: $after, first: $first) {
    cursor sequence type
  }
}"""
CHANGES = """subscription ($invoiceId: ID, $customerId: ID, $statuses: [InvoiceStatus!], $after: String, $first: Int) {
  invoiceStatusChanged(
    invoiceId: $invoiceId, customerId: $customerId, statuses: $statuses, after: $after, first: $first
  ) { cursor sequence type invoiceId previousStatus status invoice { id status } }
}"""
PATIENCE = 10.0


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    path = folder / "invoices.db"
    anyio.run(prepare, path)
    with Served(path, keep_alive_interval=0.05).running() as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    assert served.reaches(lambda: not served.is_awaited)  # The clients of earlier tests are gone.
    with Client(served.url) as client:
        yield client


@pytest.fixture
def talk(served: Served) -> Iterator[Talk]:
    with dial(served) as connection:  # type: ignore[arg-type]
        yield greeted(Talk(connection))


def greeted(talk: Talk, **payload: str) -> Talk:
    talk.say("connection_init", payload=payload)
    assert talk.hear() == {"type": "connection_ack"}
    return talk


def follow(talk: Talk, query: str, identity: str = "s", **variables: Any) -> None:
    talk.subscribe(identity, query, variables=variables)


def items(talk: Talk, count: int) -> list[Any]:
    """The next so many results of one subscription, which must not end before."""
    heard = [talk.hear() for _ in range(count)]
    assert [message["type"] for message in heard] == ["next"] * count, heard
    return [next(iter(message["payload"]["data"].values())) for message in heard]


def until_complete(talk: Talk) -> list[Any]:
    """The results up to the end of the subscription."""
    found = []
    while (message := talk.hear())["type"] == "next":
        assert list(message["payload"]) == ["data"], message
        found += message["payload"]["data"].values()
    assert message["type"] == "complete", message
    return found


def listening(served: Served) -> bool:
    """Whether a subscription has caught up and waits for what comes."""
    return served.reaches(lambda: served.is_awaited)


def history(client: Client, id: str) -> None:
    """Finalizes, pays: two changes after the creation."""
    assert client.call("invoiceFinalize", id=id)["userErrors"] == []
    assert client.call("invoicePay", id=id)["userErrors"] == []


def test_a_live_stream_has_each_event_once_and_in_order_while_many_clients_write(
    served: Served, client: Client, talk: Talk
) -> None:
    start = int(client.cursor())
    follow(talk, EVENTS)
    assert listening(served)

    def write(_number: int) -> None:
        with Client(served.url) as writer:
            history(writer, writer.draft())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(8)))
    end = int(client.cursor())
    heard = items(talk, end - start)
    assert [item["sequence"] for item in heard] == list(range(start + 1, end + 1))
    assert [item["cursor"] for item in heard] == [str(sequence) for sequence in range(start + 1, end + 1)]
    assert heard == client.log("sequence type", after=str(start))


def test_after_resumes_behind_the_event_it_names_and_first_completes(client: Client, talk: Talk) -> None:
    start = client.cursor()
    history(client, client.draft())
    logged = client.log("sequence type", after=start)
    assert len(logged) >= 6
    follow(talk, EVENTS, after=start, first=2)
    follow_up = until_complete(talk)
    follow(talk, EVENTS, after=follow_up[-1]["cursor"], first=len(logged) - 2)
    assert follow_up + until_complete(talk) == logged


def test_the_beginning_of_the_log_is_the_cursor_0(client: Client, talk: Talk) -> None:
    client.customer()
    follow(talk, EVENTS, after="0", first=3)
    assert [item["sequence"] for item in until_complete(talk)] == [1, 2, 3]


def test_first_counts_what_passes_the_filter_and_goes_on_counting_live(
    served: Served, client: Client, talk: Talk
) -> None:
    id = client.draft()
    start = client.cursor()
    client.call("invoiceUpdate", id=id, description="Not a change of status")
    client.call("invoiceFinalize", id=id)
    follow(talk, CHANGES, after=start, first=2)
    (finalized,) = items(talk, 1)
    assert listening(served)
    client.call("invoiceUpdate", id=id, description="Neither is this")
    client.call("invoiceVoid", id=id)
    (voided,) = until_complete(talk)
    assert [finalized["type"], voided["type"]] == ["INVOICE_FINALIZED", "INVOICE_VOIDED"]


def test_reading_cursor_and_list_in_one_query_and_following_misses_nothing(served: Served, client: Client) -> None:
    """While others write: list and stream together are always what a later list shows."""
    stopping = threading.Event()

    def write() -> None:
        with Client(served.url) as writer:
            customer = writer.customer()
            while not stopping.is_set():
                history(writer, writer.draft(customer))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        snapshots = [client.ask("{ eventCursor invoices(first: 100) { nodes { id status } } }") for _ in range(10)]
    finally:
        stopping.set()
        writer.join(PATIENCE)
    end = int(client.cursor())
    final = {node["id"]: node["status"] for node in newest(client)}
    changes = client.log("sequence type invoiceId data")
    for snapshot in snapshots:
        cursor = int(snapshot["eventCursor"])
        statuses = {node["id"]: node["status"] for node in snapshot["invoices"]["nodes"]}
        with dial(served) as connection:  # type: ignore[arg-type]
            talk = greeted(Talk(connection))
            follow(talk, CHANGES, after=str(cursor), first=count_changes(changes, cursor, end) or None)
            for change in until_complete(talk) if count_changes(changes, cursor, end) else []:
                assert change["previousStatus"] == statuses.get(change["invoiceId"])
                statuses[change["invoiceId"]] = change["status"]
        assert {id: status for id, status in statuses.items() if id in final} == final


def newest(client: Client) -> list[Any]:
    return client.ask("{ invoices(first: 100) { nodes { id status } } }")["invoices"]["nodes"]  # type: ignore[no-any-return]


STATUS_CHANGES = {"INVOICE_CREATED", "INVOICE_FINALIZED", "INVOICE_PAID", "INVOICE_VOIDED"}


def count_changes(log: list[Any], after: int, end: int) -> int:
    return sum(after < event["sequence"] <= end and event["type"] in STATUS_CHANGES for event in log)


def test_changes_made_between_the_query_and_the_subscription_arrive(client: Client, talk: Talk) -> None:
    id = client.draft()
    query = "query ($id: ID!) { eventCursor invoice(id: $id) { status } }"
    seen = client.ask(query, id=id)
    client.call("invoiceFinalize", id=id)
    follow(talk, CHANGES, after=seen["eventCursor"], invoiceId=id)
    assert [item["status"] for item in items(talk, 1)] == ["OPEN"]
    client.call("invoiceVoid", id=id)
    assert [item["status"] for item in items(talk, 1)] == ["VOID"]


def test_status_and_previous_status_are_as_of_the_change_and_the_invoice_is_as_of_now(
    client: Client, talk: Talk
) -> None:
    start, id = client.cursor(), client.draft()
    history(client, id)
    follow(talk, CHANGES, after=start, first=3)
    changes = until_complete(talk)
    assert [(item["type"], item["previousStatus"], item["status"]) for item in changes] == [
        ("INVOICE_CREATED", None, "DRAFT"),
        ("INVOICE_FINALIZED", "DRAFT", "OPEN"),
        ("INVOICE_PAID", "OPEN", "PAID"),
    ]
    assert [item["invoice"] for item in changes] == [{"id": id, "status": "PAID"}] * 3


def test_with_nothing_due_the_only_change_is_from_draft_to_paid(client: Client, talk: Talk) -> None:
    start, id = client.cursor(), client.draft(amount=0)
    client.call("invoiceFinalize", id=id)
    follow(talk, CHANGES, after=start, first=2)
    _, paid = until_complete(talk)
    assert (paid["type"], paid["previousStatus"], paid["status"]) == ("INVOICE_PAID", "DRAFT", "PAID")


def test_the_invoice_of_a_change_is_null_once_it_is_deleted(client: Client, talk: Talk) -> None:
    start, id = client.cursor(), client.draft()
    client.call("invoiceDelete", id=id)
    follow(talk, CHANGES, after=start, first=1)
    (created,) = until_complete(talk)
    assert (created["invoiceId"], created["status"], created["invoice"]) == (id, "DRAFT", None)


def test_streams_can_be_narrowed_to_an_invoice_a_customer_statuses_and_types(client: Client, talk: Talk) -> None:
    start = client.cursor()
    mine, other = client.customer(), client.customer()
    first, second, foreign = client.draft(mine), client.draft(mine), client.draft(other)
    for id in (foreign, second, first):
        history(client, id)
    log = client.log("sequence type invoiceId customerId", after=start)

    def changes(count: int, **wanted: Any) -> list[tuple[str, str]]:
        follow(talk, CHANGES, after=start, first=count, **wanted)
        return [(item["invoiceId"], item["status"]) for item in until_complete(talk)]

    assert changes(3, invoiceId=first) == [(first, "DRAFT"), (first, "OPEN"), (first, "PAID")]
    assert changes(2, customerId=other, statuses=["OPEN", "PAID"]) == [(foreign, "OPEN"), (foreign, "PAID")]
    assert changes(3, statuses=["PAID"]) == [(foreign, "PAID"), (second, "PAID"), (first, "PAID")]
    assert changes(2, customerId=mine, statuses=["PAID"]) == [(second, "PAID"), (first, "PAID")]
    wanted = [event for event in log if event["customerId"] == mine and event["type"].startswith("INVOICE_P")]
    follow(talk, EVENTS, after=start, first=len(wanted), customerId=mine, types=sorted({e["type"] for e in wanted}))
    assert [item["sequence"] for item in until_complete(talk)] == [event["sequence"] for event in wanted]
    wanted = [event for event in log if event["invoiceId"] == second]
    follow(talk, EVENTS, after=start, first=len(wanted), invoiceId=second)
    assert [item["sequence"] for item in until_complete(talk)] == [event["sequence"] for event in wanted]


def test_an_empty_list_of_types_or_statuses_lets_nothing_through(client: Client, talk: Talk) -> None:
    client.draft()
    follow(talk, EVENTS, "no types", types=[], after="0")
    follow(talk, CHANGES, "no statuses", statuses=[], after="0")
    follow(talk, EVENTS, "everything", after="0", first=2)
    heard = [talk.hear() for _ in range(3)]
    assert [(message["id"], message["type"]) for message in heard] == [
        ("everything", "next"),
        ("everything", "next"),
        ("everything", "complete"),
    ]


def test_a_refused_call_and_a_dry_run_are_not_heard_of(served: Served, client: Client, talk: Talk) -> None:
    id = client.open_invoice()
    follow(talk, EVENTS)
    assert listening(served)
    assert client.call("invoiceDelete", id=id)["userErrors"] != []
    assert client.call("invoiceVoid", id=id, dryRun=True)["userErrors"] == []
    customer = client.customer()
    assert [item["type"] for item in items(talk, 1)] == ["CUSTOMER_CREATED"]
    assert client.log("customerId")[-1]["customerId"] == customer


def test_nobody_hears_of_other_accounts(served: Served, client: Client) -> None:
    id = client.draft()
    with dial(served) as connection, Client(served.url, FOREIGN_SECRET) as foreigner:  # type: ignore[arg-type]
        talk = greeted(Talk(connection), authorization=FOREIGN_SECRET)
        follow(talk, EVENTS, "all")
        follow(talk, EVENTS, "by id", invoiceId=id, after="0")
        assert listening(served)
        history(client, id)
        foreigner.customer(defaultPaymentMethodId=None)
        heard = talk.hear()
        assert (heard["id"], heard["payload"]["data"]["events"]["sequence"]) == ("all", 1)
        talk.say("ping")
        assert talk.hear() == {"type": "pong"}


@pytest.mark.parametrize(
    ("variables", "argument", "reason"),
    [
        *(({"after": after}, "after", "CURSOR_INVALID") for after in ("", " ", "1.5", "-1", "abc", "１", "9" * 5_000)),
        ({"after": str(2**63)}, "after", "CURSOR_INVALID"),
        ({"after": "1000000"}, "after", "CURSOR_INVALID"),
        ({"first": 0}, "first", "PARAMETER_INVALID_INTEGER"),
        ({"first": -1}, "first", "PARAMETER_INVALID_INTEGER"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_cursor_beyond_the_log_garbage_and_a_count_below_one_are_refused(
    client: Client, talk: Talk, variables: dict[str, Any], argument: str, reason: str
) -> None:
    follow(talk, EVENTS, **variables)
    message = talk.hear()
    assert message["type"] == "error"
    expected = {"code": "BAD_USER_INPUT", "reason": reason, "argument": argument}
    assert message["payload"][0]["extensions"] == expected
    response = client.send_operation(EVENTS, variables, accept="text/event-stream")
    assert (response.status_code, response.json()["errors"][0]["extensions"]) == (400, expected)


def stream_events(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    """The id and the data of each result."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
            continue
        if fields.get("event") == "next":
            yield fields["id"], json.loads(fields["data"])["data"]
        fields = {}


def test_an_event_stream_resumes_behind_last_event_id_whatever_its_address_says(client: Client) -> None:
    start = client.cursor()
    history(client, client.draft())
    logged = [event["cursor"] for event in client.log(after=start)]
    parameters = {"query": EVENTS, "variables": json.dumps({"after": start})}
    heard: list[str] = []
    # As browsers do it: the address stays, the header tells what came last.
    for cut in (2, 3, len(logged) - 5):
        headers = {"accept": "text/event-stream"} | ({"last-event-id": heard[-1]} if heard else {})
        with client.stream("GET", client.url, params=parameters, headers=headers) as response:
            heard += [cursor for cursor, _ in itertools.islice(stream_events(response), cut)]
    assert heard == logged


def test_two_processes_on_one_database_hear_of_each_other_within_100_ms(
    served: Served, client: Client, talk: Talk
) -> None:
    with Process(served.path).wait_until_ready() as other, Client(other.url) as writer:
        follow(talk, EVENTS, types=["CUSTOMER_CREATED"])
        delays = []
        for _ in range(15):
            assert listening(served)
            writer.customer()
            written = time.monotonic()
            items(talk, 1)
            delays.append(time.monotonic() - written)
        assert statistics.median(delays) < 0.1
        with dial(other) as connection:  # type: ignore[arg-type]
            theirs = greeted(Talk(connection))
            follow(theirs, EVENTS, after=client.cursor(), first=1)
            customer = client.customer()
            (heard,) = until_complete(theirs)
        assert writer.log("customerId", after=str(heard["sequence"] - 1))[0]["customerId"] == customer


@pytest.mark.parametrize("ending", ["close", "abrupt", "event stream"])
def test_a_client_that_vanishes_leaves_no_task_no_waiter_and_no_connection_behind(
    served: Served, client: Client, ending: str
) -> None:
    assert served.reaches(lambda: not served.is_awaited and not served.server.server_state.tasks)
    before = (served.ask(task_count), served.ask(lambda: served.connection_count))
    if ending == "event stream":
        with Client(served.url) as listener:
            request = listener.build_request("POST", served.url, json={"query": EVENTS})
            request.headers["accept"] = "text/event-stream"
            response = listener.send(request, stream=True)
            assert listening(served)
            response.close()
    else:
        with dial(served) as connection:  # type: ignore[arg-type]
            talk = greeted(Talk(connection))
            follow(talk, EVENTS, "live")
            follow(talk, CHANGES, "changes")
            follow(talk, EVENTS, "from the beginning", after="0")
            assert talk.hear()["id"] == "from the beginning"
            assert listening(served)
            if ending == "abrupt":
                connection.socket.shutdown(socket.SHUT_RDWR)
    assert served.reaches(lambda: not served.is_awaited)
    assert served.reaches(lambda: (task_count(), served.connection_count) == before)
    assert client.cursor()


def task_count() -> int:
    return len(asyncio.all_tasks())


TWENTY_FOLD = " ".join(f"data{number}: data" for number in range(20))
LARGE = f"""subscription ($after: String) {{
  events(after: $after, types: [CUSTOMER_UPDATED]) {{ cursor {TWENTY_FOLD} }}
}}"""


def test_a_slow_client_is_dropped_with_1013_and_resumes_without_loss(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    with Served(path, send_timeout=0.2).running() as served, Client(served.url) as client:
        metadata = [{"key": f"key {number}", "value": "v" * 500} for number in range(50)]
        customer, start = client.customer(metadata=metadata), client.cursor()
        for number in range(30):
            assert client.call("customerUpdate", id=customer, name=f"Name {number}")["userErrors"] == []
        before = served.ask(task_count)
        with dial(served, max_size=None, max_queue=1) as connection:  # type: ignore[arg-type]
            talk = greeted(Talk(connection))
            follow(talk, LARGE, after=start)
            assert served.reaches(lambda: task_count() == before + 2)
            assert served.reaches(lambda: task_count() < before + 2)
            heard = []
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    heard.append(talk.hear()["payload"]["data"]["events"]["cursor"])
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "Too slow, resume with after")
        assert served.reaches(lambda: task_count() == before)
        logged = [event["cursor"] for event in client.log(after=start)]
        assert heard == logged[: len(heard)]
        assert 0 < len(heard) < 30
        with dial(served, max_size=None) as connection:  # type: ignore[arg-type]
            talk = greeted(Talk(connection))
            follow(talk, LARGE, after=heard[-1])
            heard += [item["cursor"] for item in items(talk, 30 - len(heard))]
        assert heard == logged
