"""A wake-up that says "look again", to any number of waiting tasks."""

import asyncio


class Signal:
    """Wakes everybody who waits. Nobody misses a wake-up that came after they looked at `count`."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def set(self) -> None:
        """Wakes all who wait."""
        self.count += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seen: int) -> None:
        """Returns as soon as the signal was set more often than `seen`."""
        if self.count != seen:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
