"""Group commit: changes that wait together share one COMMIT, and so one wait for the disk.

Each is undone by itself when it fails, and none is acknowledged before the COMMIT that it shares.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, Protocol, TypeVar

from invoice_graph.store.connection import DatabaseUnavailable, lock_timeout

FAILURES = (sqlite3.Error, DatabaseUnavailable)
"""What a statement that takes something back may end with, when there is nothing left to take back."""

LARGEST_GROUP = 64
"""Changes that share a COMMIT at most, so that other processes get their turn."""


class Writer(Protocol):
    """The connection that writes."""

    async def rows(self, statement: str) -> Any:
        """Runs a statement."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""


W = TypeVar("W", bound=Writer)


class _Group:
    """Changes of one transaction. `done` is set when they are on disk, or lost."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.kept = 0
        # Whoever waited for it may have been cancelled meanwhile.
        self.done.add_done_callback(lambda done: done.cancelled() or done.exception())


class GroupCommit(Generic[W]):
    """Runs changes one after the other on a writer; `begin` opens a transaction, `committed` is told of each COMMIT.
    A change whose turn does not come within `patience` seconds is refused: LOCK_TIMEOUT."""

    def __init__(
        self, writer: W, begin: Callable[[], Awaitable[None]], committed: Callable[[], None], patience: float
    ) -> None:
        self._writer = writer
        self._begin = begin
        self._committed = committed
        self._patience = patience
        self._turn = asyncio.Lock()
        self._group: _Group | None = None
        self._finishing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def change(self) -> AsyncGenerator[W, None]:
        """The writer, for one change: leaving the block waits for the COMMIT, raising in it undoes this change."""
        await self._wait()
        try:
            group, is_first = await self._join()
            try:
                yield self._writer
            except BaseException as error:
                await asyncio.shield(self._undo(group, is_first, error))
                raise
            await asyncio.shield(self._keep(group, is_first))
        finally:
            self._turn.release()
        await asyncio.shield(group.done)

    async def close(self) -> None:
        """Waits for the COMMIT under way."""
        await asyncio.gather(*self._finishing)

    async def _wait(self) -> None:
        """Takes the turn; nothing has begun when it does not come in time."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise lock_timeout() from None

    async def _join(self) -> tuple[_Group, bool]:
        """The group of the next change, and whether it is the first of it."""
        if self._group is not None:
            await self._writer.rows("SAVEPOINT change")
            return self._group, False
        try:
            await self._begin()
        except BaseException:
            # Who was cancelled while waiting for BEGIN does not know whether it went through.
            await asyncio.shield(self._roll_back())
            raise
        group = self._group = _Group()
        # Its turn comes after those who wait already: these are the group.
        finishing = asyncio.create_task(self._finish(group))
        self._finishing.add(finishing)
        finishing.add_done_callback(self._finishing.discard)
        return group, True

    async def _keep(self, group: _Group, is_first: bool) -> None:
        if not is_first:
            await self._writer.rows("RELEASE change")
        group.kept += 1
        if group.kept == LARGEST_GROUP:
            await self._commit(group)

    async def _undo(self, group: _Group, is_first: bool, error: BaseException) -> None:
        if is_first:
            self._group = None
            await self._roll_back()
            return
        with suppress(*FAILURES):
            await self._writer.rows("ROLLBACK TO change")
            await self._writer.rows("RELEASE change")
        if not self._writer.in_transaction:
            # The database undid the whole transaction, as it does when the disk is full.
            self._group = None
            group.done.set_exception(error)

    async def _finish(self, group: _Group) -> None:
        async with self._turn:
            if self._group is group:
                await self._commit(group)

    async def _commit(self, group: _Group) -> None:
        self._group = None
        try:
            await self._writer.rows("COMMIT")
        except BaseException as error:
            await self._roll_back()
            group.done.set_exception(error)
        else:
            self._committed()
            group.done.set_result(None)

    async def _roll_back(self) -> None:
        # Without asking first: a BEGIN that was given up may go through just before this.
        with suppress(*FAILURES):
            await self._writer.rows("ROLLBACK")
