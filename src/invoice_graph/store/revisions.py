"""Revisions of the tables: which one a database has, and what is to be done about it."""

from enum import Enum, auto

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table, insert, literal_column
from sqlalchemy.schema import CreateTable

from invoice_graph.store.connection import DatabaseUnusable
from invoice_graph.store.dialect import Dialect

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""All revisions, in order. `store/migrations/versions` has what each of them does."""

NEWEST = REVISIONS[-1]
RECORD = "alembic_version"
"""The table that tells a database's revision; Alembic's, and so of its making."""

SCHEMA_VERSION = 4
"""What `PRAGMA user_version` says of files that record their revision; programs from before refuse it as newer."""

FIRST_REVISION_VERSION = 3
"""What it says of files of the first revision, which do not record it."""

LOCK = 7363829
"""PostgreSQL's advisory lock of whoever makes or upgrades the tables, until the end of the transaction."""

READ = f"SELECT version_num FROM {RECORD}"

_record = Table(
    RECORD,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{RECORD}_pkc"),
)


class Step(Enum):
    """What brings a database to the newest revision."""

    NOTHING = auto()
    CREATE = auto()
    UPGRADE = auto()


def next_step(revision: str | None, allowed: bool) -> Step:
    """What is to be done with a database of this revision, None where it is empty.

    Raises DatabaseUnusable where there is something to be done but not allowed, and for revisions that are unknown.
    """
    if revision == NEWEST:
        return Step.NOTHING
    if revision is not None and revision not in REVISIONS:
        raise newer(revision)
    if not allowed:
        what = "is empty" if revision is None else f"has schema {revision}, older than this program's {NEWEST}"
        raise DatabaseUnusable(f"The database {what}; bring it there with `invoice-graph migrate`.")
    return Step.CREATE if revision is None else Step.UPGRADE


def recorded(revision: object) -> str:
    """The revision that a database's record holds; raises DatabaseUnusable for an empty one."""
    if revision is None:
        raise DatabaseUnusable(f"The database's table {RECORD} names no revision; name another database.")
    return str(revision)


def newer(revision: object) -> DatabaseUnusable:
    """The refusal of a database that a later program has upgraded."""
    return DatabaseUnusable(
        f"The database has schema {revision}, newer than this program's {NEWEST}; use the program that upgraded it."
    )


def record_statements(dialect: Dialect) -> list[str]:
    """The statements that record that a database has the newest revision."""
    record = insert(_record).values(version_num=literal_column(f"'{NEWEST}'"))
    return [str(statement.compile(dialect=dialect)) for statement in (CreateTable(_record), record)]
