"""How the database finds what filters and searches ask for: by an index, and by the one that leaves the fewest rows."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, VariableValues, parse
from planner_data import ACCOUNT, NEIGHBOUR, START, cursor_at
from query_plans import KEY, Filled, QueryPlan, filled_database

from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.plan import BoundStatement
from invoice_graph.schema.build import make_planner
from invoice_graph.store.connection import Database
from invoice_graph.store.rows import insert_rows
from invoice_graph.store.tables import Account, Customer, Invoice, LineItem

INVOICES = 1000
"""Of each account."""

CUSTOMERS = 250
DAY = '{gte: "2026-01-02T00:00:00Z", lt: "2026-01-03T00:00:00Z"}'
SUM = "{gte: 500, lt: 600}"


def made_invoice(account_id: str, place: int) -> Invoice:
    """The invoices are half an hour apart, each with its own amounts; half of them have a due date."""
    status = tuple(InvoiceStatus)[place % len(InvoiceStatus)]
    moment = START + timedelta(minutes=30 * place)
    final = None if status is InvoiceStatus.DRAFT else moment
    return Invoice(
        account_id=account_id,
        id=f"in_{place:06d}",
        created_at=moment,
        status=status,
        customer_id=f"cus_{place % CUSTOMERS}",
        customer_name=f"Shop {place % CUSTOMERS}",
        currency="usd",
        number=final and f"SHOP{place % CUSTOMERS}-{place:04d}",
        finalized_at=final,
        effective_at=final,
        due_at=moment if place % 2 else None,
        from_invoice_id=f"in_{place - 1:06d}" if place % 10 == 9 else None,
        total=place * 10,
        amount_due=place * 10,
        amount_remaining=0 if status is InvoiceStatus.PAID else place * 10,
        details={"order": f"A-{place}", "team": "red" if place % 2 else "blue"},
        period_start_at=moment,
        period_end_at=moment,
    )


def made_line(account_id: str, place: int) -> LineItem:
    own = {"account_id": account_id, "id": f"il_{place:06d}", "created_at": START, "invoice_id": f"in_{place:06d}"}
    amounts = {"amount": place, "subtotal": place, "currency": "usd", "unit_amount_decimal": Decimal(place)}
    return LineItem(**own, **amounts, position=1, period_start_at=START, period_end_at=START)


async def fill(database: Database) -> None:
    async with database.transaction() as connection:
        for account in (ACCOUNT, NEIGHBOUR):
            own = {"account_id": account, "created_at": START}
            customers = [Customer(**own, id=f"cus_{n}", invoice_prefix=f"SHOP{n}") for n in range(CUSTOMERS)]
            await insert_rows(connection, Account, [Account(**own, name="Shop", invoice_prefix="SHOP")])
            await insert_rows(connection, Customer, customers)
            await insert_rows(connection, Invoice, [made_invoice(account, place) for place in range(INVOICES)])
            await insert_rows(connection, LineItem, [made_line(account, place) for place in range(INVOICES)])


@pytest.fixture(scope="module", params=[False, True], ids=["as_made", "analyzed"])
def filled(request: pytest.FixtureRequest, folder: Path) -> Iterator[Filled]:
    """A database as it is made, and one that knows its own statistics."""
    with filled_database(folder, fill, request.param) as filled:
        yield filled


def bound(filled: Filled, arguments: str, selected: str = "nodes { id }") -> BoundStatement:
    """The statement of a page of invoices."""
    text = f"{{ invoices({arguments}) {{ {selected} }} }}"
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = VariableValues({}, {})
    (statement,) = make_planner(filled.database.dialect).plan(text, operation, [], variables).bind(variables)
    return statement


def plan(filled: Filled, arguments: str, selected: str = "nodes { id }") -> QueryPlan:
    """How a page of invoices is found: by the account, whatever else."""
    found = filled.plan(bound(filled, arguments, selected))
    assert [read for read in found.reads if not read.is_of_account] == []
    return found


SELECTIVE = {
    'where: {id: {eq: "in_000001"}}': [KEY],
    'where: {id: {in: ["in_000001", "in_000002"]}}': [KEY],
    "where: {status: {eq: UNCOLLECTIBLE}}": ["invoice_by_status"],
    'where: {customer: {eq: "cus_1"}}': ["invoice_by_customer"],
    'where: {number: {eq: "SHOP7-0007"}}': ["invoice_number"],
    'where: {number: {in: ["SHOP7-0007"]}}': ["invoice_number"],
    f"where: {{createdAt: {DAY}}}": ["invoice_by_creation"],
    f"where: {{dueAt: {DAY}}}": ["invoice_by_due"],
    f"where: {{effectiveAt: {DAY}}}": ["invoice_by_effect"],
    f"where: {{total: {SUM}}}": ["invoice_by_total"],
    f"where: {{amountDue: {SUM}}}": ["invoice_by_amount_due"],
    f"where: {{amountRemaining: {SUM}}}": ["invoice_by_amount_remaining"],
    "where: {total: {eq: 500}}": ["invoice_by_total"],
    'where: {fromInvoice: {eq: "in_000001"}}': ["invoice_by_origin"],
    'where: {metadata: {key: "order", eq: "A-7"}}': [KEY, "invoice_label_by_value"],
    'where: {metadata: {key: "order", in: ["A-7", "A-8"]}}': [KEY, "invoice_label_by_value"],
    r'search: "number:\"SHOP7-0007\""': [KEY, "invoice_by_number_words"],
    r'search: "number~\"P7-0007\""': [KEY, "invoice_by_number_words"],
    r'search: "metadata[\"order\"]:\"a-7\""': [KEY, "invoice_label_by_value"],
    'search: "total>=500 total<600"': ["invoice_by_total"],
    'search: "total:500"': ["invoice_by_total"],
    'search: "created>=1767312000 created<1767398400"': ["invoice_by_creation"],
    r'search: "customer:\"cus_1\""': ["invoice_by_customer"],
    r'search: "status:\"uncollectible\""': ["invoice_by_status"],
}
"""Filters that leave few rows, and the indexes by which the page's rows are found."""


