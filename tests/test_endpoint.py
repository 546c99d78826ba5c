"""POST and GET /graphql over a real port: statuses, headers, bodies, and event streams."""

import asyncio
import gzip
import json
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from toy_engine import Gateway
from waiting import PATIENCE

from invoice_graph.server.reading import HttpSettings

PATH = "/graphql"
JSON, RESPONSE, SSE = "application/json", "application/graphql-response+json", "text/event-stream"
Q = '{"query":"{ eventCursor }"}'
LIVE = {"query": "subscription { events { cursor } }"}
FINITE = {"query": 'subscription { events(after: "0", first: 3) { sequence } }'}
CREATE = {"query": "mutation { customerCreate(input: {}) { replayed } }"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    settings = HttpSettings(max_body_bytes=20_000, body_timeout=0.3, keep_alive_interval=0.05)
    with Gateway(settings).running() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{gateway.port}", timeout=PATIENCE, verify=False) as client:
        yield client


def post(client: httpx.Client, body: object, accept: str = RESPONSE, **headers: str) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    sent = {"content-type": JSON, "accept": accept} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(PATH, content=content, headers=sent)


def get(client: httpx.Client, accept: str = RESPONSE, **parameters: str) -> httpx.Response:
    return client.get(f"{PATH}?{urlencode(parameters)}", headers={"accept": accept})


def code(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert "data" not in body
    return response.status_code, body["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("media_type", [JSON, RESPONSE])
def test_a_query_is_answered_in_the_media_type_asked_for(client: httpx.Client, media_type: str) -> None:
    response = post(client, Q, accept=media_type)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert set(response.json()["data"]) == {"eventCursor"}


def test_without_an_accept_header_the_answer_is_application_json(gateway: Gateway) -> None:
    request = httpx.Request("POST", gateway.url, content=Q, headers={"content-type": JSON})
    with httpx.Client(verify=False) as client:
        assert client.send(request).headers["content-type"] == "application/json; charset=utf-8"


def test_an_accept_header_that_nothing_fits_is_406(client: httpx.Client) -> None:
    assert code(post(client, Q, accept="image/png")) == (406, "BAD_USER_INPUT")


REQUEST_ERRORS = [
    ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query A {eventCursor} query B {eventCursor}"}, "BAD_USER_INPUT"),
    ({"query": "query A {eventCursor}", "operationName": "Z"}, "BAD_USER_INPUT"),
    ({"query": 'query ($id: ID!) { echo(text: "") @skip(if: $id) }'}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "query ($t: String!) { echo(text: $t) }", "variables": {"t": None}}, "BAD_USER_INPUT"),
]


@pytest.mark.parametrize(("body", "error_code"), REQUEST_ERRORS)
def test_a_request_error_has_its_status_only_under_the_new_media_type(
    client: httpx.Client, body: dict[str, Any], error_code: str
) -> None:
    assert code(post(client, body)) == (400, error_code)
    assert code(post(client, body, accept=JSON)) == (200, error_code)


def test_a_field_error_comes_with_data_and_200(client: httpx.Client) -> None:
    response = post(client, {"query": "{ broken }"})
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert response.json()["errors"][0]["path"] == ["broken"]


BAD_BODIES: list[str | bytes] = [
    *("5", '"x"', "null", "true", "[]", "[1]", "[null]", f"[{Q}]", "1e999", "", "{", "{}", "{nope}"),
    *('{"query":null}', '{"query":5}', '{"query":{}}', '{"qeury":"{eventCursor}"}'),
    *('{"query":"{a}","operationName":3}', '{"query":"{a}","variables":[]}', '{"query":"{a}","extensions":0}'),
    b'{"query":"\xff"}',
    b"\xff\xfe",
    '{"query":"{a}","variables":{"n":' + "1" * 5_000 + "}}",
    '{"query":"{a}","variables":{"n":' + "[" * 5_000,
    '{"query":"{a}","variables":{"n":' + "[" * 900 + "]" * 900 + "}}",
    '{"query":"\\ud800"}',
    gzip.compress(Q.encode(), mtime=0),
]


@pytest.mark.parametrize("accept", [JSON, RESPONSE, SSE])
@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:24]))
def test_a_body_that_is_no_graphql_request_is_400_in_every_media_type(
    client: httpx.Client, body: str | bytes, accept: str
) -> None:
    assert code(post(client, body, accept=accept)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("content_type", ["text/plain", "application/jsonx", "application/json; charset=utf-16", ""])
def test_other_content_types_are_415(client: httpx.Client, content_type: str) -> None:
    response = post(client, Q, content_type=content_type)
    assert code(response) == (415, "BAD_USER_INPUT")
    assert response.headers["accept-post"] == JSON


def test_a_compressed_body_is_415(client: httpx.Client) -> None:
    response = post(client, gzip.compress(Q.encode(), mtime=0), content_encoding="gzip")
    assert code(response) == (415, "BAD_USER_INPUT")
    assert response.headers["accept-encoding"] == "identity"


def test_a_body_may_have_the_largest_size_and_not_one_byte_more(client: httpx.Client) -> None:
    assert post(client, Q.ljust(20_000)).status_code == 200
    assert code(post(client, Q.ljust(20_001))) == (413, "BAD_USER_INPUT")
    assert post(client, Q).status_code == 200


def test_an_endless_body_is_cut_off_with_413(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE) as raw:
        raw.sendall(_head("transfer-encoding: chunked") + b"1fbd0\r\n" + b" " * 0x1FBD0 + b"\r\n")
        assert _status_line(raw) == b"HTTP/1.1 413 Request Entity Too Large"


def test_a_body_that_does_not_arrive_is_cut_off_with_408(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE) as raw:
        raw.sendall(_head("content-length: 100") + b"{")
        assert _status_line(raw) == b"HTTP/1.1 408 Request Timeout"
        assert b"connection: close" in raw.recv(4096) or raw.recv(1) == b""


def test_a_client_that_leaves_in_the_middle_of_its_body_leaves_nothing_behind(gateway: Gateway) -> None:
    before = gateway.task_count()
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE) as raw:
        raw.sendall(_head("content-length: 100") + b"{")
    assert gateway.reaches(lambda: not gateway.server_state.tasks)
    assert gateway.reaches(lambda: len(asyncio.all_tasks()) - 1 <= before)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_other_methods_are_405_and_told_which_are_allowed(client: httpx.Client, method: str) -> None:
    response = client.request(method, PATH, content=Q)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


