"""Upgrades a database in one transaction that others wait for."""

import asyncio
import sqlite3
from pathlib import Path
from threading import Lock

import asyncpg
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from invoice_graph.store.connection import DatabaseUnusable, one_line
from invoice_graph.store.revisions import FIRST_REVISION_VERSION, LOCK, NEWEST, RECORD, REVISIONS, SCHEMA_VERSION
from invoice_graph.store.statistics import statistics_statements

SECONDS_FOR_OTHERS = 3600
"""How long one process waits for another that upgrades the same file."""

INSUFFICIENT_PRIVILEGE = "42501"

_scripts = ScriptDirectory(str(Path(__file__).parent))
_alone = Lock()
"""Alembic's `op` is one for the whole process."""


async def upgrade_sqlite(path: Path, to: str = NEWEST) -> None:
    """Brings a file to a revision; raises DatabaseUnusable, and then leaves it as it was."""
    await asyncio.to_thread(_upgrade_sqlite, path, to)


async def upgrade_postgres(address: str, to: str = NEWEST) -> None:
    """Brings a database of a PostgreSQL server to a revision; raises DatabaseUnusable, and then leaves it as it was."""
    await asyncio.to_thread(_upgrade_postgres, address, to)


def _upgrade_sqlite(path: Path, to: str) -> None:
    engine = create_engine("sqlite://", creator=lambda: _connect(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with _alone, engine.begin() as connection:
            _upgrade_file(connection, to)
    except (DBAPIError, CommandError) as error:
        raise DatabaseUnusable(_failed(str(getattr(error, "orig", error)))) from error
    finally:
        engine.dispose()


def _connect(path: Path) -> sqlite3.Connection:
    # Without transactions of its own, which the driver would end before statements like CREATE TABLE.
    return sqlite3.connect(path, isolation_level=None, timeout=SECONDS_FOR_OTHERS)


def _upgrade_file(connection: Connection, to: str) -> None:
    context = _context(connection, to)
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version == FIRST_REVISION_VERSION and not context.get_current_heads():
        context.stamp(_scripts, REVISIONS[0])
    _run(context)
    if to == NEWEST:
        for statement in (*statistics_statements(), f"PRAGMA user_version = {SCHEMA_VERSION}"):
            connection.exec_driver_sql(statement)


def _upgrade_postgres(address: str, to: str) -> None:
    with _alone:
        asyncio.run(_upgrade_server(address, to))


async def _upgrade_server(address: str, to: str) -> None:
    patient = {"lock_timeout": "0", "statement_timeout": "0", "default_transaction_read_only": "off"}
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(address, server_settings=patient),
        poolclass=NullPool,
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            await connection.run_sync(lambda synchronous: _run(_context(synchronous, to)))
    except (DBAPIError, CommandError) as error:
        told = getattr(error, "orig", error)
        raise DatabaseUnusable(_failed(one_line(told), getattr(told, "sqlstate", None))) from error
    finally:
        await engine.dispose()


def _context(connection: Connection, to: str) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"fn": lambda heads, _context: _scripts._upgrade_revs(to, heads), "version_table": RECORD}
    )


def _run(context: MigrationContext) -> None:
    with Operations.context(context):
        context.run_migrations()


def _failed(reason: str, state: str | None = None) -> str:
    way_out = "; let the owner of its tables run `invoice-graph migrate`" if state == INSUFFICIENT_PRIVILEGE else ""
    return f"The database could not be upgraded to schema {NEWEST} and is as it was: {reason}{way_out}."
