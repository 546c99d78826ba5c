"""Reads through the gateway, one promise at a time: refused arguments, fences, limits, pages, plans."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import databases
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, cursor_at, small, varied
from sqlmodel import SQLModel

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.schema.build import make_planner
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.server.limits import Limits
from invoice_graph.store.connection import Database
from invoice_graph.store.rows import delete_row, select_rows, table_of
from invoice_graph.store.tables import Customer, Event, InvoiceItem, InvoicePayment, LineItem

pytestmark = pytest.mark.anyio
CURSOR_FAULT = {"code": "BAD_USER_INPUT", "reason": "CURSOR_INVALID", "argument": "after"}
UNREADABLE = {"code": "BAD_USER_INPUT", "reason": "PARAMETER_INVALID"}
ROOMY = {"code": "COST_LIMIT_EXCEEDED"}


@dataclass
class Reader:
    """Somebody who asks for an account's data."""

    gateway: Gateway
    account_id: str = ACCOUNT

    @property
    def database(self) -> Database:
        return self.gateway.services.database

    async def answer(self, text: str, /, **variables: Any) -> Answer:
        answer = await self.gateway.engine.run(GraphQLRequest(text, None, variables), Actor(self.account_id))
        assert isinstance(answer, Answer)
        return answer

    async def read(self, text: str, /, **variables: Any) -> Any:
        """The data of an answer without errors."""
        answer = await self.answer(text, **variables)
        assert answer.errors == ()
        return json.loads(answer.data or b"")

    async def fault(self, text: str, /, **variables: Any) -> Any:
        """The extensions of the only error of an answer without data."""
        answer = await self.answer(text, **variables)
        assert answer.data is None
        assert answer.status == 400
        (error,) = answer.errors
        return error["extensions"]

    async def ids(self, arguments: str, /, **variables: Any) -> list[str]:
        """The ids of a page of invoices; its arguments can use the variable `$text`."""
        head = "query ($text: String)" if variables else "query"
        found = await self.read(f"{head} {{ invoices({arguments}) {{ nodes {{ id }} }} }}", **variables)
        return [node["id"] for node in found["invoices"]["nodes"]]


@pytest.fixture
async def reader(tmp_path: Path, kind: str) -> AsyncGenerator[Reader, None]:
    path = tmp_path / "invoices.db"
    settings = Settings(
        database=databases.url(path), readers=2, synchronous="OFF", public_url=ADDRESS, max_aliases=5000
    )
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await small().write(gateway.services.database)
        yield Reader(gateway)


@pytest.fixture
def planning(reader: Reader) -> Reader:
    """One whose plans are its own."""
    services, planner = reader.gateway.services, make_planner(reader.database.dialect)
    limits = Limits.of(Settings(max_aliases=5000))
    return Reader(Gateway(services, planner, GatewayEngine(services, planner, ADDRESS, limits=limits)))


def cursor(text: str) -> str:
    return text.encode().hex().upper()


@pytest.mark.parametrize("size", [0, -1, 101, 2**31 - 1])
@pytest.mark.parametrize("argument", ["first", "last"])
async def test_a_page_holds_1_to_100_rows(reader: Reader, argument: str, size: int) -> None:
    expected = {"code": "BAD_USER_INPUT", "reason": "PARAMETER_INVALID_INTEGER", "argument": argument}
    for field in ("totalCount", "nodes { id }", "__typename"):
        assert await reader.fault(f"{{ invoices({argument}: {size}) {{ {field} }} }}") == expected
    assert await reader.fault(f"query ($n: Int) {{ invoices({argument}: $n) {{ totalCount }} }}", n=size) == expected


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ("first: 1, last: 1", "last"),
        ('after: "a", before: "b"', "before"),
        ('first: 1, after: "a", before: "b"', "before"),
    ],
)
async def test_opposite_page_arguments_exclude_each_other(reader: Reader, arguments: str, argument: str) -> None:
    expected = {"code": "BAD_USER_INPUT", "reason": "PARAMETERS_EXCLUSIVE", "argument": argument}
    assert await reader.fault(f"{{ invoices({arguments}) {{ totalCount }} }}") == expected


async def test_null_page_arguments_are_as_good_as_absent(reader: Reader) -> None:
    arguments = "first: 2, last: null, after: null, before: null, where: null, orderBy: null"
    assert await reader.ids(arguments) == ["in_5", "in_4"]


