"""Spans for OpenTelemetry at the seams of requests, operations, statements and jobs, where something in the process
collects them; elsewhere nothing at all.

Names are those of OpenTelemetry's semantic conventions. A span never holds the value of a variable, a key, or the text
of an error, which may quote them.
"""

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from types import TracebackType
from typing import Any

NAME = "invoice_graph"
OPERATION = "GraphQL Operation"
"""The name of an operation whose type is not known."""

METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})
OTHER = "_OTHER"
"""A method of a client's own invention."""

Attributes = Mapping[str, str | int]


class Silence:
    """No span: what is told of it is heard by nobody."""

    is_recording = False

    def __enter__(self) -> "Silence":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def tell(self, attributes: Attributes, name: str | None = None, failure: str | None = None) -> None:
        """Adds attributes, gives the span another name, says what failed."""


class Span(Silence):
    """A span for the length of a block."""

    def __init__(self, trace: Any, manager: AbstractContextManager[Any]) -> None:
        self._trace = trace
        self._manager = manager
        self._span: Any = None

    def __enter__(self) -> "Span":
        self._span = self._manager.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self.tell({}, failure=kind.__name__)
        self._manager.__exit__(kind, error, at)

    @property
    def is_recording(self) -> bool:  # type: ignore[override]
        """Whether anybody hears what is told."""
        return bool(self._span.is_recording())

    def tell(self, attributes: Attributes, name: str | None = None, failure: str | None = None) -> None:
        self._span.set_attributes(attributes)
        if name is not None:
            self._span.update_name(name)
        if failure is not None:
            self._span.set_attribute("error.type", failure)
            self._span.set_status(self._trace.StatusCode.ERROR)


SILENCE = Silence()


@dataclass(frozen=True, slots=True)
class _Collecting:
    """OpenTelemetry's interface, and what makes our spans."""

    trace: Any
    propagate: Any
    tracer: Any

    def span(self, name: str, kind: str, attributes: Attributes, context: Any = None) -> Span:
        manager = self.tracer.start_as_current_span(
            name,
            context,
            getattr(self.trace.SpanKind, kind),
            attributes,
            record_exception=False,
            set_status_on_exception=False,
        )
        return Span(self.trace, manager)


_collecting: _Collecting | None = None


def start() -> None:
    """Makes spans from now on if a provider is set up in this process, as `opentelemetry-instrument` does."""
    # Nobody can have set one up who has not imported this; importing it here would take longer than it is worth.
    trace = sys.modules.get("opentelemetry.trace")
    if trace is not None and not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        collect(trace.get_tracer_provider())


def collect(provider: Any) -> None:
    """Makes spans from now on, with a provider; with None no more."""
    global _collecting
    if provider is None:
        _collecting = None
        return
    trace, propagate = import_module("opentelemetry.trace"), import_module("opentelemetry.propagate")
    _collecting = _Collecting(trace, propagate, provider.get_tracer(NAME))


def continued(headers: Mapping[str, str]) -> Any:
    """The trace that headers continue (W3C `traceparent`), unless a span around us has done so; None for none."""
    if _collecting is None or _collecting.trace.get_current_span().get_span_context().is_valid:
        return None
    return _collecting.propagate.extract(headers)


def request(method: str, route: str, headers: Mapping[str, str]) -> Silence:
    """The span of an HTTP request."""
    if _collecting is None:
        return SILENCE
    known = method if method in METHODS else OTHER
    attributes = {"http.request.method": known, "http.route": route, "url.path": route}
    name = f"{'HTTP' if known == OTHER else known} {route}"
    return _collecting.span(name, "SERVER", attributes, continued(headers))


def operation(trace: Any = None) -> Silence:
    """The span of a GraphQL operation; `trace` is what it continues where no request is around it."""
    return SILENCE if _collecting is None else _collecting.span(OPERATION, "SERVER", {}, trace)


def statement(system: str, sql: str) -> Silence:
    """The span of a statement, below another span; looks for work that find none leave none."""
    if _collecting is None or not _collecting.trace.get_current_span().is_recording():
        return SILENCE
    name = sql.lstrip("( \n").partition(" ")[0].upper()
    return _collecting.span(name, "CLIENT", {"db.system.name": system, "db.operation.name": name})


def job(name: str) -> Silence:
    """The span of a job that nobody waits for."""
    return SILENCE if _collecting is None else _collecting.span(name, "INTERNAL", {})
