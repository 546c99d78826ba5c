"""The recorded money examples, played on the calculation."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from invoice_graph.domain.discounts import Discount
from invoice_graph.domain.errors import InputRefusal
from invoice_graph.domain.money import check_amount, check_maximum, currency_of, parse_decimal
from invoice_graph.domain.pricing import (
    LineAmount,
    PackageRounding,
    Tier,
    TiersMode,
    TransformQuantity,
    given_line_amount,
    tiered_line_amount,
    unit_line_amount,
)
from invoice_graph.domain.taxes import Tax, TaxExempt, TaxRate, TaxRounding
from invoice_graph.domain.totals import InvoiceInput, LineInput, Totals, compute_totals

VECTORS = [
    vector
    for file in sorted((Path(__file__).parent / "vectors").glob("0[1-5]_*.json"))
    for vector in json.loads(file.read_text())["vectors"]
]


def discount_of(coupon: dict[str, Any]) -> Discount:
    products = coupon.get("applies_to", {}).get("products")
    return Discount(
        id=coupon["id"],
        percent_off=parse_decimal(coupon["percent_off"]) if "percent_off" in coupon else None,
        amount_off=coupon.get("amount_off"),
        currency=coupon.get("currency"),
        currency_options={code: entry["amount_off"] for code, entry in coupon.get("currency_options", {}).items()},
        product_ids=frozenset(products) if products else None,
    )


def tier_of(tier: dict[str, Any]) -> Tier:
    return Tier(
        None if tier["up_to"] is None else Decimal(tier["up_to"]),
        parse_decimal(tier["unit_amount_decimal"]),
        parse_decimal(tier["flat_amount_decimal"]),
    )


def line_amount_of(line: dict[str, Any]) -> LineAmount:
    if "amount" in line:
        return given_line_amount(line["amount"])
    quantity = parse_decimal(str(line.get("quantity_decimal", line.get("quantity"))))
    if "tiers" in line:
        return tiered_line_amount(
            quantity, [tier_of(tier) for tier in line["tiers"]], TiersMode(line["tiers_mode"].upper())
        )
    transform = line.get("transform_quantity")
    package = transform and TransformQuantity(transform["divide_by"], PackageRounding(transform["round"].upper()))
    return unit_line_amount(quantity, parse_decimal(line["unit_amount_decimal"]), package)


def line_of(line: dict[str, Any], currency: str, coupons: dict[str, Discount], rates: dict[str, TaxRate]) -> LineInput:
    if "amount" in line:
        check_amount(line["amount"], currency_of(currency), ("amount",))
    pricing = line_amount_of(line)
    check_maximum(pricing.amount, currency_of(currency), ("unit_amount_decimal",))
    return LineInput(
        id=line["ref"],
        amount=pricing.amount,
        discountable=line.get("discountable", pricing.amount >= 0),
        product_id=line.get("product"),
        discounts=tuple(coupons[coupon] for coupon in line.get("discounts", ())),
        tax_rates=tuple(rates[rate] for rate in line.get("tax_rates", ())),
        tax_amounts=tuple(
            Tax(tax["rate"], tax["amount"], tax["taxable_amount"], tax["inclusive"])
            for tax in line.get("tax_amounts", ())
        ),
        pricing=pricing,
    )


def invoice_of(given: dict[str, Any]) -> InvoiceInput:
    currency = given.get("currency", "usd")
    coupons = {coupon["id"]: discount_of(coupon) for coupon in given.get("coupons", ())}
    rates = {
        rate["id"]: TaxRate(rate["id"], parse_decimal(rate["percentage"]), rate["inclusive"])
        for rate in given.get("tax_rates", ())
    }
    invoice, customer = given.get("invoice", {}), given.get("customer", {})
    return InvoiceInput(
        currency=currency,
        lines=tuple(line_of(line, currency, coupons, rates) for line in given["lines"]),
        discounts=tuple(coupons[coupon] for coupon in invoice.get("discounts", ())),
        default_tax_rates=tuple(rates[rate] for rate in invoice.get("default_tax_rates", ())),
        shipping_amount=invoice.get("shipping_amount", 0),
        tax_rounding=TaxRounding(given.get("account", {}).get("tax_rounding", "line_item").upper()),
        tax_exempt=TaxExempt(customer.get("tax_exempt", "none").upper()),
        starting_balance=customer.get("balance", 0),
    )


def taxes_as_json(taxes: tuple[Tax, ...]) -> list[dict[str, Any]]:
    return [
        {
            "rate": tax.rate_id,
            "amount": tax.amount,
            "taxable_amount": tax.taxable_amount,
            "tax_behavior": "inclusive" if tax.inclusive else "exclusive",
            "taxability_reason": tax.taxability_reason.lower(),
        }
        for tax in taxes
    ]


def totals_as_json(totals: Totals) -> dict[str, Any]:
    numbers = (
        *("subtotal", "subtotal_excluding_tax", "amount_shipping", "total_excluding_tax", "total"),
        *("starting_balance", "amount_due", "ending_balance", "too_small"),
    )
    return {
        **{name: getattr(totals, name) for name in numbers},
        "lines": [
            {
                "ref": line.id,
                "amount": line.amount,
                "discount_amounts": [{"coupon": d.discount_id, "amount": d.amount} for d in line.discount_amounts],
                "taxes": taxes_as_json(line.taxes),
            }
            for line in totals.lines
        ],
        "total_discount_amounts": [
            {"coupon": d.discount_id, "amount": d.amount} for d in totals.total_discount_amounts
        ],
        "total_taxes": taxes_as_json(totals.total_taxes),
        "status_after_finalize": "open" if totals.amount_due else "paid",
    }


def test_there_are_vectors_to_play() -> None:
    assert len(VECTORS) == 61


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['id']} {vector['title']}")
def test_the_vector_gives_its_expected_totals_or_refusal(vector: dict[str, Any]) -> None:
    expected = vector["expected"]
    if "error" in expected:
        with pytest.raises(InputRefusal) as caught:
            compute_totals(invoice_of(vector["input"]))
        assert caught.value.code == expected["error"]["code"].upper()
        assert caught.value.path == (expected["error"]["param"],)
    else:
        assert totals_as_json(compute_totals(invoice_of(vector["input"]))) == expected
