"""SQLite: one writer at a time per process, a pool of readers, all on one file."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import aiosqlite
from sqlmodel import SQLModel

from invoice_graph import tracing
from invoice_graph.store.connection import (
    Connection,
    Database,
    DatabaseUnavailable,
    DatabaseUnusable,
    Runnable,
    lock_timeout,
)
from invoice_graph.store.dialect import SQLITE, Parameters, Spelling
from invoice_graph.store.group_commit import GroupCommit
from invoice_graph.store.revisions import Step
from invoice_graph.store.sqlite_tables import check_tables, prepare_tables
from invoice_graph.store.turns import Turn, Turns

BUSY_TIMEOUT = "PRAGMA busy_timeout = {busy_milliseconds}"
CONNECTION_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    BUSY_TIMEOUT,
    "PRAGMA mmap_size = 1073741824",
    "PRAGMA temp_store = MEMORY",
)
CACHE_SIZE = "PRAGMA cache_size = -2048"
"""Kilobytes of pages that were written; what is read is mapped. With eight times as much a server grew for ten minutes
and did no more. Has SQLite read the whole schema, as any statement about tables does."""

WRITE_AHEAD = "PRAGMA journal_mode = WAL"
SYNCHRONOUS = "PRAGMA synchronous = {synchronous}"
STARTING_MILLISECONDS = 60_000
"""How long a start waits for other processes that start; they may be making the tables."""
PAUSE_MILLISECONDS = 20

BEGIN_WRITE = "BEGIN IMMEDIATE"
QUERY_PLAN = "EXPLAIN QUERY PLAN "
FEWEST_READERS, MOST_USUAL_READERS = 2, 8
CHANGE_COUNTER = "PRAGMA data_version"
INTEGRITY_CHECK = "PRAGMA integrity_check"
PRIMARY_CODE = 0xFF
"""What of an error's code is its kind; the rest says more about it."""
OF_THE_DISK = frozenset((sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN))
"""Errors that are no fault of a statement, and may be over in a moment."""
LOCKED_MESSAGES = ("database is locked", "database table is locked")

T = TypeVar("T")

_log = logging.getLogger(__name__)


