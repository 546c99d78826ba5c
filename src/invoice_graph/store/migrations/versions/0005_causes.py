"""Who caused an event: the actor and the request, also of payments that are under way."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the columns and an index by actor."""
    text = Text().with_variant(Text(collation="C"), "postgresql")
    for table in ("event", "payment_attempt"):
        for name in ("actor_kind", "actor_id", "request_id"):
            op.add_column(table, Column(name, text))
    op.create_index("event_by_actor", "event", ["account_id", "actor_id", "sequence"])