BAD_CURSORS = {
    "nothing": "",
    "no hexadecimal digits": "zz",
    "half a byte": "5",
    "no UTF-8": "FF",
    "a lone surrogate": "\ud800",
    "a null character": "\0",
    "a row's id": "in_1",
    "a sequence number": "1",
    "another connection": cursor('Query.customers|["2026-01-01T08:00:00Z","in_1"]'),
    "another order": cursor('Query.invoices:TOTAL:DESC|[1,"in_1"]'),
    "no keys": cursor("Query.invoices"),
    "keys that are no JSON": cursor("Query.invoices|["),
    "keys that are no list": cursor('Query.invoices|{"a":1}'),
    "too few keys": cursor('Query.invoices|["in_1"]'),
    "too many keys": cursor('Query.invoices|["2026-01-01T08:00:00Z","in_1","x"]'),
    "a number for a moment": cursor('Query.invoices|[1,"in_1"]'),
    "null for a moment": cursor('Query.invoices|[null,"in_1"]'),
    "null for an id": cursor('Query.invoices|["2026-01-01T08:00:00Z",null]'),
    "a list for an id": cursor('Query.invoices|["2026-01-01T08:00:00Z",["in_1"]]'),
    "a null character in an id": cursor('Query.invoices|["2026-01-01T08:00:00Z","in_\\u0000"]'),
    "a lone surrogate in an id": cursor('Query.invoices|["2026-01-01T08:00:00Z","in_\\ud800"]'),
    "deep nesting": cursor("Query.invoices|" + "[" * 400 + "]" * 400),
    "endless length": cursor('Query.invoices|["2026-01-01T08:00:00Z","' + "x" * 100_000 + '"]'),
}


@pytest.mark.parametrize("name", BAD_CURSORS)
async def test_a_cursor_that_belongs_elsewhere_is_invalid(reader: Reader, name: str) -> None:
    for selection in ("nodes { id }", "totalCount", "__typename"):
        text = f"query ($after: String) {{ invoices(after: $after) {{ {selection} }} }}"
        assert await reader.fault(text, after=BAD_CURSORS[name]) == CURSOR_FAULT
    text = "query ($before: String) { invoices(before: $before) { totalCount } }"
    assert await reader.fault(text, before=BAD_CURSORS[name]) == CURSOR_FAULT | {"argument": "before"}


@pytest.mark.parametrize(
    "keys", ['["1","in_1"]', '[1.5,"in_1"]', '[true,"in_1"]', f'[{2**63},"in_1"]', f'[{10**400},"in_1"]']
)
async def test_a_cursor_of_an_order_by_amount_holds_a_64_bit_integer(reader: Reader, keys: str) -> None:
    text = "query ($after: String) { invoices(after: $after, orderBy: {field: TOTAL}) { nodes { id } } }"
    assert await reader.fault(text, after=cursor(f"Query.invoices:TOTAL:DESC|{keys}")) == CURSOR_FAULT
    found = await reader.read(text, after=cursor(f'Query.invoices:TOTAL:DESC|[{2**63 - 1},"in_1"]'))
    assert [node["id"] for node in found["invoices"]["nodes"]] == ["in_3", "in_5", "in_4", "in_2", "in_1"]


@pytest.mark.parametrize(
    "after", ["", "-1", "+1", " 1", "1.0", "x", "١", "1_0", str(2**63), "0" * 30, "9" * 5000, "\0"]
)
async def test_a_cursor_of_the_event_log_is_a_sequence_number(reader: Reader, after: str) -> None:
    text = "query ($after: String) { events(after: $after) { nodes { sequence } } }"
    assert await reader.fault(text, after=after) == CURSOR_FAULT
    found = await reader.read(text, after="3")
    assert found == {"events": {"nodes": [{"sequence": 4}, {"sequence": 5}]}}
    assert await reader.read(text, after=str(2**63 - 1)) == {"events": {"nodes": []}}


async def test_the_default_order_has_the_same_cursors_whether_it_is_asked_for_or_not(reader: Reader) -> None:
    text = "{ invoices(first: 1 ORDER) { pageInfo { endCursor } } }"
    orders = ("", ", orderBy: null", ", orderBy: {}", ", orderBy: {field: CREATED_AT, direction: DESC}")
    answers = [await reader.read(text.replace(" ORDER", order)) for order in orders]
    assert answers == [answers[0]] * len(orders)


