"""POST and GET /graphql: GraphQL over HTTP, and server-sent events (graphql-sse, distinct connections mode)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from invoice_graph import tracing
from invoice_graph.domain.access import Actor
from invoice_graph.server.admissions import Admissions
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
from invoice_graph.server.errors import UNAUTHENTICATED, error_object, failed_answer, failure
from invoice_graph.server.negotiation import (
    EVENT_STREAM,
    HTML,
    JSON,
    OFFERS,
    RESPONSE,
    Malformed,
    graphql_request,
    negotiate,
    parse_json,
)
from invoice_graph.server.protocol import abort
from invoice_graph.server.reading import (
    Fault,
    Headers,
    HttpSettings,
    headers_of,
    idempotency_key_of,
    query_parameters,
    read_body,
    request_id_of,
    require_json,
)
from invoice_graph.server.request_log import turned_away

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

REQUEST_ID = b"x-request-id"

# Headers that a status may not go without, unless the answer has its own. What GET may not run, POST may.
OWED_HEADERS: Mapping[int, Mapping[str, str]] = {401: {"www-authenticate": "Bearer"}, 405: {"allow": "POST"}}

PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


HEADERS: Mapping[str, Sequence[tuple[bytes, bytes]]] = {
    media_type: _encoded({**PRIVATE, "content-type": f"{media_type}; charset=utf-8"})
    for media_type in (JSON, RESPONSE, EVENT_STREAM)
}
"""What every answer of a media type is sent with."""

STREAM_HEADERS = [*HEADERS[EVENT_STREAM], *_encoded({"x-accel-buffering": "no"})]
KEEP_ALIVE, COMPLETE = b":\n\n", b"event: complete\ndata:\n\n"


def _unauthenticated(refusal: Unauthenticated) -> Fault:
    return Fault(401, str(refusal), UNAUTHENTICATED)


class TooSlow(Exception):
    """A client that does not read what it asked for."""


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
        admissions: Admissions | None = None,
    ) -> None:
        self.engine = engine
        self.authenticator = authenticator
        self.page = page
        self.settings = settings or HttpSettings()
        self.admissions = Admissions() if admissions is None else admissions
        self._stopping = asyncio.Event()

    def shutdown(self) -> None:
        """Ends the event streams, without `complete`: clients reconnect elsewhere and resume."""
        self._stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        try:
            with tracing.request(scope["method"], scope["path"], headers) as span:
                response = await self._respond(scope, receive, headers)
                status = response.status_code
                span.tell({"http.response.status_code": status}, failure=str(status) if status >= 500 else None)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, headers: Headers) -> "Response | Reply | EventStream":
        media_type, request_id = JSON, request_id_of(headers)
        try:
            media_type = self._media_type(scope["method"], headers)
            if media_type == HTML and self.page is not None:
                return _named(self.page(Request(scope, receive)), request_id)
            return await self._execute(scope, receive, headers, media_type, request_id)
        except ClientDisconnect:
            raise
        except Malformed as malformed:
            answer = self._refused(Fault(400, str(malformed)), request_id)
        except Fault as fault:
            answer = self._refused(fault, request_id)
        except Unauthenticated as refusal:
            answer = _unauthenticated(refusal).answer
        except Exception as error:
            answer = failed_answer(error, request_id)
        return Reply(answer, media_type, answer.status, request_id)

    def _refused(self, fault: Fault, request_id: str) -> Answer:
        turned_away(fault.code, fault.status, request_id, self.settings.log_operations)
        return fault.answer

    def _media_type(self, method: str, headers: Headers) -> str:
        if method not in ("GET", "POST"):
            raise Fault(405, f"Use {ALLOW}.", headers={"allow": ALLOW})
        offers = (*OFFERS, HTML) if self.page is not None and method == "GET" else OFFERS
        media_type = negotiate(headers.get("accept"), offers)
        if media_type is None:
            raise Fault(406, f"Accept one of {', '.join(offers)}.")
        return media_type

    async def _execute(
        self, scope: Scope, receive: Receive, headers: Headers, media_type: str, request_id: str
    ) -> "Reply | EventStream":
        method, streaming = scope["method"], media_type == EVENT_STREAM
        if method == "POST":
            require_json(headers)
        actor = await self._actor(headers)
        if method == "POST":
            parameters = parse_json(await read_body(receive, self.settings), "The body")
        else:
            parameters = query_parameters(scope["query_string"], self.settings)
        key, last = idempotency_key_of(headers), headers.get("last-event-id") or None
        graphql = graphql_request(parameters, key, last, request_id)
        outcome = await self.engine.run(graphql, actor, KINDS[method, streaming])
        if not isinstance(outcome, Answer):
            return self._stream(outcome, actor, request_id)
        if streaming and outcome.data is not None:
            return self._stream(_one(outcome), actor, request_id)
        return Reply(outcome, media_type, _status(outcome, method, media_type), request_id)

    async def _actor(self, headers: Headers) -> Actor:
        try:
            return await self.authenticator.authenticate(headers.get("authorization"))
        except Unauthenticated as refusal:
            raise _unauthenticated(refusal) from None

    def _stream(self, answers: AsyncGenerator[Answer, None], actor: Actor, request_id: str) -> "EventStream":
        return EventStream(answers, self.settings, self._stopping, self.admissions.lasting(actor), request_id)


def _status(answer: Answer, method: str, media_type: str) -> int:
    if answer.status == 405 and method == "POST":
        return 406  # POST is allowed, but this representation cannot carry a subscription.
    if media_type == JSON and answer.status not in LEGACY_STATUSES and answer.status < 500:
        return 200
    return answer.status


class Reply:
    """One answer as the whole response."""

    def __init__(self, answer: Answer, media_type: str, status: int, request_id: str) -> None:
        self._body = answer.body
        self.status_code = status
        usual = HEADERS[JSON if media_type in (JSON, HTML) else RESPONSE]
        own = {**OWED_HEADERS.get(status, {}), **answer.headers}
        length = (b"content-length", str(len(self._body)).encode())
        self._headers = [*usual, length, (REQUEST_ID, request_id.encode()), *_encoded(own)]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def _named(page: Response, request_id: str) -> Response:
    page.raw_headers.append((REQUEST_ID, request_id.encode()))
    return page


class EventStream:
    """One operation's results as server-sent events; lines end in LF, results carry their cursor as `id`."""

    status_code = 200

    def __init__(
        self,
        answers: AsyncGenerator[Answer, None],
        settings: HttpSettings,
        stopping: asyncio.Event,
        lasting: AbstractAsyncContextManager[None],
        request_id: str,
    ) -> None:
        self._answers = answers
        self._settings = settings
        self._stopping = stopping
        self._lasting = lasting
        self._request_id = request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._answers):
            try:
                headers = [*STREAM_HEADERS, (REQUEST_ID, self._request_id.encode())]
                await self._send(send, {"type": "http.response.start", "status": self.status_code, "headers": headers})
                await _first(self._results(send), self._keep_alive(send), _disconnected(receive))
                await self._write(send, b"", more=False)
            except TooSlow:
                if abort(scope):
                    await _disconnected(receive)

    async def _results(self, send: Send) -> None:
        await self._write(send, KEEP_ALIVE)  # Opens the stream for clients and proxies that wait for a first byte.
        try:
            async with self._lasting:
                async for answer in self._answers:
                    await self._write(send, _event(answer))
        except TooSlow:
            raise
        except Unauthenticated as refusal:
            await self._write(send, _event(Answer(None, (error_object(str(refusal), UNAUTHENTICATED),))))
        except Exception as error:
            await self._write(send, _event(Answer(None, (failure(error, self._request_id),))))
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
