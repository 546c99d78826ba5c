"""What strangers get to see: headers on every page, origins that may call, and what production keeps to itself."""

import asyncio
import json
import logging
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from system import Served, prepare
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from invoice_graph.domain.access import Scope
from invoice_graph.server.request_log import OPERATIONS
from invoice_graph.server.websocket import SUBPROTOCOL

APP = "https://app.example"
ASKED = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
RESPONSE = "application/graphql-response+json"
OPERATION = {"query": "{ eventCursor }"}
STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "


@pytest.fixture(scope="module")
def path(folder: Path) -> Path:
    path = folder / "invoices.db"
    asyncio.run(prepare(path))
    return path


@pytest.fixture(scope="module")
def closed(path: Path) -> Iterator[Served]:
    with Served(path, production=True).running() as served:
        yield served


@pytest.fixture(scope="module")
def open_to_app(path: Path) -> Iterator[Served]:
    with Served(path, allowed_origins=[APP]).running() as served:
        yield served


@pytest.mark.parametrize("page", ["/healthz", "/readyz", "/metrics", "/nothing", "/console/nothing"])
def test_every_answer_beside_graphql_has_the_security_headers(open_to_app: Served, page: str) -> None:
    headers = httpx.get(open_to_app.url.replace("/graphql", page)).headers
    assert headers["content-security-policy"].startswith(STRICT)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_page_of_a_named_origin_may_call(open_to_app: Served) -> None:
    allowed = httpx.options(open_to_app.url, headers={"origin": APP, **ASKED})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == APP
    named = {name.strip().lower() for name in allowed.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key", "last-event-id", "x-request-id"} <= named
    answer = httpx.post(open_to_app.url, json=OPERATION, headers={"origin": APP})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, APP)
    assert answer.headers["access-control-expose-headers"] == "retry-after, x-request-id"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_page_of_another_origin_may_not(open_to_app: Served, closed: Served) -> None:
    for served in (open_to_app, closed):
        refused = httpx.options(served.url, headers={"origin": "https://evil.example", **ASKED})
        assert refused.status_code in (400, 405)
        assert "access-control-allow-origin" not in refused.headers
        answer = httpx.post(served.url, json=OPERATION, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("page", ["/", "/console", "/graphql"])
def test_production_has_no_pages_for_browsers(closed: Served, page: str) -> None:
    answer = httpx.get(closed.url.replace("/graphql", page), headers={"accept": "text/html"})
    assert answer.status_code == (406 if page == "/graphql" else 404)


def test_production_does_not_say_what_a_name_could_have_meant(closed: Served, open_to_app: Served) -> None:
    misspelt = [
        {"query": "{ invoces { totalCount } }"},
        {"query": "{ invoices(frist: 1) { totalCount } }"},
        {"query": "query ($w: InvoiceWhere) { invoices(where: $w) { totalCount } }", "variables": {"w": {"stat": 1}}},
    ]
    for operation in misspelt:
        assert "Did you mean" in httpx.post(open_to_app.url, json=operation).json()["errors"][0]["message"]
        assert "Did you mean" not in httpx.post(closed.url, json=operation).text


def test_a_setting_shows_what_production_hides(path: Path) -> None:
    with Served(path, production=True, pages=True, suggestions=True).running() as served:
        assert httpx.get(served.url, headers={"accept": "text/html"}).status_code == 200
        assert "Did you mean" in httpx.post(served.url, json={"query": "{ invoces }"}).text


INTROSPECTION = [
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Invoice") { name } }',
    "{ eventCursor ...F } fragment F on Query { s: __schema { queryType { name } } }",
]


@pytest.mark.parametrize("query", INTROSPECTION)
def test_production_keeps_the_schema_from_keys_without_the_scope(closed: Served, query: str) -> None:
    reader = closed.key(Scope.EVENTS_READ)
    refused = httpx.post(closed.url, json={"query": query}, headers={**reader, "accept": RESPONSE})
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN", "missing": ["schema:read"]}
    for scopes in ((Scope.EVENTS_READ, Scope.SCHEMA_READ), ()):
        answer = httpx.post(closed.url, json={"query": query}, headers=closed.key(*scopes))
        assert "errors" not in answer.json()
    assert "errors" not in httpx.post(closed.url, json={"query": "{ __typename }"}, headers=reader).json()


def test_without_production_every_key_may_ask_for_the_schema(open_to_app: Served) -> None:
    answer = httpx.post(open_to_app.url, json={"query": INTROSPECTION[0]}, headers=open_to_app.key(Scope.EVENTS_READ))
    assert "errors" not in answer.json()


def test_each_operation_leaves_a_line_without_values(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, OPERATIONS)
    query = "query Find($id: ID!) { invoice(id: $id) { id } eventCursor }"
    with Served(path, log_operations=True).running() as served:
        headers = {"x-request-id": "req_7"}
        httpx.post(served.url, json={"query": query, "variables": {"id": "secret value"}}, headers=headers)
        httpx.post(served.url, json={"query": "{ nope }"})
        nameless = httpx.post(served.url, json=OPERATION)
    found, refused, other = [json.loads(record.message) for record in caplog.records if record.name == OPERATIONS]
    assert found.pop("milliseconds") > 0
    assert found == {
        "account": "acct_demo",
        "actorKind": "SECRET_KEY",
        "actor": None,
        "requestId": "req_7",
        "operation": "Find",
        "kind": "query",
        "document": sha256(query.encode()).hexdigest(),
        "cost": 1,
        "statements": 1,
        "outcome": "OK",
        "status": 200,
        "bytes": found["bytes"],
    }
    assert found["bytes"] > 10
    assert (refused["operation"], refused["outcome"]) == (None, "GRAPHQL_VALIDATION_FAILED")
    assert other["requestId"] == nameless.headers["x-request-id"]
    assert "secret value" not in caplog.text


def test_who_is_turned_away_leaves_a_line_without_the_key(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, OPERATIONS)
    with Served(path, log_operations=True).running() as served:
        headers = {"x-request-id": "req_8", "authorization": "Bearer sk_guessed"}
        assert httpx.post(served.url, json=OPERATION, headers=headers).status_code == 401
        assert httpx.post(served.url, content="{", headers={"x-request-id": "req_9"}).status_code == 415
        with connect(served.ws_url, subprotocols=[Subprotocol(SUBPROTOCOL)]) as socket:
            socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": "Bearer sk_guessed"}}))
            with pytest.raises(ConnectionClosed):
                socket.recv()
        counted = httpx.get(served.url.replace("/graphql", "/metrics")).text
    nobody = {"account": None, "actorKind": None, "actor": None, "operation": None}
    assert [json.loads(record.message) for record in caplog.records if record.name == OPERATIONS] == [
        {**nobody, "requestId": "req_8", "outcome": "UNAUTHENTICATED", "status": 401},
        {**nobody, "requestId": "req_9", "outcome": "BAD_USER_INPUT", "status": 415},
        {**nobody, "requestId": None, "outcome": "UNAUTHENTICATED", "status": 4403},
    ]
    assert "sk_guessed" not in caplog.text
    assert 'invoice_graph_operations_total{kind="none",outcome="UNAUTHENTICATED"}' in counted


def test_operations_are_counted_by_kind_and_outcome(open_to_app: Served) -> None:
    url = open_to_app.url.replace("/graphql", "/metrics")

    def counted(sample: str) -> float:
        found = [line.rpartition(" ")[2] for line in httpx.get(url).text.splitlines() if line.startswith(sample)]
        return float(found[0]) if found else 0.0

    samples = [
        'invoice_graph_operations_total{kind="query",outcome="OK"} ',
        'invoice_graph_operations_total{kind="none",outcome="GRAPHQL_VALIDATION_FAILED"} ',
        'invoice_graph_operation_seconds_count{kind="query"} ',
        "invoice_graph_cost_points_total ",
    ]
    before = [counted(sample) for sample in samples]
    httpx.post(open_to_app.url, json={"query": "{ invoices(first: 4) { nodes { id } } }"})
    httpx.post(open_to_app.url, json={"query": "{ nope }"})
    assert [counted(sample) - start for sample, start in zip(samples, before, strict=True)] == [1, 1, 1, 5]


def test_without_the_setting_there_are_no_lines(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, OPERATIONS)
    with Served(path).running() as served:
        httpx.post(served.url, json=OPERATION)
    assert [record for record in caplog.records if record.name == OPERATIONS] == []
