"""PostgreSQL: a pool of readers, a pool of writers, and one connection that hears of others' changes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
from asyncpg import exceptions as pg

from invoice_graph.store import addresses
from invoice_graph.store.connection import Database, DatabaseUnavailable, DatabaseUnusable, Runnable, one_line
from invoice_graph.store.dialect import POSTGRES, Parameters, Spelling
from invoice_graph.store.postgres_connection import GONE, KNOWN, PostgresConnection, translated
from invoice_graph.store.postgres_tables import prepare_tables
from invoice_graph.store.turns import Turn, Turns

CHANNEL = "invoice_graph"
"""What processes tell each other on: that there is something new, never what."""

POLL_SECONDS = 1.0
"""How long a wake-up that got lost can go unnoticed."""

RECONNECT_SECONDS = 0.5
CONNECT_SECONDS = 10.0
CONNECT_AGAIN_SECONDS = 0.2
KEPT_STATEMENTS = 1024
USUAL_READERS = 4
"""Connections for reading: enough that the process finds work while the server does some."""

SNAPSHOT = "SELECT pg_current_snapshot()::text"

_log = logging.getLogger(__name__)
T = TypeVar("T")

UNANSWERED = (
    pg.PostgresConnectionError,
    pg.CannotConnectNowError,
    pg.InsufficientResourcesError,
    pg.AdminShutdownError,
    OSError,
)
"""What happens to who connects while a server is not there, starts, or has no connection to spare."""

WAYS_OUT = (
    (pg.InvalidCatalogNameError, "create it, as with `createdb NAME`"),
    (pg.InvalidAuthorizationSpecificationError, "name a role and its password: postgresql+asyncpg://ROLE:PASSWORD@..."),
    (UNANSWERED, "start its server, or have it waited for with INVOICE_GRAPH_DATABASE_WAIT=SECONDS"),
    (ValueError, "write it as postgresql+asyncpg://ROLE@HOST:PORT/NAME"),
)


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """How connections are made and how long they wait, in milliseconds."""

    readers: int = USUAL_READERS
    writers: int = 8
    busy_milliseconds: int = 5000
    statement_milliseconds: int = 30_000


class PooledTurns(Turns[PostgresConnection]):
    """The connections of a driver's pool, kept between turns: the pool's own bookkeeping takes a third of the time of
    a short statement. It makes them, and gets those back whose holder failed: who was cancelled has left a statement
    behind that has to end first."""

    def __init__(self, pool: Any, most: int, patience: float) -> None:
        super().__init__([], most)
        self._pool = pool
        self._patience = patience
        self._is_closing = False

    async def take(self) -> PostgresConnection:
        """A connection; raises DatabaseUnavailable."""
        await self._wait_for_turn()
        try:
            return await self._open()
        except BaseException:
            self._free.release()
            raise

    async def give_back(self, connection: PostgresConnection, failed: bool) -> None:
        try:
            if failed or self._is_closing:
                await self._discard(connection)
            else:
                self._idle.append(connection)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Closes every connection, when nobody holds one any more."""
        self._is_closing = True
        while self._idle:
            await self._discard(self._idle.pop())
        await self._pool.close()

    async def _wait_for_turn(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise DatabaseUnavailable("every connection is in use") from error

    async def _open(self) -> PostgresConnection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed:
                return connection
            await self._discard(connection)
        try:
            return PostgresConnection(await self._pool.acquire(timeout=self._patience))
        except TimeoutError as error:
            raise DatabaseUnavailable("no connection was made in time") from error
        except KNOWN as error:
            raise translated(error) from error

    async def _discard(self, connection: PostgresConnection) -> None:
        with suppress(*GONE):
            # Shielded by the pool itself.
            await self._pool.release(connection.driver)


class PostgresDatabase(Database):
    """A database of a server, with pools of connections to it."""

    dialect = POSTGRES

    def __init__(self, address: str, readers: Any, writers: Any, settings: PostgresSettings) -> None:
        super().__init__()
        self._address = address
        patience = max(settings.busy_milliseconds, 1) / 1000
        self._readers = PooledTurns(readers, settings.readers, patience)
        self._writers = PooledTurns(writers, settings.writers, patience)
        self._news = asyncio.Event()
        self._untold = False

    def reader(self) -> Turn[PostgresConnection]:
        return self._readers.turn()

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[PostgresConnection, None]:
        async with self._readers.turn() as connection:
            try:
                # Who is cancelled while waiting for it does not know whether it went through.
                await connection.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
                yield connection
            finally:
                await asyncio.shield(_roll_back(connection))

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[PostgresConnection, None]:
        async with self._writers.turn() as connection:
            try:
                await connection.rows("BEGIN")
                yield connection
            except BaseException:
                await asyncio.shield(_roll_back(connection))
                raise
            await asyncio.shield(self._commit(connection))

    async def read(self, statement: Runnable, parameters: Parameters | None = None) -> Sequence[Any]:
        try:
            return await super().read(statement, parameters)
        except DatabaseUnavailable:
            # The connection may have ended while nobody used it, as when the server was started anew.
            return await super().read(statement, parameters)

    async def explain(self, spelling: Spelling, parameters: Parameters) -> list[str]:
        query = Spelling("EXPLAIN " + spelling.sql, spelling.constants, spelling.order)
        return [str(line) for (line,) in await self.read(query, parameters)]

    async def analyze(self) -> None:
        async with self._writers.turn() as connection:
            await connection.rows("ANALYZE")

    async def watch(self, interval: float) -> None:
        while True:
            try:
                await self._listen(max(interval, POLL_SECONDS))
            except KNOWN as error:
                _log.warning("Other processes are not heard: %s; connecting again in %g s", error, RECONNECT_SECONDS)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def close(self) -> None:
        for turns in (self._readers, self._writers):
            await turns.close()

    async def _listen(self, interval: float) -> None:
        """Tells others of commits and hears of theirs, until the connection ends."""
        driver = await asyncpg.connect(self._address, timeout=CONNECT_SECONDS, server_settings=_NAME)
        try:
            driver.add_termination_listener(lambda _connection: self._news.set())
            await driver.add_listener(CHANNEL, self._hear)
            # Whatever was told before is looked for now.
            self.changed.set()
            seen = ""
            while not driver.is_closed():
                seen = await self._wait_for_news(driver, interval, seen)
        finally:
            driver.terminate()

    async def _wait_for_news(self, driver: Any, interval: float, seen: str) -> str:
        with suppress(TimeoutError):
            async with asyncio.timeout(interval):
                await self._news.wait()
        self._news.clear()
        if self._untold:
            self._untold = False
            await driver.execute(f"NOTIFY {CHANNEL}")
        elif self.changed.awaited:
            now = str(await driver.fetchval(SNAPSHOT))
            if now != seen:
                self.changed.set()
            return now
        return seen

    def _hear(self, driver: Any, sender: int, _channel: str, _payload: str) -> None:
        if sender != driver.get_server_pid():
            self.changed.set()

    async def _commit(self, connection: PostgresConnection) -> None:
        await connection.rows("COMMIT")
        self.changed.set()
        # Not part of the transaction: NOTIFY makes the commits of all processes wait for each other.
        self._untold = True
        self._news.set()


async def _roll_back(connection: PostgresConnection) -> None:
    with suppress(DatabaseUnavailable):
        await connection.rows("ROLLBACK")


async def _keep(_connection: Any) -> None:
    """Sessions hold nothing that has to be reset: every block ends its transaction."""


_NAME = {"application_name": "invoice-graph"}
_SESSION: Mapping[str, str] = {
    # Compiling a statement takes longer than running any of these.
    "jit": "off",
    "timezone": "UTC",
}
_SET = "SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS setting(name, value)"


async def open_postgres(
    url: str, settings: PostgresSettings, migrate: bool = True, wait: float = 0
) -> PostgresDatabase:
    """Connects to a database, for which a server that does not answer gets `wait` seconds, and makes its tables when
    it is empty; without `migrate` they have to be there and up to date. Raises DatabaseUnusable."""
    address = "postgresql://" + url.removeprefix(addresses.POSTGRES)
    async with AsyncExitStack() as opened:
        try:
            writers = await _answering(lambda: _pool(address, _writing(settings), settings.writers, opened), wait)
            async with writers.acquire() as driver:
                await prepare_tables(driver, address, migrate)
            readers = await _pool(address, _reading(settings), settings.readers, opened)
        except (pg.PostgresError, pg.InterfaceError, OSError, ValueError) as error:
            raise DatabaseUnusable(f"The database can't be used: {_told(error)}{_way_out(error)}.") from error
        opened.pop_all()
        return PostgresDatabase(address, readers, writers, settings)


async def _answering(connect: Callable[[], Awaitable[T]], wait: float) -> T:
    """What `connect` returns, once there is a server that answers."""
    loop = asyncio.get_running_loop()
    deadline, told = loop.time() + wait, False
    while True:
        try:
            return await connect()
        except UNANSWERED as error:
            if loop.time() >= deadline:
                raise
            if not told:
                _log.warning("The database does not answer: %s; waiting for it for %g s", one_line(error), wait)
                told = True
            await asyncio.sleep(min(CONNECT_AGAIN_SECONDS, deadline - loop.time()))


def _told(error: Exception) -> str:
    # What Python says of a part of the address names neither the address nor the part; the driver's own does.
    return "its address can't be read" if type(error) is ValueError else one_line(error)


def _way_out(error: Exception) -> str:
    return next((f"; {advice}" for kinds, advice in WAYS_OUT if isinstance(error, kinds)), "")


def _reading(settings: PostgresSettings) -> Mapping[str, str]:
    return {"default_transaction_read_only": "on", "statement_timeout": str(settings.statement_milliseconds)}


def _writing(settings: PostgresSettings) -> Mapping[str, str]:
    return {
        "lock_timeout": str(settings.busy_milliseconds),
        "statement_timeout": str(settings.statement_milliseconds),
    }


async def _pool(address: str, session: Mapping[str, str], most: int, opened: AsyncExitStack) -> Any:
    settings = {**_SESSION, **session}

    async def set_up(driver: Any) -> None:
        # By a statement: PgBouncer refuses most settings when a connection is made.
        await driver.execute(_SET, list(settings), list(settings.values()))

    pool = await asyncpg.create_pool(
        address,
        min_size=1,
        max_size=most,
        max_inactive_connection_lifetime=0,
        reset=_keep,
        server_settings=_NAME,
        init=set_up,
        statement_cache_size=KEPT_STATEMENTS,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
        timeout=CONNECT_SECONDS,
    )
    opened.push_async_callback(pool.close)
    return pool
