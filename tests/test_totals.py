"""Totals by example: each rule once, with exact values."""

from decimal import Decimal

import pytest

from invoice_graph.domain.calculation import Rule, Step
from invoice_graph.domain.discounts import Discount
from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.domain.money import CURRENCIES
from invoice_graph.domain.pricing import (
    LineAmount,
    PackageRounding,
    Tier,
    TiersMode,
    TransformQuantity,
    tiered_line_amount,
    unit_line_amount,
)
from invoice_graph.domain.taxes import Tax, TaxabilityReason, TaxExempt, TaxRate, TaxRounding
from invoice_graph.domain.totals import (
    InvoiceInput,
    LedgerEntry,
    LineInput,
    check_tax_amounts,
    check_totals,
    compute_totals,
    settle,
)

APPLIED = BalanceTransactionType.APPLIED_TO_INVOICE
TOO_SMALL = BalanceTransactionType.INVOICE_TOO_SMALL

# ---- line amounts --------------------------------------------------------------------------------------------------

TIERS = (
    Tier(Decimal(10), Decimal(100), Decimal(5)),
    Tier(Decimal(20), Decimal(80), Decimal(50)),
    Tier(None, Decimal("0.05"), Decimal(0)),
)


@pytest.mark.parametrize(
    ("quantity", "mode", "amount"),
    [
        ("15", TiersMode.GRADUATED, 10 * 100 + 5 + 5 * 80 + 50),
        ("10", TiersMode.GRADUATED, 1005),
        ("0", TiersMode.GRADUATED, 0),
        ("30", TiersMode.GRADUATED, 1005 + 850 + 1),
        ("10", TiersMode.VOLUME, 1005),
        ("10.5", TiersMode.VOLUME, 890),
        ("30", TiersMode.VOLUME, 2),
    ],
)
def test_tiers_price_each_unit_by_its_own_tier_or_all_by_the_last(quantity: str, mode: TiersMode, amount: int) -> None:
    assert tiered_line_amount(Decimal(quantity), TIERS, mode).amount == amount


def test_a_line_amount_is_rounded_once_and_tells_how() -> None:
    assert unit_line_amount(Decimal("1.5"), Decimal("333.333")) == LineAmount(500, "499.9995", "1.5 x 333.333")
    assert unit_line_amount(Decimal(11), Decimal(500), TransformQuantity(10, PackageRounding.UP)) == LineAmount(
        1000, "1000", "2 x 500; 11 / 10 rounded up"
    )
    assert tiered_line_amount(Decimal(30), TIERS, TiersMode.GRADUATED) == LineAmount(
        1856, "1855.5", "graduated tiers: 10 x 100 + 5 flat + 10 x 80 + 50 flat + 10 x 0.05 + 0 flat"
    )


def test_products_beyond_the_precision_of_a_decimal_context_stay_exact() -> None:
    quantity = unit_amount = Decimal("99999999999999.999999999999")
    assert unit_line_amount(quantity, unit_amount).amount == 9999999999999999999999999800


# ---- discounts and taxes -------------------------------------------------------------------------------------------


def test_an_amount_discount_without_the_invoice_currency_takes_nothing_off() -> None:
    discount = Discount("d", amount_off=500, currency="usd")
    totals = compute_totals(InvoiceInput("eur", (LineInput("a", 1000),), discounts=(discount,)))
    assert (totals.total, totals.total_discount_amounts[0].amount) == (1000, 0)


def test_a_line_that_is_not_discountable_lists_its_discounts_with_0() -> None:
    discount = Discount("d", percent_off=Decimal(10))
    line = LineInput("a", 1000, discountable=False, discounts=(discount,))
    totals = compute_totals(InvoiceInput("usd", (line,), discounts=(Discount("i", percent_off=Decimal(50)),)))
    assert [entry.amount for entry in totals.lines[0].discount_amounts] == [0, 0]
    assert totals.total == 1000


