"""What a credit note comes to: worked examples, and that all parts together are exactly the whole."""

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_graph.domain.credit_notes import (
    CreditableInvoice,
    IssuedNote,
    NoteTotals,
    Split,
    check_voidable,
    check_ways_back,
    credit_amount,
    credit_lines,
    credit_shipping,
    note_number,
    split,
)
from invoice_graph.domain.discounts import Discount, DiscountAmount
from invoice_graph.domain.errors import InputRefusal, TransitionRefusal
from invoice_graph.domain.kinds import CreditNoteStatus
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.portions import CreditableLine, CustomCredit, Entry, LineCredit, Portion, with_backed_out
from invoice_graph.domain.taxes import Tax, TaxabilityReason, TaxExempt, TaxRate, TaxRounding
from invoice_graph.domain.totals import InvoiceInput, LineInput, Totals, compute_totals

ADDED = TaxRate("txr_added", Decimal(10), inclusive=False)
CONTAINED = TaxRate("txr_contained", Decimal(19), inclusive=True)
UNEVEN = TaxRate("txr_uneven", Decimal("7.75"), inclusive=False)
RATE_SETS: tuple[tuple[TaxRate, ...], ...] = ((), (ADDED,), (CONTAINED,), (CONTAINED, ADDED), (UNEVEN, ADDED))


def creditable(given: InvoiceInput, quantities: Sequence[int] = ()) -> CreditableInvoice:
    """A finalized invoice as credits see it: all they know are its amounts."""
    totals = compute_totals(given)
    wholes = with_backed_out(portions_of(totals, quantities), totals.total - totals.amount_shipping)
    return CreditableInvoice(
        currency=given.currency,
        total=totals.total,
        amount_shipping=totals.amount_shipping,
        total_taxes=totals.total_taxes,
        lines=tuple(
            CreditableLine(line.id, whole, (), () if line.tax_amounts else line.tax_rates or given.default_tax_rates)
            for line, whole in zip(given.lines, wholes, strict=True)
        ),
        invoice_discount_ids=frozenset(discount.id for discount in given.discounts),
        tax_rounding=given.tax_rounding,
        tax_exempt=given.tax_exempt,
    )


def portions_of(totals: Totals, quantities: Sequence[int]) -> list[Portion]:
    return [
        Portion(line.amount, Decimal(quantities[place] if quantities else 1), line.discount_amounts, line.taxes)
        for place, line in enumerate(totals.lines)
    ]


def issue(invoice: CreditableInvoice, entries: Sequence[Entry], note: NoteTotals) -> CreditableInvoice:
    """The invoice after a note, with what reading the note back from its amounts gives."""
    read = with_backed_out([replace(portion, backed_out=0) for portion in note.lines], note.total)
    credited: dict[str, Portion] = {
        entry.line.id: portion for entry, portion in zip(entries, read, strict=True) if isinstance(entry, LineCredit)
    }
    lines = [
        replace(line, credited=(*line.credited, credited[line.id])) if line.id in credited else line
        for line in invoice.lines
    ]
    issued = IssuedNote(note.total, note.amount_shipping, note.total_taxes)
    return replace(invoice, lines=tuple(lines), notes=(*invoice.notes, issued))


def plain(*amounts: int, quantity: int = 1, **fields: object) -> CreditableInvoice:
    lines = tuple(LineInput(f"il_{place}", amount) for place, amount in enumerate(amounts))
    return creditable(InvoiceInput("usd", lines=lines, **fields), [quantity] * len(lines))  # type: ignore[arg-type]


def refusal(call: object, *arguments: object) -> tuple[str, tuple[str, ...]]:
    assert callable(call)
    with pytest.raises(InputRefusal) as caught:
        call(*arguments)
    return caught.value.code, tuple(caught.value.path)


def test_a_quantity_takes_its_part_of_the_line_and_the_last_unit_the_rest() -> None:
    invoice, amounts = plain(1000, quantity=3), []
    for _ in range(3):
        entries = [LineCredit(invoice.lines[0], quantity=Decimal(1))]
        note = credit_lines(invoice, entries)
        amounts.append(note.total)
        invoice = issue(invoice, entries, note)
    assert amounts == [333, 333, 334]
    assert refusal(credit_lines, invoice, [LineCredit(invoice.lines[0], quantity=Decimal("0.1"), path=("x",))]) == (
        "PARAMETER_INVALID",
        ("x", "quantity"),
    )


