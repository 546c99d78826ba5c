"""Checks of what is only there to be found by: columns that follow from others, and the labels of invoices."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal_column, select, tuple_, union_all
from sqlmodel import SQLModel

from invoice_graph.store import tables
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement, members
from invoice_graph.store.rows import Derived, derived_columns, table_of
from invoice_graph.store.verification.checks import Check, Found, key_of, query, sentence

_KINDS = [getattr(tables, name) for name in tables.__all__]
_DERIVING = [kind for kind in _KINDS if isinstance(kind, type) and issubclass(kind, SQLModel) and derived_columns(kind)]

_CHUNK = 10_000
"""Rows that are looked through at a time."""


def _labels_match() -> CompoundSelect[Any]:
    invoice, label = table_of(tables.Invoice).alias("i"), table_of(tables.InvoiceLabel).alias("l")
    detail = members(invoice.c.details, "e")
    labelled = select(invoice.c.account_id, invoice.c.id, detail.c.key, detail.c.value).select_from(invoice, detail)
    labels = select(label.c.account_id, label.c.invoice_id.label("id"), label.c.key, label.c.value)
    lacking, beyond = labelled.except_(labels).subquery("m").c, labels.except_(labelled).subquery("o").c
    missing = sentence("has no label for ", lacking.key, " of its metadata")
    wrong = sentence("has a label for ", beyond.key, " that is not in its metadata")
    return union_all(select(lacking.account_id, lacking.id, missing), select(beyond.account_id, beyond.id, wrong))


async def _find_stale(connection: Connection) -> list[Found]:
    return [found for kind in _DERIVING for found in await _stale(connection, kind)]


async def _stale(connection: Connection, kind: type[SQLModel]) -> list[Found]:
    """The rows of a table in which a column does not follow from its source."""
    derived = derived_columns(kind)
    first, further = _pages(kind, derived)
    found: list[Found] = []
    rows = await connection.rows(first)
    while rows:
        found += [fault for row in rows for fault in _faults(row, derived)]
        after = {f"after_{place}": value for place, value in enumerate(rows[-1][2 : -2 * len(derived)])}
        rows = await connection.rows(further, after)
    return found


def _faults(row: Sequence[Any], derived: Sequence[Derived]) -> Iterator[Found]:
    told = row[-2 * len(derived) :]
    for (name, source, derive), text, value in zip(derived, told[::2], told[1::2], strict=True):
        if (text and derive(text)) != value:
            yield row[0], row[1], f"has a {name} that does not follow from its {source}"


@cache
def _pages(kind: type[SQLModel], derived: tuple[Derived, ...]) -> tuple[Statement, Statement]:
    """The statements for the first rows and for those after some key: account, id, key, then each source with what
    is derived from it."""
    table = table_of(kind)
    key = list(table.primary_key.columns)
    told = [table.c[column] for name, source, _ in derived for column in (source, name)]
    columns = [table.c.account_id, table.c[key_of(table)], *key, *told]
    labelled = [column.label(f"c{place}") for place, column in enumerate(columns)]
    page = select(*labelled).order_by(*key).limit(literal_column(str(_CHUNK)))
    after = tuple_(*(bindparam(f"after_{place}", type_=column.type) for place, column in enumerate(key)))
    return Statement(page), Statement(page.where(tuple_(*key) > after))


DERIVED_CHECKS = (
    Check("derived-columns", "columns to search by follow from those they are made of", _find_stale),
    Check("labels", "an invoice's labels are its metadata", query(_labels_match())),
)
