"""What the demonstration's account has in its catalogue from the start."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from invoice_graph.demo.scenes import Made, Scene

START = datetime(2026, 1, 5, 8, tzinfo=UTC)

_BY_THE_GIGABYTE = [
    {"up_to": Decimal(100), "unit_amount": 12},
    {"up_to": Decimal(1000), "unit_amount": 9},
    {"unit_amount_decimal": Decimal("6.5")},
]


def _offer(command: str, makes: str, /, **input: Any) -> Scene:
    return Scene(START, command, input, makes)


def _price(makes: str, product: str, **terms: Any) -> Scene:
    given: Mapping[str, Any] = {"product_id": Made(product), "currency": "eur", "lookup_key": makes, **terms}
    return Scene(START, "priceCreate", given, makes)


OFFERS = (
    _offer("productCreate", "studio", name="Studio day", unit_label="day"),
    _price("studio-day", "studio", unit_amount=64_000),
    _offer("productCreate", "archive", name="Image archive", unit_label="gigabyte"),
    _price("archive-gigabyte", "archive", tiers_mode="GRADUATED", tiers=_BY_THE_GIGABYTE),
    _offer("productCreate", "postcards", name="Postcards", unit_label="card"),
    _price("postcards-by-ten", "postcards", unit_amount=450, transform_quantity={"divide_by": 10, "round": "UP"}),
    _offer(
        "taxRateCreate",
        "vat",
        display_name="VAT",
        percentage=Decimal(23),
        inclusive=False,
        country="IE",
        tax_type="vat",
    ),
    _offer(
        "taxRateCreate",
        "vat within",
        display_name="VAT, reduced",
        percentage=Decimal("13.5"),
        inclusive=True,
        country="IE",
        tax_type="vat",
    ),
    _offer("couponCreate", "tenth", code="AUTUMN", name="A tenth off", percent_off=Decimal(10), duration="FOREVER"),
    _offer(
        "couponCreate",
        "welcome",
        code="WELCOME",
        name="5 off to begin with",
        amount_off=500,
        currency="eur",
        currency_options=[{"currency": "usd", "amount_off": 550}, {"currency": "gbp", "amount_off": 430}],
        duration="ONCE",
    ),
    _offer("promotionCodeCreate", "friends", coupon_id=Made("tenth"), code="FJORDFRIENDS"),
    _offer(
        "invoiceRenderingTemplateCreate",
        "letterhead",
        nickname="Letterhead",
        memo="It was a pleasure to work with you.",
        footer="Fjordlight Studio, 12 Quay Street, Galway",
        custom_fields=[{"name": "Our reference", "value": "Studio A"}],
        page_size="A4",
    ),
)
"""Three products with a price by unit, by tiers and by package, taxes of both kinds, discounts and a letterhead."""
