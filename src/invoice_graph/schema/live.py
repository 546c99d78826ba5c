"""Live streams: those who ask for the same share one reading of the log, but each goes on from a cursor of its own.

A listener reads by itself until it has all that the log holds, and then joins the feed, which reads each event once and
hands the same answer to everybody. Who can't take an answer at once leaves the feed and reads on from its own cursor:
nobody waits for anybody, and nothing piles up.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from invoice_graph.store.event_log import Reading

T = TypeVar("T")

Offer = Callable[[T], bool]
"""Takes an answer at once and returns True, or leaves it and returns False."""

MOST_KEPT = 16
"""Answers that wait for a listener who fetches them."""

AT_ONCE = 250
"""Listeners that are served before other tasks get their turn."""


class Listener(Generic[T]):
    """Somebody's place in the log; `left` are the events that it still wants, None all."""

    __slots__ = ("_offer", "_wake", "kept", "left", "listens", "position")

    def __init__(self, position: int, left: int | None, offer: Offer[T] | None) -> None:
        self.position = position
        self.left = left
        self.listens = False
        self.kept: deque[T] | None = None if offer else deque()
        self._offer = offer
        self._wake: asyncio.Future[None] | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has all the events it wants."""
        return self.left == 0

    def passes(self, sequence: int) -> None:
        """Notes that it has the event."""
        self.position = sequence
        if self.left is not None:
            self.left -= 1

    def hears(self, sequence: int, answer: T) -> None:
        """Takes the answer unless it has the event already; listens no more when it can't, or wants no more."""
        if sequence <= self.position:
            return
        if self._takes(answer):
            self.passes(sequence)
            if not self.is_done:
                return
        self.leaves()

    def leaves(self) -> None:
        """Listens no more."""
        self.listens = False
        self._rouse()

    async def wait(self) -> None:
        """Returns when there is something to fetch, or when it listens no more."""
        if self.kept or not self.listens:
            return
        self._wake = asyncio.get_running_loop().create_future()
        await self._wake

    def _takes(self, answer: T) -> bool:
        if self.kept is None:
            assert self._offer is not None
            return self._offer(answer)
        if len(self.kept) >= MOST_KEPT:
            return False
        self.kept.append(answer)
        self._rouse()
        return True

    def _rouse(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class Feed(Generic[T]):
    """What listeners who ask for the same are told: the events of a reading, each as an answer. No task outlives them.

    Everything up to `_position` was handed to all who listen.
    """

    def __init__(self, reading: Reading, answer: Callable[[int], Awaitable[T]]) -> None:
        self.listeners: set[Listener[T]] = set()
        self._reading = reading
        self._answer = answer
        self._position = 0
        self._task: asyncio.Task[None] | None = None

    async def follow(self, after: int, first: int | None, offer: Offer[T] | None) -> AsyncGenerator[T, None]:
        """The answers of the first events after a cursor, each once and in order, but for those that `offer` takes."""
        listener = Listener(after, first, offer)
        while True:
            look = await self._reading.look(listener.position)
            for sequence in look.sequences:
                yield await self._answer(sequence)
                listener.passes(sequence)
                if listener.is_done:
                    return
            listener.position = look.reached
            if not look.is_end or (self._task is not None and listener.position < self._position):
                continue
            self._join(listener)
            try:
                while listener.listens or listener.kept:
                    await listener.wait()
                    while listener.kept:
                        yield listener.kept.popleft()
            finally:
                await self._leave(listener)
            if listener.is_done:
                return

    def _join(self, listener: Listener[T]) -> None:
        listener.listens = True
        self.listeners.add(listener)
        if self._task is None:
            self._position = listener.position
            self._task = asyncio.create_task(self._run())

    async def _leave(self, listener: Listener[T]) -> None:
        listener.listens = False
        self.listeners.discard(listener)
        if not self.listeners and self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        try:
            await self._tell()
        except Exception:
            # Each meets it again where it reads by itself, and answers for it there.
            if self._task is asyncio.current_task():
                self._dismiss()

    def _dismiss(self) -> None:
        self._task = None
        listeners, self.listeners = self.listeners, set()
        for listener in listeners:
            listener.leaves()

    async def _tell(self) -> None:
        changed = self._reading.database.changed
        while True:
            seen = changed.count
            look = await self._reading.look(self._position)
            for sequence in look.sequences:
                await self._hand_out(sequence, await self._answer(sequence))
            self._position = look.reached
            if look.is_end:
                await changed.wait(seen)

    async def _hand_out(self, sequence: int, answer: T) -> None:
        # From here on, who has not come this far by itself can't join: it would not be among those who are told.
        self._position = sequence
        for count, listener in enumerate(tuple(self.listeners), 1):
            if listener.listens:
                listener.hears(sequence, answer)
                if not listener.listens:
                    self.listeners.discard(listener)
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)


class Live(Generic[T]):
    """The feeds of a process."""

    def __init__(self, finish: Callable[[str, bytes], T]) -> None:
        """`finish` makes of an event's cursor and JSON what is handed out."""
        self.finish = finish
        self._feeds: WeakValueDictionary[Hashable, Feed[T]] = WeakValueDictionary()

    @property
    def listener_count(self) -> int:
        """How many have caught up and listen."""
        return sum(len(feed.listeners) for feed in self._feeds.values())

    def feed(self, key: Hashable, make: Callable[[], Feed[T]]) -> Feed[T]:
        """The feed of all who ask with the same key, for as long as anybody holds it."""
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = make()
        return feed
