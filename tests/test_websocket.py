"""WS /graphql over a real port: graphql-transport-ws message by message, and what stays behind (nothing)."""

import logging
import socket
import struct
import threading
from collections.abc import Iterator

import pytest
from toy_engine import PROTOCOL, Gateway, Talk, dial, frame, raw_socket
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from invoice_graph.server.origins import is_origin_allowed
from invoice_graph.server.websocket import Close, SocketSettings

LIVE = "subscription { events { sequence } }"
FINITE = 'subscription { events(after: "0", first: 3) { sequence } }'
CREATE = "mutation { customerCreate(input: {}) { replayed } }"
SETTINGS = SocketSettings(init_timeout=0.2, send_timeout=0.2, close_timeout=0.2, max_operations=3)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with Gateway(sockets=SETTINGS).running() as gateway:
        yield gateway


@pytest.fixture
def fresh(gateway: Gateway) -> Iterator[Talk]:
    with dial(gateway) as connection:
        yield Talk(connection)


@pytest.fixture
def talk(fresh: Talk) -> Talk:
    fresh.say("connection_init")
    assert fresh.hear() == {"type": "connection_ack"}
    return fresh


def test_only_graphql_transport_ws_is_spoken(gateway: Gateway) -> None:
    with dial(gateway) as connection:
        assert connection.subprotocol == PROTOCOL
    for protocol in ("graphql-ws", "nonsense-v9", None):
        with dial(gateway, protocol) as connection:
            assert connection.subprotocol is None
            assert Talk(connection).closing() == (4406, "Subprotocol not acceptable: use graphql-transport-ws")


def test_a_client_that_does_not_initialise_is_closed_with_4408(fresh: Talk) -> None:
    fresh.say("ping")
    assert fresh.hear() == {"type": "pong"}
    assert fresh.closing() == (4408, "Connection initialisation timeout")


def test_a_second_initialisation_is_closed_with_4429(talk: Talk) -> None:
    talk.say("connection_init")
    assert talk.closing() == (4429, "Too many initialisation requests")


def test_an_initialised_socket_stays_open_beyond_the_timeout(talk: Talk) -> None:
    with pytest.raises(TimeoutError):
        talk.connection.recv(timeout=SETTINGS.init_timeout * 1.5)
    talk.say("ping", payload={"n": 1})
    assert talk.hear() == {"type": "pong", "payload": {"n": 1}}


def test_pongs_and_completes_nobody_asked_for_are_ignored(talk: Talk) -> None:
    talk.say("pong", payload={"n": 1})
    talk.say("complete", id="unknown")
    talk.say("ping", payload=None)
    assert talk.hear() == {"type": "pong", "payload": None}


def test_subscribing_before_the_acknowledgement_is_closed_with_4401(fresh: Talk) -> None:
    fresh.subscribe("a", "{ echo }")
    assert fresh.closing() == (4401, "Unauthorized: send connection_init first")


NOT_A_REQUEST = "payload: A GraphQL request is a JSON object with the member `query`."
AN_ID = "`id` must be a string of 1 to 255 characters"
A_TYPE = "`type` must be one of connection_init, ping, pong, subscribe, complete"
PAYLOAD = '{"type":"subscribe","id":"1","payload":{%s}}'
MALFORMED: list[tuple[str | bytes, str]] = [
    (b"\xff\xfe\x00", "binary frame"),
    (b'{"type":"ping"}', "binary frame"),
    ("{nope}", "The message is not valid JSON (line 1, column 2)."),
    ("", "The message is not valid JSON (line 1, column 1)."),
    ("[" * 100_000, "The message is nested more than 100 levels deep."),
    ("[]", "not a JSON object"),
    ("5", "not a JSON object"),
    ('"x"', "not a JSON object"),
    ("null", "not a JSON object"),
    ("{}", A_TYPE),
    ('{"type":{}}', A_TYPE),
    ('{"type":"start","id":"1"}', A_TYPE),
    ('{"type":"next","id":"1","payload":{}}', A_TYPE),
    ('{"type":"ping","payload":5}', "`payload` must be an object"),
    ('{"type":"pong","payload":[]}', "`payload` must be an object"),
    ('{"type":"connection_init","payload":"x"}', "`payload` must be an object"),
    ('{"type":"connection_init","payload":{"authorization":5}}', "`authorization` must be a string"),
    ('{"type":"complete"}', AN_ID),
    ('{"type":"complete","id":{}}', AN_ID),
    ('{"type":"subscribe","payload":{"query":"{a}"}}', AN_ID),
    ('{"type":"subscribe","id":"","payload":{"query":"{a}"}}', AN_ID),
    ('{"type":"subscribe","id":1,"payload":{"query":"{a}"}}', AN_ID),
    ('{"type":"subscribe","id":"1"}', NOT_A_REQUEST),
    ('{"type":"subscribe","id":"1","payload":null}', NOT_A_REQUEST),
    ('{"type":"subscribe","id":"1","payload":{}}', "payload: `query` is missing."),
    (PAYLOAD % '"query":5', "payload: `query` must be a string."),
    (PAYLOAD % '"query":"{a}","variables":[]', "payload: `variables` must be an object."),
    (PAYLOAD % '"query":"{a}","operationName":5', "payload: `operationName` must be a string."),
]


