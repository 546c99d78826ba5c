"""When seeded things happen: the time is cut into periods, each with its own invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2024, 1, 1, 8, tzinfo=UTC)
SPAN = timedelta(days=700)
LONGEST = timedelta(days=21)
LARGEST = 500
"""Invoices of a period, which are written in one transaction."""


@dataclass(frozen=True, slots=True)
class Period:
    """A time in whose first third `count` invoices are created, then finalized, then closed, all in one order."""

    start: datetime
    length: timedelta
    count: int

    def moment(self, third: int, place: int) -> datetime:
        """When it is the turn of the invoice at `place`, in a third counted from 0."""
        seconds = self.length.total_seconds() * (third + place / self.count) / 3
        return self.start + timedelta(seconds=int(seconds))


def periods(invoices: int) -> Iterator[Period]:
    """The periods for so many invoices, one after the other."""
    for first in range(0, invoices, LARGEST):
        count = min(LARGEST, invoices - first)
        yield Period(START + SPAN * first / invoices, min(SPAN * count / invoices, LONGEST), count)
