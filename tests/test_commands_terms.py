"""What lines and invoices are billed by: prices, tax rates, discounts, shipping, templates."""

from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.store.tables import Coupon, Customer, Discount, Event, InvoiceItem, Price, Product, TaxRate

pytestmark = pytest.mark.anyio

TIERS = [
    {"up_to": Decimal(10), "unit_amount": 100},
    {"up_to": None, "unit_amount": 50, "flat_amount": 200},
]


async def price(gateway: Gateway, **fields: Any) -> str:
    product = await gateway.done("productCreate", name="Rocket")
    return await gateway.done("priceCreate", product_id=product, **{"currency": "usd", **fields})


async def rate(gateway: Gateway, percentage: int = 10, inclusive: bool = False, **fields: Any) -> str:
    return await gateway.done(
        "taxRateCreate", display_name="VAT", percentage=Decimal(percentage), inclusive=inclusive, **fields
    )


async def coupon(gateway: Gateway, percent: int = 50, **fields: Any) -> str:
    return await gateway.done("couponCreate", percent_off=Decimal(percent), **fields)


async def test_a_line_is_billed_by_the_tiers_of_its_price(gateway: Gateway) -> None:
    tiered = await price(gateway, tiers=TIERS, tiers_mode="GRADUATED")
    id = await gateway.draft(None)
    await gateway.done("invoiceAddLines", id=id, lines=[{"price_id": tiered, "quantity": 12}])
    (line,) = await gateway.lines(id)
    assert (line.amount, line.unit_amount_decimal, line.description) == (10 * 100 + 2 * 50 + 200, None, "Rocket")
    await gateway.done("invoiceUpdateLines", id=id, lines=[{"id": line.id, "quantity": 5}])
    (line,) = await gateway.lines(id)
    assert (line.amount, line.price_id) == (500, tiered)
    await gateway.done("invoiceUpdateLines", id=id, lines=[{"id": line.id, "amount": 7}])
    (line,) = await gateway.lines(id)
    assert (line.amount, line.quantity_decimal, line.price_id, line.product_id) == (7, 1, None, None)
    invoice = await gateway.invoice(id)
    assert (invoice.total, invoice.calculation[0]["note"]) == (7, "as given")


async def test_the_calculation_explains_packages(gateway: Gateway) -> None:
    packed = await price(gateway, unit_amount=300, transform_quantity={"divide_by": 10, "round": "UP"})
    id = await gateway.draft(None)
    await gateway.done("invoiceAddLines", id=id, lines=[{"price_id": packed, "quantity": 21}])
    step = (await gateway.invoice(id)).calculation[0]
    assert (step["rounded"], step["note"]) == (900, "3 x 300; 21 / 10 rounded up")


async def test_a_price_described_in_place_is_kept_out_of_sight(gateway: Gateway) -> None:
    id = await gateway.draft(None)
    before = len(await gateway.rows(Event))
    data = {"currency": "usd", "product_data": {"name": "Fuel"}, "unit_amount_decimal": Decimal("12.5")}
    outcome = await gateway.call("invoiceAddLines", id=id, lines=[{"price_data": data, "quantity": 3}])
    assert await gateway.events(outcome) == ["INVOICEITEM_CREATED", "INVOICE_UPDATED"]
    assert len(await gateway.rows(Event)) == before + 2
    (made,), (product,) = await gateway.rows(Price), await gateway.rows(Product)
    (line,) = await gateway.lines(id)
    assert (line.amount, line.price_id, line.product_id) == (38, made.id, product.id)
    assert (made.active, product.name, line.description) == (False, "Fuel", "Fuel")