@pytest.mark.parametrize(("frame", "reason"), MALFORMED, ids=lambda value: repr(value[:40]))
def test_a_malformed_message_is_closed_with_4400_and_a_reason(talk: Talk, frame: str | bytes, reason: str) -> None:
    talk.connection.send(frame)
    assert talk.closing() == (4400, f"Invalid message: {reason}")


def test_a_reason_fits_its_frame_whatever_it_quotes() -> None:
    assert Close(4409, "é" * 200).fitting_reason == "é" * 61
    assert len(Close(4409, "x" * 200).fitting_reason) == 123


def test_queries_and_mutations_are_next_then_complete(talk: Talk) -> None:
    talk.subscribe("q", "query Q($t: String) { echo(text: $t) }", variables={"t": "é"}, operationName="Q")
    assert talk.hear() == {"id": "q", "type": "next", "payload": {"data": {"echo": "é"}}}
    assert talk.hear() == {"id": "q", "type": "complete"}
    talk.subscribe("m", CREATE)
    assert talk.hear() == {"id": "m", "type": "next", "payload": {"data": {"customerCreate": {"replayed": False}}}}
    assert talk.hear() == {"id": "m", "type": "complete"}


def test_a_field_error_is_a_result(talk: Talk) -> None:
    talk.subscribe("q", "{ broken }")
    result = talk.hear()
    assert (result["type"], result["payload"]["data"]) == ("next", None)
    assert talk.hear() == {"id": "q", "type": "complete"}


def test_a_finite_subscription_ends_with_one_complete_and_its_id_is_free_at_once(talk: Talk) -> None:
    for _ in range(2):
        talk.subscribe("f", FINITE)
        heard = [talk.hear() for _ in range(4)]
        assert [message["type"] for message in heard] == ["next", "next", "next", "complete"]
        assert [m["payload"]["data"]["events"]["sequence"] for m in heard[:3]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "error_code"),
    [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nope }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { echo } query B { echo }", "BAD_USER_INPUT"),
    ],
)
def test_a_request_error_ends_only_its_own_operation(gateway: Gateway, talk: Talk, query: str, error_code: str) -> None:
    talk.subscribe("live", LIVE)
    assert gateway.reaches(lambda: gateway.engine.open_streams == 1)
    talk.subscribe("bad", query)
    error = talk.hear()
    assert (error["id"], error["type"]) == ("bad", "error")
    assert error["payload"][0]["extensions"] == {"code": error_code}
    talk.subscribe("bad", CREATE)
    assert {talk.hear()["id"] for _ in range(3)} == {"live", "bad"}


def test_a_bug_ends_only_its_own_operation_and_is_masked(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "invoice_graph"):
        talk.subscribe("a", "query Crash { echo }", operationName="Crash")
        error = talk.hear()
        talk.subscribe("b", "subscription { failing { sequence } }")
        assert talk.hear()["type"] == "next"
        late = talk.hear()
    assert [(e["id"], e["type"]) for e in (error, late)] == [("a", "error"), ("b", "error")]
    extensions = [e["payload"][0]["extensions"] for e in (error, late)]
    assert {e["code"] for e in extensions} == {"INTERNAL_SERVER_ERROR"}
    assert caplog.messages == [f"request {e['requestId']} failed" for e in extensions]
    assert "secret" not in str((error, late))
    talk.say("ping")
    assert talk.hear() == {"type": "pong"}


def test_a_live_id_may_not_be_taken_twice(talk: Talk) -> None:
    talk.subscribe("a", LIVE)
    talk.subscribe("a", LIVE)
    assert talk.closing() == (4409, "Subscriber for a already exists")


def test_complete_ends_one_subscription_and_frees_its_id(gateway: Gateway, talk: Talk) -> None:
    talk.subscribe("a", LIVE)
    talk.subscribe("b", LIVE)
    assert gateway.reaches(lambda: gateway.engine.open_streams == 2)
    talk.say("complete", id="a")
    assert gateway.reaches(lambda: gateway.engine.open_streams == 1)
    talk.subscribe("m", CREATE)
    assert sorted((m["id"], m["type"]) for m in (talk.hear() for _ in range(3))) == [
        ("b", "next"),
        ("m", "complete"),
        ("m", "next"),
    ]
    talk.subscribe("a", FINITE)
    assert [talk.hear()["id"] for _ in range(4)] == ["a"] * 4


