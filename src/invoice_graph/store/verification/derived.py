"""Checks of what is only there to be found by: columns that follow from others, and the labels of invoices."""

from sqlmodel import SQLModel

from invoice_graph.store import tables
from invoice_graph.store.database import Connection
from invoice_graph.store.rows import Derived, derived_columns, table_of
from invoice_graph.store.verification.checks import Check, Found, key_of, query

_KINDS = [getattr(tables, name) for name in tables.__all__]
_DERIVING = [kind for kind in _KINDS if isinstance(kind, type) and issubclass(kind, SQLModel) and derived_columns(kind)]

_CHUNK = 10_000
"""Rows that are looked through at a time."""

_LABELLED = "SELECT i.account_id, i.id, e.key, e.value FROM invoice AS i, json_each(i.details) AS e"
_LABELS = "SELECT account_id, invoice_id, key, value FROM invoice_label"
_LABELS_MATCH = f"""
    SELECT account_id, id, 'has no label for ' || key || ' of its metadata'
    FROM ({_LABELLED} EXCEPT {_LABELS})
    UNION ALL
    SELECT account_id, invoice_id, 'has a label for ' || key || ' that is not in its metadata'
    FROM ({_LABELS} EXCEPT {_LABELLED})
"""


async def _find_stale(connection: Connection) -> list[Found]:
    columns = [(kind, column) for kind in _DERIVING for column in derived_columns(kind)]
    return [found for kind, column in columns for found in await _stale(connection, kind, column)]


async def _stale(connection: Connection, kind: type[SQLModel], column: Derived) -> list[Found]:
    name, source, derive = column
    table = table_of(kind)
    sql = f"""SELECT rowid, account_id, "{key_of(table)}", "{source}", "{name}" FROM "{table.name}"
              WHERE rowid > :after ORDER BY rowid LIMIT {_CHUNK}"""
    found: list[Found] = []
    after = -1
    while rows := await connection.rows(sql, {"after": after}):
        wrong = [(account_id, id) for _, account_id, id, text, derived in rows if (text and derive(text)) != derived]
        found += [(account_id, id, f"has a {name} that does not follow from its {source}") for account_id, id in wrong]
        after = rows[-1][0]
    return found


DERIVED_CHECKS = (
    Check("derived-columns", "columns to search by follow from those they are made of", _find_stale),
    Check("labels", "an invoice's labels are its metadata", query(_LABELS_MATCH)),
)
