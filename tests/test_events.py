"""What events carry: the object as it is, whatever its kind."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type
from system import Client, Served, prepare
from test_subscriptions import follow, greeted, items
from toy_engine import Talk, dial

from invoice_graph.domain.events import EventType
from invoice_graph.schema.build import NODES, build_schema

SUBJECTS = {
    "INVOICEITEM_": "InvoiceItem",
    "INVOICE_PAYMENT_PAID": "InvoicePayment",
    "INVOICE_": "Invoice",
    "CREDIT_NOTE_": "CreditNote",
    "CUSTOMER_": "Customer",
    "PRODUCT_": "Product",
    "PRICE_": "Price",
    "TAX_RATE_": "TaxRate",
    "COUPON_": "Coupon",
    "PROMOTION_CODE_": "PromotionCode",
    "TEST_HELPERS_TEST_CLOCK_": "TestClock",
}
"""What events are about, by the beginning of their names; the first that fits."""

NOT_TOLD = {
    EventType.INVOICE_FINALIZATION_FAILED,
    EventType.INVOICE_WILL_BE_DUE,
    EventType.INVOICE_OVERDUE,
    EventType.INVOICE_PAYMENT_ACTION_REQUIRED,
    EventType.INVOICE_PAYMENT_FAILED,
    EventType.INVOICE_OVERPAID,
}
"""Events that nothing here brings about; others of these types of objects are told."""

SCHEMA = build_schema().schema
LOG = "subscription ($after: String, $first: Int) { events(after: $after, first: $first) { type occurredAt data } }"


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    path = folder / "invoices.db"
    anyio.run(prepare, path)
    with Served(path).running() as served:
        yield served


def subject(event_type: str) -> str:
    """The kind of object that an event is about."""
    return next(kind for start, kind in SUBJECTS.items() if event_type.startswith(start))


def fields_of(kind: str) -> Mapping[str, GraphQLField]:
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


def selection(kind: str, data: Mapping[str, Any]) -> str:
    """What has to be asked of an object so that the answer is `data`."""
    return " ".join(selected(name, fields_of(kind)[name], value) for name, value in data.items())


def selected(name: str, field: GraphQLField, value: Any) -> str:
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return name
    example = next(iter(value), None) if isinstance(value, list) else value
    return f"{name} {{ {selection(kind.name, example) if example else '__typename'} }}"


def scalars(kind: str) -> set[str]:
    return {name for name, field in fields_of(kind).items() if is_leaf_type(get_named_type(field.type))}


def lookup(client: Client, kind: str, data: Mapping[str, Any]) -> Any:
    """What the API shows of the object that an event is about; None once it is gone."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {selection(kind, data)} }} }} }}"
    return client.ask(query, id=data["id"])["node"]


class Story:
    """Calls one mutation after another, and compares the events of each with what the API shows at once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seen: dict[str, Any] = {}
        self.log: list[Any] = []

    def __call__(self, name: str, /, **input: Any) -> str:
        before = self.client.cursor()
        id = self.client.done(name, **input)
        new = self.client.log("type occurredAt data", before)
        self.log += new
        newest = {event["data"]["id"]: event for event in new}
        for event in newest.values():
            self.check(event)
        return id

    def check(self, event: Any) -> None:
        kind, data = subject(event["type"]), event["data"]
        assert set(data) >= scalars(kind), event["type"]
        if event["type"].endswith("_DELETED"):
            assert (lookup(self.client, kind, data), data) == (None, self.seen.pop(data["id"]))
            return
        assert lookup(self.client, kind, data) == data, event["type"]
        self.seen[data["id"]] = data


def tell(story: Story) -> None:
    """A bit of everything that emits events."""
    product = story(
        "productCreate", name="Rocket", images=["https://example.com/1.png"], metadata=[{"key": "a", "value": "b"}]
    )
    story("productUpdate", id=product, unitLabel="flight")
    price = story("priceCreate", productId=product, currency="usd", unitAmountDecimal="12.5")
    story("priceUpdate", id=price, nickname="cheap")
    rate = story("taxRateCreate", displayName="VAT", percentage="19", inclusive=False)
    story("taxRateUpdate", id=rate, jurisdiction="DE")
    coupon = story("couponCreate", percentOff="25", duration="FOREVER")
    story("couponUpdate", id=coupon, name="Spring")
    code = story("promotionCodeCreate", couponId=coupon, code="SPRING")
    story("promotionCodeUpdate", id=code, active=True, metadata=[{"key": "a", "value": "b"}])
    clock = story("testClockCreate", frozenTime="2026-01-01T00:00:00Z", name="slow")
    story("customerCreate", testClockId=clock)
    story("testClockAdvance", id=clock, frozenTime="2026-01-02T00:00:00Z")
    customer = story("customerCreate", defaultPaymentMethodId="pm_card_visa", email="jenny@example.com")
    story(
        "customerUpdate", id=customer, discount={"promotionCodeId": code}, taxIds=[{"type": "eu_vat", "value": "DE1"}]
    )
    tell_of_invoices(story, customer, price, rate)
    gone = story("couponCreate", amountOff=1, currency="usd")
    story("couponDelete", id=gone)
    story("testClockDelete", id=clock)


def tell_of_invoices(story: Story, customer: str, price: str, rate: str) -> None:
    lines = [{"priceId": price, "quantity": 8, "taxRateIds": [rate]}, {"amount": 1000}]
    paid = story("invoiceCreate", customerId=customer, lines=lines, shippingCost={"amount": 5})
    story("invoiceUpdate", id=paid, description="Thanks", rendering={"pdf": {"pageSize": "A4"}})
    story("invoiceFinalize", id=paid)
    note = story("creditNoteCreate", invoiceId=paid, amount=1)
    story("creditNoteUpdate", id=note, memo="Sorry")
    story("creditNoteVoid", id=note)
    story("invoicePay", id=paid)
    story("invoiceSend", id=story("invoiceCreate", customerId=customer, collectionMethod="SEND_INVOICE"))
    draft = story("invoiceCreate", customerId=customer, lines=[{"amount": 1000}])
    story("invoiceMarkUncollectible", id=story("invoiceFinalize", id=draft))
    revision = story("invoiceCreate", fromInvoice={"action": "REVISION", "invoiceId": draft})
    story("invoiceFinalize", id=revision)
    story("invoiceDelete", id=story("invoiceCreate", customerId=customer, lines=[{"amount": 5}]))


def test_events_carry_the_object_as_the_api_shows_it(served: Served) -> None:
    with Client(served.url) as client:
        story, start = Story(client), client.cursor()
        tell(story)
    told = [{name: event[name] for name in ("type", "occurredAt", "data")} for event in story.log]
    with dial(served) as connection:  # type: ignore[arg-type]
        talk = greeted(Talk(connection))
        follow(talk, LOG, after=start, first=len(told))
        assert items(talk, len(told)) == told
    assert {EventType(event["type"]) for event in told} == set(EventType) - NOT_TOLD
    assert {subject(event) for event in EventType} == set(SUBJECTS.values()) < set(NODES)
