"""Somebody who changes a database behind the program's back, and books that are kept once and restored."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from databases import databases, dump
from psycopg.errors import CheckViolation
from sqlmodel import SQLModel

Tables = dict[str, list[Any]]
"""The rows of each table."""

Run = Callable[[str], list[Any]]
"""Runs statements and returns the rows of the last one."""


@contextmanager
def vandal(path: Path) -> Iterator[Run]:
    """What runs statements on the database that a path names, stopped by no constraint; committed after the block."""
    with _driver(path) as driver:
        yield lambda sql: [row for statement in sql.split(";") for row in _run(driver, statement, path)]
        driver.commit()


def restore(path: Path, tables: Tables) -> None:
    """Replaces everything that a database holds."""
    place = "?" if databases.kind == "sqlite" else "%s"
    with _driver(path) as driver:
        for table in reversed(SQLModel.metadata.sorted_tables):
            driver.execute(f'DELETE FROM "{table.name}"')
        for name, rows in tables.items():
            places = ", ".join(place for _ in SQLModel.metadata.tables[name].columns)
            driver.cursor().executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)
        driver.commit()


def kept(path: Path) -> Tables:
    """Everything that a database holds."""
    return dump(path)


@contextmanager
def _driver(path: Path) -> Iterator[Any]:
    if databases.kind == "sqlite":
        with closing(sqlite3.connect(path)) as file:
            file.executescript("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            yield file
        return
    with psycopg.connect(databases.url(path).replace("+asyncpg", "")) as connection:
        # Nothing that refers to something else is looked at; a rule of a single row is dropped when it is in the way.
        connection.execute("SET session_replication_role = replica")
        yield connection


def _run(driver: Any, statement: str, path: Path) -> list[Any]:
    if statement.startswith("DROP"):
        databases.spoil(path)
    if databases.kind == "sqlite":
        return list(driver.execute(statement))
    while True:
        try:
            with driver.transaction():
                done = driver.execute(statement)
                return done.fetchall() if done.description else []
        except CheckViolation as refusal:
            databases.spoil(path)
            rule = refusal.diag
            driver.execute(f'ALTER TABLE "{rule.table_name}" DROP CONSTRAINT "{rule.constraint_name}"')
