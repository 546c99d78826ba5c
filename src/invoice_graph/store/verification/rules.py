"""What the tables themselves promise, looked at row by row: their checks, and that references lead somewhere."""

from textwrap import shorten
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint, Select, Table, and_, exists, select, text
from sqlmodel import SQLModel

from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import SQLITE, Statement, spell
from invoice_graph.store.verification.checks import Found, key_of

Rule = TypeVar("Rule", bound=Constraint)

_SHOWN = 80
"""How much of a constraint a message shows; the one on currencies names them all."""


async def find_broken_constraints(connection: Connection) -> list[Found]:
    """Rows that break a check of their table."""
    # SQLite's own check passes over these: it leaves them out where it opens a file read-only, and where it does not,
    # it builds their lists anew for every row. PostgreSQL looks at a row when it is written, and never again.
    found: list[Found] = []
    for table, rule in _rules(CheckConstraint):
        message = f"breaks a rule of {table.name}: {shorten(spell(rule.sqltext, SQLITE).sql, _SHOWN)}"
        broken = text(f"NOT ({spell(rule.sqltext, connection.dialect).sql})")
        found += await _found(connection, _of(table).where(broken), message)
    return found


async def find_orphans(connection: Connection) -> list[Found]:
    """Rows that refer to one that does not exist."""
    found: list[Found] = []
    for table, key in _rules(ForeignKeyConstraint):
        message = f"refers to a row of {key.referred_table.name} that does not exist"
        found += await _found(connection, _orphans(table, key), message)
    return found


def _rules(kind: type[Rule]) -> list[tuple[Table, Rule]]:
    tables = SQLModel.metadata.sorted_tables
    return [(table, rule) for table in tables for rule in table.constraints if isinstance(rule, kind)]


def _orphans(table: Table, key: ForeignKeyConstraint) -> Select[Any]:
    parent = key.referred_table.alias("parent")
    columns = [element.parent for element in key.elements]
    same = (column == parent.c[element.column.name] for column, element in zip(columns, key.elements, strict=True))
    given = (column.is_not(None) for column in columns if column.nullable)
    return _of(table).where(*given, ~exists().where(and_(*same)).select_from(parent).correlate(table))


def _of(table: Table) -> Select[Any]:
    return select(table.c.account_id, table.c[key_of(table)].label("key"))


async def _found(connection: Connection, wanted: Select[Any], message: str) -> list[Found]:
    rows = await connection.rows(Statement(wanted))
    return [(account_id, object_id, message) for account_id, object_id in rows]
