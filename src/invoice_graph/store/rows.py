"""Rows of the tables: read, inserted, updated and deleted by statements that are spelled once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import FromClause, Table, bindparam, delete, insert, inspect, literal_column, select, update
from sqlalchemy.orm import configure_mappers
from sqlmodel import SQLModel

from invoice_graph.domain.search import word_text
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import SQLITE, Parameters, Statement
from invoice_graph.store.labels import LABELS, labels_of
from invoice_graph.store.tables import Invoice, InvoiceLabel

T = TypeVar("T", bound=SQLModel)
Derived = tuple[str, str, Callable[[str], str]]
"""A column, the column it follows from, and how."""

KEPT_ALIASES = 128
"""Tables under other names that are kept, each up to 170 kB: more than the queries of an application need."""


def table_of(kind: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a SQLModel class."""
    return kind.__table__  # type: ignore[attr-defined,no-any-return]


@lru_cache(KEPT_ALIASES)
def aliased(kind: type[SQLModel], name: str) -> FromClause:
    """A table under another name, for one place in one statement. SQLAlchemy copies every column for it, which took a
    third of what planning a query takes; so those of the names that come up again are kept."""
    return table_of(kind).alias(name)


@dataclass
class Codec:
    """How the columns of a table become attributes and back."""

    table: Table
    names: tuple[str, ...] = field(init=False)
    _encoders: dict[str, Any] = field(init=False)
    _decoders: list[tuple[str, Any]] = field(init=False)
    _key_places: tuple[int, ...] = field(init=False)
    derived: tuple[Derived, ...] = ()

    def __post_init__(self) -> None:
        self.names = tuple(column.name for column in self.table.columns)
        self._key_places = tuple(self.names.index(column.name) for column in self.table.primary_key.columns)
        self._encoders = {c.name: getattr(c.type, "process_bind_param", None) for c in self.table.columns}
        decoders = [(c.name, getattr(c.type, "process_result_value", None)) for c in self.table.columns]
        self._decoders = [(name, decoder) for name, decoder in decoders if decoder is not None]

    def encode(self, name: str, value: Any) -> Any:
        encoder = self._encoders[name]
        return value if encoder is None else encoder(value, SQLITE)

    def key(self, raw: Sequence[Any]) -> tuple[Any, ...]:
        """A raw row's primary key."""
        return tuple(raw[place] for place in self._key_places)

    def values(self, row: SQLModel) -> Parameters:
        """A row's columns as the database holds them."""
        # Past SQLAlchemy's attributes, which watch what nobody asks them for.
        held = row.__dict__
        values = {
            name: held[name] if encoder is None else encoder(held[name], SQLITE)
            for name, encoder in self._encoders.items()
        }
        return self.completed(values)

    def completed(self, values: Parameters) -> Parameters:
        """Columns as the database holds them, with those that follow from them."""
        given = [(name, values[source], derive) for name, source, derive in self.derived if source in values]
        return values | {name: text and derive(text) for name, text, derive in given} if given else values

    def named(self, raw: Sequence[Any]) -> Parameters:
        """A raw row, column by column."""
        return dict(zip(self.names, raw, strict=True))

    def decode(self, raw: Sequence[Any]) -> dict[str, Any]:
        """A raw row as attributes."""
        found = self.named(raw)
        for name, decoder in self._decoders:
            if found[name] is not None:
                found[name] = decoder(found[name], SQLITE)
        return found


@cache
def codec(kind: type[SQLModel]) -> Codec:
    """The codec of a table."""
    # What `build` makes before any constructor was called needs the mappers too.
    configure_mappers()
    return Codec(table_of(kind), derived_columns(kind))


def derived_columns(kind: type[SQLModel]) -> tuple[Derived, ...]:
    """The columns of a table that follow from others: casefolded texts, and the words of texts."""
    folded, worded = getattr(kind, "__folded__", {}), getattr(kind, "__worded__", {})
    return (
        *((name, source, str.casefold) for name, source in folded.items()),
        *((name, source, word_text) for name, source in worded.items()),
    )


def build(kind: type[T], raw: Sequence[Any]) -> T:
    """A raw row as an object, in the order of the table's columns."""
    # As SQLAlchemy's own loader makes objects: without the checks of the constructor, at a tenth of its price.
    row: T = _manager(kind).new_instance()
    row.__dict__.update(codec(kind).decode(raw))
    return row


@cache
def _manager(kind: type[SQLModel]) -> Any:
    return inspect(kind).class_manager


def copy_of(row: T, **changed: Any) -> T:
    """A new row like another, with some columns changed."""
    values = {name: getattr(row, name) for name in codec(type(row)).names}
    return type(row)(**{**values, **changed})


async def select_rows(
    connection: Connection, kind: type[T], equals: Parameters, order: Sequence[str] = (), limit: int | None = None
) -> list[T]:
    """The rows whose columns equal the given values (None: are NULL), in the order of the named columns."""
    return [build(kind, raw) for raw in await select_raw(connection, kind, equals, order, limit)]


