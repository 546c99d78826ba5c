"""Tables are made, upgraded and refused: alike on both databases, once, and in whole or not at all."""

import contextlib
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from alembic.script import ScriptDirectory
from database_shapes import ask, dump, shape, without_tables
from databases import SCHEMES
from gateway import Gateway

from invoice_graph.store import migrations
from invoice_graph.store.connection import DatabaseUnusable
from invoice_graph.store.database import open_database
from invoice_graph.store.migrations.upgrading import upgrade_postgres, upgrade_sqlite
from invoice_graph.store.revisions import NEWEST, REVISIONS
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Customer, Event, Invoice, Lease, LineItem
from invoice_graph.store.verification.chain import find_broken_links

RECORD = "alembic_version"
RECORDED = Path(__file__).parent / "schemas" / "first_revision.sql"
PATIENCE = 120

pytestmark = pytest.mark.anyio


@pytest.fixture
def bare(tmp_path: Path, kind: str) -> Iterator[str]:
    """A database without tables."""
    with without_tables(tmp_path) as url:
        yield url


async def upgrade(url: str, revision: str) -> None:
    """Brings a database to a revision by migrations alone."""
    if url.startswith(SCHEMES["sqlite"]):
        await upgrade_sqlite(Path(url.removeprefix(SCHEMES["sqlite"])), revision)
    else:
        await upgrade_postgres(url.replace("+asyncpg", ""), revision)


async def make(url: str) -> None:
    """Opens a database, which makes or upgrades it."""
    await (await open_database(url, readers=1)).close()


