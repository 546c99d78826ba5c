"""Which of an account's rows a reader sees: what no list shows, and what is gone by now."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.planner.catalog import Table
    from invoice_graph.planner.compiler import Scope

PREVIEW_ENDS: "Mapping[Table, str]" = {tables.Invoice: "expires_at"}
"""The tables that hold previews too, and the column that says how long; it is empty in everything else."""

DELETED: "Mapping[Table, str]" = {tables.TestClock: "deleted_at"}
"""The tables whose deleted rows stay because others refer to them, and the column that says when they went."""

TEST_CLOCK = "test_clock_id"


def listed(scope: "Scope") -> list[ColumnElement[bool]]:
    """What a row must be to stand in a list, or to count: no preview, and not deleted."""
    ends = _preview_ends(scope)
    return _not_deleted(scope) if ends is None else [ends.is_(None)]


def present(scope: "Scope") -> list[ColumnElement[bool]]:
    """What a row must be to be found by its id: no preview whose time has run out, and not deleted."""
    ends = _preview_ends(scope)
    return _not_deleted(scope) if ends is None else [or_(ends.is_(None), ends > bindparam("now"))]


def on_no_clock(scope: "Scope") -> ColumnElement[bool]:
    """Whether a row lives in real time."""
    return scope.table.c[TEST_CLOCK].is_(None)


def mentions(where: Any, field: str) -> bool:
    """Whether a `where` has a condition on a field, at any depth."""
    if isinstance(where, list):
        return any(mentions(item, field) for item in where)
    if not isinstance(where, dict):
        return False
    own = where.get(field)
    asked = isinstance(own, dict) and any(value is not None for value in own.values())
    return asked or any(mentions(where.get(name), field) for name in ("and", "or", "not"))


def _preview_ends(scope: "Scope") -> ColumnElement[Any] | None:
    column = PREVIEW_ENDS.get(scope.kind)
    return None if column is None else scope.table.c[column]


def _not_deleted(scope: "Scope") -> list[ColumnElement[bool]]:
    column = DELETED.get(scope.kind)
    return [] if column is None else [scope.table.c[column].is_(None)]
