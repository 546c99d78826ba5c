"""What can be wrong with a read: with its arguments, found before anything is executed, or with its size."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from invoice_graph.domain.errors import ErrorCode


@dataclass
class ArgumentFault(Exception):
    """An argument that can't be used: BAD_USER_INPUT with `reason` and the argument's name."""

    reason: ErrorCode
    argument: str
    message: str


class TooCostly(Exception):
    """A selection beyond the limits: COST_LIMIT_EXCEEDED; the text says which and how to stay below."""


@dataclass
class Forbidden(Exception):
    """A selection beyond the actor's rights; `lacks` are the scopes that are missing, or what a customer may not."""

    lacks: tuple[str, ...]


SUM_TOO_LARGE, TOO_MANY_GROUPS = "\x02", "\x03"
"""What stands in an answer's text where the rows allow no answer; JSON never contains control characters."""

_MARKED: Mapping[str, Callable[[], Exception]] = {
    SUM_TOO_LARGE: lambda: ArgumentFault(
        ErrorCode.AMOUNT_TOO_LARGE,
        "groupBy",
        "A sum of `summary` is beyond 2^53-1; group by more, or narrow the list with `where`.",
    ),
    TOO_MANY_GROUPS: lambda: TooCostly(
        "`summary` has more than 1,000 groups; group by less, or narrow the list with `where`."
    ),
}


def check_marks(text: str) -> None:
    """Raises the fault that an answer's text is marked with: ArgumentFault or TooCostly."""
    for mark, fault in _MARKED.items():
        if mark in text:
            raise fault()
