"""Scalars: their spelling in answers is the planner's, their parsing is here."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from invoice_graph.domain.errors import Refusal
from invoice_graph.domain.money import CURRENCIES, parse_decimal

LARGEST_SAFE = 2**53 - 1

MinorUnits = NewType("MinorUnits", int)
BigInt = NewType("BigInt", int)
CurrencyCode = NewType("CurrencyCode", str)
Json = NewType("Json", object)


class ScalarFault(GraphQLError):
    """A value that its scalar can't be: bad input, in a literal as well as in a variable."""

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": "BAD_USER_INPUT"})


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.0+)?(Z|[+-]\d\d:\d\d)")


def _parse_integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScalarFault(f"{_shown(value)} is no integer; give a JSON number without a fraction.")
    if abs(value) > LARGEST_SAFE:
        raise ScalarFault(f"{_shown(value)} is beyond 2^53-1; integers lie within 9007199254740991 of zero.")
    return value


def _parse_currency(value: Any) -> str:
    if not isinstance(value, str) or value not in CURRENCIES:
        raise ScalarFault(f"{_shown(value)} is no currency; give three lower-case letters such as `usd`.")
    return value


def _parse_moment(value: Any) -> datetime:
    if isinstance(value, str) and _DATE_TIME.fullmatch(value) and value[:4] > "0000":
        try:
            return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            pass
    raise ScalarFault(f"{_shown(value)} is no moment; give whole seconds such as `2026-11-21T08:00:00Z`.")


def _parse_exact(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise ScalarFault(f'{_shown(value)} is no decimal; give a string such as "12.345".')
    try:
        return parse_decimal(value)
    except Refusal as refusal:
        raise ScalarFault(refusal.message) from None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _scalar(name: str, description: str, parse: Callable[[Any], Any]) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=lambda value: value, parse_value=parse)


SCALARS: Mapping[object, ScalarDefinition] = {
    MinorUnits: _scalar(
        "MinorUnits",
        "An amount in the minor unit of the object's `currency` (cents, yen, fils): a JSON number, an integer within "
        "2^53-1. How many digits stand after the decimal separator is told by `currencyDigits`.",
        _parse_integer,
    ),
    BigInt: _scalar("BigInt", "An integer within 2^53-1, as a JSON number.", _parse_integer),
    Decimal: _scalar(
        "Decimal",
        "An exact decimal as a string, without exponent, with at most 12 digits after the point.",
        _parse_exact,
    ),
    datetime: _scalar(
        "DateTime",
        "A moment in whole seconds, answered in UTC: `2026-11-21T08:00:00Z`. Other offsets are accepted as input.",
        _parse_moment,
    ),
    CurrencyCode: _scalar("CurrencyCode", "A currency: three lower-case letters, see `currencies`.", _parse_currency),
    Json: _scalar("JSON", "Any JSON value.", lambda value: value),
}
