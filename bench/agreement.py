"""Answers are compared before anything is timed: who is faster with another answer proves nothing."""

from collections.abc import Mapping

import orjson

REFERENCE = "gateway"
BYTE_FOR_BYTE = frozenset({"bare"})


class Disagreement(Exception):
    """Two servers answer differently; the text says which."""


def require_agreement(answers: Mapping[str, bytes]) -> None:
    """All answers are the gateway's, as JSON or byte for byte; raises Disagreement."""
    expected = answers[REFERENCE]
    if b'"errors"' in expected[:10]:
        raise Disagreement(f"The gateway answers with an error: {expected[:300]!r}")
    for name, answer in answers.items():
        same = answer == expected if name in BYTE_FOR_BYTE else orjson.loads(answer) == orjson.loads(expected)
        if not same:
            raise Disagreement(f"{name} answers {answer[:300]!r}, the gateway {expected[:300]!r}")
