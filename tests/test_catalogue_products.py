"""Products, prices and tax rates."""

from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.commands.catalogue import make_price, make_product, make_tax_rate
from invoice_graph.domain.kinds import PriceType, RecurringInterval
from invoice_graph.domain.prices import price_amount
from invoice_graph.domain.pricing import PackageRounding, TiersMode
from invoice_graph.store.tables import Event, Price, Product, TaxRate

pytestmark = pytest.mark.anyio

OPEN = {"unit_amount": 100}
TIERS: dict[str, Any] = {"tiers": [{"up_to": Decimal(10), "unit_amount": 5}, OPEN], "tiers_mode": TiersMode.VOLUME}


async def product(gateway: Gateway, **fields: Any) -> str:
    return await gateway.done("productCreate", **{"name": "Rocket", **fields})


async def price(gateway: Gateway, **fields: Any) -> str:
    """A price of 1000 a unit of a new product, unless other terms are given."""
    fields.setdefault("product_id", None)
    fields["product_id"] = fields["product_id"] or await product(gateway)
    terms = {} if {"tiers", "unit_amount_decimal"} & set(fields) else {"unit_amount": 1000}
    return await gateway.done("priceCreate", **{"currency": "usd", **terms, **fields})


async def test_a_product_is_created_changed_and_cleared(gateway: Gateway) -> None:
    metadata = [{"key": "shelf", "value": "7"}]
    given = {"name": "Rocket", "description": "Flies", "images": ["https://example.com/1.png"], "metadata": metadata}
    outcome = await gateway.call("productCreate", **given, tax_code="txcd_1", unit_label="seat")
    assert await gateway.events(outcome) == ["PRODUCT_CREATED"]
    row = await gateway.row(Product, outcome.object_id)
    assert (row.name, row.active, row.description, row.images) == ("Rocket", True, "Flies", given["images"])
    assert (row.tax_code, row.unit_label, row.details, row.version) == ("txcd_1", "seat", {"shelf": "7"}, 1)
    assert row.id.startswith("prod_")

    gateway.clock.advance(hours=1)
    assert await gateway.emitted("productUpdate", id=row.id, active=False, images=None, description=None) == [
        "PRODUCT_UPDATED"
    ]
    changed = await gateway.row(Product, row.id)
    assert (changed.active, changed.images, changed.description, changed.version) == (False, [], None, 2)
    assert (changed.updated_at, changed.created_at) == (gateway.clock.now(), row.created_at)
    assert await gateway.emitted("productUpdate", id=row.id, active=False) == []
    assert (await gateway.row(Product, row.id)).version == 2


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "PARAMETER_MISSING", ("name",)),
        ({"name": ""}, "PARAMETER_INVALID_STRING_EMPTY", ("name",)),
        ({"name": "x", "images": ["a"] * 9}, "PARAMETER_INVALID", ("images",)),
        ({"name": "x", "statement_descriptor": "123"}, "PARAMETER_INVALID", ("statement_descriptor",)),
        ({"name": "x", "default_price_id": "price_1"}, "PARAMETER_UNKNOWN", ("default_price_id",)),
    ],
)
async def test_a_product_with_a_fault_is_refused(gateway: Gateway, given: Any, code: str, path: Any) -> None:
    refusal = await gateway.refused("productCreate", **given)
    assert (refusal.code, refusal.path) == (code, path)


async def test_the_default_price_is_an_active_one_of_the_product(gateway: Gateway) -> None:
    id = await product(gateway)
    foreign, dormant = await price(gateway), await price(gateway, product_id=id, active=False)
    for named, code in (("price_x", "RESOURCE_MISSING"), (foreign, "RESOURCE_MISSING"), (dormant, "PARAMETER_INVALID")):
        refusal = await gateway.refused("productUpdate", id=id, default_price_id=named)
        assert (refusal.code, refusal.path) == (code, ("default_price_id",))
    own = await price(gateway, product_id=id)
    await gateway.done("productUpdate", id=id, default_price_id=own)
    assert (await gateway.row(Product, id)).default_price_id == own
    refusal = await gateway.refused("priceUpdate", id=own, active=False)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("active",))
    await gateway.done("productUpdate", id=id, default_price_id=None)
    await gateway.done("priceUpdate", id=own, active=False)
    assert (await gateway.row(Product, id)).default_price_id is None


