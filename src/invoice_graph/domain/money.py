"""Money: currencies, exact rounding, allocation, decimal text, and the limits of amounts.

Amounts are integers in the minor unit of their currency. Everything is exact: int, Decimal
or Fraction, never float. Half a unit is rounded away from zero.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

from invoice_graph.domain.errors import ErrorCode, InputRefusal


@dataclass(frozen=True, slots=True)
class Currency:
    """What the gateway knows about one currency; amounts in its minor unit.

    `digits`: decimal places between the minor unit and the unit people speak of.
    `quantum`: the step of what can be collected, and therefore of amounts a caller gives.
    `minimum_amount`: the smallest amount that can be collected.
    `maximum_amount`: the largest absolute value of an amount, a line and a total.
    """

    code: str
    digits: int
    quantum: int
    minimum_amount: int
    maximum_amount: int


@dataclass(frozen=True, slots=True)
class _CurrencyClass:
    digits: int
    quantum: int
    codes: str


# isk and ugx have no cents any more, but are still written in hundredths that end in 00.
_CLASSES = (
    _CurrencyClass(0, 1, "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"),
    _CurrencyClass(3, 10, "bhd jod kwd omr tnd"),
    _CurrencyClass(2, 100, "isk ugx"),
    _CurrencyClass(
        2,
        1,
        """
        aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop
        crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs
        khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd
        pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd stn szl thb tjs top try ttd twd
        tzs uah usd uyu uzs wst xcd xcg yer zar zmw
        """,
    ),
)

_MINIMUM_AMOUNTS = {
    "usd": 50,
    "aed": 200,
    "ars": 50,
    "aud": 50,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "cop": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "idr": 50,
    "ils": 50,
    "inr": 50,
    "jpy": 50,
    "krw": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "php": 50,
    "pln": 200,
    "ron": 200,
    "rub": 50,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "zar": 50,
}

_DEFAULT_AMOUNT_DIGITS = 8
_AMOUNT_DIGITS = {"inr": 9, "cop": 10, "idr": 12}


def _currency(code: str, kind: _CurrencyClass) -> Currency:
    return Currency(
        code=code,
        digits=kind.digits,
        quantum=kind.quantum,
        minimum_amount=_MINIMUM_AMOUNTS.get(code, 0),
        maximum_amount=10 ** _AMOUNT_DIGITS.get(code, _DEFAULT_AMOUNT_DIGITS) - 1,
    )


CURRENCIES: Mapping[str, Currency] = {code: _currency(code, kind) for kind in _CLASSES for code in kind.codes.split()}


def currency_of(code: str, path: Sequence[str] = ("currency",)) -> Currency:
    """The currency with this lower-case ISO 4217 code, or a PARAMETER_INVALID refusal."""
    currency = CURRENCIES.get(code)
    if currency is None:
        raise InputRefusal(
            ErrorCode.PARAMETER_INVALID,
            f"{code!r} is not an accepted currency; give a lower-case ISO 4217 code such as 'usd'.",
            path,
        )
    return currency


def divide_half_away(numerator: int, denominator: int) -> int:
    """The integer nearest to numerator / denominator, ties away from zero; denominator > 0."""
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def round_half_away(x: int | Decimal | Fraction) -> int:
    """The nearest integer, ties away from zero: 2.5 is 3 and -2.5 is -3. A float is a TypeError."""
    if isinstance(x, float):
        raise TypeError("money is never a float; use int, Decimal or Fraction")
    numerator, denominator = x.as_integer_ratio()
    return divide_half_away(numerator, denominator)


def round_to_quantum(amount: int, quantum: int) -> int:
    """The multiple of `quantum` nearest to `amount`, ties away from zero."""
    return divide_half_away(amount, quantum) * quantum


def round_together(numerators: Sequence[int], denominator: int) -> list[int]:
    """Round shares numerator / denominator so that they add up to their rounded sum.

    Every share is floored; the missing units go one by one to the largest fractional parts,
    ties to the earlier share. Each result differs from its exact share by less than 1.
    """
    divided = [divmod(numerator, denominator) for numerator in numerators]
    shares = [floor for floor, _ in divided]
    leftover = divide_half_away(sum(numerators), denominator) - sum(shares)
    # Sorting is stable in both directions, so equal fractions keep the order of the shares.
    fractions = [fraction for _, fraction in divided]
    by_fraction = sorted(range(len(fractions)), key=fractions.__getitem__, reverse=True)
    for index in by_fraction[:leftover]:
        shares[index] += 1
    return shares


def allocate(total: int, weights: Sequence[int | Fraction]) -> list[int]:
    """Split `total` in proportion to `weights` by largest remainder, losing no unit.

    Works for negative totals too. Weights are at least 0; ValueError when there is something
    to split and every weight is 0.
    """
    scale = lcm(*(weight.denominator for weight in weights))
    scaled = [weight.numerator * (scale // weight.denominator) for weight in weights]
    whole = sum(scaled)
    if whole:
        return round_together([total * weight for weight in scaled], whole)
    if total:
        raise ValueError(f"cannot split {total} over weights that are all 0")
    return [0] * len(scaled)


def ratio_text(numerator: int, denominator: int) -> str:
    """A ratio as decimal text, cut (not rounded) after six places; '…' marks the cut."""
    whole, rest = divmod(abs(numerator), denominator)
    sign = "-" if numerator < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    fraction, tail = divmod(rest * 1_000_000, denominator)
    digits = f"{fraction:06}"
    return f"{sign}{whole}.{digits}…" if tail else f"{sign}{whole}.{digits.rstrip('0')}"


MAX_INTEGER_DIGITS = 15
MAX_FRACTIONAL_DIGITS = 12
_DECIMAL = re.compile(rf"-?[0-9]{{1,{MAX_INTEGER_DIGITS}}}(\.[0-9]{{1,{MAX_FRACTIONAL_DIGITS}}})?")


def parse_decimal(text: str, path: Sequence[str] = ()) -> Decimal:
    """The exact value of plain decimal text such as '-0.05', or a PARAMETER_INVALID_DECIMAL refusal.

    At most 15 digits before the point and 12 after it; more is refused, not rounded. No exponent,
    no plus sign, no spaces, no NaN or Infinity.
    """
    if not _DECIMAL.fullmatch(text):
        raise InputRefusal(
            ErrorCode.PARAMETER_INVALID_DECIMAL,
            f"{text[:40]!r} is not a plain decimal; give at most {MAX_INTEGER_DIGITS} digits, "
            f"then optionally a point and at most {MAX_FRACTIONAL_DIGITS} digits.",
            path,
        )
    return Decimal(text)


def parse_quantity(text: str, path: Sequence[str] = ()) -> Decimal:
    """As `parse_decimal`, and at least 0, or a PARAMETER_INVALID refusal."""
    quantity = parse_decimal(text, path)
    if quantity < 0:
        raise InputRefusal(
            ErrorCode.PARAMETER_INVALID,
            f"A quantity of {decimal_text(quantity)} is negative; give 0 or more, or a negative unit amount.",
            path,
        )
    return quantity


def decimal_text(value: Decimal) -> str:
    """The canonical text of a finite decimal: no exponent, no trailing zeros, no negative zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