def test_discounts_and_taxes_come_along_in_proportion() -> None:
    line = LineInput("il_1", 3000, discounts=(Discount("di_line", percent_off=Decimal(10)),))
    given = InvoiceInput(
        "usd",
        lines=(line,),
        discounts=(Discount("di_invoice", amount_off=300, currency="usd"),),
        default_tax_rates=(CONTAINED, ADDED),
    )
    invoice = creditable(given, [3])
    note = credit_lines(invoice, [LineCredit(invoice.lines[0], quantity=Decimal(1))])
    assert note.lines[0].discount_amounts == (DiscountAmount("di_line", 100), DiscountAmount("di_invoice", 100))
    # 800 contains 128 of tax at 19 %; 10 % of the other 672 are added.
    assert [(tax.amount, tax.taxable_amount) for tax in note.total_taxes] == [(128, 672), (67, 672)]
    assert (note.subtotal, note.subtotal_excluding_tax) == (900, 756)
    assert (note.total, note.total_excluding_tax, note.discount_amount) == (867, 672, 200)


def test_the_rate_decides_a_part_and_the_line_what_is_left() -> None:
    """Two units at 10 % of 5 each would round to 1 twice, but the line was taxed once, with 1."""
    invoice = creditable(InvoiceInput("usd", lines=(LineInput("il_1", 10, tax_rates=(ADDED,)),)), [2])
    entries = [LineCredit(invoice.lines[0], quantity=Decimal(1))]
    first = credit_lines(invoice, entries)
    assert first.total_taxes[0].amount == 1
    second = credit_lines(
        issue(invoice, entries, first), [replace(entries[0], line=issue(invoice, entries, first).lines[0])]
    )
    assert second.total_taxes[0].amount == 0


def test_given_taxes_are_shared_out() -> None:
    tax = Tax("", 100, 1000, inclusive=False, taxability_reason=TaxabilityReason.NOT_AVAILABLE)
    invoice = creditable(InvoiceInput("usd", lines=(LineInput("il_1", 1000, tax_amounts=(tax,)),)))
    note = credit_lines(invoice, [LineCredit(invoice.lines[0], amount=250)])
    assert note.total_taxes == (tax._replace(amount=25, taxable_amount=250),)
    assert note.total == 275


def test_an_exempt_customer_gets_back_the_price_without_the_tax() -> None:
    given = InvoiceInput(
        "usd", lines=(LineInput("il_1", 30_000, tax_rates=(CONTAINED,)),), tax_exempt=TaxExempt.REVERSE
    )
    invoice = creditable(given, [3])
    assert invoice.total == 25_210
    note = credit_lines(invoice, [LineCredit(invoice.lines[0], quantity=Decimal(1))])
    assert (note.total, note.total_excluding_tax, note.subtotal, note.subtotal_excluding_tax) == (
        8403,
        8403,
        10000,
        8403,
    )
    (tax,) = note.total_taxes
    assert (tax.amount, tax.taxable_amount, tax.taxability_reason) == (0, 8403, "REVERSE_CHARGE")


def test_taxes_rounded_per_invoice_are_rounded_per_note() -> None:
    """Three times 0.4 are 1 together, and nothing one by one."""
    lines = tuple(LineInput(f"il_{place}", 8, tax_rates=(ADDED,)) for place in range(3))
    for rounding, tax in ((TaxRounding.INVOICE, 1), (TaxRounding.LINE_ITEM, 0)):
        invoice = creditable(InvoiceInput("usd", lines=lines, tax_rounding=rounding), [2, 2, 2])
        note = credit_lines(invoice, [LineCredit(line, quantity=Decimal(1)) for line in invoice.lines])
        assert sum(entry.amount for entry in note.total_taxes) == tax


def test_custom_lines_are_rounded_once_and_taxed_by_their_own_rates() -> None:
    invoice = plain(10_000)
    note = credit_lines(invoice, [CustomCredit(Decimal("2.5"), Decimal("100.2"), (ADDED,))])
    assert (note.subtotal, note.total) == (251, 276)
    for unit_amount in (Decimal(0), Decimal(-1), Decimal("0.1")):
        entry = CustomCredit(Decimal(1), unit_amount, path=("lines", "0"), price_field="unit_amount_decimal")
        assert refusal(credit_lines, invoice, [entry]) == (
            "PARAMETER_INVALID",
            ("lines", "0", "unit_amount_decimal"),
        )


