"""What can go wrong on the way to the server, in a sentence for people, and whether it passes by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from gql.transport.exceptions import (
    TransportError,
    TransportProtocolError,
    TransportQueryError,
    TransportServerError,
)

FAILURES = (TransportError, TimeoutError, OSError)
"""What gql raises."""

KEY = "INVOICE_GRAPH_KEY"
FORBIDDEN = f"The server does not accept this key; put a valid one into {KEY}."
BUSY = "The server asks for a pause, since this key sends too much."
MALFORMED = "Something answers that is no invoice-graph; is the address right?"
REPLACED = "The server's log ends before the cursor: is it another database? Delete the cursor's file to begin at now."

REFUSED_KEY = {401, 403, 4401, 4403}
TOO_MUCH = {429, 1013}
TOO_LATE, BROKEN, TOO_LARGE = 4408, 4500, 1009
PASSING = {"RATE_LIMITED": BUSY, "SERVICE_UNAVAILABLE": "The server's database does not answer."}


class Hopeless(Exception):
    """What trying again would not mend."""


class Unusable(Exception):
    """What this computer was given, or is to write to, can't be used."""


def sentence(error: BaseException) -> str:
    """What to tell while it is tried again; raises Hopeless where that is in vain."""
    if isinstance(error, TransportQueryError):
        return _of_answer(error.errors or [])
    numbers = set(_numbers(error))
    if numbers & REFUSED_KEY:
        raise Hopeless(FORBIDDEN)
    if numbers & TOO_MUCH:
        return BUSY
    if isinstance(error, TransportProtocolError) or any(map(_is_in_vain, numbers)):
        raise Hopeless(MALFORMED)
    return "The server does not answer."


def _is_in_vain(number: int) -> bool:
    """Whether the same would be answered with the same status or close code."""
    return 400 <= number < 500 or number == TOO_LARGE or (number > 4000 and number not in (TOO_LATE, BROKEN))


def _of_answer(errors: list[Any]) -> str:
    """The same of an answer's `errors`."""
    first: Mapping[str, Any] = errors[0] if errors else {}
    extensions = first.get("extensions") or {}
    code = extensions.get("code")
    if code in PASSING:
        return PASSING[code]
    if code in ("UNAUTHENTICATED", "FORBIDDEN"):
        raise Hopeless(FORBIDDEN)
    raise Hopeless(REPLACED if extensions.get("reason") == "CURSOR_INVALID" else first.get("message", MALFORMED))


def _numbers(error: BaseException | None) -> Iterator[int]:
    """HTTP statuses and close codes of WebSockets, from the error or from what caused it."""
    while error is not None:
        if isinstance(error, TransportServerError) and error.code:
            yield error.code
        for name, number in (("response", "status_code"), ("rcvd", "code")):
            if (found := getattr(getattr(error, name, None), number, None)) is not None:
                yield found
        error = error.__cause__
