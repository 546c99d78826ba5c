"""How rows, columns and constraints are declared."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKeyConstraint, Index, literal_column
from sqlalchemy import text as written
from sqlalchemy.orm.base import DEFAULT_STATE_ATTR
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, SQLModel

from invoice_graph.domain.money import CURRENCIES
from invoice_graph.store.dialect import Either
from invoice_graph.store.types import Exact, Flag, Json, Moment, Whole, Word


def _among(column: str, values: Iterable[str]) -> ColumnElement[bool]:
    # SQLite builds a table for every IN, anew for each row it checks, which takes longer than the rest of an INSERT.
    # PostgreSQL reads the text of a check anew for each statement, which for these takes longer than the rest of it,
    # unless it is an array.
    known = list(values)
    either = " OR ".join(f"{column} = '{value}'" for value in known)
    array = f"{column} = ANY ('{{{','.join(known)}}}'::text[])"
    return Either(literal_column(either, Boolean), literal_column(array, Boolean))


ONLY_ON = "only_on"
"""What is known of an index that one kind of database alone needs: the name of its dialect."""

CURRENCY_CHECK = _among("currency", CURRENCIES)


def text(**options: Any) -> Any:
    """A text column."""
    return Field(sa_type=Word, **options)


def whole(**options: Any) -> Any:
    """A 64-bit integer column."""
    return Field(sa_type=Whole, **options)


def flag(**options: Any) -> Any:
    """A boolean column."""
    return Field(sa_type=Flag, **options)


def moment(**options: Any) -> Any:
    """A column for a moment in UTC."""
    return Field(sa_type=Moment, **options)


def exact(**options: Any) -> Any:
    """A column for a decimal."""
    return Field(sa_type=Exact, **options)


def document(**options: Any) -> Any:
    """A column for JSON."""
    return Field(sa_type=Json, **options)


def one_of(column: str, kinds: type[StrEnum]) -> CheckConstraint:
    """The check that a column holds a member of an enum, or nothing."""
    return CheckConstraint(_among(column, (kind.value for kind in kinds)))


def belongs_to(column: str, table: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """The key of a row of the same account."""
    return ForeignKeyConstraint(["account_id", column], [f"{table}.account_id", f"{table}.id"], ondelete=ondelete)


def waiting(table: str, column: str) -> Index:
    """The index of the rows that wait for a moment: the few in which it is set."""
    present = written(f"{column} IS NOT NULL")
    return Index(f"{table}_waiting_{column}", column, sqlite_where=present, postgresql_where=present)


def falling(name: str, column: str) -> Index:
    """The index of an account's rows from the greatest value of a column down, those without one last.

    SQLite finds this order in the index of the rising values, PostgreSQL does not.
    """
    order = [written(f"{column} DESC NULLS LAST"), written("id DESC")]
    return Index(name, "account_id", *order, info={ONLY_ON: "postgresql"})


STRICT = {"sqlite_strict": True}


class Row(SQLModel):
    """A row of any table."""

    def __init__(self, **values: Any) -> None:
        # SQLModel checks nothing of a table's row either, but takes ten times as long to make one.
        constants, factories = _defaults(type(self))
        made = {name: make() for name, make in factories.items() if name not in values}
        self.__dict__.update(constants | made | values)

    def __setattr__(self, name: str, value: Any) -> None:
        # Past SQLAlchemy's attributes, which watch what nobody asks them for and take ten times as long.
        if name not in self.__pydantic_fields__ and name != DEFAULT_STATE_ATTR:
            raise AttributeError(f"{type(self).__name__} has no column {name}")
        self.__dict__[name] = value


@cache
def _defaults(kind: type[SQLModel]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """What a row's columns hold when they are not given, and what makes it."""
    fields = {name: field for name, field in kind.model_fields.items() if not field.is_required()}
    factories: dict[str, Any] = {name: field.default_factory for name, field in fields.items() if field.default_factory}
    return {name: field.default for name, field in fields.items() if name not in factories}, factories