async def test_at_most_100_nodes_are_read_at_once(reader: Reader) -> None:
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    expected = {"code": "BAD_USER_INPUT", "reason": "PARAMETER_INVALID", "argument": "ids"}
    assert await reader.fault(text, ids=["in_1"] * 101) == expected
    found = await reader.read(text, ids=[*["in_1"] * 99, "unknown"])
    assert found == {"nodes": [*[{"id": "in_1"}] * 99, None]}
    assert await reader.read(text, ids=[]) == {"nodes": []}


@pytest.mark.parametrize("text", ["nul\0", "half \ud800", "x" * 5001])
async def test_text_that_no_row_can_hold_is_refused(reader: Reader, text: str) -> None:
    where = "query ($v: String!) { invoices(where: {not: {number: {OP: $v}}}) { totalCount } }"
    for operator in ("eq", "contains"):
        assert await reader.fault(where.replace("OP", operator), v=text) == UNREADABLE | {"argument": "where"}
    listed = "query ($v: [String!]) { invoices(where: {number: {in: $v}}) { totalCount } }"
    assert await reader.fault(listed, v=["x", text]) == UNREADABLE | {"argument": "where"}
    named = "query ($v: String!) { customers(where: {name: {contains: $v}}) { totalCount } }"
    assert await reader.fault(named, v=text) == UNREADABLE | {"argument": "where"}
    for field in ("node", "invoice", "invoiceItem", "invoicePayment", "customer"):
        assert await reader.fault(f"query ($v: ID!) {{ {field}(id: $v) {{ id }} }}", v=text) == UNREADABLE | {
            "argument": "id"
        }
    assert await reader.fault("query ($v: [ID!]!) { nodes(ids: $v) { id } }", v=[text]) == UNREADABLE | {
        "argument": "ids"
    }
    for kind, below in (("query", "totalCount"), ("subscription", "id")):
        for argument in ("invoiceId", "customerId"):
            events = f"{kind} ($v: ID) {{ events({argument}: $v) {{ {below} }} }}"
            assert await reader.fault(events, v=text) == UNREADABLE | {"argument": argument}


@pytest.mark.parametrize("value", [2**53, -(2**53), 2**63, 10**400, float("nan"), float("inf"), 1.5, True, "1"])
async def test_amounts_are_integers_within_2_to_the_53rd(reader: Reader, value: Any) -> None:
    text = "query ($v: MinorUnits) { invoices(where: {total: {lt: $v}}) { totalCount } }"
    assert await reader.fault(text, v=value) == {"code": "BAD_USER_INPUT"}
    assert await reader.read(text, v=2**53 - 1) == {"invoices": {"totalCount": 5}}
    assert await reader.fault(f"{{ invoices(where: {{total: {{lt: {2**53}}}}}) {{ totalCount }} }}") == {
        "code": "BAD_USER_INPUT"
    }


async def test_connections_nest_five_deep_and_no_deeper(reader: Reader) -> None:
    chain = "lines { nodes { invoice { customer { INNER } } } }"
    five = "{ customers { nodes { invoices { nodes { INNER } } } } }"
    inner = chain.replace("INNER", "name metadata { key }")
    five = five.replace("INNER", chain.replace("INNER", f"invoices {{ nodes {{ {inner} }} }}"))
    found = await reader.read(five)
    assert len(found["customers"]["nodes"]) == 2
    six = five.replace("name metadata { key }", "name invoiceItems { totalCount }")
    assert await reader.fault(six) == ROOMY
    looked_up = six.replace("{ customers { nodes {", '{ customer(id: "cus_ada") {', 1)[: -len(" }")].strip()
    assert (await reader.read(looked_up))["customer"]["invoices"]["nodes"]


BY_DUE_DATE = "orderBy: {field: DUE_AT, direction: DESC}"
BEFORE_DATELESS = f'{BY_DUE_DATE}, last: 2, before: "{cursor_at("Customer.invoices:DUE_AT:DESC", None, "in_0")}"'
"""A page of two parts, invoices with a due date and those without."""


def deep_where(levels: int) -> dict[str, Any]:
    where: dict[str, Any] = {"id": {"in": ["in_1", "in_2"]}}
    for level in range(levels - 1):
        where = {"not": where, "total": {"gte": 0}} if level % 2 else {"not": where}
    return where


