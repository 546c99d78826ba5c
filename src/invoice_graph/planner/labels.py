"""Conditions on metadata, answered from the table of labels and its indexes."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import and_, exists, literal_column, select, true
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.planner.arguments import Arguments
from invoice_graph.planner.compiler import Scope
from invoice_graph.planner.values import array, casefolded, casefolded_array
from invoice_graph.store import dialect
from invoice_graph.store.rows import aliased
from invoice_graph.store.tables import InvoiceLabel

Test = Callable[[Any], ColumnElement[bool]]
"""What must hold of a label, given the table it is in."""

KEY = "key"


def labelled(scope: Scope, key: ColumnElement[Any], *tests: Test) -> ColumnElement[bool]:
    """Whether an invoice has a label with the key that passes the tests; finds the labels first."""
    label = _labels(scope)
    found = select(label.c.invoice_id).where(label.c.account_id == scope.compiler.account, label.c.key == key)
    return scope.table.c.id.in_(found.where(*(test(label) for test in tests)))


def unlabelled(scope: Scope, key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether an invoice has no label with the key; looks for it invoice by invoice, since most may have one."""
    label = _labels(scope)
    own = (label.c.account_id == scope.compiler.account, label.c.invoice_id == scope.table.c.id, label.c.key == key)
    return ~exists(select(literal_column("1")).select_from(label).where(*own).correlate(scope.table))


def condition(scope: Scope, arguments: Arguments, path: tuple[Any, ...]) -> ColumnElement[bool]:
    """What the `MetadataCondition` at `path` asks for."""
    asked = arguments.at(path)
    parts: list[ColumnElement[bool]] = []
    for operator, value in asked.items():
        if operator != KEY and value is not None:
            parts.append(_asked(scope, arguments, (*path, operator), arguments.bind((*path, KEY)), value))
    return and_(true(), *parts)


def _asked(
    scope: Scope, arguments: Arguments, path: tuple[Any, ...], key: ColumnElement[Any], value: Any
) -> ColumnElement[bool]:
    if path[-1] == "isNull":
        return unlabelled(scope, key) if value else labelled(scope, key)
    return labelled(scope, key, _TESTS[path[-1]](arguments, path))


def _equal(arguments: Arguments, path: tuple[Any, ...]) -> Test:
    value, folded = arguments.bind(path), arguments.bind(path, casefolded)
    return lambda label: and_(label.c.value_key == folded, label.c.value == value)


def _among(arguments: Arguments, path: tuple[Any, ...]) -> Test:
    values, folded = arguments.bind(path, array), arguments.bind(path, casefolded_array)
    return lambda label: and_(dialect.among(label.c.value_key, folded), dialect.among(label.c.value, values))


def _containing(arguments: Arguments, path: tuple[Any, ...]) -> Test:
    part = arguments.bind(path, casefolded)
    return lambda label: dialect.contains(label.c.value_key, part)


_TESTS: Mapping[str, Callable[[Arguments, tuple[Any, ...]], Test]] = {
    "eq": _equal,
    "in": _among,
    "contains": _containing,
}


def _labels(scope: Scope) -> Any:
    return aliased(InvoiceLabel, scope.compiler.alias("l"))
