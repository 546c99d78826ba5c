"""Prices of products: what their terms may be, and what a quantity costs by them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import Any, Protocol

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.kinds import BillingScheme, RecurringInterval
from invoice_graph.domain.money import Currency, check_amount, check_maximum, decimal_text
from invoice_graph.domain.pricing import (
    LineAmount,
    PackageRounding,
    Tier,
    TiersMode,
    TransformQuantity,
    tiered_line_amount,
    unit_line_amount,
)

LONGEST_INTERVALS: Mapping[RecurringInterval, int] = {
    RecurringInterval.DAY: 1095,
    RecurringInterval.WEEK: 156,
    RecurringInterval.MONTH: 36,
    RecurringInterval.YEAR: 3,
}
"""How many intervals may lie between two charges: three years."""


class PriceTerms(Protocol):
    """What a price says about amounts, in the columns of its row."""

    @property
    def billing_scheme(self) -> BillingScheme: ...
    @property
    def unit_amount_decimal(self) -> Decimal | None: ...
    @property
    def tiers(self) -> list[dict[str, Any]] | None: ...
    @property
    def tiers_mode(self) -> TiersMode | None: ...
    @property
    def transform_quantity(self) -> dict[str, Any] | None: ...


def price_amount(price: PriceTerms, quantity: Decimal) -> LineAmount:
    """What a quantity costs by a price."""
    if price.tiers is not None:
        assert price.tiers_mode is not None
        return tiered_line_amount(quantity, [_tier(tier) for tier in price.tiers], TiersMode(price.tiers_mode))
    assert price.unit_amount_decimal is not None
    packages = price.transform_quantity
    transform = packages and TransformQuantity(packages["divideBy"], PackageRounding(packages["round"]))
    return unit_line_amount(quantity, price.unit_amount_decimal, transform or None)


def either_amount(given: Input, name: str) -> Decimal | None:
    """An amount that is given as a whole number, or exactly under the same name with `_decimal`."""
    whole, exact = given.get(name), given.get(f"{name}_decimal")
    return exact if whole is None else Decimal(whole)


def tier_documents(tiers: Sequence[Input]) -> list[dict[str, Any]]:
    """Tiers as rows hold them."""
    return [
        {
            "upTo": None if tier.get("up_to") is None else decimal_text(tier["up_to"]),
            "unitAmountDecimal": decimal_text(either_amount(tier, "unit_amount") or Decimal(0)),
            "flatAmountDecimal": decimal_text(either_amount(tier, "flat_amount") or Decimal(0)),
        }
        for tier in tiers
    ]


def check_terms(given: Input, path: Path = ()) -> None:
    """Refuses a price whose parts exclude each other or don't suffice."""
    tiers = given.get("tiers")
    check_either(given, "unit_amount", path)
    if tiers is None:
        _check_without_tiers(given, path)
        return
    for name in ("unit_amount", "unit_amount_decimal", "transform_quantity"):
        if given.get(name) is not None:
            message = "Tiers say what a quantity costs; leave out unit amounts and transformQuantity, or the tiers."
            raise refuse(message, (*path, "tiers"), ErrorCode.PARAMETERS_EXCLUSIVE)
    if given.get("tiers_mode") is None:
        raise refuse("Tiers need a tiersMode; give one.", (*path, "tiers_mode"), ErrorCode.PARAMETER_MISSING)
    _check_rising(tiers, (*path, "tiers"))


def check_either(given: Input, name: str, path: Path) -> None:
    """Refuses an amount that is given twice."""
    if given.get(name) is not None and given.get(f"{name}_decimal") is not None:
        message = "The amount is given as a whole number and as a decimal; leave one of them out."
        raise refuse(message, (*path, f"{name}_decimal"), ErrorCode.PARAMETERS_EXCLUSIVE)


def check_tier(given: Input, path: Path) -> None:
    """Refuses a tier that costs nothing known."""
    check_either(given, "unit_amount", path)
    check_either(given, "flat_amount", path)
    if either_amount(given, "unit_amount") is None and either_amount(given, "flat_amount") is None:
        message = "The tier has no amount; give a unit amount or a flat amount, 0 for free units."
        raise refuse(message, (*path, "unit_amount"), ErrorCode.PARAMETER_MISSING)
    if given.get("up_to") is not None and given["up_to"] <= 0:
        raise refuse("A tier ends above 0; give a larger upTo, or null for no end.", (*path, "up_to"))


def check_interval(given: Input, path: Path) -> None:
    """Refuses more than three years between two charges."""
    interval = RecurringInterval(given["interval"])
    count, longest = given.get("interval_count"), LONGEST_INTERVALS[interval]
    if count is not None and count > longest:
        message = f"{count} is out of range; give 1 to {longest} for {interval}."
        raise refuse(message, (*path, "interval_count"), ErrorCode.PARAMETER_INVALID_INTEGER)


def check_price_amounts(given: Input, currency: Currency, path: Path = ()) -> None:
    """Refuses amounts of a price that the currency does not have."""
    _check_either_amount(given, "unit_amount", currency, path)
    for place, tier in enumerate(given.get("tiers") or ()):
        for name in ("unit_amount", "flat_amount"):
            _check_either_amount(tier, name, currency, (*path, "tiers", str(place)))


def _check_either_amount(given: Input, name: str, currency: Currency, path: Path) -> None:
    if given.get(name) is not None:
        check_amount(given[name], currency, (*path, name))
    elif given.get(f"{name}_decimal") is not None:
        check_maximum(ceil(given[f"{name}_decimal"]), currency, (*path, f"{name}_decimal"))


def _check_without_tiers(given: Input, path: Path) -> None:
    if either_amount(given, "unit_amount") is None:
        message = "The price is missing; give unitAmount, unitAmountDecimal or tiers."
        raise refuse(message, (*path, "unit_amount"), ErrorCode.PARAMETER_MISSING)
    if given.get("tiers_mode") is not None:
        raise refuse("A tiersMode needs tiers; give some.", (*path, "tiers"), ErrorCode.PARAMETER_MISSING)


def _check_rising(tiers: Sequence[Input], path: Path) -> None:
    """Each tier ends above the one before, and the last, no other, is open."""
    reached = Decimal(0)
    for place, tier in enumerate(tiers, 1):
        where, end = (*path, str(place - 1), "up_to"), tier.get("up_to")
        if (end is None) != (place == len(tiers)):
            raise refuse("The last tier has no end, and no other; give upTo null there alone.", where)
        if end is not None and end <= reached:
            raise refuse(f"Tiers rise; give an upTo above {decimal_text(reached)}.", where)
        reached = end or reached


def _tier(document: Mapping[str, Any]) -> Tier:
    up_to = document["upTo"]
    return Tier(
        None if up_to is None else Decimal(up_to),
        Decimal(document["unitAmountDecimal"]),
        Decimal(document["flatAmountDecimal"]),
    )
