"""The inputs of the catalogue's commands, field by field."""

import re
from decimal import Decimal

from invoice_graph.commands.shapes import (
    CLEARABLE,
    CURRENCY,
    CUSTOM_FIELDS,
    DESCRIPTION,
    FOOTER,
    GIVEN,
    ID,
    METADATA,
    NAME,
    NAME_NEEDED,
    REFERENCE,
)
from invoice_graph.domain import fields
from invoice_graph.domain.coupons import check_coupon
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Clean, Field, Input, Path, Shape, filled, list_of, refuse, text, whole
from invoice_graph.domain.money import decimal_text, parse_percentage
from invoice_graph.domain.prices import check_interval, check_terms, check_tier

MAX_LOOKUP_KEY = 200
MAX_UNIT_LABEL = 100
MAX_IMAGES = 8
MAX_IMAGE_ADDRESS = 2048
MAX_TIERS = 100
MAX_PROMOTION_CODE = 500
MAX_PRODUCTS_OF_COUPON = 100
MAX_CURRENCIES = 150
MAX_COUNT = 1_000_000_000
MAX_MONTHS = 1200
LARGEST_AMOUNT = 2**53 - 1

_TAX_TYPES = """
admissions_tax amusement_tax attendance_tax communications_tax digital_excise_tax entertainment_tax get_fund
gross_receipts_tax gst hospitality_tax hst igst jct lease_tax luxury_tax mass_transit_parking_tax nhil parking_tax pst
qst resort_tax retail_delivery_fee rst sales_tax service_tax tourism_tax utility_users_tax vat
"""
TAX_TYPES = frozenset(_TAX_TYPES.split())

_COUNT = Field(whole(1, MAX_COUNT))


def _not_negative(value: Decimal, path: Path) -> Decimal:
    """A decimal that a price may have."""
    amount = fields.decimal(value, path)
    if amount < 0:
        raise refuse(f"{decimal_text(amount)} is negative; the amounts of a price are 0 or more.", path)
    return amount


def _percentage(value: Decimal, path: Path) -> Decimal:
    return parse_percentage(decimal_text(fields.decimal(value, path)), path)


def _percent_off(value: Decimal, path: Path) -> Decimal:
    percentage = _percentage(value, path)
    if not percentage:
        raise refuse("0 % off is no discount; give more than 0, up to 100.", path)
    return percentage


def _tax_type(value: str, path: Path) -> str:
    if value not in TAX_TYPES:
        raise refuse(f"{value[:40]!r} is not a kind of tax; 'vat' is one.", path)
    return value


def _distinct(clean_list: Clean, what: str) -> Clean:
    """A list of texts, none of them twice."""

    def clean(value: list[str], path: Path) -> list[str]:
        cleaned: list[str] = clean_list(value, path)
        for place, item in enumerate(cleaned):
            if item in cleaned[:place]:
                raise refuse(f"The {what} {item!r} is named twice; keep one of them.", (*path, str(place)))
        return cleaned

    return clean


def _check_minimum(given: Input, path: Path) -> None:
    """A minimum amount and its currency come together."""
    pair = ("minimum_amount", "minimum_amount_currency")
    for name, other in (pair, pair[::-1]):
        if given.get(name) is None and given.get(other) is not None:
            message = "A minimum amount has a currency; give both or neither."
            raise refuse(message, (*path, name), ErrorCode.PARAMETER_MISSING)


UNIT_AMOUNTS = {
    "unit_amount": Field(whole(0, LARGEST_AMOUNT)),
    "unit_amount_decimal": Field(_not_negative),
}
_TIER = Shape(
    {
        "up_to": Field(fields.decimal),
        **UNIT_AMOUNTS,
        "flat_amount": Field(whole(0, LARGEST_AMOUNT)),
        "flat_amount_decimal": Field(_not_negative),
    },
    creating=True,
    check=check_tier,
)
_PACKAGES = Shape(
    {"divide_by": Field(whole(1, MAX_COUNT), clearable=False), "round": GIVEN}, required=("divide_by", "round")
)
_RECURRING = Shape(
    {"interval": GIVEN, "interval_count": Field(whole(1, MAX_COUNT), clearable=False)},
    required=("interval",),
    creating=True,
    check=check_interval,
)

PRODUCT_FIELDS = {
    "name": NAME_NEEDED,
    "active": GIVEN,
    "description": DESCRIPTION,
    "tax_code": Field(text(fields.MAX_TEXT["id"])),
    "unit_label": Field(text(MAX_UNIT_LABEL)),
    "statement_descriptor": Field(fields.statement_descriptor),
    "images": Field(list_of(fields.required_text(MAX_IMAGE_ADDRESS), MAX_IMAGES, "images")),
    "metadata": METADATA,
}
PRODUCT_CREATE = Shape(PRODUCT_FIELDS, required=("name",), creating=True)
PRODUCT_UPDATE = Shape({"id": ID, **PRODUCT_FIELDS, "default_price_id": REFERENCE}, required=("id",))

