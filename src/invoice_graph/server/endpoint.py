"""POST and GET /graphql: GraphQL over HTTP, and server-sent events (graphql-sse, distinct connections mode)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from invoice_graph.server.engine_protocol import (
    ALL_KINDS,
    MUTATION,
    QUERY,
    SUBSCRIPTION,
    Answer,
    Authenticator,
    Engine,
    Unauthenticated,
)
from invoice_graph.server.errors import error_object, masked_error
from invoice_graph.server.negotiation import (
    EVENT_STREAM,
    HTML,
    JSON,
    OFFERS,
    PARAMETERS,
    RESPONSE,
    Malformed,
    graphql_request,
    is_json,
    negotiate,
    parse_json,
)

ALLOW = "GET, POST"

# What may run, by method and by whether the answer is an event stream. GET changes nothing, so no link can.
KINDS: Mapping[tuple[str, bool], frozenset[str]] = {
    ("GET", False): frozenset({QUERY}),
    ("GET", True): frozenset({QUERY, SUBSCRIPTION}),
    ("POST", False): frozenset({QUERY, MUTATION}),
    ("POST", True): ALL_KINDS,
}

# Under application/json a well-formed request is answered with 200, but for what intermediaries and
# retrying clients act upon; 5xx is never hidden either.
LEGACY_STATUSES = frozenset({401, 405, 406, 413, 415, 429})

# A body this many times too large is no longer read to its end: the connection is closed instead.
DISCARD_FACTOR = 5

MAX_IDEMPOTENCY_KEY_LENGTH = 255

# Headers that a status may not go without, unless the answer has its own. What GET may not run, POST may.
OWED_HEADERS: Mapping[int, Mapping[str, str]] = {401: {"www-authenticate": "Bearer"}, 405: {"allow": "POST"}}

PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
STREAM_HEADERS = {**PRIVATE, "content-type": f"{EVENT_STREAM}; charset=utf-8", "x-accel-buffering": "no"}
KEEP_ALIVE, COMPLETE = b":\n\n", b"event: complete\ndata:\n\n"

ABORT = "abort_connection"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Limits of one request; times in seconds."""

    max_body_bytes: int = 1_000_000
    body_timeout: float = 30.0
    keep_alive_interval: float = 12.0
    send_timeout: float = 10.0


@dataclass(eq=False)
class Fault(Exception):
    """A request that the transport itself refuses."""

    status: int
    message: str
    code: str = "BAD_USER_INPUT"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        return Answer(None, (error_object(self.message, self.code),), self.status, self.headers)


class TooSlow(Exception):
    """A client that does not read what it asked for."""


class Abortable(asyncio.Protocol):
    """Lends the application, in the scope's state, a way to drop a connection whose client does not read.

    Closing would wait until everything unread is delivered, that is for ever.
    """

    app_state: dict[str, Any]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.app_state = {**self.app_state, ABORT: cast(asyncio.WriteTransport, transport).abort}
        super().connection_made(transport)


class HttpProtocol(Abortable, HttpToolsProtocol):
    """uvicorn's HTTP protocol, abortable: `Config(http=HttpProtocol)`."""


def abort(scope: Scope) -> bool:
    """Drops the scope's connection, unread data included; False where the server does not lend the way."""
    abort_connection = scope.get("state", {}).get(ABORT)
    if abort_connection is None:
        return False
    abort_connection()
    return True