async def test_where_nests_five_deep_and_no_deeper(reader: Reader) -> None:
    text = "query ($where: InvoiceWhere) { invoices(where: $where) { nodes { id } } }"
    found = await reader.read(text, where=deep_where(5))
    assert [node["id"] for node in found["invoices"]["nodes"]] == ["in_2", "in_1"]
    for levels in (6, 20, 100):
        assert await reader.fault(text, where=deep_where(levels)) == ROOMY
    listed = {"and": [{"or": [{"and": [{"or": [{"and": [{}]}]}]}]}]}
    assert await reader.fault(text, where=listed) == ROOMY
    assert await reader.fault(text, where={"or": [{"total": {"eq": place}} for place in range(200)]}) == ROOMY


@pytest.mark.parametrize("page", ["", BEFORE_DATELESS])
async def test_the_deepest_place_of_an_object_has_room_for_where_three_deep(reader: Reader, page: str) -> None:
    chain = "lines { nodes { invoice { customer { INNER } } } }"
    last = "invoices(where: $where PAGE) { edges { cursor node { calculation { rule } } } pageInfo { hasNextPage } }"
    text = 'query ($where: InvoiceWhere) { node(id: "cus_ada") { ... on Customer { invoices { nodes { %s } } } } }'
    text %= chain.replace(
        "INNER", "invoices {{ nodes {{ {} }} }}".format(chain.replace("INNER", last.replace("PAGE", page)))
    )
    assert (await reader.read(text, where=deep_where(3)))["node"]["invoices"]["nodes"]
    assert await reader.fault(text, where=deep_where(4)) == ROOMY


DEEP_PLACES = {
    "a lookup": '{ customer(id: "cus_ada") { INNER } }',
    "a node": '{ node(id: "cus_ada") { id ... on Customer { INNER } ... on Event { invoice { customer { name } } } } }',
    "nodes": '{ nodes(ids: ["cus_ada", "evt_1"]) { ... on Customer { INNER } ... on Event { customer { INNER } } } }',
    "a payload": 'mutation { customerUpdate(input: {id: "cus_ada"}) { customer { INNER } } }',
    "events of a payload": """mutation {
      customerUpdate(input: {id: "cus_ada", name: "A"}) { events { customer { INNER } } }
    }""",
}


@pytest.mark.parametrize("page", [f"last: 2, {BY_DUE_DATE}", BEFORE_DATELESS])
@pytest.mark.parametrize("place", DEEP_PLACES)
async def test_the_deepest_selection_fits_everywhere(reader: Reader, place: str, page: str) -> None:
    customer = "metadata { key } shipping { address { city } } invoiceCustomFields { name } nextInvoiceSequence"
    invoice = "calculation { rule } allowedActions { action } customerShipping { address { city } } hostedUrl"
    around = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    inner = f"invoice {{ {invoice} customer {{ {customer} }} }}"
    inner = f"{customer} balanceTransactions(last: 2) {{ nodes {{ {inner} }} {around} }}"
    inner = (
        f"{invoice} payments(last: 2) {{ edges {{ cursor node {{ invoice {{ customer {{ {inner} }} }} }} }} {around} }}"
    )
    inner = f'events(before: "9") {{ nodes {{ invoice {{ {inner} }} }} {around} }}'
    inner = f"lines(last: 2) {{ nodes {{ invoiceItem {{ invoice {{ {inner} }} }} }} {around} }}"
    inner = f"{customer} invoices({page}) {{ nodes {{ {invoice} {inner} }} {around} }}"
    found = await reader.read(DEEP_PLACES[place].replace("INNER", inner))
    assert '"hasPreviousPage": true' in json.dumps(found)


async def test_the_object_of_a_conflict_is_read_four_connections_deep(reader: Reader) -> None:
    text = """mutation {
      customerUpdate(input: {id: "cus_ada", name: "B", expectedVersion: 7}) {
        userErrors { code ... on ConflictError { currentVersion current { id ... on Customer { INNER } } } }
      }
    }"""
    inner = "lines { nodes { invoice { customer { name invoices { nodes { id lines { totalCount } } } } } } }"
    inner = f"invoices(first: 1, where: {{status: {{in: [PAID]}}}}) {{ nodes {{ {inner} }} }}"
    found = await reader.read(text.replace("INNER", inner))
    (error,) = found["customerUpdate"]["userErrors"]
    assert error["code"] == "VERSION_CONFLICT"
    (paid,) = error["current"]["invoices"]["nodes"]
    customer = paid["lines"]["nodes"][1]["invoice"]["customer"]
    assert customer["name"] == "Ada Müller"
    assert customer["invoices"]["nodes"][0] == {"id": "in_3", "lines": {"totalCount": 2}}
    deeper = inner.replace("lines { totalCount }", "lines { nodes { invoice { payments { totalCount } } } }")
    assert await reader.fault(text.replace("INNER", deeper)) == ROOMY


