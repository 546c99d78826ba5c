"""Answers are compared before anything is timed: who is faster with another answer proves nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

REFERENCE = "gateway"
BYTE_FOR_BYTE = frozenset({"bare", "bare_postgres", "two_processes"})
INTEGERS = frozenset({"total", "amountDue", "amountRemaining", "quantity", "amount"})
"""Fields that a server which knows nothing but the tables sends as text: 64-bit integers, and decimals."""


class Disagreement(Exception):
    """Two servers answer differently; the text says which."""


def with_integers(answer: Any) -> Any:
    """An answer whose integers are texts, with integers."""
    if isinstance(answer, list):
        return [with_integers(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: int(value) if name in INTEGERS else with_integers(value) for name, value in answer.items()}


MAPPED: Mapping[str, Callable[[Any], Any]] = {"postgraphile": with_integers}
"""How the answers of servers with a schema of their own become the gateway's."""


def require_agreement(answers: Mapping[str, bytes]) -> None:
    """All answers are the gateway's, as JSON or byte for byte; raises Disagreement."""
    expected = answers[REFERENCE]
    if b'"errors"' in expected[:10]:
        raise Disagreement(f"The gateway answers with an error: {expected[:300]!r}")
    for name, answer in answers.items():
        if not _agrees(name, answer, expected):
            raise Disagreement(f"{name} answers {answer[:300]!r}, the gateway {expected[:300]!r}")


def _agrees(name: str, answer: bytes, expected: bytes) -> bool:
    if name in BYTE_FOR_BYTE:
        return answer == expected
    found = orjson.loads(answer)
    if "errors" in found:
        return False
    mapped = MAPPED[name](found) if name in MAPPED else found
    return bool(mapped == orjson.loads(expected))
