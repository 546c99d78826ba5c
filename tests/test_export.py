"""Exports: exact files, one snapshot, the rows that GraphQL answers, in memory that does not grow."""

import asyncio
import csv
import io
import json
import re
import shlex
import tracemalloc
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from databases import databases
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, START, Rows, small, varied
from test_cli import Invoke, database, done, invoke, refused
from test_planner import Reader
from vandal import vandal

from invoice_graph.config import Settings
from invoice_graph.documentation import markdown_table
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.exporting import EXPORTS, Unexportable, export
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.database import open_database
from invoice_graph.store.rows import delete_row, insert_rows, table_of
from invoice_graph.store.tables import BalanceTransaction, Invoice, LineItem

__all__ = ["database", "invoke"]

FILES = Path(__file__).parent / "exports"
ACCOUNTING = (Path(__file__).parent.parent / "docs" / "accounting.md").read_text()
HARD = '=SUM(A1) "quoted", \r\nnext line; ÄÖÜ \U0001f600'


async def write(url: str, *many: Rows) -> None:
    opened = await open_database(url, readers=1, synchronous="OFF")
    try:
        for rows in many:
            await rows.write(opened)
    finally:
        await opened.close()


def hard() -> Rows:
    """The small rows, one of them with a text that no format likes."""
    rows = small()
    rows.kept[Invoice][1].description = HARD
    rows.kept[LineItem][0].description = HARD
    return rows


@pytest.fixture
def filled(invoke: Invoke, database: str) -> Invoke:
    """The command line on the small rows."""
    asyncio.run(write(database, hard()))
    return invoke


@pytest.fixture
async def reader(tmp_path: Path, kind: str) -> AsyncGenerator[Reader, None]:
    """The gateway on two accounts full of varied rows."""
    path = tmp_path / "varied.db"
    settings = Settings(database=databases.url(path), readers=2, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        for account in (ACCOUNT, NEIGHBOUR):
            await varied(1, account).write(gateway.services.database)
        yield Reader(gateway)


async def exported(
    reader: Reader, what: str, conditions: Mapping[str, Any] | None = None, search: str | None = None
) -> list[dict[str, Any]]:
    """All rows of an export by the names of their columns."""
    batches = export(reader.gateway, ACCOUNT, EXPORTS[what], conditions or {}, search)
    names = EXPORTS[what].names
    return [dict(zip(names, row, strict=True)) async for batch in batches for row in batch.rows]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("what", EXPORTS)
def test_the_files_are_exactly_these(filled: Invoke, what: str, form: str, request: pytest.FixtureRequest) -> None:
    printed = done(filled("export", what, "--format", form)).encode()
    file = FILES / f"{what}.{form}"
    if request.config.getoption("--update-golden"):
        file.write_bytes(printed)
    assert printed == file.read_bytes()


@pytest.mark.parametrize("what", EXPORTS)
def test_both_formats_say_the_same_and_csv_is_read_back_whole(filled: Invoke, what: str) -> None:
    records = [json.loads(line) for line in done(filled("export", what, "--format", "jsonl")).splitlines()]
    rows = list(csv.reader(io.StringIO(done(filled("export", what)), newline="")))
    assert rows[0] == EXPORTS[what].names
    assert rows[1:] == [[as_cell(value) for value in record.values()] for record in records]


def as_cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_texts_are_written_as_they_are(filled: Invoke) -> None:
    (row,) = csv.DictReader(
        io.StringIO(done(filled("export", "invoices", "--where", '{"id": {"eq": "in_2"}}')), newline="")
    )
    assert row["description"] == HARD


def test_a_file_has_what_would_be_printed_and_appears_when_it_is_complete(filled: Invoke, tmp_path: Path) -> None:
    printed = done(filled("export", "lines"))
    before = set(tmp_path.iterdir())
    assert done(filled("export", "lines", "--output", "lines.csv")) == ""
    assert (tmp_path / "lines.csv").read_bytes() == printed.encode()
    assert set(tmp_path.iterdir()) - before == {tmp_path / "lines.csv"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("invoices", "--where", "{"), "--where is no JSON: "),
        (("invoices", "--where", "[]"), "--where is no JSON object."),
        (("invoices", "--where", '{"colour": {"eq": "red"}}'), "not to include unknown field 'colour'"),
        (("invoices", "--where", '{"status": {"eq": "LATE"}}'), "Value 'LATE' does not exist in 'InvoiceStatus'"),
        (("lines", "--where", '{"total": {"gt": 1.5}}'), "1.5 is no integer"),
        (("lines", "--where", '{"customerName": {"contains": "\\ud800"}}'), "where.customerName.contains"),
        (("ledger", "--where", "{" + '"not": {' * 6 + "}" * 7), "`where` nests deeper than 5 levels"),
        (
            ("events", "--where", '{"kind": "x"}'),
            "events have no condition 'kind'; they have types, invoiceId, customerId, actorId, requestId.",
        ),
        (("payments", "--search", "a"), "invoicePayments have no condition 'search'; they have where."),
        (("invoices", "--account", "acct_nobody"), "No such account: 'acct_nobody'"),
        (("invoices", "--output", "nowhere/rows.csv"), "nowhere/rows.csv can't be written: No such file or directory"),
        (("invoices", "--database", "sqlite+aiosqlite:///missing.db"), "missing.db does not exist"),
    ],
)
@pytest.mark.parametrize("output", [(), ("--output", "rows.csv")], ids=["printed", "to a file"])
def test_what_can_not_be_exported_is_one_line(
    filled: Invoke, tmp_path: Path, arguments: tuple[str, ...], message: str, output: tuple[str, ...]
) -> None:
    before = set(tmp_path.iterdir())
    assert message in refused(filled("export", arguments[0], *output, *arguments[1:]))
    assert set(tmp_path.iterdir()) == before