class GraphQLEndpoint:
    """The ASGI application behind `/graphql`.

    `page` answers browsers (`Accept: text/html`). Call `shutdown` before the server waits for
    open requests, or event streams keep it waiting.
    """

    def __init__(
        self,
        engine: Engine,
        authenticator: Authenticator,
        page: Callable[[Request], Response] | None = None,
        settings: HttpSettings | None = None,
    ) -> None:
        self.engine = engine
        self.authenticator = authenticator
        self.page = page
        self.settings = settings or HttpSettings()
        self._stopping = asyncio.Event()

    def shutdown(self) -> None:
        """Ends the event streams, without `complete`: clients reconnect elsewhere and resume."""
        self._stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._respond(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> ASGIApp:
        media_type = JSON
        try:
            media_type = self._media_type(request)
            if media_type == HTML and self.page is not None:
                return self.page(request)
            return await self._execute(request, media_type)
        except ClientDisconnect:
            raise
        except Fault as fault:
            answer = fault.answer
        except Malformed as malformed:
            answer = Fault(400, str(malformed)).answer
        except Unauthenticated as refusal:
            answer = Fault(401, str(refusal), "UNAUTHENTICATED").answer
        except Exception:
            answer = Answer(None, (masked_error(),), 500)
        return _response(answer, media_type, answer.status)

    def _media_type(self, request: Request) -> str:
        if request.method not in ("GET", "POST"):
            raise Fault(405, f"Use {ALLOW}.", headers={"allow": ALLOW})
        offers = (*OFFERS, HTML) if self.page is not None and request.method == "GET" else OFFERS
        media_type = negotiate(", ".join(request.headers.getlist("accept")), offers)
        if media_type is None:
            raise Fault(406, f"Accept one of {', '.join(offers)}.")
        return media_type

    async def _execute(self, request: Request, media_type: str) -> ASGIApp:
        if request.method == "POST":
            _require_json(request)
        actor = await self.authenticator.authenticate(request.headers.get("authorization"))
        if request.method == "POST":
            parameters = parse_json(await _body(request, self.settings), "The body")
        else:
            parameters = _query_parameters(request, self.settings)
        graphql = graphql_request(parameters, _idempotency_key(request), request.headers.get("last-event-id") or None)
        streaming = media_type == EVENT_STREAM
        outcome = await self.engine.run(graphql, actor, KINDS[request.method, streaming])
        if not isinstance(outcome, Answer):
            return EventStream(outcome, self.settings, self._stopping)
        if streaming and outcome.data is not None:
            return EventStream(_one(outcome), self.settings, self._stopping)
        return _response(outcome, media_type, _status(outcome, request.method, media_type))


def _status(answer: Answer, method: str, media_type: str) -> int:
    if answer.status == 405 and method == "POST":
        return 406  # POST is allowed, but this representation cannot carry a subscription.
    if media_type == JSON and answer.status not in LEGACY_STATUSES and answer.status < 500:
        return 200
    return answer.status


def _response(answer: Answer, media_type: str, status: int) -> Response:
    body_type = JSON if media_type in (JSON, HTML) else RESPONSE
    content_type = {"content-type": f"{body_type}; charset=utf-8"}
    headers = {**PRIVATE, **content_type, **OWED_HEADERS.get(status, {}), **answer.headers}
    return Response(answer.body, status, headers)


def _require_json(request: Request) -> None:
    """Also keeps forms out, which browsers send to other sites without asking."""
    if not is_json(request.headers.get("content-type")):
        raise Fault(415, f"Send {JSON} in UTF-8 as Content-Type.", headers={"accept-post": JSON})
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Fault(415, "Send the body without Content-Encoding.", headers={"accept-encoding": "identity"})


async def _body(request: Request, settings: HttpSettings) -> bytearray:
    """The body; one a little too large is read to its end, so that the client gets to read the refusal."""
    body, size, limit = bytearray(), 0, settings.max_body_bytes
    close = {"connection": "close"}
    try:
        async with asyncio.timeout(settings.body_timeout), aclosing(request.stream()) as stream:
            async for chunk in stream:
                size += len(chunk)
                if size <= limit:
                    body += chunk
                elif size > limit * DISCARD_FACTOR:
                    raise Fault(413, f"The body exceeds {limit} bytes.", headers=close)
    except TimeoutError:
        raise Fault(408, f"The body took longer than {settings.body_timeout:g} s.", headers=close) from None
    if size > limit:
        raise Fault(413, f"The body exceeds {limit} bytes.")
    return body


def _query_parameters(request: Request, settings: HttpSettings) -> dict[str, Any]:
    query_string: bytes = request.scope["query_string"]
    if len(query_string) > settings.max_body_bytes:
        raise Fault(414, f"The query string exceeds {settings.max_body_bytes} bytes.")
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise Malformed("The query string is not URL-encoded UTF-8 of at most 100 parameters.") from None
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name in parameters:
            raise Malformed(f"`{name}` is given twice.")
        if name in PARAMETERS and (value or name == "query"):
            parameters[name] = parse_json(value, f"`{name}`") if PARAMETERS[name][0] is dict else value
    return parameters


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY_LENGTH:
        raise Malformed(f"Idempotency-Key has 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} characters.")
    return key


class EventStream:
    """One operation's results as server-sent events; lines end in LF, results carry their cursor as `id`."""

    def __init__(self, answers: AsyncGenerator[Answer, None], settings: HttpSettings, stopping: asyncio.Event) -> None:
        self._answers = answers
        self._settings = settings
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.encode(), value.encode()) for name, value in STREAM_HEADERS.items()]
        async with aclosing(self._answers):
            try:
                await self._send(send, {"type": "http.response.start", "status": 200, "headers": headers})
                await _first(self._results(send), self._keep_alive(send), _disconnected(receive))
                await self._write(send, b"", more=False)
            except TooSlow:
                if abort(scope):
                    await _disconnected(receive)

    async def _results(self, send: Send) -> None:
        await self._write(send, KEEP_ALIVE)  # Opens the stream for clients and proxies that wait for a first byte.
        try:
            async for answer in self._answers:
                await self._write(send, _event(answer))
        except TooSlow:
            raise
        except Unauthenticated as refusal:
            await self._write(send, _event(Answer(None, (error_object(str(refusal), "UNAUTHENTICATED"),))))
        except Exception:
            await self._write(send, _event(Answer(None, (masked_error(),))))
        await self._write(send, COMPLETE)

    async def _keep_alive(self, send: Send) -> None:
        while True:
            try:
                async with asyncio.timeout(self._settings.keep_alive_interval):
                    await self._stopping.wait()
                    return
            except TimeoutError:
                await self._write(send, KEEP_ALIVE)

    async def _write(self, send: Send, chunk: bytes, more: bool = True) -> None:
        await self._send(send, {"type": "http.response.body", "body": chunk, "more_body": more})

    async def _send(self, send: Send, message: Message) -> None:
        try:
            async with asyncio.timeout(self._settings.send_timeout):
                await send(message)
        except TimeoutError:
            raise TooSlow from None


def _event(answer: Answer) -> bytes:
    identity = b"id: %s\n" % answer.cursor.encode() if answer.cursor is not None else b""
    # Line ends can only be white space between JSON tokens, but would end the field here.
    data = answer.body.replace(b"\r", b" ").replace(b"\n", b" ")
    return b"event: next\n%sdata: %s\n\n" % (identity, data)


async def _one(answer: Answer) -> AsyncGenerator[Answer, None]:
    yield answer


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Runs all until one ends, whose exception it raises; the others are cancelled, and have ended on return."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
