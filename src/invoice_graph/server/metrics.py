"""What /metrics counts of operations, for Prometheus; figures of one process, from its start."""

from functools import cache
from typing import Any

from prometheus_client import Counter, Histogram

NONE = "none"
"""The kind of a request that was refused before it was known to be a query, mutation or subscription."""

_ENDED = Counter(
    "invoice_graph_operations", "Operations by kind and outcome: OK, STREAM or a code.", ["kind", "outcome"]
)
_SECONDS = Histogram(
    "invoice_graph_operation_seconds",
    "Seconds until an operation's answer was ready, or its stream had begun.",
    ["kind"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_POINTS = Counter("invoice_graph_cost_points", "Points that operations have cost.")


def count(kind: str | None, outcome: str, seconds: float, points: int) -> None:
    """Counts an operation."""
    ended, taken = _labelled(kind or NONE, outcome)
    ended.inc()
    taken.observe(seconds)
    _POINTS.inc(points)


def count_refused(outcome: str) -> None:
    """Counts a request that was refused before it was an operation."""
    _ENDED.labels(NONE, outcome).inc()


@cache
def _labelled(kind: str, outcome: str) -> tuple[Any, Any]:
    # Finding the labels takes longer than counting; outcomes are OK, STREAM, codes and names of exceptions.
    return _ENDED.labels(kind, outcome), _SECONDS.labels(kind)
