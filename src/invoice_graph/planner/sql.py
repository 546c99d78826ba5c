"""The SQL of JSON: objects as text concatenation, leaves spelled by their GraphQL type."""

from collections.abc import Iterable, Sequence
from typing import Any

from graphql import GraphQLOutputType, get_named_type, is_non_null_type
from sqlalchemy import Column, Text, case, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import BindParameter, Case, Cast, ColumnClause, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect

from invoice_graph.store import dialect

GROUP = 40
"""Parts joined in one go: SQLite allows expressions 1,000 deep, and its parser few nested parentheses."""

CLOSED = (Column, ColumnClause, BindParameter, Case, Cast, FunctionElement, ScalarSelect)
"""Expressions that need no parentheses as an operand."""

NUMBERS = frozenset({"Int", "BigInt", "MinorUnits"})
JSON_TEXTS = frozenset({"JSON"})


class JsonText(ColumnElement[str]):
    """Texts joined by `||`, with neighbouring constants as one, and no deeper than it must be."""

    inherit_cache = False
    type = Text()

    def __init__(self, parts: Iterable["str | ColumnElement[Any]"]) -> None:
        self.parts = _merge(parts)

    def get_children(self, **_: Any) -> list[ColumnElement[Any]]:
        return [part for part in self.parts if not isinstance(part, str)]


@compiles(JsonText)
def _spell_text(element: JsonText, compiler: Any, **options: Any) -> str:
    texts = [_literal(part) if isinstance(part, str) else _operand(part, compiler, options) for part in element.parts]
    while len(texts) > GROUP:
        texts = ["(" + " || ".join(texts[i : i + GROUP]) + ")" for i in range(0, len(texts), GROUP)]
    return "(" + " || ".join(texts) + ")"


def _operand(part: ColumnElement[Any], compiler: Any, options: Any) -> str:
    sql = compiler.process(part, **options)
    return sql if isinstance(part, CLOSED) else f"({sql})"


def _merge(parts: Iterable["str | ColumnElement[Any]"]) -> list["str | ColumnElement[Any]"]:
    merged: list[str | ColumnElement[Any]] = []
    for part in parts:
        for piece in part.parts if isinstance(part, JsonText) and len(part.parts) < GROUP else [part]:
            if isinstance(piece, str) and merged and isinstance(merged[-1], str):
                merged[-1] += piece
            else:
                merged.append(piece)
    return merged


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def constant(text: str) -> ColumnElement[str]:
    """A text of ours, never of a caller, as it stands."""
    return literal_column(_literal(text), Text)


def joined(*parts: "str | ColumnElement[Any]") -> ColumnElement[str]:
    """Texts in a row."""
    return JsonText(parts)


def json_object(members: Sequence[tuple[str, ColumnElement[Any]]]) -> ColumnElement[str]:
    """A JSON object; keys are response keys, which need no escapes."""
    parts: list[str | ColumnElement[Any]] = []
    for place, (key, value) in enumerate(members):
        parts += [("," if place else "{") + f'"{key}":', value]
    return JsonText([*parts, "}"]) if parts else constant("{}")


def nullable(value: ColumnElement[str], present: ColumnElement[bool] | None) -> ColumnElement[str]:
    """`null` where `present` does not hold."""
    return value if present is None else case((present, value), else_=constant("null"))


def leaf(value: ColumnElement[Any], kind: GraphQLOutputType) -> ColumnElement[str]:
    """A value as JSON, spelled as its GraphQL type wants it."""
    required, name = is_non_null_type(kind), get_named_type(kind).name
    if name == "Boolean":
        return _boolean(value, required)
    if name in NUMBERS:
        return dialect.number(value, required)
    if name in JSON_TEXTS or _is_list(kind):
        return dialect.stored_json(value)
    return dialect.quoted(value)


def _boolean(value: ColumnElement[Any], required: bool) -> ColumnElement[str]:
    spelled = case((value, constant("true")), else_=constant("false"))
    return spelled if required else case((value.is_(None), constant("null")), else_=spelled)


def _is_list(kind: Any) -> bool:
    return str(kind).startswith("[")