MAX_PERCENTAGE_DIGITS = 4


def parse_percentage(text: str, path: Sequence[str] = ()) -> Decimal:
    """A percentage from 0 to 100 with at most four decimals, or a PARAMETER_INVALID refusal."""
    percentage = parse_decimal(text, path)
    _, _, fraction = decimal_text(percentage).partition(".")
    if not 0 <= percentage <= 100 or len(fraction) > MAX_PERCENTAGE_DIGITS:
        raise InputRefusal(
            ErrorCode.PARAMETER_INVALID,
            f"{text!r} is not a percentage; give 0 to 100 with at most {MAX_PERCENTAGE_DIGITS} decimals.",
            path,
        )
    return percentage


def check_maximum(amount: int, currency: Currency, path: Sequence[str] = ()) -> None:
    """Refuse with AMOUNT_TOO_LARGE an amount whose absolute value passes the currency's maximum."""
    if abs(amount) > currency.maximum_amount:
        raise InputRefusal(
            ErrorCode.AMOUNT_TOO_LARGE,
            f"{amount} is beyond the limit of {currency.maximum_amount} for {currency.code}; "
            "bill it as several invoices.",
            path,
        )


def check_amount(amount: int, currency: Currency, path: Sequence[str] = ()) -> None:
    """Refuse an amount given by a caller that is too large or not collectable to the unit.

    AMOUNT_TOO_LARGE beyond the maximum; INVALID_CHARGE_AMOUNT when it is not a multiple of the quantum.
    """
    check_maximum(amount, currency, path)
    if amount % currency.quantum:
        raise InputRefusal(
            ErrorCode.INVALID_CHARGE_AMOUNT,
            f"{amount} is not a multiple of {currency.quantum}, the smallest step of {currency.code}; "
            f"give {round_to_quantum(amount, currency.quantum)} instead.",
            path,
        )