class SqliteConnection(Connection):
    """A connection to a file."""

    dialect = SQLITE
    concurrent = False
    failures = (sqlite3.DatabaseError, DatabaseUnavailable)

    def __init__(self, driver: aiosqlite.Connection) -> None:
        self.driver = driver

    async def rows(self, statement: Runnable, parameters: Parameters | None = None) -> Sequence[Any]:
        sql, values = _spelled(statement, parameters)
        return await _asked(sql, self.driver.execute_fetchall(sql, values))  # type: ignore[arg-type]

    async def many(self, statement: Runnable, parameters: Iterable[Parameters]) -> None:
        sql, constants = _spelled(statement, None)
        values = (constants | each for each in parameters) if constants else parameters
        await _asked(sql, self.driver.executemany(sql, values))

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.driver.in_transaction

    async def damage(self) -> list[str]:
        try:
            return [text for (text,) in await self.rows(INTEGRITY_CHECK) if text != "ok"]
        except self.failures:
            # What is too damaged to be looked at as a whole names no place; its tables do.
            return [text for table in SQLModel.metadata.sorted_tables for text in await self._damage_of(table.name)]

    async def _damage_of(self, table: str) -> list[str]:
        try:
            found = [text for (text,) in await self.rows(f'{INTEGRITY_CHECK}("{table}")')]
        except self.failures as error:
            return [f"rows of {table} can't be read: {error}"]
        return [f"{table}: {text}" for text in found if text != "ok"]

    async def load(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        # Until the end of the transaction.
        await self.driver.execute_fetchall("PRAGMA defer_foreign_keys = ON")
        columns, values = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        await self.driver.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({values})', rows)


async def _asked(sql: str, answer: Awaitable[T]) -> T:
    """What the driver answers to a statement. Raises DatabaseUnavailable for an error that is the disk's."""
    try:
        with tracing.statement(SQLITE.name, sql):
            return await answer
    except sqlite3.OperationalError as error:
        # Errors that the driver itself finds have no code.
        if getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE in OF_THE_DISK:
            raise DatabaseUnavailable(str(error)) from error
        raise


def _spelled(statement: Runnable, parameters: Parameters | None) -> tuple[str, Parameters]:
    if isinstance(statement, str):
        return statement, parameters or {}
    spelling = statement.spelled(SQLITE)
    return spelling.sql, spelling.constants | parameters if parameters else spelling.constants


class InterruptedTurns(Turns[SqliteConnection]):
    """Connections for reading, on which a statement that nobody waits for any more is ended."""

    async def give_back(self, connection: SqliteConnection, failed: bool) -> None:
        if failed:
            await connection.driver.interrupt()
        await super().give_back(connection, failed)


class SqliteDatabase(Database):
    """A file that is open."""

    dialect = SQLITE

    def __init__(
        self,
        path: Path,
        writer: SqliteConnection,
        readers: list[SqliteConnection],
        watcher: SqliteConnection,
        patience: float,
    ) -> None:
        super().__init__()
        self.path = path
        self._writer = writer
        self._changes = GroupCommit(writer, self._begin, self.changed.set, patience)
        self._readers = readers
        self._turns = InterruptedTurns(list(readers), len(readers))
        self._watcher = watcher

    def reader(self) -> Turn[SqliteConnection]:
        return self._turns.turn()

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[SqliteConnection, None]:
        async with self.reader() as connection:
            await connection.rows("BEGIN")
            try:
                yield connection
            finally:
                await asyncio.shield(connection.rows("ROLLBACK"))

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqliteConnection, None]:
        async with self._changes.change() as connection:
            yield connection

    async def explain(self, spelling: Spelling, parameters: Parameters) -> list[str]:
        depths, lines = {0: 0}, []
        query = Spelling(QUERY_PLAN + spelling.sql, spelling.constants)
        for identity, parent, _, detail in await self.read(query, parameters):
            depths[identity] = depths.get(parent, 0) + 1
            lines.append("    " * (depths[identity] - 1) + detail)
        return lines

    async def watch(self, interval: float) -> None:
        seen: int | None = None
        while True:
            now = seen
            try:
                if seen is None or self.changed.awaited:
                    now = await self._change_counter()
            except (sqlite3.Error, DatabaseUnavailable):
                # Whoever waits for the file to be readable again is told when it is.
                seen = now = None
                _log.exception("Other processes' changes can't be seen; looking again in %g s", interval)
            if now != seen:
                seen = now
                self.changed.set()
            await asyncio.sleep(interval)

    async def close(self) -> None:
        await self._changes.close()
        # The writer last, since only it can bring the write-ahead log into the file.
        for connection in (*self._readers, self._watcher, self._writer):
            await connection.driver.close()

    async def _change_counter(self) -> int:
        """A number that changes when another process has written."""
        return int((await self._watcher.row(CHANGE_COUNTER))[0])

    async def _begin(self) -> None:
        try:
            await self._writer.rows(BEGIN_WRITE)
        except sqlite3.OperationalError as error:
            if str(error) not in LOCKED_MESSAGES:
                raise
            raise lock_timeout() from error


def usual_readers() -> int:
    """Connections for reading: one per processor. On two processors two answered 1.28 times as many requests for one
    invoice as four did, which waited for the interpreter; one answered 0.83 times as many."""
    return min(max(FEWEST_READERS, os.cpu_count() or 1), MOST_USUAL_READERS)


