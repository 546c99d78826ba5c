"""Line amounts: quantity times unit amount, tiers and packages, rounded once per line."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from invoice_graph.domain.money import decimal_text, divide_half_away, ratio_text


@dataclass(frozen=True, slots=True)
class LineAmount:
    """The amount of a line in minor units, and how it came about."""

    amount: int
    unrounded: str
    note: str


class PackageRounding(StrEnum):
    """Whether a package that is not full counts."""

    UP = "UP"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class TransformQuantity:
    """Sell by the package: the quantity is divided by `divide_by` (at least 1) and made whole."""

    divide_by: int
    round: PackageRounding

    def packages(self, quantity: Decimal) -> Decimal:
        numerator, denominator = quantity.as_integer_ratio()
        size = denominator * self.divide_by
        return Decimal(-(-numerator // size) if self.round is PackageRounding.UP else numerator // size)


class TiersMode(StrEnum):
    """`GRADUATED`: every unit costs what its own tier says. `VOLUME`: all units cost what the last one does."""

    GRADUATED = "GRADUATED"
    VOLUME = "VOLUME"


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and including `up_to` (None: without end) cost `unit_amount` each, plus `flat_amount` once."""

    up_to: Decimal | None
    unit_amount: Decimal = Decimal(0)
    flat_amount: Decimal = Decimal(0)

    def holds(self, quantity: Decimal) -> bool:
        return self.up_to is None or quantity <= self.up_to


def given_line_amount(amount: int) -> LineAmount:
    """An amount that the caller gave."""
    return LineAmount(amount, str(amount), "as given")


def unit_line_amount(quantity: Decimal, unit_amount: Decimal, transform: TransformQuantity | None = None) -> LineAmount:
    """`quantity` times `unit_amount`, the quantity made into whole packages first when asked for."""
    counted = transform.packages(quantity) if transform else quantity
    note = f"{decimal_text(counted)} x {decimal_text(unit_amount)}"
    if transform:
        note += f"; {decimal_text(quantity)} / {transform.divide_by} rounded {transform.round.lower()}"
    # Two whole ratios; Fractions would take three times as long, and Decimals round to the precision of the context.
    numerator, denominator = counted.as_integer_ratio()
    units, unit = unit_amount.as_integer_ratio()
    return _rounded(numerator * units, denominator * unit, note)


def tiered_line_amount(quantity: Decimal, tiers: Sequence[Tier], mode: TiersMode) -> LineAmount:
    """The price of `quantity` by tiers, which rise and end with an open tier; rounded once at the end.

    Graduated pricing adds the flat amount of every tier that a unit falls into, none for quantity 0.
    """
    parts = _volume_parts(quantity, tiers) if mode is TiersMode.VOLUME else _graduated_parts(quantity, tiers)
    exact = sum(
        (Fraction(units) * Fraction(tier.unit_amount) + Fraction(tier.flat_amount) for units, tier in parts), Fraction()
    )
    note = " + ".join(
        f"{decimal_text(units)} x {decimal_text(tier.unit_amount)} + {decimal_text(tier.flat_amount)} flat"
        for units, tier in parts
    )
    return _rounded(*exact.as_integer_ratio(), f"{mode.lower()} tiers: {note or 'no units'}")


def _volume_parts(quantity: Decimal, tiers: Sequence[Tier]) -> list[tuple[Decimal, Tier]]:
    return [(quantity, next(tier for tier in tiers if tier.holds(quantity)))]


def _graduated_parts(quantity: Decimal, tiers: Sequence[Tier]) -> list[tuple[Decimal, Tier]]:
    parts = []
    counted = Decimal(0)
    for tier in tiers:
        if quantity <= counted:
            break
        end = quantity if tier.up_to is None else min(quantity, tier.up_to)
        parts.append((end - counted, tier))
        counted = end
    return parts


def _rounded(numerator: int, denominator: int, note: str) -> LineAmount:
    return LineAmount(divide_half_away(numerator, denominator), ratio_text(numerator, denominator), note)
