"""Opens databases of either kind."""

from typing import TYPE_CHECKING

from invoice_graph.deferred import deferred
from invoice_graph.store import sqlite
from invoice_graph.store.addresses import POSTGRES, database_path
from invoice_graph.store.connection import Database

if TYPE_CHECKING:
    from invoice_graph.store import postgres
else:
    # With its driver it is a twentieth of a start.
    postgres = deferred("invoice_graph.store.postgres")


async def open_database(
    url: str,
    *,
    readers: int = 0,
    writers: int = 8,
    synchronous: str = "FULL",
    busy_milliseconds: int = 5000,
    statement_milliseconds: int = 30_000,
    migrate: bool = True,
    wait: float = 0,
) -> Database:
    """Opens a database. With `migrate` its tables are made when it is new and upgraded when it is old; without, it is
    refused then. A server that does not answer is tried again for `wait` seconds. With 0 `readers` there are as many
    as are fastest as a rule. Raises DatabaseUnusable."""
    if url.startswith(POSTGRES):
        settings = postgres.PostgresSettings(
            readers or postgres.USUAL_READERS, writers, busy_milliseconds, statement_milliseconds
        )
        return await postgres.open_postgres(url, settings, migrate, wait)
    return await sqlite.open_sqlite(
        database_path(url),
        readers=readers or sqlite.usual_readers(),
        synchronous=synchronous,
        busy_milliseconds=busy_milliseconds,
        migrate=migrate,
    )
