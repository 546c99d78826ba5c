"""What the tables of a database are like, down to the last index, and databases that have none yet."""

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from databases import SCHEMES, SERVER, databases

Shape = dict[str, list[tuple[Any, ...]]]

_numbers = itertools.count(1)

_POSTGRES = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
        LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    """,
    "rules": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}
_SQLITE = {
    "tables": """
        SELECT name, strict, wr FROM pragma_table_list
        WHERE schema = 'main' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'
    """,
    "columns": """
        SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
        FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    """,
    "references": """
        SELECT t.name, k.id, k.seq, k."table", k."from", k."to", k.on_update, k.on_delete
        FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k WHERE t.type = 'table'
    """,
    "indexes": """
        SELECT t.name, i.name, i."unique", i.origin, i.partial, c.seqno, c.name, c."desc", c.coll
        FROM sqlite_schema AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS c WHERE t.type = 'table'
    """,
    "partial": "SELECT name, substr(sql, instr(sql, ' WHERE ')) FROM sqlite_schema WHERE sql LIKE '% WHERE %'",
    "version": "PRAGMA user_version",
}


def shape(url: str) -> Shape:
    """All about the tables of a database that makes a difference; the order of columns does not."""
    questions = _SQLITE if url.startswith(SCHEMES["sqlite"]) else _POSTGRES
    found = {name: sorted(map(tuple, ask(url, sql)), key=repr) for name, sql in questions.items()}
    if questions is _SQLITE:
        texts = ask(url, "SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
        if any(name == "sqlite_stat1" for name, _ in texts):
            found["sizes"] = sorted(ask(url, "SELECT tbl, idx, stat FROM sqlite_stat1"))
        found["rules"] = sorted((name, line) for name, sql in texts for line in _rules(sql))
    return found


def _rules(sql: str) -> list[str]:
    lines = (line.strip().rstrip(",") for line in sql.splitlines())
    return [line for line in lines if "CHECK" in line]


def ask(url: str, sql: str) -> list[Any]:
    """The rows of a statement, from outside of the program; what it writes is kept."""
    if url.startswith(SCHEMES["sqlite"]):
        with contextlib.closing(sqlite3.connect(url.removeprefix(SCHEMES["sqlite"]), isolation_level=None)) as file:
            return file.execute(sql).fetchall()
    with psycopg.connect(url.replace("+asyncpg", ""), autocommit=True) as connection:
        cursor = connection.execute(sql)  # type: ignore[call-overload]
        return cursor.fetchall() if cursor.description else []


def dump(url: str, left_out: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Everything in the tables but for some."""
    names = sorted({name for name, *_ in shape(url)["columns"]} - set(left_out))
    return {name: sorted(map(tuple, ask(url, f'SELECT * FROM "{name}"')), key=repr) for name in names}


@contextlib.contextmanager
def without_tables(folder: Path, kind: str | None = None, options: str = "") -> Iterator[str]:
    """The URL of a database of the kind under test that has no tables. It is gone afterwards."""
    name = f"invoice_graph_bare_{os.getpid()}_{next(_numbers)}"
    if (kind or databases.kind) == "sqlite":
        yield f"{SCHEMES['sqlite']}{folder / name}.db"
        return
    assert SERVER is not None
    ask(SERVER, f"CREATE DATABASE {name} TEMPLATE template0 {options or 'ENCODING UTF8'}")
    try:
        yield f"{SERVER.rpartition('/')[0]}/{name}"
    finally:
        ask(SERVER, f"DROP DATABASE {name} WITH (FORCE)")
