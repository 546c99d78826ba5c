"""How revision 0001 declares columns, rules and indexes. The program's own ways may change; these may not."""

from collections.abc import Mapping
from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKeyConstraint, Integer, Text
from sqlalchemy import text as written

STRICT: Mapping[str, Any] = {"sqlite_strict": True}

CURRENCIES = (
    "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf bhd jod kwd omr tnd isk ugx aed afn all amd ang aoa "
    "ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve czk dkk dop dzd egp "
    "etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl "
    "mad mdl mkd mmk mnt mop mru mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd "
    "rub sar sbd scr sek sgd shp sle sos srd stn szl thb tjs top try ttd twd tzs uah usd uyu uzs wst xcd xcg yer zar "
    "zmw"
)


def text(names: str, null: bool = False) -> list[Column[Any]]:
    """Columns of text, compared byte by byte."""
    kind = Text().with_variant(Text(collation="C"), "postgresql")
    return [Column(name, kind, nullable=null) for name in names.split()]


def whole(names: str, null: bool = False) -> list[Column[Any]]:
    """Columns of 64-bit integers."""
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return [Column(name, kind, nullable=null) for name in names.split()]


def flag(names: str, null: bool = False) -> list[Column[Any]]:
    """Columns of booleans, 0 or 1 on SQLite."""
    kind = Boolean().with_variant(Integer(), "sqlite")
    return [Column(name, kind, nullable=null) for name in names.split()]


def among(column: str, values: str) -> CheckConstraint:
    """The rule that a column holds one of some words, or nothing."""
    known = values.split()
    if op.get_context().dialect.name == "postgresql":
        return CheckConstraint(f"{column} = ANY ('{{{','.join(known)}}}'::text[])")
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in known))


def currency() -> CheckConstraint:
    """The rule that `currency` is one."""
    return among("currency", CURRENCIES)


def belongs_to(column: str, table: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """The key of a row of the same account."""
    return ForeignKeyConstraint(["account_id", column], [f"{table}.account_id", f"{table}.id"], ondelete=ondelete)


def index(name: str, table: str, columns: str, unique: bool = False) -> None:
    """Makes an index."""
    op.create_index(name, table, columns.split(), unique=unique)


def waiting(table: str, column: str) -> None:
    """Makes the index of the rows in which a moment is set."""
    present = written(f"{column} IS NOT NULL")
    op.create_index(f"{table}_waiting_{column}", table, [column], sqlite_where=present, postgresql_where=present)
