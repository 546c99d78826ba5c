"""What a database is to the rooms above: connections, transactions, and a signal after each commit."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import uniform
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Dialect

from invoice_graph.domain.errors import ConflictRefusal, ErrorCode
from invoice_graph.store.dialect import Parameters, Spelling, Statement
from invoice_graph.store.signal import Signal

T = TypeVar("T")
Runnable = str | Statement | Spelling
"""What a connection runs: a statement, its text for this database, or a text that every database knows."""

Work = Callable[["Connection"], Awaitable[T]]

ATTEMPTS = 8
"""How often work is tried that others were in the way of."""

LONGEST_PAUSE = 0.02
"""Seconds before the second attempt, at most; each later one waits up to twice as long as the one before."""


class DatabaseUnusable(Exception):
    """The database can't be opened; the text is one line for the operator."""


class DatabaseUnavailable(Exception):
    """The database does not answer for now."""


class StatementTimeout(Exception):
    """A statement took longer than the settings allow and was ended."""


class InTheWay(Exception):
    """Another transaction got in the way of this one, which left nothing behind and can be tried again."""


def one_line(error: object) -> str:
    """What a server says is wrong, without details and hints."""
    told = str(error).strip() or type(error).__name__
    return told.splitlines()[0].rpartition(">: ")[2].rstrip(".")


class Connection(ABC):
    """A connection that is held by one task."""

    dialect: ClassVar[Dialect]
    concurrent: ClassVar[bool]
    """Whether others may write while a transaction of this connection is open, so that rows must be locked."""

    failures: ClassVar[tuple[type[Exception], ...]]
    """What the driver raises when the database can't run a statement, as when what is stored is damaged."""

    @abstractmethod
    async def rows(self, statement: Runnable, parameters: Parameters | None = None) -> Sequence[Any]:
        """All rows of a statement."""

    @abstractmethod
    async def many(self, statement: Runnable, parameters: Iterable[Parameters]) -> None:
        """One statement with many sets of parameters."""

    @abstractmethod
    async def damage(self) -> list[str]:
        """What is damaged in what is stored, as far as the database itself can tell."""

    @abstractmethod
    async def load(self, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Many new rows of a table at once, which may refer to each other; their values in the order of the names."""

    async def row(self, statement: Runnable, parameters: Parameters | None = None) -> Any:
        """The first row of a statement, or None."""
        found = await self.rows(statement, parameters)
        return found[0] if found else None

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        """Undoes what the block wrote when it raises; the transaction around it goes on."""
        await self.rows("SAVEPOINT block")
        try:
            yield
        except BaseException:
            await asyncio.shield(self._undo())
            raise
        await self.rows("RELEASE block")

    async def _undo(self) -> None:
        await self.rows("ROLLBACK TO block")
        # It is still there, and would be taken for that of a block around this one.
        await self.rows("RELEASE block")


class Database(ABC):
    """A database that is open. Made by `open_database`, closed by `close`."""

    dialect: ClassVar[Dialect]

    def __init__(self) -> None:
        self.changed = Signal()

    @abstractmethod
    def reader(self) -> AbstractAsyncContextManager[Connection]:
        """A read-only connection for the length of the block."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager[Connection]:
        """A read-only connection for the length of the block, on which all statements see one state."""

    @abstractmethod
    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """A writing connection inside a transaction: committed at the end of the block, rolled back when it raises.

        Raises ConflictRefusal LOCK_TIMEOUT when others hold a lock too long, InTheWay when they crossed this one's way.
        """

    @abstractmethod
    async def explain(self, spelling: Spelling, parameters: Parameters) -> list[str]:
        """How the database runs a statement, line by line."""

    async def analyze(self) -> None:  # noqa: B027
        """Looks anew how much there is of what, after much was written at once, for a database that plans by it."""

    @abstractmethod
    async def watch(self, interval: float) -> None:
        """Sets `changed` when other processes have written, as far as anybody waits. Runs until it is cancelled."""

    @abstractmethod
    async def close(self) -> None:
        """Closes every connection."""

    async def read(self, statement: Runnable, parameters: Parameters | None = None) -> Sequence[Any]:
        """All rows of one reading statement: one snapshot."""
        async with self.reader() as connection:
            return await connection.rows(statement, parameters)

    async def write(self, work: Work[T]) -> T:
        """What `work` returns inside a transaction. It is done again, from the beginning, when others were in its way;
        raises ConflictRefusal LOCK_TIMEOUT when that does not help."""
        for attempt in range(ATTEMPTS):
            try:
                async with self.transaction() as connection:
                    return await work(connection)
            except InTheWay:
                await asyncio.sleep(uniform(0, LONGEST_PAUSE * 2**attempt))
        raise lock_timeout()


def lock_timeout() -> ConflictRefusal:
    """The refusal of a change that others do not let through."""
    return ConflictRefusal(ErrorCode.LOCK_TIMEOUT, "Another process is writing; try again in a moment.")