def test_get_runs_queries_with_all_parameters(client: httpx.Client) -> None:
    query = "query Q($t: String) { echo(text: $t) } query R { eventCursor }"
    response = get(client, query=query, variables='{"t":"é+ 🏃"}', operationName="Q", extensions="{}")
    assert (response.status_code, response.json()) == (200, {"data": {"echo": "é+ 🏃"}})
    assert get(client, query="{ eventCursor }", variables="", operationName="").status_code == 200


@pytest.mark.parametrize(
    "query_string",
    [
        *("", "variables={}", "query={a}&query={a}", "query={a}&variables=[]", "query={a}&variables=5"),
        *(
            "query={a}&variables=%7B",
            "query=%FF",
            "query={a}&extensions=%22x%22",
            "&".join(f"a{n}=" for n in range(101)),
        ),
    ],
)
def test_get_with_bad_parameters_is_400(client: httpx.Client, query_string: str) -> None:
    assert code(client.get(f"{PATH}?{query_string}", headers={"accept": RESPONSE})) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("accept", [JSON, RESPONSE, SSE])
def test_get_never_runs_a_mutation(gateway: Gateway, client: httpx.Client, accept: str) -> None:
    before = len(gateway.engine.events)
    response = get(client, accept=accept, **CREATE)
    assert code(response) == (405, "BAD_USER_INPUT")
    assert response.headers["allow"] == "POST"
    assert len(gateway.engine.events) == before


def test_a_query_string_beyond_the_limit_is_414(client: httpx.Client) -> None:
    assert code(get(client, query="x" * 20_000)) == (414, "BAD_USER_INPUT")


