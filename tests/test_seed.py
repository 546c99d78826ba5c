"""Seeded data is like data that commands made: the books are proved, and it can be added to again and again."""

from pathlib import Path
from typing import Any

import pytest
from databases import databases
from gateway import Gateway

from invoice_graph.commands.accounts import create_account
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.schema.build import make_planner
from invoice_graph.schema.snapshot import Snapshots
from invoice_graph.seed import START, Size, seed
from invoice_graph.store.connection import Database
from invoice_graph.store.database import open_database
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Account, Customer, Event, Invoice, InvoiceItem, LineItem
from invoice_graph.store.verification.verify import verify

pytestmark = pytest.mark.anyio

SIZE = Size(customers=9, invoices=120, lines=2)


async def add_data(database: Database, account_id: str, size: Size = SIZE, number: int = 1) -> list[int]:
    """Seeds an account; what was told about the progress."""
    clock = ManualClock(START)
    told: list[int] = []
    async with database.reader() as connection:
        (account,) = await select_rows(connection, Account, {"account_id": account_id})
    snapshots = Snapshots(make_planner(database.dialect), clock, "http://127.0.0.1:8000")
    await seed(database, clock, snapshots.many, account, size, number, told.append)
    return told


@pytest.fixture
async def seeded(gateway: Gateway) -> Gateway:
    await add_data(gateway.services.database, gateway.actor.account_id)
    return gateway


async def test_the_books_of_seeded_data_are_proved(seeded: Gateway) -> None:
    assert await verify(seeded.services.database) == []


async def test_it_is_varied_and_of_the_size_that_was_asked_for(seeded: Gateway) -> None:
    sizes = {kind: len(await seeded.rows(kind)) for kind in (Customer, Invoice, LineItem, InvoiceItem)}
    assert sizes == {Customer: 9, Invoice: 120, LineItem: 240, InvoiceItem: 240}
    invoices = await seeded.rows(Invoice)
    assert {invoice.status for invoice in invoices} == set(InvoiceStatus)
    assert len({invoice.currency for invoice in invoices}) > 2
    assert len({invoice.created_at for invoice in invoices}) > 100
    assert any(invoice.starting_balance for invoice in invoices)


async def test_an_invoice_has_an_event_for_each_status_that_shows_it_at_that_moment(seeded: Gateway) -> None:
    events = sorted(await seeded.rows(Event), key=lambda event: event.sequence)
    assert len({event.operation_id for event in events}) == len(events)
    for invoice in await seeded.rows(Invoice):
        ends = (invoice.paid_at, invoice.voided_at, invoice.marked_uncollectible_at)
        moments = [moment for moment in (invoice.created_at, invoice.finalized_at, *ends) if moment]
        about = [event for event in events if event.invoice_id == invoice.id]
        assert [event.occurred_at for event in about] == moments == sorted(moments)
        assert [event.data["status"] for event in about] == [event.status for event in about]
        assert about[0].data["number"] is None
        assert (about[-1].data["version"], about[-1].data["number"]) == (invoice.version, invoice.number)


async def test_an_event_shows_every_field_that_a_command_s_event_shows(seeded: Gateway) -> None:
    """Seeded snapshots are taken many at a time; they must not differ from those taken one by one."""
    invoice = (await seeded.rows(Invoice, status="PAID"))[0]
    newest = max(await seeded.rows(Event, invoice_id=invoice.id), key=lambda event: event.sequence)
    planner = make_planner(seeded.services.database.dialect)
    snapshots = Snapshots(planner, ManualClock(newest.occurred_at), "http://127.0.0.1:8000")
    async with seeded.services.database.reader() as connection:
        assert await snapshots(connection, invoice) == newest.data


async def test_seeding_again_with_the_same_seed_adds_as_much_again(seeded: Gateway) -> None:
    await add_data(seeded.services.database, seeded.actor.account_id)
    assert len(await seeded.rows(Invoice)) == 240
    assert await verify(seeded.services.database) == []


async def test_commands_go_on_where_seeding_ended(seeded: Gateway) -> None:
    seeded.clock.set(max(event.occurred_at for event in await seeded.rows(Event)))
    draft = (await seeded.rows(Invoice, status="DRAFT"))[0]
    await seeded.done("invoicePay", id=draft.id)
    for invoice in (await seeded.rows(Invoice, status="OPEN"))[:5]:
        await seeded.done("invoicePay", id=invoice.id)
    await seeded.done("invoicePay", id=(await seeded.rows(Invoice, status="UNCOLLECTIBLE"))[0].id)
    assert await verify(seeded.services.database) == []


async def test_numbers_of_the_account_that_were_chosen_by_hand_are_passed_over(gateway: Gateway) -> None:
    await gateway.done("accountUpdate", invoice_numbering="ACCOUNT")
    await gateway.open_invoice(number="RKTRIDE-0003")
    await gateway.open_invoice()
    await add_data(gateway.services.database, gateway.actor.account_id)
    sequences = {invoice.number_sequence for invoice in await gateway.rows(Invoice, number_prefix="RKTRIDE")}
    assert {1, 2, 4} <= sequences
    assert 3 not in sequences
    assert await verify(gateway.services.database) == []


@pytest.mark.parametrize(("invoices", "told"), [(0, []), (1, [1]), (620, [500, 120])])
async def test_progress_is_told_in_invoices(gateway: Gateway, invoices: int, told: list[int]) -> None:
    size = Size(customers=1, invoices=invoices, lines=1)
    assert await add_data(gateway.services.database, gateway.actor.account_id, size) == told
    assert await verify(gateway.services.database) == []


async def contents(url: str, number: int) -> list[Any]:
    """All rows of a new database that was seeded."""
    database = await open_database(url, readers=1, synchronous="OFF")
    try:
        ids = IdFactory(ManualClock(START))
        settings = {"name": "Rocket Rides", "invoice_prefix": "RKTRIDE"}
        await create_account(database, ManualClock(START), ids, settings, "acct_seeded")
        await add_data(database, "acct_seeded", number=number)
        tables = ("customer", "invoice", "line_item", "invoice_payment", "balance_transaction", "counter", "event")
        return [sorted(map(tuple, await database.read(f"SELECT * FROM {table}")), key=repr) for table in tables]
    finally:
        await database.close()


async def test_the_same_seed_makes_the_same_data(tmp_path: Path, kind: str) -> None:
    first = await contents(databases.url(tmp_path / "first.db"), 1)
    assert await contents(databases.url(tmp_path / "again.db"), 1) == first
    assert await contents(databases.url(tmp_path / "other.db"), 2) != first


async def test_both_kinds_of_database_get_the_same_data(tmp_path: Path, kind: str) -> None:
    file = await contents(f"sqlite+aiosqlite:///{tmp_path / 'file.db'}", 1)
    # SQLite's booleans are 0 and 1, which equal False and True.
    assert await contents(databases.url(tmp_path / "database.db"), 1) == file
