"""Totals: from the lines of an invoice to the amount due, with every step on record.

Line amounts, line discounts, invoice discounts, taxes, shipping, total, customer balance,
minimum and quantum, amount due: in this order, exact, in minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from invoice_graph.domain.calculation import Rule, Step, whole_step
from invoice_graph.domain.discounts import (
    Discount,
    DiscountAmount,
    DiscountedLine,
    apply_invoice_discount,
    apply_line_discounts,
    sum_discounts,
)
from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.domain.money import Currency, check_maximum, currency_of, round_to_quantum
from invoice_graph.domain.pricing import LineAmount, given_line_amount
from invoice_graph.domain.taxes import (
    SUBTOTAL_TAX,
    TAX,
    LineTaxes,
    Tax,
    TaxBase,
    TaxExempt,
    TaxRate,
    TaxRounding,
    exempt_taxes,
    given_taxes,
    sum_taxes,
    tax_lines,
)


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line before any discount.

    `tax_rates` empty means the invoice's default rates. `tax_amounts` replace the calculation of taxes.
    `pricing` tells how `amount` came about, for the explanation only.
    """

    id: str
    amount: int
    discountable: bool = True
    product_id: str | None = None
    discounts: tuple[Discount, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    tax_amounts: tuple[Tax, ...] = ()
    pricing: LineAmount | None = None


@dataclass(frozen=True, slots=True)
class InvoiceInput:
    """All that the totals depend on. `starting_balance`: negative is credit of the customer."""

    currency: str
    lines: tuple[LineInput, ...] = ()
    discounts: tuple[Discount, ...] = ()
    default_tax_rates: tuple[TaxRate, ...] = ()
    shipping_amount: int = 0
    tax_rounding: TaxRounding = TaxRounding.LINE_ITEM
    tax_exempt: TaxExempt = TaxExempt.NONE
    starting_balance: int = 0


@dataclass(frozen=True, slots=True)
class LineTotals:
    """A line after the calculation; `amount` is before discounts and exclusive tax."""

    id: str
    amount: int
    discount_amounts: tuple[DiscountAmount, ...]
    taxes: tuple[Tax, ...]
    discounted_amount: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A movement of the customer balance; positive is a debit."""

    type: BalanceTransactionType
    amount: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """A total met with the customer balance. `too_small`: less than the currency's minimum was left to collect."""

    starting_balance: int
    amount_due: int
    ending_balance: int
    too_small: bool
    ledger_entries: tuple[LedgerEntry, ...]
    calculation: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything an invoice says about money, and the calculation that led there.

    `subtotal` is after line discounts, before invoice discounts, exclusive tax and shipping.
    `ending_balance` and `ledger_entries` are what finalizing now would bring about.
    """

    currency: str
    lines: tuple[LineTotals, ...]
    subtotal: int
    subtotal_excluding_tax: int
    total_discount_amounts: tuple[DiscountAmount, ...]
    total_taxes: tuple[Tax, ...]
    amount_shipping: int
    total_excluding_tax: int
    total: int
    starting_balance: int
    amount_due: int
    ending_balance: int
    too_small: bool
    ledger_entries: tuple[LedgerEntry, ...]
    calculation: tuple[Step, ...]


def compute_totals(invoice: InvoiceInput) -> Totals:
    """All totals of an invoice; refuses only an unknown currency (PARAMETER_INVALID).

    What a caller may give is for `check_tax_amounts`, `check_totals` and the checks of money.
    """
    currency = currency_of(invoice.currency)
    steps = [_line_amount_step(line) for line in invoice.lines]
    lines = _discount_lines(invoice, steps)
    before = [line.remaining for line in lines]
    subtotal = sum(before)
    steps.append(whole_step(Rule.SUBTOTAL, "subtotal", subtotal, "lines after their own discounts"))
    for discount in invoice.discounts:
        apply_invoice_discount(lines, discount, invoice.currency, steps)
    after = [line.remaining for line in lines]
    charged = _tax_lines(invoice, after, steps)
    taxes = _exempt_lines(invoice, charged, steps)
    contained = _contained_tax(invoice, before, charged if after == before else None, steps)
    subtotal_excluding_tax = _subtotal_excluding_tax(subtotal, contained, steps)
    total, total_excluding_tax = _total(sum(after), taxes, invoice.shipping_amount, steps)
    settlement = settle(total, invoice.starting_balance, currency)
    return Totals(
        currency=invoice.currency,
        lines=_line_totals(invoice.lines, lines, taxes),
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal_excluding_tax,
        total_discount_amounts=sum_discounts(line.amounts for line in lines),
        total_taxes=sum_taxes(taxes),
        amount_shipping=invoice.shipping_amount,
        total_excluding_tax=total_excluding_tax,
        total=total,
        starting_balance=settlement.starting_balance,
        amount_due=settlement.amount_due,
        ending_balance=settlement.ending_balance,
        too_small=settlement.too_small,
        ledger_entries=settlement.ledger_entries,
        calculation=(*steps, *settlement.calculation),
    )


def _line_amount_step(line: LineInput) -> Step:
    pricing = line.pricing or given_line_amount(line.amount)
    return Step(Rule.LINE_AMOUNT, line.id, "amount", pricing.unrounded, line.amount, pricing.note)


def _discount_lines(invoice: InvoiceInput, steps: list[Step]) -> list[DiscountedLine]:
    lines = []
    for line in invoice.lines:
        discounted = DiscountedLine(line.id, line.amount, line.discountable, line.product_id)
        apply_line_discounts(discounted, line.discounts, invoice.currency, steps)
        lines.append(discounted)
    return lines


def _tax_lines(invoice: InvoiceInput, amounts: Sequence[int], steps: list[Step]) -> list[LineTaxes]:
    """The taxes of every line as for a customer who pays tax: given ones, or by rates."""
    bases = [
        TaxBase(line.id, amount, () if line.tax_amounts else line.tax_rates or invoice.default_tax_rates)
        for line, amount in zip(invoice.lines, amounts, strict=True)
    ]
    calculated = tax_lines(bases, invoice.tax_rounding, TAX, steps)
    return [
        given_taxes(line.id, line.tax_amounts, steps) if line.tax_amounts else of_line
        for line, of_line in zip(invoice.lines, calculated, strict=True)
    ]


def _exempt_lines(invoice: InvoiceInput, charged: Sequence[LineTaxes], steps: list[Step]) -> list[LineTaxes]:
    """The taxes of every line for this customer; given ones stand as they are."""
    return [
        of_line if line.tax_amounts else exempt_taxes(line.id, of_line, invoice.tax_exempt, steps)
        for line, of_line in zip(invoice.lines, charged, strict=True)
    ]


def _contained_tax(
    invoice: InvoiceInput, amounts: Sequence[int], charged: list[LineTaxes] | None, steps: list[Step]
) -> int:
    """The inclusive tax in the subtotal; `charged` when those taxes lie on the same amounts."""
    if charged is not None:
        return sum(of_line.inclusive_amount for of_line in charged)
    given = sum(tax.amount for line in invoice.lines for tax in line.tax_amounts if tax.inclusive)
    bases = [
        TaxBase(line.id, amount, () if line.tax_amounts else _inclusive(line.tax_rates or invoice.default_tax_rates))
        for line, amount in zip(invoice.lines, amounts, strict=True)
    ]
    calculated = tax_lines(bases, invoice.tax_rounding, SUBTOTAL_TAX, steps)
    return given + sum(of_line.inclusive_amount for of_line in calculated)


def _subtotal_excluding_tax(subtotal: int, contained: int, steps: list[Step]) -> int:
    amount = subtotal - contained
    note = f"{subtotal} less inclusive tax {contained}"
    steps.append(whole_step(Rule.SUBTOTAL_EXCLUDING_TAX, "subtotal_excluding_tax", amount, note))
    return amount


def _inclusive(rates: tuple[TaxRate, ...]) -> tuple[TaxRate, ...]:
    return tuple(rate for rate in rates if rate.inclusive)


def _total(discounted: int, taxes: Sequence[LineTaxes], shipping_amount: int, steps: list[Step]) -> tuple[int, int]:
    """The total with and without tax."""
    inclusive = sum(of_line.inclusive_amount for of_line in taxes)
    exclusive = sum(of_line.exclusive_amount for of_line in taxes)
    backed_out = sum(of_line.backed_out for of_line in taxes)
    total = discounted - backed_out + exclusive + shipping_amount
    without_tax = total - inclusive - exclusive
    parts = f"lines {discounted} - backed-out tax {backed_out} + exclusive tax {exclusive} + shipping {shipping_amount}"
    steps.append(whole_step(Rule.SHIPPING, "amount_shipping", shipping_amount, "neither discounted nor taxed"))
    steps.append(whole_step(Rule.TOTAL, "total", total, parts))
    note = f"{total} less inclusive tax {inclusive} and exclusive tax {exclusive}"
    steps.append(whole_step(Rule.TOTAL_EXCLUDING_TAX, "total_excluding_tax", without_tax, note))
    return total, without_tax


def _line_totals(
    inputs: Sequence[LineInput], lines: Sequence[DiscountedLine], taxes: Sequence[LineTaxes]
) -> tuple[LineTotals, ...]:
    return tuple(
        LineTotals(line.id, line.amount, tuple(discounted.amounts), of_line.taxes, discounted.remaining)
        for line, discounted, of_line in zip(inputs, lines, taxes, strict=True)
    )


def settle(total: int, balance: int, currency: Currency) -> Settlement:
    """Meet a total with the customer balance (negative is credit) and round to what can be collected.

    Less than the currency's minimum is not collected: it moves to the balance as a debit.
    """
    raw = total + balance
    rounded = round_to_quantum(raw, currency.quantum)
    too_small = raw > 0 and rounded < currency.minimum_amount
    amount_due = rounded if raw > 0 and not too_small else 0
    ending_balance = raw - amount_due
    return Settlement(
        starting_balance=balance,
        amount_due=amount_due,
        ending_balance=ending_balance,
        too_small=too_small,
        ledger_entries=_ledger_entries(balance, ending_balance, too_small),
        calculation=_settlement_steps(total, balance, amount_due, too_small, currency),
    )


def _ledger_entries(balance: int, ending_balance: int, too_small: bool) -> tuple[LedgerEntry, ...]:
    """The movements from one balance to the other, those of 0 left out."""
    moved = ending_balance - balance
    # The credit is used up first; a debit left by an invoice too small to collect comes second.
    uncollected = moved + min(balance, 0) if too_small else 0
    debit = max(uncollected, 0)
    entries = (
        LedgerEntry(BalanceTransactionType.APPLIED_TO_INVOICE, moved - debit),
        LedgerEntry(BalanceTransactionType.INVOICE_TOO_SMALL, debit),
    )
    return tuple(entry for entry in entries if entry.amount)


def _settlement_steps(
    total: int, balance: int, amount_due: int, too_small: bool, currency: Currency
) -> tuple[Step, ...]:
    raw = total + balance
    steps = [whole_step(Rule.BALANCE, "balance", raw, f"total {total} and customer balance {balance}")]
    if raw > 0 and currency.quantum > 1:
        rounded = round_to_quantum(raw, currency.quantum)
        note = f"nearest multiple of {currency.quantum}, the smallest step of {currency.code}"
        steps.append(Step(Rule.QUANTUM, None, "amount_due", str(raw), rounded, note))
    if too_small:
        note = f"below the minimum of {currency.minimum_amount} {currency.code}: moves to the customer balance"
        steps.append(Step(Rule.MINIMUM, None, "amount_due", str(raw), 0, note))
    note = f"{raw - amount_due} stays on the customer balance"
    steps.append(whole_step(Rule.AMOUNT_DUE, "amount_due", amount_due, note))
    return tuple(steps)


def check_totals(totals: Totals, path: Sequence[str] = ()) -> None:
    """Refuse with AMOUNT_TOO_LARGE a total or an amount due beyond the currency's maximum."""
    currency = currency_of(totals.currency)
    check_maximum(totals.total, currency, path)
    check_maximum(totals.amount_due, currency, path)


def check_tax_amounts(invoice: InvoiceInput, path: Sequence[str] = ("tax_amounts",)) -> None:
    """Refuse with PARAMETERS_EXCLUSIVE an invoice that has both given tax amounts and tax rates."""
    has_amounts = any(line.tax_amounts for line in invoice.lines)
    has_rates = bool(invoice.default_tax_rates) or any(line.tax_rates for line in invoice.lines)
    if has_amounts and has_rates:
        raise InputRefusal(
            ErrorCode.PARAMETERS_EXCLUSIVE,
            "Tax amounts and tax rates cannot be mixed on one invoice; remove the tax rates from the invoice "
            "and all its lines, or leave the tax amounts out.",
            path,
        )
