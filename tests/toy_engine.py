"""A gateway without a database: the real transports on a real port, in front of a few lines of graphql-core."""

import asyncio
import base64
import contextlib
import os
import socket
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson
import pytest
import uvicorn
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution import get_argument_values, get_variable_values
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute
from waiting import PATIENCE
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from invoice_graph.domain.access import Actor
from invoice_graph.server.endpoint import GraphQLEndpoint
from invoice_graph.server.engine_protocol import ALL_KINDS, Answer, GraphQLRequest, Offer, Unauthenticated
from invoice_graph.server.protocol import HttpProtocol, SocketProtocol
from invoice_graph.server.reading import HttpSettings
from invoice_graph.server.websocket import GraphQLSocket, SocketSettings

T = TypeVar("T")
PROTOCOL = "graphql-transport-ws"

SCHEMA = build_schema(
    """
    type Query { eventCursor: String!  echo(text: String): String  nap: String  broken: String! }
    type Mutation { customerCreate(input: CustomerCreateInput!): CustomerPayload! }
    type Subscription {
      events(after: String, first: Int): Event!
      flood: Event!
      failing: Event!
      expiring: Event!
    }
    input CustomerCreateInput { name: String  idempotencyKey: String }
    type CustomerPayload { replayed: Boolean!  customer: Customer }
    type Customer { id: ID! }
    type Event { cursor: String!  sequence: Int!  type: String!  padding: String! }
    """
)


class ToyAuthenticator:
    """Knows one key; lets clients without any in when `is_open`."""

    def __init__(self, is_open: bool = True) -> None:
        self.is_open = is_open

    async def authenticate(self, authorization: str | None) -> Actor:
        if authorization == "Bearer sk_test_demo" or (authorization is None and self.is_open):
            return Actor("acct_demo")
        if authorization == "Bearer bug":
            raise RuntimeError("SELECT secret FROM keys")
        raise Unauthenticated("Send a key as `Authorization: Bearer sk_...`.")


@dataclass
class ToyEngine:
    """Runs operations on a log of events that only customerCreate extends; three are there at first."""

    events: list[dict[str, Any]] = field(default_factory=lambda: [_event(sequence) for sequence in (1, 2, 3)])
    requests: list[GraphQLRequest] = field(default_factory=list)
    open_streams: int = 0
    _wakers: set[asyncio.Event] = field(default_factory=set)

    async def run(
        self,
        request: GraphQLRequest,
        actor: Actor,
        kinds: frozenset[str] = ALL_KINDS,
        offer: Offer | None = None,
    ) -> Answer | AsyncGenerator[Answer, None]:
        self.requests.append(request)
        if request.operation_name == "Crash":
            raise RuntimeError("SELECT secret FROM keys")
        try:
            document = parse(request.query or "")
        except GraphQLSyntaxError as error:
            return _refusal("GRAPHQL_PARSE_FAILED", error)
        if errors := validate(SCHEMA, document):
            return _refusal("GRAPHQL_VALIDATION_FAILED", *errors)
        operation = get_operation_ast(document, request.operation_name)
        if operation is None:
            return _refusal("BAD_USER_INPUT", GraphQLError("Which operation?"))
        if operation.operation.value not in kinds:
            return _refusal("BAD_USER_INPUT", GraphQLError("Not over this transport."), status=405)
        variables = get_variable_values(SCHEMA, operation.variable_definitions or (), dict(request.variables or {}))
        if isinstance(variables, list):
            return _refusal("BAD_USER_INPUT", *variables)
        if operation.operation.value == "subscription":
            return self._stream(request, document, operation, variables)
        return await self._execute(request, document, self)

    async def _execute(self, request: GraphQLRequest, document: Any, root: Any, cursor: str | None = None) -> Answer:
        outcome = execute(SCHEMA, document, root, None, dict(request.variables or {}), request.operation_name)
        result = await outcome if isinstance(outcome, Awaitable) else outcome
        errors = tuple(_formatted("INTERNAL_SERVER_ERROR", error) for error in result.errors or ())
        return Answer(orjson.dumps(result.data), errors, cursor=cursor)

    async def _stream(
        self, request: GraphQLRequest, document: Any, operation: OperationDefinitionNode, variables: Any
    ) -> AsyncGenerator[Answer, None]:
        node = operation.selection_set.selections[0]
        assert isinstance(node, FieldNode)
        name = node.name.value
        fields = SCHEMA.subscription_type.fields if SCHEMA.subscription_type else {}
        arguments = get_argument_values(fields[name], node, variables)
        after = int(request.last_event_id or arguments.get("after", len(self.events)))
        source = self._follow(after, arguments.get("first")) if name == "events" else SOURCES[name]()
        self.open_streams += 1
        try:
            async with contextlib.aclosing(source):
                async for event in source:
                    yield await self._execute(request, document, {name: event}, event["cursor"])
        finally:
            self.open_streams -= 1

    async def _follow(self, after: int, first: int | None) -> AsyncGenerator[dict[str, Any], None]:
        waker = asyncio.Event()
        self._wakers.add(waker)
        try:
            end = None if first is None else after + first
            while end is None or after < end:
                waker.clear()
                for event in self.events[after:end]:
                    yield event
                    after += 1
                if after != end:
                    await waker.wait()
        finally:
            self._wakers.discard(waker)

    def eventCursor(self, info: Any) -> str:
        return str(len(self.events))

    def echo(self, info: Any, text: str | None = None) -> str | None:
        return text

    async def nap(self, info: Any) -> str:
        await asyncio.sleep(0.3)
        return "rested"

    def broken(self, info: Any) -> str:
        raise ValueError("broken on purpose")

    def customerCreate(self, info: Any, input: dict[str, Any]) -> dict[str, Any]:
        self.events.append(_event(len(self.events) + 1))
        for waker in self._wakers:
            waker.set()
        return {"replayed": False, "customer": {"id": f"cus_{len(self.events)}"}}


