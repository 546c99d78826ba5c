"""Spans of requests, operations, statements and jobs: where they hang, what they say, and that no value is in them."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import databases
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from system import Served, prepare
from toy_engine import Talk
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from invoice_graph import tracing

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CONTINUED = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
FIND = "query Find($id: ID!) { invoice(id: $id) { id } }"
CREATE = 'mutation Make { customerCreate(input: {name: "secret value"}) { customer { id } } }'


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.collect(provider)
    yield exporter
    tracing.collect(None)
    provider.shutdown()


@pytest.fixture
def served(tmp_path: Path, kind: str) -> Iterator[Served]:
    asyncio.run(prepare(tmp_path / "invoices.db"))
    with Served(tmp_path / "invoices.db", jobs=False).running() as served:
        yield served


def finished(spans: InMemorySpanExporter) -> list[ReadableSpan]:
    """All spans so far, those that began first before others; what they hold is no value that was sent."""
    found = sorted(spans.get_finished_spans(), key=lambda span: span.start_time or 0)
    assert "secret value" not in "".join(span.to_json() for span in found)
    return found


def told(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_a_query_is_a_request_an_operation_and_a_statement(
    served: Served, spans: InMemorySpanExporter, kind: str
) -> None:
    body = {"query": FIND, "variables": {"id": "secret value"}}
    answer = httpx.post(served.url, json=body, headers={**CONTINUED, "x-request-id": "mine"})
    assert answer.status_code == 200
    request, operation, statement = finished(spans)
    assert (request.name, operation.name, statement.name) == ("POST /graphql", "query", "SELECT")
    assert [span.kind for span in (request, operation, statement)] == [
        SpanKind.SERVER,
        SpanKind.SERVER,
        SpanKind.CLIENT,
    ]
    for span, parent in ((operation, request), (statement, operation)):
        assert span.parent is not None
        assert span.parent.span_id == parent.context.span_id
    assert request.parent is not None
    assert (f"{request.parent.trace_id:032x}", f"{request.parent.span_id:016x}") == (TRACE, PARENT)
    assert {span.context.trace_id for span in (request, operation, statement)} == {int(TRACE, 16)}
    path = {"http.route": "/graphql", "url.path": "/graphql"}
    assert told(request) == {"http.request.method": "POST", "http.response.status_code": 200, **path}
    hash = told(operation).pop("invoice_graph.document.hash")
    assert told(operation) == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Find",
        "invoice_graph.document.hash": hash,
        "invoice_graph.request.id": "mine",
    }
    system = {"sqlite": "sqlite", "postgres": "postgresql"}[kind]
    assert told(statement) == {"db.system.name": system, "db.operation.name": "SELECT"}
    assert {span.status.status_code for span in (request, operation, statement)} == {StatusCode.UNSET}


def test_a_mutation_shows_its_statements_and_a_refusal_its_code(served: Served, spans: InMemorySpanExporter) -> None:
    assert httpx.post(served.url, json={"query": CREATE}).status_code == 200
    _, operation, *statements = finished(spans)
    assert (operation.name, told(operation)["graphql.operation.name"]) == ("mutation", "Make")
    names = [span.name for span in statements]
    assert names.count("INSERT") >= 2
    assert "UPDATE" in names
    spans.clear()
    httpx.post(served.url, json={"query": '{ invoice(id: "secret value") { nope } }'})
    request, refused = finished(spans)
    assert (refused.name, told(refused)["error.type"]) == ("GraphQL Operation", "GRAPHQL_VALIDATION_FAILED")
    assert refused.status.status_code is StatusCode.ERROR
    assert request.status.status_code is StatusCode.UNSET
    spans.clear()
    httpx.post(served.url, json={"query": FIND}, headers={"authorization": "Bearer secret value"})
    request, lookup = finished(spans)
    assert lookup.name == "SELECT"
    assert told(request)["http.response.status_code"] == 401


def test_operations_of_a_socket_continue_the_trace_of_its_handshake(
    served: Served, spans: InMemorySpanExporter
) -> None:
    protocols = [Subprotocol("graphql-transport-ws")]
    with connect(served.ws_url, subprotocols=protocols, additional_headers=CONTINUED) as connection:
        talk = Talk(connection)
        talk.say("connection_init")
        assert talk.hear() == {"type": "connection_ack"}
        talk.subscribe("a", "{ eventCursor }")
        assert [talk.hear()["type"], talk.hear()["type"]] == ["next", "complete"]
    operation, statement = finished(spans)
    assert (operation.name, statement.name) == ("query", "SELECT")
    assert operation.parent is not None
    assert f"{operation.parent.span_id:016x}" == PARENT


def test_a_job_is_a_span_and_what_looks_for_work_is_none(
    tmp_path: Path, kind: str, spans: InMemorySpanExporter
) -> None:
    asyncio.run(prepare(tmp_path / "invoices.db"))
    spans.clear()
    with Served(tmp_path / "invoices.db").running() as served:
        assert served.reaches(lambda: any(span.name == "do what is due" for span in spans.get_finished_spans()))
    found = finished(spans)
    jobs = {span.context.span_id for span in found if span.kind is SpanKind.INTERNAL}
    statements = [span for span in found if span.kind is SpanKind.CLIENT]
    assert statements
    assert all(span.parent is not None and span.parent.span_id in jobs for span in statements)


PROGRAM = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))
trace.set_tracer_provider(provider)
from invoice_graph.cli import main
main()
"""


@pytest.mark.parametrize("program", [PROGRAM, "from invoice_graph.cli import main; main()"], ids=["set up", "bare"])
def test_a_provider_that_is_set_up_before_the_start_is_used(tmp_path: Path, program: str) -> None:
    database = databases.url(tmp_path / "invoices.db", "sqlite")
    command = [sys.executable, "-c", program, "serve", "--database", database, "--port", "0", "--no-jobs"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert httpx.post(address, json={"query": "{ __typename }"}).status_code == 401
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert ('"name": "POST /graphql"' in output) is (program is PROGRAM)
