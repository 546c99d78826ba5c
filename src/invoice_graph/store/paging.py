"""A table read page by page in the order of its key, alike from every database."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Integer, Table, bindparam, literal_column, select, tuple_

from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement
from invoice_graph.store.types import Flag

Key = tuple[Any, ...]
Page = list[tuple[Any, ...]]
BATCH_ROWS = 2000


class PagedTable:
    """A table in pages of so many rows, each row a tuple in the order of `names`."""

    def __init__(self, table: Table, rows: int) -> None:
        self.table = table
        self.names = [column.name for column in table.columns]
        self.integers = [place for place, column in enumerate(table.columns) if isinstance(column.type, Integer)]
        self._flags = [place for place, column in enumerate(table.columns) if isinstance(column.type, Flag)]
        self._key = [self.names.index(column.name) for column in table.primary_key.columns]
        self._references = [
            [self.names.index(column.name) for column in rule.columns]
            for rule in table.foreign_key_constraints
            if rule.referred_table is table
        ]
        self._first, self._next = self._statements(rows)

    def _statements(self, rows: int) -> tuple[Statement, Statement]:
        key = list(self.table.primary_key.columns)
        page = select(self.table).order_by(*key).limit(literal_column(str(rows)))
        end = tuple_(*(bindparam(f"end_{column.name}", type_=column.type) for column in key))
        return Statement(page), Statement(page.where(tuple_(*key) > end))

    async def page(self, connection: Connection, end: Key | None) -> Page:
        """The rows behind a key, or the first ones."""
        if end is None:
            found = await connection.rows(self._first)
        else:
            names = (self.names[place] for place in self._key)
            found = await connection.rows(self._next, {f"end_{n}": value for n, value in zip(names, end, strict=True)})
        return [tuple(row) for row in found]

    def key(self, row: tuple[Any, ...]) -> Key:
        """A row's primary key."""
        return tuple(row[place] for place in self._key)

    def latest_reference(self, rows: Page) -> Key:
        """The greatest key of this table that any of the rows refers to; () where none does."""
        named = (tuple(row[place] for place in reference) for reference in self._references for row in rows)
        return max((key for key in named if None not in key), default=())

    def with_booleans(self, rows: Page) -> Page:
        """The rows with True and False where SQLite has 1 and 0."""
        if not self._flags:
            return rows
        flags = set(self._flags)
        return [
            tuple(bool(value) if place in flags and value is not None else value for place, value in enumerate(row))
            for row in rows
        ]

    def cells_with(self, text: str, rows: Page) -> Iterator[tuple[Key, str]]:
        """Where a text occurs: keys and names of columns."""
        for row in rows:
            for name, value in zip(self.names, row, strict=True):
                if isinstance(value, str) and text in value:
                    yield self.key(row), name

    def first_difference(self, expected: Page, found: Page) -> Key:
        """The key of the first row in which two pages that are not equal differ."""
        pairs = zip(expected, found, strict=False)
        unlike = next((min(self.key(one), self.key(other)) for one, other in pairs if one != other), None)
        longer = max(expected, found, key=len)
        return self.key(longer[min(len(expected), len(found))]) if unlike is None else unlike