async def test_a_selection_that_is_too_large_is_refused_before_it_is_spelled(reader: Reader) -> None:
    roots = " ".join(f"a{place}: eventCursor" for place in range(1001))
    assert await reader.fault(f"{{ {roots} }}") == ROOMY
    tables = " ".join(f"a{place}: lines {{ totalCount }}" for place in range(501))
    assert await reader.fault(f"{{ invoices {{ nodes {{ {tables} }} }} }}") == ROOMY
    lists = " ".join(f"a{place}: metadata {{ key }}" for place in range(1001))
    assert await reader.fault(f"{{ invoices {{ nodes {{ {lists} }} }} }}") == ROOMY
    levels = "".join(
        f"fragment F{level} on Customer {{ a: invoices {{ nodes {{ customer {{ ...F{level + 1} }} }} }}"
        f" b: invoices {{ nodes {{ customer {{ ...F{level + 1} ...G }} }} }} }} "
        for level in range(4)
    )
    wide = "fragment G on Customer { " + " ".join(f"g{place}: id" for place in range(1500)) + " } "
    text = "{ customers { nodes { ...F0 } } } " + levels + wide + "fragment F4 on Customer { id }"
    assert await reader.fault(text) == ROOMY


async def test_a_fault_in_the_payload_of_a_mutation_is_found_before_anything_is_written(reader: Reader) -> None:
    before = await dump(reader)
    text = (
        'mutation ($n: Int) { customerCreate(input: {name: "X"}) { customer { invoices(first: $n) { totalCount } } } }'
    )
    fault = {"code": "BAD_USER_INPUT", "reason": "PARAMETER_INVALID_INTEGER", "argument": "first"}
    assert await reader.fault(text, n=101) == fault
    second = 'mutation { a: customerCreate(input: {name: "X"}) { replayed } b: customerCreate(input: {name: "Y"}) %s }'
    assert await reader.fault(second % '{ customer { invoices(after: "x") { totalCount } } }') == CURSOR_FAULT
    assert (
        await reader.fault(
            second % f"{{ customer {{ invoices(where: {{{'not: {' * 5}{'}' * 5}}}) {{ totalCount }} }} }}"
        )
        == ROOMY
    )
    assert await dump(reader) == before
    answer = await reader.read(text, n=100)
    assert answer == {"customerCreate": {"customer": {"invoices": {"totalCount": 0}}}}


async def dump(reader: Reader) -> dict[str, list[Any]]:
    """Everything in the database."""
    names = SQLModel.metadata.tables
    return {name: [tuple(row) for row in await reader.database.read(f'SELECT * FROM "{name}"')] for name in names}


async def test_a_cursor_stays_valid_in_both_directions_when_its_row_is_deleted(reader: Reader) -> None:
    page = "invoiceItems(first: 2, after: $c) { edges { cursor node { id } } }"
    text = f'query ($c: String) {{ customer(id: "cus_ada") {{ {page} }} }}'
    page = (await reader.read(text))["customer"]["invoiceItems"]["edges"]
    assert [edge["node"]["id"] for edge in page] == ["ii_pending", "ii_3_2"]
    async with reader.database.transaction() as connection:
        (row,) = await select_rows(connection, InvoiceItem, {"account_id": ACCOUNT, "id": "ii_pending"})
        await delete_row(connection, row)
    after = await reader.read(text, c=page[0]["cursor"])
    assert [edge["node"]["id"] for edge in after["customer"]["invoiceItems"]["edges"]] == ["ii_3_2", "ii_3_1"]
    back = text.replace("first: 2, after", "last: 2, before")
    before = await reader.read(back, c=page[0]["cursor"])
    assert before["customer"]["invoiceItems"]["edges"] == []


