"""Changes that wait together share one COMMIT: each is undone by itself, none is acknowledged before it is on disk."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.store.connection import Connection
from invoice_graph.store.database import open_database
from invoice_graph.store.group_commit import LARGEST_GROUP
from invoice_graph.store.rows import insert_rows, select_rows
from invoice_graph.store.sqlite import SqliteDatabase
from invoice_graph.store.tables import Counter, Customer, InvoiceLabel

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(tmp_path: Path) -> AsyncGenerator[SqliteDatabase, None]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'group.db'}", readers=1)
    assert isinstance(opened, SqliteDatabase)
    yield opened
    await opened.close()


@pytest.fixture
async def statements(database: SqliteDatabase) -> list[str]:
    """What the writer runs from now on."""
    traced: list[str] = []
    await database._writer.driver.set_trace_callback(traced.append)
    return traced


def count(number: int) -> Any:
    """A change that adds a counter, and fails where the number is negative."""

    async def change(connection: Connection) -> int:
        await insert_rows(connection, Counter, [Counter(account_id="acct_1", kind=f"k{abs(number)}", value=1)])
        if number < 0:
            raise LookupError(number)
        return number

    return change


async def counted(database: SqliteDatabase) -> set[int]:
    async with database.reader() as connection:
        return {int(row.kind[1:]) for row in await select_rows(connection, Counter, {"account_id": "acct_1"})}


async def test_changes_that_wait_together_are_one_transaction(database: SqliteDatabase, statements: list[str]) -> None:
    assert await asyncio.gather(*(database.write(count(number)) for number in range(1, 11))) == list(range(1, 11))
    assert statements.count("COMMIT") == statements.count("BEGIN IMMEDIATE") == 1
    assert await counted(database) == set(range(1, 11))


async def test_a_change_alone_needs_no_savepoint(database: SqliteDatabase, statements: list[str]) -> None:
    await database.write(count(1))
    assert [sql.split()[0] for sql in statements] == ["BEGIN", "INSERT", "COMMIT"]


@pytest.mark.parametrize("failing", [1, 3, 5])
async def test_a_change_that_fails_undoes_itself_alone(database: SqliteDatabase, failing: int) -> None:
    numbers = [-number if number == failing else number for number in range(1, 6)]
    outcomes = await asyncio.gather(*(database.write(count(number)) for number in numbers), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(LookupError) == 1
    assert await counted(database) == set(range(1, 6)) - {failing}


async def test_no_change_is_acknowledged_when_the_commit_fails(database: SqliteDatabase) -> None:
    async def orphan(connection: Connection) -> None:
        # Noticed by COMMIT and not before.
        await connection.rows("PRAGMA defer_foreign_keys = ON")
        label = InvoiceLabel(account_id="acct_1", invoice_id="in_nowhere", key="k", value="v")
        await insert_rows(connection, InvoiceLabel, [label])

    seen = database.changed.count
    changes = [database.write(count(1)), database.write(orphan), database.write(count(2))]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["FOREIGN KEY constraint failed"] * 3
    assert await counted(database) == set()
    assert database.changed.count == seen
    assert await database.write(count(3)) == 3
    assert await counted(database) == {3}


async def test_when_the_database_undoes_the_whole_transaction_every_change_of_it_fails(
    database: SqliteDatabase,
) -> None:
    async def drop_all(connection: Connection) -> None:
        # As SQLite itself does when the disk is full.
        await connection.rows("ROLLBACK")
        raise OSError("the disk is full")

    changes = [database.write(count(1)), database.write(drop_all), database.write(count(2))]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError, OSError, int]
    assert await counted(database) == {2}


async def test_a_group_ends_in_time_for_other_processes(database: SqliteDatabase, statements: list[str]) -> None:
    many = range(1, 2 * LARGEST_GROUP + 2)
    await asyncio.gather(*(database.write(count(number)) for number in many))
    assert statements.count("COMMIT") == 3
    assert await counted(database) == set(many)


async def test_who_is_cancelled_in_line_leaves_the_others_in_it(database: SqliteDatabase) -> None:
    tasks = [asyncio.ensure_future(database.write(count(number))) for number in range(1, 7)]
    await asyncio.sleep(0)
    for task in (tasks[0], tasks[2], tasks[5]):
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    told = {outcome for outcome in outcomes if isinstance(outcome, int)}
    assert {2, 4, 5} <= told <= await counted(database)
    assert await database.write(count(7)) == 7


async def test_a_change_is_seen_by_readers_once_it_is_acknowledged(gateway: Gateway) -> None:
    async def create(place: int) -> None:
        id = await gateway.customer(name=f"Customer {place}")
        assert (await gateway.row(Customer, id)).name == f"Customer {place}"

    await asyncio.gather(*(create(place) for place in range(8)))
