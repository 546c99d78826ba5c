"""Rows whose time has run out: idempotency keys, and the leases of payment attempts."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from invoice_graph.domain.clock import time_text
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement
from invoice_graph.store.rows import build, table_of
from invoice_graph.store.tables import IdempotencyKey, PaymentAttempt

_keys = table_of(IdempotencyKey)
_attempts = table_of(PaymentAttempt)
_PRUNE = Statement(delete(_keys).where(_keys.c.created_at <= bindparam("moment")))
_ITS_KEY = (_keys.c.account_id == bindparam("account_id"), _keys.c.key == bindparam("key"))
_PRUNE_ONE = Statement(delete(_keys).where(*_ITS_KEY, _keys.c.created_at <= bindparam("moment")))
_EXPIRED = Statement(select(_attempts).where(_attempts.c.leased_until <= bindparam("moment")).order_by(_attempts.c.id))


async def prune_key(connection: Connection, account_id: str, key: str, moment: datetime) -> None:
    """Deletes an idempotency key that was made at `moment` or before, if there is one."""
    await connection.rows(_PRUNE_ONE, {"account_id": account_id, "key": key, "moment": time_text(moment)})


async def prune_keys(connection: Connection, moment: datetime) -> None:
    """Deletes the idempotency keys of all accounts that were made at `moment` or before."""
    await connection.rows(_PRUNE, {"moment": time_text(moment)})


async def expired_attempts(connection: Connection, moment: datetime) -> list[PaymentAttempt]:
    """The payment attempts of all accounts whose lease ended at `moment` or before."""
    return [build(PaymentAttempt, raw) for raw in await connection.rows(_EXPIRED, {"moment": time_text(moment)})]
