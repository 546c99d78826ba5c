"""The demonstration: everybody gets the same, made by real commands, and it stays as it is."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from databases import databases, dump
from databases import rows as select

from invoice_graph.cli.options import Unfit
from invoice_graph.cli.serving import complete_demo, prepare_demo
from invoice_graph.commands.accounts import create_account
from invoice_graph.commands.due_work import do_due_work
from invoice_graph.commands.keys import find_actor
from invoice_graph.config import Settings
from invoice_graph.demo import END, START
from invoice_graph.demo.customers import CUSTOMERS
from invoice_graph.demo.showcase import SCENES
from invoice_graph.demo.stories import STORIES
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock, SystemClock, time_text
from invoice_graph.domain.ids import IdFactory
from invoice_graph.server.app import DEMO_ACCOUNT, DEMO_SECRET
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.database import open_database
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import verify


def settings_of(path: Path) -> Settings:
    return Settings(database=databases.url(path, made=False), demo=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, kind: str) -> Path:
    """What names a fresh demonstration's database."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    prepare_demo(settings_of(path))
    return path


@pytest.fixture
def server(kind: str) -> None:
    """Skips tests of what only a server's database can differ in."""
    if kind == "sqlite":
        pytest.skip("SQLite is what the server's is compared with")


@pytest.fixture
def rows(demo: Path) -> Any:
    """What a statement finds in the demonstration."""
    return lambda sql: [tuple(row.values()) for row in select(demo, sql)]


def test_the_books_hold(demo: Path) -> None:
    async def prove() -> list[Finding]:
        database = await open_database(databases.url(demo), readers=1)
        try:
            return await verify(database)
        finally:
            await database.close()

    assert anyio.run(prove) == []


def test_every_run_makes_the_same_down_to_the_ids(demo: Path, tmp_path: Path) -> None:
    prepare_demo(settings_of(tmp_path / "demo.db"))
    assert dump(tmp_path / "demo.db") == dump(demo)


def test_both_kinds_of_database_get_the_same(server: None, demo: Path, tmp_path: Path) -> None:
    here = dump(demo)
    prepare_demo(Settings(database=f"sqlite+aiosqlite:///{tmp_path / 'file.db'}", demo=True))
    with closing(sqlite3.connect(tmp_path / "file.db")) as file:
        for table, expected in here.items():
            # SQLite's booleans are 0 and 1, which equal False and True.
            assert sorted(file.execute(f'SELECT * FROM "{table}"'), key=repr) == expected


def test_an_interrupted_start_leaves_nothing_and_the_next_one_fills_what_is_empty(demo: Path, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "demo.db")
    with pytest.raises(TimeoutError):
        anyio.run(interrupted, settings)
    empty = {table: [] for table in dump(demo)}
    assert dump(tmp_path / "demo.db") == empty
    prepare_demo(settings)
    assert dump(tmp_path / "demo.db") == dump(demo)


async def interrupted(settings: Settings) -> None:
    """Begins to make the demonstration, which takes longer than it is given; how far it gets is all the same."""
    clock = ManualClock(START)
    async with open_gateway(settings, clock, IdFactory(clock)) as gateway:
        with anyio.fail_after(0.7):
            await complete_demo(gateway.services, clock, "it")


