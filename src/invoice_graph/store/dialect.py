"""Everything that differs between databases in how statements are spelled.

A function here returns an expression with two spellings; compiling a statement picks that of the database it is for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, BigInteger, Dialect, Integer, Numeric, Text, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ClauseElement, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromClause

__all__ = ["POSTGRES", "SQLITE", "Dialect", "Parameters", "Spelling", "Statement", "spell"]

Parameters = dict[str, Any]

SQLITE: Dialect = SQLiteDialect_pysqlite(paramstyle="named")
POSTGRES: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]

PLANNING_BY_LIMIT = frozenset({POSTGRES.name})
"""The databases that take an unknown LIMIT for a tenth of all rows, and so plan a statement anew each time it runs."""

SORTING_UNIONS = frozenset({POSTGRES.name})
"""The databases that read all rows of a UNION ALL before they sort them, instead of merging what indexes have in
order; the others know no LIMIT of its parts."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A statement's text for one database.

    `constants` are values that the statement carries itself; `order` names the parameters in the order of their
    places, where the database knows them by place.
    """

    sql: str
    constants: Parameters
    order: tuple[str, ...] = ()

    def spelled(self, _dialect: Dialect) -> "Spelling":
        """Itself: it was spelled for the database that runs it."""
        return self

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """What stands at the parameters' places."""
        constants = self.constants
        return [parameters[name] if name in parameters else constants[name] for name in self.order]


def spell(statement: ClauseElement, dialect: Dialect) -> Spelling:
    """A statement as text for one database."""
    compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    # A parameter without a value is bound when the statement runs.
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Spelling(str(compiled), constants, tuple(getattr(compiled, "positiontup", None) or ()))


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A statement that is spelled once for each kind of database, when it is first needed there."""

    executable: ClauseElement
    _spelled: dict[str, Spelling] = field(default_factory=dict)

    def spelled(self, dialect: Dialect) -> Spelling:
        """The statement's text for one database."""
        found = self._spelled.get(dialect.name)
        if found is None:
            found = self._spelled[dialect.name] = spell(self.executable, dialect)
        return found


class Either(ColumnElement[Any]):
    """An expression that SQLite and PostgreSQL spell differently."""

    inherit_cache = False

    def __init__(self, sqlite: ColumnElement[Any], postgresql: ColumnElement[Any]) -> None:
        self.spellings: Mapping[str, ColumnElement[Any]] = {"sqlite": sqlite, "postgresql": postgresql}
        self.type = sqlite.type

    def self_group(self, against: Any = None) -> Any:
        return Either(*(spelling.self_group(against) for spelling in self.spellings.values()))


@compiles(Either)
def _spell_either(element: Either, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.spellings[compiler.dialect.name], **options))


def chosen(value: Any, dialect: Dialect) -> Any:
    """What an expression is on one database."""
    return chosen(value.spellings[dialect.name], dialect) if isinstance(value, Either) else value


def _sql(text: str) -> ColumnElement[Any]:
    """A constant of ours as it stands in a statement."""
    return literal_column(text)


_NULL = _sql("'null'")