async def test_a_price_keeps_its_terms(gateway: Gateway) -> None:
    outcome = await gateway.call(
        "priceCreate",
        product_id=await product(gateway),
        currency="eur",
        unit_amount_decimal=Decimal("0.5"),
        transform_quantity={"divide_by": 10, "round": PackageRounding.UP},
        recurring={"interval": RecurringInterval.MONTH},
        nickname="Half a cent",
    )
    assert await gateway.events(outcome) == ["PRICE_CREATED"]
    row = await gateway.row(Price, outcome.object_id)
    assert (row.currency, row.type, row.billing_scheme) == ("eur", "RECURRING", "PER_UNIT")
    assert (row.unit_amount_decimal, row.tiers, row.tiers_mode) == (Decimal("0.5"), None, None)
    assert row.transform_quantity == {"divideBy": 10, "round": "UP"}
    assert row.recurring == {"interval": "MONTH", "intervalCount": 1}
    assert (row.active, row.tax_behavior, row.nickname, row.lookup_key) == (True, "UNSPECIFIED", "Half a cent", None)


async def test_tiers_are_kept_in_full(gateway: Gateway) -> None:
    tiers = [
        {"up_to": Decimal("10.0"), "unit_amount_decimal": Decimal("1.50")},
        {"up_to": None, "unit_amount": 1, "flat_amount": 300},
    ]
    row = await gateway.row(Price, await price(gateway, tiers=tiers, tiers_mode=TiersMode.GRADUATED))
    assert (row.type, row.billing_scheme, row.tiers_mode) == (PriceType.ONE_TIME, "TIERED", "GRADUATED")
    assert row.unit_amount_decimal is None
    assert row.tiers == [
        {"upTo": "10", "unitAmountDecimal": "1.5", "flatAmountDecimal": "0"},
        {"upTo": None, "unitAmountDecimal": "1", "flatAmountDecimal": "300"},
    ]
    assert [price_amount(row, Decimal(quantity)).amount for quantity in (0, 1, 10, 11)] == [0, 2, 15, 316]


