"""What stands in the way of a start on PostgreSQL is one line that says what to do."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from database_shapes import ask, shape, without_tables
from databases import SERVER, VARIABLE

from invoice_graph.store.connection import DatabaseUnusable
from invoice_graph.store.database import open_database
from invoice_graph.store.revisions import NEWEST

PATIENCE = 60
ROLE = f"invoice_graph_guest_{os.getpid()}"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(SERVER is None, reason=f"{VARIABLE} names no PostgreSQL server"),
]


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    with without_tables(tmp_path, "postgres") as url:
        yield url


@pytest.fixture
def guest(bare: str) -> Iterator[str]:
    """The same database as a role sees it that has no rights there."""
    ask(bare, f"CREATE ROLE {ROLE} LOGIN PASSWORD 'secret'")
    parts = urlsplit(bare)
    try:
        yield f"{parts.scheme}://{ROLE}:secret@{parts.netloc.rpartition('@')[2]}{parts.path}"
    finally:
        ask(bare, f"DROP OWNED BY {ROLE}")
        ask(bare, f"DROP ROLE {ROLE}")


async def refusal(url: str, **options: float) -> str:
    with pytest.raises(DatabaseUnusable) as refused:
        await open_database(url, readers=1, **options)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)
    return str(refused.value)


async def make(url: str) -> None:
    await (await open_database(url, readers=1)).close()


async def test_a_role_that_may_not_create_tables_is_told_what_to_grant(bare: str, guest: str) -> None:
    assert await refusal(guest) == (
        f"The role {ROLE} may not create tables in the schema public; GRANT CREATE ON SCHEMA public TO {ROLE}, "
        "or let another role run `invoice-graph migrate`."
    )
    assert shape(bare) == {"columns": [], "rules": [], "indexes": []}
    ask(bare, f"GRANT CREATE ON SCHEMA public TO {ROLE}")
    await make(guest)


async def test_a_role_that_sees_no_schema_is_told_so(bare: str, guest: str) -> None:
    ask(bare, "REVOKE USAGE ON SCHEMA public FROM public")
    assert await refusal(guest) == (
        f"The role {ROLE} can use no schema of its search path; GRANT USAGE, CREATE ON SCHEMA public TO {ROLE}."
    )


async def test_a_role_that_lacks_rights_on_tables_is_told_what_to_grant(bare: str, guest: str) -> None:
    await make(bare)
    grant = f"let the tables' owner GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}."
    assert await refusal(guest) == f"The role {ROLE} lacks rights (read alembic_version); {grant}"
    ask(bare, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}")
    assert await refusal(guest) == f"The role {ROLE} lacks rights (INSERT, UPDATE, DELETE on account); {grant}"
    ask(bare, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    await make(guest)


async def test_a_role_that_may_not_upgrade_is_told_who_can(bare: str, guest: str) -> None:
    await make(bare)
    ask(bare, "DROP TABLE lease; UPDATE alembic_version SET version_num = '0001'")
    ask(bare, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    assert await refusal(guest) == (
        f"The database could not be upgraded to schema {NEWEST} and is as it was: permission denied for schema public; "
        "let the owner of its tables run `invoice-graph migrate`."
    )


async def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with without_tables(tmp_path, "postgres", "ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'") as url:
        expected = "The database is encoded in LATIN1; create one WITH ENCODING 'UTF8'."
        assert await refusal(url) == expected


async def test_a_database_that_is_not_there_is_to_be_created(bare: str) -> None:
    expected = 'The database can\'t be used: database "nowhere" does not exist; create it, as with `createdb NAME`.'
    assert await refusal(f"{bare.rpartition('/')[0]}/nowhere") == expected


async def test_a_role_that_is_not_there_is_named(bare: str) -> None:
    parts = urlsplit(bare)
    found = await refusal(f"{parts.scheme}://nobody_of_this_name@{parts.netloc.rpartition('@')[2]}{parts.path}")
    assert "nobody_of_this_name" in found
    assert found.endswith("; name a role and its password: postgresql+asyncpg://ROLE:PASSWORD@....")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        # Kept from others, but not from who comes later to listen.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def through(port: int, url: str) -> str:
    """A database's URL by way of a port of this machine."""
    parts = urlsplit(url)
    role, at, _ = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{role}{at}127.0.0.1:{port}{parts.path}"


async def test_a_server_that_does_not_answer_is_named_with_a_way_out(bare: str, silent_port: int) -> None:
    found = await refusal(through(silent_port, bare))
    assert str(silent_port) in found
    assert found.startswith("The database can't be used: ")
    assert found.endswith("; start its server, or have it waited for with INVOICE_GRAPH_DATABASE_WAIT=SECONDS.")


async def test_a_server_that_never_answers_is_waited_for_as_long_as_was_asked(
    bare: str, silent_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await refusal(through(silent_port, bare), wait=0.5)
    assert loop.time() - begun >= 0.5
    (line,) = caplog.messages
    assert line.startswith("The database does not answer: ")
    assert line.endswith("; waiting for it for 0.5 s")


@contextlib.asynccontextmanager
async def forwarder(port: int, url: str) -> AsyncGenerator[None, None]:
    """Hands on what arrives at a port to a database's server."""
    parts = urlsplit(url)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        await asyncio.gather(pump(reader, away), pump(there, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", port)
    async with server:
        yield


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_a_server_that_comes_up_meanwhile_is_used(bare: str, silent_port: int) -> None:
    command = [sys.executable, "-m", "invoice_graph", "migrate", "--database-wait", str(PATIENCE), "--database"]
    url = through(silent_port, bare)
    migrating = await asyncio.create_subprocess_exec(*command, url, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert migrating.stdout and migrating.stderr
    async with asyncio.timeout(PATIENCE):
        line = (await migrating.stderr.readline()).decode()
        assert line.endswith(f"; waiting for it for {PATIENCE} s\n")
        assert line.startswith("The database does not answer: ")
        async with forwarder(silent_port, bare):
            assert await migrating.stdout.read() == f"{url} has schema {NEWEST}, the newest.\n".encode()
            assert await migrating.wait() == 0
            assert await migrating.stderr.read() == b""


def test_a_command_ends_with_2_and_one_line_when_the_server_is_down(bare: str, silent_port: int) -> None:
    command = [sys.executable, "-m", "invoice_graph", "serve", "--port", "0", "--database", through(silent_port, bare)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("invoice-graph: The database can't be used: ")
    assert ended.stderr.count("\n") == 1


def test_serve_without_migrate_refuses_an_empty_database(bare: str) -> None:
    command = [sys.executable, "-m", "invoice_graph", "serve", "--port", "0", "--no-migrate", "--database", bare]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    expected = "invoice-graph: The database is empty; bring it there with `invoice-graph migrate`.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", expected)


def test_serve_comes_up_on_an_empty_database(bare: str) -> None:
    command = [sys.executable, "-m", "invoice_graph", "serve", "--port", "0", "--database", bare]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("GraphiQL: ")
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0
