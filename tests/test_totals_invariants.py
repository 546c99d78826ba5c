"""What holds for every invoice."""

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from invoice_graph.domain.discounts import Discount
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.domain.money import CURRENCIES, Currency
from invoice_graph.domain.taxes import TaxExempt, TaxRate, TaxRounding
from invoice_graph.domain.totals import InvoiceInput, LineInput, Totals, compute_totals, settle

RATES = tuple(
    TaxRate(f"{name}{number}", percentage, inclusive)
    for name, inclusive in (("in", True), ("ex", False))
    for number, percentage in enumerate((Decimal(0), Decimal("5"), Decimal("9.975"), Decimal("8.8751"), Decimal(100)))
)
DISCOUNTS = (
    Discount("tenth", percent_off=Decimal(10)),
    Discount("odd", percent_off=Decimal("33.33"), product_ids=frozenset({"p"})),
    Discount("all", percent_off=Decimal(100)),
    Discount("amount", amount_off=777, currency="usd", currency_options={"kwd": 130}),
)
some_rates = st.lists(st.sampled_from(RATES), max_size=3, unique=True).map(tuple)
some_discounts = st.lists(st.sampled_from(DISCOUNTS), max_size=3, unique_by=lambda discount: discount.id).map(tuple)
some_lines = st.lists(
    st.builds(
        LineInput,
        id=st.uuids().map(str),
        amount=st.integers(-5_000, 20_000) | st.integers(-99_999_999, 99_999_999),
        discountable=st.booleans(),
        product_id=st.sampled_from([None, "p", "q"]),
        discounts=some_discounts,
        tax_rates=some_rates,
        tax_amounts=st.just(()),
        pricing=st.none(),
    ),
    max_size=6,
).map(tuple)
some_invoices = st.builds(
    InvoiceInput,
    currency=st.sampled_from(["usd", "jpy", "kwd", "ugx"]),
    lines=some_lines,
    discounts=some_discounts,
    default_tax_rates=some_rates,
    shipping_amount=st.integers(0, 5000),
    tax_rounding=st.sampled_from(TaxRounding),
    tax_exempt=st.just(TaxExempt.NONE),
    starting_balance=st.integers(-20_000, 20_000),
)


def sums_by_discount(totals: Totals) -> dict[str, int]:
    sums: dict[str, int] = {}
    for entry in (entry for line in totals.lines for entry in line.discount_amounts):
        sums[entry.discount_id] = sums.get(entry.discount_id, 0) + entry.amount
    return sums


@given(some_invoices)
def test_the_total_is_the_subtotal_less_invoice_discounts_plus_exclusive_tax_and_shipping(
    invoice: InvoiceInput,
) -> None:
    totals = compute_totals(invoice)
    inputs = zip(totals.lines, invoice.lines, strict=True)
    invoice_discounts = sum(
        entry.amount for line, given_line in inputs for entry in line.discount_amounts[len(given_line.discounts) :]
    )
    exclusive = sum(tax.amount for tax in totals.total_taxes if not tax.inclusive)
    assert totals.total == totals.subtotal - invoice_discounts + exclusive + totals.amount_shipping
    assert totals.total_excluding_tax == totals.total - sum(tax.amount for tax in totals.total_taxes)
    assert totals.amount_due + totals.ending_balance == totals.total + totals.starting_balance


@given(some_invoices)
def test_the_lines_add_up_to_the_totals_per_discount_and_per_rate(invoice: InvoiceInput) -> None:
    totals = compute_totals(invoice)
    assert sums_by_discount(totals) == {entry.discount_id: entry.amount for entry in totals.total_discount_amounts}
    line_taxes = [tax for line in totals.lines for tax in line.taxes]
    for whole in totals.total_taxes:
        of_rate = [tax for tax in line_taxes if tax.rate_id == whole.rate_id]
        assert sum(tax.amount for tax in of_rate) == whole.amount
        assert sum(tax.taxable_amount for tax in of_rate) == whole.taxable_amount
    assert {tax.rate_id for tax in line_taxes} == {tax.rate_id for tax in totals.total_taxes}


@given(some_invoices)
def test_a_discount_never_makes_a_line_negative_nor_touches_a_negative_line(invoice: InvoiceInput) -> None:
    for line in compute_totals(invoice).lines:
        taken_off = sum(entry.amount for entry in line.discount_amounts)
        assert all(entry.amount >= 0 for entry in line.discount_amounts)
        assert 0 <= taken_off <= max(line.amount, 0)
        assert line.discounted_amount == line.amount - taken_off


@given(some_invoices, st.sampled_from([TaxExempt.EXEMPT, TaxExempt.REVERSE]))
def test_a_customer_without_tax_pays_the_untaxed_part_of_what_others_pay(
    invoice: InvoiceInput, status: TaxExempt
) -> None:
    exempt = compute_totals(replace(invoice, tax_exempt=status))
    assert exempt.total == exempt.total_excluding_tax == compute_totals(invoice).total_excluding_tax
    assert all(tax.amount == 0 for tax in exempt.total_taxes)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=20), st.sampled_from(RATES))
def test_both_rounding_modes_differ_by_less_than_a_unit_per_line(amounts: list[int], rate: TaxRate) -> None:
    lines = tuple(LineInput(str(index), amount) for index, amount in enumerate(amounts))
    per_line, per_invoice = (
        compute_totals(InvoiceInput("usd", lines, default_tax_rates=(rate,), tax_rounding=rounding)).total_taxes[0]
        for rounding in (TaxRounding.LINE_ITEM, TaxRounding.INVOICE)
    )
    assert abs(per_line.amount - per_invoice.amount) <= len(lines)


def values_in(thing: object) -> list[object]:
    if is_dataclass(thing):
        return [value for field in fields(thing) for value in values_in(getattr(thing, field.name))]
    if isinstance(thing, tuple):
        return [value for entry in thing for value in values_in(entry)]
    return [thing]


@given(some_invoices)
def test_every_amount_of_the_totals_is_an_integer(invoice: InvoiceInput) -> None:
    assert not [value for value in values_in(compute_totals(invoice)) if isinstance(value, float | Decimal)]


@given(st.integers(-(10**8), 10**8), st.integers(-(10**8), 10**8), st.sampled_from(list(CURRENCIES.values())))
def test_settling_neither_makes_nor_loses_money(total: int, balance: int, currency: Currency) -> None:
    settlement = settle(total, balance, currency)
    assert settlement.amount_due + settlement.ending_balance == total + balance
    assert settlement.amount_due == 0 or settlement.amount_due >= currency.minimum_amount
    assert settlement.amount_due % currency.quantum == 0
    assert balance + sum(entry.amount for entry in settlement.ledger_entries) == settlement.ending_balance
    assert all(
        entry.amount > 0
        for entry in settlement.ledger_entries
        if entry.type is BalanceTransactionType.INVOICE_TOO_SMALL
    )