async def refusal(url: str, migrate: bool = True) -> str:
    with pytest.raises(DatabaseUnusable) as refused:
        await open_database(url, readers=1, migrate=migrate)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def from_before(file: Path) -> str:
    """A file as the program made it before revisions were recorded."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.executescript(RECORDED.read_text())
    return f"{SCHEMES['sqlite']}{file}"


def fill(url: str, rows: dict[str, list[tuple[object, ...]]], columns: dict[str, str]) -> None:
    """Writes rows without asking which refer to which."""
    is_file = url.startswith(SCHEMES["sqlite"])
    statements = "PRAGMA foreign_keys = OFF" if is_file else "SET session_replication_role = replica"
    for table, found in rows.items():
        for row in found:
            values = ", ".join(_literal(value, is_file) for value in row)
            statements += f'; INSERT INTO "{table}" ({columns[table]}) VALUES ({values})'
    if is_file:
        with contextlib.closing(sqlite3.connect(url.removeprefix(SCHEMES["sqlite"]))) as connection:
            connection.executescript(statements)
    else:
        ask(url, statements.replace("%", "%%"))


def _literal(value: object, is_file: bool) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool) and not is_file:
        return str(value)
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(int(value))  # type: ignore[call-overload]


def test_the_revisions_are_those_that_have_migrations() -> None:
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == REVISIONS


async def test_migrations_and_tables_make_the_same_database(bare: str, tmp_path: Path) -> None:
    # When this fails, a table was changed without a migration: add one to store/migrations/versions.
    await upgrade(bare, NEWEST)
    with without_tables(tmp_path) as made:
        await make(made)
        assert shape(bare) == shape(made)
        assert ask(bare, f"SELECT * FROM {RECORD}") == ask(made, f"SELECT * FROM {RECORD}") == [(NEWEST,)]


async def test_the_first_revision_is_what_files_from_before_have(tmp_path: Path) -> None:
    before = shape(from_before(tmp_path / "before.db"))
    url = f"{SCHEMES['sqlite']}{tmp_path / 'first.db'}"
    await upgrade(url, "0001")
    first = {what: [row for row in rows if RECORD not in str(row)] for what, rows in shape(url).items()}
    assert first | {"version": [(3,)]} == before


@pytest.mark.parametrize("recorded", [True, False], ids=["recorded", "from before"])
async def test_an_old_database_keeps_its_data_when_it_is_opened(
    gateway: Gateway, bare: str, kind: str, recorded: bool, tmp_path: Path
) -> None:
    if not recorded and kind == "postgres":
        pytest.skip("PostgreSQL has recorded revisions from the beginning")
    await gateway.open_invoice(amount=1250)
    await upgrade(bare, "0001") if recorded else from_before(Path(bare.removeprefix(SCHEMES["sqlite"])))
    columns = first_columns(bare)
    read = gateway.services.database.read
    rows = {table: list(map(tuple, await read(f'SELECT {named} FROM "{table}"'))) for table, named in columns.items()}
    fill(bare, rows, columns)
    before = held(bare, columns)
    assert len(before["event"]) > 2
    database = await open_database(bare, readers=1)
    try:
        assert held(bare, columns) == before
        assert {table for table, found in dump(bare, (RECORD,)).items() if found} == {
            table for table, found in before.items() if found
        }
        async with database.reader() as connection:
            for read in (Invoice, LineItem, Customer, Event):
                expected = await gateway.rows(read)
                found = await select_rows(connection, read, {})
                for event in (row for row in (*expected, *found) if isinstance(row, Event)):
                    event.actor_kind = event.digest = None  # Causes were not noted then, and so digests differ.
                assert found == expected
            assert await find_broken_links(connection) == []
            assert await select_rows(connection, Lease, {}) == []
    finally:
        await database.close()
    with without_tables(tmp_path) as made:
        await make(made)
        assert shape(bare) == shape(made)


def first_columns(url: str) -> dict[str, str]:
    """The names of the columns of each table that a database has, as a statement lists them."""
    found: dict[str, list[str]] = {}
    for table, column, *_ in shape(url)["columns"]:
        if table != RECORD:
            found.setdefault(table, []).append(f'"{column}"')
    return {table: ", ".join(columns) for table, columns in found.items()}


def held(url: str, columns: dict[str, str]) -> dict[str, list[tuple[object, ...]]]:
    """What stands in some columns of each table."""
    return {
        table: sorted(map(tuple, ask(url, f'SELECT {named} FROM "{table}"')), key=repr)
        for table, named in columns.items()
    }


LATER = (
    "DROP TABLE lease",
    "DROP INDEX IF EXISTS invoice_by_due_falling",
    "ALTER TABLE api_key DROP COLUMN scopes",
    "DROP INDEX event_by_actor",
    *(
        f"ALTER TABLE {table} DROP COLUMN {column}"
        for table in ("event", "payment_attempt")
        for column in ("actor_kind", "actor_id", "request_id")
    ),
    "ALTER TABLE event DROP COLUMN digest",
    "DROP TABLE signing_secret",
)
"""What undoes all revisions but the first."""


async def test_many_that_open_an_empty_or_an_old_database_at_once_all_come_up(bare: str) -> None:
    for _ in range(2):
        async with anyio.create_task_group() as starting:
            for _ in range(8):
                starting.start_soon(make, bare)
        assert ask(bare, f"SELECT * FROM {RECORD}") == [(NEWEST,)]
        for statement in LATER:
            ask(bare, statement)
        ask(bare, f"UPDATE {RECORD} SET version_num = '0001'")


@pytest.mark.crash
@pytest.mark.parametrize("revision", [None, "0001"], ids=["empty", "old"])
def test_processes_that_start_at_once_make_and_upgrade_once(bare: str, revision: str | None) -> None:
    if revision:
        anyio.run(upgrade, bare, revision)
    command = [sys.executable, "-m", "invoice_graph", "migrate", "--database", bare]
    starting = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [process.communicate(timeout=PATIENCE) for process in starting]
    assert ended == [(f"{bare} has schema {NEWEST}, the newest.\n", "")] * 4
    assert [process.returncode for process in starting] == [0] * 4
    assert ask(bare, f"SELECT * FROM {RECORD}") == [(NEWEST,)]


async def test_a_start_waits_while_another_changes_a_file_that_has_no_write_ahead_log_yet(tmp_path: Path) -> None:
    url = f"{SCHEMES['sqlite']}{tmp_path}/old.db"
    await upgrade(url, "0001")
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with anyio.move_on_after(0.5) as waiting:
            await make(url)
        assert waiting.cancelled_caught
    await make(url)
    assert ask(url, f"SELECT * FROM {RECORD}") == [(NEWEST,)]


async def test_an_upgrade_that_fails_leaves_an_old_database_as_it_was(bare: str) -> None:
    await upgrade(bare, "0001")
    ask(bare, "CREATE TABLE lease (what TEXT)")
    before = shape(bare)
    assert re.fullmatch(
        rf"The database could not be upgraded to schema {NEWEST} and is as it was: .*lease.* already exists\.",
        await refusal(bare),
    )
    assert shape(bare) == before
    assert ask(bare, f"SELECT * FROM {RECORD}") == [("0001",)]


async def test_what_a_migration_did_is_undone_when_the_next_one_fails(bare: str) -> None:
    ask(bare, "CREATE TABLE lease (what TEXT)")
    before = shape_without_sizes(bare)
    with pytest.raises(DatabaseUnusable, match="already exists"):
        await upgrade(bare, NEWEST)
    assert shape_without_sizes(bare) == before


def shape_without_sizes(url: str) -> list[str]:
    catalogue = "sqlite_schema" if url.startswith(SCHEMES["sqlite"]) else "pg_tables WHERE schemaname = 'public'"
    return [name for (name,) in ask(url, f"SELECT {'name' if 'sqlite' in catalogue else 'tablename'} FROM {catalogue}")]


async def test_a_file_from_before_is_as_it_was_when_its_upgrade_fails(tmp_path: Path) -> None:
    url = from_before(tmp_path / "before.db")
    ask(url, "CREATE TABLE lease (what TEXT)")
    before = shape(url)
    assert "and is as it was" in await refusal(url)
    assert shape(url) == before


def test_without_migrate_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "invoices.db"
    expected = f"The database {path} does not exist; make it with `invoice-graph migrate`."
    assert anyio.run(refusal, f"{SCHEMES['sqlite']}{path}", False) == expected
    assert list(tmp_path.iterdir()) == []


async def test_without_migrate_only_an_up_to_date_database_is_opened(bare: str) -> None:
    ask(bare, "SELECT 1")  # Which leaves an empty file where there was none.
    advice = "bring it there with `invoice-graph migrate`."
    assert await refusal(bare, migrate=False) == f"The database is empty; {advice}"
    await upgrade(bare, "0001")
    before = shape(bare)
    assert (
        await refusal(bare, migrate=False)
        == f"The database has schema 0001, older than this program's {NEWEST}; {advice}"
    )
    assert shape(bare) == before
    await make(bare)
    await (await open_database(bare, readers=1, migrate=False)).close()


async def test_a_revision_of_a_later_program_is_refused(bare: str) -> None:
    await make(bare)
    ask(bare, f"UPDATE {RECORD} SET version_num = '9999'")
    expected = f"The database has schema 9999, newer than this program's {NEWEST}; use the program that upgraded it."
    assert await refusal(bare) == expected
    ask(bare, f"DELETE FROM {RECORD}")
    assert await refusal(bare) == f"The database's table {RECORD} names no revision; name another database."


@pytest.mark.parametrize("version", [1, 2])
async def test_a_file_that_is_too_old_is_refused(tmp_path: Path, version: int) -> None:
    url = from_before(tmp_path / "before.db")
    ask(url, f"PRAGMA user_version = {version}")
    before = (tmp_path / "before.db").read_bytes()
    expected = f"The database has schema {version}, too old to be upgraded to {NEWEST}; name another file."
    assert await refusal(url) == expected
    assert (tmp_path / "before.db").read_bytes() == before


async def test_a_database_of_another_program_is_refused_and_left_alone(bare: str) -> None:
    ask(bare, "CREATE TABLE invoice (what TEXT)")
    assert "that this program did not make; name another" in await refusal(bare)
    assert shape_without_sizes(bare) == ["invoice"]


WITHOUT_ALEMBIC = """
import asyncio, sys
from invoice_graph.store.database import open_database

async def main():
    for _ in range(2):
        await (await open_database(sys.argv[1], readers=1)).close()
    print("alembic" in sys.modules)

asyncio.run(main())
"""


def test_neither_a_new_nor_an_up_to_date_database_costs_the_import_of_alembic(bare: str) -> None:
    command = [sys.executable, "-c", WITHOUT_ALEMBIC, bare]
    assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout == "False\n"
