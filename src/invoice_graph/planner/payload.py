"""What a mutation answers: the object as it is now, the refusals, the events."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.errors import ConflictRefusal, InputRefusal, PaymentRefusal, Refusal, TransitionRefusal
from invoice_graph.planner.compiler import TYPENAME, Scope, Selection
from invoice_graph.planner.sources import AnyNode
from invoice_graph.planner.sql import constant, json_object
from invoice_graph.store.types import json_text

Read = Callable[[Any], Any]

_COMMON: dict[str, Read] = {
    "code": lambda refusal: refusal.code,
    "message": lambda refusal: refusal.message,
    "path": lambda refusal: [camel_case(step) for step in refusal.path] or None,
}
_ERRORS: Mapping[type[Refusal], tuple[str, Mapping[str, Read]]] = {
    InputRefusal: ("InputError", _COMMON),
    TransitionRefusal: (
        "TransitionError",
        _COMMON
        | {
            "currentStatus": lambda refusal: refusal.current_status,
            "allowedFrom": lambda refusal: list(refusal.allowed_from),
        },
    ),
    ConflictRefusal: ("ConflictError", _COMMON | {"currentVersion": lambda refusal: refusal.current_version}),
    PaymentRefusal: ("PaymentError", _COMMON | {"declineCode": lambda refusal: refusal.decline_code}),
}
"""Each refusal's type in the schema, and where its fields come from."""


def camel_case(name: str) -> str:
    """A name as the schema spells it."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


@dataclass(frozen=True)
class Payload:
    """The payload of a mutation: no row, but what the caller of the plan gives."""

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        return json_object(scope.compiler.members(selection.kind, selection, scope.member))


@dataclass(frozen=True)
class GivenValue:
    """A value that the caller of the plan gives as JSON."""

    parameter: str

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        return scope.compiler.given(self.parameter)


@dataclass(frozen=True)
class GivenRefusals:
    """The refusals of the call, spelled by their types in the schema.

    `ConflictError.current` is read by the statement itself: its place is marked in the text by a
    control character, which JSON never contains, and filled there.
    """

    def json(self, scope: Scope, selection: Selection) -> ColumnElement[str]:
        spellings: dict[type[Refusal], _Spelling] = {}
        fills: dict[str, ColumnElement[str]] = {}
        for refusal, (name, reads) in _ERRORS.items():
            kind = scope.compiler.object_type(name)
            spellings[refusal] = _Spelling(name, reads, scope.compiler.below(kind, selection))
            fills |= spellings[refusal].fills(scope)
        text: ColumnElement[str] = scope.compiler.projected(lambda refusals: _spell(spellings, refusals))
        for mark, found in fills.items():
            text = func.replace(text, constant(f"\x01{mark}\x01"), found)
        return text


@dataclass(frozen=True)
class _Spelling:
    """How one type of refusal is spelled for one selection."""

    type_name: str
    reads: Mapping[str, Read]
    selected: Sequence[Selection]

    def fills(self, scope: Scope) -> dict[str, ColumnElement[str]]:
        """The members that the statement reads, by their marks."""
        scope.compiler.descend()
        current = [inner for inner in self.selected if inner.name == "current"]
        found = {f"current:{inner.key}": AnyNode().given(scope, inner, "object_id") for inner in current}
        scope.compiler.ascend()
        return found

    def text(self, refusal: Refusal) -> str:
        return "{" + ",".join(f'"{inner.key}":{self._member(inner, refusal)}' for inner in self.selected) + "}"

    def _member(self, inner: Selection, refusal: Refusal) -> str:
        if inner.name == "current":
            return f"\x01current:{inner.key}\x01"
        return json_text(self.type_name if inner.name == TYPENAME else self.reads[inner.name](refusal))


def _spell(spellings: Mapping[type[Refusal], _Spelling], refusals: Sequence[Refusal]) -> str:
    return "[" + ",".join(spellings[type(refusal)].text(refusal) for refusal in refusals) + "]"
