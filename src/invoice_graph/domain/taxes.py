"""Taxes by manual rates: inclusive and exclusive, rounded per line or per invoice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import lcm
from typing import NamedTuple

from invoice_graph.domain.calculation import Rule, Step, share_note
from invoice_graph.domain.money import decimal_text, divide_half_away, ratio_text, round_together


class TaxRounding(StrEnum):
    """Where a tax is rounded: on every line, or once per rate and then shared back to the lines."""

    LINE_ITEM = "LINE_ITEM"
    INVOICE = "INVOICE"


class TaxExempt(StrEnum):
    """Whether the customer pays tax."""

    NONE = "NONE"
    EXEMPT = "EXEMPT"
    REVERSE = "REVERSE"


class TaxabilityReason(StrEnum):
    """Why a tax is what it is."""

    CUSTOMER_EXEMPT = "CUSTOMER_EXEMPT"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    NOT_COLLECTING = "NOT_COLLECTING"
    NOT_SUBJECT_TO_TAX = "NOT_SUBJECT_TO_TAX"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    PORTION_PRODUCT_EXEMPT = "PORTION_PRODUCT_EXEMPT"
    PORTION_REDUCED_RATED = "PORTION_REDUCED_RATED"
    PORTION_STANDARD_RATED = "PORTION_STANDARD_RATED"
    PRODUCT_EXEMPT = "PRODUCT_EXEMPT"
    PRODUCT_EXEMPT_HOLIDAY = "PRODUCT_EXEMPT_HOLIDAY"
    PROPORTIONALLY_RATED = "PROPORTIONALLY_RATED"
    REDUCED_RATED = "REDUCED_RATED"
    REVERSE_CHARGE = "REVERSE_CHARGE"
    STANDARD_RATED = "STANDARD_RATED"
    TAXABLE_BASIS_REDUCED = "TAXABLE_BASIS_REDUCED"
    ZERO_RATED = "ZERO_RATED"


_EXEMPTION_REASONS = {
    TaxExempt.EXEMPT: TaxabilityReason.CUSTOMER_EXEMPT,
    TaxExempt.REVERSE: TaxabilityReason.REVERSE_CHARGE,
}


@dataclass(frozen=True, slots=True)
class TaxRate:
    """A rate of `percentage` (0 to 100), contained in the price or added to it."""

    id: str
    percentage: Decimal
    inclusive: bool


class Tax(NamedTuple):
    """One tax of one line, or of the invoice; amounts in minor units. A tuple for speed, as `Step` is."""

    rate_id: str
    amount: int
    taxable_amount: int
    inclusive: bool
    taxability_reason: TaxabilityReason = TaxabilityReason.NOT_AVAILABLE


@dataclass(frozen=True, slots=True)
class LineTaxes:
    """The taxes of one line, and the inclusive tax its price loses because the customer pays none."""

    taxes: tuple[Tax, ...]
    backed_out: int = 0

    @property
    def inclusive_amount(self) -> int:
        return sum(tax.amount for tax in self.taxes if tax.inclusive)

    @property
    def exclusive_amount(self) -> int:
        return sum(tax.amount for tax in self.taxes if not tax.inclusive)


@dataclass(frozen=True, slots=True)
class TaxBase:
    """What of a line is taxed: its discounted `amount`, and the rates that apply to it."""

    line_id: str
    amount: int
    rates: tuple[TaxRate, ...]


@dataclass(frozen=True, slots=True)
class TaxRules:
    """The names that the steps of a tax calculation get."""

    line: Rule
    sum: Rule
    share: Rule


TAX = TaxRules(Rule.TAX, Rule.TAX_SUM, Rule.TAX_SHARE)
SUBTOTAL_TAX = TaxRules(Rule.SUBTOTAL_TAX, Rule.SUBTOTAL_TAX, Rule.SUBTOTAL_TAX)


@dataclass(frozen=True, slots=True)
class _Percentage:
    """A rate as the integer `scaled` where 100 % is `hundred`, the same for all rates of the invoice."""

    rate: TaxRate
    scaled: int
    hundred: int
    text: str
    reason: TaxabilityReason


@dataclass(frozen=True, slots=True)
class _RateSet:
    """The rates of a line; `gross` is the price whose net price is 100 %, `hundred`."""

    percentages: tuple[_Percentage, ...]
    hundred: int
    gross: int
    gross_text: str


class _Scale:
    """All percentages of an invoice as integers over one common denominator.

    With them a tax is one integer division; Fraction arithmetic is many times slower.
    """

    def __init__(self, rates: Iterable[TaxRate]) -> None:
        distinct = {rate.id: rate for rate in rates}
        scale = lcm(*(rate.percentage.as_integer_ratio()[1] for rate in distinct.values()))
        self._hundred = 100 * scale
        self._percentages = {rate_id: _percentage(rate, scale) for rate_id, rate in distinct.items()}
        self._sets: dict[tuple[str, ...], _RateSet] = {}

    def rate_set(self, rates: tuple[TaxRate, ...]) -> _RateSet:
        key = tuple([rate.id for rate in rates])
        found = self._sets.get(key)
        if found is None:
            found = self._sets[key] = self._new_rate_set(key)
        return found

    def _new_rate_set(self, rate_ids: tuple[str, ...]) -> _RateSet:
        percentages = tuple(self._percentages[rate_id] for rate_id in rate_ids)
        gross = self._hundred + sum(entry.scaled for entry in percentages if entry.rate.inclusive)
        return _RateSet(percentages, self._hundred, gross, f"{ratio_text(100 * gross, self._hundred)} %")


def _percentage(rate: TaxRate, scale: int) -> _Percentage:
    numerator, denominator = rate.percentage.as_integer_ratio()
    reason = TaxabilityReason.STANDARD_RATED if rate.percentage else TaxabilityReason.ZERO_RATED
    scaled = numerator * (scale // denominator)
    return _Percentage(rate, scaled, 100 * scale, f"{decimal_text(rate.percentage)} %", reason)


def tax_lines(bases: Sequence[TaxBase], rounding: TaxRounding, rules: TaxRules, steps: list[Step]) -> list[LineTaxes]:
    """The taxes of every line, as for a customer who pays tax.

    Inclusive rates share one net base, exclusive rates are added to that same base; none compounds.
    """
    scale = _Scale(rate for base in bases for rate in base.rates)
    rate_sets = [scale.rate_set(base.rates) for base in bases]
    if rounding is TaxRounding.INVOICE:
        return _round_per_invoice(bases, rate_sets, rules, steps)
    return [_round_per_line(base, rate_set, rules.line, steps) for base, rate_set in zip(bases, rate_sets, strict=True)]


def _round_per_line(base: TaxBase, rate_set: _RateSet, rule: Rule, steps: list[Step]) -> LineTaxes:
    price, gross = base.amount, rate_set.gross
    # All inclusive taxes first: what they leave is the base of every rate.
    net = price - sum(
        [divide_half_away(price * entry.scaled, gross) for entry in rate_set.percentages if entry.rate.inclusive]
    )
    taxes = []
    for entry in rate_set.percentages:
        rate = entry.rate
        if rate.inclusive:
            exact, whole = price * entry.scaled, gross
            note = f"{entry.text} contained in {price}, which is {rate_set.gross_text}"
        else:
            exact, whole = net * entry.scaled, rate_set.hundred
            note = f"{entry.text} of {net}"
        amount = divide_half_away(exact, whole)
        steps.append(Step(rule, base.line_id, rate.id, ratio_text(exact, whole), amount, note))
        taxes.append(Tax(rate.id, amount, net, rate.inclusive, entry.reason))
    return LineTaxes(tuple(taxes))


class _Slot(NamedTuple):
    """The place of one rate on one line, and what it is a share of."""

    line: int
    position: int
    base: TaxBase
    gross: int


def _round_per_invoice(
    bases: Sequence[TaxBase], rate_sets: Sequence[_RateSet], rules: TaxRules, steps: list[Step]
) -> list[LineTaxes]:
    slots_by_rate: dict[str, tuple[_Percentage, list[_Slot]]] = {}
    for line, (base, rate_set) in enumerate(zip(bases, rate_sets, strict=True)):
        for position, entry in enumerate(rate_set.percentages):
            _, slots = slots_by_rate.setdefault(entry.rate.id, (entry, []))
            slots.append(_Slot(line, position, base, rate_set.gross))
    placed: list[tuple[_Slot, Tax]] = []
    for entry, slots in slots_by_rate.values():
        placed.extend(zip(slots, _share_rate(entry, slots, rules, steps), strict=True))
    # The rates of a line may have been met in another order on an earlier line.
    placed.sort(key=lambda place: place[0].position)
    taxes: list[list[Tax]] = [[] for _ in bases]
    for slot, tax in placed:
        taxes[slot.line].append(tax)
    return [LineTaxes(tuple(of_line)) for of_line in taxes]


def _share_rate(entry: _Percentage, slots: Sequence[_Slot], rules: TaxRules, steps: list[Step]) -> list[Tax]:
    """Round the tax and the taxable amount of one rate once each, and share both back to the lines."""
    # Unrounded, the tax is amount x rate / gross for inclusive and exclusive rates alike.
    rate = entry.rate
    whole = lcm(*{slot.gross for slot in slots})
    parts = [slot.base.amount * (whole // slot.gross) for slot in slots]
    exact_taxes = [part * entry.scaled for part in parts]
    amounts = round_together(exact_taxes, whole)
    taxable_amounts = round_together([part * entry.hundred for part in parts], whole)
    unrounded = ratio_text(sum(exact_taxes), whole)
    steps.append(Step(rules.sum, None, rate.id, unrounded, sum(amounts), f"{entry.text} on all lines, rounded once"))
    for slot, exact, amount in zip(slots, exact_taxes, amounts, strict=True):
        note = f"{entry.text} on {slot.base.amount}: {share_note(exact, whole, amount)}"
        steps.append(Step(rules.share, slot.base.line_id, rate.id, ratio_text(exact, whole), amount, note))
    return [
        Tax(rate.id, amount, taxable_amount, rate.inclusive, entry.reason)
        for amount, taxable_amount in zip(amounts, taxable_amounts, strict=True)
    ]


def exempt_taxes(line_id: str, charged: LineTaxes, status: TaxExempt, steps: list[Step]) -> LineTaxes:
    """The taxes of a line for a customer of this status.

    For an exempt or reverse-charged customer every tax is 0, and the inclusive tax that would have
    been charged is taken out of the price.
    """
    reason = _EXEMPTION_REASONS.get(status)
    if reason is None:
        return charged
    for tax in charged.taxes:
        if tax.inclusive:
            note = f"{reason}: comes off the price"
            steps.append(Step(Rule.TAX_BACKED_OUT, line_id, tax.rate_id, str(-tax.amount), -tax.amount, note))
    return LineTaxes(
        tuple(tax._replace(amount=0, taxability_reason=reason) for tax in charged.taxes), charged.inclusive_amount
    )


def given_taxes(line_id: str, taxes: tuple[Tax, ...], steps: list[Step]) -> LineTaxes:
    """Taxes that the caller worked out; they replace the calculation for the line."""
    steps.extend(Step(Rule.TAX_GIVEN, line_id, tax.rate_id, str(tax.amount), tax.amount, "as given") for tax in taxes)
    return LineTaxes(taxes)


def sum_taxes(lines: Iterable[LineTaxes]) -> tuple[Tax, ...]:
    """The taxes per rate over all lines, in the order of first appearance."""
    sums: dict[tuple[str, bool, TaxabilityReason], tuple[int, int]] = {}
    for line in lines:
        for tax in line.taxes:
            key = (tax.rate_id, tax.inclusive, tax.taxability_reason)
            amount, taxable_amount = sums.get(key, (0, 0))
            sums[key] = (amount + tax.amount, taxable_amount + tax.taxable_amount)
    return tuple(
        Tax(rate_id, amount, taxable_amount, inclusive, reason)
        for (rate_id, inclusive, reason), (amount, taxable_amount) in sums.items()
    )
