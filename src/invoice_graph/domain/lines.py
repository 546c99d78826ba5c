"""What a line or an invoice item costs, and how giving one part of the price changes the others."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import combinations

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.money import check_amount, check_maximum, currency_of
from invoice_graph.domain.prices import PriceTerms, price_amount
from invoice_graph.domain.pricing import LineAmount, given_line_amount, unit_line_amount

COSTS = ("amount", "price_id", "price_data", "unit_amount_decimal")
"""Ways to say what something costs: one of them."""

QUANTITIES = ("quantity", "quantity_decimal")
_EXCLUSIVE = (
    *combinations(COSTS, 2),
    *(("amount", name) for name in QUANTITIES),
    QUANTITIES,
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a line costs: `amount` is by the price, or quantity times unit amount, rounded once. Amounts in the
    minor unit. `unit_amount` is None where a unit has no one price."""

    amount: int
    quantity: Decimal
    unit_amount: Decimal | None
    price: PriceTerms | None = None


def check_price_fields(given: Input, path: Path = ()) -> None:
    """Refuses parts of a price that exclude each other."""
    for first, second in _EXCLUSIVE:
        if given.get(first) is not None and given.get(second) is not None:
            message = f"{_name(first)} and {_name(second)} exclude each other; give one of them."
            raise refuse(message, (*path, second), ErrorCode.PARAMETERS_EXCLUSIVE)


def check_new_price(given: Input, path: Path = ()) -> None:
    """Refuses a new item without a price, or with parts of a price that exclude each other."""
    check_price_fields(given, path)
    if all(given.get(name) is None for name in COSTS):
        message = "The price is missing; give amount, priceId, priceData, or unitAmountDecimal with a quantity."
        raise refuse(message, (*path, "amount"), ErrorCode.PARAMETER_MISSING)


def check_period(given: Input, path: Path = ()) -> None:
    """Refuses a period that ends before it starts."""
    start: datetime = given["start"]
    if given["end"] < start:
        raise refuse("The period ends before it starts; give an end that is not earlier.", (*path, "end"))


def cost(
    given: Input, current: Cost | None, currency_code: str, price: PriceTerms | None = None, path: Path = ()
) -> Cost:
    """What something costs after an input. An amount replaces the price by one unit of it; a price, a unit amount
    or a quantity replaces its part and multiplies anew. `price` is the one that the input names, `current` None for
    a new item. Refuses amounts out of range (AMOUNT_TOO_LARGE, INVALID_CHARGE_AMOUNT)."""
    currency = currency_of(currency_code)
    amount: int | None = given.get("amount")
    if amount is not None:
        check_amount(amount, currency, (*path, "amount"))
        return Cost(amount, Decimal(1), Decimal(amount))
    quantity, unit = _given_quantity(given), given.get("unit_amount_decimal")
    if current is not None and price is None and unit is None:
        if quantity is None:
            return current
        price, unit = current.price, current.unit_amount
    factor = quantity if quantity is not None else current.quantity if current else Decimal(1)
    found = Cost(0, factor, price.unit_amount_decimal if price else unit, price)
    product = explained(found).amount
    culprit = next(name for name in (*reversed(COSTS), *reversed(QUANTITIES)) if given.get(name) is not None)
    check_maximum(product, currency, (*path, culprit))
    return replace(found, amount=product)


def explained(cost: Cost) -> LineAmount:
    """How an amount came about."""
    if cost.price is not None:
        return price_amount(cost.price, cost.quantity)
    if cost.unit_amount is None or (cost.quantity == 1 and cost.unit_amount == cost.amount):
        return given_line_amount(cost.amount)
    return unit_line_amount(cost.quantity, cost.unit_amount)


def _given_quantity(given: Input) -> Decimal | None:
    exact: Decimal | None = given.get("quantity_decimal")
    counted: Decimal | None = given.get("quantity")
    return exact if exact is not None else counted


def _name(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(part.capitalize() for part in rest)
