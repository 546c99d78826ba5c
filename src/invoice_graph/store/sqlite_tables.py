"""Makes and upgrades the tables of a SQLite file."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from invoice_graph.store.connection import DatabaseUnusable
from invoice_graph.store.ddl import create_statements
from invoice_graph.store.dialect import SQLITE
from invoice_graph.store.migrations import upgrading
from invoice_graph.store.revisions import (
    FIRST_REVISION_VERSION,
    NEWEST,
    READ,
    RECORD,
    REVISIONS,
    SCHEMA_VERSION,
    Step,
    newer,
    next_step,
    recorded,
)
from invoice_graph.store.statistics import statistics_statements

Execute = Callable[[str], Awaitable[Sequence[Any]]]
"""Runs a statement and returns its rows."""

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"


async def check_tables(execute: Execute, migrate: bool) -> Step:
    """What brings a file to the newest revision; raises DatabaseUnusable as `next_step` does."""
    return next_step(await _revision(execute), migrate)


async def prepare_tables(execute: Execute, path: Path, migrate: bool) -> None:
    """Brings a file to the newest revision. Of several processes one does it; the others wait for that.

    Raises DatabaseUnusable.
    """
    while (step := await check_tables(execute, migrate)) is not Step.NOTHING:
        await (_create(execute) if step is Step.CREATE else upgrading.upgrade_sqlite(path))


async def _revision(execute: Execute) -> str | None:
    """The revision that a file has; None when it is empty."""
    ((version,),) = await execute("PRAGMA user_version")
    names = {name for (name,) in await execute(_TABLES)}
    if version > SCHEMA_VERSION:
        raise newer(version)
    if RECORD in names:
        return recorded(next((revision for (revision,) in await execute(READ)), None))
    if version == FIRST_REVISION_VERSION:
        return REVISIONS[0]
    if version or names:
        raise DatabaseUnusable(_foreign(version))
    return None


def _foreign(version: int) -> str:
    if version:
        return f"The database has schema {version}, too old to be upgraded to {NEWEST}; name another file."
    return "The database has tables that this program did not make; name another file."


async def _create(execute: Execute) -> None:
    await execute("BEGIN IMMEDIATE")
    try:
        # Another process may have made them while this one waited.
        if await _revision(execute) is None:
            for statement in (*create_statements(SQLITE), *statistics_statements()):
                await execute(statement)
            await execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except BaseException:
        await execute("ROLLBACK")
        raise
    await execute("COMMIT")