async def _flood() -> AsyncGenerator[dict[str, Any], None]:
    while True:
        yield _event(1, "x" * 100_000)


async def _failing() -> AsyncGenerator[dict[str, Any], None]:
    yield _event(1)
    raise RuntimeError("SELECT secret FROM keys")


async def _expiring() -> AsyncGenerator[dict[str, Any], None]:
    yield _event(1)
    raise Unauthenticated("The token has expired.")


SOURCES = {"flood": _flood, "failing": _failing, "expiring": _expiring}


def _event(sequence: int, padding: str = "") -> dict[str, Any]:
    return {"cursor": str(sequence), "sequence": sequence, "type": "CUSTOMER_CREATED", "padding": padding}


def _formatted(code: str, error: GraphQLError) -> dict[str, Any]:
    return {**error.formatted, "extensions": {"code": code}}


def _refusal(code: str, *errors: GraphQLError, status: int = 400) -> Answer:
    return Answer(None, tuple(_formatted(code, error) for error in errors), status)


def page(request: Request) -> Response:
    return HTMLResponse("<title>GraphiQL</title>")


class Gateway(uvicorn.Server):
    """The toy behind the real transports."""

    def __init__(
        self,
        http: HttpSettings | None = None,
        sockets: SocketSettings | None = None,
        is_open: bool = True,
        loop: str = "asyncio",
        port: int = 0,
    ) -> None:
        self.engine = ToyEngine()
        authenticator = ToyAuthenticator(is_open)
        self.endpoint = GraphQLEndpoint(self.engine, authenticator, page, http)
        self.socket = GraphQLSocket(self.engine, authenticator, sockets)
        app = Starlette(routes=[Route("/graphql", self.endpoint), WebSocketRoute("/graphql", self.socket)])
        super().__init__(
            uvicorn.Config(
                app,
                http=HttpProtocol,
                ws=SocketProtocol,
                ws_max_size=1_000_000,
                ws_per_message_deflate=False,
                loop=loop,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        )
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/graphql"
        self.ws_url = f"ws://127.0.0.1:{self.port}/graphql"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_started = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._has_started.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.endpoint.shutdown()
        await self.socket.shutdown()
        await super().shutdown(sockets)

    def ask(self, question: Callable[[], T]) -> T:
        """What `question` answers inside the server's event loop."""

        async def answer() -> T:
            return question()

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(answer(), self._loop).result(timeout=PATIENCE)

    def reaches(self, condition: Callable[[], bool], within: float = PATIENCE) -> bool:
        """Whether `condition` becomes true inside the server's event loop within so many seconds."""

        async def watch() -> bool:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    while not condition():  # noqa: ASYNC110
                        await asyncio.sleep(0.005)
            return condition()

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(watch(), self._loop).result(timeout=within + PATIENCE)

    def task_count(self) -> int:
        """How many tasks the server's event loop has, this question's own not counted."""
        return self.ask(lambda: len(asyncio.all_tasks())) - 1

    @contextlib.contextmanager
    def running(self) -> Iterator["Gateway"]:
        thread = threading.Thread(target=self.run, kwargs={"sockets": [self.listener]})
        thread.start()
        try:
            assert self._has_started.wait(5)
            yield self
        finally:
            self.should_exit = True
            thread.join(15)
            self.listener.close()
            assert not thread.is_alive()


class Talk:
    """A client's end of one socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, kind: str, **members: Any) -> None:
        self.connection.send(orjson.dumps({"type": kind, **members}).decode())

    def subscribe(self, identity: str, query: str, **parameters: Any) -> None:
        self.say("subscribe", id=identity, payload={"query": query, **parameters})

    def hear(self) -> dict[str, Any]:
        text = self.connection.recv(timeout=PATIENCE)
        assert isinstance(text, str)
        message: dict[str, Any] = orjson.loads(text)
        return message

    def closing(self) -> tuple[int, str]:
        """The close code and reason; whatever comes before is skipped."""
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                self.connection.recv(timeout=PATIENCE)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason


def dial(gateway: Gateway, protocol: str | None = PROTOCOL, **options: Any) -> ClientConnection:
    """A socket opened by a real client; use it as a context manager."""
    protocols = None if protocol is None else [Subprotocol(protocol)]
    connection: ClientConnection = connect(
        gateway.ws_url, subprotocols=protocols, compression=None, close_timeout=1, **options
    )
    return connection


def raw_socket(port: int) -> socket.socket:
    """A shaken hand, connection_init sent, and a receive buffer too small to hide not reading."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(PATIENCE)
    raw.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    headers = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
    lines = ["GET /graphql HTTP/1.1", "Host: localhost", f"Sec-WebSocket-Protocol: {PROTOCOL}", *headers, "", ""]
    raw.sendall("\r\n".join(lines).encode())
    response = b""
    while not response.endswith(b"\r\n\r\n"):
        response += raw.recv(1)
    assert response.startswith(b"HTTP/1.1 101 ")
    raw.sendall(frame(b'{"type":"connection_init"}'))
    return raw


def frame(payload: bytes, opcode: int = 1) -> bytes:
    """A masked client frame; the mask is zero."""
    assert len(payload) < 126
    return bytes([0x80 | opcode, 0x80 | len(payload), 0, 0, 0, 0]) + payload
