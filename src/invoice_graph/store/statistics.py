"""What the database is told about the sizes of tables before there is anything in them.

Without this SQLite takes every account to have ten rows of everything, and so it reads through all of an account's
invoices rather than look one up by its label. The figures are those of accounts for which the choice matters.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Index, Table
from sqlmodel import SQLModel

from invoice_graph.store.ddl import sorted_indexes
from invoice_graph.store.dialect import SQLITE

ROWS = 1_000_000
ROWS_OF_ACCOUNT = 100_000
ROWS_OF_VALUE = 10
"""Rows of an account that have the same value in a column."""

ROWS_OF_FREQUENT_VALUE: Mapping[str, int] = {
    "account_id": ROWS_OF_ACCOUNT,
    "status": 20_000,
    "key": 20_000,
    "customer_id": 200,
    "total": 100,
    "amount_due": 100,
    "amount_remaining": 1000,
}
"""The columns in which more rows have the same value."""

BEGIN = "ANALYZE sqlite_schema"
"""Makes the table of statistics where it is missing, and reads it anew where it is not."""


def statistics_statements() -> list[str]:
    """The statements that replace the statistics of an empty database."""
    rows = [row for table in SQLModel.metadata.sorted_tables for row in _of_table(table)]
    values = ", ".join(f"('{table}', '{index}', '{sizes}')" for table, index, sizes in rows)
    return [BEGIN, "DELETE FROM sqlite_stat1", f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES {values}", BEGIN]


def _of_table(table: Table) -> Iterator[tuple[str, str, str]]:
    """Table, index, and rows: in all, and with equal values in the first column, the first two, and so on."""
    keys = {f"sqlite_autoindex_{table.name}_1": ([column.name for column in table.primary_key], True)}
    keys |= {str(index.name): (_columns(index), bool(index.unique)) for index in sorted_indexes(table, SQLITE)}
    for name, (columns, unique) in keys.items():
        if columns[0] == "account_id":
            yield table.name, name, " ".join(map(str, _sizes(columns, unique)))


def _columns(index: Index) -> list[str]:
    return [column.name for column in index.columns]


def _sizes(columns: list[str], unique: bool) -> list[int]:
    sizes = [ROWS]
    for column in columns:
        sizes.append(min(sizes[-1], ROWS_OF_FREQUENT_VALUE.get(column, ROWS_OF_VALUE)))
    return [*sizes[:-1], 1] if unique or columns[-1] == "id" else sizes
