"""Portions: what a part of an invoice's line is worth when a credit note gives it back.

Every portion takes its share of what earlier ones left, and the last one takes the rest: whatever the parts, all of
them together are exactly the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from invoice_graph.domain.calculation import Step
from invoice_graph.domain.discounts import DiscountAmount
from invoice_graph.domain.fields import Path, refuse
from invoice_graph.domain.money import (
    Currency,
    allocate,
    check_amount,
    check_maximum,
    decimal_text,
    divide_half_away,
    round_half_away,
)
from invoice_graph.domain.taxes import (
    TAX,
    LineTaxes,
    Tax,
    TaxabilityReason,
    TaxBase,
    TaxExempt,
    TaxRate,
    TaxRounding,
    exempt_taxes,
    tax_lines,
)

_EXEMPTED = frozenset({TaxabilityReason.CUSTOMER_EXEMPT, TaxabilityReason.REVERSE_CHARGE})


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a line, or all of it.

    `amount` is before discounts and exclusive tax. `quantity` None: the part was given as an amount. `backed_out` is
    the inclusive tax that the price lost because the customer pays none. Discounts and taxes stand in the line's order.
    """

    amount: int
    quantity: Decimal | None = None
    discount_amounts: tuple[DiscountAmount, ...] = ()
    taxes: tuple[Tax, ...] = ()
    backed_out: int = 0

    @property
    def discount_amount(self) -> int:
        return sum(discount.amount for discount in self.discount_amounts)

    @property
    def net(self) -> int:
        """The price after discounts."""
        return self.amount - self.discount_amount

    @property
    def inclusive_tax(self) -> int:
        return sum(tax.amount for tax in self.taxes if tax.inclusive)

    @property
    def exclusive_tax(self) -> int:
        return sum(tax.amount for tax in self.taxes if not tax.inclusive)

    @property
    def total(self) -> int:
        """What the customer pays for it."""
        return self.net - self.backed_out + self.exclusive_tax

    def without(self, part: "Portion") -> "Portion":
        """What is left when a part is taken away."""
        return Portion(
            amount=self.amount - part.amount,
            quantity=None if self.quantity is None else self.quantity - (part.quantity or 0),
            discount_amounts=tuple(
                replace(whole, amount=whole.amount - taken.amount)
                for whole, taken in zip(self.discount_amounts, part.discount_amounts, strict=True)
            ),
            taxes=tuple(tax_left(whole, taken) for whole, taken in zip(self.taxes, part.taxes, strict=True)),
            backed_out=self.backed_out - part.backed_out,
        )


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """A line of an invoice, and the portions of it that issued notes credited.

    `rates` are those of its taxes, in their order; none where the taxes were given as amounts.
    """

    id: str
    whole: Portion
    credited: tuple[Portion, ...] = ()
    rates: tuple[TaxRate, ...] = ()

    @property
    def left(self) -> Portion:
        """What can still be credited."""
        left = self.whole
        for portion in self.credited:
            left = left.without(portion)
        return left

    @property
    def by_quantity(self) -> bool | None:
        """How it was credited so far; None: not at all."""
        return self.credited[0].quantity is not None if self.credited else None


@dataclass(frozen=True, slots=True)
class LineCredit:
    """Credits a part of a line: an amount, or a quantity, which was given in the field `quantity_field`."""

    line: CreditableLine
    amount: int | None = None
    quantity: Decimal | None = None
    path: Path = ()
    quantity_field: str = "quantity"


@dataclass(frozen=True, slots=True)
class CustomCredit:
    """Credits something that is on no line; its price was given in the field `price_field`."""

    quantity: Decimal
    unit_amount: Decimal
    rates: tuple[TaxRate, ...] = ()
    path: Path = ()
    price_field: str = "unit_amount"


Entry = LineCredit | CustomCredit


