"""Notices what other processes write to the same database."""

import asyncio
import logging
import sqlite3

from invoice_graph.store.database import Database

_log = logging.getLogger(__name__)


async def watch(database: Database, interval: float) -> None:
    """Sets `database.changed` within `interval` seconds of another process's commit; looks only while
    somebody waits. Runs until it is cancelled."""
    seen: int | None = None
    while True:
        now = seen
        try:
            if seen is None or database.changed.awaited:
                now = await database.change_counter()
        except sqlite3.Error:
            _log.exception("Other processes' changes can't be seen; looking again in %g s", interval)
        if now != seen:
            seen = now
            database.changed.set()
        await asyncio.sleep(interval)