@pytest.mark.parametrize("arguments", SELECTIVE)
def test_a_selective_filter_uses_its_index(filled: Filled, arguments: str) -> None:
    page, count = plan(filled, arguments), plan(filled, arguments, "totalCount")
    if filled.knows_sizes:
        # Each database has its own order in which it tells what it reads.
        assert sorted(page.indexes) == sorted([*SELECTIVE[arguments], KEY])
        assert sorted(count.indexes) == sorted(SELECTIVE[arguments])


UNSELECTIVE = (
    "where: {total: {gte: 0}}",
    "where: {amountRemaining: {gt: 0}}",
    "where: {overdue: {eq: true}}",
    'where: {currency: {eq: "usd"}}',
    'where: {customerName: {contains: "shop"}}',
    'where: {metadata: {key: "seldom", isNull: true}}',
    "where: {lines: {some: {amount: {gt: 0}}}}",
    r'search: "currency:\"usd\""',
    r'search: "-metadata[\"order\"]:\"A-7\""',
    r'search: "-status:\"open\""',
    'search: "receipt_number:null"',
)
"""Filters that many rows may pass."""


NEWEST_FIRST = {"invoice_by_creation", "invoice_by_status"}
"""The indexes that have an account's invoices, or those of one status, in the order of their creation."""


@pytest.mark.parametrize("arguments", UNSELECTIVE)
def test_for_any_other_filter_the_newest_invoices_are_looked_at_first(filled: Filled, arguments: str) -> None:
    found = plan(filled, arguments)
    if filled.knows_sizes:
        assert NEWEST_FIRST & set(found.indexes)
        assert found.sorts == []


ORDERS = {
    "CREATED_AT": "invoice_by_creation",
    "DUE_AT": "invoice_by_due",
    "TOTAL": "invoice_by_total",
    "AMOUNT_REMAINING": "invoice_by_amount_remaining",
}


@pytest.mark.parametrize("size", ["first: 5", "last: 5"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ORDERS)
def test_every_order_has_an_index_in_both_directions(filled: Filled, field: str, direction: str, size: str) -> None:
    found = plan(filled, f"{size}, orderBy: {{field: {field}, direction: {direction}}}")
    if filled.knows_sizes:
        assert ORDERS[field] in found.indexes
        assert found.sorts == []


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_invoices_without_due_date_come_last_in_both_directions(filled: Filled, direction: str) -> None:
    order = f"orderBy: {{field: DUE_AT, direction: {direction}}}"
    for size, expected in (("first: 1", False), ("last: 1", True)):
        (text,) = filled.answer(bound(filled, f"{size}, {order}", "nodes { dueAt }"))
        assert (text == '{"nodes":[{"dueAt":null}]}') is expected


KEYS = {
    "CREATED_AT": ("2026-01-02T00:00:00Z", "2026-01-20T00:00:00Z"),
    "DUE_AT": ("2026-01-02T00:00:00Z", "2026-01-20T00:00:00Z"),
    "TOTAL": (500, 9500),
    "AMOUNT_REMAINING": (500, 9500),
}
"""Orders with values that few rows are below and above."""


def ordered_page(page: str, field: str, direction: str, key: object) -> str:
    """The arguments of a page of invoices in an order that begins or ends at a key."""
    tag = "" if (field, direction) == ("CREATED_AT", "DESC") else f":{field}:{direction}"
    at = cursor_at(f"Query.invoices{tag}", key, "in_000500")
    return f'{page}: "{at}", orderBy: {{field: {field}, direction: {direction}}}'


@pytest.mark.parametrize("page", ["first: 5, after", "last: 5, before"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", KEYS)
def test_what_lies_around_a_page_is_found_by_its_cursor(filled: Filled, field: str, direction: str, page: str) -> None:
    key = KEYS[field][(direction == "ASC") is page.startswith("last")]
    assert reads_without(filled, page, field, direction, key) == []


@pytest.mark.parametrize("page", ["first: 5, after", "last: 5, before"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_what_lies_around_a_page_of_missing_values_is_found_by_its_cursor(
    filled: Filled, direction: str, page: str
) -> None:
    assert reads_without(filled, page, "DUE_AT", direction, None) == []


def reads_without(filled: Filled, page: str, field: str, direction: str, key: object) -> list[object]:
    """What is read without beginning at a value of the order's column, or sorted, to tell what lies around a page."""
    arguments = ordered_page(page, field, direction, key)
    selections = ("nodes { id }", "pageInfo { hasNextPage }", "pageInfo { hasPreviousPage }")
    plans = [plan(filled, arguments, selected) for selected in selections] if filled.knows_sizes else []
    reads = [read for found in plans for read in found.reads if read.index != KEY]
    sorts = [sort for found in plans for sort in found.sorts]
    return [*sorts, *(read for read in reads if field.lower() not in read.condition)]
