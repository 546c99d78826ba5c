"""What a line or an invoice item costs, and how giving one part of the price changes the others."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.money import check_amount, check_maximum, currency_of
from invoice_graph.domain.pricing import LineAmount, given_line_amount, unit_line_amount

PRICE_FIELDS = ("amount", "quantity", "quantity_decimal", "unit_amount_decimal")
_EXCLUSIVE = (
    ("amount", "unit_amount_decimal"),
    ("amount", "quantity"),
    ("amount", "quantity_decimal"),
    ("quantity", "quantity_decimal"),
)


@dataclass(frozen=True, slots=True)
class Price:
    """A price: `amount` is quantity times unit amount, rounded once. Amounts in the minor unit."""

    amount: int
    quantity: Decimal
    unit_amount: Decimal


def check_price_fields(given: Input, path: Path = ()) -> None:
    """Refuses parts of a price that exclude each other."""
    for first, second in _EXCLUSIVE:
        if given.get(first) is not None and given.get(second) is not None:
            message = f"{_name(first)} and {_name(second)} exclude each other; give one of them."
            raise refuse(message, (*path, second), ErrorCode.PARAMETERS_EXCLUSIVE)


def check_new_price(given: Input, path: Path = ()) -> None:
    """Refuses a new item without a price, or with parts of a price that exclude each other."""
    check_price_fields(given, path)
    if given.get("amount") is None and given.get("unit_amount_decimal") is None:
        message = "The price is missing; give amount, or unitAmountDecimal with a quantity."
        raise refuse(message, (*path, "amount"), ErrorCode.PARAMETER_MISSING)


def check_period(given: Input, path: Path = ()) -> None:
    """Refuses a period that ends before it starts."""
    start: datetime = given["start"]
    if given["end"] < start:
        raise refuse("The period ends before it starts; give an end that is not earlier.", (*path, "end"))


def price(given: Input, current: Price | None, currency_code: str, path: Path = ()) -> Price:
    """The price after an input. An amount replaces the price by one unit of it; a unit amount or a quantity
    replaces its part and multiplies anew. Refuses amounts out of range (AMOUNT_TOO_LARGE,
    INVALID_CHARGE_AMOUNT). `current` is None for a new item."""
    currency = currency_of(currency_code)
    amount: int | None = given.get("amount")
    if amount is not None:
        check_amount(amount, currency, (*path, "amount"))
        return Price(amount, Decimal(1), Decimal(amount))
    quantity = _given_quantity(given)
    unit: Decimal | None = given.get("unit_amount_decimal")
    if current is not None and quantity is None and unit is None:
        return current
    factor = quantity if quantity is not None else current.quantity if current else Decimal(1)
    each = unit if unit is not None else current.unit_amount if current else Decimal(0)
    product = unit_line_amount(factor, each).amount
    culprit = next(name for name in reversed(PRICE_FIELDS) if given.get(name) is not None)
    check_maximum(product, currency, (*path, culprit))
    return Price(product, factor, each)


def explained(price: Price) -> LineAmount:
    """How an amount came about."""
    if price.quantity == 1 and price.unit_amount == price.amount:
        return given_line_amount(price.amount)
    return unit_line_amount(price.quantity, price.unit_amount)


def _given_quantity(given: Input) -> Decimal | None:
    exact: Decimal | None = given.get("quantity_decimal")
    counted: Decimal | None = given.get("quantity")
    return exact if exact is not None else counted


def _name(field: str) -> str:
    first, *rest = field.split("_")
    return first + "".join(part.capitalize() for part in rest)