def test_an_amount_takes_the_same_part_of_every_tax() -> None:
    given = InvoiceInput("usd", lines=(LineInput("il_1", 10_000, tax_rates=(CONTAINED, ADDED)),))
    invoice = creditable(given)
    assert invoice.total == 10_840
    note = credit_amount(invoice, 2710)
    # A quarter of 1597 and of 840.
    assert [tax.amount for tax in note.total_taxes] == [399, 210]
    assert (note.total, note.total_excluding_tax, note.subtotal, note.subtotal_excluding_tax) == (
        2710,
        2101,
        2500,
        2101,
    )
    rest = credit_amount(issue(invoice, [], note), 8130)
    assert [tax.amount for tax in rest.total_taxes] == [1198, 630]


def test_shipping_is_credited_up_to_what_it_was() -> None:
    invoice = plain(1000, shipping_amount=500)
    note = credit_shipping(invoice, 300)
    assert (note.total, note.amount_shipping, note.subtotal) == (300, 300, 0)
    left = issue(invoice, [], note)
    assert credit_shipping(left, 200).total == 200
    for amount in (0, -1, 201):
        assert refusal(credit_shipping, left, amount) == ("PARAMETER_INVALID", ("shipping_amount",))


def test_no_more_than_the_total_is_credited() -> None:
    invoice = plain(1000, 200)
    for amount in (0, -5, 1201):
        assert refusal(credit_amount, invoice, amount) == ("PARAMETER_INVALID", ("amount",))
    left = issue(invoice, [], credit_amount(invoice, 300))
    everything = [LineCredit(line, quantity=Decimal(1)) for line in left.lines]
    assert refusal(credit_lines, left, everything) == ("PARAMETER_INVALID", ("amount",))
    assert credit_amount(left, 900).total == 900
    assert refusal(credit_amount, plain(-100), 1) == ("PARAMETER_INVALID", ("amount",))


def test_lines_are_credited_within_their_amount_and_of_their_sign() -> None:
    invoice = plain(1000, -400, 0)
    positive, negative, free = invoice.lines
    for line, amounts in ((positive, (-1, 0, 1001)), (negative, (1, 0, -401)), (free, (1, 0, -1))):
        for amount in amounts:
            entry = LineCredit(line, amount=amount, path=("lines", "3"))
            assert refusal(credit_lines, invoice, [entry]) == ("PARAMETER_INVALID", ("lines", "3", "amount"))
    entries = [LineCredit(positive, amount=1000), LineCredit(negative, amount=-400)]
    assert credit_lines(invoice, entries).total == 600
    assert refusal(credit_lines, invoice, entries[1:]) == ("PARAMETER_INVALID", ("lines",))
    assert refusal(credit_lines, invoice, [LineCredit(free, quantity=Decimal(1))]) == ("PARAMETER_INVALID", ("lines",))


def test_a_line_stays_with_the_way_it_was_credited() -> None:
    invoice = plain(1000, 1000, quantity=4)
    entries = [LineCredit(invoice.lines[0], amount=10), LineCredit(invoice.lines[1], quantity=Decimal(1))]
    left = issue(invoice, entries, credit_lines(invoice, entries))
    by_amount, by_quantity = left.lines
    for entry, name in (
        (LineCredit(by_amount, quantity=Decimal(1), quantity_field="quantity_decimal"), "quantity_decimal"),
        (LineCredit(by_quantity, amount=1), "amount"),
    ):
        assert refusal(credit_lines, left, [entry]) == ("PARAMETER_INVALID", (name,))
    assert credit_lines(left, [LineCredit(by_amount, amount=990)]).total == 990
    assert credit_lines(left, [LineCredit(by_quantity, quantity=Decimal(3))]).total == 750


def test_amounts_keep_to_the_currency_s_step_unless_they_are_all_that_is_left() -> None:
    lines = (LineInput("il_1", 12_345),)
    invoice = creditable(InvoiceInput("kwd", lines=lines))
    assert refusal(credit_amount, invoice, 12_344) == ("INVALID_CHARGE_AMOUNT", ("amount",))
    entry = LineCredit(invoice.lines[0], amount=12_344)
    assert refusal(credit_lines, invoice, [entry]) == ("INVALID_CHARGE_AMOUNT", ("amount",))
    assert credit_amount(invoice, 12_345).total == 12_345
    assert credit_lines(invoice, [LineCredit(invoice.lines[0], amount=12_345)]).total == 12_345


