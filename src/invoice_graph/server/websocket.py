"""WS /graphql: the graphql-transport-ws protocol."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from invoice_graph import tracing
from invoice_graph.domain.access import Actor
from invoice_graph.server.admissions import REVOKED, Admissions
from invoice_graph.server.engine_protocol import (
    Answer,
    AuthenticationUnavailable,
    Authenticator,
    Engine,
    GraphQLRequest,
    Offer,
    Unauthenticated,
    new_request_id,
)
from invoice_graph.server.errors import UNAUTHENTICATED, failure, masked_error, rate_limited
from invoice_graph.server.held import Held
from invoice_graph.server.limits import NoPlace, Places, payer
from invoice_graph.server.negotiation import Malformed, graphql_request, parse_json
from invoice_graph.server.origins import is_origin_allowed
from invoice_graph.server.protocol import FORGET, WRITE, abort
from invoice_graph.server.request_log import turned_away

SUBPROTOCOL = "graphql-transport-ws"

GOING_AWAY = 1001
TRY_AGAIN_LATER = 1013
BAD_REQUEST = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
SUBPROTOCOL_NOT_ACCEPTABLE = 4406
INITIALISATION_TIMEOUT = 4408
SUBSCRIBER_ALREADY_EXISTS = 4409
TOO_MANY_INITIALISATIONS = 4429
INTERNAL_SERVER_ERROR = 4500

MAX_REASON_BYTES = 123  # A control frame holds 125, two of them the code.
MAX_ID_LENGTH = 255


@dataclass(frozen=True, slots=True)
class SocketSettings:
    """Limits of one socket; times in seconds. With `log_operations` one that may not connect leaves a line.

    `allowed_origins` are those of browsers on other hosts (`https://app.example`, or `*` for all);
    pages of the own host and clients without an Origin may always connect.
    """

    init_timeout: float = 3.0
    send_timeout: float = 10.0
    close_timeout: float = 1.0
    drain_timeout: float = 5.0
    max_operations: int = 100
    max_sockets_per_key: int = 10_000
    allowed_origins: frozenset[str] = frozenset()
    log_operations: bool = False


@dataclass(eq=False)
class Close(Exception):
    """The socket has to be closed, with this code and reason."""

    code: int
    reason: str

    @property
    def fitting_reason(self) -> str:
        return self.reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


class GraphQLSocket:
    """The ASGI application behind WebSockets on `/graphql`; one Connection each."""

    def __init__(
        self,
        engine: Engine,
        authenticator: Authenticator,
        settings: SocketSettings | None = None,
        admissions: Admissions | None = None,
    ) -> None:
        self.engine = engine
        self.authenticator = authenticator
        self.settings = settings or SocketSettings()
        self.admissions = Admissions() if admissions is None else admissions
        self._connections: set[Connection] = set()
        self._places = Places(self.settings.max_sockets_per_key)
        self._is_stopping = False

    async def shutdown(self) -> None:
        """Ends subscriptions, lets queries and mutations finish, closes every socket with 1001.

        Call it before the server closes its connections, which it does with a code of its own.
        """
        self._is_stopping = True
        await asyncio.gather(*(connection.drain() for connection in self._connections))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        await websocket.receive()
        origin, host = websocket.headers.get("origin"), websocket.headers.get("host", "")
        if not is_origin_allowed(origin, host, self.settings.allowed_origins):
            await websocket.close()  # Before accepting: the handshake is answered with 403.
            return
        connection = Connection(self, websocket, self._places)
        if SUBPROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await connection.close(Close(SUBPROTOCOL_NOT_ACCEPTABLE, f"Subprotocol not acceptable: use {SUBPROTOCOL}"))
            return
        await websocket.accept(SUBPROTOCOL)
        if self._is_stopping:
            await connection.drain()
            return
        self._connections.add(connection)
        try:
            await connection.serve()
        finally:
            self._connections.discard(connection)


class Connection:
    """One socket: its actor, its operations, and the conversation. No task outlives `serve`."""

    def __init__(self, door: GraphQLSocket, websocket: WebSocket, places: Places) -> None:
        self._websocket = websocket
        self._places = places
        self._held: list[Held] = []
        self._admissions = door.admissions
        self._engine = door.engine
        self._authenticator = door.authenticator
        self._settings = door.settings
        self._deadline = asyncio.timeout(door.settings.init_timeout)
        self._actor: Actor | None = None
        self._trace: Any = None
        self._tasks = asyncio.TaskGroup()
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._streams: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def serve(self) -> None:
        """Speaks the protocol until either side closes."""
        closing: Close | None = None
        try:
            async with self._tasks:
                await self._converse()
        except* Close as group:
            closing = next(error for error in group.exceptions if isinstance(error, Close))
        except* WebSocketDisconnect:
            pass
        except* Exception:
            closing = Close(INTERNAL_SERVER_ERROR, masked_error(None, new_request_id())["message"])
        if closing is not None:
            await self.close(closing)

    async def drain(self) -> None:
        """Ends subscriptions, waits for other operations, closes with 1001."""
        for task in self._streams:
            task.cancel()
        if running := set(self._operations.values()) - self._streams:
            await asyncio.wait(running, timeout=self._settings.drain_timeout)
        await self.close(Close(GOING_AWAY, "Server shutting down, resume with after"))

    async def close(self, closing: Close) -> None:
        """Sends the close frame; whoever does not read it, or not answer, is dropped."""
        if self._is_closed:
            return
        self._is_closed = True
        scope = self._websocket.scope
        try:
            async with asyncio.timeout(self._settings.close_timeout):
                await self._websocket.close(closing.code, closing.fitting_reason)
        except TimeoutError:
            abort(scope)
        except (RuntimeError, WebSocketDisconnect):
            pass  # The client was faster.
        else:
            asyncio.get_running_loop().call_later(self._settings.send_timeout, abort, scope)

    async def _converse(self) -> None:
        try:
            async with self._deadline:
                while True:
                    await self._handle(await self._receive())
        except TimeoutError:
            if not self._deadline.expired():
                raise
            if self._actor is not None:
                raise Close(FORBIDDEN, f"Forbidden: {REVOKED}") from None
            raise Close(INITIALISATION_TIMEOUT, "Connection initialisation timeout") from None
        finally:
            for held in self._held:
                held.release()

    async def _receive(self) -> dict[str, Any]:
        frame = await self._websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1006))
        if frame.get("text") is None:
            raise Close(BAD_REQUEST, "Invalid message: binary frame")
        try:
            message = parse_json(frame["text"], "The message")
        except Malformed as malformed:
            raise Close(BAD_REQUEST, f"Invalid message: {malformed}") from None
        if not isinstance(message, dict):
            raise Close(BAD_REQUEST, "Invalid message: not a JSON object")
        return message

    async def _handle(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if not isinstance(kind, str) or kind not in self._HANDLERS:
            raise Close(BAD_REQUEST, f"Invalid message: `type` must be one of {', '.join(self._HANDLERS)}")
        await self._HANDLERS[kind](self, message)

    async def _connection_init(self, message: dict[str, Any]) -> None:
        authorization = _authorization(_payload(message), self._websocket.headers)
        if self._actor is not None:
            raise Close(TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
        try:
            self._actor = await self._authenticator.authenticate(authorization)
        except Unauthenticated as refusal:
            turned_away(UNAUTHENTICATED, FORBIDDEN, None, self._settings.log_operations)
            raise Close(FORBIDDEN, f"Forbidden: {refusal}") from None
        except AuthenticationUnavailable:
            raise Close(TRY_AGAIN_LATER, "The issuer of the token does not answer, try again") from None
        self._deadline.reschedule(None)
        self._take_place(self._actor)
        self._held.append(self._admissions.admit(self._actor, self._end))
        self._trace = tracing.continued(self._websocket.headers)
        if (forget := self._lent(FORGET)) is not None:
            forget()
        await self._send('{"type":"connection_ack"}')

    def _end(self) -> None:
        """Ends the conversation, as its time does."""
        self._deadline.reschedule(0)

    def _take_place(self, actor: Actor) -> None:
        try:
            self._held.append(self._places.take(payer(actor)))
        except NoPlace:
            most = f"{self._places.most:,}"
            raise Close(TRY_AGAIN_LATER, f"Too many sockets: this key has {most} open, close one first") from None

    async def _ping(self, message: dict[str, Any]) -> None:
        _payload(message)
        echo = {"payload": message["payload"]} if "payload" in message else {}
        await self._send(orjson.dumps({"type": "pong", **echo}).decode())

    async def _pong(self, message: dict[str, Any]) -> None:
        _payload(message)

    async def _subscribe(self, message: dict[str, Any]) -> None:
        identity = _id(message)
        try:
            request = graphql_request(message.get("payload"), trace=self._trace)
        except Malformed as malformed:
            raise Close(BAD_REQUEST, f"Invalid message: payload: {malformed}") from None
        if self._actor is None:
            raise Close(UNAUTHORIZED, "Unauthorized: send connection_init first")
        if identity in self._operations:
            raise Close(SUBSCRIBER_ALREADY_EXISTS, f"Subscriber for {identity} already exists")
        if len(self._operations) >= self._settings.max_operations:
            limit = f"One socket runs at most {self._settings.max_operations} operations at a time."
            await self._send_message(identity, "error", orjson.dumps(rate_limited(limit).errors))
            return
        operation = self._operate(identity, request, self._actor)
        self._operations[identity] = self._tasks.create_task(operation)

    async def _complete(self, message: dict[str, Any]) -> None:
        task = self._operations.pop(_id(message), None)
        if task is not None:
            task.cancel()

    _HANDLERS: ClassVar[Mapping[str, "Handler"]] = {
        "connection_init": _connection_init,
        "ping": _ping,
        "pong": _pong,
        "subscribe": _subscribe,
        "complete": _complete,
    }

    async def _operate(self, identity: str, request: GraphQLRequest, actor: Actor) -> None:
        try:
            errors = await self._run(identity, request, actor)
        except (Close, WebSocketDisconnect):
            raise
        except Unauthenticated as refusal:
            raise Close(FORBIDDEN, f"Forbidden: {refusal}") from None
        except Exception as error:
            errors = orjson.dumps([failure(error, request.request_id)])
        # Free before the last message is out: the client may use the id again as soon as it reads it.
        if self._operations.get(identity) is asyncio.current_task():
            del self._operations[identity]
            await self._send_message(identity, "complete" if errors is None else "error", errors)

    async def _run(self, identity: str, request: GraphQLRequest, actor: Actor) -> bytes | None:
        """Sends every result; the errors instead when the operation could not begin."""
        outcome = await self._engine.run(request, actor, offer=self._offer(identity))
        if isinstance(outcome, Answer):
            if outcome.data is None:
                return orjson.dumps(outcome.errors)
            await self._send_message(identity, "next", outcome.body)
            return None
        task = asyncio.current_task()
        assert task is not None
        self._streams.add(task)
        task.add_done_callback(self._streams.discard)
        async with aclosing(outcome):
            async for answer in outcome:
                await self._send_message(identity, "next", answer.body)
        return None

    def _offer(self, identity: str) -> Offer | None:
        """How answers are sent without waking the operation's task, where the server lends the way."""
        write = self._lent(WRITE)
        if write is None:
            return None
        task, begin = asyncio.current_task(), b'{"id":%b,"type":"next","payload":' % orjson.dumps(identity)
        return lambda answer: self._operations.get(identity) is task and write(begin + answer.body + b"}")

    def _lent(self, name: str) -> Any:
        return self._websocket.scope.get("state", {}).get(name)

    async def _send_message(self, identity: str, kind: str, payload: bytes | None) -> None:
        tail = "" if payload is None else f',"payload":{payload.decode()}'
        await self._send(f'{{"id":{orjson.dumps(identity).decode()},"type":"{kind}"{tail}}}')

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._settings.send_timeout):
                await self._websocket.send_text(text)
        except TimeoutError:
            raise Close(TRY_AGAIN_LATER, "Too slow, resume with after") from None
        except RuntimeError:
            raise WebSocketDisconnect(1006) from None  # Closed in the meantime.


Handler = Callable[[Connection, dict[str, Any]], Awaitable[None]]


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Close(BAD_REQUEST, "Invalid message: `payload` must be an object")
    return payload or {}


def _id(message: dict[str, Any]) -> str:
    identity = message.get("id")
    if not isinstance(identity, str) or not 1 <= len(identity) <= MAX_ID_LENGTH:
        raise Close(BAD_REQUEST, f"Invalid message: `id` must be a string of 1 to {MAX_ID_LENGTH} characters")
    return identity


def _authorization(payload: Mapping[str, Any], headers: Mapping[str, str]) -> str | None:
    given = next((value for name, value in payload.items() if name.lower() == "authorization"), None)
    if given is None:
        return headers.get("authorization")
    if not isinstance(given, str):
        raise Close(BAD_REQUEST, "Invalid message: `authorization` must be a string")
    return f"Bearer {given[7:] if given[:7].lower() == 'bearer ' else given}"
