"""What the demonstration's account sells, and for how much in every currency."""

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from invoice_graph.domain.money import currency_of, round_to_quantum

RATES = {
    "usd": 100,
    "eur": 92,
    "gbp": 79,
    "chf": 88,
    "cad": 136,
    "aud": 151,
    "nzd": 163,
    "nok": 1060,
    "sek": 1040,
    "inr": 8350,
    "isk": 13_800,
    "jpy": 150,
    "kwd": 310,
}
"""Minor units for a dollar, near enough for a demonstration."""


@dataclass(frozen=True, slots=True)
class Product:
    """Something to sell, `dollars` apiece. Metered ones cost a fraction of a minor unit apiece."""

    description: str
    dollars: int
    most: int = 1
    metered: bool = False


PRODUCTS = (
    Product("Brand workshop, half a day", 850),
    Product("Website care plan", 120, most=3),
    Product("Editorial illustration", 240, most=4),
    Product("Photography, per hour", 135, most=8),
    Product("Translation, per page", 38, most=24),
    Product("Hosting, medium", 29, most=12),
    Product("Print run, A2 poster", 6, most=200),
    Product("Accessibility review", 1450),
    Product("Newsletter design", 310, most=2),
    Product("Typeface licence, desktop", 45, most=20),
    Product("E-mails sent", 1, most=40_000, metered=True),
    Product("Image transformations", 1, most=90_000, metered=True),
)


def unit_amount(dollars: int, currency: str) -> int:
    """A price in the minor unit of a currency, collectable as it is."""
    step = currency_of(currency).quantum
    return max(step, round_to_quantum(dollars * RATES[currency], step))


def draw_line(draw: random.Random, currency: str) -> dict[str, Any]:
    """A line of an invoice, as invoiceCreate takes it."""
    product = draw.choice(PRODUCTS)
    if product.metered:
        fraction = Decimal(RATES[currency]) * draw.randint(11, 29) / 10_000
        count = Decimal(draw.randint(product.most // 10, product.most))
        return {"description": product.description, "quantity": count, "unit_amount_decimal": fraction}
    each = unit_amount(product.dollars, currency)
    if product.most == 1:
        return {"description": product.description, "amount": each}
    count = Decimal(draw.randint(1, product.most))
    return {"description": product.description, "quantity": count, "unit_amount_decimal": Decimal(each)}