def test_a_browser_gets_the_page(client: httpx.Client) -> None:
    response = client.get(PATH, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (response.status_code, response.text) == (200, "<title>GraphiQL</title>")


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
def test_a_subscription_needs_an_event_stream(client: httpx.Client, accept: str) -> None:
    assert code(post(client, LIVE, accept=accept)) == (406, "BAD_USER_INPUT")
    assert code(get(client, accept=accept, **LIVE)) == (405, "BAD_USER_INPUT")


@pytest.mark.parametrize("accept", [JSON, RESPONSE, SSE])
def test_without_a_known_key_nobody_gets_in(client: httpx.Client, accept: str) -> None:
    response = post(client, Q, accept=accept, authorization="Bearer sk_unknown")
    assert code(response) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["message"] == "Send a key as `Authorization: Bearer sk_...`."


def test_a_bug_is_masked_by_a_request_id_that_stands_in_the_log(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "invoice_graph"):
        response = post(client, {"query": "query Crash { eventCursor }", "operationName": "Crash"}, accept=JSON)
    assert code(response) == (500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in response.text
    request_id = response.json()["errors"][0]["extensions"]["requestId"]
    assert caplog.messages == [f"request {request_id} failed"]
    assert response.headers["x-request-id"] == request_id
    assert "SELECT secret" in caplog.text


CRASH = {"query": "query Crash { eventCursor }", "operationName": "Crash"}
QUERY = json.loads(Q)
ANSWERS: list[tuple[str, dict[str, Any] | None, dict[str, str], int]] = [
    ("POST", QUERY, {}, 200),
    ("POST", QUERY, {"accept": SSE}, 200),
    ("POST", FINITE, {"accept": SSE}, 200),
    ("POST", {"query": "{"}, {"accept": RESPONSE}, 400),
    ("POST", {}, {}, 400),
    ("POST", QUERY, {"authorization": "Bearer sk_unknown"}, 401),
    ("DELETE", None, {}, 405),
    ("POST", QUERY, {"accept": "image/png"}, 406),
    ("POST", {"query": "x" * 20_000}, {}, 413),
    ("POST", None, {"content-type": "text/plain"}, 415),
    ("POST", CRASH, {}, 500),
    ("GET", None, {"accept": "text/html"}, 200),
]


@pytest.mark.parametrize(("method", "body", "headers", "status"), ANSWERS, ids=lambda value: str(value)[:30])
def test_every_answer_says_which_request_it_is_for(
    client: httpx.Client, method: str, body: dict[str, Any] | None, headers: dict[str, str], status: int
) -> None:
    for given in ({}, {"x-request-id": "from-me"}, {"x-request-id": "x" * 256}):
        named = client.request(method, PATH, json=body, headers={**headers, **given})
        assert named.status_code == status
        (name,) = named.headers.get_list("x-request-id")
        assert (name == "from-me") is (given == {"x-request-id": "from-me"})
        assert len(name) == (7 if name == "from-me" else 40)
        if status == 500:
            assert named.json()["errors"][0]["extensions"]["requestId"] == name


def test_the_idempotency_key_reaches_the_engine_and_has_at_most_255_characters(
    gateway: Gateway, client: httpx.Client
) -> None:
    assert post(client, Q, idempotency_key="k" * 255).status_code == 200
    assert gateway.engine.requests[-1].idempotency_key == "k" * 255
    assert code(post(client, Q, idempotency_key="k" * 256)) == (400, "BAD_USER_INPUT")
    assert code(post(client, Q, idempotency_key="")) == (400, "BAD_USER_INPUT")


def test_a_finite_subscription_streams_next_events_with_ids_and_one_complete(client: httpx.Client) -> None:
    response = post(client, FINITE, accept=SSE)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    events = "".join(f'event: next\nid: {n}\ndata: {{"data":{{"events":{{"sequence":{n}}}}}}}\n\n' for n in (1, 2, 3))
    assert response.text == ":\n\n" + events + "event: complete\ndata:\n\n"


def test_queries_run_as_streams_of_one_result(client: httpx.Client) -> None:
    data = 'event: next\ndata: {"data":{"echo":null}}\n\nevent: complete\ndata:\n\n'
    assert post(client, {"query": "{ echo }"}, accept=SSE).text == ":\n\n" + data
    assert get(client, accept=SSE, query="{ echo }").text == ":\n\n" + data
    assert '"replayed":false' in post(client, CREATE, accept=SSE).text


def test_last_event_id_is_where_the_stream_resumes(client: httpx.Client) -> None:
    query = 'subscription { events(after: "0", first: 1) { sequence } }'
    response = client.get(PATH, params={"query": query}, headers={"accept": SSE, "last-event-id": "2"})
    assert [line for line in response.text.splitlines() if line.startswith("id:")] == ["id: 3"]


def test_a_request_error_is_no_stream_but_a_status(client: httpx.Client) -> None:
    response = post(client, {"query": "subscription { nope }"}, accept=SSE)
    assert code(response) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert response.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "error_code"), [("failing", "INTERNAL_SERVER_ERROR"), ("expiring", "UNAUTHENTICATED")]
)
def test_a_stream_that_breaks_says_so_and_completes(client: httpx.Client, name: str, error_code: str) -> None:
    text = post(client, {"query": f"subscription {{ {name} {{ sequence }} }}"}, accept=SSE).text
    events = [event for event in text.split("\n\n") if event.startswith("event")]
    assert [event.split("\n")[0] for event in events] == ["event: next", "event: next", "event: complete"]
    assert json.loads(events[1].split("data: ")[1])["errors"][0]["extensions"]["code"] == error_code
    assert "secret" not in text


