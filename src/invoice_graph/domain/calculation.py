"""The calculation of an invoice, step by step, in the order it was made."""

from enum import StrEnum
from typing import NamedTuple


class Rule(StrEnum):
    """Which rule of the calculation a step applied."""

    LINE_AMOUNT = "LINE_AMOUNT"
    LINE_DISCOUNT = "LINE_DISCOUNT"
    INVOICE_DISCOUNT = "INVOICE_DISCOUNT"
    DISCOUNT_SHARE = "DISCOUNT_SHARE"
    SUBTOTAL = "SUBTOTAL"
    SUBTOTAL_TAX = "SUBTOTAL_TAX"
    SUBTOTAL_EXCLUDING_TAX = "SUBTOTAL_EXCLUDING_TAX"
    TAX = "TAX"
    TAX_SUM = "TAX_SUM"
    TAX_SHARE = "TAX_SHARE"
    TAX_GIVEN = "TAX_GIVEN"
    TAX_BACKED_OUT = "TAX_BACKED_OUT"
    SHIPPING = "SHIPPING"
    TOTAL = "TOTAL"
    TOTAL_EXCLUDING_TAX = "TOTAL_EXCLUDING_TAX"
    BALANCE = "BALANCE"
    MINIMUM = "MINIMUM"
    QUANTUM = "QUANTUM"
    AMOUNT_DUE = "AMOUNT_DUE"


class Step(NamedTuple):
    """One step: what came out before rounding, what after, and why.

    `line_id` is None for steps of the whole invoice. `subject` is the id of the discount or tax
    rate, or the name of the total. `unrounded` is decimal text in the minor unit, cut with '…'
    where it does not end. A tuple, since an invoice has thousands and frozen dataclasses take three times as long.
    """

    rule: Rule
    line_id: str | None
    subject: str
    unrounded: str
    rounded: int
    note: str


def whole_step(rule: Rule, subject: str, amount: int, note: str) -> Step:
    """A step of the whole invoice that had nothing to round."""
    return Step(rule, None, subject, str(amount), amount, note)


def share_note(numerator: int, denominator: int, share: int) -> str:
    """Why a share by largest remainder is what it is."""
    floor = numerator // denominator
    return f"{floor} and 1 left-over unit" if share > floor else "floored"
