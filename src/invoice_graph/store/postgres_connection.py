"""A connection to a PostgreSQL server, and what its driver's exceptions are to the rooms above."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from asyncpg import exceptions as pg
from sqlmodel import SQLModel

from invoice_graph import tracing
from invoice_graph.store.connection import (
    Connection,
    DatabaseUnavailable,
    InTheWay,
    Runnable,
    StatementTimeout,
    lock_timeout,
)
from invoice_graph.store.dialect import POSTGRES, Parameters, Spelling

READ_WHOLE = 'SELECT count(CAST(t AS TEXT)) FROM "{table}" AS t'
"""Reads every value of a table, and with it whatever is stored elsewhere because it is long."""

INVALID_INDEXES = """
    SELECT CAST(CAST(i.indexrelid AS regclass) AS TEXT) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE NOT (i.indisvalid AND i.indisready) AND c.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY 1
"""
UNPROVED_CONSTRAINTS = """
    SELECT c.conname || ' of ' || CAST(c.conrelid AS regclass) FROM pg_constraint AS c
    WHERE NOT c.convalidated AND c.connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1
"""

CROSSED = (
    pg.SerializationError,
    pg.DeadlockDetectedError,
    # Somebody else inserted or deleted what this transaction had looked for in vain, or found.
    pg.UniqueViolationError,
    pg.ForeignKeyViolationError,
)
GONE = (
    pg.PostgresConnectionError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.CannotConnectNowError,
    pg.InsufficientResourcesError,
    pg.ReadOnlySQLTransactionError,
    pg.InterfaceError,
    OSError,
)
TOLD_OTHERWISE: Sequence[tuple[tuple[type[Exception], ...], Callable[[str], Exception]]] = (
    (CROSSED, InTheWay),
    ((pg.LockNotAvailableError,), lambda _text: lock_timeout()),
    ((pg.QueryCanceledError,), StatementTimeout),
    (GONE, DatabaseUnavailable),
)
"""What the rooms above know the driver's exceptions as; the first that fits."""

KNOWN: tuple[type[Exception], ...] = tuple(kind for kinds, _ in TOLD_OTHERWISE for kind in kinds)


def translated(error: Exception) -> Exception:
    """The exception that stands for one of the `KNOWN`."""
    return next(make(str(error)) for kinds, make in TOLD_OTHERWISE if isinstance(error, kinds))


class PostgresConnection(Connection):
    """A connection to a server."""

    dialect = POSTGRES
    concurrent = True
    failures = (pg.PostgresError,)

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    @property
    def is_closed(self) -> bool:
        """Whether the server or the network ended it; the driver's pool has taken it back then."""
        try:
            return bool(self.driver.is_closed())
        except pg.InterfaceError:
            return True

    async def rows(self, statement: Runnable, parameters: Parameters | None = None) -> Sequence[Any]:
        try:
            spelling = Spelling(statement, {}) if isinstance(statement, str) else statement.spelled(POSTGRES)
            with tracing.statement(POSTGRES.name, spelling.sql):
                return await self.driver.fetch(spelling.sql, *spelling.values(parameters or {}))  # type: ignore[no-any-return]
        except KNOWN as error:
            raise translated(error) from error

    async def many(self, statement: Runnable, parameters: Iterable[Parameters]) -> None:
        assert not isinstance(statement, str)
        spelling = statement.spelled(POSTGRES)
        try:
            with tracing.statement(POSTGRES.name, spelling.sql):
                await self.driver.executemany(spelling.sql, [spelling.values(each) for each in parameters])
        except KNOWN as error:
            raise translated(error) from error

    async def damage(self) -> list[str]:
        found = [f"{name} is not valid; build it anew with REINDEX" for (name,) in await self.rows(INVALID_INDEXES)]
        found += [f"{name} was never validated" for (name,) in await self.rows(UNPROVED_CONSTRAINTS)]
        for table in SQLModel.metadata.sorted_tables:
            try:
                async with self.savepoint():
                    await self.rows(READ_WHOLE.format(table=table.name))
            except pg.PostgresError as error:
                found.append(f"rows of {table.name} can't be read: {error}")
        return found

    async def load(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        try:
            await self.driver.copy_records_to_table(table, columns=names, records=rows)
        except KNOWN as error:
            raise translated(error) from error
