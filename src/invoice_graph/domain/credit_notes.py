"""Credit notes: what they come to, how much may be credited, which part was paid already, and which may be voided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from invoice_graph.domain.discounts import DiscountAmount, sum_discounts
from invoice_graph.domain.errors import ErrorCode, TransitionRefusal
from invoice_graph.domain.fields import refuse
from invoice_graph.domain.kinds import CreditNoteStatus, CreditNoteType
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.money import check_amount, currency_of
from invoice_graph.domain.portions import (
    CreditableLine,
    Entry,
    Portion,
    Share,
    share_of,
    tax_at_most,
    tax_left,
    tax_share,
    taxed,
)
from invoice_graph.domain.taxes import (
    SUBTOTAL_TAX,
    LineTaxes,
    Tax,
    TaxBase,
    TaxExempt,
    TaxRounding,
    sum_taxes,
    tax_lines,
)

VOIDABLE_FROM = (InvoiceStatus.OPEN,)
"""The statuses of an invoice whose notes may be voided."""


@dataclass(frozen=True, slots=True)
class IssuedNote:
    """What an earlier note that counts gave back."""

    total: int
    amount_shipping: int = 0
    total_taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditableInvoice:
    """An invoice that is to be credited, and the notes that count.

    `invoice_discount_ids` names the discounts of the whole invoice; the others are a line's own.
    """

    currency: str
    total: int
    amount_shipping: int = 0
    total_taxes: tuple[Tax, ...] = ()
    lines: tuple[CreditableLine, ...] = ()
    notes: tuple[IssuedNote, ...] = ()
    invoice_discount_ids: frozenset[str] = frozenset()
    tax_rounding: TaxRounding = TaxRounding.LINE_ITEM
    tax_exempt: TaxExempt = TaxExempt.NONE

    @property
    def left(self) -> int:
        """How much of the total can still be credited."""
        return self.total - sum(note.total for note in self.notes)

    @property
    def shipping_left(self) -> int:
        """How much of the shipping can still be credited."""
        return self.amount_shipping - sum(note.amount_shipping for note in self.notes)


@dataclass(frozen=True, slots=True)
class NoteTotals:
    """All that a note says about money.

    `subtotal` is after the lines' own discounts, before those of the invoice, exclusive tax and shipping.
    """

    total: int
    total_excluding_tax: int
    subtotal: int
    subtotal_excluding_tax: int
    discount_amounts: tuple[DiscountAmount, ...] = ()
    total_taxes: tuple[Tax, ...] = ()
    amount_shipping: int = 0
    lines: tuple[Portion, ...] = ()

    @property
    def discount_amount(self) -> int:
        return sum(discount.amount for discount in self.discount_amounts)


@dataclass(frozen=True, slots=True)
class Split:
    """A note's amount in two: `pre` reduces what is still to be paid, `post` gives back what was paid."""

    pre: int
    post: int

    @property
    def type(self) -> CreditNoteType:
        if not self.post:
            return CreditNoteType.PRE_PAYMENT
        return CreditNoteType.MIXED if self.pre else CreditNoteType.POST_PAYMENT


def credit_amount(invoice: CreditableInvoice, amount: int) -> NoteTotals:
    """A note over an amount with the tax in it: of every tax the same part as of the total."""
    path = ("amount",)
    if amount <= 0:
        raise refuse(f"{amount} is no credit; give an amount above 0.", path)
    if amount != invoice.left:
        check_amount(amount, currency_of(invoice.currency), path)
    _check_cap(invoice, amount)
    taxes = tuple(tax_share(tax, amount, invoice.left) for tax in _taxes_left(invoice))
    without_tax = amount - sum(tax.amount for tax in taxes)
    return NoteTotals(
        total=amount,
        total_excluding_tax=without_tax,
        subtotal=without_tax + sum(tax.amount for tax in taxes if tax.inclusive),
        subtotal_excluding_tax=without_tax,
        total_taxes=taxes,
    )


def credit_shipping(invoice: CreditableInvoice, amount: int) -> NoteTotals:
    """A note over a part of the shipping."""
    path, left = ("shipping_amount",), invoice.shipping_left
    if not 0 < amount <= left:
        message = f"{amount} can't be credited; of the shipping of {invoice.amount_shipping}, {left} is left to credit."
        raise refuse(message, path)
    if amount != left:
        check_amount(amount, currency_of(invoice.currency), path)
    _check_cap(invoice, amount)
    return NoteTotals(amount, amount, subtotal=0, subtotal_excluding_tax=0, amount_shipping=amount)