@pytest.mark.parametrize(
    ("entry", "code", "path"),
    [
        ({"price_id": "inactive"}, "PARAMETER_INVALID", ("price_id",)),
        ({"price_id": "recurring"}, "PARAMETER_INVALID", ("price_id",)),
        ({"price_id": "foreign"}, "CURRENCY_MISMATCH", ("price_id",)),
        ({"price_id": "price_x"}, "RESOURCE_MISSING", ("price_id",)),
        ({"price_id": "dear", "quantity": 2}, "AMOUNT_TOO_LARGE", ("price_id",)),
        ({"price_data": {"currency": "usd", "unit_amount": 1}}, "PARAMETER_MISSING", ("price_data", "product_id")),
        (
            {"price_data": {"currency": "usd", "product_id": "prod_x", "unit_amount": 1}},
            "RESOURCE_MISSING",
            ("price_data", "product_id"),
        ),
        (
            {"price_data": {"currency": "eur", "product_data": {"name": "P"}, "unit_amount": 1}},
            "CURRENCY_MISMATCH",
            ("price_data", "currency"),
        ),
        (
            {"price_data": {"currency": "usd", "product_data": {"name": "P"}}},
            "PARAMETER_MISSING",
            ("price_data", "unit_amount"),
        ),
        ({"amount": 1, "tax_rate_ids": ["txr_x"]}, "RESOURCE_MISSING", ("tax_rate_ids", "0")),
        ({"amount": 1, "tax_rate_ids": ["idle"]}, "PARAMETER_INVALID", ("tax_rate_ids", "0")),
        ({"amount": 1, "tax_rate_ids": ["good", "good"]}, "PARAMETER_INVALID", ("tax_rate_ids", "1")),
        ({"amount": 1, "tax_rate_ids": ["x"] * 11}, "PARAMETER_INVALID", ("tax_rate_ids",)),
        ({"amount": 1, "discounts": [{"coupon_id": "c_x"}]}, "RESOURCE_MISSING", ("discounts", "0", "coupon_id")),
        ({"amount": 1, "discounts": [{"coupon_id": "spent"}]}, "COUPON_EXPIRED", ("discounts", "0")),
        (
            {"amount": 1, "tax_amounts": [{"amount": 1, "taxable_amount": 1}]},
            "PARAMETER_MISSING",
            ("tax_amounts", "0", "tax_rate_id"),
        ),
    ],
)
async def test_a_line_with_unfit_terms_is_refused(
    gateway: Gateway, entry: dict[str, Any], code: str, path: tuple[str, ...]
) -> None:
    named = {
        "inactive": await price(gateway, unit_amount=1, active=False),
        "recurring": await price(gateway, unit_amount=1, recurring={"interval": "MONTH"}),
        "foreign": await price(gateway, unit_amount=1, currency="eur"),
        "dear": await price(gateway, unit_amount=99_999_999),
        "idle": await rate(gateway, active=False),
        "good": await rate(gateway),
        "spent": await coupon(gateway, max_redemptions=1),
    }
    customer = await gateway.customer()
    await gateway.done("invoiceCreate", customer_id=customer, discounts=[{"coupon_id": named["spent"]}])
    id = await gateway.draft(None)
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[_named(entry, named)])
    assert (refusal.code, tuple(refusal.path)) == (code, ("lines", "0", *path))


def _named(value: Any, names: dict[str, str]) -> Any:
    """A value with the names of objects replaced by their ids."""
    if isinstance(value, dict):
        return {key: _named(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


async def test_a_tax_rate_that_became_inactive_stays_where_it_is(gateway: Gateway) -> None:
    vat = await rate(gateway)
    id = await gateway.draft(1000, default_tax_rate_ids=[vat])
    await gateway.done("taxRateUpdate", id=vat, active=False)
    await gateway.done("invoiceUpdate", id=id, default_tax_rate_ids=[vat], description="still taxed")
    assert (await gateway.invoice(id)).total == 1100
    await gateway.done("invoiceUpdate", id=id, default_tax_rate_ids=[])
    refusal = await gateway.refused("invoiceUpdate", id=id, default_tax_rate_ids=[vat])
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("default_tax_rate_ids", "0"))


async def test_given_tax_amounts_and_tax_rates_exclude_each_other(gateway: Gateway) -> None:
    vat = await rate(gateway)
    given = {"amount": 120, "taxable_amount": 1500, "tax_rate_id": vat}
    id = await gateway.draft(1500)
    (line,) = await gateway.lines(id)
    await gateway.done("invoiceUpdateLines", id=id, lines=[{"id": line.id, "tax_amounts": [given]}])
    assert (await gateway.invoice(id)).total == 1620
    refusal = await gateway.refused("invoiceUpdate", id=id, default_tax_rate_ids=[vat])
    assert (refusal.code, refusal.path) == ("PARAMETERS_EXCLUSIVE", ("default_tax_rate_ids",))
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"amount": 5, "tax_rate_ids": [vat]}])
    assert (refusal.code, refusal.path) == ("PARAMETERS_EXCLUSIVE", ("lines", "0", "tax_rate_ids"))
    customer = (await gateway.invoice(id)).customer_id
    pending = await gateway.done("invoiceItemCreate", customer_id=customer, amount=5, tax_rate_ids=[vat])
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"invoice_item_id": pending}])
    assert (refusal.code, refusal.path) == ("PARAMETERS_EXCLUSIVE", ("lines",))


