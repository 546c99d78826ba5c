"""The limit: a Starlette handler that runs the gateway's own SQL text through aiosqlite and sends the bytes.

The statement and its values are made once, at start, so that nothing of GraphQL is left in a request.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite
from graphql import OperationDefinitionNode, get_variable_values, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.operations import OPERATIONS, Operation
from bench.peers import ACCOUNT, DATABASE, OPERATION
from invoice_graph.domain.clock import SystemClock
from invoice_graph.planner.execute import Viewer, fetch
from invoice_graph.schema.build import make_planner

CONNECTIONS = 4
SETTINGS = ("PRAGMA cache_size = -16384", "PRAGMA mmap_size = 1073741824", "PRAGMA temp_store = MEMORY")
"""As many connections as the gateway reads with, set up alike."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """What the planner makes of an operation."""

    key: str
    sql: str
    parameters: dict[str, Any]


async def spell(operation: Operation, account_id: str) -> Spelled:
    """The statement of an operation with all of its values."""
    planner = make_planner()
    node = parse(operation.query).definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    variables = get_variable_values(planner.schema, node.variable_definitions or (), operation.variables)
    assert not isinstance(variables, list)
    (bound,) = planner.plan(operation.query, node, (), variables).bind(variables)
    ran: list[tuple[str, dict[str, Any]]] = []

    async def record(sql: str, parameters: dict[str, Any]) -> list[Any]:
        ran.append((sql, parameters))
        return [("",)]

    await fetch(record, bound, Viewer(account_id, SystemClock(), ""))
    return Spelled(bound.statement.keys[0], *ran[0])


class Reader:
    """Answers one operation."""

    def __init__(self, spelled: Spelled, idle: "asyncio.LifoQueue[aiosqlite.Connection]") -> None:
        self._sql = spelled.sql
        self._parameters = spelled.parameters
        self._head = b'{"data":{"%b":' % spelled.key.encode()
        self._idle = idle

    async def answer(self) -> bytes:
        """The whole body."""
        connection = await self._idle.get()
        try:
            rows = await connection.execute_fetchall(self._sql, self._parameters)
        finally:
            self._idle.put_nowait(connection)
        found: str | bytes = next(iter(rows))[0]
        return self._head + (found if isinstance(found, bytes) else found.encode()) + b"}}"


@asynccontextmanager
async def open_reader(database: Path, operation: Operation, account_id: str) -> AsyncGenerator[Reader, None]:
    """A reader of a database, for one operation."""
    idle: asyncio.LifoQueue[aiosqlite.Connection] = asyncio.LifoQueue()
    async with AsyncExitStack() as opened:
        for _ in range(CONNECTIONS):
            connection = await opened.enter_async_context(aiosqlite.connect(f"file:{database}?mode=ro", uri=True))
            for setting in SETTINGS:
                await connection.execute_fetchall(setting)
            idle.put_nowait(connection)
        yield Reader(await spell(operation, account_id), idle)


def create_app() -> Starlette:
    """The server."""
    readers: list[Reader] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None, None]:
        operation = OPERATIONS[os.environ[OPERATION]]
        async with open_reader(Path(os.environ[DATABASE]), operation, os.environ[ACCOUNT]) as reader:
            readers.append(reader)
            yield

    async def graphql(_request: Request) -> Response:
        return Response(await readers[0].answer(), media_type="application/json")

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])], lifespan=lifespan)
