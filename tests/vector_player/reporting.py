"""What the terminal says about the vectors at the end of a run."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

FUNCTIONS = {"certain": "::test_certain_vectors[", "uncertain": "::test_uncertain_vectors["}
OUTCOMES = ("passed", "failed", "skipped")


def summarize(reporter: pytest.TerminalReporter) -> None:
    """One line for certain and one for uncertain vectors, when any were played."""
    for line in lines(reporter.stats):
        reporter.write_line(line)


def lines(stats: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """How many vectors came out how."""
    for kind, function in FUNCTIONS.items():
        counts = Counter({outcome: sum(function in r.nodeid for r in stats.get(outcome, ())) for outcome in OUTCOMES})
        if counts.total():
            told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
            yield f"{kind} vectors: {told}"
