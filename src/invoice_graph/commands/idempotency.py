"""Idempotency keys: a repeated call is answered with the outcome of the first and has no second effect.

The outcome is stored in the transaction of its effect. A key is the account's, belongs to one operation with
one input, and is forgotten after 24 hours.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from invoice_graph.commands.operations import Call, Outcome, Services
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import time_text
from invoice_graph.domain.errors import (
    ConflictRefusal,
    ErrorCode,
    InputRefusal,
    PaymentRefusal,
    Refusal,
    TransitionRefusal,
)
from invoice_graph.domain.fields import MAX_TEXT, required_text
from invoice_graph.domain.money import decimal_text
from invoice_graph.store.connection import Connection
from invoice_graph.store.expiry import prune_key, prune_keys
from invoice_graph.store.rows import codec, insert_rows, select_rows, update_row
from invoice_graph.store.tables import IdempotencyKey

LIFETIME = timedelta(hours=24)
PATH = ("idempotency_key",)
_KINDS = {kind.__name__: kind for kind in (InputRefusal, TransitionRefusal, ConflictRefusal, PaymentRefusal)}
_REUSED = "Keys for idempotent requests can only be used with the same parameters they were first used with."
_IN_USE = "A call with this key is under way; repeat the call in a moment to get its outcome."


def check_key(key: str | None) -> None:
    """Refuses a key that is empty or longer than 255 characters."""
    if key is not None:
        required_text(MAX_TEXT["idempotency_key"])(key, PATH)


def own_key(actor: Actor, key: str | None) -> str | None:
    """A key as it is stored: a customer's own are apart from the account's and from other customers'."""
    return key if key is None or actor.customer_id is None else f"{actor.customer_id}/{key}"


def fingerprint(call: Call) -> str:
    """The SHA-256 of what a call asks for, apart from its key."""
    asked = [call.operation, call.expected_version, call.input]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=_plain).encode()).hexdigest()


async def recall(connection: Connection, account_id: str, call: Call, now: datetime) -> Outcome | None:
    """The outcome of an earlier call with the same key; None when there was none. Refuses a key that was used
    for something else, or whose call is under way."""
    known = await _find(connection, account_id, call.idempotency_key)
    if known is None or known.created_at <= now - LIFETIME:
        return None
    if (known.operation, known.fingerprint) != (call.operation, fingerprint(call)):
        raise InputRefusal(ErrorCode.IDEMPOTENCY_KEY_REUSED, _REUSED, PATH)
    if not known.finished:
        raise InputRefusal(ErrorCode.IDEMPOTENCY_KEY_IN_USE, _IN_USE, PATH)
    refusals = tuple(_refusal(stored) for stored in known.errors)
    return Outcome(known.object_id, known.deleted_id, refusals, known.operation_id, replayed=True)


async def keep(
    connection: Connection, account_id: str, call: Call, outcome: Outcome, now: datetime, *, finished: bool = True
) -> None:
    """Stores the outcome of a call under its key, if it has one."""
    if call.idempotency_key is None:
        return
    # An outcome that is too old to be recalled makes room.
    await prune_key(connection, account_id, call.idempotency_key, now - LIFETIME)
    row = IdempotencyKey(
        account_id=account_id,
        key=call.idempotency_key,
        created_at=now,
        operation=call.operation,
        fingerprint=fingerprint(call),
        finished=finished,
        object_id=outcome.object_id,
        deleted_id=outcome.deleted_id,
        errors=[_document(refusal) for refusal in outcome.refusals],
        operation_id=outcome.operation_id,
    )
    await insert_rows(connection, IdempotencyKey, [row])


async def forget_keys(services: Services) -> int:
    """Deletes the outcomes of all accounts that are too old to be recalled."""
    moment = services.clock.now() - LIFETIME
    await services.database.write(lambda connection: prune_keys(connection, moment))
    return 0


async def finish(connection: Connection, account_id: str, key: str | None, outcome: Outcome) -> None:
    """Stores the outcome of a call whose key was kept before it was known."""
    known = await _find(connection, account_id, key)
    if known is not None and known.operation_id == outcome.operation_id:
        known.finished, known.errors = True, [_document(refusal) for refusal in outcome.refusals]
        values = codec(IdempotencyKey).values(known)
        await update_row(connection, known, {name: values[name] for name in ("finished", "errors")})


async def _find(connection: Connection, account_id: str, key: str | None) -> IdempotencyKey | None:
    if key is None:
        return None
    found = await select_rows(connection, IdempotencyKey, {"account_id": account_id, "key": key})
    return found[0] if found else None


def _document(refusal: Refusal) -> dict[str, Any]:
    return {"kind": type(refusal).__name__, **{field.name: getattr(refusal, field.name) for field in fields(refusal)}}


def _refusal(document: Mapping[str, Any]) -> Refusal:
    values = {name: value for name, value in document.items() if name != "kind"}
    return _KINDS[document["kind"]](**{**values, "code": ErrorCode(values["code"])})


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, Decimal):
        return decimal_text(value)
    raise TypeError(f"{value!r} has no place in an input")
