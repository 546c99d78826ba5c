"""Waiting for what happens elsewhere: in other threads and other processes."""

from collections.abc import Callable

import anyio

PATIENCE = 30.0
"""Seconds; nothing takes as long, unless the machine has a lot else to do."""


def until(condition: Callable[[], bool], within: float = PATIENCE) -> None:
    """Returns when something has come true; raises TimeoutError when it does not within so many seconds."""

    async def watch() -> None:
        with anyio.fail_after(within):
            while not condition():  # noqa: ASYNC110
                await anyio.sleep(0.02)

    anyio.run(watch)
