"""What the protocols demand, of the whole gateway: the transports' own tests speak to a toy behind them."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from graphql import build_client_schema, get_introspection_query, lexicographic_sort_schema, print_schema
from system import FOREIGN_SECRET, Client, Served, prepare
from toy_engine import Talk, dial

from invoice_graph.schema.build import build_schema

JSON, RESPONSE, SSE = "application/json", "application/graphql-response+json", "text/event-stream"


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    path = folder / "invoices.db"
    anyio.run(prepare, path)
    with Served(path).running() as served:
        yield served


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[Client]:
    with Client(served.url) as client:
        client.draft()
        yield client


@pytest.fixture
def talk(served: Served) -> Iterator[Talk]:
    with dial(served) as connection:  # type: ignore[arg-type]
        yield initialised(Talk(connection))


def initialised(talk: Talk) -> Talk:
    talk.say("connection_init")
    assert talk.hear() == {"type": "connection_ack"}
    return talk


NO_PAGE = {"code": "BAD_USER_INPUT", "reason": "PARAMETER_INVALID_INTEGER", "argument": "first"}
NO_CURSOR = {"code": "BAD_USER_INPUT", "reason": "CURSOR_INVALID", "argument": "after"}
REFUSED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("{", {}, {"code": "GRAPHQL_PARSE_FAILED"}),
    ("{ " * 5_000, {}, {"code": "GRAPHQL_PARSE_FAILED"}),
    ("{ nope }", {}, {"code": "GRAPHQL_VALIDATION_FAILED"}),
    ("{ invoices { nodes } }", {}, {"code": "GRAPHQL_VALIDATION_FAILED"}),
    ("fragment F on Query { eventCursor }", {}, {"code": "GRAPHQL_VALIDATION_FAILED"}),
    ("query A { eventCursor } query B { eventCursor }", {}, {"code": "BAD_USER_INPUT"}),
    ("query ($id: ID!) { invoice(id: $id) { id } }", {}, {"code": "BAD_USER_INPUT"}),
    ("query ($id: ID!) { invoice(id: $id) { id } }", {"id": {}}, {"code": "BAD_USER_INPUT"}),
    ("query ($n: Int) { invoices(first: $n) { totalCount } }", {"n": 101}, NO_PAGE),
    ("{ __typename invoices(first: 0) { totalCount } }", {}, NO_PAGE),
    ('{ invoices(after: "nonsense") { nodes { id } } }', {}, NO_CURSOR),
    ('subscription { events(after: "999999") { cursor } }', {}, NO_CURSOR),
    ("subscription { events(first: 0) { cursor } }", {}, NO_PAGE),
]


@pytest.mark.parametrize(("query", "variables", "extensions"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_refused_request_is_refused_alike_over_every_transport(
    client: Client, talk: Talk, query: str, variables: dict[str, Any], extensions: dict[str, str]
) -> None:
    is_live = query.startswith("subscription")
    for accept, status in ((SSE, 400), *(() if is_live else ((RESPONSE, 400), (JSON, 200)))):
        response = client.send_operation(query, variables, accept=accept)
        assert (accept, response.status_code, list(response.json())) == (accept, status, ["errors"])
        assert response.json()["errors"][0]["extensions"] == extensions
    talk.subscribe("a", query, variables=variables)
    message = talk.hear()
    assert (message["id"], message["type"]) == ("a", "error")
    assert message["payload"][0]["extensions"] == extensions


def test_a_cursor_is_checked_also_where_no_page_is_selected(client: Client) -> None:
    response = client.send_operation('{ invoices(after: "nonsense") { totalCount } }')
    assert (response.status_code, response.json()["errors"][0]["extensions"]) == (400, NO_CURSOR)


@pytest.mark.parametrize("accept", [JSON, RESPONSE, SSE])
def test_get_reads_and_never_writes(client: Client, accept: str) -> None:
    before = client.cursor()
    create = "mutation { customerCreate(input: {}) { replayed } }"
    response = client.get(client.url, params={"query": create}, headers={"accept": accept})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    response = client.get(client.url, params={"query": "{ eventCursor }"}, headers={"accept": accept})
    assert response.status_code == 200
    assert f'"eventCursor":"{before}"' in response.text


def test_finite_streams_end_with_one_complete_over_both_transports(client: Client, talk: Talk) -> None:
    query = 'subscription { events(after: "0", first: 2) { sequence } }'
    events = [f'event: next\nid: {n}\ndata: {{"data":{{"events":{{"sequence":{n}}}}}}}\n\n' for n in (1, 2)]
    response = client.send_operation(query, accept=SSE)
    assert response.text == ":\n\n" + "".join(events) + "event: complete\ndata:\n\n"
    talk.subscribe("a", query)
    for n in (1, 2):
        assert talk.hear() == {"id": "a", "type": "next", "payload": {"data": {"events": {"sequence": n}}}}
    assert talk.hear() == {"id": "a", "type": "complete"}
    talk.say("ping")
    assert talk.hear() == {"type": "pong"}


def test_queries_and_mutations_run_over_a_socket(talk: Talk) -> None:
    talk.subscribe("m", 'mutation { customerCreate(input: {name: "Jenny"}) { customer { name } userErrors { code } } }')
    payload = {"data": {"customerCreate": {"customer": {"name": "Jenny"}, "userErrors": []}}}
    assert talk.hear() == {"id": "m", "type": "next", "payload": payload}
    assert talk.hear() == {"id": "m", "type": "complete"}
    talk.subscribe("q", "{ account { name } }")
    assert talk.hear()["payload"] == {"data": {"account": {"name": "Rocket Rides"}}}
    assert talk.hear() == {"id": "q", "type": "complete"}


def test_of_twenty_listeners_each_hears_once_and_half_of_them_vanishing_disturbs_nobody(
    served: Served, client: Client
) -> None:
    with contextlib.ExitStack() as opened:
        connections = [opened.enter_context(dial(served)) for _ in range(20)]  # type: ignore[arg-type]
        talks = [initialised(Talk(connection)) for connection in connections]
        for talk in talks:
            talk.subscribe("live", "subscription { events(types: [CUSTOMER_CREATED]) { customerId } }")
        assert served.reaches(lambda: served.listener_count == 20)
        first = client.customer()
        assert [talk.hear()["payload"]["data"]["events"]["customerId"] for talk in talks] == [first] * 20
        for connection in connections[::2]:
            connection.socket.shutdown(socket.SHUT_RDWR)
        assert served.reaches(lambda: served.listener_count == 10)
        second = client.customer()
        assert [talk.hear()["payload"]["data"]["events"]["customerId"] for talk in talks[1::2]] == [second] * 10


def test_introspection_tells_the_schema_that_is_printed(client: Client) -> None:
    told = print_schema(lexicographic_sort_schema(build_client_schema(client.ask(get_introspection_query()))))  # type: ignore[arg-type]
    # An object has no order, but the text of a default has.
    told = told.replace("{ field: CREATED_AT, direction: DESC }", "{ direction: DESC, field: CREATED_AT }")
    assert told + "\n" == build_schema().sdl


def test_the_demonstration_answers_to_names_of_this_machine_only(client: Client) -> None:
    for host, status in (("localhost", 200), ("127.0.0.1:8000", 200), ("evil.example", 400), ("", 400)):
        assert client.send_operation("{ eventCursor }", host=host).status_code == status


def test_without_the_demonstration_only_keys_get_in(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    with Served(path, demo=False).running() as served:
        with Client(served.url) as nobody:
            response = nobody.send_operation("{ eventCursor }")
            assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
            assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        with Client(served.url, FOREIGN_SECRET) as somebody:
            assert somebody.ask("{ account { name } }") == {"account": {"name": "Somebody else"}}
        with dial(served) as connection:  # type: ignore[arg-type]
            Talk(connection).say("connection_init")
            assert Talk(connection).closing()[0] == 4403
        with dial(served) as connection:  # type: ignore[arg-type]
            Talk(connection).say("connection_init", payload={"authorization": FOREIGN_SECRET})
            assert Talk(connection).hear() == {"type": "connection_ack"}


def test_probes_and_figures_need_no_key(served: Served, client: Client) -> None:
    base = f"http://127.0.0.1:{served.port}"
    assert client.get(f"{base}/healthz").text == client.get(f"{base}/readyz").text == "ok\n"
    assert client.get(f"{base}/metrics").headers["content-type"].startswith("text/plain")
