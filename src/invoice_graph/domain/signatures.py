"""Signatures of webhooks: by them a receiver knows who sent a message and when.

The header is `t=<second>,v1=<digest>[,v1=<digest>...]`, one digest per secret while an old one is being replaced. A
digest is the HMAC-SHA256 of `<second>.<body>`, in lower-case hexadecimal digits. Elements with other names are schemes
of other times and do not count.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

DEFAULT_TOLERANCE = timedelta(minutes=5)
_SCHEME = "v1"
_MOST_DIGITS = 11  # Until the year 5138; a longer number is no second.


class SignatureRefused(ValueError):
    """A message that must not be trusted; the text says why."""


def sign(body: bytes, secrets: Iterable[str], now: datetime) -> str:
    """The header of a message that is sent now; a repeated attempt is signed anew."""
    second = str(int(now.timestamp()))
    digests = (f"{_SCHEME}={_digest(body, secret, second)}" for secret in secrets)
    return ",".join((f"t={second}", *digests))


def verify(body: bytes, header: str, secret: str, now: datetime, tolerance: timedelta = DEFAULT_TOLERANCE) -> datetime:
    """When the message was signed; raises SignatureRefused.

    A message older than `tolerance` is refused, one exactly as old is not; a tolerance of zero accepts any age.
    """
    second, digests = _parse(header)
    expected = _digest(body, secret, second).encode()
    # Every digest is compared, so that the time it takes says nothing about which one fits.
    matches = [hmac.compare_digest(expected, digest.encode()) for digest in digests]
    if not any(matches):
        raise SignatureRefused("signature mismatch")
    signed = datetime.fromtimestamp(int(second), UTC)
    if tolerance and signed < now - tolerance:
        raise SignatureRefused("signature too old")
    return signed


def _parse(header: str) -> tuple[str, list[str]]:
    """The second as it is written, and the digests."""
    elements = [element.strip().partition("=") for element in header.split(",")]
    seconds = [value for name, _, value in elements if name == "t"]
    digests = [value for name, _, value in elements if name == _SCHEME]
    if len(seconds) != 1 or not _is_second(seconds[0]):
        raise SignatureRefused("no timestamp")
    if not digests:
        raise SignatureRefused(f"no {_SCHEME} signature")
    return seconds[0], digests


def _is_second(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _digest(body: bytes, secret: str, second: str) -> str:
    return hmac.new(secret.encode(), second.encode() + b"." + body, hashlib.sha256).hexdigest()
