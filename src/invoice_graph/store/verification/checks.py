"""What a check of the books is, and how one is made of a statement."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import Table, Text, cast, literal_column, text
from sqlalchemy.sql.elements import ClauseElement, ColumnElement

from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold. Without account and object where the file itself is damaged."""

    check: str
    account_id: str | None
    object_id: str | None
    message: str


Found = tuple[str | None, str | None, str]
"""Account, object, message."""

Find = Callable[[Connection], Awaitable[list[Found]]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, and what finds where it does not."""

    name: str
    promise: str
    find: Find


def query(wanted: str | ClauseElement) -> Find:
    """A check that is one statement, which returns account, object and message of each row at fault."""
    statement = Statement(text(wanted) if isinstance(wanted, str) else wanted)

    async def find(connection: Connection) -> list[Found]:
        rows = await connection.rows(statement)
        return [(account_id, object_id, message) for account_id, object_id, message in rows]

    return find


def padded(number: str, width: int) -> str:
    """The SQL of a number with zeros in front, at least so many digits long."""
    return f"SUBSTR('{'0' * width}', LENGTH(CAST({number} AS TEXT)) + 1) || {number}"


def sentence(*parts: str | ColumnElement[Any]) -> ColumnElement[str]:
    """A message made of texts and columns."""
    told = [_quoted(part) if isinstance(part, str) else cast(part, Text) for part in parts]
    return reduce(lambda left, right: left.op("||")(right), told)


def _quoted(words: str) -> ColumnElement[str]:
    return literal_column("'" + words.replace("'", "''") + "'", Text)


def key_of(table: Table) -> str:
    """The column that names a table's row in a finding."""
    named = (name for name in ("id", "invoice_id") if name in table.c)
    return next(named, list(table.primary_key.columns)[-1].name)