@dataclass(frozen=True, slots=True)
class Share:
    """What an entry takes of a line, before taxes. `left` is what it takes from; None for a custom line."""

    amount: int
    quantity: Decimal | None
    rates: tuple[TaxRate, ...]
    left: Portion | None = None
    discount_amounts: tuple[DiscountAmount, ...] = ()

    @property
    def net(self) -> int:
        """The price after discounts."""
        return self.amount - sum(discount.amount for discount in self.discount_amounts)

    @property
    def takes_rest(self) -> bool:
        return self.left is not None and self.amount == self.left.amount


def share_of(entry: Entry, currency: Currency) -> Share:
    """What an entry takes; refuses more than is left, and an amount where quantities were credited or the reverse."""
    if isinstance(entry, CustomCredit):
        return Share(_custom_amount(entry, currency), entry.quantity, entry.rates)
    amount, left = _line_amount(entry, currency), entry.line.left
    discounts = left.discount_amounts if amount == left.amount else _discount_shares(left, amount)
    return Share(amount, entry.quantity, entry.line.rates, left, discounts)


def taxed(shares: Sequence[Share], rounding: TaxRounding, exempt: TaxExempt) -> tuple[Portion, ...]:
    """The shares with their taxes: by the rates, but never beyond what is left of a line's tax."""
    bases = [
        TaxBase(str(place), share.net, () if share.takes_rest else share.rates) for place, share in enumerate(shares)
    ]
    steps: list[Step] = []
    charged = tax_lines(bases, rounding, TAX, steps)
    return tuple(
        _portion(share, exempt_taxes(base.line_id, of_line, exempt, steps))
        for share, base, of_line in zip(shares, bases, charged, strict=True)
    )


def tax_left(whole: Tax, taken: Tax) -> Tax:
    """What is left of a tax."""
    amount, taxable_amount = whole.amount - taken.amount, whole.taxable_amount - taken.taxable_amount
    return whole._replace(amount=amount, taxable_amount=taxable_amount)


def tax_share(tax: Tax, part: int, whole: int) -> Tax:
    """The same part of a tax as of the whole that it lies on."""
    sign = -1 if whole < 0 else 1
    amount, taxable_amount = (
        divide_half_away(sign * value * part, sign * whole) if whole else 0
        for value in (tax.amount, tax.taxable_amount)
    )
    return tax._replace(amount=amount, taxable_amount=taxable_amount)


def tax_at_most(tax: Tax, left: Tax) -> Tax:
    """A tax, as far as it is left."""
    amount, taxable_amount = _at_most(tax.amount, left.amount), _at_most(tax.taxable_amount, left.taxable_amount)
    return tax._replace(amount=amount, taxable_amount=taxable_amount)


def with_backed_out(parts: Sequence[Portion], total: int) -> tuple[Portion, ...]:
    """Portions of which only discounts and taxes are known, with the inclusive tax that the price of each lost.

    Together they lost what their `total` lacks.
    """
    lost = [_lost(part) for part in parts]
    if any(lost):
        # Taxes that were rounded per invoice may leave a unit that no line accounts for.
        largest = max(range(len(lost)), key=lambda place: abs(lost[place]))
        lost[largest] += sum(part.total for part in parts) - total - sum(lost)
    return tuple(replace(part, backed_out=amount) for part, amount in zip(parts, lost, strict=True))


def _lost(part: Portion) -> int:
    exempted = [tax for tax in part.taxes if tax.inclusive and tax.taxability_reason in _EXEMPTED]
    return part.net - exempted[0].taxable_amount if exempted else 0


def _custom_amount(entry: CustomCredit, currency: Currency) -> int:
    amount = round_half_away(Fraction(entry.quantity) * Fraction(entry.unit_amount))
    path = (*entry.path, entry.price_field)
    if amount <= 0:
        raise refuse(f"A custom line over {amount} is no credit; its amount has to be above 0.", path)
    check_maximum(amount, currency, path)
    return amount