def test_an_idle_stream_is_kept_alive_and_ends_with_its_client(gateway: Gateway, client: httpx.Client) -> None:
    with client.stream("GET", PATH, params=LIVE, headers={"accept": SSE}) as response:
        chunks = response.iter_raw()
        assert [next(chunks) for _ in range(3)] == [b":\n\n"] * 3
        assert gateway.ask(lambda: gateway.engine.open_streams) == 1
    assert gateway.reaches(lambda: gateway.engine.open_streams == 0)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_that_does_not_read_its_stream_is_dropped(loop: str) -> None:
    pytest.importorskip("uvloop", reason="uvloop is not installed")
    with Gateway(HttpSettings(send_timeout=0.2), loop=loop).running() as gateway:
        before = gateway.task_count()
        with _slow_reader(gateway.port) as raw:
            body = b'{"query":"subscription { flood { padding } }"}'
            raw.sendall(_head(f"content-length: {len(body)}", accept=SSE) + body)
            assert gateway.reaches(lambda: gateway.engine.open_streams == 1)
            assert gateway.reaches(lambda: gateway.engine.open_streams == 0)
            assert gateway.reaches(lambda: not gateway.server_state.connections)
        assert gateway.task_count() == before


def test_shutting_down_ends_streams_without_complete_and_lets_requests_finish() -> None:
    gateway = Gateway()
    answers: list[httpx.Response] = []
    with gateway.running(), httpx.Client(base_url=f"http://127.0.0.1:{gateway.port}", timeout=PATIENCE) as client:
        with client.stream("GET", PATH, params=LIVE, headers={"accept": SSE}) as stream:
            chunks = stream.iter_raw()
            assert next(chunks) == b":\n\n"
            nap = threading.Thread(target=lambda: answers.append(post(client, {"query": "{ nap }"})))
            nap.start()
            assert gateway.reaches(lambda: len(gateway.engine.requests) == 2)
            gateway.should_exit = True
            assert list(chunks) == []
        nap.join(5)
    assert answers[0].json() == {"data": {"nap": "rested"}}
    assert gateway.engine.open_streams == 0


def _head(*headers: str, accept: str = RESPONSE) -> bytes:
    lines = ["POST /graphql HTTP/1.1", "host: localhost", f"content-type: {JSON}", f"accept: {accept}", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def _status_line(raw: socket.socket) -> bytes:
    with raw.makefile("rb") as file:
        return file.readline().rstrip()


def _slow_reader(port: int) -> socket.socket:
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(PATIENCE)
    raw.connect(("127.0.0.1", port))
    return raw
