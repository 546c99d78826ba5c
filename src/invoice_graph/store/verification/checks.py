"""What a check of the books is, and how one is made of a statement."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import Table

from invoice_graph.store.database import Connection


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


def query(sql: str) -> Find:
    """A check that is one statement, which returns account, object and message of each row at fault."""

    async def find(connection: Connection) -> list[Found]:
        return [(account_id, object_id, message) for account_id, object_id, message in await connection.rows(sql)]

    return find


def key_of(table: Table) -> str:
    """The column that names a table's row in a finding."""
    named = (name for name in ("id", "invoice_id") if name in table.c)
    return next(named, list(table.primary_key.columns)[-1].name)
