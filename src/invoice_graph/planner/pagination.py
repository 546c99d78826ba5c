"""Keyset pages: what is in a cursor, which rows a page holds, and what lies around it.

A cursor is the hexadecimal form of `TAG|KEYS`: the connection and order it belongs to, then the
row's sort keys and id as a JSON array. It stays valid when its row is gone, in both directions,
and when rows are inserted. The event log's cursors are its sequence numbers.
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, tuple_
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.planner.faults import ArgumentFault
from invoice_graph.planner.sql import joined
from invoice_graph.store import dialect

DEFAULT_PAGE = 10
LARGEST_PAGE = 100
LARGEST_INTEGER = 2**63 - 1
LONGEST_NUMBER = len(str(LARGEST_INTEGER))
LONGEST_CURSOR = 1000
WHOLE_KEYS = frozenset({"position", "total", "amount_remaining"})
"""The columns of orders that hold integers; the others hold text."""

PAGE_ARGUMENTS = ("first", "after", "last", "before")


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column of an order."""

    column: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of a connection's rows, and the tag its cursors carry.

    Without a tag the cursor is the single key itself, a decimal number.
    """

    keys: tuple[SortKey, ...]
    tag: str

    def columns(self, table: Any, backward: bool = False) -> list[ColumnElement[Any]]:
        """The ORDER BY list; missing values stand last in both directions."""
        listed: list[ColumnElement[Any]] = []
        for key in self.keys:
            column = table.c[key.column]
            ordered = column.desc() if key.descending != backward else column.asc()
            if key.nullable:
                # Not as a key of its own, `column IS NULL`, which no index has.
                ordered = ordered.nulls_first() if backward else ordered.nulls_last()
            listed.append(ordered)
        return listed

    def cursor(self, table: Any) -> ColumnElement[str]:
        """A row's cursor as JSON."""
        keys = [table.c[key.column] for key in self.keys]
        if not self.tag:
            return joined('"', keys[0], '"')
        parts: list[str | ColumnElement[Any]] = []
        for place, key in enumerate(keys):
            parts += ["," if place else f"{self.tag}|[", dialect.quoted(key)]
        return joined('"', dialect.hexadecimal(joined(*parts, "]")), '"')

    def beyond(
        self, table: Any, keys: Sequence[Any], backward: bool, inclusive: bool = False
    ) -> list[ColumnElement[bool]]:
        """The rows that come after a cursor's keys, or before them; `inclusive` of the cursor's own.

        They are the rows of all parts that are listed; an index can begin at each, so that no page is dearer for lying
        far from the ends. Missing values are a part of their own; None stands for one among the keys.
        """
        first, *_ = columns = [table.c[key.column] for key in self.keys]
        compare = _COMPARISONS[self.keys[0].descending == backward, inclusive]
        if keys[0] is None:
            among_missing = and_(first.is_(None), compare(columns[1], keys[1]))
            return [among_missing, first.is_not(None)] if backward else [among_missing]
        left, right = (tuple_(*columns), tuple_(*keys)) if len(columns) > 1 else (first, keys[0])
        follow = [first.is_(None)] if self.keys[0].nullable and not backward else []
        return [compare(left, right), *follow]


_COMPARISONS: Mapping[tuple[bool, bool], Callable[[Any, Any], ColumnElement[bool]]] = {
    (True, False): operator.gt,
    (True, True): operator.ge,
    (False, False): operator.lt,
    (False, True): operator.le,
}
"""By whether later rows have the larger keys, and whether the cursor's own row counts."""


@lru_cache(maxsize=1024)
def decode_cursor(cursor: str, tag: str, keys: tuple[SortKey, ...]) -> tuple[Any, ...]:
    """The values of an order's keys in a cursor; ValueError when it is garbage or belongs elsewhere."""
    if len(cursor) > LONGEST_CURSOR:
        raise ValueError("too long")
    found, _, text = bytes.fromhex(cursor).decode("utf-8").partition("|")
    if found != tag:
        raise ValueError("another connection's cursor")
    values = json.loads(text)
    if not isinstance(values, list) or len(values) != len(keys):
        raise ValueError("no keys")
    if not all(_fits(value, key) for value, key in zip(values, keys, strict=True)):
        raise ValueError("keys of other types")
    return tuple(values)


def decode_sequence(cursor: str) -> int:
    """The place in the event log that a cursor names; ValueError when it is garbage."""
    if len(cursor) > LONGEST_NUMBER or not (cursor.isascii() and cursor.isdigit()) or int(cursor) > LARGEST_INTEGER:
        raise ValueError("no sequence number")
    return int(cursor)


def _fits(value: Any, key: SortKey) -> bool:
    if value is None:
        return key.nullable
    if key.column in WHOLE_KEYS:
        return type(value) is int and abs(value) <= LARGEST_INTEGER
    return isinstance(value, str) and value.isprintable()


def cursor_key(order: Order, argument: str, place: int) -> Any:
    """Reads one key of the cursor in `argument`; raises ArgumentFault CURSOR_INVALID."""

    def read(arguments: Mapping[str, Any]) -> Any:
        try:
            cursor = arguments[argument]
            return decode_cursor(cursor, order.tag, order.keys)[place] if order.tag else decode_sequence(cursor)
        except (ValueError, RecursionError):
            message = f"`{argument}` is no cursor of this connection and order; use one from its pageInfo or edges."
            raise ArgumentFault(ErrorCode.CURSOR_INVALID, argument, message) from None

    return read


def is_backward(arguments: Mapping[str, Any]) -> bool:
    """Whether a page is read towards the beginning; raises ArgumentFault PARAMETERS_EXCLUSIVE for what can't be
    combined."""
    first, after, last, before = (arguments.get(name) is not None for name in PAGE_ARGUMENTS)
    for one, both, name in ((first, last, "last"), (after, before, "before")):
        if one and both:
            other = "first" if name == "last" else "after"
            raise ArgumentFault(ErrorCode.PARAMETERS_EXCLUSIVE, name, f"Give `{other}` or `{name}`, not both of them.")
    return last or (before and not first)


def page_size(arguments: Mapping[str, Any]) -> int:
    """How many rows are asked for; raises ArgumentFault PARAMETER_INVALID_INTEGER outside of 1 to 100."""
    for name in ("first", "last"):
        size = arguments.get(name)
        if size is not None:
            if 1 <= size <= LARGEST_PAGE:
                return int(size)
            message = f"`{name}` is {size}; ask for 1 to {LARGEST_PAGE} and read on with a cursor."
            raise ArgumentFault(ErrorCode.PARAMETER_INVALID_INTEGER, name, message)
    return DEFAULT_PAGE
