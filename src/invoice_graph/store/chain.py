"""The chain of an account's events: the digest of each covers the event and the digest of the one before it, so that
nobody changes, adds or removes one without changing all that follow."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson

CHAINED = (
    "account_id",
    "sequence",
    "id",
    "type",
    "occurred_at",
    "object_id",
    "invoice_id",
    "customer_id",
    "status",
    "previous_status",
    "data",
    "previous_attributes",
    "idempotency_key",
    "operation_id",
    "actor_kind",
    "actor_id",
    "request_id",
)
"""The columns that a digest covers, in their order. A column that comes later stays out: it would break every chain."""

BEGINNING = "0" * 64
"""What stands for the digest before the first event."""


def link(before: str, values: Sequence[Any]) -> str:
    """The digest of an event: SHA-256, in hexadecimal digits, of a JSON list of the digest before it and of the columns
    `CHAINED` as the database holds them."""
    return sha256(orjson.dumps([before, *values])).hexdigest()