async def test_a_foreign_accounts_objects_are_invisible_to_every_root_field(reader: Reader) -> None:
    await varied(1, NEIGHBOUR).write(reader.database)
    theirs = Reader(reader.gateway, NEIGHBOUR)
    lists = ("invoices", "invoiceItems", "invoicePayments", "customers", "events")
    text = "{ " + " ".join(f"{name}(first: 1) {{ totalCount nodes {{ id }} }}" for name in lists) + " }"
    foreign = await theirs.read(text)
    assert {name: page["totalCount"] for name, page in (await reader.read(text)).items()} == {
        "invoices": 5,
        "invoiceItems": 11,
        "invoicePayments": 1,
        "customers": 2,
        "events": 5,
    }
    for name in lists:
        (node,) = foreign[name]["nodes"]
        assert await theirs.read("query ($id: ID!) { node(id: $id) { id } }", id=node["id"]) == {"node": node}
        assert await reader.read("query ($id: ID!) { node(id: $id) { id } }", id=node["id"]) == {"node": None}
        assert await reader.read("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[node["id"]]) == {
            "nodes": [None]
        }
        if name != "events":
            one = name.removesuffix("s")
            assert await reader.read(f"query ($id: ID!) {{ {one}(id: $id) {{ id }} }}", id=node["id"]) == {one: None}
    invoice = foreign["invoices"]["nodes"][0]["id"]
    found = await reader.read(
        "query ($id: ID) { events(invoiceId: $id) { totalCount } eventCursor account { id } }", id=invoice
    )
    assert found == {"events": {"totalCount": 0}, "eventCursor": "5", "account": {"id": ACCOUNT}}


@pytest.mark.parametrize("of", [Customer, LineItem, InvoiceItem, InvoicePayment, Event])
async def test_an_id_of_any_kind_is_found_by_node_alone_and_by_no_other_kinds_field(reader: Reader, of: Any) -> None:
    (row,) = await reader.database.read(f"SELECT id FROM {table_of(of).name} LIMIT 1")
    text = "query ($id: ID!) { node(id: $id) { __typename id } invoice(id: $id) { id } }"
    assert await reader.read(text, id=row[0]) == {"node": {"__typename": of.__name__, "id": row[0]}, "invoice": None}


async def test_empty_lists_of_conditions_and_values(reader: Reader) -> None:
    everything = ["in_5", "in_4", "in_3", "in_2", "in_1"]
    assert await reader.ids("where: {}") == everything
    assert await reader.ids("where: {and: []}") == everything
    assert await reader.ids("where: {or: []}") == []
    assert await reader.ids("where: {not: {}}") == []
    assert await reader.ids("where: {not: {or: []}}") == everything
    assert await reader.ids("where: {id: {in: []}}") == []
    assert await reader.ids("where: {not: {id: {in: []}}}") == everything
    assert await reader.ids("where: {or: [{}, {id: {in: []}}]}") == everything
    assert await reader.ids("where: {id: {}, status: null, total: {eq: null}}") == everything


async def test_not_keeps_rows_whose_value_is_missing(reader: Reader) -> None:
    assert await reader.ids('where: {not: {number: {eq: "ADA-0001"}}}') == ["in_5", "in_4", "in_3", "in_1"]
    assert await reader.ids('where: {not: {dueAt: {gt: "2000-01-01T00:00:00Z"}}}') == ["in_3", "in_1"]
    assert await reader.ids('where: {not: {not: {dueAt: {gt: "2000-01-01T00:00:00Z"}}}}') == ["in_5", "in_4", "in_2"]
    assert await reader.ids("where: {not: {overdue: {eq: true}}}") == ["in_5", "in_4", "in_3", "in_1"]
    assert await reader.ids("where: {overdue: {eq: false}}") == ["in_5", "in_4", "in_3", "in_1"]
    assert await reader.ids("where: {dueAt: {isNull: true}, number: {isNull: false}}") == ["in_3"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("müller", ["in_2", "in_1"]),
        ("MÜLLER", ["in_2", "in_1"]),
        ("mÜLLER", ["in_2", "in_1"]),
        ("muller", []),
        ("%", ["in_3"]),
        ("0% _A", ["in_3"]),
        ("_", ["in_3"]),
        ("a%m", []),
        ("a_m", []),
        ("'", []),
        ('"', []),
        ("", ["in_3", "in_2", "in_1"]),
        ("ÄÖÜÉÈÊËÀ", []),
    ],
)
async def test_contains_means_the_characters_themselves_in_upper_and_lower_case(
    reader: Reader, text: str, ids: list[str]
) -> None:
    assert await reader.ids("where: {customerName: {contains: $text}}", text=text) == ids
    query = "query ($text: String) { customers(where: {name: {contains: $text}}) { totalCount } }"
    expected = 1 if text == "" or ("m" in text.casefold() and "ü" in text.casefold()) else 0
    assert await reader.read(query, text=text) == {"customers": {"totalCount": expected}}