def test_complete_also_ends_a_query_that_is_still_running(gateway: Gateway, talk: Talk) -> None:
    asked = len(gateway.engine.requests)
    talk.subscribe("a", "{ nap }")
    assert gateway.reaches(lambda: len(gateway.engine.requests) > asked)
    talk.say("complete", id="a")
    talk.subscribe("a", "{ echo }")
    assert talk.hear()["payload"] == {"data": {"echo": None}}


def test_operations_beyond_the_limit_are_refused_and_the_others_live_on(talk: Talk) -> None:
    for number in range(SETTINGS.max_operations + 1):
        talk.subscribe(str(number), LIVE)
    error = talk.hear()
    assert (error["id"], error["type"]) == ("3", "error")
    assert error["payload"][0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1}
    talk.say("complete", id="0")
    talk.subscribe("3", FINITE)
    assert talk.hear()["type"] == "next"


def test_the_key_may_come_in_the_payload() -> None:
    with Gateway(sockets=SETTINGS, is_open=False).running() as gateway:
        for name in ("authorization", "Authorization", "AUTHORIZATION"):
            for value in ("sk_test_demo", "Bearer sk_test_demo", "bearer sk_test_demo"):
                with dial(gateway) as connection:
                    Talk(connection).say("connection_init", payload={name: value})
                    assert Talk(connection).hear() == {"type": "connection_ack"}
        with dial(gateway) as connection:
            Talk(connection).say("connection_init")
            assert Talk(connection).closing()[0] == 4403


def test_the_key_may_come_as_header_and_the_payload_wins(gateway: Gateway) -> None:
    headers = {"authorization": "Bearer sk_test_demo"}
    with dial(gateway, additional_headers=headers) as connection:
        Talk(connection).say("connection_init")
        assert Talk(connection).hear() == {"type": "connection_ack"}
    with dial(gateway, additional_headers=headers) as connection:
        Talk(connection).say("connection_init", payload={"authorization": "sk_other"})
        assert Talk(connection).closing()[0] == 4403


def test_unknown_keys_and_expired_tokens_are_closed_with_4403_and_the_way_in(fresh: Talk, gateway: Gateway) -> None:
    fresh.say("connection_init", payload={"authorization": "sk_unknown"})
    assert fresh.closing() == (4403, "Forbidden: Send a key as `Authorization: Bearer sk_...`.")
    with dial(gateway) as connection:
        talk = Talk(connection)
        talk.say("connection_init")
        talk.subscribe("a", "subscription { expiring { sequence } }")
        assert talk.closing() == (4403, "Forbidden: The token has expired.")


def test_a_bug_in_authentication_closes_with_4500_and_a_request_id(
    fresh: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "invoice_graph"):
        fresh.say("connection_init", payload={"authorization": "bug"})
        code, reason = fresh.closing()
    assert code == 4500
    assert reason.startswith("Internal server error in request ")
    assert caplog.messages == [f"request {reason.removesuffix('.').split()[-1]} failed"]


@pytest.mark.parametrize(
    ("origin", "host", "allowed", "is_allowed"),
    [
        (None, "api.example", (), True),
        ("https://api.example", "api.example", (), True),
        ("https://API.example", "api.example:443", (), True),
        ("http://localhost:8000", "localhost:8000", (), True),
        ("http://localhost:3000", "localhost:8000", (), False),
        ("http://[::1]:8000", "[::1]:8000", (), True),
        ("https://evil.example", "api.example", (), False),
        ("https://api.example.evil.example", "api.example", (), False),
        ("https://user@evil.example", "api.example", (), False),
        ("null", "api.example", (), False),
        ("", "", (), False),
        ("https://", "", (), False),
        ("https://api.example:x", "api.example", (), False),
        ("file://api.example", "api.example", (), False),
        ("https://app.example", "api.example", ("https://APP.example/",), True),
        ("http://app.example", "api.example", ("https://app.example",), False),
        ("https://any.example", "api.example", ("*",), True),
    ],
)
def test_browsers_may_connect_from_the_own_host_and_allowed_origins(
    origin: str | None, host: str, allowed: tuple[str, ...], is_allowed: bool
) -> None:
    assert is_origin_allowed(origin, host, allowed) is is_allowed


