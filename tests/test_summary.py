"""`summary`: what a list adds up to, exactly, by currency, by whatever is asked for, or not at all."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from databases import databases
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, START, Rows, small
from reference_executor import GROUPINGS, ReferenceExecutor
from test_planner import Reader

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock, time_text
from invoice_graph.domain.kinds import BillingReason, CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.schema.build import build_schema
from invoice_graph.server.engine_protocol import GraphQLRequest
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store import tables
from invoice_graph.store.rows import insert_rows
from invoice_graph.store.tables import Account, Customer, Invoice

pytestmark = pytest.mark.anyio
LARGEST = 2**53 - 1
EVERYTHING = (
    "currency currencyDigits status customerId customer { id } month collectionMethod count total amountDue amountPaid "
    "amountRemaining"
)
TOO_LARGE = {"code": "BAD_USER_INPUT", "reason": "AMOUNT_TOO_LARGE", "argument": "groupBy"}


def invoice(id: str, customer: str = "cus_ada", currency: str = "usd", **fields: Any) -> Invoice:
    own = {"account_id": ACCOUNT, "id": id, "created_at": START, "customer_id": customer, "currency": currency}
    return Invoice(**own | {"period_start_at": START, "period_end_at": START} | fields)


def final(number: int, **fields: Any) -> dict[str, Any]:
    """What an invoice has that is no draft."""
    return {"status": InvoiceStatus.OPEN, "finalized_at": START, "number": f"N-{number}"} | fields


@pytest.fixture
async def reader(tmp_path: Path, kind: str) -> AsyncGenerator[Reader, None]:
    path = tmp_path / "invoices.db"
    settings = Settings(database=databases.url(path), readers=2, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await small().write(gateway.services.database)
        yield Reader(gateway)


async def add(reader: Reader, *rows: Any) -> None:
    async with reader.database.transaction() as connection:
        for row in rows:
            await insert_rows(connection, type(row), [row])


async def summed(reader: Reader, fields: str, by: str = "", arguments: str = "") -> list[list[Any]]:
    """The values of each group."""
    asked = f"summary{f'(groupBy: [{by}])' if by else ''} {{ {fields} }}"
    found = await reader.read(f"{{ invoices{f'({arguments})' if arguments else ''} {{ {asked} }} }}")
    return [list(group.values()) for group in found["invoices"]["summary"]]


async def test_without_groups_there_is_one_sum_per_currency(reader: Reader) -> None:
    assert await summed(reader, "currency currencyDigits count total amountDue amountPaid amountRemaining") == [
        ["jpy", 0, 1, 500, 500, 0, 500],
        ["kwd", 3, 1, 500, 0, 0, 0],
        ["usd", 2, 3, 1500, 1400, 900, 500],
    ]
    assert await summed(reader, "status customerId customer { id } month collectionMethod") == [[None] * 5] * 3


async def test_groups_come_in_the_order_asked_for_and_then_of_currency(reader: Reader) -> None:
    assert await summed(reader, "status currency count total", "STATUS") == [
        ["DRAFT", "kwd", 1, 500],
        ["DRAFT", "usd", 1, 0],
        ["OPEN", "usd", 1, 500],
        ["PAID", "usd", 1, 1000],
        ["VOID", "jpy", 1, 500],
    ]
    assert await summed(reader, "currency status count", "CURRENCY, STATUS, CURRENCY") == [
        ["jpy", "VOID", 1],
        ["kwd", "DRAFT", 1],
        ["usd", "DRAFT", 1],
        ["usd", "OPEN", 1],
        ["usd", "PAID", 1],
    ]
    assert await summed(reader, "collectionMethod count", "COLLECTION_METHOD", 'where: {currency: {eq: "usd"}}') == [
        ["CHARGE_AUTOMATICALLY", 2],
        ["SEND_INVOICE", 1],
    ]


async def test_a_group_knows_its_customer(reader: Reader) -> None:
    fields = "customer { name invoices(first: 1) { totalCount nodes { id } summary { count } } } customerId total"
    assert await summed(reader, fields, "CUSTOMER", 'where: {currency: {in: ["jpy", "usd"]}}') == [
        [
            {
                "name": "Ada Müller",
                "invoices": {"totalCount": 3, "nodes": [{"id": "in_3"}], "summary": [{"count": 3}]},
            },
            "cus_ada",
            1500,
        ],
        [
            {
                "name": None,
                "invoices": {"totalCount": 2, "nodes": [{"id": "in_5"}], "summary": [{"count": 1}, {"count": 1}]},
            },
            "cus_bob",
            500,
        ],
    ]


async def test_the_month_is_that_of_the_date_and_of_creation_for_drafts(reader: Reader) -> None:
    turn = datetime(2026, 3, 1, tzinfo=UTC)
    before, after = turn - timedelta(seconds=1), turn
    await add(
        reader,
        invoice("in_m1", currency="eur", created_at=before, effective_at=after),
        invoice("in_m2", currency="eur", created_at=after, effective_at=before),
        invoice("in_m3", currency="eur", created_at=before, **final(3, effective_at=after)),
        invoice("in_m4", currency="eur", created_at=after, **final(4, effective_at=before)),
        invoice("in_m5", currency="eur", created_at=after, **final(5)),
    )
    groups = await summed(reader, "month status count", "MONTH, STATUS", 'where: {currency: {eq: "eur"}}')
    assert groups == [
        ["2026-02", "DRAFT", 1],
        ["2026-02", "OPEN", 1],
        ["2026-03", "DRAFT", 1],
        ["2026-03", "OPEN", 2],
    ]


async def test_a_page_adds_up_to_what_all_pages_do(reader: Reader) -> None:
    whole = await summed(reader, EVERYTHING, "STATUS")
    page = await reader.read("{ invoices(first: 1) { nodes { id } pageInfo { endCursor } } }")
    cursor = page["invoices"]["pageInfo"]["endCursor"]
    assert await summed(reader, EVERYTHING, "STATUS", f'first: 2, after: "{cursor}"') == whole
    assert await summed(reader, EVERYTHING, "STATUS", "last: 1, orderBy: {field: TOTAL, direction: ASC}") == whole


async def test_nothing_adds_up_to_no_group(reader: Reader) -> None:
    assert await summed(reader, "count", "CUSTOMER, MONTH", 'where: {id: {eq: "in_gone"}}') == []


async def test_previews_and_test_clocks_do_not_count(reader: Reader) -> None:
    clock = tables.TestClock(account_id=ACCOUNT, id="clock_1", created_at=START, frozen_at=NOW, deletes_after_at=NOW)
    own = {"account_id": ACCOUNT, "created_at": START}
    await add(
        reader,
        clock,
        Customer(**own, id="cus_clock", invoice_prefix="CLOCK", test_clock_id="clock_1"),
        invoice("in_clock", "cus_clock", "eur", total=7, test_clock_id="clock_1"),
        invoice("upcoming_in_1", currency="eur", total=9, billing_reason=BillingReason.UPCOMING, expires_at=NOW),
    )
    assert [group[0] for group in await summed(reader, "currency")] == ["jpy", "kwd", "usd"]
    assert await summed(reader, "currency total", arguments='where: {customer: {eq: "cus_clock"}}') == [["eur", 7]]


async def test_in_each_currency_the_hundred_largest_debtors_are_told_apart(reader: Reader) -> None:
    rows: list[Any] = []
    for number in range(103):
        id, owed = f"cus_{number:03d}", 1000 if number < 102 else 2000
        rows.append(Customer(account_id=ACCOUNT, id=id, created_at=START, invoice_prefix=f"C{number}"))
        for part, status in enumerate((InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE)):
            amounts = {"amount_due": owed, "amount_remaining": owed, "status": status}
            rows.append(invoice(f"in_c{number}_{part}", id, "eur", **final(1000 + 2 * number + part, **amounts)))
    rows.append(invoice("in_gbp", "cus_101", "gbp"))
    await add(reader, *rows)
    groups = await summed(
        reader,
        "customerId currency status amountRemaining",
        "CUSTOMER, STATUS",
        'where: {currency: {in: ["eur", "gbp"]}}',
    )
    told = [f"cus_{number:03d}" for number in range(99)]
    assert groups == [
        *([id, "eur", status, 1000] for id in told for status in ("OPEN", "UNCOLLECTIBLE")),
        ["cus_101", "gbp", "DRAFT", 0],
        ["cus_102", "eur", "OPEN", 2000],
        ["cus_102", "eur", "UNCOLLECTIBLE", 2000],
    ]


async def test_more_than_a_thousand_groups_are_a_fault_not_a_part_of_the_answer(reader: Reader) -> None:
    months = [datetime(1900 + month // 12, 1 + month % 12, 1, tzinfo=UTC) for month in range(1001)]
    await add(reader, *(invoice(f"in_t{month}", currency="eur", created_at=when) for month, when in enumerate(months)))
    eur = 'where: {currency: {eq: "eur"}, createdAt: {gt: "%s"}}'
    found = await summed(reader, "month count", "MONTH", eur % time_text(months[0]))
    assert found == [[time_text(month)[:7], 1] for month in months[1:]]
    text = "{ invoices(%s) { nodes { id } summary(groupBy: MONTH) { month } } }"
    answer = await reader.answer(text % (eur % "1800-01-01T00:00:00Z"))
    assert (answer.data, answer.status) == (None, 400)
    assert [error["extensions"] for error in answer.errors] == [{"code": "COST_LIMIT_EXCEEDED"}]


async def test_sums_are_exact_to_the_last_that_json_can_carry(reader: Reader) -> None:
    amounts = (LARGEST - 3, 2, 1)
    await add(reader, *(invoice(f"in_l{place}", currency="eur", total=each) for place, each in enumerate(amounts)))
    await add(reader, *(invoice(f"in_n{place}", currency="gbp", total=-each) for place, each in enumerate(amounts)))
    where = 'where: {currency: {in: ["eur", "gbp"]}}'
    assert await summed(reader, "currency total", arguments=where) == [["eur", LARGEST], ["gbp", -LARGEST]]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("count", [2, 2000], ids=["beyond 2^53", "beyond 2^63"])
async def test_a_sum_that_json_cannot_carry_is_a_fault(reader: Reader, count: int, sign: int) -> None:
    await add(reader, *(invoice(f"in_l{place}", currency="eur", total=sign * LARGEST) for place in range(count)))
    where = 'where: {currency: {eq: "eur"}}'
    for text in (
        f"{{ invoices({where}) {{ summary {{ total }} }} }}",
        f"{{ invoices({where}) {{ nodes {{ id }} summary(groupBy: [CUSTOMER]) {{ customer {{ id }} total }} }} }}",
        '{ customer(id: "cus_ada") { invoices { summary { total } } } __schema { queryType { name } } }',
    ):
        assert await reader.fault(text) == TOO_LARGE
    assert await summed(reader, "count amountDue", "CUSTOMER", where) == [[count, 0]]


async def test_a_mutation_whose_answer_cannot_be_carried_changes_nothing(reader: Reader) -> None:
    await add(reader, invoice("in_l1", total=LARGEST), invoice("in_l2", total=LARGEST))
    text = """mutation { customerUpdate(input: {id: "cus_ada", name: "Ada"}) {
        customer { invoices { summary { total } } } } }"""
    answer = await reader.answer(text)
    assert [error["extensions"] for error in answer.errors] == [TOO_LARGE]
    assert await reader.read('{ customer(id: "cus_ada") { name version } }') == {
        "customer": {"name": "Ada Müller", "version": 1}
    }


async def test_a_stream_ends_with_the_fault_of_an_answer_that_cannot_be_carried(reader: Reader) -> None:
    await add(reader, invoice("in_l1", total=LARGEST), invoice("in_l2", total=LARGEST))
    text = 'subscription { events(after: "0") { customer { invoices { summary { total } } } } }'
    stream = await reader.gateway.engine.run(GraphQLRequest(text), Actor(ACCOUNT))
    assert isinstance(stream, AsyncGenerator)
    answers = [answer async for answer in stream]
    assert [(answer.data, [error["extensions"] for error in answer.errors]) for answer in answers] == [
        (None, [TOO_LARGE])
    ]


async def test_a_summary_counts_as_a_level_of_connections(reader: Reader) -> None:
    text = "invoices { summary { count } }"
    for _ in range(3):
        text = f"invoices(first: 1) {{ nodes {{ customer {{ {text} }} }} }}"
    assert (await reader.answer(f"{{ {text} }}")).errors == ()
    deeper = f"{{ invoices {{ nodes {{ customer {{ {text} }} }} }} }}"
    assert await reader.fault(deeper) == {"code": "COST_LIMIT_EXCEEDED"}


@pytest.mark.parametrize(
    ("levels", "inner"),
    [(4, "nodes { id } totalCount"), (3, f"nodes {{ id }} summary(groupBy: [STATUS, CUSTOMER]) {{ {EVERYTHING} }}")],
    ids=["a connection", "a summary"],
)
async def test_the_deepest_place_has_room_for_the_deepest_condition(reader: Reader, levels: int, inner: str) -> None:
    where = "{not: {not: {overdue: {eq: true}}}}"
    page = f"last: 2, where: {where}, orderBy: {{field: DUE_AT, direction: ASC}}"
    text = f"invoices({page}) {{ {inner} }}"
    for _ in range(levels):
        text = f"invoices({page}) {{ edges {{ node {{ customer {{ {text} }} }} }} totalCount }}"
    assert (await reader.answer(f'{{ customer(id: "cus_ada") {{ {text} }} }}')).errors == ()


def random_rows(seed: int, account: str) -> Rows:
    """Invoices of small amounts with many ties, some of them previews or on a test clock."""
    random, rows = Random(f"{seed}{account}"), Rows()
    rows.add(Account(account_id=account, created_at=START, name="A", invoice_prefix="A"))
    own = {"account_id": account, "created_at": START}
    rows.add(tables.TestClock(**own, id="clock_1", frozen_at=NOW, deletes_after_at=NOW))
    for number in range(12):
        clock = None if number else "clock_1"
        rows.add(Customer(**own, id=f"cus_{number}", invoice_prefix=f"P{number}", test_clock_id=clock))
    for number in range(400):
        rows.add(_random_invoice(random, account, number))
    return rows


def _random_invoice(random: Random, account: str, number: int) -> Invoice:
    status, customer = random.choice(tuple(InvoiceStatus)), random.randrange(12)
    due = random.randrange(10_000)
    paid = due if status is InvoiceStatus.PAID else random.choice((0, due // 3))
    kind = {"billing_reason": BillingReason.UPCOMING, "expires_at": NOW} if random.random() < 0.1 else {}
    draft = status is InvoiceStatus.DRAFT
    return Invoice(
        account_id=account,
        id=f"in_{number:03d}",
        created_at=START + timedelta(days=random.randrange(90)),
        effective_at=random.choice((None, START + timedelta(days=random.randrange(90)))),
        status=status,
        finalized_at=None if draft else START,
        number=None if draft else f"N-{number}",
        customer_id=f"cus_{customer}",
        currency=random.choice(("usd", "jpy", "kwd")),
        collection_method=random.choice(tuple(CollectionMethod)),
        period_start_at=START,
        period_end_at=START,
        total=random.randrange(-10_000, 10_000),
        amount_due=due,
        amount_paid=paid,
        amount_remaining=due - paid,
        test_clock_id=None if customer else "clock_1",
        **kind,
    )


GROUPED = [list(chosen) for count in range(len(GROUPINGS) + 1) for chosen in permutations(GROUPINGS, count)]
"""Every choice of groupings in every order."""


@pytest.mark.parametrize(
    ("seed", "count"),
    [(0, 25), (1, 25), (2, 25), pytest.param(3, len(GROUPED), marks=pytest.mark.fuzz)],
)
async def test_sums_are_those_of_a_loop_over_the_rows(tmp_path: Path, kind: str, seed: int, count: int) -> None:
    path = tmp_path / "random.db"
    settings = Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        for account in (ACCOUNT, NEIGHBOUR):
            await random_rows(seed, account).write(gateway.services.database)
        reference = ReferenceExecutor(build_schema().sdl, path, ACCOUNT, time_text(NOW), ADDRESS)
        reader = Reader(gateway)
        for text in random_questions(Random(seed), count):
            answer = await reader.answer(text)
            assert answer.errors == ()
            assert (answer.data or b"").decode() == reference.answer(text)


def random_questions(random: Random, count: int) -> list[str]:
    """So many of the choices of groupings, each with some condition."""
    conditions = (
        "{}",
        "{total: {gt: 0}}",
        "{status: {in: [OPEN, DRAFT]}}",
        '{customer: {in: ["cus_0", "cus_1", "cus_2"]}}',
        '{not: {or: [{overdue: {eq: true}}, {createdAt: {lt: "2026-02-01T00:00:00Z"}}]}}',
    )
    return [
        f"{{ invoices(where: {random.choice(conditions)}) {{ totalCount summary(groupBy: [{', '.join(chosen)}]) "
        f'{{ {EVERYTHING} }} }} customer(id: "cus_{random.randrange(3)}") {{ invoices {{ summary '
        f"(groupBy: [{', '.join(reversed(chosen))}]) {{ {EVERYTHING} }} }} }} }}"
        for chosen in random.sample(GROUPED, count)
    ]
