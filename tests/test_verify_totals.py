"""The proof of the totals: whatever goes into an invoice is worked out anew, and what differs is found."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from gateway import Gateway
from test_verify import keep_once, path
from vandal import Tables, vandal

from invoice_graph.store.verification.totals import find_wrong_totals
from invoice_graph.store.verification.verify import Finding, verify

__all__ = ["path"]

pytestmark = pytest.mark.anyio

TAXED = "SELECT id FROM invoice WHERE description = 'taxed'"
EXEMPT = "SELECT id FROM invoice WHERE description = 'exempt'"
GIVEN = "SELECT id FROM invoice WHERE description = 'given'"
DRAFT = "SELECT id FROM invoice WHERE description = 'draft'"
PREVIEW = "SELECT id FROM invoice WHERE expires_at IS NOT NULL"
LINE = f"SELECT MIN(id) FROM line_item WHERE invoice_id = ({TAXED})"
OF_LINE = f"SELECT REPLACE(REPLACE(discount_ids, '[\"', ''), '\"]', '') FROM line_item WHERE id = ({LINE})"
OTHER_RATE = "SELECT MAX(id) FROM tax_rate"
TIERED = "SELECT id FROM line_item WHERE description = 'tiered'"
PACKED = "SELECT id FROM line_item WHERE description = 'packed'"
FLAT = "SELECT id FROM line_item WHERE description = 'flat'"

BREAKS = (
    (TAXED, "UPDATE discount SET percent_off = '11' WHERE invoice_id = $row"),
    (TAXED, f"UPDATE discount SET amount_off = 78 WHERE id = ({OF_LINE})"),
    (TAXED, "UPDATE discount SET product_ids = NULL WHERE invoice_id = $row"),
    (TAXED, "UPDATE invoice SET discount_ids = '[]' WHERE id = $row"),
    (TAXED, f"UPDATE line_item SET discount_ids = '[]' WHERE id = ({LINE})"),
    (TAXED, f"UPDATE line_item SET discountable = FALSE WHERE id = ({LINE})"),
    (TAXED, f"UPDATE line_item SET discount_amounts = '[]' WHERE id = ({LINE})"),
    (TAXED, f"UPDATE line_item SET tax_rate_ids = '[\"' || ({OTHER_RATE}) || '\"]' WHERE id = ({LINE})"),
    (TAXED, f"UPDATE line_item SET taxes = '[]' WHERE id = ({LINE})"),
    (TAXED, "UPDATE invoice SET default_tax_rate_ids = '[]' WHERE id = $row"),
    (TAXED, "UPDATE invoice SET total_taxes = '[]' WHERE id = $row"),
    (TAXED, "UPDATE invoice SET total_discount_amounts = '[]' WHERE id = $row"),
    (TAXED, "UPDATE invoice SET shipping_cost = replace(shipping_cost, '499', '500') WHERE id = $row"),
    (TAXED, "UPDATE invoice SET customer_tax_exempt = 'EXEMPT' WHERE id = $row"),
    (TAXED, "UPDATE invoice SET total_excluding_tax = total_excluding_tax + 1 WHERE id = $row"),
    (TAXED, "UPDATE invoice SET total_taxes = replace(total_taxes, 'STANDARD_RATED', 'ZERO_RATED') WHERE id = $row"),
    (EXEMPT, "UPDATE invoice SET customer_tax_exempt = 'REVERSE' WHERE id = $row"),
    (EXEMPT, "UPDATE invoice SET customer_tax_exempt = 'NONE' WHERE id = $row"),
    (GIVEN, "UPDATE line_item SET tax_amounts = '[]' WHERE tax_amounts <> '[]' AND invoice_id = $row"),
    (DRAFT, "UPDATE invoice SET default_tax_rate_ids = '[]' WHERE id = $row"),
    (TAXED, "UPDATE invoice SET discount_ids = '[\"di_gone\"]' WHERE id = $row"),
    (TAXED, "UPDATE invoice SET default_tax_rate_ids = '[\"txr_gone\"]' WHERE id = $row"),
    (TAXED, f"UPDATE line_item SET taxes = '[{{}}]' WHERE id = ({LINE})"),
    (TAXED, "UPDATE invoice SET total_taxes = 'no JSON' WHERE id = $row"),
)
"""The invoice that is found after a statement, and the statement."""

PRICE_BREAKS = (
    (TIERED, "UPDATE price SET tiers = replace(tiers, '\"70\"', '\"71\"')"),
    (TIERED, "UPDATE line_item SET quantity_decimal = '4' WHERE id IN $row"),
    (TIERED, "UPDATE line_item SET price_id = NULL WHERE id IN $row"),
    (TIERED, "UPDATE line_item SET price_id = 'price_gone' WHERE id IN $row"),
    (PACKED, "UPDATE price SET transform_quantity = replace(transform_quantity, 'UP', 'DOWN')"),
    (FLAT, "UPDATE price SET unit_amount_decimal = '12.6' WHERE unit_amount_decimal = '12.5'"),
)
"""The lines that are found after a statement, and the statement."""


@pytest.fixture(scope="module")
def original(kind: str) -> Tables:
    """The books when they were made once."""
    return {}


@pytest.fixture
async def books(gateway: Gateway, path: Path, original: Tables) -> Gateway:
    """An account that sells by every kind of price, taxes and discounts."""
    await keep_once(gateway, path, original, keep_books)
    return gateway


async def keep_books(gateway: Gateway) -> None:
    """Invoices with all that goes into totals; the account rounds otherwise than when the first was finalized."""
    product = await gateway.done("productCreate", name="Rocket")
    lines = await priced_lines(gateway, product)
    vat = await gateway.done("taxRateCreate", display_name="VAT", percentage=Decimal(19), inclusive=True)
    city = await gateway.done("taxRateCreate", display_name="City", percentage=Decimal("2.125"), inclusive=False)
    state = await gateway.done("taxRateCreate", display_name="State", percentage=Decimal(7), inclusive=False)
    tenth = await gateway.done("couponCreate", percent_off=Decimal(10), applies_to={"product_ids": [product]})
    less = await gateway.done("couponCreate", amount_off=77, currency="usd")
    lines[0] |= {"discounts": [{"coupon_id": less}], "tax_rate_ids": [city]}
    terms = {
        "default_tax_rate_ids": [vat, state],
        "discounts": [{"coupon_id": tenth}],
        "shipping_cost": {"amount": 499},
        "currency": "usd",
    }
    buyer = await gateway.customer(name="Buyer")
    exempt = await gateway.customer(name="Exempt", tax_exempt="EXEMPT")
    taxed = await gateway.done("invoiceCreate", customer_id=buyer, lines=lines, description="taxed", **terms)
    await gateway.done("invoiceFinalize", id=taxed)
    await gateway.done("accountUpdate", tax_rounding="INVOICE")
    freed = await gateway.done("invoiceCreate", customer_id=exempt, lines=lines, description="exempt", **terms)
    await gateway.done("invoiceFinalize", id=freed)
    own = {"amount": 150, "taxable_amount": 1000, "tax_rate_id": vat}
    taxes = [{"amount": 1000, "tax_amounts": [own]}, {"amount": 333}]
    await gateway.done("invoiceCreate", customer_id=buyer, lines=taxes, description="given")
    await gateway.done("invoiceCreate", customer_id=buyer, lines=lines, description="draft", **terms)
    await gateway.done("invoicePreview", customer_id=buyer, invoice_items=[{"amount": 900}])


async def priced_lines(gateway: Gateway, product: str) -> list[dict[str, object]]:
    """Lines with amounts of their own, and by prices: flat, packed and in tiers."""
    sold = {"product_id": product, "currency": "usd"}
    flat = await gateway.done("priceCreate", unit_amount_decimal=Decimal("12.5"), **sold)
    package = {"divide_by": 5, "round": "UP"}
    packed = await gateway.done("priceCreate", unit_amount=200, transform_quantity=package, **sold)
    tiers = [{"up_to": Decimal(3), "unit_amount": 100}, {"up_to": None, "unit_amount": 70, "flat_amount": 30}]
    in_tiers = {"tiers_mode": "GRADUATED", "tiers": tiers}
    tiered = await gateway.done("priceCreate", **in_tiers, **sold)
    return [
        {"amount": 1234},
        {"unit_amount_decimal": Decimal("99.99"), "quantity_decimal": Decimal("1.5")},
        {"price_id": flat, "quantity_decimal": Decimal(3), "description": "flat"},
        {"price_id": packed, "quantity_decimal": Decimal(7), "description": "packed"},
        {"price_id": tiered, "quantity_decimal": Decimal(9), "description": "tiered"},
        {"amount": -100},
    ]


async def test_books_with_taxes_discounts_and_prices_are_clean(books: Gateway) -> None:
    assert await verify(books.services.database) == []


@pytest.mark.parametrize(("row", "sql"), BREAKS, ids=[sql[:60] for _, sql in BREAKS])
async def test_an_invoice_that_does_not_add_up_is_found_and_no_other(
    books: Gateway, path: Path, row: str, sql: str
) -> None:
    with vandal(path) as run:
        ((object_id,),) = run(row)
        run(sql.replace("$row", f"({row})"))
    async with books.services.database.reader() as connection:
        ((account_id, found_id, message),) = await find_wrong_totals(connection)
    assert (account_id, found_id) == (books.actor.account_id, object_id)
    assert message


@pytest.mark.parametrize(("row", "sql"), PRICE_BREAKS, ids=[sql[:60] for _, sql in PRICE_BREAKS])
async def test_lines_that_cost_something_else_than_their_price_are_found(
    books: Gateway, path: Path, row: str, sql: str
) -> None:
    with vandal(path) as run:
        expected = {id for (id,) in run(row)}
        run(sql.replace("$row", f"({row})"))
    found = await verify(books.services.database)
    assert {finding.object_id for finding in found} == expected
    assert {finding.check for finding in found} == {"prices"}


@pytest.mark.parametrize(
    ("sql", "check", "messages"),
    [
        (
            "UPDATE line_item SET quantity_decimal = 'ma.ny', unit_amount_decimal = '1.5' WHERE id = $row",
            "prices",
            {
                "has the quantity 'ma.ny' and the unit amount '1.5', one of which is no number",
                'can\'t be checked: invalid input syntax for type numeric: "ma.ny"',
            },
        ),
        (
            "UPDATE line_item SET discount_amounts = '[' WHERE id = $row",
            "totals",
            {"can't be computed: unexpected end of data: line 1 column 2 (char 1)"},
        ),
    ],
)
async def test_values_that_make_no_sense_are_found_and_do_not_end_the_proof(
    books: Gateway, path: Path, sql: str, check: str, messages: set[str]
) -> None:
    with vandal(path) as run:
        run(sql.replace("$row", "(SELECT min(id) FROM line_item)"))
    found = {finding.check: finding.message for finding in await verify(books.services.database)}
    assert found[check] in messages


async def test_a_finding_says_what_differs(books: Gateway, path: Path) -> None:
    with vandal(path) as run:
        run(f"UPDATE invoice SET amount_shipping = 500 WHERE id = ({TAXED})")
        run(f"UPDATE line_item SET discount_amounts = '[]' WHERE id = ({LINE})")
        ((invoice,),), ((line,),) = run(TAXED), run(LINE)
    expected = f"amount_shipping is 500 instead of 499; line {line} has other discount_amounts than its discounts give"
    assert await verify(books.services.database) == [
        Finding("totals", books.actor.account_id, invoice, expected),
    ]


async def test_a_finding_names_what_does_not_exist(books: Gateway, path: Path) -> None:
    with vandal(path) as run:
        run(f"UPDATE invoice SET discount_ids = '[\"di_gone\"]' WHERE id = ({TAXED})")
    (finding,) = await verify(books.services.database)
    assert finding.message == "can't be computed: di_gone does not exist"


async def test_totals_rounded_neither_way_are_found(books: Gateway, path: Path) -> None:
    """Those of the other way than the account's are fine: it may have been the account's when they were computed."""
    for rounding in ("LINE_ITEM", "INVOICE"):
        with vandal(path) as run:
            run(f"UPDATE account SET tax_rounding = '{rounding}'")
        assert await verify(books.services.database) == []
    with vandal(path) as run:
        ((taxes,),) = run(f"SELECT taxes FROM line_item WHERE id = ({LINE})")
        first, *others = json.loads(taxes)
        changed = json.dumps([first | {"amount": first["amount"] + 1}, *others])
        run(f"UPDATE line_item SET taxes = '{changed}' WHERE id = ({LINE})")
    (finding,) = await verify(books.services.database)
    assert finding.check == "totals"


async def test_previews_are_left_out(books: Gateway, path: Path) -> None:
    with vandal(path) as run:
        assert len(run(f"UPDATE invoice SET total = 1 WHERE id IN ({PREVIEW}) RETURNING id")) == 1
    assert await verify(books.services.database) == []
