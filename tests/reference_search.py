"""What `search` means, written down again: clauses are picked out of the text and asked of a row one by one."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_QUOTED = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_CLAUSE = re.compile(rf"(-?)(\w+)(?:\[({_QUOTED})\])?\s*(>=|<=|[:~<>=])\s*({_QUOTED}|[^\s]+)|(and|or)", re.I | re.S)
_COLUMNS = {"created": "created_at", "customer": "customer_id"}
_ABSENT = ("receipt_number", "subscription")


def is_found(row: Mapping[str, Any], text: str) -> bool:
    """Whether a search finds an invoice."""
    clauses = list(_CLAUSE.finditer(text))
    combine = any if any((clause[6] or "").upper() == "OR" for clause in clauses) else all
    return combine(_holds(row, *clause.group(2, 3, 4, 5)) != bool(clause[1]) for clause in clauses if not clause[6])


def is_on(text: str | None, field: str) -> bool:
    """Whether a search has a clause on a field."""
    return any((clause[2] or "").lower() == field for clause in _CLAUSE.finditer(text or ""))


def _holds(row: Mapping[str, Any], field: str, key: str | None, operator: str, spelled: str) -> bool:
    actual = None if field in _ABSENT else row["details"].get(_text(key)) if key else row[_COLUMNS.get(field, field)]
    if spelled == "null" or actual is None:
        return spelled == "null" and actual is None
    wanted = _text(spelled)
    if field in ("created", "total"):
        return _compares(operator, _number(str(actual)), _number(wanted))
    if operator == "~":
        return wanted.casefold() in actual.casefold()
    if key or field in ("currency", "customer"):
        return bool(wanted.casefold() == actual.casefold())
    return _in_order(_words(wanted), _words(actual))


def _in_order(wanted: list[str], there: list[str]) -> bool:
    if not wanted:
        return True
    if wanted[0] not in there:
        return False
    return _in_order(wanted[1:], there[there.index(wanted[0]) + 1 :])


def _compares(operator: str, actual: float, wanted: float) -> bool:
    order = (actual > wanted) - (actual < wanted)
    return {":": order == 0, "=": order == 0, ">": order > 0, ">=": order >= 0, "<": order < 0, "<=": order <= 0}[
        operator
    ]


def _number(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() if "T" in text else int(text)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()


def _text(spelled: str) -> str:
    return re.sub(r"""\\(["'\\])""", r"\1", spelled[1:-1]) if spelled[0] in "\"'" else spelled
