"""Connections lent for the length of a block, in the order in which they were asked for."""

import asyncio
from types import TracebackType
from typing import Generic, TypeVar

C = TypeVar("C")


class Turns(Generic[C]):
    """Connections of which each is held by one task at a time.

    Of a queue, who asks again and again would take back what others wait for; here everybody waits for their turn.
    """

    def __init__(self, idle: list[C], most: int) -> None:
        self._idle = idle
        self._free = asyncio.Semaphore(most)

    def turn(self) -> "Turn[C]":
        """One connection: `async with turns.turn() as connection`."""
        return Turn(self)

    async def take(self) -> C:
        """A connection, once there is one that nobody holds; it has to be given back."""
        await self._free.acquire()
        return self._idle.pop()

    async def give_back(self, connection: C, _failed: bool) -> None:
        """Lets the next in line have a connection; `_failed` when its holder raised."""
        self._idle.append(connection)
        self._free.release()


class Turn(Generic[C]):
    """The block in which a connection is held. A class by itself, since most of them last less than a millisecond."""

    __slots__ = ("_connection", "_turns")
    _connection: C

    def __init__(self, turns: Turns[C]) -> None:
        self._turns = turns

    async def __aenter__(self) -> C:
        self._connection = await self._turns.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._turns.give_back(self._connection, error is not None)
