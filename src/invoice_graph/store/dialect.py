"""Everything that differs between databases: how statements are spelled and how connections are set up."""

from typing import Any

from sqlalchemy import Executable, Integer, Text, cast, func, literal_column, select
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause
from sqlmodel import SQLModel

Parameters = dict[str, Any]

DIALECT = SQLiteDialect_pysqlite(paramstyle="named")

CONNECTION_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = {busy_milliseconds}",
    "PRAGMA cache_size = -16384",
    "PRAGMA mmap_size = 1073741824",
    "PRAGMA temp_store = MEMORY",
)
WRITER_SETTINGS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = {synchronous}")
BEGIN_WRITE = "BEGIN IMMEDIATE"
CHANGE_COUNTER = "PRAGMA data_version"
QUERY_PLAN = "EXPLAIN QUERY PLAN "
LOCKED_MESSAGES = ("database is locked", "database table is locked")


def spell(statement: Executable) -> tuple[str, Parameters]:
    """A statement as text with named parameters, and the values it already carries."""
    compiled = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
    return str(compiled), dict(compiled.params)


def create_statements() -> list[str]:
    """The statements that make an empty database, in order."""
    tables = SQLModel.metadata.sorted_tables
    statements: list[Any] = [CreateTable(item, if_not_exists=True) for item in tables]
    statements += [CreateIndex(index, if_not_exists=True) for item in tables for index in sorted_indexes(item)]
    return [str(statement.compile(dialect=DIALECT)) for statement in statements]


def sorted_indexes(item: Any) -> list[Any]:
    """A table's indexes by name, so that two databases are made alike."""
    return sorted(item.indexes, key=lambda index: str(index.name))


def quoted(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A text or a number as JSON; `null` for NULL."""
    return func.json_quote(value, type_=Text)


def stored_json(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A JSON column as JSON; `null` for NULL."""
    return func.coalesce(cast(value, Text), literal_column("'null'"), type_=Text)


def member(document: ColumnElement[Any], key: str) -> ColumnElement[str]:
    """The JSON text of a member of a JSON object; NULL where there is none."""
    return document.op("->")(literal_column(f"'$.{key}'"))


def member_text(document: ColumnElement[Any], key: str) -> ColumnElement[str]:
    """A member of a JSON object that is a text, without quotes; NULL where there is none."""
    return document.op("->>")(literal_column(f"'$.{key}'"))


def concatenated(item: ColumnElement[Any]) -> ColumnElement[str]:
    """The texts of a group joined by commas, in the order of the subquery they come from."""
    return func.coalesce(func.group_concat(item, literal_column("','")), literal_column("''"), type_=Text)


def entries(document: ColumnElement[Any], alias: str) -> FromClause:
    """The members of a JSON object or array as rows (key, value)."""
    return func.json_each(document).table_valued("key", "value", name=alias)


def among(value: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a value is in a parameter that holds a JSON array."""
    return value.in_(select(entries(parameter, "chosen").c.value))


def hexadecimal(value: ColumnElement[Any]) -> ColumnElement[str]:
    """The UTF-8 bytes of a text in upper-case hexadecimal digits."""
    return func.hex(value, type_=Text)


def contains(value: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a text contains another, letter for letter."""
    return func.instr(value, parameter) > 0


def exact_sum(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of a group's integers: exact within 2^53, and beyond it at least as large, never an error.

    SQLite's own SUM fails beyond 2^63; sums of halves do not, and `+` goes over to floating point.
    """
    upper, lower = (func.sum(value.op(half)(literal_column(bits))) for half, bits in ((">>", "26"), ("&", "67108863")))
    return upper * literal_column("67108864") + lower


def padded(value: ColumnElement[int], width: int) -> ColumnElement[str]:
    """A number with zeros in front, at least so many digits long."""
    return func.printf(literal_column(f"'%0{width}d'"), value, type_=Text)


def number(value: ColumnElement[Any], required: bool) -> ColumnElement[str]:
    """An integer as JSON; `null` for NULL."""
    return value if required else func.coalesce(value, literal_column("'null'"), type_=Text)


def first_of(array: ColumnElement[str]) -> ColumnElement[str]:
    """The first element of a JSON array, as JSON; NULL when it is empty."""
    return array.op("->")(literal_column("'$[0]'"))


def last_of(array: ColumnElement[str]) -> ColumnElement[str]:
    """The last element of a JSON array, as JSON; NULL when it is empty."""
    return array.op("->")(literal_column("'$[#-1]'"))


def truncated(value: ColumnElement[Any]) -> ColumnElement[int]:
    """A decimal text without its fraction."""
    return cast(value, Integer)
