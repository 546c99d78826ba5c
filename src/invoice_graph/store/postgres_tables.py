"""Makes, upgrades and checks the tables of a PostgreSQL database."""

from typing import Any

from asyncpg import exceptions as pg
from sqlmodel import SQLModel

from invoice_graph.store.connection import DatabaseUnusable
from invoice_graph.store.ddl import create_statements
from invoice_graph.store.dialect import POSTGRES
from invoice_graph.store.migrations import upgrading
from invoice_graph.store.revisions import LOCK, READ, RECORD, Step, next_step, recorded

OLDEST_VERSION = 15

_PATIENT = "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0"
_EXISTS = "SELECT to_regclass($1) IS NOT NULL"
_MADE = """
SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1 AND relnamespace = CAST(current_schema() AS regnamespace))
"""
_NAMES = "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL ORDER BY name"
_PLACE = "SELECT quote_ident(current_user), quote_ident(current_schema())"
_MISSING_RIGHTS = """
SELECT name, string_agg(privilege, ', ')
FROM unnest($1::text[]) AS name, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
WHERE NOT has_table_privilege(to_regclass(name), privilege) GROUP BY name ORDER BY name LIMIT 1
"""


async def prepare_tables(driver: Any, address: str, migrate: bool) -> None:
    """Brings a database to the newest revision, and sees to it that all its tables can be used. Of several processes
    one does it; the others wait for that. Raises DatabaseUnusable."""
    _check_server(driver)
    while (step := next_step(await _revision(driver), migrate)) is not Step.NOTHING:
        await (_create(driver) if step is Step.CREATE else upgrading.upgrade_postgres(address))
    await _check_rights(driver)


def _check_server(driver: Any) -> None:
    major = driver.get_server_version().major
    if major < OLDEST_VERSION:
        raise DatabaseUnusable(f"The server is PostgreSQL {major}; {OLDEST_VERSION} or newer is needed.")
    encoding = driver.get_settings().server_encoding
    if encoding != "UTF8":
        raise DatabaseUnusable(f"The database is encoded in {encoding}; create one WITH ENCODING 'UTF8'.")


async def _revision(driver: Any) -> str | None:
    """The revision that a database has; None when it is empty."""
    if await driver.fetchval(_EXISTS, RECORD):
        try:
            revision = await driver.fetchval(READ)
        except pg.InsufficientPrivilegeError as error:
            raise DatabaseUnusable(await _without_rights(driver, f"read {RECORD}")) from error
        return recorded(revision)
    names = [name for (name,) in await driver.fetch(_NAMES, _table_names())]
    if names:
        raise DatabaseUnusable(f"The database has a table {names[0]} that this program did not make; name another one.")
    return None


async def _create(driver: Any) -> None:
    try:
        async with driver.transaction():
            await driver.execute(_PATIENT)
            await driver.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            # Another process may have made them while this one waited. The catalogue has to be read for that: names
            # are looked up in what the session remembers, and it may remember that there was no such table.
            if not await driver.fetchval(_MADE, RECORD):
                for statement in create_statements(POSTGRES):
                    await driver.execute(statement)
    except (pg.InsufficientPrivilegeError, pg.InvalidSchemaNameError) as error:
        raise DatabaseUnusable(await _without_schema(driver)) from error


async def _without_schema(driver: Any) -> str:
    role, schema = await driver.fetchrow(_PLACE)
    if schema is None:
        return f"The role {role} can use no schema of its search path; GRANT USAGE, CREATE ON SCHEMA public TO {role}."
    return (
        f"The role {role} may not create tables in the schema {schema}; GRANT CREATE ON SCHEMA {schema} TO {role}, "
        "or let another role run `invoice-graph migrate`."
    )


async def _check_rights(driver: Any) -> None:
    missing = await driver.fetchrow(_MISSING_RIGHTS, _table_names())
    if missing:
        table, privileges = missing
        raise DatabaseUnusable(await _without_rights(driver, f"{privileges} on {table}"))


async def _without_rights(driver: Any, what: str) -> str:
    role, schema = await driver.fetchrow(_PLACE)
    return (
        f"The role {role} lacks rights ({what}); let the tables' owner GRANT SELECT, INSERT, UPDATE, DELETE "
        f"ON ALL TABLES IN SCHEMA {schema} TO {role}."
    )


def _table_names() -> list[str]:
    return [table.name for table in SQLModel.metadata.sorted_tables]
