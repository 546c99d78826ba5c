"""Rows that others refer to by JSON, in long chains and deep places: read, or refused before anything is asked."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from databases import databases
from planner_data import ACCOUNT, ADDRESS, NOW, START, small
from test_planner import DEEP_PLACES, ROOMY, Reader

from invoice_graph.config import Settings
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.kinds import InvoicePaymentStatus, PaymentType
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.tables import InvoicePayment, PaymentIntent, PaymentRecord

pytestmark = pytest.mark.anyio
LISTED = "discounts { id invoice { INNER } }"
MEMBER = "totalDiscountAmounts { amount discount { id invoice { INNER } } }"
REVISION = "latestRevision { INNER }"


@pytest.fixture
async def reader(tmp_path: Path, kind: str) -> AsyncGenerator[Reader, None]:
    """The small rows, and a payment of each type that was attached."""
    rows = small()
    own = {"account_id": ACCOUNT, "created_at": START}
    money = {**own, "customer_id": "cus_ada", "amount": 5, "currency": "usd"}
    rows.add(PaymentIntent(**money, id="pi_2"))
    rows.add(PaymentRecord(**money, id="prec_3", received_at=START))
    paid = {"status": InvoicePaymentStatus.PAID, "amount_requested": 5, "amount_paid": 5, "paid_at": START}
    for place, (type, reference) in enumerate(zip(PaymentType, ("pi_2", "prec_3"), strict=True), 2):
        source = {"payment_type": type, "payment_reference": reference}
        rows.add(InvoicePayment(**own, id=f"inpay_{place}", invoice_id="in_2", currency="usd", **paid, **source))
    path = tmp_path / "invoices.db"
    settings = Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await rows.write(gateway.services.database)
        yield Reader(gateway)


def chain(step: str, length: int, end: str = "id") -> str:
    """A step inside of itself."""
    text = end
    for _ in range(length):
        text = step.replace("INNER", text)
    return text


async def test_a_payment_names_the_intent_or_the_record_it_came_from(reader: Reader) -> None:
    text = "payment { type paymentIntent { id amount } paymentRecord { id receivedAt } }"
    found = await reader.read(f'{{ invoice(id: "in_2") {{ payments {{ nodes {{ {text} }} }} }} }}')
    assert [node["payment"] for node in found["invoice"]["payments"]["nodes"]] == [
        {
            "type": "PAYMENT_RECORD",
            "paymentIntent": None,
            "paymentRecord": {"id": "prec_3", "receivedAt": "2026-01-01T08:00:00Z"},
        },
        {"type": "PAYMENT_INTENT", "paymentIntent": {"id": "pi_2", "amount": 5}, "paymentRecord": None},
    ]


@pytest.mark.parametrize("step", [LISTED, MEMBER])
async def test_rows_listed_by_others_nest_five_deep_with_connections_and_no_deeper(reader: Reader, step: str) -> None:
    found = await reader.read('{ invoice(id: "in_3") { INNER } }'.replace("INNER", chain(step, 5)))
    assert str(found).count("'in_3'") == (2**5 if step is LISTED else 1)
    assert await reader.fault('{ invoice(id: "in_3") { INNER } }'.replace("INNER", chain(step, 6))) == ROOMY
    connected = "{ customers { nodes { invoices { nodes { INNER } } } } }"
    assert (await reader.read(connected.replace("INNER", chain(step, 3))))["customers"]["nodes"]
    assert await reader.fault(connected.replace("INNER", chain(step, 4))) == ROOMY


RATE = "taxRate { id metadata { key } }"
TAXES = f"totalTaxes {{ amount {RATE} other: {RATE} }} shippingCost {{ amountTotal }} allowedActions {{ action }}"
DISCOUNT = f"discount {{ coupon {{ id currencyOptions {{ currency }} }} invoice {{ {TAXES} }} }}"
LINE = f"taxRates {{ id }} discountAmounts {{ amount {DISCOUNT} }} pricing {{ price {{ product {{ id }} }} }}"
NEXT = "invoices(last: 3, orderBy: {field: DUE_AT, direction: ASC}) { nodes { INNER } }"
AROUND = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
DEEPEST = {
    "lines": f"lines(last: 2) {{ edges {{ cursor node {{ {LINE} }} }} {AROUND} }}",
    "credit notes": f"creditNotes(last: 1) {{ nodes {{ lines {{ nodes {{ taxes {{ {RATE} }} }} }} }} {AROUND} }}",
}


@pytest.mark.parametrize("rows", DEEPEST)
@pytest.mark.parametrize("place", DEEP_PLACES)
async def test_the_deepest_rows_that_json_names_fit_everywhere(reader: Reader, place: str, rows: str) -> None:
    inner = NEXT.replace("INNER", f"customer {{ {NEXT} }}").replace("INNER", DEEPEST[rows])
    found = await reader.read(DEEP_PLACES[place].replace("INNER", inner))
    assert "'txr_vat'" in str(found)
    deeper = NEXT.replace("INNER", f"customer {{ {inner} }}")
    assert await reader.fault(DEEP_PLACES[place].replace("INNER", deeper)) == ROOMY


async def test_a_chain_of_objects_that_may_be_missing_is_as_long_as_you_like(reader: Reader) -> None:
    found = await reader.read(
        '{ customer(id: "cus_ada") { INNER } }'.replace("INNER", chain("discount { customer { INNER } }", 20))
    )
    assert str(found).endswith("{'id': 'cus_ada'}" + "}" * 41)
    found = await reader.read('{ invoice(id: "in_4") { INNER } }'.replace("INNER", chain(REVISION, 30)))
    assert found == {"invoice": {"latestRevision": {"latestRevision": None}}}


@pytest.mark.parametrize("length", [64, 100, 150])
async def test_more_rows_than_can_be_joined_are_refused(reader: Reader, length: int) -> None:
    for text in ('{ invoice(id: "in_4") { INNER } }', '{ node(id: "in_4") { ... on Invoice { INNER } } }'):
        assert await reader.fault(text.replace("INNER", chain(REVISION, length))) == ROOMY
    members = " ".join(f"rate{place}: taxRate {{ id }}" for place in range(length))
    assert await reader.fault(f"{{ invoices {{ nodes {{ totalTaxes {{ {members} }} }} }} }}") == ROOMY
