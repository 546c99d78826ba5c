"""The one source of time. Whole seconds, UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

_REMEMBERED = 1024
"""Moments of which both spellings are kept: those of one invoice's lines are the same over and over."""


class Clock(Protocol):
    """Tells the time to everything that asks."""

    def now(self) -> datetime:
        """The present moment, aware, UTC, without a fraction of a second."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)


class ManualClock:
    """A clock that moves when told to."""

    def __init__(self, start: datetime) -> None:
        self._now = start.replace(microsecond=0)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = moment.replace(microsecond=0)

    def advance(self, **parts: float) -> None:
        """Moves by a `timedelta(**parts)`."""
        self._now += timedelta(**parts)


@lru_cache(_REMEMBERED)
def time_text(moment: datetime) -> str:
    """`2026-11-21T08:00:00Z`: the only spelling of a moment, in answers and in rows; it sorts as text."""
    return moment.astimezone(UTC).isoformat()[:19] + "Z"


@lru_cache(_REMEMBERED)
def parse_time(text: str) -> datetime:
    """The moment of a text made by `time_text`."""
    return datetime.fromisoformat(text)
