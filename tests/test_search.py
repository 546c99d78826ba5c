"""The query language of `search`, and the invoices that it and conditions on metadata and lines find."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from databases import databases
from gateway import Gateway as Commands
from graphql import OperationDefinitionNode, get_variable_values, parse
from planner_data import ACCOUNT, ADDRESS, NOW, START, Rows
from test_planner import Reader

from invoice_graph.config import Settings
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.search import Clause, Form, Operator, Search, parse_search
from invoice_graph.planner.plan import Plan
from invoice_graph.schema.build import make_planner
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.tables import Account, Customer, Invoice, InvoiceItem, InvoiceLabel, LineItem, Product

FAULT = {"code": "BAD_USER_INPUT", "reason": "SEARCH_QUERY_INVALID", "argument": "search"}


def clause(field: str, operator: str, value: Any, *, negated: bool = False, key: str = "") -> Clause:
    return Clause(Form(field, Operator(operator), negated, value is None), value, key)


CLAUSES = {
    'status:"open"': clause("status", ":", "open"),
    "status:'open'": clause("status", ":", "open"),
    ' - status : "open" '.replace(" - ", " -"): clause("status", ":", "open", negated=True),
    'number~"SHOP"': clause("number", "~", "SHOP"),
    "total>=-5": clause("total", ">=", -5),
    'total="1500"': clause("total", ":", 1500),
    "total:9223372036854775807": clause("total", ":", 2**63 - 1),
    "created<0": clause("created", "<", datetime(1970, 1, 1, tzinfo=UTC)),
    'created>"2026-01-01T01:00:00+01:00"': clause("created", ">", datetime(2026, 1, 1, tzinfo=UTC)),
    "-number:null": clause("number", ":", None, negated=True),
    'number:"null"': clause("number", ":", "null"),
    "total=null": clause("total", ":", None),
    'currency:""': clause("currency", ":", ""),
    'metadata["order"]:"A-1"': clause("metadata", ":", "A-1", key="order"),
    "metadata['or]der']:null": clause("metadata", ":", None, key="or]der"),
    r'metadata["say \"hi\""]:"it\'s \\ \n AND"': clause("metadata", ":", r"it's \ \n AND", key='say "hi"'),
    "receipt_number:'1-2'": clause("receipt_number", ":", "1-2"),
    "-subscription:null": clause("subscription", ":", None, negated=True),
}


@pytest.mark.parametrize("text", CLAUSES)
def test_a_clause_is_field_operator_and_value(text: str) -> None:
    assert parse_search(text) == Search((CLAUSES[text],), any=False)


@pytest.mark.parametrize("joint", [" ", "  \n", " AND ", " and ", "\tAnd\n"])
def test_a_space_means_and(joint: str) -> None:
    expected = (clause("total", ">", 1), clause("status", ":", "open"), clause("total", "<", 9))
    assert parse_search(joint.join(("total>1", 'status:"open"', "total<9"))) == Search(expected, any=False)


@pytest.mark.parametrize("joint", [" OR ", " or ", "\n oR\t"])
def test_or_joins_all_clauses_or_none(joint: str) -> None:
    assert parse_search(f"total>1{joint}total<9") == Search(
        (clause("total", ">", 1), clause("total", "<", 9)), any=True
    )


def test_ten_clauses_are_allowed() -> None:
    assert len(parse_search("total:1 " * 10).clauses) == 10


FIELDS = "the fields are created, total, currency, customer, metadata, number, receipt_number, status, subscription."
MIXED = "AND (or a space, which means the same) and OR are mixed; use one of them throughout, or `where`."
KEYLESS = 'The key of the metadata is not named; write it as in metadata["order"]:"A-1".'
FAULTS = {
    "": 'The search is empty; give a condition such as status:"open".',
    " \n": 'The search is empty; give a condition such as status:"open".',
    "amount<1": f"amount is no field of a search; {FIELDS}",
    "Status:'open'": f"Status is no field of a search; {FIELDS}",
    f"{'x' * 50}:1": f"{'x' * 37}... is no field of a search; {FIELDS}",
    "open": f"open is no field of a search; {FIELDS}",
    '"open"': f'A field was expected before "open"; {FIELDS}',
    "-": f"A field was expected before the end; {FIELDS}",
    "- status:'open'": f"A field was expected before  status:'open'; {FIELDS}",
    "status": "No operator follows status; status takes : ~.",
    "status 'open'": "No operator follows status; status takes : ~.",
    "number['a']:'b'": "No operator follows number; number takes : ~.",
    "status>'open'": "> can't be used with status; status takes : ~.",
    "status='open'": "= can't be used with status; status takes : ~.",
    "currency~'usd'": "~ can't be used with currency; currency takes :.",
    "metadata['a']>='b'": ">= can't be used with metadata; metadata takes :.",
    "total~'150'": "~ can't be used with total; total takes : = > < >= <=.",
    "status>null": "> can't be used with status; status takes : ~.",
    "total>null": "null can't be used with >; write total:null.",
    "number~null": "null can't be used with ~; write number:null.",
    "metadata:'b'": KEYLESS,
    "metadata[a]:'b'": KEYLESS,
    "metadata['a':'b'": KEYLESS,
    "status:": "No value follows status:; give one, or null for what is absent.",
    "status:(": "No value follows status:; give one, or null for what is absent.",
    "status:open": 'open needs quotation marks, as in status:"...".',
    "metadata['a']:5": '5 needs quotation marks, as in metadata:"...".',
    "number:NULL": 'NULL needs quotation marks, as in number:"...".',
    "number:'abc": "The quotation mark before abc is not closed; close it, or write \\ before one inside.",
    'number:"abc\\"': 'The quotation mark before abc\\" is not closed; close it, or write \\ before one inside.',
    "metadata['abc": "The quotation mark before abc is not closed; close it, or write \\ before one inside.",
    "number~'ab'": "number~ needs at least 3 characters; ab is too short.",
    "status~''": "status~ needs at least 3 characters; the text is too short.",
    "number:'--'": "-- has no letter or digit to look for in number; give a word, or null.",
    "total:abc": "abc does not fit total; give a whole number of minor units, such as 1500.",
    "total:1.5": "1.5 does not fit total; give a whole number of minor units, such as 1500.",
    "total:'+1'": "+1 does not fit total; give a whole number of minor units, such as 1500.",
    "total:'١'": "١ does not fit total; give a whole number of minor units, such as 1500.",
    f"total:{2**63}": f"{2**63} does not fit total; give a whole number of minor units, such as 1500.",
    "created:2026-01-01": '2026-01-01 needs quotation marks, as in created:"...".',
    "created:x": 'x needs quotation marks, as in created:"...".',
    "(status:'open')": "A search has no parentheses; join conditions by AND or by OR, or use `where`.",
    "total:1 (total:2)": "A search has no parentheses; join conditions by AND or by OR, or use `where`.",
    "total:1)": "Put a space before ), or close the value before it.",
    "number:'1'total:2": "Put a space before total:2, or close the value before it.",
    "AND total:1": "AND stands where a condition should; put it between two of them.",
    "total:1 or OR total:2": "OR stands where a condition should; put it between two of them.",
    "total:1 and": "The search ends with AND; add a condition after it.",
    "total:1 OR ": "The search ends with OR; add a condition after it.",
    "total:1 OR total:2 AND total:3": MIXED,
    "total:1 total:2 OR total:3": MIXED,
    "total:1 " * 11: "The search has 11 conditions; at most 10 are allowed.",
    "x" * 5001: "The text has 5001 characters; at most 5000 are allowed.",
    "number:'nul\0'": "The text contains a null character or half of a surrogate pair; remove it.",
    "number:'half \ud800'": "The text contains a null character or half of a surrogate pair; remove it.",
}


@pytest.mark.parametrize("text", FAULTS, ids=lambda text: ascii(text[:30]))
def test_a_fault_is_named_with_the_way_out(text: str) -> None:
    with pytest.raises(InputRefusal) as caught:
        parse_search(text)
    assert caught.value.message == FAULTS[text]
    assert caught.value.code is ErrorCode.SEARCH_QUERY_INVALID


@pytest.mark.parametrize(
    "value",
    [
        "'soon'",
        "'2026-01-01'",
        "'2026-01-01T00:00:00'",
        "'2026-01-01T00:00:00.5Z'",
        "99999999999999",
        "-99999999999999",
    ],
)
def test_a_moment_is_unix_seconds_or_a_date_time_with_an_offset(value: str) -> None:
    for operator in (":", ">="):
        with pytest.raises(InputRefusal, match=" does not fit created; give Unix seconds or a quoted moment"):
            parse_search(f"created{operator}{value}")


INVOICES: tuple[dict[str, Any], ...] = (
    {"status": "PAID", "total": 500, "number": "MYSHOP-0001", "details": {"order": "A-1", "team": "Süd"}},
    {"status": "OPEN", "total": 1500, "number": "MYSHOP-0002", "details": {}, "description": "Straße"},
    {"currency": "eur", "customer_id": "cus_b", "total": 1500, "details": {"order": "A-2", "note": 'say "hi"'}},
    {"status": "OPEN", "currency": "jpy", "customer_id": "cus_b", "total": 1500, "number": "ÜBER_Shop/7.b"},
    {"status": "VOID", "total": 0, "number": "MYSHOP-B-0003", "details": {"order": "a-1"}, "from_invoice_id": "in_1"},
    {"status": "UNCOLLECTIBLE", "total": -200, "number": "OTHERSHOP-01", "attempted": True, "amount_overpaid": 5},
)
"""Invoices in_1, in_2, ..., an hour apart; the n-th has a line n and, but for the first, a line n-1."""


@pytest.fixture
async def reader(tmp_path: Path, kind: str) -> AsyncGenerator[Reader, None]:
    path = tmp_path / "invoices.db"
    settings = Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await made_rows().write(gateway.services.database)
        yield Reader(gateway)


def made_rows() -> Rows:
    rows = Rows()
    rows.add(Account(account_id=ACCOUNT, created_at=START, name="Rocket Rides", invoice_prefix="ROCKET"))
    for name in ("cus_a", "cus_b"):
        rows.add(Customer(account_id=ACCOUNT, id=name, created_at=START, invoice_prefix=name[-1] * 3))
    for place, given in enumerate(INVOICES, 1):
        fields = {"customer_id": "cus_a", "currency": "usd", "status": InvoiceStatus.DRAFT} | given
        final = START if fields["status"] != "DRAFT" else None
        own = {"account_id": ACCOUNT, "id": f"in_{place}", "created_at": START.replace(hour=place)}
        rows.add(Invoice(**own, **fields, finalized_at=final, period_start_at=START, period_end_at=START))
        for number in {place, max(1, place - 1)}:
            _add_line(rows, fields["customer_id"], place, number)
    return rows


def _add_line(rows: Rows, customer: str, invoice: int, number: int) -> None:
    own = {"account_id": ACCOUNT, "created_at": START, "invoice_id": f"in_{invoice}", "currency": "usd"}
    own |= {"amount": number * 100, "unit_amount_decimal": Decimal(number * 100), "description": f"Größe {number}"}
    own |= {"period_start_at": START, "period_end_at": START, "price_id": f"price_{number}"}
    item = rows.add(InvoiceItem(id=f"ii_{invoice}_{number}", customer_id=customer, **own))
    links = {"invoice_item_id": item.id, "position": number, "subtotal": number * 100}
    rows.add(LineItem(id=f"il_{invoice}_{number}", **own, **links))


FOUND = {
    'currency:"USD"': [6, 5, 2, 1],
    'customer:"cus_b"': [4, 3],
    'customer:"CUS_b"': [],
    'status:"open"': [4, 2],
    'status:"Open void"': [],
    '-status:"open"': [6, 5, 3, 1],
    'status~"OLLECT"': [6],
    'status:"open" OR status:"void"': [5, 4, 2],
    'number:"myshop"': [5, 2, 1],
    'number:"MYSHOP-0001"': [1],
    'number:"myshop 0003"': [5],
    'number:"0003 myshop"': [],
    'number:"shop"': [4],
    'number:"0001 0001"': [],
    'number:"über 7 B"': [4],
    'number:"%"': "fault",
    'number~"SHOP"': [6, 5, 4, 2, 1],
    'number~"P-0"': [6, 2, 1],
    'number~"ÜBER_S"': [4],
    "number~'%%%'": [],
    '-number~"shop"': [3],
    "number:null": [3],
    "-number:null": [6, 5, 4, 2, 1],
    'metadata["order"]:"a-1"': [5, 1],
    'metadata["Order"]:"a-1"': [],
    "metadata['team']:'SÜD'": [1],
    r"metadata['note']:'say \"hi\"'": [3],
    '-metadata["order"]:"a-1"': [6, 4, 3, 2],
    'metadata["order"]:null': [6, 4, 2],
    '-metadata["order"]:null': [5, 3, 1],
    "total<0": [6],
    "total>=500 total<1500": [1],
    "total:1500": [4, 3, 2],
    "-total=1500": [6, 5, 1],
    'created>="2026-01-01T05:00:00Z"': [6, 5],
    f"created:{int(START.replace(hour=2).timestamp())}": [2],
    "created:null OR total:null OR currency:null OR customer:null OR status:null": [],
    'receipt_number:"1"': [],
    '-receipt_number:"1" subscription:null': [6, 5, 4, 3, 2, 1],
    "receipt_number:null -subscription:null": [],
    'subscription:"1" OR total:0': [5],
    'status:"open" customer:"cus_b" total>0': [4],
}


@pytest.mark.anyio
@pytest.mark.parametrize("text", FOUND, ids=ascii)
async def test_a_search_finds_invoices_newest_first(reader: Reader, text: str) -> None:
    if FOUND[text] == "fault":
        assert (
            await reader.fault("query ($text: String) { invoices(search: $text) { totalCount } }", text=text) == FAULT
        )
    else:
        expected = [f"in_{place}" for place in FOUND[text]]
        assert await reader.ids("search: $text", text=text) == expected
        counted = await reader.read("query ($text: String) { invoices(search: $text) { totalCount } }", text=text)
        assert counted == {"invoices": {"totalCount": len(expected)}}


@pytest.mark.anyio
async def test_search_combines_with_where_order_and_cursors(reader: Reader) -> None:
    both = r'search: "number~\"shop\"", where: {currency: {eq: "usd"}}'
    assert await reader.ids(both) == ["in_6", "in_5", "in_2", "in_1"]
    assert await reader.ids(f"{both}, orderBy: {{field: TOTAL, direction: ASC}}") == ["in_6", "in_5", "in_1", "in_2"]
    page = await reader.read(f"{{ invoices({both}, first: 2) {{ pageInfo {{ hasNextPage endCursor }} totalCount }} }}")
    assert page["invoices"]["pageInfo"]["hasNextPage"] is True
    assert page["invoices"]["totalCount"] == 4
    end = page["invoices"]["pageInfo"]["endCursor"]
    assert await reader.ids(f'{both}, after: "{end}"') == ["in_2", "in_1"]
    assert await reader.ids(f'{both}, before: "{end}"') == ["in_6"]
    assert await reader.ids("search: null, first: 1") == ["in_6"]


@pytest.mark.anyio
async def test_the_invoices_of_a_customer_can_be_searched(reader: Reader) -> None:
    text = r'{ customer(id: "cus_b") { invoices(search: "total:1500 -number:null") { nodes { id } totalCount } } }'
    found = await reader.read(text)
    assert found == {"customer": {"invoices": {"nodes": [{"id": "in_4"}], "totalCount": 1}}}


@pytest.mark.anyio
async def test_a_faulty_search_is_refused_before_anything_runs(reader: Reader) -> None:
    for text in ("status:open", "", "total:1 OR"):
        literal = f'{{ account {{ id }} invoices(search: "{text}") {{ __typename }} }}'
        assert await reader.fault(literal) == FAULT
        variable = 'query ($text: String!) { customer(id: "cus_a") { invoices(search: $text) { totalCount } } }'
        assert await reader.read(variable, text="total:1") == {"customer": {"invoices": {"totalCount": 0}}}
        assert await reader.fault(variable, text=text) == FAULT
    answer = await reader.answer('{ invoices(search: "status:open") { totalCount } }')
    assert answer.errors[0]["message"] == '`search`: open needs quotation marks, as in status:"...".'


SEARCHES = "query ($one: String, $two: String) { a: invoices(search: $one) { IDS } b: invoices(search: $two) { IDS } }"


def made_plan(planner: Any, **variables: Any) -> Plan:
    document = parse(SEARCHES.replace("IDS", "nodes { id }"))
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    values = get_variable_values(planner.schema, operation.variable_definitions or (), variables)
    return planner.plan(SEARCHES, operation, [], values)  # type: ignore[no-any-return]


def test_a_plan_is_kept_for_the_form_of_a_search_whatever_its_values() -> None:
    planner = make_planner()
    plan = made_plan(planner, one='total>5 metadata["a"]:"b"', two="total:1")
    assert made_plan(planner, one="total>-1   AND metadata['c']:'d\\'e'", two='total="2"') is plan
    others = ("total>5", 'total>=5 metadata["a"]:"b"', 'total>5 -metadata["a"]:"b"', "total>5 metadata['a']:null")
    others += ('total>5 OR metadata["a"]:"b"', 'metadata["a"]:"b" total>5', 'created>5 metadata["a"]:"b"')
    plans = [made_plan(planner, one=text, two="total:1") for text in others]
    assert len({id(made) for made in (plan, *plans)}) == len(others) + 1
    assert made_plan(planner, one="total:1", two='total>5 metadata["a"]:"b"') is not plan
    assert made_plan(planner, one='total>5 metadata["a"]:"b"') is not plan
    assert [made_plan(planner, one=text, two="total:7") for text in others] == plans


@pytest.mark.anyio
async def test_one_document_searches_for_whatever_its_variables_say(reader: Reader) -> None:
    text = SEARCHES.replace("IDS", "nodes { id }")
    for one, two, found in (
        ("total:0", "total:500", (["in_5"], ["in_1"])),
        ("total:500", "total<0", (["in_1"], ["in_6"])),
        ("total<0", "total:0", (["in_6"], ["in_5"])),
        ("total:500", "total:0", (["in_1"], ["in_5"])),
        ('status:"void"', 'number:"0001"', (["in_5"], ["in_1"])),
        ('status:"paid"', 'number:"0003"', (["in_1"], ["in_5"])),
    ):
        answer = await reader.read(text, one=one, two=two)
        assert tuple([node["id"] for node in answer[name]["nodes"]] for name in "ab") == found


WHERE = {
    '{metadata: {key: "order", eq: "A-1"}}': [1],
    '{metadata: {key: "order", in: ["A-1", "A-2", "x"]}}': [3, 1],
    '{metadata: {key: "order", in: []}}': [],
    '{metadata: {key: "order", contains: "a-"}}': [5, 3, 1],
    '{metadata: {key: "team", contains: "Ü"}}': [1],
    '{metadata: {key: "order", isNull: true}}': [6, 4, 2],
    '{metadata: {key: "order", isNull: false}}': [5, 3, 1],
    '{metadata: {key: "order", isNull: false, contains: "2"}}': [3],
    '{metadata: {key: "order"}}': [6, 5, 4, 3, 2, 1],
    '{metadata: {key: "order", eq: null}}': [6, 5, 4, 3, 2, 1],
    '{not: {metadata: {key: "order", eq: "A-1"}}}': [6, 5, 4, 3, 2],
    '{and: [{metadata: {key: "order", eq: "A-1"}}, {metadata: {key: "team", eq: "Süd"}}]}': [1],
    '{or: [{metadata: {key: "note", isNull: false}}, {metadata: {key: "team", eq: "Süd"}}]}': [3, 1],
    "{lines: {some: {amount: {gte: 600}}}}": [6],
    "{lines: {some: {amount: {eq: 300}}}}": [4, 3],
    '{lines: {some: {description: {contains: "GRÖSSE 1"}}}}': [2, 1],
    '{lines: {some: {priceId: {eq: "price_2"}, amount: {lt: 1000}}}}': [3, 2],
    "{lines: {some: {productId: {isNull: false}}}}": [],
    '{lines: {some: {invoiceItem: {in: ["ii_1_1", "ii_2_1"]}}}}': [2, 1],
    "{lines: {some: {not: {amount: {lt: 500}}}}}": [6, 5],
    "{lines: {some: {amount: {eq: 100}}}, not: {lines: {some: {amount: {eq: 200}}}}}": [1],
    "{lines: {some: {or: [{amount: {eq: 100}}, {amount: {eq: 600}}]}}}": [6, 2, 1],
    '{lines: {some: {createdAt: {lt: "2026-01-01T08:00:00Z"}}}}': [],
    "{lines: {some: {}}, status: {in: [OPEN, DRAFT]}}": [4, 3, 2],
    "{lines: {some: null}}": [6, 5, 4, 3, 2, 1],
    "{lines: {}}": [6, 5, 4, 3, 2, 1],
    '{fromInvoice: {eq: "in_1"}}': [5],
    "{attempted: {eq: true}}": [6],
    "{autoAdvance: {eq: true}}": [],
    '{description: {contains: "STRASSE"}}': [2],
    "{amountOverpaid: {gt: 0}}": [6],
    "{subtotal: {eq: 0}}": [6, 5, 4, 3, 2, 1],
}


@pytest.mark.anyio
@pytest.mark.parametrize("where", WHERE, ids=ascii)
async def test_where_has_conditions_on_metadata_lines_and_the_rest(reader: Reader, where: str) -> None:
    assert await reader.ids(f"where: {where}") == [f"in_{place}" for place in WHERE[where]]


CASES_OF_LETTERS = {
    ("Straße", "STRASSE"): True,
    ("STRASSE", "straße"): True,
    ("Maß", "MAẞ"): True,
    ("İstanbul", "i\u0307STANBUL"): True,
    ("İstanbul", "İSTANBUL"): True,
    ("istanbul", "İstanbul"): False,
    ("ılık", "ILIK"): False,
    ("ΣΊΣΥΦΟΣ", "σίσυφος"): True,
    ("Σίσυφος", "ΣΊΣΥΦΟΣ"): True,
    ("ﬁnance", "FINANCE"): True,
    ("Ǆamija", "ǆAMIJA"): True,
    ("ЖЁЛТЫЙ", "жёлтый"): True,
    ("Ärger", "äRGER"): True,
    ("Ärger", "A\u0308rger"): False,
    ("\U00010400eseret", "\U00010428ESERET"): True,
    ("100% sure_", "100% SURE_"): True,
    ("100 sure", "100% sure"): False,
    ("back\\slash", "BACK\\SLASH"): True,
    ("backslash", "back\\slash"): False,
}
"""A text, another one, and whether the two are alike but for upper and lower case."""


@pytest.mark.anyio
@pytest.mark.parametrize(("stored", "asked"), CASES_OF_LETTERS, ids=ascii)
async def test_upper_and_lower_case_are_alike_in_every_alphabet(reader: Reader, stored: str, asked: str) -> None:
    texts = {"customer_name": stored, "description": stored, "details": {"word": stored}, "customer_email": stored}
    own = {"account_id": ACCOUNT, "id": "in_x", "created_at": START, "customer_id": "cus_a", "currency": "usd"}
    rows = Rows()
    rows.add(Invoice(**own, **texts, period_start_at=START, period_end_at=START))
    await rows.write(reader.database)
    found = ["in_x"] if CASES_OF_LETTERS[stored, asked] else []
    for field in ("customerName", "customerEmail", "description"):
        where = f'where: {{id: {{eq: "in_x"}}, {field}: {{contains: $text}}}}'
        assert await reader.ids(where, text=asked) == found
    assert await reader.ids('where: {metadata: {key: "word", contains: $text}}', text=asked) == found
    escaped = asked.replace("\\", "\\\\")
    assert await reader.ids("search: $text", text=f'metadata["word"]:"{escaped}"') == found


SPELLED = {
    ("Größe", "GRÖSSE"): False,
    ("Größe", "gRÖßE"): True,
    ("ÖÄÜ", "öäü"): True,
    ("ΣΊΣΥΦΟΣ", "σίσυφοσ"): True,
    ("ΣΊΣΥΦΟΣ", "σίσυφος"): True,
    ("σίσυφος", "ΣΊΣΥΦΟΣ"): True,
    ("İ", "İ"): False,
    ("жёЛТЫЙ", "ЖЁлтый"): True,
    ("50% off_", "50% OFF_"): True,
    ("50 off", "50% off"): False,
}
"""The same for texts that are not kept casefolded, where letters outside of ASCII are tried in both cases."""


@pytest.mark.anyio
@pytest.mark.parametrize(("stored", "asked"), SPELLED, ids=ascii)
async def test_texts_that_are_not_casefolded_are_found_alike(reader: Reader, stored: str, asked: str) -> None:
    rows = Rows()
    rows.add(Product(account_id=ACCOUNT, id="prod_x", created_at=START, updated_at=START, name=stored))
    await rows.write(reader.database)
    query = "query ($text: String) { products(where: {name: {contains: $text}}) { totalCount } }"
    assert await reader.read(query, text=asked) == {"products": {"totalCount": int(SPELLED[stored, asked])}}


def nested(levels: int) -> dict[str, Any]:
    """A `where` on lines, as deep as it says."""
    where: dict[str, Any] = {"amount": {"eq": 300}, "description": {"contains": "größe"}}
    for _ in range(levels - 2):
        where = {"not": where}
    return {"lines": {"some": where}, "metadata": {"key": "order", "isNull": levels % 2 == 0}}


@pytest.mark.anyio
async def test_lines_count_as_a_level_of_where(reader: Reader) -> None:
    text = 'query ($where: InvoiceWhere) { invoices(where: $where, search: "total>0") { nodes { id } totalCount } }'
    assert (await reader.read(text, where=nested(5)))["invoices"]["totalCount"] == 2
    assert (await reader.fault(text, where=nested(6))) == {"code": "COST_LIMIT_EXCEEDED"}


@pytest.mark.anyio
async def test_the_deepest_place_has_room_for_a_search_and_lines(reader: Reader) -> None:
    inner = "edges { cursor node { id calculation { rule } } } pageInfo { hasNextPage hasPreviousPage } totalCount"
    page = f"invoices(where: $where, search: $text, last: 3) {{ {inner} }}"
    for _ in range(4):
        page = f"invoices(first: 1) {{ nodes {{ customer {{ {page} }} }} }}"
    text = f'query ($where: InvoiceWhere, $text: String) {{ node(id: "cus_a") {{ ... on Customer {{ {page} }} }} }}'
    wide = " ".join(['number:"a b"', 'metadata["order"]:"x"', "metadata['order']:null", 'number~"xyz"', "-total>0"] * 2)
    for searched in (wide, wide.replace(" ", " OR ").replace("a OR b", "a b")):
        await reader.read(text, where=nested(3), text=searched)


@pytest.mark.anyio
async def test_payments_are_found_by_where_the_money_comes_from(gateway: Commands, tmp_path: Path) -> None:
    """Through the real commands, so that both kinds of payments exist."""
    paid = await gateway.open_invoice()
    assert (await gateway.call("invoicePay", id=paid, paid_out_of_band=True)).refusals == ()
    path, account = tmp_path / "invoices.db", gateway.actor.account_id
    settings = Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as opened:
        reader = Reader(opened, account)
        text = "{ invoicePayments(where: {payment: WHERE}) { nodes { payment { type reference } } } }"
        found = await reader.read(text.replace("WHERE", "{type: {eq: PAYMENT_RECORD}}"))
        (node,) = found["invoicePayments"]["nodes"]
        assert node["payment"]["type"] == "PAYMENT_RECORD"
        reference = node["payment"]["reference"]
        assert await reader.read(text.replace("WHERE", f'{{reference: {{eq: "{reference}"}}}}')) == found
        both = f'{{type: {{in: [PAYMENT_INTENT]}}, reference: {{eq: "{reference}"}}}}'
        assert (await reader.read(text.replace("WHERE", both)))["invoicePayments"]["nodes"] == []
        assert len((await reader.read(text.replace("WHERE", "{}")))["invoicePayments"]["nodes"]) == 2


async def labels(gateway: Commands) -> list[tuple[str, str, str, str]]:
    rows = await gateway.rows(InvoiceLabel)
    return sorted((row.invoice_id, row.key, row.value, row.value_key) for row in rows)


@pytest.mark.anyio
async def test_labels_follow_the_metadata_of_invoices_through_every_command(gateway: Commands) -> None:
    given = [{"key": "team", "value": "Süd"}, {"key": "Order", "value": "A-1"}]
    draft = await gateway.draft(metadata=given)
    assert await labels(gateway) == [(draft, "Order", "A-1", "a-1"), (draft, "team", "Süd", "süd")]
    changes = [{"key": "team", "value": "Nord"}, {"key": "Order", "value": None}, {"key": "new", "value": "ß"}]
    assert (await gateway.call("invoiceUpdate", id=draft, dry_run=True, metadata=changes)).refusals == ()
    assert await labels(gateway) == [(draft, "Order", "A-1", "a-1"), (draft, "team", "Süd", "süd")]
    await gateway.done("invoiceUpdate", id=draft, metadata=changes)
    assert await labels(gateway) == [(draft, "new", "ß", "ss"), (draft, "team", "Nord", "nord")]
    await gateway.done("invoiceUpdate", id=draft, description="nothing about labels")
    assert len(await labels(gateway)) == 2
    other = await gateway.draft(metadata=[{"key": "team", "value": "Nord"}])
    await gateway.done("invoiceUpdate", id=draft, metadata=None)
    assert await labels(gateway) == [(other, "team", "Nord", "nord")]
    await gateway.done("invoiceDelete", id=other)
    assert await labels(gateway) == []