def test_what_remains_to_be_paid_is_credited_first() -> None:
    assert (split(500, 800), split(500, 800).type) == (Split(500, 0), "PRE_PAYMENT")
    assert (split(500, 300), split(500, 300).type) == (Split(300, 200), "MIXED")
    assert (split(500, 0), split(500, 0).type) == (Split(0, 500), "POST_PAYMENT")
    check_ways_back(200, (100, 0, 100))
    assert refusal(check_ways_back, 200, (100, 0, 99)) == ("PARAMETER_INVALID", ("amount",))
    assert refusal(check_ways_back, 0, (1, 0, 0)) == ("PARAMETER_INVALID", ("amount",))


def test_numbers_count_the_notes_of_an_invoice() -> None:
    assert note_number("ABCD-0007", 1) == "ABCD-0007-CN-01"
    assert note_number("ABCD-0007", 100) == "ABCD-0007-CN-100"


PERCENTAGES = st.sampled_from([Decimal("3.3"), Decimal(15), Decimal("66.67"), Decimal(100)])


@st.composite
def discounts(draw: st.DrawFn, prefix: str) -> tuple[Discount, ...]:
    kinds = draw(st.lists(st.booleans(), max_size=2))
    return tuple(
        Discount(f"{prefix}{place}", percent_off=draw(PERCENTAGES))
        if percent
        else Discount(f"{prefix}{place}", amount_off=draw(st.integers(1, 400)), currency="usd")
        for place, percent in enumerate(kinds)
    )


@st.composite
def invoices(draw: st.DrawFn) -> CreditableInvoice:
    """Any invoice: discounts of lines and invoice, contained, added and given taxes, customers who pay none."""
    lines = []
    for place in range(draw(st.integers(1, 4))):
        amount = draw(st.one_of(st.integers(-50, 60), st.integers(-3000, 9999)))
        rates = draw(st.sampled_from(RATE_SETS))
        given = (Tax("", draw(st.integers(0, 90)), amount, inclusive=False),) if draw(st.integers(0, 9)) == 0 else ()
        own = draw(discounts(f"di_{place}_"))
        lines.append(
            LineInput(f"il_{place}", amount, discounts=own, tax_rates=() if given else rates, tax_amounts=given)
        )
    return creditable(
        InvoiceInput(
            "usd",
            lines=tuple(lines),
            discounts=draw(discounts("di_")),
            shipping_amount=draw(st.integers(0, 500)),
            tax_rounding=draw(st.sampled_from(TaxRounding)),
            tax_exempt=draw(st.sampled_from(TaxExempt)),
        ),
        [draw(st.integers(1, 7)) for _ in lines],
    )


def parts_of(whole: int, choose: random.Random) -> list[int]:
    """A number other than 0 in a few parts of its sign."""
    size, sign = abs(whole), 1 if whole > 0 else -1
    cuts = sorted({choose.randint(1, size) for _ in range(choose.randint(0, 4))} - {size})
    return [sign * (end - start) for start, end in zip([0, *cuts], [*cuts, size], strict=True)]


class Ledger:
    """An invoice that is credited portion by portion, without the rule that each note comes to more than 0."""

    def __init__(self, invoice: CreditableInvoice) -> None:
        self.invoice = invoice
        self.taken: dict[str, list[Portion]] = {line.id: [] for line in invoice.lines}
        self.total = 0

    def line(self, id: str) -> CreditableLine:
        return next(replace(line, credited=tuple(self.taken[id])) for line in self.invoice.lines if line.id == id)

    def take(self, id: str, **part: object) -> None:
        # A custom line lifts the note above 0; it is taken off again.
        lift = CustomCredit(Decimal(1), Decimal(90_000_000))
        target = replace(self.invoice, total=10**9)
        note = credit_lines(target, [LineCredit(self.line(id), **part), lift])  # type: ignore[arg-type]
        read = with_backed_out([replace(portion, backed_out=0) for portion in note.lines], note.total)
        self.taken[id].append(read[0])
        self.total += note.total - 90_000_000