def test_a_file_is_never_overwritten(filled: Invoke, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("mine")
    assert "rows.csv exists already" in refused(filled("export", "invoices", "--output", "rows.csv"))
    assert (tmp_path / "rows.csv").read_text() == "mine"


def test_one_of_several_accounts_must_be_named(filled: Invoke, database: str) -> None:
    asyncio.run(write(database, varied(1, NEIGHBOUR)))
    assert "There are 2 accounts; name one with --account." in refused(filled("export", "ledger"))
    rows = done(filled("export", "ledger", "--account", ACCOUNT)).splitlines()
    assert [row.split(",")[0] for row in rows] == ["customerId", "cus_ada"]


INVOICES = "id number total overdue customer { id } statusTransitions { paidAt }"


async def listed(reader: Reader, field: str, arguments: str, selection: str) -> list[Any]:
    """All nodes of a list, page by page over GraphQL."""
    found, after = [], "null"
    while True:
        page = f"first: 7, after: {after}{arguments}"
        text = f"{{ {field}({page}) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        answer = await reader.gateway.engine.run(GraphQLRequest(text), Actor(ACCOUNT))
        assert isinstance(answer, Answer)
        assert answer.errors == ()
        connection = json.loads(answer.data or b"")[field]
        found += connection["nodes"]
        if not connection["pageInfo"]["hasNextPage"]:
            return found
        after = json.dumps(connection["pageInfo"]["endCursor"])


WHERES = (
    ({}, "{}"),
    ({"overdue": {"eq": True}}, "{overdue: {eq: true}}"),
    (
        {"or": [{"total": {"lt": 0}}, {"not": {"customer": {"isNull": True}}, "number": {"contains": "Ä"}}]},
        '{or: [{total: {lt: 0}}, {not: {customer: {isNull: true}}, number: {contains: "Ä"}}]}',
    ),
)


@pytest.mark.anyio
@pytest.mark.parametrize(("where", "written"), WHERES)
async def test_rows_are_what_graphql_answers(reader: Reader, where: dict[str, Any], written: str) -> None:
    lines = f"{INVOICES} lines(first: 100) {{ nodes {{ id amount invoiceItem {{ id }} }} }}"
    expected = await listed(reader, "invoices", f", where: {written}", lines)
    assert expected
    rows = await exported(reader, "invoices", where)
    assert [
        (row["id"], row["number"], row["total"], row["overdue"], row["customerId"], row["paidAt"]) for row in rows
    ] == [
        (
            one["id"],
            one["number"],
            one["total"],
            one["overdue"],
            one["customer"]["id"],
            one["statusTransitions"]["paidAt"],
        )
        for one in expected
    ]
    assert [
        (row["invoiceId"], row["invoiceNumber"], row["id"], row["amount"], row["invoiceItemId"])
        for row in await exported(reader, "lines", where)
    ] == [
        (one["id"], one["number"], line["id"], line["amount"], line["invoiceItem"]["id"])
        for one in expected
        for line in one["lines"]["nodes"]
    ]


@pytest.mark.anyio
async def test_payments_ledger_and_events_are_what_graphql_answers(reader: Reader) -> None:
    payments = await listed(reader, "invoicePayments", "", "id amountPaid payment { type } invoice { id number }")
    assert [
        (row["id"], row["amountPaid"], row["paymentType"], row["invoiceId"], row["invoiceNumber"])
        for row in await exported(reader, "payments")
    ] == [
        (one["id"], one["amountPaid"], one["payment"]["type"], one["invoice"]["id"], one["invoice"]["number"])
        for one in payments
    ]
    entries = "balanceTransactions(first: 100) { nodes { id amount invoice { id } } }"
    customers = await listed(reader, "customers", ", where: {delinquent: {eq: true}}", f"id name {entries}")
    assert [
        (row["customerId"], row["customerName"], row["id"], row["amount"], row["invoiceId"])
        for row in await exported(reader, "ledger", {"delinquent": {"eq": True}})
    ] == [
        (one["id"], one["name"], entry["id"], entry["amount"], entry["invoice"] and entry["invoice"]["id"])
        for one in customers
        for entry in one["balanceTransactions"]["nodes"]
    ]
    fields = "id sequence type occurredAt invoiceId customerId idempotencyKey data previousAttributes"
    assert await exported(reader, "events") == await listed(reader, "events", "", fields)
    some = await exported(reader, "events", {"types": ["INVOICE_PAID", "INVOICE_SENT"]})
    assert some == await listed(reader, "events", ", types: [INVOICE_PAID, INVOICE_SENT]", fields)
    assert 0 < len(some) < 120


@pytest.mark.anyio
async def test_lists_longer_than_a_page_are_exported_whole(reader: Reader) -> None:
    invoice = invoice_of(0)
    customer = invoice.customer_id = await customer_of(reader)
    own = {"account_id": ACCOUNT, "created_at": START, "currency": "usd"}
    billed = {"unit_amount_decimal": Decimal(1), "period_start_at": START, "period_end_at": START}
    lines = [
        LineItem(**own, **billed, id=f"il_{n:03d}", invoice_id=invoice.id, position=n, amount=n, subtotal=n)
        for n in range(1, 251)
    ]
    moved = {"customer_id": customer, "amount": 1, "type": BalanceTransactionType.ADJUSTMENT}
    entries = [
        BalanceTransaction(**own, **moved, id=f"cbtxn_{n}", sequence=n, ending_balance=n) for n in range(1000, 1201)
    ]
    async with reader.database.transaction() as connection:
        await insert_rows(connection, Invoice, [invoice])
        await insert_rows(connection, LineItem, lines)
        await insert_rows(connection, BalanceTransaction, entries)
    rows = await exported(reader, "lines", {"id": {"eq": invoice.id}})
    assert [(row["invoiceId"], row["amount"]) for row in rows] == [(invoice.id, n) for n in range(1, 251)]
    ids = [row["id"] for row in await exported(reader, "ledger", {"id": {"eq": customer}})]
    assert len(ids) == len(set(ids))
    assert set(ids) >= {entry.id for entry in entries}


@pytest.mark.anyio
async def test_a_search_narrows_what_is_exported(reader: Reader) -> None:
    query = 'status:"paid" total>500'
    found = await reader.read(
        "query ($q: String!) { invoices(search: $q, first: 100) { totalCount nodes { id } } }", q=query
    )
    wanted = {node["id"] for node in found["invoices"]["nodes"]}
    assert 0 < len(wanted) == found["invoices"]["totalCount"]
    assert {row["id"] for row in await exported(reader, "invoices", search=query)} == wanted
    assert {row["invoiceId"] for row in await exported(reader, "lines", search=query)} <= wanted


async def customer_of(reader: Reader) -> str:
    """One of the account's customers."""
    found = await reader.read("{ customers(first: 1) { nodes { id } } }")
    return str(found["customers"]["nodes"][0]["id"])


def invoice_of(number: int) -> Invoice:
    own = {"account_id": ACCOUNT, "id": f"in_bulk_{number:06d}", "created_at": START - timedelta(seconds=number)}
    period = {"period_start_at": START, "period_end_at": START}
    return Invoice(**own, **period, customer_id="cus_ada", currency="usd", total=number, description="x" * 200)


@pytest.mark.anyio
async def test_what_is_written_meanwhile_is_not_exported(reader: Reader) -> None:
    customer = await customer_of(reader)
    bulk = [invoice_of(number) for number in range(150)]
    for invoice in bulk:
        invoice.customer_id = customer
    async with reader.database.transaction() as connection:
        await insert_rows(connection, Invoice, bulk)
    where = {"id": {"in": [invoice_of(number).id for number in range(200)]}}
    seen: list[str] = []
    async for batch in export(reader.gateway, ACCOUNT, EXPORTS["invoices"], where):
        if not seen:
            late = invoice_of(151)
            late.customer_id = customer
            async with reader.database.transaction() as connection:
                await insert_rows(connection, Invoice, [late])
                await delete_row(connection, bulk[149])
        seen += [row[0] for row in batch.rows]
        assert batch.total == 150
    assert seen == [invoice.id for invoice in bulk]
    assert (await exported(reader, "invoices", where))[-1]["id"] == invoice_of(151).id


@pytest.mark.anyio
async def test_conditions_are_refused_before_the_first_row(reader: Reader) -> None:
    with pytest.raises(Unexportable, match="unknown field 'colour'"):
        await exported(reader, "invoices", {"colour": {}})


def test_memory_does_not_grow_with_the_rows(invoke: Invoke, database: str, tmp_path: Path) -> None:
    asyncio.run(write(database, small()))
    multiply(tmp_path / "invoices.db", 10_000)
    done(invoke("export", "invoices", "--where", '{"total": {"lt": 200}}', "--output", "warm.jsonl"))
    tracemalloc.start()
    try:
        done(invoke("export", "invoices", "--format", "jsonl", "--output", "rows.jsonl"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    size = (tmp_path / "rows.jsonl").stat().st_size
    with (tmp_path / "rows.jsonl").open() as lines:
        totals = [json.loads(line)["total"] for line in lines]
    assert len(totals) == 10_005
    assert totals[5:] == list(range(10_000))
    assert size > 9_000_000
    assert peak < 6_000_000


def multiply(path: Path, count: int) -> None:
    """Copies an invoice many times, each copy a second older than the one before."""
    changed = {
        "id": "'in_bulk_' || SUBSTR('000000', LENGTH(CAST(n AS TEXT)) + 1) || n",
        "created_at": {
            "sqlite": "strftime('%Y-%m-%dT%H:%M:%SZ', created_at, -n || ' seconds')",
            "postgres": "REPLACE(CAST(CAST(created_at AS TIMESTAMP) - n * INTERVAL '1 s' AS TEXT), ' ', 'T') || 'Z'",
        }[databases.kind],
        "total": "n",
        "description": f"'{'x' * 200}'",
    }
    values = ", ".join(changed.get(column.name, column.name) for column in table_of(Invoice).columns)
    numbers = f"WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})"
    with vandal(path) as run:
        run(f"INSERT INTO invoice {numbers} SELECT {values} FROM invoice, numbers WHERE id = 'in_1'")


def columns_table() -> str:
    """What every export's rows consist of."""
    rows = ((f"`{what}`", ", ".join(f"`{name}`" for name in item.names)) for what, item in EXPORTS.items())
    return markdown_table(("export", "columns"), rows)


def test_the_documented_columns_are_the_columns() -> None:
    found = re.search(r"<!-- columns -->\n(.*?)\n<!-- /columns -->", ACCOUNTING, re.DOTALL)
    assert found
    assert found[1] == columns_table()


def test_the_documented_commands_work(invoke: Invoke) -> None:
    done(invoke("seed", "--customers", "2", "--invoices", "12", "--lines", "1"))
    blocks = re.findall(r"```sh\n(.*?)```", ACCOUNTING, re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert len(commands) == 7
    for program, *arguments in commands:
        assert program == "invoice-graph"
        printed = done(invoke(*arguments))
        assert printed or "--output" in arguments
    shown = re.search(r"```text\n(.*?)```", ACCOUNTING, re.DOTALL)
    assert shown
    assert done(invoke("verify")).endswith(shown[1])


@pytest.mark.anyio
async def test_the_documented_queries_are_answered(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'small.db'}"
    await write(url, small())
    queries = re.findall(r"```graphql\n(.*?)```", ACCOUNTING, re.DOTALL)
    async with open_gateway(Settings(database=url), ManualClock(NOW)) as gateway:
        sequences, months, debtors = [await Reader(gateway).read(text) for text in queries]
    assert sequences["account"]["numberSequences"]["nodes"][0]["nextNumber"] == "ADA-0003"
    owed = {"currency": "usd", "currencyDigits": 2, "count": 1, "total": 500, "amountRemaining": 500}
    assert months["invoices"] == {"totalCount": 1, "summary": [{"month": "2026-01", "status": "OPEN"} | owed]}
    assert [group["customer"]["name"] for group in debtors["invoices"]["summary"]] == ["Ada Müller", None]
