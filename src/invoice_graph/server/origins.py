"""Which pages of browsers may open a socket."""

from collections.abc import Collection
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def is_origin_allowed(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """Whether a handshake may come from `origin`: none (no browser), the own host, or one of `allowed`."""
    if origin is None or "*" in allowed:
        return True
    origin = origin.lower()
    if origin in {entry.lower().rstrip("/") for entry in allowed}:
        return True
    try:
        theirs = urlsplit(origin)
        ours = urlsplit(f"{theirs.scheme}://{host.lower()}")
        port = DEFAULT_PORTS[theirs.scheme]
        return theirs.hostname == ours.hostname is not None and (theirs.port or port) == (ours.port or port)
    except (KeyError, ValueError):
        return False
