"""What `where` becomes in SQL."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import and_, exists, func, literal_column, not_, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.planner.arguments import Arguments
from invoice_graph.planner.compiler import Scope
from invoice_graph.planner.faults import TooCostly
from invoice_graph.planner.values import array, casefolded, plain, spellings
from invoice_graph.store import dialect

MOST_CONDITIONS = 200

Operator = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[bool]]

OPERATORS: Mapping[str, Operator] = {
    "eq": lambda column, value: column == value,
    "in": dialect.among,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
}
"""The leaf operators that compare; `contains` and `isNull` are made otherwise."""

COMBINERS = {"and": and_, "or": or_}


@runtime_checkable
class Filter(Protocol):
    """A source with conditions of its own, other than those of a single value."""

    def condition(self, scope: Scope, arguments: Arguments, path: tuple[Any, ...], depth: int) -> ColumnElement[bool]:
        """The condition of the object at `path`, `depth` levels below the outermost `where`."""


def condition(scope: Scope, arguments: Arguments, path: tuple[Any, ...], depth: int = 1) -> ColumnElement[bool]:
    """The condition of the `where` object at `path` of a field's arguments."""
    where = arguments.at(path)
    if depth > scope.compiler.deepest_where:
        raise TooCostly(f"`where` nests deeper than {scope.compiler.deepest_where} levels; flatten it.")
    if depth == 1 and _count(where) > MOST_CONDITIONS:
        raise TooCostly(f"`where` has more than {MOST_CONDITIONS} conditions; use `in` for lists of values.")
    parts = [_entry(scope, arguments, (*path, name), depth) for name in where if where[name] is not None]
    return and_(true(), *parts)


def _entry(scope: Scope, arguments: Arguments, path: tuple[Any, ...], depth: int) -> ColumnElement[bool]:
    name = path[-1]
    if name == "not":
        return not_(known(condition(scope, arguments, path, depth + 1)))
    if name in COMBINERS:
        items = range(len(arguments.at(path)))
        parts = [condition(scope, arguments, (*path, item), depth + 1) for item in items]
        return COMBINERS[name](*parts) if parts else (true() if name == "and" else not_(true()))
    source = scope.filtered(name)
    return (
        source.condition(scope, arguments, path, depth) if isinstance(source, Filter) else _leaf(scope, arguments, path)
    )


def _count(where: Any) -> int:
    """How many objects a `where` consists of."""
    if isinstance(where, list):
        return sum(_count(item) for item in where)
    return 1 + sum(_count(item) for item in where.values()) if isinstance(where, dict) else 0


def known(value: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that is false where it would be unknown, so that `not` has every row it should."""
    return value.is_(true())


def _leaf(scope: Scope, arguments: Arguments, path: tuple[Any, ...]) -> ColumnElement[bool]:
    caseless = scope.is_caseless(path[-1])
    column = scope.folded(path[-1]) if caseless else scope.filterable(path[-1])
    assert column is not None
    convert = casefolded if caseless else plain
    parts: list[ColumnElement[bool]] = []
    for operator, value in arguments.at(path).items():
        inner = (*path, operator)
        if value is None:
            continue
        if operator == "isNull":
            parts.append(column.is_(None) if value else column.is_not(None))
        elif operator == "contains":
            parts.append(_contains(scope, arguments, inner))
        else:
            bind = arguments.bind(inner, array if operator == "in" else convert)
            parts.append(OPERATORS[operator](column, bind))
    return and_(true(), *parts)


def _contains(scope: Scope, arguments: Arguments, path: tuple[Any, ...]) -> ColumnElement[bool]:
    """Text contains, upper and lower case alike: by the casefolded column, or by every spelling there is."""
    folded = scope.folded(path[-2])
    if folded is not None:
        return dialect.contains(folded, arguments.bind(path, casefolded))
    spelling = dialect.entries(arguments.bind(path, spellings), "spelling")
    found = dialect.contains(func.lower(scope.filterable(path[-2])), spelling.c.value)
    return exists(select(literal_column("1")).select_from(spelling).where(found))