def _line_amount(entry: LineCredit, currency: Currency) -> int:
    by_quantity = entry.quantity is not None
    path = (*entry.path, entry.quantity_field if by_quantity else "amount")
    if entry.line.by_quantity not in (None, by_quantity):
        used, other = ("amount", "quantity") if by_quantity else ("quantity", "amount")
        raise refuse(f"The line was credited by {used} before; credit it by {used} again, not by {other}.", path)
    if entry.quantity is not None:
        return _amount_of_quantity(entry.line, entry.quantity, path)
    return _amount_as_given(entry.line, entry.amount or 0, currency, path)


def _amount_of_quantity(line: CreditableLine, quantity: Decimal, path: Path) -> int:
    whole, left = line.whole, line.left
    total, rest = whole.quantity or Decimal(0), left.quantity or Decimal(0)
    if not 0 < quantity <= rest:
        given, of = decimal_text(quantity), decimal_text(total)
        message = (
            f"A quantity of {given} can't be credited; of the line's {of}, {decimal_text(rest)} is left to credit."
        )
        raise refuse(message, path)
    if quantity == rest:
        return left.amount
    share = round_half_away(Fraction(whole.amount) * Fraction(quantity) / Fraction(total))
    return min(share, left.amount, key=abs)


def _amount_as_given(line: CreditableLine, amount: int, currency: Currency, path: Path) -> int:
    left = line.left.amount
    if not amount or not min(left, 0) <= amount <= max(left, 0):
        message = f"{amount} can't be credited; of the line's {line.whole.amount}, {left} is left to credit."
        raise refuse(message, path)
    if amount != left:
        check_amount(amount, currency, path)
    return amount


def _discount_shares(left: Portion, amount: int) -> tuple[DiscountAmount, ...]:
    """The discounts' shares of an amount, by what is left of them and of the price."""
    weights = [*(abs(discount.amount) for discount in left.discount_amounts), abs(left.net)]
    *shares, _ = allocate(amount, weights)
    return tuple(
        DiscountAmount(discount.discount_id, share)
        for discount, share in zip(left.discount_amounts, shares, strict=True)
    )


def _portion(share: Share, charged: LineTaxes) -> Portion:
    left = share.left
    if left is None:
        return Portion(share.amount, share.quantity, (), charged.taxes, charged.backed_out)
    if share.takes_rest:
        return replace(left, quantity=share.quantity)
    taken = Portion(share.amount, share.quantity, share.discount_amounts)
    if not share.rates:
        return replace(taken, taxes=tuple(tax_share(tax, taken.net, left.net) for tax in left.taxes))
    backed_out = _contained(charged.backed_out, left.backed_out, taken.net, left.net)
    taxes = [_tax_within(tax, rest, taken, left) for tax, rest in zip(charged.taxes, left.taxes, strict=True)]
    if left.backed_out:
        taxes = [tax._replace(taxable_amount=taken.net - backed_out) for tax in taxes]
    return replace(taken, taxes=tuple(taxes), backed_out=backed_out)


def _tax_within(tax: Tax, rest: Tax, taken: Portion, left: Portion) -> Tax:
    """A calculated tax, as far as it is left of the line's."""
    within = tax_at_most(tax, rest)
    if not tax.inclusive:
        return within
    return within._replace(amount=_contained(tax.amount, rest.amount, taken.net, left.net))


def _at_most(value: int, left: int) -> int:
    """A value as far as it is left; nothing where it has the other sign."""
    return min(value, left, key=abs) if value * left > 0 else 0


def _contained(value: int, left: int, part: int, whole: int) -> int:
    """A share of something contained in a price, so that neither it nor what stays is more than its price."""
    sign = -1 if whole < 0 else 1
    value, left, part, whole = (sign * amount for amount in (value, left, part, whole))
    return sign * max(left - (whole - part), 0, min(value, left, part))