def test_the_rates_of_a_line_replace_the_default_rates() -> None:
    default, own = TaxRate("default", Decimal(20), False), TaxRate("own", Decimal(5), False)
    lines = (LineInput("a", 1000), LineInput("b", 1000, tax_rates=(own,)))
    totals = compute_totals(InvoiceInput("usd", lines, default_tax_rates=(default,)))
    assert [(tax.rate_id, tax.amount) for tax in totals.total_taxes] == [("default", 200), ("own", 50)]


def test_a_negative_line_carries_negative_tax() -> None:
    rate = TaxRate("t", Decimal(5), False)
    totals = compute_totals(InvoiceInput("usd", (LineInput("a", -50),), default_tax_rates=(rate,)))
    assert (totals.total_taxes[0].amount, totals.total) == (-3, -53)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(TaxExempt.EXEMPT, TaxabilityReason.CUSTOMER_EXEMPT), (TaxExempt.REVERSE, TaxabilityReason.REVERSE_CHARGE)],
)
@pytest.mark.parametrize("rounding", TaxRounding)
def test_a_customer_without_tax_pays_the_net_price(
    status: TaxExempt, reason: TaxabilityReason, rounding: TaxRounding
) -> None:
    rates = (TaxRate("i", Decimal(10), True), TaxRate("e", Decimal(7), False))
    invoice = InvoiceInput(
        "usd", (LineInput("a", 10_000),), default_tax_rates=rates, tax_rounding=rounding, tax_exempt=status
    )
    totals = compute_totals(invoice)
    assert totals.total_taxes == (Tax("i", 0, 9091, True, reason), Tax("e", 0, 9091, False, reason))
    assert (totals.subtotal, totals.total, totals.total_excluding_tax) == (10_000, 9091, 9091)


def test_rounding_per_invoice_keeps_the_order_of_the_rates_of_each_line() -> None:
    x, y = TaxRate("x", Decimal(10), True), TaxRate("y", Decimal("7.25"), False)
    lines = (LineInput("a", 107, tax_rates=(x, y)), LineInput("b", 107, tax_rates=(y, x)))
    totals = compute_totals(InvoiceInput("usd", lines, tax_rounding=TaxRounding.INVOICE))
    # x: 2 x 107 x 10 / 110 = 19.45 -> 19; y: 2 x 97.27 x 7.25 % = 14.10 -> 14
    assert [[(tax.rate_id, tax.amount) for tax in line.taxes] for line in totals.lines] == [
        [("x", 10), ("y", 7)],
        [("y", 7), ("x", 9)],
    ]
    assert totals.total == 214 + 14


@pytest.mark.parametrize(("rounding", "net"), [(TaxRounding.LINE_ITEM, 321 - 3 * 7), (TaxRounding.INVOICE, 321 - 22)])
def test_the_subtotal_without_tax_takes_the_inclusive_tax_off_before_invoice_discounts(
    rounding: TaxRounding, net: int
) -> None:
    rate = TaxRate("t", Decimal("7.25"), True)
    lines = tuple(LineInput(name, 107) for name in "abc")
    half = (Discount("d", percent_off=Decimal(50)),)
    invoice = InvoiceInput("usd", lines, discounts=half, default_tax_rates=(rate,), tax_rounding=rounding)
    # 107 x 7.25 / 107.25 = 7.23 per line, 21.699 on all
    assert compute_totals(invoice).subtotal_excluding_tax == net


def test_given_tax_amounts_are_refused_next_to_tax_rates() -> None:
    given_line = LineInput("a", 1000, tax_amounts=(Tax("t", 200, 1000, False),))
    rate = TaxRate("r", Decimal(5), False)
    check_tax_amounts(InvoiceInput("usd", (given_line,)))
    for invoice in (
        InvoiceInput("usd", (given_line,), default_tax_rates=(rate,)),
        InvoiceInput("usd", (given_line, LineInput("b", 1, tax_rates=(rate,)))),
    ):
        with pytest.raises(InputRefusal) as caught:
            check_tax_amounts(invoice, ("lines", "0", "tax_amounts"))
        assert caught.value.code is ErrorCode.PARAMETERS_EXCLUSIVE
        assert caught.value.path == ("lines", "0", "tax_amounts")


