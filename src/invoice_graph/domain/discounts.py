"""Discounts: line discounts first, then invoice discounts, each on what the one before left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from invoice_graph.domain.calculation import Rule, Step, share_note
from invoice_graph.domain.money import decimal_text, divide_half_away, ratio_text, round_together


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon at work: exactly one of `percent_off` (above 0, up to 100) and `amount_off` with its `currency`.

    `currency_options` gives the amount in further currencies. `product_ids` None means all products.
    """

    id: str
    percent_off: Decimal | None = None
    amount_off: int | None = None
    currency: str | None = None
    currency_options: Mapping[str, int] = field(default_factory=dict)
    product_ids: frozenset[str] | None = None

    def covers(self, product_id: str | None) -> bool:
        return self.product_ids is None or product_id in self.product_ids

    def amount_off_in(self, currency: str) -> int:
        """The amount of an amount discount in this currency; 0 where it has none."""
        if currency == self.currency:
            return self.amount_off or 0
        return self.currency_options.get(currency, 0)

    def off(self, base: int, currency: str) -> "Off":
        """What it takes off `base`, which is at least 0; never more than `base`."""
        if self.percent_off is None:
            off = self.amount_off_in(currency)
            amount = min(off, base)
            return Off(amount, str(amount), f"{off} off, at most {base}" if off else f"no amount in {currency}")
        numerator, denominator = self.percent_off.as_integer_ratio()
        exact, hundred = base * numerator, 100 * denominator
        text = decimal_text(self.percent_off)
        return Off(divide_half_away(exact, hundred), ratio_text(exact, hundred), f"{text} % of {base}")


@dataclass(frozen=True, slots=True)
class Off:
    """What a discount takes off, and how that came about."""

    amount: int
    unrounded: str
    note: str


_NOT_ELIGIBLE = Off(0, "0", "not eligible")


@dataclass(frozen=True, slots=True)
class DiscountAmount:
    """What one discount took off, in minor units; 0 when it was considered in vain."""

    discount_id: str
    amount: int


@dataclass(slots=True)
class DiscountedLine:
    """A line while discounts are taken off it; `remaining` starts as its amount."""

    id: str
    remaining: int
    discountable: bool
    product_id: str | None
    amounts: list[DiscountAmount] = field(default_factory=list)

    def eligible(self, discount: Discount) -> bool:
        return self.discountable and self.remaining > 0 and discount.covers(self.product_id)

    def take_off(self, discount: Discount, amount: int) -> None:
        self.remaining -= amount
        self.amounts.append(DiscountAmount(discount.id, amount))


def apply_line_discounts(line: DiscountedLine, discounts: Iterable[Discount], currency: str, steps: list[Step]) -> None:
    """Take the line's own discounts off it, in list order."""
    for discount in discounts:
        off = discount.off(line.remaining, currency) if line.eligible(discount) else _NOT_ELIGIBLE
        line.take_off(discount, off.amount)
        steps.append(Step(Rule.LINE_DISCOUNT, line.id, discount.id, off.unrounded, off.amount, off.note))


def apply_invoice_discount(
    lines: Sequence[DiscountedLine], discount: Discount, currency: str, steps: list[Step]
) -> None:
    """Take an invoice discount off the eligible lines, in proportion to what remains of each.

    It is rounded once, on the sum of those lines, and shared out by largest remainder.
    """
    eligible = [line.eligible(discount) for line in lines]
    weights = [line.remaining if takes_part else 0 for line, takes_part in zip(lines, eligible, strict=True)]
    base = sum(weights)
    off = discount.off(base, currency)
    steps.append(Step(Rule.INVOICE_DISCOUNT, None, discount.id, off.unrounded, off.amount, off.note))
    exact = [off.amount * weight for weight in weights]
    # Without eligible lines every share is 0 of 1.
    denominator = base or 1
    for line, numerator, share, takes_part in zip(
        lines, exact, round_together(exact, denominator), eligible, strict=True
    ):
        line.take_off(discount, share)
        note = share_note(numerator, denominator, share) if takes_part else _NOT_ELIGIBLE.note
        text = ratio_text(numerator, denominator)
        steps.append(Step(Rule.DISCOUNT_SHARE, line.id, discount.id, text, share, note))


def sum_discounts(lines: Iterable[Sequence[DiscountAmount]]) -> tuple[DiscountAmount, ...]:
    """The amounts per discount over all lines, line by line in the order of first appearance."""
    sums: dict[str, int] = {}
    for amounts in lines:
        for entry in amounts:
            sums[entry.discount_id] = sums.get(entry.discount_id, 0) + entry.amount
    return tuple(DiscountAmount(discount_id, amount) for discount_id, amount in sums.items())
