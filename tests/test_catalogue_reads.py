"""The catalogue as clients see it: through GraphQL on a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from system import Client, Served, prepare

PRICE = """
id version active currency currencyDigits type billingScheme unitAmount unitAmountDecimal
tiers { upTo unitAmountDecimal flatAmountDecimal } tiersMode transformQuantity { divideBy round }
recurring { interval intervalCount } taxBehavior nickname lookupKey metadata { key value } product { id name }
"""


@pytest.fixture
def client(tmp_path: Path, kind: str) -> Iterator[Client]:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    with Served(path).running() as served, Client(served.url) as client:
        yield client


def call(client: Client, name: str, selection: str, **input: Any) -> dict[str, Any]:
    """The payload of a mutation that is not refused, and the types and data of its events."""
    kind = name[0].upper() + name[1:] + "Input"
    document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ {selection} userErrors {{ code path }} "
    payload: dict[str, Any] = client.ask(f"{document} events {{ type data }} }} }}", input=input)[name]
    assert payload["userErrors"] == []
    return payload


def test_a_product_with_its_prices(client: Client) -> None:
    product = client.done("productCreate", name="Rocket", images=["https://example.com/1.png"])
    tiers = [{"upTo": "10", "unitAmount": 5}, {"flatAmountDecimal": "0.50"}]
    volume = call(
        client,
        "priceCreate",
        f"price {{ {PRICE} }}",
        productId=product,
        currency="jpy",
        tiers=tiers,
        tiersMode="VOLUME",
    )
    assert volume["price"] == {
        "id": volume["price"]["id"],
        "version": 1,
        "active": True,
        "currency": "jpy",
        "currencyDigits": 0,
        "type": "ONE_TIME",
        "billingScheme": "TIERED",
        "unitAmount": None,
        "unitAmountDecimal": None,
        "tiers": [
            {"upTo": "10", "unitAmountDecimal": "5", "flatAmountDecimal": "0"},
            {"upTo": None, "unitAmountDecimal": "0", "flatAmountDecimal": "0.5"},
        ],
        "tiersMode": "VOLUME",
        "transformQuantity": None,
        "recurring": None,
        "taxBehavior": "UNSPECIFIED",
        "nickname": None,
        "lookupKey": None,
        "metadata": [],
        "product": {"id": product, "name": "Rocket"},
    }
    (event,) = volume["events"]
    shown = {name: value for name, value in volume["price"].items() if name != "product"}
    assert (event["type"], event["data"]["product"]) == ("PRICE_CREATED", {"id": product})
    assert shown.items() <= event["data"].items()

    packed = call(
        client,
        "priceCreate",
        "price { id unitAmount unitAmountDecimal transformQuantity { divideBy round } recurring { intervalCount } }",
        productId=product,
        currency="usd",
        unitAmountDecimal="700.0",
        transformQuantity={"divideBy": 10, "round": "DOWN"},
        recurring={"interval": "WEEK", "intervalCount": 2},
        lookupKey="weekly",
    )["price"]
    assert packed == {
        "id": packed["id"],
        "unitAmount": 700,
        "unitAmountDecimal": "700",
        "transformQuantity": {"divideBy": 10, "round": "DOWN"},
        "recurring": {"intervalCount": 2},
    }
    client.done("productUpdate", id=product, defaultPriceId=packed["id"], metadata=[{"key": "a", "value": "b"}])
    query = """query ($id: ID!) { product(id: $id) {
      name version images defaultPrice { id lookupKey } metadata { key value }
      prices { nodes { id } totalCount } yen: prices(where: {currency: {eq: "jpy"}}) { nodes { id } }
    } node(id: $id) { ... on Product { name } } }"""
    assert client.ask(query, id=product) == {
        "product": {
            "name": "Rocket",
            "version": 2,
            "images": ["https://example.com/1.png"],
            "defaultPrice": {"id": packed["id"], "lookupKey": "weekly"},
            "metadata": [{"key": "a", "value": "b"}],
            "prices": {"nodes": [{"id": packed["id"]}, {"id": volume["price"]["id"]}], "totalCount": 2},
            "yen": {"nodes": [{"id": volume["price"]["id"]}]},
        },
        "node": {"name": "Rocket"},
    }
    assert found(client, 'prices(where: {lookupKey: {eq: "weekly"}})') == [packed["id"]]
    assert found(client, "products(where: {active: {eq: false}})") == []


def found(client: Client, field: str) -> list[str]:
    """The ids that a list holds."""
    nodes = client.ask(f"{{ {field} {{ nodes {{ id }} }} }}")[field.partition("(")[0]]["nodes"]
    return [node["id"] for node in nodes]


def test_a_unit_amount_with_a_fraction_is_only_shown_exactly(client: Client) -> None:
    product = client.done("productCreate", name="Rocket")
    given = {"productId": product, "currency": "usd", "unitAmountDecimal": "0.5"}
    price = call(client, "priceCreate", "price { unitAmount unitAmountDecimal }", **given)["price"]
    assert price == {"unitAmount": None, "unitAmountDecimal": "0.5"}


def test_tax_rates_are_listed_newest_first(client: Client) -> None:
    given = {"displayName": "VAT", "percentage": "19.50", "inclusive": True, "taxType": "vat", "country": "DE"}
    fields = "id displayName percentage inclusive active country state taxType"
    rate = call(client, "taxRateCreate", f"taxRate {{ {fields} }}", **given)["taxRate"]
    assert rate == {**given, "percentage": "19.5", "id": rate["id"], "active": True, "state": None}
    second = client.done("taxRateCreate", **{**given, "active": False})
    assert found(client, "taxRates") == [second, rate["id"]]
    assert found(client, "taxRates(where: {active: {eq: true}})") == [rate["id"]]
    assert client.ask("query ($id: ID!) { taxRate(id: $id) { id } }", id=second) == {"taxRate": {"id": second}}


def test_a_coupon_and_its_codes_are_found_in_any_case(client: Client) -> None:
    options = [{"currency": "eur", "amountOff": 450}]
    given = {"code": "SPRING", "amountOff": 500, "currency": "usd", "currencyOptions": options, "maxRedemptions": 1}
    fields = "id code percentOff amountOff currency currencyOptions { currency amountOff } duration productIds valid"
    payload = call(client, "couponCreate", f"coupon {{ {fields} timesRedeemed }}", **given)
    coupon = payload["coupon"]
    assert coupon == {
        "id": coupon["id"],
        "code": "SPRING",
        "percentOff": None,
        "amountOff": 500,
        "currency": "usd",
        "currencyOptions": options,
        "duration": "ONCE",
        "productIds": None,
        "valid": True,
        "timesRedeemed": 0,
    }
    assert (payload["events"][0]["type"], payload["events"][0]["data"]["valid"]) == ("COUPON_CREATED", True)
    restrictions = {"minimumAmount": 1000, "minimumAmountCurrency": "usd"}
    code = call(
        client,
        "promotionCodeCreate",
        "promotionCode { id code couponId restrictions { firstTimeTransaction minimumAmount minimumAmountCurrency } }",
        couponId=coupon["id"],
        code="Spring-24",
        restrictions=restrictions,
    )["promotionCode"]
    assert code == {
        "id": code["id"],
        "code": "Spring-24",
        "couponId": coupon["id"],
        "restrictions": {"firstTimeTransaction": False, **restrictions},
    }
    assert found(client, 'promotionCodes(where: {code: {eq: "sPRING-24"}})') == [code["id"]]
    assert found(client, 'promotionCodes(where: {code: {eq: "Spring-2"}})') == []
    assert found(client, 'promotionCodes(where: {code: {contains: "ING-"}})') == [code["id"]]
    assert found(client, f'promotionCodes(where: {{couponId: {{eq: "{coupon["id"]}"}}}})') == [code["id"]]
    assert found(client, 'coupons(where: {code: {eq: "SPRING"}, valid: {eq: true}})') == [coupon["id"]]

    deleted = call(client, "couponDelete", "coupon { id } deletedId", id=coupon["id"])
    assert (deleted["coupon"], deleted["deletedId"]) == (None, coupon["id"])
    assert [event["type"] for event in deleted["events"]] == ["COUPON_DELETED", "PROMOTION_CODE_UPDATED"]
    query = "query ($id: ID!) { promotionCode(id: $id) { active couponId coupon { id } } }"
    assert client.ask(query, id=code["id"])["promotionCode"] == {
        "active": False,
        "couponId": coupon["id"],
        "coupon": None,
    }


def test_every_version_of_a_template_can_be_read(client: Client) -> None:
    custom = [{"name": "PO", "value": "1"}]
    id = client.done("invoiceRenderingTemplateCreate", memo="First", customFields=custom)
    client.done("invoiceRenderingTemplateUpdate", id=id, memo="Second", nickname="Plain", pageSize="A4")
    client.done("invoiceRenderingTemplateArchive", id=id)
    query = """query ($id: ID!, $version: Int) { invoiceRenderingTemplate(id: $id, version: $version) {
      id version status nickname memo pageSize customFields { name value }
    } }"""
    shared = {"id": id, "status": "ARCHIVED", "nickname": "Plain", "customFields": custom}
    second = {**shared, "version": 2, "memo": "Second", "pageSize": "A4"}
    for version, expected in (
        (None, second),
        (2, second),
        (1, {**shared, "version": 1, "memo": "First", "pageSize": None}),
        (3, None),
    ):
        assert client.ask(query, id=id, version=version)["invoiceRenderingTemplate"] == expected
    assert found(client, "invoiceRenderingTemplates(where: {status: {eq: ARCHIVED}})") == [id]
    assert found(client, "invoiceRenderingTemplates(where: {status: {eq: ACTIVE}})") == []


def test_an_entry_of_the_ledger_carries_its_labels(client: Client) -> None:
    customer = client.customer()
    fields = "balanceTransaction { type amount endingBalance description metadata { key value } customer { balance } }"
    given = {"amount": -300, "description": "Sorry", "metadata": [{"key": "ticket", "value": "7"}]}
    payload = call(client, "customerBalanceTransactionCreate", fields, customerId=customer, **given)
    assert payload["balanceTransaction"] == {
        "type": "ADJUSTMENT",
        "endingBalance": -300,
        "customer": {"balance": -300},
        **given,
    }
    assert [event["type"] for event in payload["events"]] == ["CUSTOMER_UPDATED"]