def credit_lines(invoice: CreditableInvoice, entries: Sequence[Entry]) -> NoteTotals:
    """A note over parts of lines, each named once, and over custom lines."""
    currency = currency_of(invoice.currency)
    shares = [share_of(entry, currency) for entry in entries]
    lines = taxed(shares, invoice.tax_rounding, invoice.tax_exempt)
    total = sum(line.total for line in lines)
    if total <= 0:
        raise refuse(f"The note would come to {total}; credit more, so that it is above 0.", ("lines",))
    _check_cap(invoice, total)
    before = [_before_invoice_discounts(invoice, share) for share in shares]
    return NoteTotals(
        total=total,
        total_excluding_tax=total - sum(line.inclusive_tax + line.exclusive_tax for line in lines),
        subtotal=sum(before),
        subtotal_excluding_tax=sum(before) - _contained_tax(invoice, shares, before, lines),
        discount_amounts=sum_discounts(line.discount_amounts for line in lines),
        total_taxes=sum_taxes(LineTaxes(line.taxes) for line in lines),
        lines=lines,
    )


def split(total: int, amount_remaining: int) -> Split:
    """What is still to be paid is credited first."""
    pre = min(total, amount_remaining)
    return Split(pre, total - pre)


def check_ways_back(post: int, ways: Iterable[int]) -> None:
    """Refuses ways to give back what was paid that do not add up to it."""
    given = sum(ways)
    if given != post:
        message = (
            f"{post} of the note was paid already, but creditAmount, refundAmount and outOfBandAmount add up to "
            f"{given}; make them add up to {post}."
        )
        raise refuse(message, ("amount",))


def note_number(invoice_number: str, place: int) -> str:
    """The number of an invoice's note; places count from 1, and void notes too."""
    return f"{invoice_number}-CN-{place:02d}"


def _check_cap(invoice: CreditableInvoice, amount: int) -> None:
    if amount > invoice.left:
        left = max(invoice.left, 0)
        message = f"{amount} can't be credited; of the invoice's total of {invoice.total}, {left} is left to credit."
        raise refuse(message, ("amount",))


def _before_invoice_discounts(invoice: CreditableInvoice, share: Share) -> int:
    own = (entry.amount for entry in share.discount_amounts if entry.discount_id not in invoice.invoice_discount_ids)
    return share.amount - sum(own)


def _contained_tax(
    invoice: CreditableInvoice, shares: Sequence[Share], before: Sequence[int], lines: Sequence[Portion]
) -> int:
    """The inclusive tax in the subtotal, which the invoice's discounts have not reduced."""
    if before == [share.net for share in shares]:
        return sum(line.inclusive_tax + line.backed_out for line in lines)
    given = sum(line.inclusive_tax for line, share in zip(lines, shares, strict=True) if not share.rates)
    bases = [
        TaxBase(str(place), amount, tuple(rate for rate in share.rates if rate.inclusive))
        for place, (share, amount) in enumerate(zip(shares, before, strict=True))
    ]
    calculated = tax_lines(bases, invoice.tax_rounding, SUBTOTAL_TAX, [])
    return given + sum(of_line.inclusive_amount for of_line in calculated)


def _taxes_left(invoice: CreditableInvoice) -> list[Tax]:
    taken = {_kind(tax): tax for tax in sum_taxes(LineTaxes(note.total_taxes) for note in invoice.notes)}
    # Notes of lines may have taken more of one rate than an even share, so that less than nothing is left of it.
    return [
        tax_at_most(tax, tax_left(tax, taken[_kind(tax)])) if _kind(tax) in taken else tax
        for tax in invoice.total_taxes
    ]


def _kind(tax: Tax) -> tuple[str, bool, str]:
    return tax.rate_id, tax.inclusive, tax.taxability_reason


def check_voidable(note: CreditNoteStatus, invoice: InvoiceStatus) -> None:
    """Raises TransitionRefusal unless a note in this status, of an invoice in that one, may be voided."""
    if note is CreditNoteStatus.VOID:
        message = "The credit note is void already; issue another one if you need it."
    elif invoice not in VOIDABLE_FROM:
        article = "an" if invoice is InvoiceStatus.UNCOLLECTIBLE else "a"
        message = (
            f"The credit note of {article} {invoice.lower()} invoice can't be voided; only that of an open one can."
        )
    else:
        return
    code = ErrorCode.STATUS_TRANSITION_INVALID
    raise TransitionRefusal(code, message, ("id",), current_status=invoice, allowed_from=VOIDABLE_FROM)
