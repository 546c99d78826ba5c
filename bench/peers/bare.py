"""The limit: a Starlette handler that runs the gateway's own SQL text through the driver and sends the bytes.

The statement and its values are made once, at start, so that nothing of GraphQL is left in a request.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite
from graphql import OperationDefinitionNode, get_variable_values, parse
from sqlalchemy import Dialect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.operations import Operation
from bench.peers import ACCOUNT, DATABASE, ordered
from invoice_graph.domain.clock import SystemClock
from invoice_graph.planner.execute import Viewer, fetch
from invoice_graph.schema.build import make_planner
from invoice_graph.store.dialect import SQLITE, Spelling

CONNECTIONS = 4
SETTINGS = ("PRAGMA cache_size = -16384", "PRAGMA mmap_size = 1073741824", "PRAGMA temp_store = MEMORY")
"""As many connections as the gateway reads with, set up alike."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """What the planner makes of an operation."""

    key: str
    sql: str
    parameters: dict[str, Any]
    places: list[Any]
    """The parameters in the order of their places, where the database knows them by place."""

    def body(self, found: str | bytes) -> bytes:
        """The whole answer, from what the statement found."""
        return b'{"data":{"%b":%b}}' % (self.key.encode(), found if isinstance(found, bytes) else found.encode())


async def spell(operation: Operation, account_id: str, dialect: Dialect = SQLITE) -> Spelled:
    """The statement of an operation with all of its values."""
    planner = make_planner(dialect)
    node = parse(operation.query).definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    variables = get_variable_values(planner.schema, node.variable_definitions or (), operation.variables)
    assert not isinstance(variables, list)
    (bound,) = planner.plan(operation.query, node, (), variables).bind(variables)
    ran: list[tuple[str, dict[str, Any], list[Any]]] = []

    async def record(spelling: Spelling, parameters: dict[str, Any]) -> list[Any]:
        ran.append((spelling.sql, spelling.constants | parameters, spelling.values(parameters)))
        return [("",)]

    await fetch(record, bound, Viewer(account_id, SystemClock(), ""))
    return Spelled(bound.statement.keys[0], *ran[0])


Answer = Callable[[], Awaitable[bytes]]


class Reader:
    """Answers one operation."""

    def __init__(self, spelled: Spelled, idle: "asyncio.LifoQueue[aiosqlite.Connection]") -> None:
        self._spelled = spelled
        self._idle = idle

    async def answer(self) -> bytes:
        """The whole body."""
        connection = await self._idle.get()
        try:
            rows = await connection.execute_fetchall(self._spelled.sql, self._spelled.parameters)
        finally:
            self._idle.put_nowait(connection)
        return self._spelled.body(next(iter(rows))[0])


@asynccontextmanager
async def open_reader(database: Path, operation: Operation, account_id: str) -> AsyncGenerator[Answer, None]:
    """How a database answers one operation."""
    idle: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
    async with AsyncExitStack() as opened:
        for _ in range(CONNECTIONS):
            connection = await opened.enter_async_context(aiosqlite.connect(f"file:{database}?mode=ro", uri=True))
            for setting in SETTINGS:
                await connection.execute_fetchall(setting)
            idle.put_nowait(connection)
        yield Reader(await spell(operation, account_id), idle).answer


def application(opened: AbstractAsyncContextManager[Answer]) -> Starlette:
    """A server that answers every request alike."""
    answers: list[Answer] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None, None]:
        async with opened as answer:
            answers.append(answer)
            yield

    async def graphql(_request: Request) -> Response:
        return Response(await answers[0](), media_type="application/json")

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=lifespan)


def create_app() -> Starlette:
    """The server."""
    return application(open_reader(Path(os.environ[DATABASE]), ordered(), os.environ[ACCOUNT]))
