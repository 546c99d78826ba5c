"""Empty databases for tests: a path names one, which is a file of SQLite or a database of a PostgreSQL server.

Tests that ask for the fixture `kind` run on both. The server is named by INVOICE_GRAPH_TEST_POSTGRES, as a URL with the
right to create databases; each process of a test run makes its own there, uses them again for test after test, and
drops them at its end. Those of a process that was killed are dropped by the next run.
"""

import asyncio
import contextlib
import functools
import os
import secrets
import sqlite3
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlmodel import SQLModel

from invoice_graph.store.database import open_database

VARIABLE = "INVOICE_GRAPH_TEST_POSTGRES"
SERVER = os.environ.get(VARIABLE)
SCHEMES = {"sqlite": "sqlite+aiosqlite:///", "postgres": "postgresql+asyncpg://"}
absent = pytest.mark.skipif(SERVER is None, reason=f"{VARIABLE} names no PostgreSQL server")
KINDS = [pytest.param("sqlite"), pytest.param("postgres", marks=absent)]

_TABLES = [f'"{table.name}"' for table in SQLModel.metadata.sorted_tables]
# As a superuser: whatever refers to what, everything goes.
_EMPTY = "SET session_replication_role = replica; " + "".join(f"DELETE FROM {name}; " for name in reversed(_TABLES))
# Where each row is, and which transaction wrote it.
_VERSIONS_OF_ROWS = "SELECT " + ", ".join(
    f"(SELECT sum(hashtext(ctid::text || xmin::text)) FROM {name})" for name in _TABLES
)
# Statistics and dead rows are a test's own matter: what the server does in between would change plans now and then.
_UNTENDED = "".join(f"ALTER TABLE {name} SET (autovacuum_enabled = off); " for name in _TABLES)
_CLEANED_AFTER = 20
"""Tests after which the dead rows of a database are cleared away."""

_PREFIX = "invoice_graph_run_"
"""What the names of databases begin with; the run follows."""

_LEFT_BEHIND = """
SELECT datname FROM pg_database WHERE starts_with(datname, %s)
AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE starts_with(pg_database.datname, application_name || '_'))
"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


class Databases:
    """Where a process's tests get their databases from."""

    def __init__(self) -> None:
        self.kind: str | None = None
        """The kind that the running test is about."""

        self._run = f"{_PREFIX}{secrets.token_hex(4)}"
        self._keeper: psycopg.Connection[Any] | None = None
        self._idle: list[str] = []
        self._taken: dict[Path, str] = {}
        self._spoilt: set[Path] = set()
        self._uses: Counter[str] = Counter()
        self._models: dict[Callable[[str], None], str] = {}

    def url(self, path: Path, kind: str | None = None, made: bool = True) -> str:
        """The URL of the database that a path names, one without rows when the path is new; of the kind that the test
        is about unless it names one. A file is there already unless it is not to be `made`."""
        kind = kind or self.kind
        assert kind, "Ask for the fixture `kind`, so that the test runs on both."
        if kind == "sqlite":
            if made and not path.exists():
                path.write_bytes(_file())
            return f"{SCHEMES['sqlite']}{path}"
        path = path.resolve()
        if path not in self._taken:
            self._taken[path] = self._idle.pop() if self._idle else self._create()
        return _sibling(self._taken[path])

    @contextlib.contextmanager
    def of(self, kind: str) -> Iterator[None]:
        """Databases are of a kind, whatever the running test is about."""
        before, self.kind = self.kind, kind
        try:
            yield
        finally:
            self.kind = before

    def prepared(self, path: Path, prepare: Callable[[str], None]) -> str:
        """The URL of the database that a path names, of the kind that the test is about, with what `prepare` puts into
        one whose URL it is given: once in this process, for there are copies afterwards."""
        if self.kind == "sqlite":
            path.write_bytes(prepared_file(prepare))
            return self.url(path)
        if prepare not in self._models:
            self._models[prepare] = self._create()
            prepare(_sibling(self._models[prepare]))
        self._taken[path.resolve()] = self._create(self._models[prepare])
        self.spoil(path)
        return self.url(path)

    def give_back(self, folder: Path) -> None:
        """Empties the databases that paths of a folder name, for the next test."""
        for path in [path for path in self._taken if path.is_relative_to(folder.resolve())]:
            if path in self._spoilt:
                self._spoilt.remove(path)
                self.forget(path)
                continue
            name = self._taken.pop(path)
            with _connected(name) as connection:
                connection.execute(_OTHERS, (name,))
                connection.execute(_EMPTY)
                self._uses[name] += 1
                if self._uses[name] % _CLEANED_AFTER == 0:
                    connection.execute("VACUUM")
            self._idle.append(name)

    def spoil(self, path: Path) -> None:
        """Has the database that a path names dropped after the test: its tables are not what they were."""
        self._spoilt.add(path.resolve())

    def forget(self, path: Path) -> None:
        """Drops the database that a path names: its tables are not what they were."""
        _drop(self._taken.pop(path.resolve()))

    def drop_all(self) -> None:
        """Drops every database that was made."""
        for name in (*self._idle, *self._taken.values(), *self._models.values()):
            _drop(name)
        self._idle, self._taken, self._models = [], {}, {}
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None

    def _create(self, model: str | None = None) -> str:
        """A new database, with the tables alone or with all that another one has, which nobody uses."""
        self._keeper = self._keeper or _keep(self._run)
        name = f"{self._run}_{secrets.token_hex(4)}"
        with _connected() as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {model or 'template0'}")
            # There is nothing to lose, so the disk is not waited for.
            connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        if model is None:
            _in_a_thread(_sibling(name))
            with _connected(name) as connection:
                connection.execute(_UNTENDED)
        return name


