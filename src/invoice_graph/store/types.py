"""Column types with one spelling on every database.

Moments, decimals and JSON are canonical text, so that an answer needs no conversion, sorts
the same way everywhere, and has the same bytes from every database.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from invoice_graph.domain.clock import parse_time, time_text
from invoice_graph.domain.money import decimal_text

Word = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared byte by byte, as SQLite does."""

Whole = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit integers; SQLite's strict tables know them as INTEGER."""


class Flag(TypeDecorator[bool]):
    """True or false; 0 or 1 in SQLite's strict tables."""

    impl = Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Integer() if dialect.name == "sqlite" else Boolean()

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> bool | None:
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, `2026-11-21T08:00:00Z`."""

    impl = Word
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else time_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else parse_time(value)


class Exact(TypeDecorator[Decimal]):
    """A decimal of any precision, without exponent and trailing zeros."""

    impl = Word
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else decimal_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Json(TypeDecorator[Any]):
    """JSON in one spelling: no spaces, keys in the order they were written."""

    impl = Word
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        # Bytes as from `json_text`, at a tenth of its time: an invoice has documents with thousands of entries.
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def json_text(value: Any) -> str:
    """JSON as the rows hold it; characters outside of ASCII stand as themselves."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
