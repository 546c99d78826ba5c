"""What one operation may be, and how much each key may spend; both are known before anything runs."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import islice
from math import ceil
from typing import Any, NamedTuple

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.planner.cost import Cost
from invoice_graph.planner.faults import TooCostly
from invoice_graph.server.held import Held

SECONDS = 60
LEAST = 1e-6
"""Of a point or a second: what less is, comes from counting in halves."""

REMEMBERED_BUDGETS = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest operation that runs, and what each key may spend in a minute; 0 points a minute for no end.
    `operation_timeout` are the seconds after which a query is ended."""

    max_cost: int = 1_000_000
    max_depth: int = 64
    max_root_fields: int = 100
    max_mutations: int = 50
    max_aliases: int = 1000
    max_variable_values: int = 20_000
    cost_per_minute: int = 0
    operation_timeout: float = 30.0
    max_subscriptions_per_key: int = 10_000

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """The limits that the settings name."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})

    def check(self, cost: Cost) -> None:
        """Raises TooCostly for an operation beyond one of the limits."""
        for _, sentence in self.exceeded(cost):
            raise TooCostly(sentence)

    def exceeded(self, cost: Cost) -> Iterator[tuple[str, str]]:
        """The settings whose limits an operation is beyond, each with what is said of it."""
        for limit in LIMITS:
            size, most = limit.size(cost), getattr(self, limit.setting)
            if size > most:
                yield limit.setting, limit.sentence.format(size=size, most=most)

    def check_variables(self, variables: Mapping[str, Any]) -> None:
        """Raises TooCostly for variables of more values than are looked at while others wait."""
        if _has_more(self.max_variable_values, variables):
            message = f"The variables have more than {self.max_variable_values:,} values; use several requests."
            raise TooCostly(message)


def _has_more(most: int, value: Any) -> bool:
    """Whether there are more values than so many in what JSON says; counts no further than that."""
    found, containers = 0, [value]
    while containers and found <= most:
        container = containers.pop()
        values = container.values() if isinstance(container, Mapping) else container
        found += len(container)
        containers += [inner for inner in islice(values, most) if isinstance(inner, dict | list)]
    return found > most


class _Limit(NamedTuple):
    size: Callable[[Cost], int]
    setting: str
    sentence: str


LIMITS = (
    _Limit(
        lambda cost: cost.points,
        "max_cost",
        "The operation costs {size:,} points, and {most:,} are allowed; ask for smaller pages or for fewer lists "
        "within lists.",
    ),
    _Limit(
        lambda cost: cost.depth,
        "max_depth",
        "The operation is {size} levels deep, and {most} are allowed; ask for the inner objects by their ids.",
    ),
    _Limit(
        lambda cost: cost.roots,
        "max_root_fields",
        "The operation has {size} root fields, and {most} are allowed; use `nodes`, or several requests.",
    ),
    _Limit(
        lambda cost: cost.mutations,
        "max_mutations",
        "The operation has {size} mutations, and {most} are allowed; use several requests.",
    ),
    _Limit(
        lambda cost: cost.aliases,
        "max_aliases",
        "The document has {size} aliases, and {most} are allowed; use several requests.",
    ),
)
"""What is measured of an operation, against what, and the way out."""


@dataclass
class Spent(Exception):
    """A key that has spent what it may; in `retry_after` seconds there is enough for the operation."""

    requested: int
    available: int
    retry_after: int

    def __str__(self) -> str:
        return (
            f"The operation costs {self.requested:,} points, and {self.available:,} are left; "
            f"try again in {self.retry_after} s, or ask for less."
        )


class Budgets:
    """What each key has left: a bucket of a minute's points that fills up all the time.

    Kept by this process alone: each of several processes grants as much. `now` counts seconds.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._now = now
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    @property
    def restore_rate(self) -> float:
        """Points that come back each second."""
        return self.per_minute / SECONDS

    def spend(self, key: Hashable, points: int) -> int | None:
        """Takes an operation's points, at least one, and returns how many are left; None where there is no end of
        them. Raises Spent, and takes nothing then."""
        if not self.per_minute:
            return None
        now, points = self._now(), max(points, 1)
        left, since = self._left.pop(key, (self.per_minute, now))
        left = min(self.per_minute, left + (now - since) * self.restore_rate)
        enough = left >= min(points, self.per_minute) - LEAST
        self._left[key] = (left - points if enough else left, now)
        if len(self._left) > REMEMBERED_BUDGETS:
            self._left.popitem(last=False)
        if not enough:
            raise self._spent(points, left)
        return int(left - points)

    def _spent(self, points: int, left: float) -> Spent:
        missing = min(points, self.per_minute) - left
        return Spent(points, max(int(left), 0), max(1, ceil(missing / self.restore_rate - LEAST)))


def payer(actor: Actor) -> Hashable:
    """Whose budget and places an actor uses."""
    return actor.account_id, actor.key_id or actor.customer_id or actor.subject


class NoPlace(Exception):
    """A key that holds as many places as it may."""


class Places:
    """Of how many of something each key holds at most `most` at once, as of sockets."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: Counter[Hashable] = Counter()

    def take(self, key: Hashable) -> Held:
        """A place until it is let go; raises NoPlace."""
        if self._held[key] >= self.most:
            raise NoPlace
        self._held[key] += 1
        return Held(self._free, key)

    def _free(self, key: Hashable) -> None:
        self._held[key] -= 1
        if not self._held[key]:
            del self._held[key]
