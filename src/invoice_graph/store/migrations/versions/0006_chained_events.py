"""The chain of events: each one's digest, also of those that are there already."""

from collections.abc import Iterator
from hashlib import sha256

import orjson
from alembic import op
from sqlalchemy import Column, Connection, Text, text

revision = "0006"
down_revision = "0005"

CHAINED = (
    "account_id, sequence, id, type, occurred_at, object_id, invoice_id, customer_id, status, previous_status, data, "
    "previous_attributes, idempotency_key, operation_id, actor_kind, actor_id, request_id"
)
READ = text(f"SELECT {CHAINED} FROM event ORDER BY account_id, sequence")
WRITE = text("UPDATE event SET digest = :digest WHERE account_id = :account_id AND sequence = :sequence")


def upgrade() -> None:
    """Adds the column and computes it, from each account's first event on."""
    op.add_column("event", Column("digest", Text().with_variant(Text(collation="C"), "postgresql")))
    connection = op.get_bind()
    digests = list(_digests(connection))
    if digests:
        connection.execute(WRITE, digests)


def _digests(connection: Connection) -> Iterator[dict[str, object]]:
    account_id, digest = None, ""
    for row in connection.execute(READ):
        if row[0] != account_id:
            account_id, digest = row[0], "0" * 64
        digest = sha256(orjson.dumps([digest, *row])).hexdigest()
        yield {"digest": digest, "account_id": account_id, "sequence": row[1]}
