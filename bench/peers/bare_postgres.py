"""The limit on PostgreSQL: the same handler on asyncpg, with the statement prepared on as many connections."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from starlette.applications import Starlette

from bench.operations import Operation
from bench.peers import ACCOUNT, DATABASE, ordered
from bench.peers.bare import CONNECTIONS, Answer, application, spell
from invoice_graph.store.dialect import POSTGRES

SESSION = {"jit": "off", "timezone": "UTC", "default_transaction_read_only": "on"}
"""Set up as the gateway's readers are."""


@asynccontextmanager
async def open_reader(address: str, operation: Operation, account_id: str) -> AsyncGenerator[Answer, None]:
    """How a database answers one operation."""
    spelled = await spell(operation, account_id, POSTGRES)
    idle: asyncio.LifoQueue[Any] = asyncio.LifoQueue()

    async def answer() -> bytes:
        prepared = await idle.get()
        try:
            found: str = await prepared.fetchval(*spelled.places)
        finally:
            idle.put_nowait(prepared)
        return spelled.body(found)

    async with AsyncExitStack() as opened:
        for _ in range(CONNECTIONS):
            connection = await asyncpg.connect(address, server_settings=SESSION)
            opened.push_async_callback(connection.close)
            idle.put_nowait(await connection.prepare(spelled.sql))
        yield answer


def create_app() -> Starlette:
    """The server."""
    return application(open_reader(os.environ[DATABASE], ordered(), os.environ[ACCOUNT]))
