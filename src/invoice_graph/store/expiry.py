"""Rows whose time has run out: idempotency keys, and the leases of payment attempts."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from invoice_graph.domain.clock import time_text
from invoice_graph.store.database import Connection
from invoice_graph.store.dialect import spell
from invoice_graph.store.rows import build, table_of
from invoice_graph.store.tables import IdempotencyKey, PaymentAttempt

_keys = table_of(IdempotencyKey)
_attempts = table_of(PaymentAttempt)
_PRUNE = spell(delete(_keys).where(_keys.c.created_at <= bindparam("moment")))[0]
_EXPIRED = spell(select(_attempts).where(_attempts.c.leased_until <= bindparam("moment")).order_by(_attempts.c.id))[0]


async def prune_keys(connection: Connection, moment: datetime) -> None:
    """Deletes the idempotency keys of all accounts that were made at `moment` or before."""
    await connection.rows(_PRUNE, {"moment": time_text(moment)})


async def expired_attempts(connection: Connection, moment: datetime) -> list[PaymentAttempt]:
    """The payment attempts of all accounts whose lease ended at `moment` or before."""
    return [build(PaymentAttempt, raw) for raw in await connection.rows(_EXPIRED, {"moment": time_text(moment)})]