async def test_a_quantity_is_priced_by_the_terms_of_the_row(gateway: Gateway) -> None:
    simple = await gateway.row(Price, await price(gateway, unit_amount_decimal=Decimal("0.5")))
    assert (price_amount(simple, Decimal(3)).amount, price_amount(simple, Decimal(3)).unrounded) == (2, "1.5")
    packages = {"divide_by": 10, "round": PackageRounding.UP}
    packed = await gateway.row(Price, await price(gateway, unit_amount=700, transform_quantity=packages))
    assert [price_amount(packed, Decimal(quantity)).amount for quantity in (0, 1, 10, 11)] == [0, 700, 700, 1400]
    volume = await gateway.row(Price, await price(gateway, **TIERS))
    assert [price_amount(volume, Decimal(quantity)).amount for quantity in (10, 11)] == [50, 1100]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"product_id": "prod_x", "unit_amount": 1}, "RESOURCE_MISSING", ("product_id",)),
        ({}, "PARAMETER_MISSING", ("unit_amount",)),
        ({"unit_amount": 1, "unit_amount_decimal": Decimal(1)}, "PARAMETERS_EXCLUSIVE", ("unit_amount_decimal",)),
        ({"unit_amount": -1}, "PARAMETER_INVALID_INTEGER", ("unit_amount",)),
        ({"unit_amount_decimal": Decimal("-0.1")}, "PARAMETER_INVALID", ("unit_amount_decimal",)),
        ({"unit_amount": 10**8}, "AMOUNT_TOO_LARGE", ("unit_amount",)),
        ({"unit_amount_decimal": Decimal("99999999.5")}, "AMOUNT_TOO_LARGE", ("unit_amount_decimal",)),
        ({"unit_amount": 15, "currency": "kwd"}, "INVALID_CHARGE_AMOUNT", ("unit_amount",)),
        ({"unit_amount": 1, **TIERS}, "PARAMETERS_EXCLUSIVE", ("tiers",)),
        ({"transform_quantity": {"divide_by": 2, "round": "UP"}, **TIERS}, "PARAMETERS_EXCLUSIVE", ("tiers",)),
        ({"unit_amount": 1, "tiers_mode": "VOLUME"}, "PARAMETER_MISSING", ("tiers",)),
        ({"tiers": [OPEN]}, "PARAMETER_MISSING", ("tiers_mode",)),
        ({**TIERS, "tiers": []}, "PARAMETER_INVALID_EMPTY", ("tiers",)),
        ({**TIERS, "tiers": [{}]}, "PARAMETER_MISSING", ("tiers", "0", "unit_amount")),
        ({**TIERS, "tiers": [{"up_to": Decimal(1), **OPEN}]}, "PARAMETER_INVALID", ("tiers", "0", "up_to")),
        ({**TIERS, "tiers": [OPEN, OPEN]}, "PARAMETER_INVALID", ("tiers", "0", "up_to")),
        ({**TIERS, "tiers": [{"up_to": Decimal(0), **OPEN}, OPEN]}, "PARAMETER_INVALID", ("tiers", "0", "up_to")),
        (
            {**TIERS, "tiers": [{"up_to": Decimal(2), **OPEN}, {"up_to": Decimal(2), **OPEN}, OPEN]},
            "PARAMETER_INVALID",
            ("tiers", "1", "up_to"),
        ),
        (
            {**TIERS, "tiers": [{"flat_amount": 1, "flat_amount_decimal": Decimal(1)}]},
            "PARAMETERS_EXCLUSIVE",
            ("tiers", "0", "flat_amount_decimal"),
        ),
        ({**TIERS, "tiers": [{"flat_amount": 10**8}]}, "AMOUNT_TOO_LARGE", ("tiers", "0", "flat_amount")),
        (
            {"unit_amount": 1, "transform_quantity": {"divide_by": 0, "round": "UP"}},
            "PARAMETER_INVALID_INTEGER",
            ("transform_quantity", "divide_by"),
        ),
        (
            {"unit_amount": 1, "recurring": {"interval": RecurringInterval.YEAR, "interval_count": 4}},
            "PARAMETER_INVALID_INTEGER",
            ("recurring", "interval_count"),
        ),
    ],
)
async def test_a_price_with_a_fault_is_refused(gateway: Gateway, given: Any, code: str, path: Any) -> None:
    refusal = await gateway.refused("priceCreate", **{"product_id": await product(gateway), "currency": "usd", **given})
    assert (refusal.code, refusal.path) == (code, path)


async def test_a_lookup_key_belongs_to_one_price(gateway: Gateway) -> None:
    first, second = await price(gateway, lookup_key="gold"), await price(gateway)
    refusal = await gateway.refused("priceUpdate", id=second, lookup_key="gold")
    assert (refusal.code, refusal.path) == ("RESOURCE_ALREADY_EXISTS", ("lookup_key",))
    terms = {"product_id": await product(gateway), "currency": "usd", "unit_amount": 1}
    refusal = await gateway.refused("priceCreate", **terms, lookup_key="gold")
    assert (refusal.code, refusal.path) == ("RESOURCE_ALREADY_EXISTS", ("lookup_key",))
    assert await gateway.emitted("priceUpdate", id=first, lookup_key="gold") == []
    assert await gateway.emitted("priceUpdate", id=first, lookup_key=None) == ["PRICE_UPDATED"]
    await gateway.done("priceUpdate", id=second, lookup_key="gold")
    assert (await gateway.row(Price, second)).version == 2


