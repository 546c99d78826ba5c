"""Plays vectors of kind `webhook_signature`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from invoice_graph.domain.signatures import SignatureRefused, verify
from vector_player.failures import differs
from vector_player.suites import Vector


async def play(vector: Vector, directory: Path) -> None:
    """Raises Failed when the signature is judged differently."""
    wanted = vector.body["input"]
    now = datetime.fromtimestamp(wanted["now"], UTC)
    tolerance = timedelta(seconds=wanted.get("tolerance", 300))
    try:
        verify(wanted["payload"].encode(), wanted["header"], wanted["secret"], now, tolerance)
        valid, why = True, ""
    except SignatureRefused as refused:
        valid, why = False, f" ({refused})"
    if valid is not vector.body["expected"]["valid"]:
        raise differs("valid", vector.body["expected"]["valid"], f"{valid}{why}")
