"""`copy` moves a whole database: every row once, whatever interrupts it, or a line that says why not."""

import asyncio
import contextlib
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from database_shapes import ask, dump, without_tables
from databases import SCHEMES, databases
from played_pages import fresh_demo

from invoice_graph.cli import main
from invoice_graph.store.connection import Database
from invoice_graph.store.copying import Copy, Uncopyable, copied_tables
from invoice_graph.store.database import open_database
from invoice_graph.store.verification.verify import CHECKS

PATIENCE = 180
BEGINNING = 40
"""After how many rows a copy is interrupted."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with something in nearly every table."""
    file = tmp_path_factory.mktemp("demo") / "demo.db"
    with databases.of("sqlite"):
        fresh_demo(file)
    return file


@pytest.fixture
def source(demo: Path, tmp_path: Path) -> str:
    """The URL of a copy of that file."""
    shutil.copy(demo, tmp_path / "source.db")
    return url_of(tmp_path / "source.db")


@pytest.fixture
def target(tmp_path: Path, kind: str) -> Iterator[str]:
    """A database without tables, of either kind."""
    with without_tables(tmp_path) as url:
        yield url


@pytest.fixture
def file_target(tmp_path: Path) -> str:
    return url_of(tmp_path / "target.db")


def url_of(file: Path) -> str:
    return f"{SCHEMES['sqlite']}{file}"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


def copying(source: str, target: str, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "invoice_graph", "copy", "--from", source, "--to", target, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def copied(source: str, target: str) -> Ended:
    """What the command does, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["invoice-graph", "copy", "--from", source, "--to", target])
        with pytest.raises(SystemExit) as ending:
            main()
    return Ended(int(ending.value.code or 0), out.getvalue(), err.getvalue())


def refused(source: str, target: str) -> str:
    """The one line of a copy that can't be made."""
    ended = copied(source, target)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("invoice-graph: ")
    assert ended.err.count("\n") == 1
    return ended.err.removeprefix("invoice-graph: ").removesuffix("\n")


class Interrupted(Exception):
    """Something ended a copy."""


def interrupt() -> None:
    raise Interrupted


def copy_rows(
    source: str,
    target: str,
    batch_rows: int = 500,
    at_most: int | None = None,
    meanwhile: Callable[[], object] = interrupt,
) -> list[str]:
    """Copies in this process; something happens after so many rows, or a batch more, when that is given."""
    done = 0

    def progress(what: str, rows: int, _total: int) -> None:
        nonlocal done
        done += rows if what == "rows copied" else 0
        if at_most is not None and done >= at_most:
            meanwhile()

    async def run() -> list[str]:
        async with opened(source) as origin, opened(target) as copy:
            return await Copy(origin, copy, progress, batch_rows).run()

    return asyncio.run(run())


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncGenerator[Database, None]:
    database = await open_database(url, readers=1, writers=1, synchronous="OFF")
    try:
        yield database
    finally:
        await database.close()


def data(url: str) -> dict[str, list[object]]:
    """All rows that a copy takes over; 1 and True are the same."""
    return dump(url, ("alembic_version", "lease"))


def count(url: str) -> int:
    return sum(len(rows) for rows in data(url).values())


def test_a_copy_has_every_row_and_its_books_are_proved(source: str, target: str) -> None:
    ended = copied(source, target)
    checks = "".join(f"  {check.name}: {check.promise}\n" for check in CHECKS)
    assert ended == Ended(0, f"{target} has every row of {source}\n{target}: proved\n{checks}", "")
    assert data(target) == data(source)
    assert count(target) > 5000


def test_there_and_back_again_every_row_is_the_same(source: str, target: str, tmp_path: Path) -> None:
    assert copy_rows(source, target) == []
    back = url_of(tmp_path / "back.db")
    assert copy_rows(target, back) == []
    assert _typed(back) == _typed(source)


def _typed(url: str) -> dict[str, list[object]]:
    with contextlib.closing(sqlite3.connect(url.removeprefix(SCHEMES["sqlite"]))) as file:
        return {
            table.name: file.execute(f'SELECT * FROM "{table.name}" ORDER BY 1, 2, 3').fetchall()
            for table in copied_tables()
        }


@pytest.mark.crash
def test_killed_in_the_middle_it_goes_on_after_the_last_batch(source: str, target: str) -> None:
    process = copying(source, target, "--batch-rows", "1")
    try:
        asyncio.run(until_rows(target, "event", BEGINNING))
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=PATIENCE)
    begun = count(target)
    assert BEGINNING <= begun < count(source)
    assert copied(source, target).code == 0
    assert data(target) == data(source)