def test_an_exempt_customer_keeps_given_tax_amounts() -> None:
    tax = Tax("t", 200, 1000, False)
    invoice = InvoiceInput("usd", (LineInput("a", 1000, tax_amounts=(tax,)),), tax_exempt=TaxExempt.EXEMPT)
    assert compute_totals(invoice).total_taxes == (tax,)


# ---- balance and amount due ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "balance", "currency", "amount_due", "ending_balance", "too_small", "entries"),
    [
        (1099, -500, "usd", 599, 0, False, [(APPLIED, 500)]),
        (1000, -1500, "usd", 0, -500, False, [(APPLIED, 1000)]),
        (1000, 300, "usd", 1300, 0, False, [(APPLIED, -300)]),
        (1000, 0, "usd", 1000, 0, False, []),
        (-700, -300, "usd", 0, -1000, False, [(APPLIED, -700)]),
        (-700, 1000, "usd", 300, 0, False, [(APPLIED, -1000)]),
        (30, 0, "usd", 0, 30, True, [(TOO_SMALL, 30)]),
        (120, -100, "usd", 0, 20, True, [(APPLIED, 100), (TOO_SMALL, 20)]),
        (20, 10, "usd", 0, 30, True, [(TOO_SMALL, 20)]),
        (-10, 30, "usd", 0, 20, True, [(APPLIED, -10)]),
        (0, 20, "usd", 0, 20, True, []),
        (536_250, 0, "ugx", 536_300, -50, False, [(APPLIED, -50)]),
        (5124, 0, "kwd", 5120, 4, False, [(APPLIED, 4)]),
        (4, 0, "kwd", 0, 4, False, [(APPLIED, 4)]),
        (0, -500, "usd", 0, -500, False, []),
    ],
)
def test_a_total_meets_the_customer_balance(
    total: int,
    balance: int,
    currency: str,
    amount_due: int,
    ending_balance: int,
    too_small: bool,
    entries: list[tuple[BalanceTransactionType, int]],
) -> None:
    settlement = settle(total, balance, CURRENCIES[currency])
    assert (settlement.amount_due, settlement.ending_balance) == (amount_due, ending_balance)
    assert settlement.too_small is too_small
    assert settlement.ledger_entries == tuple(LedgerEntry(*entry) for entry in entries)


def test_a_total_or_amount_due_beyond_the_maximum_is_refused() -> None:
    lines = (LineInput("a", 99_999_999),)
    check_totals(compute_totals(InvoiceInput("usd", lines)))
    for invoice in (InvoiceInput("usd", lines * 2), InvoiceInput("usd", lines, starting_balance=1)):
        with pytest.raises(InputRefusal) as caught:
            check_totals(compute_totals(invoice))
        assert caught.value.code is ErrorCode.AMOUNT_TOO_LARGE


def test_an_empty_invoice_is_paid_without_a_trace() -> None:
    totals = compute_totals(InvoiceInput("usd"))
    assert (totals.total, totals.amount_due, totals.lines, totals.ledger_entries) == (0, 0, (), ())


# ---- the calculation -----------------------------------------------------------------------------------------------


