"""The tables as statements that make them."""

from typing import Any

from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from invoice_graph.store import tables
from invoice_graph.store.columns import ONLY_ON
from invoice_graph.store.dialect import Dialect
from invoice_graph.store.revisions import record_statements

__all__ = ["create_statements", "sorted_indexes", "tables"]


def create_statements(dialect: Dialect) -> list[str]:
    """The statements that make an empty database one of the newest revision, in order."""
    tables = SQLModel.metadata.sorted_tables
    statements: list[Any] = [CreateTable(item) for item in tables]
    statements += [CreateIndex(index) for item in tables for index in sorted_indexes(item, dialect)]
    return [*(str(statement.compile(dialect=dialect)) for statement in statements), *record_statements(dialect)]


def sorted_indexes(item: Any, dialect: Dialect) -> list[Any]:
    """The indexes that a table has on a database, by name, so that two databases are made alike."""
    own = [index for index in item.indexes if index.info.get(ONLY_ON, dialect.name) == dialect.name]
    return sorted(own, key=lambda index: str(index.name))