async def until_rows(url: str, table: str, least: int) -> None:
    """Waits until a table that may not be there yet has so many rows."""
    async with asyncio.timeout(PATIENCE):
        while _count_of(url, table) < least:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def _count_of(url: str, table: str) -> int:
    try:
        ((found,),) = ask(url, f"SELECT count(*) FROM {table}")
    except Exception:
        return 0
    return int(found)


@pytest.mark.parametrize("at_most", [1, 400, 3000])
def test_interrupted_anywhere_it_is_completed_without_repeating_anything(
    source: str, target: str, at_most: int
) -> None:
    with pytest.raises(Interrupted):
        copy_rows(source, target, batch_rows=7, at_most=at_most)
    assert at_most <= count(target) < at_most + 7
    assert copy_rows(source, target) == []
    assert data(target) == data(source)
    assert copy_rows(source, target) == []


def test_a_target_with_rows_of_its_own_is_refused_and_left_as_it_is(source: str, target: str, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    fresh = url_of(other)
    shutil.copy(source.removeprefix(SCHEMES["sqlite"]), other)
    ask(fresh, "UPDATE account SET name = 'Somebody else'")
    assert copy_rows(fresh, target) == []
    before = data(target)
    assert refused(source, target) == (
        "The target's table account holds other rows than the source's: it was not empty, or the source has changed "
        "since a copy was begun. Copy into an empty database."
    )
    assert data(target) == before


def test_a_source_that_changed_what_was_copied_is_refused(source: str, target: str) -> None:
    with pytest.raises(Interrupted):
        copy_rows(source, target, at_most=2500)
    ask(source, "UPDATE event SET occurred_at = '2001-01-01T00:00:00Z' WHERE sequence = 17")
    with pytest.raises(Uncopyable, match="The target's table event holds other rows than the source's"):
        copy_rows(source, target)


def test_what_a_source_got_since_is_copied_too(source: str, target: str) -> None:
    with pytest.raises(Interrupted):
        copy_rows(source, target, at_most=2500)
    ask(source, "INSERT INTO counter (account_id, kind, value, skipped) VALUES ('acct_demo', 'zebra', 1, 0)")
    assert copy_rows(source, target) == []
    assert data(target) == data(source)


def test_a_row_may_refer_to_a_later_one_of_its_table(source: str, target: str) -> None:
    ((first, last),) = ask(source, "SELECT min(id), max(id) FROM invoice")
    ask(source, f"UPDATE invoice SET from_invoice_id = '{last}' WHERE id = '{first}'")
    assert copy_rows(source, target, batch_rows=10) == []
    assert data(target) == data(source)


def test_leases_stay_where_they_are(source: str, target: str) -> None:
    ask(source, "INSERT INTO lease (name, owner, until) VALUES ('jobs', 'me', '2030-01-01T00:00:00Z')")
    assert copy_rows(source, target) == []
    assert ask(target, "SELECT * FROM lease") == []


def test_what_differs_after_all_is_listed_and_ends_with_1(source: str, file_target: str) -> None:
    asyncio.run(make(file_target))
    for trigger in (
        "AFTER INSERT ON product WHEN NEW.id = (SELECT min(id) FROM product) "
        "BEGIN UPDATE product SET version = version + 5 WHERE id = NEW.id; END",
        "AFTER INSERT ON counter WHEN NEW.kind = 'event' BEGIN DELETE FROM counter WHERE kind = 'event'; END",
    ):
        ask(file_target, f"CREATE TRIGGER t{len(trigger)} {trigger}")
    ((product,),) = ask(source, "SELECT min(id) FROM product")
    ((versions,),) = ask(source, "SELECT sum(version) FROM product")
    ((counters,),) = ask(source, "SELECT count(*) FROM counter")
    ended = copied(source, file_target)
    assert (ended.code, ended.err) == (1, f"{file_target} differs from {source}\n")
    lines = ended.out.splitlines()
    assert f"counter: {counters} rows in the source, {counters - 1} in the target" in lines
    assert "counter: acct_demo event is the first row that differs" in lines
    assert f"product.version: sums to {versions} in the source, {versions + 5} in the target" in lines
    assert f"product: acct_demo {product} is the first row that differs" in lines
    assert {re.split(r"[.:]", line)[0] for line in lines} == {"counter", "product"}


async def make(url: str) -> None:
    await (await open_database(url, readers=1)).close()


def test_books_that_do_not_hold_end_with_1_and_what_verify_finds(source: str, target: str) -> None:
    ((id,),) = ask(source, "SELECT min(id) FROM invoice WHERE status = 'PAID'")
    ask(source, f"UPDATE invoice SET subtotal = subtotal + 1 WHERE id = '{id}'")
    ended = copied(source, target)
    assert ended.code == 1
    first, *findings = ended.out.splitlines()
    assert first == f"{target} has every row of {source}"
    assert findings[0].startswith(f"totals: acct_demo {id}: ")
    assert data(target) == data(source)


def test_text_that_postgres_can_not_hold_is_named(source: str, tmp_path: Path, kind: str) -> None:
    if kind == "sqlite":
        pytest.skip("SQLite can hold it")
    ((id,),) = ask(source, "SELECT min(id) FROM product")
    ask(source, f"UPDATE product SET name = 'a' || char(0) || 'b' WHERE id = '{id}'")
    with without_tables(tmp_path) as target, pytest.raises(Uncopyable) as stopped:
        copy_rows(source, target)
    assert str(stopped.value) == (
        f"The row acct_demo {id} of product has a NUL character in name, which PostgreSQL can't hold; "
        "change it in the source."
    )


def test_a_target_that_does_not_take_rows_is_named_with_a_way_out(source: str, file_target: str) -> None:
    asyncio.run(make(file_target))
    ask(file_target, "CREATE TRIGGER full BEFORE INSERT ON product BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    assert refused(source, file_target) == (
        "The target did not take rows of product: the disk is full; what was copied before is kept, and the same "
        "command goes on from there."
    )


def test_a_source_that_goes_away_is_one_line(source: str, target: str, kind: str, file_target: str) -> None:
    if kind == "sqlite":
        pytest.skip("a file does not go away")
    assert copy_rows(source, target) == []
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    others = f"{end} AND pid <> pg_backend_pid()"
    with pytest.raises(Uncopyable) as stopped:
        copy_rows(target, file_target, at_most=400, meanwhile=lambda: ask(target, others))
    assert str(stopped.value).startswith("The databases can't be read on: ")
    assert str(stopped.value).endswith("; what was copied before is kept, and the same command goes on from there.")
    assert copy_rows(target, file_target) == []
    assert data(file_target) == data(source)


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    line = refused(url_of(missing), url_of(tmp_path / "target.db"))
    assert line == f"--from: {url_of(missing)} does not exist; name a database that does."
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_not_copied_into_itself(tmp_path: Path) -> None:
    once, again = tmp_path / "x.db", Path(os.path.relpath(tmp_path)) / "x.db"
    assert refused(url_of(once), url_of(again)) == "--from and --to name the same database."


def test_a_target_of_a_later_program_is_refused(source: str, file_target: str) -> None:
    asyncio.run(make(file_target))
    ask(file_target, "UPDATE alembic_version SET version_num = '9999'")
    assert refused(source, file_target).startswith("--to: The database has schema 9999, newer than this program's")


def test_an_old_source_is_refused_and_left_as_it_is(source: str, file_target: str) -> None:
    ask(source, "DROP TABLE lease")
    ask(source, "UPDATE alembic_version SET version_num = '0001'")
    assert refused(source, file_target).startswith("--from: The database has schema 0001, older than this program's")
    assert ask(source, "SELECT * FROM alembic_version") == [("0001",)]


def test_a_database_of_an_unknown_kind_is_refused(source: str) -> None:
    assert "--to: 'mysql://me@host/db' is no database URL of the form" in refused(source, "mysql://me@host/db")
