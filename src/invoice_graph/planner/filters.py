"""What `where` becomes in SQL."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, not_, or_, true
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.clock import time_text
from invoice_graph.planner.faults import TooCostly
from invoice_graph.store import dialect
from invoice_graph.store.types import json_text

if TYPE_CHECKING:
    from invoice_graph.planner.arguments import Arguments
    from invoice_graph.planner.compiler import Scope

DEEPEST_WHERE = 5

Operator = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]

OPERATORS: Mapping[str, Operator] = {
    "eq": lambda column, value: column == value,
    "in": dialect.among,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
    "contains": dialect.contains,
}
"""Each leaf operator that takes a value; `isNull` takes none."""

COMBINERS = {"and": and_, "or": or_}


def condition(scope: "Scope", arguments: "Arguments", path: tuple[Any, ...], depth: int = 1) -> ColumnElement[bool]:
    """The condition of the `where` object at `path` of a field's arguments."""
    if depth > DEEPEST_WHERE:
        raise TooCostly(f"`where` nests deeper than {DEEPEST_WHERE} levels; flatten it.")
    where = arguments.at(path)
    parts = [_entry(scope, arguments, (*path, name), depth) for name in where if where[name] is not None]
    return and_(true(), *parts)


def _entry(scope: "Scope", arguments: "Arguments", path: tuple[Any, ...], depth: int) -> ColumnElement[bool]:
    name = path[-1]
    if name == "not":
        return not_(known(condition(scope, arguments, path, depth + 1)))
    if name in COMBINERS:
        items = range(len(arguments.at(path)))
        parts = [condition(scope, arguments, (*path, item), depth + 1) for item in items]
        return COMBINERS[name](*parts) if parts else (true() if name == "and" else not_(true()))
    return _leaf(scope, arguments, path)


def known(value: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is false where it would be unknown, so that `not` has every row it should."""
    return value.is_not(None) & value


def _leaf(scope: "Scope", arguments: "Arguments", path: tuple[Any, ...]) -> ColumnElement[bool]:
    column = scope.filterable(path[-1])
    parts: list[ColumnElement[bool]] = []
    for operator, value in arguments.at(path).items():
        if operator == "isNull" and value is not None:
            parts.append(column.is_(None) if value else column.is_not(None))
        elif value is not None:
            folded = scope.folded(path[-1]) if operator == "contains" else column
            bind = arguments.bind(path + (operator,), _FOLDERS.get(operator, plain))
            parts.append(OPERATORS[operator](folded, bind))
    return and_(true(), *parts)


def plain(value: Any) -> Any:
    """A coerced value as the rows hold it."""
    return time_text(value) if hasattr(value, "astimezone") else str(value) if not isinstance(value, int | bool) else value


def array(value: Any) -> str:
    """A list as a JSON array."""
    return json_text([plain(item) for item in value])


_FOLDERS: Mapping[str, Callable[[Any], Any]] = {"in": array, "contains": str.casefold}
