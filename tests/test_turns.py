"""Connections to read with are given to those who wait in the order in which they came."""

import asyncio
from pathlib import Path

import pytest
from databases import databases

from invoice_graph.store.connection import Database
from invoice_graph.store.database import open_database

pytestmark = pytest.mark.anyio

SELECT = "SELECT 1"
LONG = "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 300000) SELECT count(*) FROM n"


async def opened(tmp_path: Path, readers: int) -> Database:
    return await open_database(databases.url(tmp_path / "invoices.db"), readers=readers, synchronous="OFF")


async def test_who_reads_again_and_again_lets_others_have_their_turn(tmp_path: Path, kind: str) -> None:
    database = await opened(tmp_path, 1)
    done: list[str] = []

    async def read(name: str, times: int) -> None:
        for _ in range(times):
            await database.read(SELECT)
            done.append(name)

    await asyncio.gather(read("greedy", 50), read("modest", 1))
    assert done.index("modest") <= 1
    await database.close()


async def test_who_is_cancelled_while_waiting_takes_no_connection_along(tmp_path: Path, kind: str) -> None:
    database = await opened(tmp_path, 1)
    async with database.reader():
        waiting = [asyncio.ensure_future(database.read(SELECT)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        waiting[2].cancel()
        await asyncio.sleep(0)
    assert [tuple(row) for row in await waiting[1]] == [(1,)]
    assert [tuple(row) for row in await database.read(SELECT)] == [(1,)]
    await asyncio.wait(waiting)
    await database.close()


async def test_who_is_cancelled_while_reading_leaves_the_connection_in_order(tmp_path: Path, kind: str) -> None:
    database = await opened(tmp_path, 1)
    reading = asyncio.ensure_future(database.read(LONG))
    for _ in range(3):
        await asyncio.sleep(0)
    reading.cancel()
    assert [tuple(row) for row in await database.read(SELECT)] == [(1,)]
    assert reading.cancelled()
    await database.close()


async def test_a_block_that_raises_gives_its_connection_back(tmp_path: Path, kind: str) -> None:
    database = await opened(tmp_path, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            async with database.reader() as connection:
                await connection.rows(SELECT)
                raise ZeroDivisionError
    assert [tuple(row) for row in await database.read(SELECT)] == [(1,)]
    await database.close()