def quoted(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A text or a number as JSON; `null` for NULL."""
    typed = value if isinstance(value.type, Integer) else cast(value, Text)
    return Either(
        func.json_quote(value, type_=Text),
        func.coalesce(cast(func.to_json(typed), Text), _NULL, type_=Text),
    )


def plainly_quoted(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A text in which nothing has to be escaped as JSON; `null` for NULL."""
    quote = _sql("'\"'")
    text = quote.op("||")(value).op("||")(quote)
    return Either(func.json_quote(value, type_=Text), func.coalesce(text, _NULL, type_=Text))


def stored_json(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A JSON column as JSON; `null` for NULL."""
    return func.coalesce(cast(value, Text), _NULL, type_=Text)


def member(document: ColumnElement[Any], key: str) -> ColumnElement[str]:
    """The JSON text of a member of a JSON object; NULL where there is none."""
    path, name = _sql(f"'$.{key}'"), _sql(f"'{key}'")
    return Either(document.op("->")(path), cast(_json(document).op("->")(name), Text))


def member_text(document: ColumnElement[Any], key: str) -> ColumnElement[str]:
    """A member of a JSON object that is a text, without quotes; NULL where there is none."""
    path, name = _sql(f"'$.{key}'"), _sql(f"'{key}'")
    return Either(document.op("->>")(path), _json(document).op("->>")(name))


def concatenated(item: ColumnElement[Any]) -> ColumnElement[str]:
    """The texts of a group joined by commas, in the order of the subquery they come from."""
    comma, nothing = _sql("','"), _sql("''")
    return Either(
        func.coalesce(func.group_concat(item, comma), nothing, type_=Text),
        func.coalesce(func.string_agg(item, comma), nothing, type_=Text),
    )


class _Rows(FunctionElement[Any]):
    """The members of a JSON document as rows (key, value)."""

    inherit_cache = False


class _Items(_Rows):
    """The elements of a JSON array; texts without quotes, keys rising."""


class _Members(_Rows):
    """The members of a JSON object whose values are texts; texts without quotes."""


@compiles(_Rows, "sqlite")
def _rows_on_sqlite(element: _Rows, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Items, "postgresql")
def _items_on_postgres(element: _Items, compiler: Any, **options: Any) -> str:
    document = compiler.process(element.clauses, **options)
    return (
        f"(SELECT e.ordinality AS key, e.value FROM json_array_elements_text(CAST({document} AS JSON))"
        " WITH ORDINALITY AS e(value, ordinality))"
    )


@compiles(_Members, "postgresql")
def _members_on_postgres(element: _Members, compiler: Any, **options: Any) -> str:
    document = compiler.process(element.clauses, **options)
    return f"json_each_text(CAST({document} AS JSON))"


def entries(document: ColumnElement[Any], alias: str) -> FromClause:
    """The elements of a JSON array as rows (key, value); their keys rise."""
    return _Items(document).table_valued("key", "value", name=alias)


def members(document: ColumnElement[Any], alias: str) -> FromClause:
    """The members of a JSON object of texts as rows (key, value)."""
    return _Members(document).table_valued("key", "value", name=alias)


def among(value: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a value is in a parameter that holds a JSON array."""
    listed = entries(parameter, "chosen").c.value
    # As an array rather than a subquery, so that an index is asked for its elements.
    typed = cast(listed, BigInteger) if isinstance(value.type, Integer) else listed
    array = func.any(func.array(select(typed).scalar_subquery()))
    return Either(value.in_(select(listed)), value == array)


def hexadecimal(value: ColumnElement[Any]) -> ColumnElement[str]:
    """The UTF-8 bytes of a text in upper-case hexadecimal digits."""
    encoded = func.encode(func.convert_to(value, _sql("'UTF8'")), _sql("'hex'"))
    return Either(func.hex(value, type_=Text), func.upper(encoded, type_=Text))


def contains(value: ColumnElement[Any], parameter: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a text contains another, letter for letter."""
    # Not strpos, by which PostgreSQL expects a third of all rows to be found.
    pattern: ColumnElement[Any] = parameter
    for special in ("\\", "%", "_"):
        pattern = func.replace(pattern, _sql(f"'{special}'"), _sql(f"'\\{special}'"), type_=Text)
    anywhere = _sql("'%'")
    return Either(func.instr(value, parameter) > 0, value.like(anywhere + pattern + anywhere))


def exact_sum(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of a group's integers: exact within 2^53, and beyond it at least as large, never an error.

    SQLite's own SUM fails beyond 2^63; sums of halves do not, and `+` goes over to floating point.
    """
    upper, lower = (func.sum(value.op(half)(_sql(bits))) for half, bits in ((">>", "26"), ("&", "67108863")))
    return Either(upper * _sql("67108864") + lower, func.sum(value))


def padded(value: ColumnElement[int], width: int) -> ColumnElement[str]:
    """A number with zeros in front, at least so many digits long."""
    digits, least = cast(value, Text), _sql(str(width))
    longest = func.greatest(least, func.length(digits))
    return Either(
        func.printf(_sql(f"'%0{width}d'"), value, type_=Text),
        func.lpad(digits, longest, _sql("'0'"), type_=Text),
    )


def number(value: ColumnElement[Any], required: bool) -> ColumnElement[str]:
    """An integer as JSON; `null` for NULL."""
    text = cast(value, Text)
    if required:
        return Either(value, text)
    return Either(func.coalesce(value, _NULL, type_=Text), func.coalesce(text, _NULL, type_=Text))


def first_of(array: ColumnElement[str]) -> ColumnElement[str]:
    """The first element of a JSON array, as JSON; NULL when it is empty."""
    return Either(array.op("->")(_sql("'$[0]'")), cast(_json(array).op("->")(_sql("0")), Text))


def last_of(array: ColumnElement[str]) -> ColumnElement[str]:
    """The last element of a JSON array, as JSON; NULL when it is empty."""
    return Either(array.op("->")(_sql("'$[#-1]'")), cast(_json(array).op("->")(_sql("-1")), Text))


def truncated(value: ColumnElement[Any]) -> ColumnElement[int]:
    """A decimal text without its fraction."""
    return Either(cast(value, Integer), cast(func.trunc(cast(value, Numeric)), BigInteger))


def _json(document: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(document, JSON)