def test_a_handshake_from_a_foreign_page_is_refused_with_403(gateway: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refused, dial(gateway, origin=Origin("https://evil.example")):
        pass
    assert refused.value.response.status_code == 403
    with dial(gateway, origin=Origin(f"http://127.0.0.1:{gateway.port}")) as connection:
        assert connection.subprotocol == PROTOCOL


def test_a_message_beyond_the_size_limit_is_closed_with_1009(gateway: Gateway, talk: Talk) -> None:
    talk.subscribe("a", "{ echo }" + " " * 1_000_000)
    assert talk.closing()[0] == 1009
    with dial(gateway) as connection:
        Talk(connection).say("connection_init")
        assert Talk(connection).hear() == {"type": "connection_ack"}


def test_no_task_outlives_its_socket(gateway: Gateway) -> None:
    assert gateway.reaches(lambda: not gateway.server_state.tasks)
    before = gateway.task_count()
    for ending in ("close", "abrupt", "malformed"):
        with dial(gateway) as connection:
            talk = Talk(connection)
            talk.say("connection_init")
            for identity, query in (("a", LIVE), ("b", LIVE), ("c", "{ nap }")):
                talk.subscribe(identity, query)
            assert gateway.reaches(lambda: gateway.engine.open_streams == 2)
            assert gateway.task_count() == before + 4
            if ending == "abrupt":
                connection.socket.shutdown(socket.SHUT_RDWR)
            elif ending == "malformed":
                connection.send("{")
                assert talk.closing()[0] == 4400
        assert gateway.reaches(lambda: gateway.engine.open_streams == 0)
        assert gateway.reaches(lambda: not gateway.server_state.tasks)
        assert gateway.task_count() == before


def flood(raw: socket.socket) -> None:
    raw.sendall(frame(b'{"type":"subscribe","id":"a","payload":{"query":"subscription{flood{padding}}"}}'))


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_client_that_does_not_read_is_aborted(loop: str) -> None:
    pytest.importorskip(loop, reason=f"{loop} is not installed")
    with Gateway(sockets=SETTINGS, loop=loop).running() as gateway:
        before = gateway.task_count()
        with raw_socket(gateway.port) as raw:
            flood(raw)
            assert gateway.reaches(lambda: gateway.engine.open_streams == 1)
            assert gateway.reaches(lambda: gateway.engine.open_streams == 0)
            assert gateway.reaches(lambda: not gateway.server_state.connections)
        assert gateway.task_count() == before


def test_a_client_that_reads_again_in_time_is_told_1013() -> None:
    settings = SocketSettings(send_timeout=0.2, close_timeout=5)
    with Gateway(sockets=settings).running() as gateway, raw_socket(gateway.port) as raw:
        flood(raw)
        assert gateway.reaches(lambda: gateway.engine.open_streams == 1)
        assert gateway.reaches(lambda: gateway.engine.open_streams == 0)
        received = bytearray()
        while chunk := raw.recv(1_000_000):
            received += chunk
            if b"Too slow" in chunk:
                break
        reason = b"Too slow, resume with after"
        assert received.endswith(bytes([0x88, 2 + len(reason)]) + struct.pack("!H", 1013) + reason)
        assert gateway.reaches(lambda: not gateway.server_state.connections)  # Though it does not answer the frame.


def test_pings_of_a_client_that_does_not_read_take_no_memory() -> None:
    settings = SocketSettings(send_timeout=2, close_timeout=0.1)
    with Gateway(sockets=settings).running() as gateway, raw_socket(gateway.port) as raw:
        flood(raw)
        assert gateway.reaches(lambda: gateway.engine.open_streams == 1)
        (protocol,) = gateway.server_state.connections
        assert gateway.reaches(lambda: not protocol.writable.is_set())  # type: ignore[union-attr]
        unread = gateway.ask(lambda: protocol.transport.get_write_buffer_size())
        raw.sendall(frame(b"p" * 100, opcode=9) * 5_000)
        raw.sendall(frame(b'{"type":"complete","id":"a"}'))
        assert gateway.reaches(lambda: gateway.engine.open_streams == 0)
        assert gateway.ask(lambda: protocol.transport.get_write_buffer_size()) <= unread


def test_shutting_down_closes_sockets_with_1001_after_their_last_answer() -> None:
    gateway = Gateway()
    with gateway.running(), dial(gateway) as idle, dial(gateway) as busy:
        talk = Talk(busy)
        talk.say("connection_init")
        talk.subscribe("live", LIVE)
        talk.subscribe("nap", "{ nap }")
        assert talk.hear() == {"type": "connection_ack"}
        assert gateway.reaches(lambda: len(gateway.engine.requests) == 2)
        gateway.should_exit = True
        assert Talk(idle).closing() == (1001, "Server shutting down, resume with after")
        assert talk.hear() == {"id": "nap", "type": "next", "payload": {"data": {"nap": "rested"}}}
        assert talk.hear() == {"id": "nap", "type": "complete"}
        assert talk.closing() == (1001, "Server shutting down, resume with after")
    assert gateway.engine.open_streams == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("uvicorn")]
