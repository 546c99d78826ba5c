"""Leases: who does the work that one process may do at a time."""

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table of leases."""
    text = Text().with_variant(Text(collation="C"), "postgresql")
    op.create_table(
        "lease",
        Column("name", text, nullable=False),
        Column("owner", text, nullable=False),
        Column("until", text, nullable=False),
        PrimaryKeyConstraint("name"),
        sqlite_strict=True,
    )