async def test_tax_rates_described_in_place_are_made_once(gateway: Gateway) -> None:
    data = {"display_name": "T", "inclusive": False, "percentage": Decimal(8)}
    entry = {"amount": 100, "tax_amounts": [{"amount": 8, "taxable_amount": 100, "tax_rate_data": data}]}
    id = await gateway.draft(None)
    await gateway.done("invoiceAddLines", id=id, lines=[entry, entry])
    (made,) = await gateway.rows(TaxRate)
    assert made.active is False
    assert (await gateway.invoice(id)).total_taxes == [
        {
            "amount": 16,
            "taxableAmount": 200,
            "taxBehavior": "EXCLUSIVE",
            "taxabilityReason": "NOT_AVAILABLE",
            "taxRateId": made.id,
        }
    ]


async def test_a_new_invoice_takes_the_customers_discount_unless_it_says_otherwise(gateway: Gateway) -> None:
    half = await coupon(gateway, duration="FOREVER")
    customer = await gateway.customer(discount={"coupon_id": half})
    taken = await gateway.draft(1000, customer_id=customer)
    plain = await gateway.draft(1000, customer_id=customer, discounts=[])
    assert [(await gateway.invoice(id)).total for id in (taken, plain)] == [500, 1000]
    assert (await gateway.row(Coupon, half)).times_redeemed == 1
    await gateway.done("customerUpdate", id=customer, discount=None)
    assert (await gateway.invoice(await gateway.draft(1000, customer_id=customer))).total == 1000


async def test_a_customers_discount_for_once_is_used_up(gateway: Gateway) -> None:
    once = await coupon(gateway)
    customer = await gateway.customer(discount={"coupon_id": once})
    first = await gateway.draft(1000, customer_id=customer)
    second = await gateway.draft(1000, customer_id=customer)
    assert [(await gateway.invoice(id)).total for id in (first, second)] == [500, 1000]
    assert (await gateway.row(Customer, customer)).discount_id is None


async def test_a_promotion_code_with_a_minimum_wants_a_subtotal(gateway: Gateway) -> None:
    half = await coupon(gateway)
    restrictions = {"minimum_amount": 1000, "minimum_amount_currency": "usd"}
    code = await gateway.done("promotionCodeCreate", coupon_id=half, restrictions=restrictions)
    customer = await gateway.customer()
    given = {"customer_id": customer, "discounts": [{"promotion_code_id": code}]}
    refusal = await gateway.refused("invoiceCreate", lines=[{"amount": 999}], **given)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("discounts", "0", "promotion_code_id"))
    await gateway.done("invoiceCreate", lines=[{"amount": 1000}], **given)


async def test_discounts_go_with_what_they_were_given_to(gateway: Gateway) -> None:
    half = {"coupon_id": await coupon(gateway)}
    customer = await gateway.customer()
    lines = [{"amount": 1000, "discounts": [half]}, {"amount": 10, "discounts": [half]}]
    id = await gateway.done("invoiceCreate", customer_id=customer, discounts=[half], lines=lines)
    assert len(await gateway.rows(Discount)) == 3
    first, second = await gateway.lines(id)
    await gateway.done("invoiceRemoveLines", id=id, lines=[{"id": second.id, "behavior": "DELETE"}])
    assert len(await gateway.rows(Discount)) == 2
    await gateway.done("invoiceRemoveLines", id=id, lines=[{"id": first.id, "behavior": "UNASSIGN"}])
    await gateway.done("invoiceDelete", id=id)
    (left,) = await gateway.rows(Discount)
    (item,) = await gateway.rows(InvoiceItem)
    assert (left.invoice_item_id, item.discount_ids) == (item.id, [left.id])


