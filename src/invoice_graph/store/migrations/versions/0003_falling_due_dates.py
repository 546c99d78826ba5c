"""The index of due dates from the last to the first, which SQLite finds in the one that it has."""

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the index."""
    if op.get_context().dialect.name == "postgresql":
        columns = (text("account_id"), text("due_at DESC NULLS LAST"), text("id DESC"))
        op.create_index("invoice_by_due_falling", "invoice", columns)