_PRICE_LABELS = {
    "active": GIVEN,
    "nickname": NAME,
    "lookup_key": Field(text(MAX_LOOKUP_KEY)),
    "tax_behavior": GIVEN,
    "metadata": METADATA,
}
PRICE_CREATE = Shape(
    {
        "product_id": ID,
        "currency": CURRENCY,
        **UNIT_AMOUNTS,
        "tiers": Field(filled(list_of(_TIER, MAX_TIERS, "tiers"), "tier")),
        "tiers_mode": GIVEN,
        "transform_quantity": Field(_PACKAGES),
        "recurring": Field(_RECURRING),
        **_PRICE_LABELS,
    },
    required=("product_id", "currency"),
    creating=True,
    check=check_terms,
)
PRICE_UPDATE = Shape({"id": ID, **_PRICE_LABELS}, required=("id",))

_TAX_RATE_LABELS = {
    "display_name": NAME_NEEDED,
    "active": GIVEN,
    "jurisdiction": NAME,
    "description": DESCRIPTION,
    "tax_type": Field(_tax_type),
    "metadata": METADATA,
}
TAX_RATE_CREATE = Shape(
    {
        "percentage": Field(_percentage, clearable=False),
        "inclusive": GIVEN,
        "country": Field(fields.country),
        "state": Field(text(fields.MAX_TEXT["address_part"])),
        **_TAX_RATE_LABELS,
    },
    required=("display_name", "percentage", "inclusive"),
    creating=True,
)
TAX_RATE_UPDATE = Shape({"id": ID, **_TAX_RATE_LABELS}, required=("id",))

_OFF = Field(whole(1, LARGEST_AMOUNT), clearable=False)
_CURRENCY_OPTION = Shape({"currency": CURRENCY, "amount_off": _OFF}, required=("currency", "amount_off"))
_PRODUCTS = _distinct(list_of(fields.identifier, MAX_PRODUCTS_OF_COUPON, "products"), "product")
COUPON_CREATE = Shape(
    {
        "code": Field(text(fields.MAX_TEXT["id"])),
        "name": NAME,
        "percent_off": Field(_percent_off),
        "amount_off": Field(whole(1, LARGEST_AMOUNT)),
        "currency": CURRENCY,
        "currency_options": Field(list_of(_CURRENCY_OPTION, MAX_CURRENCIES, "currencies")),
        "duration": GIVEN,
        "duration_in_months": Field(whole(1, MAX_MONTHS)),
        "applies_to": Field(
            Shape({"product_ids": Field(filled(_PRODUCTS, "product"), clearable=False)}, required=("product_ids",))
        ),
        "max_redemptions": _COUNT,
        "redeem_by": CLEARABLE,
        "metadata": METADATA,
    },
    creating=True,
    check=check_coupon,
)
COUPON_UPDATE = Shape({"id": ID, "name": NAME, "metadata": METADATA}, required=("id",))

_WORD = fields.matching(
    re.compile(r"[A-Za-z0-9-]+"), MAX_PROMOTION_CODE, "a code of letters a to z, digits and hyphens"
)
_RESTRICTIONS = Shape(
    {
        "first_time_transaction": GIVEN,
        "minimum_amount": Field(whole(1, LARGEST_AMOUNT)),
        "minimum_amount_currency": Field(fields.currency),
    },
    creating=True,
    check=_check_minimum,
)
PROMOTION_CODE_CREATE = Shape(
    {
        "coupon_id": ID,
        "code": Field(_WORD),
        "active": GIVEN,
        "customer_id": REFERENCE,
        "expires_at": CLEARABLE,
        "max_redemptions": _COUNT,
        "restrictions": Field(_RESTRICTIONS),
        "metadata": METADATA,
    },
    required=("coupon_id",),
    creating=True,
)
PROMOTION_CODE_UPDATE = Shape({"id": ID, "active": GIVEN, "metadata": METADATA}, required=("id",))

_TEMPLATE = {
    "nickname": NAME,
    "memo": DESCRIPTION,
    "footer": FOOTER,
    "custom_fields": CUSTOM_FIELDS,
    "page_size": CLEARABLE,
    "amount_tax_display": CLEARABLE,
    "metadata": METADATA,
}
TEMPLATE_CREATE = Shape(_TEMPLATE, creating=True)
TEMPLATE_UPDATE = Shape({"id": ID, **_TEMPLATE}, required=("id",))
