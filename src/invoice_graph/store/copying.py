"""Copies a whole database into another one, of whichever kind each is.

Rows go over table by table, those first that others refer to, in the order of their keys. So what a target holds after
an interruption is the beginning of every table, and the next run goes on behind it without keeping any record.
"""

import sqlite3
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from asyncpg import exceptions as pg
from sqlalchemy import Table, func, select
from sqlmodel import SQLModel

from invoice_graph.store.connection import (
    Connection,
    Database,
    DatabaseUnavailable,
    DatabaseUnusable,
    InTheWay,
    StatementTimeout,
    one_line,
)
from invoice_graph.store.dialect import POSTGRES, Statement
from invoice_graph.store.paging import BATCH_ROWS, Key, Page, PagedTable
from invoice_graph.store.rows import table_of
from invoice_graph.store.tables import Lease

LEFT_OUT = {table_of(Lease)}
"""What belongs to an installation and not to its data."""

Progress = Callable[[str, int, int], None]
"""Is told what was done, to how many rows more, and of how many in all."""


class Uncopyable(DatabaseUnusable):
    """The target can't take the source's rows; the text is one line for the operator."""


class Copy:
    """The copy of a source to a target, whose tables are there."""

    def __init__(self, source: Database, target: Database, progress: Progress, batch_rows: int = BATCH_ROWS) -> None:
        self._source = source
        self._target = target
        self._progress = progress
        self._tables = [PagedTable(table, batch_rows) for table in copied_tables()]

    async def run(self) -> list[str]:
        """Copies what the target does not have yet, and compares every row; returns what differs nevertheless.

        All of it is as of one moment of the source. Raises Uncopyable, before anything is written where the target
        holds rows that are not the source's.
        """
        with _explained("The databases can't be read on"):
            return await self._run()

    async def _run(self) -> list[str]:
        async with self._source.snapshot() as origin:
            total = sum([await _count(origin, paged.table) for paged in self._tables])
            async with self._target.snapshot() as copied:
                ends = [await self._end(paged, origin, copied, total) for paged in self._tables]
            for paged, end in zip(self._tables, ends, strict=True):
                await self._copy(paged, origin, end, total)
            await self._analyze()
            async with self._target.snapshot() as copied:
                return [line for paged in self._tables for line in await self._compare(paged, origin, copied, total)]

    async def _end(self, paged: PagedTable, origin: Connection, copied: Connection, total: int) -> Key | None:
        """The key of the last row that the target has; raises Uncopyable when it has others than the source."""
        end: Key | None = None
        while rows := await paged.page(copied, end):
            if rows != (await paged.page(origin, end))[: len(rows)]:
                raise Uncopyable(
                    f"The target's table {paged.table.name} holds other rows than the source's: it was not empty, or "
                    "the source has changed since a copy was begun. Copy into an empty database."
                )
            end = paged.key(rows[-1])
            self._progress("rows copied", len(rows), total)
        return end

    async def _copy(self, paged: PagedTable, origin: Connection, end: Key | None, total: int) -> None:
        async for rows in _closed_batches(paged, origin, end):
            with _explained(f"The target did not take rows of {paged.table.name}"), _holdable(paged, rows):
                async with self._target.transaction() as connection:
                    await connection.load(paged.table.name, paged.names, self._fitting(paged, rows))
            self._progress("rows copied", len(rows), total)

    def _fitting(self, paged: PagedTable, rows: Page) -> Page:
        """The rows with truth as the target holds it; SQLite takes either way."""
        return paged.with_booleans(rows) if self._target.dialect is POSTGRES else rows

    async def _analyze(self) -> None:
        # SQLite's figures are given, PostgreSQL's would follow at some time, until which its plans were those of
        # empty tables.
        if self._target.dialect is POSTGRES:
            async with self._target.transaction() as connection:
                await connection.rows("ANALYZE " + ", ".join(f'"{paged.table.name}"' for paged in self._tables))

    async def _compare(self, paged: PagedTable, origin: Connection, copied: Connection, total: int) -> list[str]:
        """What differs between a table and its copy, in words."""
        here, there = Tally(paged), Tally(paged)
        different: Key | None = None
        while True:
            expected, found = await here.next_page(origin), await there.next_page(copied)
            if expected != found and different is None:
                different = paged.first_difference(expected, found)
            if not expected and not found:
                return list(_differences(here, there, different))
            self._progress("rows compared", len(expected), total)


class Tally:
    """A table as it is read: how many rows, and what its integers add up to."""

    def __init__(self, paged: PagedTable) -> None:
        self.paged = paged
        self.count = 0
        self.sums = dict.fromkeys(paged.integers, 0)
        self._end: Key | None = None

    async def next_page(self, connection: Connection) -> Page:
        """The next rows, counted and added up."""
        rows = await self.paged.page(connection, self._end)
        if rows:
            self._end = self.paged.key(rows[-1])
            self.count += len(rows)
            for place in self.sums:
                self.sums[place] += sum(row[place] for row in rows if row[place] is not None)
        return rows


def copied_tables() -> list[Table]:
    """The tables that are copied, those first that others refer to."""
    return [table for table in SQLModel.metadata.sorted_tables if table not in LEFT_OUT]


async def _count(connection: Connection, table: Table) -> int:
    return int((await connection.row(Statement(select(func.count()).select_from(table))))[0])


async def _closed_batches(paged: PagedTable, origin: Connection, end: Key | None) -> AsyncGenerator[Page, None]:
    """The rows behind a key in batches; a row that refers to a later one of its own table has that in its batch."""
    while rows := await paged.page(origin, end):
        while (last := paged.key(rows[-1])) < paged.latest_reference(rows):
            more = await paged.page(origin, last)
            if not more:
                break
            rows += more
        yield rows
        end = paged.key(rows[-1])


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turns what a database says into Uncopyable."""
    try:
        yield
    except (InTheWay, DatabaseUnavailable, StatementTimeout, pg.PostgresError, sqlite3.Error) as error:
        raise Uncopyable(
            f"{what}: {one_line(error)}; what was copied before is kept, and the same command goes on from there."
        ) from error


@contextmanager
def _holdable(paged: PagedTable, rows: Page) -> Iterator[None]:
    """Names the value when it is one that PostgreSQL can't hold."""
    try:
        yield
    except pg.CharacterNotInRepertoireError as error:
        key, column = next(paged.cells_with("\0", rows))
        raise Uncopyable(
            f"The row {_spelled(key)} of {paged.table.name} has a NUL character in {column}, which PostgreSQL can't "
            "hold; change it in the source."
        ) from error


def _differences(here: Tally, there: Tally, different: Key | None) -> Iterator[str]:
    name, names = here.paged.table.name, here.paged.names
    if here.count != there.count:
        yield f"{name}: {here.count} rows in the source, {there.count} in the target"
    for place, sum_here in here.sums.items():
        if sum_here != there.sums[place]:
            yield f"{name}.{names[place]}: sums to {sum_here} in the source, {there.sums[place]} in the target"
    if different is not None:
        yield f"{name}: {_spelled(different)} is the first row that differs"


def _spelled(key: Sequence[Any]) -> str:
    return " ".join(map(str, key))
