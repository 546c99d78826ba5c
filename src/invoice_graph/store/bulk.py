"""Many rows at once, given as the database holds them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlmodel import SQLModel

from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters, Statement
from invoice_graph.store.labels import labels_of
from invoice_graph.store.rows import codec, table_of, update_values
from invoice_graph.store.tables import Invoice, InvoiceLabel

__all__ = ["chosen_numbers", "load_values", "template", "update_values"]

_invoice = table_of(Invoice)
_CHOSEN = Statement(
    select(_invoice.c.number).where(
        _invoice.c.account_id == bindparam("account_id"),
        _invoice.c.number.is_not(None),
        _invoice.c.number_prefix.is_(None),
    )
)


def template(row: SQLModel) -> Parameters:
    """A row's columns as the database holds them, to make many of by replacing some."""
    return codec(type(row)).values(row)


async def load_values(connection: Connection, kind: type[SQLModel], rows: Sequence[Parameters]) -> None:
    """New rows of one table, all with the same columns; those that follow from others may be missing."""
    complete = [codec(kind).completed(values) for values in rows]
    if complete:
        names = list(complete[0])
        await connection.load(table_of(kind).name, names, [tuple(row[name] for name in names) for row in complete])
    if labels := labels_of(kind, complete):
        await load_values(connection, InvoiceLabel, labels)


async def chosen_numbers(connection: Connection, account_id: str) -> frozenset[str]:
    """The invoice numbers of an account that come from no sequence."""
    return frozenset(row[0] for row in await connection.rows(_CHOSEN, {"account_id": account_id}))