async def test_drafts_follow_when_a_customer_becomes_exempt(gateway: Gateway) -> None:
    vat = await rate(gateway)
    id = await gateway.draft(1000, default_tax_rate_ids=[vat])
    customer = (await gateway.invoice(id)).customer_id
    await gateway.done("customerUpdate", id=customer, tax_exempt="REVERSE")
    invoice = await gateway.invoice(id)
    assert (invoice.total, invoice.total_taxes[0]["taxabilityReason"]) == (1000, "REVERSE_CHARGE")


@pytest.mark.parametrize(("amount", "code"), [(-1, "PARAMETER_INVALID"), (10**8, "AMOUNT_TOO_LARGE")])
async def test_shipping_costs_nothing_or_more(gateway: Gateway, amount: int, code: str) -> None:
    id = await gateway.draft(1000)
    refusal = await gateway.refused("invoiceUpdate", id=id, shipping_cost={"amount": amount})
    assert (refusal.code, refusal.path) == (code, ("shipping_cost", "amount"))
    await gateway.done("invoiceUpdate", id=id, shipping_cost={"amount": 250, "display_name": "Post"})
    assert (await gateway.invoice(id)).total == 1250
    await gateway.done("invoiceUpdate", id=id, shipping_cost=None)
    assert (await gateway.invoice(id)).total == 1000


async def test_an_invoice_says_what_its_template_the_customers_the_customer_and_the_account_say(
    gateway: Gateway,
) -> None:
    of_invoice = await gateway.done("invoiceRenderingTemplateCreate", memo="T1")
    of_customer = await gateway.done("invoiceRenderingTemplateCreate", memo="T2", footer="T2")
    await gateway.done("accountUpdate", invoice_description="A", invoice_footer="A", invoice_custom_fields=[])
    customer = await gateway.customer(rendering_template_id=of_customer, invoice_footer="C")
    field = {"name": "PO", "value": "7"}
    await gateway.done("customerUpdate", id=customer, invoice_custom_fields=[field])

    async def said(id: str) -> tuple[str | None, str | None, list[dict[str, str]]]:
        invoice = await gateway.invoice(id)
        return invoice.description, invoice.footer, invoice.custom_fields

    id = await gateway.draft(customer_id=customer, rendering={"template_id": of_invoice})
    assert await said(id) == ("T1", "T2", [field])
    await gateway.done("invoiceUpdate", id=id, rendering={"template_id": None})
    assert await said(id) == ("T2", "T2", [field])
    await gateway.done("invoiceUpdate", id=id, description="own")
    await gateway.done("invoiceUpdate", id=id, rendering={"template_id": of_invoice})
    assert await said(id) == ("own", "T2", [field])
    assert await said(await gateway.draft()) == ("A", "A", [])


async def test_an_archived_template_or_a_version_that_is_not_there_is_refused(gateway: Gateway) -> None:
    template = await gateway.done("invoiceRenderingTemplateCreate", memo="T")
    id = await gateway.draft(rendering={"template_id": template, "template_version": 1})
    refusal = await gateway.refused("invoiceUpdate", id=id, rendering={"template_version": 2})
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("rendering", "template_version"))
    await gateway.done("invoiceRenderingTemplateArchive", id=template)
    await gateway.done("invoiceUpdate", id=id, rendering={"template_id": template})
    other = await gateway.draft()
    refusal = await gateway.refused("invoiceUpdate", id=other, rendering={"template_id": template})
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("rendering", "template_id"))
    refusal = await gateway.refused("invoiceUpdate", id=other, rendering={"template_version": 1})
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("rendering", "template_version"))