async def test_contains_searches_numbers_and_addresses_too(reader: Reader) -> None:
    assert await reader.ids("where: {number: {contains: $text}}", text="ada-") == ["in_3", "in_2"]
    assert await reader.ids("where: {customerEmail: {contains: $text}}", text="@EXAMPLE") == ["in_2"]
    query = '{ customers(where: {email: {contains: "ADA@"}}) { nodes { email } } }'
    assert await reader.read(query) == {"customers": {"nodes": [{"email": "Ada@example.com"}]}}


@pytest.mark.parametrize("size", ["first: 1, after", "last: 1, before"])
async def test_missing_values_stand_last_in_both_directions_and_pages_join_without_a_gap(
    reader: Reader, size: str
) -> None:
    text = """query ($from: String) {
      invoices(SIZE: $from, orderBy: {field: DUE_AT, direction: WAY}) { edges { cursor node { id } } AROUND }
    }""".replace("AROUND", "pageInfo { hasNextPage hasPreviousPage }").replace("SIZE", size)
    expected = {"ASC": ["in_2", "in_5", "in_4", "in_1", "in_3"], "DESC": ["in_4", "in_5", "in_2", "in_3", "in_1"]}
    for way, ids in expected.items():
        listed = ids if "after" in size else ids[::-1]
        cursor, around = None, []
        for id in listed:
            page = (await reader.read(text.replace("WAY", way), **{"from": cursor}))["invoices"]
            ((cursor, node),) = map(dict.values, page["edges"])
            assert node == {"id": id}
            around.append(tuple(page["pageInfo"].values()))
        assert around == [(id != ids[-1], id != ids[0]) for id in listed]


async def test_four_hundred_fields_of_one_object(reader: Reader) -> None:
    fields = " ".join(f"f{place}: customerName" for place in range(400))
    found = await reader.read(f'{{ invoice(id: "in_1") {{ {fields} }} }}')
    assert found == {"invoice": {f"f{place}": "Ada Müller" for place in range(400)}}


async def test_sixty_names_for_one_related_object_join_it_once(reader: Reader) -> None:
    aliases = " ".join(f"c{place}: customer {{ n{place}: name }}" for place in range(60))
    found = await reader.read(f'{{ invoice(id: "in_1") {{ {aliases} }} }}')
    assert found == {"invoice": {f"c{place}": {f"n{place}": "Ada Müller"} for place in range(60)}}


async def test_sixty_names_for_one_list_with_different_arguments(reader: Reader) -> None:
    aliases = " ".join(f"l{size}: lines(first: {size}) {{ nodes {{ id }} }}" for size in range(1, 61))
    found = await reader.read(f'{{ invoice(id: "in_3") {{ {aliases} }} }}')
    lines = [{"id": "il_3_1"}, {"id": "il_3_2"}]
    assert found == {"invoice": {f"l{size}": {"nodes": lines[:size]} for size in range(1, 61)}}


async def test_fragments_inside_fragments_merge_into_one_object(reader: Reader) -> None:
    levels = "".join(f"fragment F{n} on Invoice {{ ...F{n + 1} customer {{ v{n}: version }} }} " for n in range(50))
    text = '{ invoice(id: "in_1") { ...F0 customer { name } } } ' + levels + "fragment F50 on Invoice { id }"
    found = await reader.read(text)
    assert list(found["invoice"]) == ["id", "customer"]
    assert found["invoice"]["customer"] == {f"v{n}": 1 for n in reversed(range(50))} | {"name": "Ada Müller"}


async def test_a_selection_without_fields_is_an_empty_object(reader: Reader) -> None:
    text = "query ($no: Boolean!) { account @include(if: $no) { id } }"
    assert await reader.read(text, no=False) == {}
    text = (
        "query ($no: Boolean!) { account { id @include(if: $no) } invoices(first: 1) { nodes { id @skip(if: true) } } }"
    )
    assert await reader.read(text, no=False) == {"account": {}, "invoices": {"nodes": [{}]}}
    assert await reader.read("mutation { accountUpdate(input: {}) @skip(if: true) { replayed } }") == {}


