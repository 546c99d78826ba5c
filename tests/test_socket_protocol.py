"""What our WebSocket protocol has in place of asyncio's queue and event, against those."""

import asyncio
from typing import Any

import pytest

from invoice_graph.server.held import Held
from invoice_graph.server.protocol import Gate, Inbox

pytestmark = pytest.mark.anyio

GATES: list[Any] = [Gate, asyncio.Event]
INBOXES: list[Any] = [Inbox, asyncio.Queue]


async def rest() -> None:
    """Lets every task go as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("kind", INBOXES)
async def test_an_inbox_gives_each_message_once_and_in_order(kind: Any) -> None:
    inbox, got = kind(), list[int]()

    async def read() -> None:
        while len(got) < 6:
            got.append(await inbox.get())

    reader = asyncio.create_task(read())
    await rest()
    for message in (1, 2, 3):
        inbox.put_nowait(message)
    assert not inbox.empty()
    await rest()
    assert (got, inbox.empty()) == ([1, 2, 3], True)
    for message in (4, 5, 6):
        inbox.put_nowait(message)
        await rest()
    await reader
    assert got == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("kind", INBOXES)
async def test_a_reader_that_is_cancelled_takes_no_message_along(kind: Any) -> None:
    inbox = kind()
    reader = asyncio.create_task(inbox.get())
    await rest()
    reader.cancel()
    inbox.put_nowait("kept")
    await asyncio.gather(reader, return_exceptions=True)
    assert await inbox.get() == "kept"


@pytest.mark.parametrize("kind", GATES)
async def test_a_gate_lets_everybody_through_who_is_not_cancelled(kind: Any) -> None:
    gate = kind()
    gate.set()
    await gate.wait()
    gate.clear()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(3)]
    await rest()
    assert (gate.is_set(), [task.done() for task in waiting]) == (False, [False] * 3)
    waiting[1].cancel()
    gate.set()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (gate.is_set(), [task.cancelled() for task in waiting]) == (True, [False, True, False])
    gate.clear()
    again = asyncio.create_task(gate.wait())
    await rest()
    assert not again.done()
    gate.set()
    await again


async def test_what_is_held_is_let_go_once() -> None:
    gone: list[str] = []
    held = Held(gone.append, "place")
    with pytest.raises(ZeroDivisionError), held:
        raise ZeroDivisionError
    held.release()
    assert gone == ["place"]
    with Held():
        pass
