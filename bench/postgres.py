"""`python -m bench postgres`: reads and writes on PostgreSQL, in a database that is made for it and dropped again."""

import asyncio
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bench import hearing, writes
from bench.contest import Say, over_http
from bench.dataset import NotSeeded, Size
from bench.operations import INVOICE_PAGE
from bench.report import http_rows, machine_text, table_text
from bench.servers import GATEWAY
from invoice_graph.store.addresses import POSTGRES

VARIABLE = "INVOICE_GRAPH_TEST_POSTGRES"
SERVERS = ("gateway", "two_processes", "bare_postgres", "postgraphile")
GOALS = {"postgraphile": 1.7, "bare_postgres": 0.8}
"""How many times another's requests the gateway answers at least."""


class NoServer(Exception):
    """There is no PostgreSQL server to measure with; the text says how to name one."""


def require_server(given: str | None) -> str:
    """The address of a server where databases can be made; raises NoServer."""
    named = given or os.environ.get(VARIABLE)
    if not named:
        raise NoServer(f"Name a PostgreSQL server where databases can be created, by --postgres URL or {VARIABLE}.")
    return "postgresql://" + named.partition("://")[2]


def measure(server: str, seeded: str | None, size: Size, rounds: int, seconds: int, say: Say) -> dict[str, Any]:
    """The figures of all rounds. `seeded` names a database that holds the data already; it is left as it is."""
    with _dataset(server, seeded, size, say) as dataset:
        operation = INVOICE_PAGE
        http = over_http(SERVERS, _url(server, dataset), operation, rounds, seconds, say)

        @contextmanager
        def copy(name: str) -> Generator[str, None, None]:
            with _database(server, f"{dataset}_{name}", dataset) as copied:
                yield _url(server, copied)

        finalized = writes.measure(copy, rounds, say)
        with copy("heard") as heard_url:
            heard = hearing.measure(heard_url, say)
    found = {"http": http, "writes": finalized, "hearing": heard}
    return {"server": _version(server), "operation": operation.title, **found}


@contextmanager
def _dataset(server: str, seeded: str | None, size: Size, say: Say) -> Generator[str, None, None]:
    if seeded is not None:
        yield seeded
        return
    with _database(server, f"invoice_graph_bench_{os.getpid()}") as name:
        say(f"seeding {name}")
        command = [*GATEWAY, "seed", "--database", _url(server, name), *size.options]
        if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
            raise NotSeeded("`invoice-graph seed` failed; what it says stands above.")
        _execute(_named(server, name), "VACUUM ANALYZE")
        yield name


@contextmanager
def _database(server: str, name: str, template: str | None = None) -> Generator[str, None, None]:
    """A database of the server for the length of the block, empty or like another one that nobody is connected to."""
    like = f'TEMPLATE "{template}"' if template else "ENCODING 'UTF8' TEMPLATE template0"
    _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" {like}')
    try:
        if template:
            # Statistics of tables come along, but not those that decide when autovacuum starts.
            _execute(_named(server, name), "VACUUM ANALYZE", "CHECKPOINT")
        yield name
    finally:
        _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _execute(address: str, *statements: str) -> None:
    async def execute() -> None:
        try:
            connection = await asyncpg.connect(address)
        except (OSError, asyncpg.PostgresError, ValueError) as error:
            raise NoServer(f"The PostgreSQL server can't be used: {error}.") from None
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


def _version(server: str) -> str:
    async def ask() -> str:
        connection = await asyncpg.connect(server)
        try:
            return str(await connection.fetchval("SHOW server_version"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def _named(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


def _url(server: str, database: str) -> str:
    """A database as the gateway's `--database`."""
    return POSTGRES + _named(server, database).partition("://")[2]


def text(measured: dict[str, Any]) -> str:
    """The tables of `bench postgres`."""
    http = measured["http"]
    goals = ", ".join(f"{goal} x {name}" for name, goal in GOALS.items())
    parts = [
        machine_text(measured["machine"]) + f"\nPostgreSQL {measured['server']}, on the same machine",
        f"{measured['operation']}, {http['bytes'] / 1000:.1f} kB; medians of {len(http['rounds'])} interleaved rounds;"
        f" goals: {goals}",
        "Over HTTP, 8 connections; processor time and memory without PostgreSQL's own:",
        table_text(http_rows(http)),
        writes.text(measured["writes"]),
        hearing.text(measured["hearing"]),
    ]
    return "\n\n".join(parts)
