"""Drafts that are finalized: by the gateway, and by the statements that the gateway was seen to run."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiosqlite
import asyncpg
import orjson

from bench.dataset import ACCOUNT
from bench.drafts import WentWrong
from bench.operations import Operation
from bench.servers import address
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.connection import Connection, Database, Runnable
from invoice_graph.store.dialect import POSTGRES, Parameters, Spelling
from invoice_graph.store.group_commit import GroupCommit
from invoice_graph.store.sqlite import CACHE_SIZE, CONNECTION_SETTINGS, SYNCHRONOUS, WRITE_AHEAD, SqliteConnection

CLIENTS = 8

FINALIZE = Operation(
    name="finalize",
    title="invoiceFinalize of drafts of 10 lines",
    query="""
mutation Finalize($input: InvoiceFinalizeInput!) {
  invoiceFinalize(input: $input) { invoice { id number status total amountDue } userErrors { message } }
}
""".strip(),
    variables={},
)

DRAFTS = f"""
SELECT id FROM invoice WHERE account_id = '{ACCOUNT}' AND status = 'DRAFT' AND due_at IS NULL ORDER BY id
""".strip()

Finalize = Callable[[str], Awaitable[None]]
"""Finalizes the draft of an id; raises WentWrong."""


def of_draft(id: str) -> Operation:
    """The operation for one draft."""
    return FINALIZE.about({"input": {"id": id}})


def require_done(id: str, body: bytes | None) -> None:
    """Raises WentWrong unless an answer says that the invoice is open, or paid as nothing was due."""
    answer = orjson.loads(body or b"{}")
    invoice = (answer.get("data", answer).get("invoiceFinalize") or {}).get("invoice")
    if invoice is None or invoice["status"] == "DRAFT":
        raise WentWrong(f"Finalizing {id} was answered with {body!r}.")


async def drafts_of(database: Database, count: int) -> list[str]:
    """Some drafts of the dataset that can be finalized at any time; raises WentWrong when there are fewer."""
    found = [str(id) for (id,) in await database.read(f"{DRAFTS} LIMIT {count}")]
    if len(found) < count:
        raise WentWrong(f"The dataset has {len(found)} drafts and {count} are needed; measure fewer rounds.")
    return found


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement and the values it ran with, as the driver takes them: one set, or many."""

    sql: str
    values: Any
    many: bool = False


Transaction = tuple[Ran, ...]


class _RecordingConnection(Connection):
    """Runs statements on another connection and writes them down."""

    def __init__(self, inner: Connection, ran: list[Ran]) -> None:
        self.dialect, self.concurrent = inner.dialect, inner.concurrent  # type: ignore[misc]
        self._inner = inner
        self._ran = ran

    async def rows(self, statement: Runnable, parameters: Parameters | None = None) -> Sequence[Any]:
        spelling = Spelling(statement, {}) if isinstance(statement, str) else statement.spelled(self.dialect)
        self._ran.append(Ran(spelling.sql, self._values(spelling, parameters or {})))
        return await self._inner.rows(statement, parameters)

    async def many(self, statement: Runnable, parameters: Iterable[Parameters]) -> None:
        assert not isinstance(statement, str)
        spelling, given = statement.spelled(self.dialect), list(parameters)
        self._ran.append(Ran(spelling.sql, [self._values(spelling, each) for each in given], many=True))
        await self._inner.many(statement, given)

    async def damage(self) -> list[str]:
        return await self._inner.damage()

    async def load(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        raise NotImplementedError("No single invoice is written in bulk.")

    def _values(self, spelling: Spelling, parameters: Parameters) -> Any:
        by_place = self.dialect.name == POSTGRES.name
        return spelling.values(parameters) if by_place else spelling.constants | parameters


class _RecordingDatabase(Database):
    """A database of which every transaction is written down."""

    def __init__(self, inner: Database) -> None:
        super().__init__()
        self.dialect = inner.dialect  # type: ignore[misc]
        self._inner = inner
        self.transactions: list[Transaction] = []

    def reader(self) -> AbstractAsyncContextManager[Connection]:
        return self._inner.reader()

    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        return self._inner.snapshot()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection, None]:
        ran: list[Ran] = []
        async with self._inner.transaction() as connection:
            yield _RecordingConnection(connection, ran)
        self.transactions.append(tuple(ran))

    async def explain(self, spelling: Spelling, parameters: Parameters) -> list[str]:
        return await self._inner.explain(spelling, parameters)

    async def watch(self, interval: float) -> None:
        await self._inner.watch(interval)

    async def close(self) -> None:
        await self._inner.close()


