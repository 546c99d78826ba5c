"""Much work as one transaction: all of it becomes true at once, or nothing of it does."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.dialect import Parameters, Spelling

__all__ = ["as_one"]


@asynccontextmanager
async def as_one(database: Database) -> AsyncGenerator[Database, None]:
    """A database whose transactions become true together, at the end of the block; none does when it raises.

    It is for one task, and whoever else writes to the same rows, or to SQLite at all, waits for the end.
    """
    async with database.transaction() as connection:
        yield _Whole(database, connection)


class _Whole(Database):
    """A database as one transaction sees it."""

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__()
        self._database = database
        self._connection = connection

    @asynccontextmanager
    async def reader(self) -> AsyncGenerator[Connection, None]:
        yield self._connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[Connection, None]:
        yield self._connection

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection, None]:
        async with self._connection.savepoint():
            yield self._connection

    async def explain(self, spelling: Spelling, parameters: Parameters) -> list[str]:
        return await self._database.explain(spelling, parameters)

    async def watch(self, interval: float) -> None:
        """Nobody else is seen before the end."""

    async def close(self) -> None:
        """The end of the block does it."""