databases = Databases()


Ask = Callable[[str], list[dict[str, Any]]]
"""Returns all rows of a statement by the names of their columns."""


@contextlib.contextmanager
def asking(path: Path) -> Iterator[Ask]:
    """A connection to a database from outside of the server, for reading."""
    if databases.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            file.row_factory = sqlite3.Row
            yield lambda sql: [dict(row) for row in file.execute(sql)]
    else:
        with _connected(databases.url(path).rpartition("/")[2]) as connection:
            yield lambda sql: connection.cursor(row_factory=dict_row).execute(sql).fetchall()


def rows(path: Path, sql: str) -> list[dict[str, Any]]:
    """All rows of a statement by the names of their columns, from outside of the server."""
    with asking(path) as ask:
        return ask(sql)


def dump(path: Path, left_out: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Everything in the tables but for some."""
    names = sorted(set(SQLModel.metadata.tables) - set(left_out))
    with asking(path) as ask:
        held = {name: ask(f'SELECT * FROM "{name}"') for name in names}
    return {name: sorted((tuple(row.values()) for row in found), key=repr) for name, found in held.items()}


def analyze(path: Path) -> None:
    """Lets a database find out about its own rows, as PostgreSQL does by itself from time to time."""
    if databases.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as file, file:
            file.execute("ANALYZE")
    else:
        with _connected(databases.url(path).rpartition("/")[2]) as connection:
            # Which rows everybody sees is known once their commits are on disk: those before this one are, too.
            connection.execute("SET synchronous_commit = on")
            connection.execute("SELECT pg_current_xact_id()")
            # Rows of earlier tests leave indexes wide, which makes them look dear.
            connection.execute("REINDEX SCHEMA public")
            connection.execute("VACUUM ANALYZE")


@contextlib.contextmanager
def commits(path: Path) -> Iterator[Callable[[], Any]]:
    """Tells something that is different after each commit that wrote, and the same after a rollback."""
    if databases.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
            yield lambda: file.execute("PRAGMA data_version").fetchone()[0]
    else:
        with _connected(databases.url(path).rpartition("/")[2]) as connection:
            yield lambda: connection.execute(_VERSIONS_OF_ROWS).fetchone()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps everybody else from writing."""
    if databases.kind == "sqlite":
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield
    else:
        with _connected(databases.url(path).rpartition("/")[2]) as connection, connection.transaction():
            connection.execute(f"LOCK TABLE {', '.join(_TABLES)} IN EXCLUSIVE MODE")
            yield


@contextlib.contextmanager
def _connected(name: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(_address(name), autocommit=True) as connection:
        yield connection


def _address(name: str | None = None) -> str:
    assert SERVER is not None
    return (_sibling(name) if name else SERVER).replace("+asyncpg", "")


def _sibling(name: str) -> str:
    """The URL of another database of the server."""
    assert SERVER is not None
    return f"{SERVER.rpartition('/')[0]}/{name}"


def _keep(run: str) -> "psycopg.Connection[Any]":
    """A session that shows that a run goes on. Databases of runs that have none are dropped."""
    keeper = psycopg.connect(_address(), autocommit=True, application_name=run)
    for (name,) in keeper.execute(_LEFT_BEHIND, (_PREFIX,)).fetchall():
        # Others may be about to do so, too.
        with contextlib.suppress(psycopg.Error):
            _drop(name)
    return keeper


def _drop(name: str) -> None:
    with _connected() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@functools.cache
def _file() -> bytes:
    """A file with tables and without rows, made once: that takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        _in_a_thread(f"{SCHEMES['sqlite']}{path}")
        return path.read_bytes()


@functools.cache
def prepared_file(prepare: Callable[[str], None]) -> bytes:
    """A file with what is put into it, made once."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as elsewhere:
        path = Path(folder) / "prepared.db"
        # A browser that other tests have open keeps an event loop running in this thread.
        elsewhere.submit(prepare, f"{SCHEMES['sqlite']}{path}").result()
        return path.read_bytes()


def _in_a_thread(url: str) -> None:
    """Makes the tables, whether or not this thread has an event loop already."""

    async def make() -> None:
        await (await open_database(url, readers=1)).close()

    thread = threading.Thread(target=asyncio.run, args=(make(),))
    thread.start()
    thread.join()
