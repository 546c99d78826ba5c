"""Notices what other processes write to the same database."""

import asyncio

from invoice_graph.store.database import Database


async def watch(database: Database, interval: float) -> None:
    """Sets `database.changed` within `interval` seconds of another process's commit; looks only while
    somebody waits. Runs until it is cancelled."""
    seen = await database.change_counter()
    while True:
        await asyncio.sleep(interval)
        if not database.changed.awaited:
            continue
        now = await database.change_counter()
        if now != seen:
            seen = now
            database.changed.set()