async def test_an_empty_page_tells_what_lies_around_it(reader: Reader) -> None:
    around = "{ nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
    last = cursor('Query.invoices|["2026-01-01T08:00:00Z","in_1"]')
    nothing = {"nodes": [], "totalCount": 5}
    ends = {"startCursor": None, "endCursor": None}
    after = await reader.read(f'{{ invoices(after: "{last}") {around} }}')
    assert after["invoices"] == nothing | {"pageInfo": {"hasNextPage": False, "hasPreviousPage": True} | ends}
    first = cursor('Query.invoices|["2026-01-03T08:00:00Z","in_5"]')
    before = await reader.read(f'{{ invoices(before: "{first}") {around} }}')
    assert before["invoices"] == nothing | {"pageInfo": {"hasNextPage": True, "hasPreviousPage": False} | ends}


async def test_values_of_one_shape_share_a_plan_and_other_shapes_have_their_own(planning: Reader) -> None:
    kept = planning.gateway.planner._kept
    text = """query ($where: InvoiceWhere, $first: Int, $after: String, $order: InvoiceOrder, $more: Boolean = false) {
      invoices(where: $where, first: $first, after: $after, orderBy: $order) { nodes { id total @include(if: $more) } }
    }"""

    async def ids(**variables: Any) -> list[str]:
        return [node["id"] for node in (await planning.read(text, **variables))["invoices"]["nodes"]]

    assert await ids(where={"total": {"gte": 500}}, first=2) == ["in_5", "in_4"]
    assert len(kept) == 1
    assert await ids(where={"total": {"gte": 501}}, first=2) == ["in_3"]
    assert await ids(where={"total": {"gte": -1}}, first=2) == ["in_5", "in_4"]
    assert len(kept) == 1
    others: list[tuple[dict[str, Any], list[str]]] = [
        ({"where": {"total": {"lt": 500}}, "first": 5}, ["in_1"]),
        ({"where": {"total": {"gte": 500, "lte": 500}}, "first": 1}, ["in_5"]),
        ({"where": {"not": {"total": {"gte": 500}}}, "first": 5}, ["in_1"]),
        ({"where": {"status": {"eq": "PAID"}}, "first": 5}, ["in_3"]),
        ({"where": {"status": {"in": ["PAID", "VOID"]}}, "first": 5}, ["in_4", "in_3"]),
        ({"where": {"dueAt": {"isNull": True}}}, ["in_3", "in_1"]),
        ({"where": {"dueAt": {"isNull": False}}}, ["in_5", "in_4", "in_2"]),
        ({"first": 1}, ["in_5"]),
        ({"first": None}, ["in_5", "in_4", "in_3", "in_2", "in_1"]),
        ({"first": 1, "order": {"field": "TOTAL", "direction": "DESC"}}, ["in_3"]),
        ({"first": 1, "order": {"field": "TOTAL", "direction": "ASC"}}, ["in_1"]),
        ({"first": 1, "after": cursor('Query.invoices|["2026-01-03T08:00:00Z","in_5"]')}, ["in_4"]),
        ({"first": 1, "more": True}, ["in_5"]),
    ]
    for place, (variables, expected) in enumerate(others, 2):
        assert await ids(**variables) == expected
        assert len(kept) == place
    assert await ids(first=1, after=cursor('Query.invoices|["2026-01-02T08:00:00Z","in_3"]')) == ["in_2"]
    assert len(kept) == len(others) + 1


async def test_a_list_of_another_length_shares_the_plan(planning: Reader) -> None:
    text = (
        "query ($ids: [ID!], $all: [ID!]!) { invoices(where: {id: {in: $ids}}) { totalCount } nodes(ids: $all) { id } }"
    )
    for ids in ([], ["in_1"], ["in_1", "in_2", "x"]):
        found = await planning.read(text, ids=ids, all=ids)
        assert found["invoices"] == {"totalCount": len(ids) - ids.count("x")}
        assert len(found["nodes"]) == len(ids)
    assert len(planning.gateway.planner._kept) == 1


async def test_a_very_large_plan_is_not_kept(planning: Reader) -> None:
    fields = " ".join(f"f{place}: customerName" for place in range(3000))
    assert len((await planning.read(f'{{ invoice(id: "in_1") {{ {fields} }} }}'))["invoice"]) == 3000
    assert len(planning.gateway.planner._kept) == 0