async def select_raw(
    connection: Connection,
    kind: type[T],
    equals: Parameters,
    order: Sequence[str] = (),
    limit: int | None = None,
    *,
    locked: bool = False,
) -> Sequence[Any]:
    """The same rows as the database holds them, in the order of the table's columns; with `locked` nobody else changes
    them until the transaction ends."""
    table = codec(kind)
    absent = frozenset(name for name, value in equals.items() if value is None)
    statement = _select(kind, tuple(equals), absent, tuple(order), limit, locked)
    values = {name: table.encode(name, value) for name, value in equals.items() if value is not None}
    return await connection.rows(statement, values)


async def insert_rows(connection: Connection, kind: type[T], rows: Iterable[T]) -> None:
    """New rows of one table."""
    await _insert_complete(connection, kind, [codec(kind).values(row) for row in rows])


async def insert_values(connection: Connection, kind: type[SQLModel], rows: Iterable[Parameters]) -> None:
    """New rows of one table, given as the database holds them; columns that follow from others may be missing."""
    await _insert_complete(connection, kind, [codec(kind).completed(values) for values in rows])


async def update_row(connection: Connection, row: SQLModel, changed: Parameters) -> None:
    """Writes the changed columns, given as the database holds them."""
    await update_rows(connection, type(row), [(row, changed)])


async def update_rows(connection: Connection, kind: type[T], changes: Iterable[tuple[T, Parameters]]) -> None:
    """Writes changed columns of rows of one table, given as the database holds them; all have the same columns."""
    await update_values(connection, kind, _key(kind), [_named_key(row) | changed for row, changed in changes])


async def update_values(
    connection: Connection, kind: type[SQLModel], key: Sequence[str], rows: Sequence[Parameters]
) -> None:
    """Changes the rows that the columns of `key` name; every row has the same columns."""
    if rows:
        complete = [codec(kind).completed(values) for values in rows]
        changed = tuple(name for name in complete[0] if name not in key)
        given = [{f"key_{name}" if name in key else name: value for name, value in row.items()} for row in complete]
        await connection.many(_update(kind, tuple(key), changed), given)
        if kind is Invoice and LABELS in changed:
            await _relabel(connection, rows)


async def delete_row(connection: Connection, row: SQLModel) -> None:
    """Removes a row."""
    await connection.rows(_delete(type(row)), _key_of(row))


def _named_key(row: SQLModel) -> Parameters:
    table = codec(type(row))
    return {name: table.encode(name, getattr(row, name)) for name in _key(type(row))}


def _key_of(row: SQLModel) -> Parameters:
    return {f"key_{name}": value for name, value in _named_key(row).items()}


async def _insert_complete(connection: Connection, kind: type[SQLModel], rows: Sequence[Parameters]) -> None:
    await connection.many(_insert(kind), rows)
    if labels := labels_of(kind, rows):
        await insert_values(connection, InvoiceLabel, labels)


async def _relabel(connection: Connection, invoices: Sequence[Parameters]) -> None:
    gone = [{"account_id": row["account_id"], "invoice_id": row["id"]} for row in invoices]
    await connection.many(_UNLABEL, gone)
    await insert_values(connection, InvoiceLabel, labels_of(Invoice, invoices))


@cache
def _key(kind: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(kind).primary_key.columns)


@cache
def _select(
    kind: type[SQLModel],
    names: tuple[str, ...],
    absent: frozenset[str],
    order: tuple[str, ...],
    limit: int | None,
    locked: bool,
) -> Statement:
    table = table_of(kind)
    places = (table.c[name.lstrip("-")].desc() if name[0] == "-" else table.c[name] for name in order)
    statement = select(table).order_by(*places)
    for name in names:
        column = table.c[name]
        statement = statement.where(column.is_(None) if name in absent else column == bindparam(name))
    if locked:
        # Rows that refer to these may be inserted meanwhile. SQLite, which has one writer, spells this as nothing.
        statement = statement.with_for_update(key_share=True)
    return Statement(statement if limit is None else statement.limit(literal_column(str(limit))))


@cache
def _insert(kind: type[SQLModel]) -> Statement:
    return Statement(insert(table_of(kind)))


@cache
def _update(kind: type[SQLModel], key: tuple[str, ...], changed: tuple[str, ...]) -> Statement:
    table = table_of(kind)
    statement = update(table).values({name: bindparam(name) for name in changed})
    return Statement(statement.where(*(table.c[name] == bindparam(f"key_{name}") for name in key)))


@cache
def _delete(kind: type[SQLModel]) -> Statement:
    table = table_of(kind)
    return Statement(delete(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in _key(kind))))


_label = table_of(InvoiceLabel)
_ITS_LABELS = (_label.c.account_id == bindparam("account_id"), _label.c.invoice_id == bindparam("invoice_id"))
_UNLABEL = Statement(delete(_label).where(*_ITS_LABELS))