async def test_a_price_never_changes_its_amount(gateway: Gateway) -> None:
    refusal = await gateway.refused("priceUpdate", id=await price(gateway), unit_amount=5)
    assert (refusal.code, refusal.path) == ("PARAMETER_UNKNOWN", ("unit_amount",))


async def test_a_tax_rate_is_created_and_changed(gateway: Gateway) -> None:
    given = {"display_name": "VAT", "percentage": Decimal("19.5000"), "inclusive": False, "country": "DE"}
    outcome = await gateway.call("taxRateCreate", **given, tax_type="vat", state="BY")
    assert await gateway.events(outcome) == ["TAX_RATE_CREATED"]
    row = await gateway.row(TaxRate, outcome.object_id)
    assert (row.display_name, row.percentage, row.inclusive, row.active) == ("VAT", Decimal("19.5"), False, True)
    assert (row.country, row.state, row.tax_type) == ("DE", "BY", "vat")
    changes = {"active": False, "jurisdiction": "Germany", "tax_type": None}
    assert await gateway.emitted("taxRateUpdate", id=row.id, **changes) == ["TAX_RATE_UPDATED"]
    changed = await gateway.row(TaxRate, row.id)
    assert (changed.active, changed.jurisdiction, changed.tax_type, changed.version) == (False, "Germany", None, 2)


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"percentage": Decimal("100.01")}, "PARAMETER_INVALID", ("percentage",)),
        ({"percentage": Decimal(-1)}, "PARAMETER_INVALID", ("percentage",)),
        ({"percentage": Decimal("1.00001")}, "PARAMETER_INVALID", ("percentage",)),
        ({"percentage": None}, "PARAMETER_MISSING", ("percentage",)),
        ({"inclusive": None}, "PARAMETER_MISSING", ("inclusive",)),
        ({"display_name": " "}, "PARAMETER_INVALID_STRING_BLANK", ("display_name",)),
        ({"country": "de"}, "PARAMETER_INVALID", ("country",)),
        ({"tax_type": "VAT"}, "PARAMETER_INVALID", ("tax_type",)),
    ],
)
async def test_a_tax_rate_with_a_fault_is_refused(gateway: Gateway, given: Any, code: str, path: Any) -> None:
    sound = {"display_name": "VAT", "percentage": Decimal(19), "inclusive": False}
    refusal = await gateway.refused("taxRateCreate", **{**sound, **given})
    assert (refusal.code, refusal.path) == (code, path)


async def test_what_a_tax_rate_charges_never_changes(gateway: Gateway) -> None:
    id = await gateway.done("taxRateCreate", display_name="VAT", percentage=Decimal(19), inclusive=False)
    for name, value in (("percentage", Decimal(20)), ("inclusive", True), ("country", "FR"), ("state", "BY")):
        refusal = await gateway.refused("taxRateUpdate", id=id, **{name: value})
        assert (refusal.code, refusal.path) == ("PARAMETER_UNKNOWN", (name,))


async def test_rows_for_lines_are_made_without_events(gateway: Gateway) -> None:
    rate = {"display_name": "VAT", "percentage": Decimal(7), "inclusive": True}
    async with gateway.services.database.transaction() as connection:
        uow = gateway.services.unit_of_work(connection, gateway.actor.account_id, "operation")
        made = make_product(uow, {"name": "Rocket"}, ())
        cost = make_price(uow, made.id, "usd", {"unit_amount": 500}, ())
        first = await make_tax_rate(uow, rate, (), active=False)
        assert await make_tax_rate(uow, rate, (), active=False) is first
        assert await make_tax_rate(uow, {**rate, "inclusive": False}, (), active=False) is not first
        await uow.flush()
    assert await gateway.rows(Event) == []
    assert (await gateway.row(Price, cost.id)).active is False
    async with gateway.services.database.transaction() as connection:
        uow = gateway.services.unit_of_work(connection, gateway.actor.account_id, "another")
        assert (await make_tax_rate(uow, rate, (), active=False)).id == first.id
        assert (await make_tax_rate(uow, rate, (), active=True)).id != first.id