def test_the_calculation_explains_every_cent() -> None:
    pricing = unit_line_amount(Decimal(3), Decimal("111.1"))
    invoice = InvoiceInput(
        "usd",
        (LineInput("a", pricing.amount, pricing=pricing), LineInput("b", 334)),
        discounts=(Discount("d", percent_off=Decimal(10)),),
        default_tax_rates=(TaxRate("t", Decimal("7.25"), False),),
        shipping_amount=500,
        starting_balance=-1100,
    )
    assert compute_totals(invoice).calculation == (
        Step(Rule.LINE_AMOUNT, "a", "amount", "333.3", 333, "3 x 111.1"),
        Step(Rule.LINE_AMOUNT, "b", "amount", "334", 334, "as given"),
        Step(Rule.SUBTOTAL, None, "subtotal", "667", 667, "lines after their own discounts"),
        Step(Rule.INVOICE_DISCOUNT, None, "d", "66.7", 67, "10 % of 667"),
        Step(Rule.DISCOUNT_SHARE, "a", "d", "33.449775…", 33, "floored"),
        Step(Rule.DISCOUNT_SHARE, "b", "d", "33.550224…", 34, "33 and 1 left-over unit"),
        Step(Rule.TAX, "a", "t", "21.75", 22, "7.25 % of 300"),
        Step(Rule.TAX, "b", "t", "21.75", 22, "7.25 % of 300"),
        Step(Rule.SUBTOTAL_EXCLUDING_TAX, None, "subtotal_excluding_tax", "667", 667, "667 less inclusive tax 0"),
        Step(Rule.SHIPPING, None, "amount_shipping", "500", 500, "neither discounted nor taxed"),
        Step(
            *(Rule.TOTAL, None, "total", "1144", 1144),
            "lines 600 - backed-out tax 0 + exclusive tax 44 + shipping 500",
        ),
        Step(
            *(Rule.TOTAL_EXCLUDING_TAX, None, "total_excluding_tax", "1100", 1100),
            "1144 less inclusive tax 0 and exclusive tax 44",
        ),
        Step(Rule.BALANCE, None, "balance", "44", 44, "total 1144 and customer balance -1100"),
        Step(Rule.MINIMUM, None, "amount_due", "44", 0, "below the minimum of 50 usd: moves to the customer balance"),
        Step(Rule.AMOUNT_DUE, None, "amount_due", "0", 0, "44 stays on the customer balance"),
    )


def test_the_calculation_shows_the_sum_and_the_shares_of_a_tax_rounded_per_invoice() -> None:
    rate = TaxRate("t", Decimal("7.25"), False)
    lines = tuple(LineInput(name, 107) for name in "abc")
    totals = compute_totals(
        InvoiceInput("usd", lines, default_tax_rates=(rate,), tax_rounding=TaxRounding.INVOICE, starting_balance=0)
    )
    assert [step for step in totals.calculation if step.subject == "t"] == [
        Step(Rule.TAX_SUM, None, "t", "23.2725", 23, "7.25 % on all lines, rounded once"),
        Step(Rule.TAX_SHARE, "a", "t", "7.7575", 8, "7.25 % on 107: 7 and 1 left-over unit"),
        Step(Rule.TAX_SHARE, "b", "t", "7.7575", 8, "7.25 % on 107: 7 and 1 left-over unit"),
        Step(Rule.TAX_SHARE, "c", "t", "7.7575", 7, "7.25 % on 107: floored"),
    ]


def test_the_calculation_names_the_quantum_and_the_tax_taken_out_of_the_price() -> None:
    rate = TaxRate("t", Decimal(18), True)
    totals = compute_totals(
        InvoiceInput("ugx", (LineInput("a", 10_000),), default_tax_rates=(rate,), tax_exempt=TaxExempt.EXEMPT)
    )
    steps = {step.rule: step for step in totals.calculation}
    contained = "18 % contained in 10000, which is 118 %"
    assert steps[Rule.TAX] == Step(Rule.TAX, "a", "t", "1525.423728…", 1525, contained)
    assert steps[Rule.TAX_BACKED_OUT].rounded == -1525
    assert steps[Rule.QUANTUM] == Step(
        *(Rule.QUANTUM, None, "amount_due", "8475", 8500), "nearest multiple of 100, the smallest step of ugx"
    )


# ---- size ---------------------------------------------------------------------------------------------------------


def test_a_full_invoice_with_three_rates_and_two_discounts_is_explained_step_by_step() -> None:
    rates = (TaxRate("a", Decimal(5), True), TaxRate("b", Decimal("9.975"), False), TaxRate("c", Decimal(7), False))
    discounts = (Discount("p", percent_off=Decimal("12.5")), Discount("m", amount_off=1234, currency="usd"))
    lines = tuple(LineInput(str(number), 1000 + number) for number in range(250))
    invoice = InvoiceInput("usd", lines, discounts, rates)
    totals = compute_totals(invoice)
    assert len(totals.calculation) == 1759
