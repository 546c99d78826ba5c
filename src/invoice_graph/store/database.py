"""Connections: one writer at a time per process, a pool of readers, a signal after each commit."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite

from invoice_graph.domain.errors import ConflictRefusal, ErrorCode
from invoice_graph.store import dialect
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.signal import Signal
from invoice_graph.store.statistics import statistics_statements

SCHEME = "sqlite+aiosqlite:///"
SCHEMA_VERSION = 3


class DatabaseUnusable(Exception):
    """The database can't be opened; the text is one line for the operator."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection that is held by one task."""

    driver: aiosqlite.Connection

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Any]:
        """All rows of a statement."""
        return list(await self.driver.execute_fetchall(sql, parameters or {}))

    async def row(self, sql: str, parameters: Parameters | None = None) -> Any:
        """The first row of a statement, or None."""
        found = await self.rows(sql, parameters)
        return found[0] if found else None

    async def many(self, sql: str, parameters: Iterable[Parameters]) -> None:
        """One statement with many sets of parameters."""
        await self.driver.executemany(sql, parameters)

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        """Undoes what the block wrote when it raises; the transaction around it goes on."""
        await self.rows("SAVEPOINT block")
        try:
            yield
        except BaseException:
            await asyncio.shield(self.rows("ROLLBACK TO block"))
            raise
        await self.rows("RELEASE block")


class Database:
    """A database that is open. Made by `open_database`, closed by `close`."""

    def __init__(self, path: Path, writer: Connection, readers: list[Connection], watcher: Connection) -> None:
        self.path = path
        self.changed = Signal()
        self._writer = writer
        self._writing = asyncio.Lock()
        self._readers = readers
        self._idle: asyncio.Queue[Connection] = asyncio.LifoQueue()
        self._watcher = watcher
        for reader in readers:
            self._idle.put_nowait(reader)

    @asynccontextmanager
    async def reader(self) -> AsyncGenerator[Connection, None]:
        """A read-only connection for the length of the block."""
        connection = await self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put_nowait(connection)

    async def read(self, sql: str, parameters: Parameters | None = None) -> list[Any]:
        """All rows of one reading statement: one snapshot."""
        async with self.reader() as connection:
            return await connection.rows(sql, parameters)

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Connection, None]:
        """A read-only connection for the length of the block, on which all statements see one state."""
        async with self.reader() as connection:
            await connection.rows("BEGIN")
            try:
                yield connection
            finally:
                await asyncio.shield(connection.rows("ROLLBACK"))

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection, None]:
        """The writing connection inside a transaction: committed at the end of the block, rolled back
        when it raises. Raises ConflictRefusal LOCK_TIMEOUT when another process holds the lock too long."""
        async with self._writing:
            try:
                await self._begin()
                yield self._writer
            except BaseException:
                await asyncio.shield(self._roll_back())
                raise
            await asyncio.shield(self._commit())

    async def change_counter(self) -> int:
        """A number that changes when another process has written."""
        return int((await self._watcher.row(dialect.CHANGE_COUNTER))[0])

    async def close(self) -> None:
        """Closes every connection; the writer last, since only it can bring the write-ahead log into the file."""
        for connection in (*self._readers, self._watcher, self._writer):
            await connection.driver.close()

    async def _begin(self) -> None:
        try:
            await self._writer.rows(dialect.BEGIN_WRITE)
        except sqlite3.OperationalError as error:
            if str(error) not in dialect.LOCKED_MESSAGES:
                raise
            message = "Another process is writing; try again in a moment."
            raise ConflictRefusal(ErrorCode.LOCK_TIMEOUT, message) from error

    async def _roll_back(self) -> None:
        # Who was cancelled while waiting for BEGIN does not know whether it went through.
        with suppress(sqlite3.OperationalError):
            await self._writer.rows("ROLLBACK")

    async def _commit(self) -> None:
        try:
            await self._writer.rows("COMMIT")
        except BaseException:
            if self._writer.driver.in_transaction:
                await self._writer.rows("ROLLBACK")
            raise
        # Here and not after the caller's wait for it: a caller who is cancelled meanwhile has committed all the same.
        self.changed.set()


def database_path(url: str) -> Path:
    """The file that a URL names; DatabaseUnusable for any other kind."""
    if not url.startswith(SCHEME) or not url.removeprefix(SCHEME):
        raise DatabaseUnusable(f"{url!r} is no database URL of the form {SCHEME}FILE.")
    return Path(url.removeprefix(SCHEME))


async def open_database(
    url: str, *, readers: int = 4, synchronous: str = "FULL", busy_milliseconds: int = 5000
) -> Database:
    """Opens a database, and makes its tables when it is new. Raises DatabaseUnusable."""
    path = database_path(url)
    async with AsyncExitStack() as opened:
        try:
            # Tried once without aiosqlite, whose thread is left behind, and complains, where opening fails.
            sqlite3.connect(_address(path, "rwc"), uri=True).close()
            return await _open(path, readers, synchronous, busy_milliseconds, opened)
        except (sqlite3.Error, OSError) as error:
            raise DatabaseUnusable(f"The database {path} can't be opened: {error}.") from error


async def copy_database(database: Database, file: Path) -> None:
    """Copies a database that is in use to a new file, as of one moment. Raises DatabaseUnusable."""
    try:
        async with database.reader() as connection, aiosqlite.connect(file) as copy:
            await connection.driver.backup(copy)
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"The copy {file} can't be written: {error}.") from error


async def _open(path: Path, readers: int, synchronous: str, busy: int, opened: AsyncExitStack) -> Database:
    writer = await _connect(path, "rwc", busy, opened)
    for setting in dialect.WRITER_SETTINGS:
        await writer.rows(setting.format(synchronous=synchronous))
    await _create(writer)
    watcher = await _connect(path, "ro", busy, opened)
    pool = [await _connect(path, "ro", busy, opened) for _ in range(readers)]
    opened.pop_all()
    return Database(path, writer, pool, watcher)


async def _connect(path: Path, mode: str, busy: int, opened: AsyncExitStack) -> Connection:
    driver = await aiosqlite.connect(_address(path, mode), uri=True, isolation_level=None, cached_statements=512)
    opened.push_async_callback(driver.close)
    for setting in dialect.CONNECTION_SETTINGS:
        await driver.execute_fetchall(setting.format(busy_milliseconds=busy))
    return Connection(driver)


def _address(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


async def _create(writer: Connection) -> None:
    await writer.rows(dialect.BEGIN_WRITE)
    (version,) = await writer.row("PRAGMA user_version")
    if version > SCHEMA_VERSION:
        await writer.rows("ROLLBACK")
        raise DatabaseUnusable(f"The database has schema {version}, newer than this program's {SCHEMA_VERSION}.")
    if version < SCHEMA_VERSION:
        for statement in (*dialect.create_statements(), *statistics_statements()):
            await writer.rows(statement)
        await writer.rows(f"PRAGMA user_version = {SCHEMA_VERSION}")
    await writer.rows("COMMIT")