@given(invoices(), st.randoms(use_true_random=False))
def test_lines_credited_in_any_parts_give_back_exactly_the_invoice(
    invoice: CreditableInvoice, choose: random.Random
) -> None:
    ledger = Ledger(invoice)
    steps: list[tuple[str, dict[str, object]]] = []
    for line in invoice.lines:
        if line.whole.amount and choose.random() < 0.5:
            steps += [(line.id, {"amount": part}) for part in parts_of(line.whole.amount, choose)]
        else:
            pieces = parts_of(int(line.whole.quantity or 0), choose)
            steps += [(line.id, {"quantity": Decimal(piece)}) for piece in pieces]
    choose.shuffle(steps)
    for id, part in steps:
        before = ledger.line(id).left
        ledger.take(id, **part)
        after = ledger.line(id).left
        assert abs(after.amount) <= abs(before.amount)
        for here, there in zip(after.discount_amounts, before.discount_amounts, strict=True):
            assert 0 <= here.amount <= there.amount
        for left, was in zip(after.taxes, before.taxes, strict=True):
            assert 0 <= left.amount * was.amount <= was.amount**2
        # What is left is still worth something: nobody got more than the price.
        assert after.net * line_sign(after) >= 0
        assert (after.net - after.backed_out) * line_sign(after) >= 0
    assert ledger.total == invoice.total - invoice.amount_shipping
    for line in invoice.lines:
        left = ledger.line(line.id).left
        assert (left.amount, left.net, left.backed_out) == (0, 0, 0)
        assert [tax.amount for tax in left.taxes] == [0] * len(left.taxes)
        assert [discount.amount for discount in left.discount_amounts] == [0] * len(left.discount_amounts)


def line_sign(portion: Portion) -> int:
    return -1 if portion.amount < 0 else 1


@given(invoices())
def test_everything_in_one_note_is_the_invoice(invoice: CreditableInvoice) -> None:
    whole = credit_everything(invoice)
    if whole is not None:
        assert whole.total == invoice.total - invoice.amount_shipping
        assert set(whole.total_taxes) == set(invoice.total_taxes)


def credit_everything(invoice: CreditableInvoice) -> NoteTotals | None:
    entries = [LineCredit(line, quantity=line.whole.quantity) for line in invoice.lines]
    return credit_lines(invoice, entries) if invoice.total > invoice.amount_shipping else None


@given(invoices(), st.randoms(use_true_random=False))
def test_amounts_in_any_parts_give_back_exactly_the_total_and_its_taxes(
    invoice: CreditableInvoice, choose: random.Random
) -> None:
    if invoice.total <= 0:
        return
    taxes: dict[tuple[str, str], int] = {}
    for part in parts_of(invoice.total, choose):
        note = credit_amount(invoice, part)
        assert note.total == part == note.total_excluding_tax + sum(tax.amount for tax in note.total_taxes)
        invoice = issue(invoice, [], note)
        for tax in note.total_taxes:
            key = (tax.rate_id, tax.taxability_reason)
            taxes[key] = taxes.get(key, 0) + tax.amount
    assert invoice.left == 0
    assert taxes == {(tax.rate_id, tax.taxability_reason): tax.amount for tax in invoice.total_taxes}
    assert refusal(credit_amount, invoice, 1) == ("PARAMETER_INVALID", ("amount",))


@given(invoices(), st.randoms(use_true_random=False))
def test_portions_taken_back_in_any_order_can_be_credited_again(
    invoice: CreditableInvoice, choose: random.Random
) -> None:
    ledger = Ledger(invoice)
    for line in (line for line in invoice.lines if line.whole.amount):
        for part in parts_of(line.whole.amount, choose):
            ledger.take(line.id, amount=part)
        kept = [portion for portion in ledger.taken[line.id] if choose.random() < 0.5]
        ledger.taken[line.id] = kept
        rest = ledger.line(line.id).left.amount
        for part in parts_of(rest, choose) if rest else ():
            ledger.take(line.id, amount=part)
        assert sum(portion.total for portion in ledger.taken[line.id]) == line.whole.total
        assert all(portion.discount_amount * line_sign(line.whole) >= 0 for portion in ledger.taken[line.id])


@pytest.mark.parametrize("note", CreditNoteStatus)
@pytest.mark.parametrize("invoice", InvoiceStatus)
def test_notes_of_open_invoices_may_be_voided_once(note: CreditNoteStatus, invoice: InvoiceStatus) -> None:
    if (note, invoice) == (CreditNoteStatus.ISSUED, InvoiceStatus.OPEN):
        check_voidable(note, invoice)
        return
    with pytest.raises(TransitionRefusal) as refused:
        check_voidable(note, invoice)
    assert (refused.value.current_status, refused.value.allowed_from) == (invoice, (InvoiceStatus.OPEN,))
    already = "The credit note is void already; issue another one if you need it."
    assert (refused.value.message == already) is (note is CreditNoteStatus.VOID)
