"""The way to Alembic: it takes longer to import than all the rest of a start, which hardly ever needs it."""

from collections.abc import Awaitable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast


class Upgrading(Protocol):
    """What `store/migrations/upgrading.py` does; both raise DatabaseUnusable and then leave the database as it was."""

    def upgrade_sqlite(self, path: Path) -> Awaitable[None]:
        """Brings a file to the newest revision."""

    def upgrade_postgres(self, address: str) -> Awaitable[None]:
        """Brings a database of a PostgreSQL server to the newest revision."""


def upgrading() -> Upgrading:
    """The module that upgrades, imported when it is first asked for."""
    return cast(Upgrading, import_module("invoice_graph.store.migrations.upgrading"))
