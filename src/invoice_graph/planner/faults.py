"""What can be wrong with the arguments of a read; found before anything is executed."""

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
