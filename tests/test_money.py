"""Currencies, rounding, allocation, decimal text and limits."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.money import (
    CURRENCIES,
    allocate,
    check_amount,
    check_maximum,
    currency_of,
    decimal_text,
    parse_decimal,
    parse_percentage,
    parse_quantity,
    ratio_text,
    round_half_away,
    round_to_quantum,
    round_together,
)

PATH = ("lines", "0", "amount")


def refusal_of(call: Callable[[], object]) -> InputRefusal:
    with pytest.raises(InputRefusal) as caught:
        call()
    return caught.value


def test_the_currency_table_holds_every_class_of_currency() -> None:
    facts = {code: (c.digits, c.quantum, c.minimum_amount, c.maximum_amount) for code, c in CURRENCIES.items()}
    assert facts["usd"] == (2, 1, 50, 99_999_999)
    assert facts["jpy"] == (0, 1, 50, 99_999_999)
    assert facts["kwd"] == (3, 10, 0, 99_999_999)
    assert facts["isk"] == (2, 100, 0, 99_999_999)
    assert facts["ugx"] == (2, 100, 0, 99_999_999)
    assert facts["huf"] == (2, 1, 17_500, 99_999_999)
    assert facts["inr"] == (2, 1, 50, 999_999_999)
    assert facts["cop"] == (2, 1, 50, 9_999_999_999)
    assert facts["idr"] == (2, 1, 50, 999_999_999_999)


def test_currency_codes_are_three_lower_case_letters_and_name_themselves() -> None:
    assert len(CURRENCIES) == 141
    assert all(code == currency.code and code.isalpha() and code.islower() for code, currency in CURRENCIES.items())
    assert {len(code) for code in CURRENCIES} == {3}
    assert sorted(code for code, currency in CURRENCIES.items() if currency.digits == 0) == (
        ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
    )


@pytest.mark.parametrize("code", ["USD", "us", "xxx", ""])
def test_an_unknown_currency_is_refused(code: str) -> None:
    refusal = refusal_of(lambda: currency_of(code, PATH))
    assert (refusal.code, refusal.path) == (ErrorCode.PARAMETER_INVALID, PATH)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (Decimal("2.5"), 3),
        (Decimal("-2.5"), -3),
        (Decimal("1000.5"), 1001),
        (Decimal("2.499999999999"), 2),
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(1, 3), 0),
        (7, 7),
        (Decimal("123456789012345678901234567890.5"), 123456789012345678901234567891),
    ],
)
def test_half_a_unit_is_rounded_away_from_zero(exact: Decimal | Fraction | int, rounded: int) -> None:
    assert round_half_away(exact) == rounded


def test_rounding_a_float_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="never a float"):
        round_half_away(0.5)  # type: ignore[arg-type]


@given(st.fractions())
def test_rounding_is_symmetric_around_zero_and_off_by_at_most_half(exact: Fraction) -> None:
    rounded = round_half_away(exact)
    assert round_half_away(-exact) == -rounded
    assert abs(rounded - exact) <= Fraction(1, 2)


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 10, 100]))
def test_rounding_to_a_quantum_gives_the_nearest_multiple_and_is_symmetric(amount: int, quantum: int) -> None:
    rounded = round_to_quantum(amount, quantum)
    assert rounded % quantum == 0
    assert 2 * abs(rounded - amount) <= quantum
    assert round_to_quantum(-amount, quantum) == -rounded


@pytest.mark.parametrize(
    ("amount", "quantum", "rounded"), [(536_250, 100, 536_300), (440, 100, 400), (-450, 100, -500), (5124, 10, 5120)]
)
def test_an_amount_is_rounded_to_the_quantum_with_ties_away_from_zero(amount: int, quantum: int, rounded: int) -> None:
    assert round_to_quantum(amount, quantum) == rounded


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (100, [333, 333, 333], [34, 33, 33]),
        (1000, [1000, 2000, 3000], [167, 333, 500]),
        (-100, [1, 1, 1], [-33, -33, -34]),
        (10, [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)], [5, 3, 2]),
        (1, [0, 1, 1], [0, 1, 0]),
        (0, [0, 0], [0, 0]),
        (0, [], []),
    ],
)
def test_allocation_gives_missing_units_to_the_largest_fractions_and_then_to_the_earlier(
    total: int, weights: list[int | Fraction], shares: list[int]
) -> None:
    assert allocate(total, weights) == shares


def test_nothing_can_be_allocated_over_weights_of_zero() -> None:
    with pytest.raises(ValueError, match="cannot split 5"):
        allocate(5, [0, 0])


WEIGHTS = st.lists(st.integers(0, 10**8) | st.fractions(0, 1000), min_size=1, max_size=30).filter(any)


@given(st.integers(-(10**9), 10**9), WEIGHTS)
def test_allocation_loses_no_unit_and_stays_within_one_unit_of_the_exact_share(
    total: int, weights: list[int | Fraction]
) -> None:
    shares = allocate(total, weights)
    whole = sum(weights, Fraction())
    assert sum(shares) == total
    assert all(abs(share - total * weight / whole) < 1 for share, weight in zip(shares, weights, strict=True))
    assert all(type(share) is int for share in shares)


@given(st.lists(st.integers(-(10**9), 10**9), max_size=30), st.integers(1, 10**6))
def test_shares_rounded_together_add_up_to_their_rounded_sum(numerators: list[int], denominator: int) -> None:
    shares = round_together(numerators, denominator)
    assert sum(shares) == round_half_away(Fraction(sum(numerators), denominator))
    assert all(
        abs(share - Fraction(numerator, denominator)) < 1 for share, numerator in zip(shares, numerators, strict=True)
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (225, 10, "22.5"),
        (-225, 10, "-22.5"),
        (1000, 11, "90.909090…"),
        (42, 1, "42"),
        (1, 10_000_000, "0.000000…"),
        (999_999_999, 1_000_000_000, "0.999999…"),
    ],
)
def test_the_text_of_a_ratio_is_cut_and_never_rounded(numerator: int, denominator: int, text: str) -> None:
    assert ratio_text(numerator, denominator) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1099", "1099"),
        ("0.000000000001", "0.000000000001"),
        ("-2.50", "-2.5"),
        ("999999999999999.999999999999", "999999999999999.999999999999"),
        ("007.0", "7"),
        ("-0.0", "0"),
        ("100", "100"),
    ],
)
def test_a_decimal_is_read_exactly_and_written_canonically(text: str, canonical: str) -> None:
    assert decimal_text(parse_decimal(text)) == canonical


def test_the_text_of_a_decimal_never_has_an_exponent() -> None:
    assert decimal_text(Decimal("1E+3")) == "1000"
    assert decimal_text(Decimal("1E-12")) == "0.000000000001"


@pytest.mark.parametrize(
    "text",
    [
        *["", " 1", "1\n", "+1", "1.", ".5", "1e3", "NaN", "Infinity", "-Infinity", "sNaN1", "0x10", "1_000", "1,5"],
        *["٣", "--1", "0.0000000000001", "1000000000000000"],
    ],
)
def test_anything_but_a_plain_decimal_is_refused(text: str) -> None:
    refusal = refusal_of(lambda: parse_decimal(text, PATH))
    assert (refusal.code, refusal.path) == (ErrorCode.PARAMETER_INVALID_DECIMAL, PATH)


@given(st.decimals(-(10**15) + 1, 10**15 - 1, places=12))
def test_decimals_survive_the_way_through_their_text(value: Decimal) -> None:
    text = decimal_text(value)
    assert parse_decimal(text) == value
    assert decimal_text(parse_decimal(text)) == text


def test_a_quantity_is_not_negative() -> None:
    assert parse_quantity("0") == 0
    refusal = refusal_of(lambda: parse_quantity("-1", PATH))
    assert (refusal.code, refusal.path) == (ErrorCode.PARAMETER_INVALID, PATH)


@pytest.mark.parametrize("text", ["0", "8.8750", "100", "9.97500"])
def test_a_percentage_lies_between_0_and_100_with_four_decimals(text: str) -> None:
    assert parse_percentage(text) == Decimal(text)


@pytest.mark.parametrize("text", ["-1", "100.0001", "1.23456"])
def test_other_percentages_are_refused(text: str) -> None:
    refusal = refusal_of(lambda: parse_percentage(text, PATH))
    assert (refusal.code, refusal.path) == (ErrorCode.PARAMETER_INVALID, PATH)


def test_an_amount_up_to_the_maximum_is_accepted() -> None:
    check_amount(99_999_999, CURRENCIES["usd"], PATH)
    check_amount(-99_999_999, CURRENCIES["usd"], PATH)
    check_amount(999_999_999_999, CURRENCIES["idr"], PATH)


@pytest.mark.parametrize(("amount", "code"), [(100_000_000, "usd"), (-100_000_000, "eur"), (10**12, "idr")])
def test_an_amount_beyond_the_maximum_is_refused(amount: int, code: str) -> None:
    for check in (check_amount, check_maximum):
        refusal = refusal_of(lambda check=check: check(amount, CURRENCIES[code], PATH))  # type: ignore[misc]
        assert (refusal.code, refusal.path) == (ErrorCode.AMOUNT_TOO_LARGE, PATH)
        assert str(CURRENCIES[code].maximum_amount) in refusal.message


@pytest.mark.parametrize(("amount", "code", "way_out"), [(5124, "kwd", 5120), (150, "isk", 200), (-1, "ugx", 0)])
def test_an_amount_between_two_steps_of_its_currency_is_refused(amount: int, code: str, way_out: int) -> None:
    refusal = refusal_of(lambda: check_amount(amount, CURRENCIES[code], PATH))
    assert (refusal.code, refusal.path) == (ErrorCode.INVALID_CHARGE_AMOUNT, PATH)
    assert f"give {way_out} instead" in refusal.message
