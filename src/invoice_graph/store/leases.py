"""Leases: work that belongs to one process until a moment, which the process moves on as long as it lives."""

from datetime import datetime

from sqlalchemy import bindparam, delete, text
from sqlalchemy import select as select_columns

from invoice_graph.domain.clock import parse_time, time_text
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement
from invoice_graph.store.rows import table_of
from invoice_graph.store.tables import Lease

_lease = table_of(Lease)
_READ = Statement(select_columns(_lease.c.owner, _lease.c.until).where(_lease.c.name == bindparam("name")))
_TAKE = Statement(
    text(
        "INSERT INTO lease (name, owner, until) VALUES (:name, :owner, :until) ON CONFLICT (name) DO UPDATE"
        " SET owner = excluded.owner, until = excluded.until"
        " WHERE lease.owner = excluded.owner OR lease.until <= :now RETURNING owner"
    )
)
_END = Statement(delete(_lease).where(_lease.c.name == bindparam("name"), _lease.c.owner == bindparam("owner")))


async def take_lease(connection: Connection, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Takes a lease that is free or run out, or moves on one's own; False when it is somebody else's."""
    values = {"name": name, "owner": owner, "now": time_text(now), "until": time_text(until)}
    return await connection.row(_TAKE, values) is not None


async def lease_of_others(connection: Connection, name: str, owner: str, now: datetime) -> bool:
    """Whether a lease is somebody else's at a moment. Writes nothing, so that waiting for it costs little."""
    row = await connection.row(_READ, {"name": name})
    return row is not None and row[0] != owner and parse_time(row[1]) > now


async def end_lease(connection: Connection, name: str, owner: str) -> None:
    """Leaves a lease to whoever comes next."""
    await connection.rows(_END, {"name": name, "owner": owner})