async def open_sqlite(
    path: Path, *, readers: int = 1, synchronous: str = "FULL", busy_milliseconds: int = 5000, migrate: bool = True
) -> SqliteDatabase:
    """Opens a file, and makes its tables when it is new; without `migrate` it has to be there and up to date.

    Raises DatabaseUnusable.
    """
    if not migrate:
        _must_exist(path)
    async with AsyncExitStack() as opened:
        try:
            _try_to_open(path, "rwc")
            return await _open(path, readers, synchronous, busy_milliseconds, migrate, opened)
        except (sqlite3.Error, DatabaseUnavailable, OSError) as error:
            raise _not_opened(path, error) from error


def _try_to_open(path: Path, mode: str) -> None:
    """Without aiosqlite, whose thread is left behind, and complains, where opening fails."""
    sqlite3.connect(_address(path, mode), uri=True).close()


def _not_opened(path: Path, error: Exception) -> DatabaseUnusable:
    if path.is_dir():
        return DatabaseUnusable(f"The database {path} is a directory; name a file in it.")
    return DatabaseUnusable(f"The database {path} can't be opened: {error}.")


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise DatabaseUnusable(f"The database {path} does not exist; make it with `invoice-graph migrate`.")


async def copy_file(path: Path, file: Path, busy_milliseconds: int = 5000) -> Step:
    """Copies a database that is in use to a new file, as of one moment and as it is; returns what would bring the copy
    to the newest revision. Raises DatabaseUnusable."""
    async with AsyncExitStack() as opened:
        try:
            _try_to_open(path, "ro")
            source = await _connect(path, "ro", busy_milliseconds, opened)
            step = await check_tables(source.rows, migrate=True)
        except (sqlite3.Error, DatabaseUnavailable) as error:
            raise _not_opened(path, error) from error
        if step is Step.CREATE:
            raise DatabaseUnusable(f"The database {path} is empty; name one that has something to copy.")
        try:
            _try_to_open(file, "rwc")
            async with aiosqlite.connect(file) as copy:
                await source.driver.backup(copy)
        except sqlite3.Error as error:
            raise DatabaseUnusable(f"The copy {file} can't be written: {error}.") from error
        return step


async def _open(
    path: Path, readers: int, synchronous: str, busy: int, migrate: bool, opened: AsyncExitStack
) -> SqliteDatabase:
    patience = max(busy, STARTING_MILLISECONDS)
    writer = await _connect(path, "rwc", patience, opened)
    # Before anything is changed: a file of somebody else is left as it is.
    await check_tables(writer.rows, migrate)
    await _write_ahead(writer, patience)
    await writer.rows(SYNCHRONOUS.format(synchronous=synchronous))
    await prepare_tables(writer.rows, path, migrate)
    await writer.rows(BUSY_TIMEOUT.format(busy_milliseconds=busy))
    watcher = await _connect(path, "ro", busy, opened)
    pool = [await _connect(path, "ro", busy, opened) for _ in range(readers)]
    # Not the watcher, which never asks for a row.
    for connection in (writer, *pool):
        await connection.rows(CACHE_SIZE)
    opened.pop_all()
    return SqliteDatabase(path, writer, pool, watcher, max(busy, 1) / 1000)


async def _write_ahead(writer: SqliteConnection, milliseconds: int) -> None:
    # SQLite, which waits for others elsewhere, gives up at once when two change the mode of a file together.
    for _ in range(milliseconds // PAUSE_MILLISECONDS):
        try:
            await writer.rows(WRITE_AHEAD)
            return
        except sqlite3.OperationalError as error:
            if str(error) not in LOCKED_MESSAGES:
                raise
        await asyncio.sleep(PAUSE_MILLISECONDS / 1000)
    await writer.rows(WRITE_AHEAD)


async def _connect(path: Path, mode: str, busy: int, opened: AsyncExitStack) -> SqliteConnection:
    driver = await aiosqlite.connect(_address(path, mode), uri=True, isolation_level=None, cached_statements=512)
    opened.push_async_callback(driver.close)
    for setting in CONNECTION_SETTINGS:
        await driver.execute_fetchall(setting.format(busy_milliseconds=busy))
    return SqliteConnection(driver)


def _address(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"