async def recorded(url: str, count: int) -> dict[str, Transaction]:
    """What the gateway runs to finalize each of some drafts, which it does, one after another."""
    async with open_gateway(Settings(database=url)) as gateway:
        recording = _RecordingDatabase(gateway.services.database)
        services = replace(gateway.services, database=recording)
        engine = GatewayEngine(services, gateway.planner)
        seen = {}
        for id in await drafts_of(recording, count):
            await _through(engine, id)
            (seen[id],) = recording.transactions
            recording.transactions.clear()
        return seen


@asynccontextmanager
async def by_engine(url: str) -> AsyncGenerator[Finalize, None]:
    """The gateway without HTTP."""
    async with open_gateway(Settings(database=url)) as gateway:

        async def finalize(id: str) -> None:
            await _through(gateway.engine, id)

        yield finalize


async def _through(engine: GatewayEngine, id: str) -> None:
    operation = of_draft(id)
    answer = await engine.run(GraphQLRequest(operation.query, None, operation.variables), Actor(ACCOUNT))
    assert isinstance(answer, Answer)
    require_done(id, answer.body)


def by_hand(url: str, seen: dict[str, Transaction]) -> AbstractAsyncContextManager[Finalize]:
    """The same statements with the same values, run with nothing around them."""
    return _on_postgres(address(url), seen) if url.startswith("postgres") else _on_sqlite(address(url), seen)


@asynccontextmanager
async def _on_postgres(database: str, seen: dict[str, Transaction]) -> AsyncGenerator[Finalize, None]:
    """Through a connection for each client."""
    idle: asyncio.LifoQueue[Any] = asyncio.LifoQueue()

    async def finalize(id: str) -> None:
        connection = await idle.get()
        await connection.execute("BEGIN")
        for ran in seen[id]:
            if ran.many:
                await connection.executemany(ran.sql, ran.values)
            else:
                await connection.fetch(ran.sql, *ran.values)
        await connection.execute("COMMIT")
        idle.put_nowait(connection)

    session = {"jit": "off", "timezone": "UTC"}
    # As the gateway keeps them: every statement, however long.
    kept = {"statement_cache_size": 1024, "max_cached_statement_lifetime": 0, "max_cacheable_statement_size": 0}
    async with AsyncExitStack() as opened:
        for _ in range(CLIENTS):
            connection = await asyncpg.connect(database, server_settings=session, **kept)
            opened.push_async_callback(connection.close)
            idle.put_nowait(connection)
        yield finalize


@asynccontextmanager
async def _on_sqlite(file: str, seen: dict[str, Transaction]) -> AsyncGenerator[Finalize, None]:
    """Through one connection, as there is one writer at a time, set up as the gateway's is, with its group commit."""
    async with aiosqlite.connect(file, isolation_level=None, cached_statements=512) as connection:
        for setting in (*CONNECTION_SETTINGS, CACHE_SIZE, WRITE_AHEAD, SYNCHRONOUS):
            await connection.execute_fetchall(setting.format(busy_milliseconds=5000, synchronous="FULL"))

        async def begin() -> None:
            await connection.execute_fetchall("BEGIN IMMEDIATE")

        changes = GroupCommit(SqliteConnection(connection), begin, lambda: None, patience=5.0)

        async def finalize(id: str) -> None:
            async with changes.change():
                for ran in seen[id]:
                    await (connection.executemany if ran.many else connection.execute_fetchall)(ran.sql, ran.values)

        yield finalize
        await changes.close()


@asynccontextmanager
async def by_http(port: int, authorization: str) -> AsyncGenerator[Finalize, None]:
    """The gateway over HTTP, on a connection for each client."""
    idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.LifoQueue()

    async def finalize(id: str) -> None:
        reader, writer = await idle.get()
        if reader.at_eof():
            # The server ends connections that were idle while others had their turn.
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = of_draft(id).body
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: "
            + b"%b\r\nContent-Length: %d\r\n\r\n%b" % (authorization.encode(), len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        idle.put_nowait((reader, writer))
        require_done(id, answer)

    for _ in range(CLIENTS):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    try:
        yield finalize
    finally:
        while not idle.empty():
            idle.get_nowait()[1].close()


async def timed(finalize: Finalize, ids: Iterable[str]) -> dict[str, float | None]:
    """How fast clients finalize drafts, each its next one when it has done one."""
    waiting, latencies = deque(ids), []

    async def client() -> None:
        while waiting:
            id = waiting.popleft()
            started = time.perf_counter()
            await finalize(id)
            latencies.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    spent = time.perf_counter() - started
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    return {"per_second": len(latencies) / spent, "p50_ms": p50, "p99_ms": p99}