def test_it_has_the_size_and_the_variety_that_are_promised(rows: Any) -> None:
    told = sum(story.count for story in STORIES.values())
    shown = sum(scene.command == "invoiceCreate" for scene in SCENES)
    assert rows("SELECT count(*) FROM customer") == [(41,)] == [(len(CUSTOMERS) + 1,)]
    assert rows("SELECT count(*) FROM invoice") == [(311,)] == [(told + shown,)]
    assert dict(rows("SELECT status, count(*) FROM invoice GROUP BY 1")) == {
        "DRAFT": 34,
        "OPEN": 58,
        "PAID": 180,
        "UNCOLLECTIBLE": 19,
        "VOID": 20,
    }
    currencies = {row[0] for row in rows("SELECT DISTINCT currency FROM invoice")}
    assert currencies >= {"usd", "eur", "gbp", "jpy", "kwd", "chf", "isk"}
    assert {row[0] for row in rows("SELECT DISTINCT collection_method FROM invoice")} == {
        "CHARGE_AUTOMATICALLY",
        "SEND_INVOICE",
    }


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM invoice_item WHERE invoice_id IS NULL",
        "SELECT 1 FROM invoice_item WHERE was_pending",
        "SELECT 1 FROM invoice WHERE custom_fields <> '[]'",
        "SELECT 1 FROM invoice WHERE details <> '{}'",
        "SELECT 1 FROM invoice WHERE amount_paid_out_of_band > 0",
        "SELECT 1 FROM invoice WHERE status = 'OPEN' AND attempted",
        "SELECT 1 FROM invoice WHERE status = 'OPEN' AND due_at < '2026-11-13'",
        "SELECT 1 FROM invoice WHERE starting_balance < 0",
        "SELECT 1 FROM invoice WHERE status = 'PAID' AND total = 0",
        "SELECT 1 FROM event WHERE type = 'INVOICE_PAYMENT_ACTION_REQUIRED'",
        "SELECT 1 FROM event WHERE type = 'INVOICE_PAID' AND previous_status = 'UNCOLLECTIBLE'",
        "SELECT 1 FROM event WHERE type = 'INVOICE_VOIDED' AND previous_status = 'UNCOLLECTIBLE'",
    ],
)
def test_it_shows_what_can_happen(rows: Any, sql: str) -> None:
    assert rows(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM price WHERE billing_scheme = 'PER_UNIT' AND transform_quantity IS NULL",
        "SELECT 1 FROM price WHERE tiers_mode = 'GRADUATED'",
        "SELECT 1 FROM price WHERE transform_quantity IS NOT NULL",
        "SELECT 1 FROM tax_rate WHERE inclusive",
        "SELECT 1 FROM tax_rate WHERE NOT inclusive",
        "SELECT 1 FROM coupon WHERE percent_off IS NOT NULL",
        "SELECT 1 FROM coupon WHERE amount_off IS NOT NULL",
        "SELECT 1 FROM promotion_code WHERE times_redeemed = 1",
        "SELECT 1 FROM discount WHERE invoice_item_id IS NOT NULL",
        "SELECT 1 FROM customer WHERE discount_id IS NOT NULL",
        "SELECT 1 FROM customer WHERE tax_exempt = 'REVERSE'",
        "SELECT 1 FROM invoice WHERE status = 'OPEN' AND amount_shipping > 0 AND total_discount_amounts <> '[]'",
        "SELECT 1 FROM invoice WHERE status = 'OPEN' AND amount_paid > 0 AND amount_paid_out_of_band > 0",
        "SELECT 1 FROM payment_intent WHERE status = 'SUCCEEDED'",
        "SELECT 1 FROM payment_record",
        "SELECT 1 FROM credit_note WHERE type = 'PRE_PAYMENT'",
        "SELECT 1 FROM credit_note WHERE type = 'POST_PAYMENT' AND refund_amount > 0 AND credit_amount > 0",
        "SELECT 1 FROM credit_note_line",
        "SELECT 1 FROM invoice WHERE status = 'VOID' AND latest_revision_id IS NOT NULL",
        "SELECT 1 FROM rendering_template",
        "SELECT 1 FROM test_clock WHERE status = 'READY'",
        "SELECT 1 FROM invoice WHERE status = 'DRAFT' AND automatically_finalizes_at > '2026-11-13'",
        "SELECT 1 FROM event WHERE type = 'INVOICE_OVERDUE'",
        "SELECT 1 FROM event WHERE type = 'INVOICE_WILL_BE_DUE'",
        "SELECT 1 FROM customer WHERE delinquent",
    ],
)
def test_it_shows_what_is_sold_and_how_it_is_billed(rows: Any, sql: str) -> None:
    assert rows(sql)


def test_only_test_clocks_move_anything(rows: Any) -> None:
    present = ("next_payment_attempt_at", "payment_attempt_id", "automatically_finalizes_at")
    moving = " OR ".join(["auto_advance", *(f"{column} IS NOT NULL" for column in present)])
    assert rows(f"SELECT count(*) FROM invoice WHERE ({moving}) AND test_clock_id IS NULL") == [(0,)]
    assert rows(f"SELECT count(*) FROM invoice WHERE ({moving}) AND test_clock_id IS NOT NULL") == [(2,)]


@pytest.mark.anyio
@pytest.mark.parametrize("opened", [END, END + timedelta(days=40), datetime(2034, 5, 6, tzinfo=UTC)], ids=str)
async def test_it_stands_still_whenever_it_is_opened(demo: Path, opened: datetime) -> None:
    before = dump(demo)
    async with open_gateway(settings_of(demo), ManualClock(opened)) as gateway:
        assert await do_due_work(gateway.services) == 0
    assert dump(demo) == before


def test_its_history_is_as_fixed_as_the_rest(rows: Any) -> None:
    ((first, last),) = rows("SELECT min(occurred_at), max(occurred_at) FROM event")
    assert (first, last) == (time_text(START), time_text(END))
    moments = [row[0] for row in rows("SELECT occurred_at FROM event ORDER BY sequence")]
    assert moments == sorted(moments)


def test_a_key_that_everybody_knows_opens_it(demo: Path) -> None:
    async def find() -> Actor | None:
        database = await open_database(databases.url(demo), readers=1)
        try:
            return await find_actor(database, DEMO_SECRET)
        finally:
            await database.close()

    actor = anyio.run(find)
    assert actor is not None
    assert actor.account_id == DEMO_ACCOUNT


def test_what_was_done_in_it_stays(demo: Path) -> None:
    before = dump(demo)
    prepare_demo(settings_of(demo))
    assert dump(demo) == before


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path, kind: str) -> None:
    theirs = tmp_path / "theirs.db"
    anyio.run(make_account, theirs)
    before = dump(theirs)
    with pytest.raises(Unfit, match="acct_theirs"):
        prepare_demo(settings_of(theirs))
    assert dump(theirs) == before


async def make_account(path: Path) -> None:
    database = await open_database(databases.url(path), readers=1, synchronous="OFF")
    try:
        clock = SystemClock()
        await create_account(database, clock, IdFactory(clock), {"name": "Theirs"}, "acct_theirs")
    finally:
        await database.close()
