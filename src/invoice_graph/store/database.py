"""Opens databases of either kind."""

from pathlib import Path

from invoice_graph.store import postgres, sqlite
from invoice_graph.store.connection import Database


def same_database(one: str, other: str) -> bool:
    """Whether two URLs plainly name the same database."""
    return _plain(one) == _plain(other)


def is_missing(url: str) -> bool:
    """Whether a URL names a file that is not there."""
    file = file_of(url)
    return file is not None and not file.exists()


def file_of(url: str) -> Path | None:
    """The file that a URL names; None for a database of a server. Raises DatabaseUnusable for what is neither."""
    return None if url.startswith(postgres.SCHEME) else sqlite.database_path(url)


def _plain(url: str) -> str:
    return str(sqlite.database_path(url).resolve()) if url.startswith(sqlite.SCHEME) else url


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
    if url.startswith(postgres.SCHEME):
        settings = postgres.PostgresSettings(
            readers or postgres.USUAL_READERS, writers, busy_milliseconds, statement_milliseconds
        )
        return await postgres.open_postgres(url, settings, migrate, wait)
    return await sqlite.open_sqlite(
        sqlite.database_path(url),
        readers=readers or sqlite.usual_readers(),
        synchronous=synchronous,
        busy_milliseconds=busy_milliseconds,
        migrate=migrate,
    )
