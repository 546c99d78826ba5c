"""What no list shows: previews and deleted clocks at all, objects on test clocks unless they are asked for."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from databases import analyze, databases
from planner_data import ACCOUNT, ADDRESS, NOW, START, small
from test_planner import Reader

from invoice_graph.config import Settings
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.kinds import BillingReason
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store import tables
from invoice_graph.store.sqlite import QUERY_PLAN
from invoice_graph.store.tables import Customer, Invoice, InvoiceItem

pytestmark = pytest.mark.anyio


def preview(id: str, **expiry: int) -> Invoice:
    return invoice(id, "cus_ada", billing_reason=BillingReason.UPCOMING, expires_at=NOW + timedelta(**expiry))


def invoice(id: str, customer: str, **fields: Any) -> Invoice:
    own = {"account_id": ACCOUNT, "id": id, "created_at": START, "customer_id": customer, "currency": "usd"}
    return Invoice(**own, period_start_at=START, period_end_at=START, **fields)


@pytest.fixture
async def reader(tmp_path: Path, kind: str) -> AsyncGenerator[Reader, None]:
    """The small rows, two previews, a customer, an invoice and an item on a clock that is a day ahead, and a customer
    on a clock that was deleted."""
    rows = small()
    own = {"account_id": ACCOUNT, "created_at": START}
    rows.add(tables.TestClock(**own, id="clock_1", frozen_at=NOW + timedelta(days=1), deletes_after_at=NOW))
    rows.add(Customer(**own, id="cus_clock", invoice_prefix="CLOCK", test_clock_id="clock_1"))
    due = {"status": InvoiceStatus.OPEN, "number": "CLOCK-0001", "finalized_at": START, "due_at": NOW}
    rows.add(invoice("in_clock", "cus_clock", test_clock_id="clock_1", **due))
    billed = {
        "amount": 1,
        "currency": "usd",
        "unit_amount_decimal": 1,
        "period_start_at": START,
        "period_end_at": START,
    }
    rows.add(InvoiceItem(**own, id="ii_clock", customer_id="cus_clock", test_clock_id="clock_1", **billed))
    rows.add(tables.TestClock(**own, id="clock_2", frozen_at=NOW, deletes_after_at=NOW, deleted_at=NOW))
    rows.add(Customer(**own, id="cus_stopped", invoice_prefix="STOPPED", test_clock_id="clock_2"))
    rows.add(preview("upcoming_in_new", seconds=1))
    rows.add(preview("upcoming_in_old"))
    path = tmp_path / "invoices.db"
    settings = Settings(database=databases.url(path), readers=2, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await rows.write(gateway.services.database)
        yield Reader(gateway)


async def test_previews_are_in_no_list_and_in_no_count(reader: Reader) -> None:
    text = """{ invoices(where: {id: {in: ["in_1", "upcoming_in_new", "upcoming_in_old"]}}) { totalCount nodes { id } }
        all: invoices(first: 5) { totalCount pageInfo { hasNextPage } }
        customer(id: "cus_ada") { invoices { totalCount nodes { id } } } }"""
    found = await reader.read(text)
    assert found["invoices"] == {"totalCount": 1, "nodes": [{"id": "in_1"}]}
    assert found["all"] == {"totalCount": 5, "pageInfo": {"hasNextPage": False}}
    assert found["customer"]["invoices"]["totalCount"] == 3


async def test_a_preview_is_found_by_its_id_until_it_expires(reader: Reader) -> None:
    text = """{ new: invoice(id: "upcoming_in_new") { id } old: invoice(id: "upcoming_in_old") { id }
        node(id: "upcoming_in_old") { id } nodes(ids: ["upcoming_in_old", "upcoming_in_new", "in_1"]) { id } }"""
    assert await reader.read(text) == {
        "new": {"id": "upcoming_in_new"},
        "old": None,
        "node": None,
        "nodes": [None, {"id": "upcoming_in_new"}, {"id": "in_1"}],
    }


async def test_lists_of_the_account_leave_out_what_is_on_a_test_clock(reader: Reader) -> None:
    text = "{ invoices { totalCount } invoiceItems(last: 1) { totalCount nodes { id } } customers { nodes { id } } }"
    found = await reader.read(text)
    assert found["invoices"] == {"totalCount": 5}
    assert found["invoiceItems"] == {"totalCount": 11, "nodes": [{"id": "ii_2_1"}]}
    assert found["customers"] == {"nodes": [{"id": "cus_bob"}, {"id": "cus_ada"}]}


@pytest.mark.parametrize(
    "where",
    [
        '{customer: {eq: "cus_clock"}}',
        '{customer: {isNull: false}, status: {eq: OPEN}, number: {contains: "clock"}}',
        '{or: [{not: {customer: {in: ["cus_ada", "cus_bob"]}}}]}',
    ],
)
async def test_a_condition_on_the_customer_shows_them(reader: Reader, where: str) -> None:
    assert await reader.ids(f"where: {where}") == ["in_clock"]


@pytest.mark.parametrize("where", ["{customer: {}}", "{customer: {eq: null}}", "{customer: null}", "{or: [{}]}"])
async def test_a_condition_that_says_nothing_does_not(reader: Reader, where: str) -> None:
    assert await reader.ids(f"where: {where}") == ["in_5", "in_4", "in_3", "in_2", "in_1"]


async def test_what_is_on_a_clock_is_found_by_id_and_below_its_customer(reader: Reader) -> None:
    text = """{ invoice(id: "in_clock") { id } node(id: "ii_clock") { id }
        customers(where: {id: {eq: "cus_clock"}}) {
            nodes { invoices { nodes { id } } invoiceItems { totalCount } } } }"""
    assert await reader.read(text) == {
        "invoice": {"id": "in_clock"},
        "node": {"id": "ii_clock"},
        "customers": {"nodes": [{"invoices": {"nodes": [{"id": "in_clock"}]}, "invoiceItems": {"totalCount": 1}}]},
    }


async def test_a_deleted_test_clock_is_nowhere(reader: Reader) -> None:
    text = """{ found: testClock(id: "clock_1") { id } gone: testClock(id: "clock_2") { id }
        node(id: "clock_2") { id } nodes(ids: ["clock_1", "clock_2"]) { id }
        testClocks { totalCount nodes { id } pageInfo { hasNextPage } }
        on: customer(id: "cus_clock") { testClock { id } } off: customer(id: "cus_stopped") { testClock { id } } }"""
    assert await reader.read(text) == {
        "found": {"id": "clock_1"},
        "gone": None,
        "node": None,
        "nodes": [{"id": "clock_1"}, None],
        "testClocks": {"totalCount": 1, "nodes": [{"id": "clock_1"}], "pageInfo": {"hasNextPage": False}},
        "on": {"testClock": {"id": "clock_1"}},
        "off": {"testClock": None},
    }


async def test_a_call_about_a_deleted_test_clock_or_an_expired_preview_shows_nothing(reader: Reader) -> None:
    text = """mutation {
        clock: testClockDelete(input: {id: "clock_2"}) { testClock { id } userErrors { code path } }
        preview: invoiceFinalize(input: {id: "upcoming_in_old"}) { invoice { id } userErrors { code path } } }"""
    missing = [{"code": "RESOURCE_MISSING", "path": ["id"]}]
    assert await reader.read(text) == {
        "clock": {"testClock": None, "userErrors": missing},
        "preview": {"invoice": None, "userErrors": missing},
    }


async def test_who_lived_on_a_deleted_test_clock_is_still_in_no_list(reader: Reader) -> None:
    text = """{ customers { nodes { id } } asked: customers(where: {id: {eq: "cus_stopped"}}) { nodes { id } } }"""
    found = await reader.read(text)
    assert found["customers"] == {"nodes": [{"id": "cus_bob"}, {"id": "cus_ada"}]}
    assert found["asked"] == {"nodes": [{"id": "cus_stopped"}]}


async def test_an_invoice_is_overdue_by_its_own_clock(reader: Reader) -> None:
    found = await reader.read('{ invoice(id: "in_clock") { overdue dueAt } }')
    assert found == {"invoice": {"overdue": True, "dueAt": "2026-03-01T12:00:00Z"}}
    assert await reader.ids('where: {overdue: {eq: true}, customer: {eq: "cus_clock"}}') == ["in_clock"]
    assert await reader.ids("where: {overdue: {eq: true}}") == ["in_2"]


COUNTED = {
    "invoice": "expires_at IS NULL AND test_clock_id IS NULL",
    "invoice_item": "test_clock_id IS NULL",
    "customer": "test_clock_id IS NULL",
}
"""Tables that have rows which no list shows, and the condition of those that lists show."""

RARELY = "SET enable_seqscan = off; SET enable_bitmapscan = off"
"""Keeps PostgreSQL from looking at rows, which it does of small tables even where an index has all it needs."""


@pytest.mark.parametrize("table", COUNTED)
async def test_counting_needs_no_row(reader: Reader, table: str, tmp_path: Path) -> None:
    analyze(tmp_path / "invoices.db")
    counting = f"SELECT count(*) FROM {table} WHERE account_id = '{ACCOUNT}' AND {COUNTED[table]}"
    async with reader.database.reader() as connection:
        if connection.dialect.name == "sqlite":
            ((*_, step),) = await connection.rows(QUERY_PLAN + counting)
            assert f"SEARCH {table} USING COVERING INDEX" in step
        else:
            await connection.driver.execute(RARELY)
            _, (step,), *_ = await connection.rows(f"EXPLAIN {counting}")
            assert "Index Only Scan using" in step
