"""What can go wrong with a vector."""

from typing import Any


class Failed(Exception):
    """The gateway does something else than the vector says; the text is one line without the vector's id."""


class Unplayable(Failed):
    """The gateway has no counterpart of what the vector speaks of, or the player does not know it."""


def differs(where: str, expected: Any, got: Any) -> Failed:
    """The failure of a value that is not as expected."""
    return Failed(f"{where}: expected {expected!r}, got {got!r}")
