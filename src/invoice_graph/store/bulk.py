"""Many rows at once, given as the database holds them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import SQLModel

from invoice_graph.store.database import Connection
from invoice_graph.store.dialect import Parameters, spell
from invoice_graph.store.rows import codec, table_of
from invoice_graph.store.tables import Invoice

_invoice = table_of(Invoice)
_CHOSEN = spell(
    select(_invoice.c.number).where(
        _invoice.c.account_id == bindparam("account_id"),
        _invoice.c.number.is_not(None),
        _invoice.c.number_prefix.is_(None),
    )
)[0]


def template(row: SQLModel) -> Parameters:
    """A row's columns as the database holds them, to make many of by replacing some."""
    return codec(type(row)).values(row)


async def insert_values(connection: Connection, kind: type[SQLModel], rows: Sequence[Parameters]) -> None:
    """New rows of one table; every row has every column."""
    await connection.many(_insert(kind), [codec(kind).fold(row) for row in rows])


async def update_values(
    connection: Connection, kind: type[SQLModel], key: Sequence[str], rows: Sequence[Parameters]
) -> None:
    """Changes the rows that the columns of `key` name; every row has the same columns."""
    if rows:
        rows = [codec(kind).fold(row) for row in rows]
        changed = tuple(name for name in rows[0] if name not in key)
        given = [{f"_{name}" if name in key else name: value for name, value in row.items()} for row in rows]
        await connection.many(_update(kind, tuple(key), changed), given)


async def chosen_numbers(connection: Connection, account_id: str) -> frozenset[str]:
    """The invoice numbers of an account that come from no sequence."""
    return frozenset(row[0] for row in await connection.rows(_CHOSEN, {"account_id": account_id}))


@cache
def _insert(kind: type[SQLModel]) -> str:
    return spell(insert(table_of(kind)))[0]


@cache
def _update(kind: type[SQLModel], key: tuple[str, ...], changed: tuple[str, ...]) -> str:
    table: Any = table_of(kind)
    statement = update(table).values({name: bindparam(name) for name in changed})
    return spell(statement.where(*(table.c[name] == bindparam(f"_{name}") for name in key)))[0]
