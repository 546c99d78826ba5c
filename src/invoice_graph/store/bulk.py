"""Many rows at once, given as the database holds them."""

from sqlalchemy import bindparam, select
from sqlmodel import SQLModel

from invoice_graph.store.database import Connection
from invoice_graph.store.dialect import Parameters, spell
from invoice_graph.store.rows import codec, insert_values, table_of, update_values
from invoice_graph.store.tables import Invoice

__all__ = ["chosen_numbers", "insert_values", "template", "update_values"]

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


async def chosen_numbers(connection: Connection, account_id: str) -> frozenset[str]:
    """The invoice numbers of an account that come from no sequence."""
    return frozenset(row[0] for row in await connection.rows(_CHOSEN, {"account_id": account_id}))
