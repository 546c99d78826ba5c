"""How the demonstration's hand-written scenes are told: calls that name what earlier ones made."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Scene:
    """A call at a moment. `makes` is the name by which later scenes call its object."""

    moment: datetime
    command: str
    input: Mapping[str, Any]
    makes: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """Stands for the id of what the scene of this name made; customers go by their prefix."""

    name: str


@dataclass(frozen=True, slots=True)
class LineOf:
    """Stands for the id of a line of the invoice of this name, the first at 1."""

    name: str
    place: int = 1


Find = Callable[[Made | LineOf], Awaitable[str]]


async def with_ids(value: Any, find: Find) -> Any:
    """An input as commands take it, with ids where names stood."""
    if isinstance(value, Made | LineOf):
        return await find(value)
    if isinstance(value, Mapping):
        return {name: await with_ids(entry, find) for name, entry in value.items()}
    if isinstance(value, list):
        return [await with_ids(entry, find) for entry in value]
    return value
