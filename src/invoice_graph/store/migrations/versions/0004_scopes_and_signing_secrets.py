"""What restricted keys are good for, and the secrets that sign customers' tokens."""

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the column and makes the table."""
    text = Text().with_variant(Text(collation="C"), "postgresql")
    op.add_column("api_key", Column("scopes", text))
    op.create_table(
        "signing_secret",
        *(Column(name, text, nullable=False) for name in ("account_id", "id", "created_at", "secret")),
        PrimaryKeyConstraint("account_id", "id"),
        sqlite_strict=True,
    )
