"""URLs of databases: which kind they name, and which file."""

from pathlib import Path

from invoice_graph.store.connection import DatabaseUnusable

SQLITE = "sqlite+aiosqlite:///"
POSTGRES = "postgresql+asyncpg://"


def database_path(url: str) -> Path:
    """The file that a URL names; DatabaseUnusable for any other kind, and for options, which would become its name."""
    if not url.startswith(SQLITE) or not url.removeprefix(SQLITE):
        raise DatabaseUnusable(f"{url!r} is no database URL of the form {SQLITE}FILE or {POSTGRES}USER@HOST/NAME.")
    path, question, options = url.removeprefix(SQLITE).partition("?")
    if question:
        raise DatabaseUnusable(f"{url!r} ends with '?{options}', and a file takes no options; leave that out.")
    return Path(path)


def file_of(url: str) -> Path | None:
    """The file that a URL names; None for a database of a server. Raises DatabaseUnusable for what is neither."""
    return None if url.startswith(POSTGRES) else database_path(url)


def is_missing(url: str) -> bool:
    """Whether a URL names a file that is not there."""
    file = file_of(url)
    return file is not None and not file.exists()


def same_database(one: str, other: str) -> bool:
    """Whether two URLs plainly name the same database."""
    return _plain(one) == _plain(other)


def _plain(url: str) -> str:
    return str(database_path(url).resolve()) if url.startswith(SQLITE) else url
