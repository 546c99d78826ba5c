"""`allowedActions`: the lifecycle table as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain import lifecycle
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, Predicate, Test
from invoice_graph.planner.compiler import TYPENAME, Scope, Selection
from invoice_graph.planner.sql import constant, joined
from invoice_graph.store.types import json_text


@dataclass(frozen=True)
class AllowedActions:
    """Every action on an invoice, whether it is allowed now, why not, and what it leads to."""

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        keys = {inner.key: inner.name for inner in scope.compiler.below(selection.kind, selection)}
        branches = [(scope.table.c.status == status, _actions(scope, status, keys)) for status in InvoiceStatus]
        return case(*branches)


def _actions(scope: Scope, status: InvoiceStatus, keys: Mapping[str, str]) -> ColumnElement[str]:
    parts: list[str | ColumnElement[Any]] = []
    for place, action in enumerate(InvoiceAction):
        parts += ["," if place else "[", _action(scope, status, action, keys)]
    return joined(*parts, "]")


def _action(scope: Scope, status: InvoiceStatus, action: InvoiceAction, keys: Mapping[str, str]) -> Any:
    refused = lifecycle.refusal(status, action)
    if refused:
        return _state(keys, action, refused.message, None)
    *conditional, (_, becomes) = lifecycle.announced(status, action)
    barred = [
        (~holds(scope, guard.predicate), constant(_state(keys, action, guard.message, None)))
        for guard in lifecycle.GUARDS[action]
    ]
    allowed = [
        (holds(scope, predicate), constant(_state(keys, action, None, result)))
        for predicate, result in conditional
        if predicate is not None
    ]
    return case(*barred, *allowed, else_=constant(_state(keys, action, None, becomes)))


def _state(keys: Mapping[str, str], action: InvoiceAction, reason: str | None, becomes: InvoiceStatus | None) -> str:
    values = {
        TYPENAME: "InvoiceActionState",
        "action": action,
        "allowed": reason is None,
        "reason": reason,
        "resultingStatus": becomes,
    }
    return json_text({key: values[name] for key, name in keys.items()})


def holds(scope: Scope, predicate: Predicate) -> ColumnElement[bool]:
    """A predicate of the lifecycle asked of the table."""
    column = scope.table.c[predicate.column]
    if predicate.test is Test.EQUALS:
        value = predicate.value
        return column == (constant(value) if isinstance(value, str) else value)
    return column.is_not(None) if predicate.test is Test.PRESENT else column.is_(None)
