"""The command line: what each command does, and one clear line for what it can't do."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from databases import databases
from vandal import vandal
from waiting import until

from invoice_graph.cli import main
from invoice_graph.cli.options import read_settings
from invoice_graph.config import ENVIRONMENT_PREFIX, Settings
from invoice_graph.documentation import lifecycle_table, option_name
from invoice_graph.schema.build import build_schema
from invoice_graph.store.revisions import NEWEST

PATIENCE = 60.0
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Invoke = Callable[..., Ended]


FIRST_REVISION = Path(__file__).parent / "schemas" / "first_revision.sql"


@pytest.fixture
def database(tmp_path: Path, kind: str) -> str:
    return databases.url(tmp_path / "invoices.db", made=False)


@pytest.fixture
def file(kind: str) -> None:
    """Skips tests of what only a file has."""
    if kind != "sqlite":
        pytest.skip("a server's databases are no files of ours")


@pytest.fixture
def server(kind: str) -> None:
    """Skips tests of what only a server has."""
    if kind == "sqlite":
        pytest.skip("SQLite has no server")


@pytest.fixture
def invoke(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Invoke:
    """Runs a command in this process, on a database of its own that the environment names."""
    monkeypatch.setenv("INVOICE_GRAPH_DATABASE", database)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["invoice-graph", *arguments])
        with pytest.raises(SystemExit) as ending:
            main()
        printed = capsys.readouterr()
        return Ended(int(ending.value.code or 0), printed.out, printed.err)

    return run


def done(ended: Ended) -> str:
    """What a command printed that did what it should."""
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def refused(ended: Ended) -> str:
    """The one line of a command that did not."""
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("invoice-graph: ")
    assert ended.err.count("\n") == 1
    return ended.err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_of_faulty_documents_does_not_begin(invoke: Invoke, tmp_path: Path, workers: str) -> None:
    missing = f"invoice-graph: --documents: {tmp_path}/list is no directory; name one with *.graphql or *.json files.\n"
    serve = ("serve", "--port", "0", "--workers", workers, "--documents", f"{tmp_path}/list")
    assert refused(invoke(*serve)) == missing
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "a.graphql").write_text("{\n  nope\n}")
    place, fault = f"{tmp_path}/list/a.graphql:2:3", "Cannot query field 'nope' on type 'Query'."
    faulty = f"invoice-graph: {place}: {fault} Did you mean 'node' or 'nodes'?\n"
    assert refused(invoke(*serve)) == faulty
    assert not (tmp_path / "invoices.db").exists()


def test_every_setting_is_an_option_of_serve(invoke: Invoke) -> None:
    text = done(invoke("serve", "--help"))
    for name in Settings.model_fields:
        assert f" {option_name(name)} " in text
    assert " --jobs / --no-jobs " in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--port", "many"), "--port can't be 'many'; give a whole number."),
        (("--port", "65536"), "--port can't be '65536'; give at most 65535."),
        (("--workers", "0"), "--workers can't be '0'; give at least 1."),
        (("--synchronous", "MAYBE"), "--synchronous can't be 'MAYBE'; give 'FULL', 'NORMAL' or 'OFF'."),
        (("--database", "mysql://me@host/db", "--port", "0"), "is no database URL of the form"),
        (("--database", "sqlite+aiosqlite:////nowhere/x.db", "--port", "0"), "/nowhere/x.db can't be opened"),
        (
            ("--allowed-origins", "[http"),
            "--allowed-origins can't be ['[http']; give a JSON list such as '[\"https://app.example\"]'.",
        ),
        (("--allowed-origins", "[80]"), "--allowed-origins can't be 80; give an origin such as https://app.example, "),
        (("--host", "nowhere.invalid"), "nowhere.invalid port 8000 can't be listened on"),
        (("--demo", "--host", "0.0.0.0"), "0.0.0.0 is no loopback address"),
        (("--demo", "--host", "example.com"), "example.com is no loopback address"),
    ],
)
def test_serve_says_in_one_line_what_is_wrong(invoke: Invoke, arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(invoke("serve", *arguments))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "many", "INVOICE_GRAPH_PORT can't be 'many'; give a whole number."),
        ("SEND_TIMEOUT", "0", "INVOICE_GRAPH_SEND_TIMEOUT can't be '0'; give more than 0."),
        ("ALLOWED_ORIGINS", "[http", "INVOICE_GRAPH_ALLOWED_ORIGINS can't be '[http'; give a JSON list such as "),
    ],
)
def test_a_bad_variable_is_named(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT_PREFIX + name, value)
    assert message in refused(invoke("serve"))


@pytest.mark.parametrize("given", [["https://a.example", "null"], ['["https://a.example", "null"]']])
def test_origins_come_one_by_one_or_as_a_list(given: list[str]) -> None:
    assert read_settings({"allowed_origins": given}).allowed_origins == ["https://a.example", "null"]


def test_a_file_that_is_no_database_is_left_as_it_is(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear Jenny, " * 500)
    assert "file is not a database" in refused(invoke("migrate", "--database", f"sqlite+aiosqlite:///{file}"))
    assert file.read_text() == "Dear Jenny, " * 500


def test_a_database_of_a_newer_program_is_refused(file: None, invoke: Invoke, tmp_path: Path) -> None:
    done(invoke("migrate"))
    with contextlib.closing(sqlite3.connect(tmp_path / "invoices.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "has schema 99, newer than this program's" in refused(invoke("migrate"))


def test_a_port_in_use_is_named_before_anything_is_made(invoke: Invoke, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refused(invoke("serve", "--demo", "--port", str(port)))
    assert f"127.0.0.1 port {port} can't be listened on: Address already in use; name another" in message
    assert list(tmp_path.iterdir()) == []


def test_demo_refuses_a_database_with_other_accounts(invoke: Invoke, tmp_path: Path) -> None:
    account = done(invoke("account", "create", "--name", "Theirs")).strip()
    assert account in refused(invoke("serve", "--demo", "--port", "0"))


def test_migrate_creates_what_the_environment_names_unless_an_option_does(
    file: None, invoke: Invoke, database: str, tmp_path: Path
) -> None:
    assert done(invoke("migrate")) == f"{database} has schema {NEWEST}, the newest.\n"
    assert (tmp_path / "invoices.db").exists()
    done(invoke("migrate", "--database", f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"))
    assert (tmp_path / "other.db").exists()


def test_schema_prints_the_file_at_the_root_byte_for_byte(invoke: Invoke) -> None:
    printed = done(invoke("schema"))
    assert printed == build_schema().sdl
    assert printed.encode() == (ROOT / "schema.graphql").read_bytes()


def test_lifecycle_prints_the_table(invoke: Invoke) -> None:
    assert done(invoke("lifecycle")) == lifecycle_table() + "\n"


def test_an_account_is_created_listed_and_changed(invoke: Invoke) -> None:
    given = ("--name", "Ada's Workshop", "--country", "GB", "--currency", "gbp", "--numbering", "account")
    more = ("--prefix", "ADA", "--tax-rounding", "invoice", "--grace", "60", "--payment-terms", "14")
    account = done(invoke("account", "create", *given, *more)).strip()
    assert account.startswith("acct_")
    listed = done(invoke("account", "list"))
    for part in (account, "Ada's Workshop", "GB", "gbp", "ACCOUNT", "ADA", "60", "14"):
        assert part in listed
    done(invoke("account", "set", account, "--name", "Ada & Sons", "--payment-terms", "7"))
    assert "Ada & Sons" in done(invoke("account", "list"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("create", "--name", "Ada", "--currency", "xyz"), "PARAMETER_INVALID: 'xyz' is not an accepted currency"),
        (("create", "--name", ""), "PARAMETER_"),
        (("set", "acct_nobody", "--name", "Ada"), "acct_nobody"),
    ],
)
def test_a_bad_account_is_refused(invoke: Invoke, arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(invoke("account", *arguments))


def test_a_key_is_shown_once_and_can_be_revoked(invoke: Invoke) -> None:
    account = done(invoke("account", "create", "--name", "Ada")).strip()
    secret = done(invoke("key", "create", "--account", account, "--name", "web shop")).strip()
    assert secret.startswith("sk_")
    (line,) = done(invoke("key", "list", "--account", account)).splitlines()
    assert "web shop" in line
    assert "valid" in line
    assert secret not in line
    key = line.split()[0]
    done(invoke("key", "revoke", key, "--account", account))
    assert "revoked" in done(invoke("key", "list", "--account", account))


def test_a_key_can_be_restricted_to_scopes(invoke: Invoke) -> None:
    account = done(invoke("account", "create", "--name", "Ada")).strip()
    scopes = ("--scope", "payments:write", "--scope", "invoices:read")
    assert done(invoke("key", "create", "--account", account, *scopes)).startswith("rk_")
    assert done(invoke("key", "list", "--account", account)).endswith("(invoices:read, payments:write)\n")
    assert "invoices:read: invoices, their lines" in done(invoke("key", "scopes"))
    assert invoke("key", "create", "--account", account, "--scope", "nonsense").code == 2


def test_a_key_of_nobody_is_refused(invoke: Invoke) -> None:
    assert "No such account: 'acct_nobody'" in refused(invoke("key", "create", "--account", "acct_nobody"))


def test_seeded_data_is_proved_and_backed_up_without_overwriting(
    file: None, invoke: Invoke, tmp_path: Path, database: str
) -> None:
    printed = done(invoke("seed", "--customers", "3", "--invoices", "12", "--lines", "2"))
    assert "12" in printed
    assert "acct_demo" in printed
    assert database in done(invoke("verify"))
    assert str(tmp_path / "copy.db") in done(invoke("backup", str(tmp_path / "copy.db")))
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM invoice").fetchone() == (12,)
    before = (tmp_path / "copy.db").read_bytes()
    assert "copy.db exists" in refused(invoke("backup", str(tmp_path / "copy.db")))
    assert (tmp_path / "copy.db").read_bytes() == before
    assert "can't be written" in refused(invoke("backup", str(tmp_path / "nowhere" / "copy.db")))


def test_a_database_of_an_earlier_program_is_proved_and_backed_up_as_it_is(
    file: None, invoke: Invoke, tmp_path: Path
) -> None:
    names = ("invoices.db", "copy.db")
    with contextlib.closing(sqlite3.connect(tmp_path / names[0])) as connection:
        connection.executescript(FIRST_REVISION.read_text())
    assert "copy.db: proved" in done(invoke("backup", str(tmp_path / "copy.db")))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    for name in names:
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (3,)


def test_verify_ends_with_1_and_a_list_when_the_books_do_not_hold(invoke: Invoke, tmp_path: Path) -> None:
    done(invoke("seed", "--customers", "1", "--invoices", "5", "--lines", "1"))
    with vandal(tmp_path / "invoices.db") as run:
        ((id,),) = run("SELECT min(id) FROM invoice")
        run(f"UPDATE invoice SET subtotal = subtotal + 1 WHERE id = '{id}'")
    ended = invoke("verify")
    assert ended.code == 1
    assert f"totals: acct_demo {id}" in ended.out


@pytest.mark.parametrize("command", [("verify",), ("backup", "copy.db")])
def test_a_database_that_is_not_there_is_not_made(
    file: None, invoke: Invoke, tmp_path: Path, command: tuple[str, ...]
) -> None:
    assert "invoices.db" in refused(invoke(*command))
    assert list(tmp_path.iterdir()) == []


def test_a_server_s_database_is_seeded_proved_and_left_to_the_server_to_copy(
    server: None, invoke: Invoke, tmp_path: Path, database: str
) -> None:
    done(invoke("seed", "--customers", "3", "--invoices", "12", "--lines", "2"))
    assert f"{database}: proved" in done(invoke("verify"))
    assert "pg_dump" in refused(invoke("backup", str(tmp_path / "copy.db")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("verify",), ("export", "invoices"), ("seed",), ("account", "list")])
def test_a_server_s_database_that_is_not_there_is_named(
    server: None, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, database: str, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("INVOICE_GRAPH_DATABASE", f"{database}_nowhere")
    assert "_nowhere" in refused(invoke(*command))


def test_explain_shows_statement_parameters_cost_and_the_way_of_the_database(
    invoke: Invoke, tmp_path: Path, database: str
) -> None:
    query = "query ($n: Int) { invoices(first: $n) { nodes { id lines(first: 3) { nodes { amount } } } } }"
    (tmp_path / "query.graphql").write_text(query)
    printed = done(invoke("explain", "query.graphql", "--variables", json.dumps({"n": 5})))
    # PostgreSQL has the size of a page in the text of the statement.
    own = (" = 5", "SEARCH", "invoice_by_creation") if database.startswith("sqlite") else ("LIMIT 5", "Scan")
    for part in (
        "Root fields: invoices",
        "Cost: 26 points, 4 levels deep",
        "  invoices.nodes.lines: 20",
        "FROM line_item",
        *own,
    ):
        assert part in printed
    assert [path.name for path in tmp_path.iterdir()] == ["query.graphql"]


@pytest.mark.parametrize(
    ("text", "variables", "message"),
    [
        ("{ nope }", "{}", "Cannot query field 'nope'"),
        ("{", "{}", "Syntax Error"),
        ("{ invoices(first: 101) { totalCount } }", "{}", "ask for 1 to 100"),
        ("{ eventCursor }", "[", "--variables is no JSON"),
        ("{ eventCursor }", "[]", "--variables is no JSON object"),
    ],
)
def test_explain_says_what_is_wrong_with_a_query(
    invoke: Invoke, tmp_path: Path, text: str, variables: str, message: str
) -> None:
    (tmp_path / "query.graphql").write_text(text)
    assert message in refused(invoke("explain", "query.graphql", "--variables", variables))


def test_explain_needs_a_file(invoke: Invoke) -> None:
    assert "nowhere.graphql can't be read" in refused(invoke("explain", "nowhere.graphql"))


class Process:
    """A command in a process of its own, whose first line has been printed."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "invoice_graph", *arguments]
        self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.popen.stdout is not None
        self.line = self.popen.stdout.readline().strip()
        self.printed = ""
        """What it printed after that, once it has ended."""

    @property
    def url(self) -> str:
        return self.line.removeprefix("GraphiQL: ")

    def ask(self, query: str, **headers: str) -> httpx.Response:
        return httpx.post(self.url, json={"query": query}, headers=headers, timeout=PATIENCE)

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code after a signal, and what it complained about."""
        self.popen.send_signal(number)
        self.printed, complaints = self.popen.communicate(timeout=PATIENCE)
        return self.popen.returncode, complaints


@contextlib.contextmanager
def process(*arguments: str) -> Iterator[Process]:
    running = Process(*arguments)
    try:
        yield running
    finally:
        running.popen.kill()
        running.popen.communicate(timeout=PATIENCE)


def test_a_real_account_works_without_demo_and_sigterm_ends_with_0(invoke: Invoke, database: str) -> None:
    account = done(invoke("account", "create", "--name", "Ada's Workshop")).strip()
    secret = done(invoke("key", "create", "--account", account, "--name", "web shop")).strip()
    with process("serve", "--port", "0", "--database", database) as server:
        assert server.line.startswith("GraphiQL: http://127.0.0.1:")
        assert server.line.endswith("/graphql")
        answer = server.ask("{ account { name } }", authorization=f"Bearer {secret}")
        assert answer.json() == {"data": {"account": {"name": "Ada's Workshop"}}}
        assert server.ask("{ account { name } }").json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert server.end() == (0, "")


def test_ctrl_c_ends_with_0_too(database: str) -> None:
    with process("serve", "--port", "0", "--database", database) as server:
        assert server.end(signal.SIGINT) == (0, "")


def workers_of(pid: int) -> set[int]:
    """The server processes that a process has started and that live."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=3) for line in listed.stdout.splitlines()]
    return {int(row[0]) for row in rows if int(row[1]) == pid and row[2][0] != "Z" and "spawn_main" in row[3]}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.crash
def test_workers_share_the_port_are_replaced_and_end_together(database: str) -> None:
    with process("serve", "--workers", "2", "--port", "0", "--database", database) as server:
        assert server.ask("{ eventCursor }").status_code == 401
        first = workers_of(server.popen.pid)
        assert len(first) == 2
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(workers_of(server.popen.pid) - {killed}) == 2, PATIENCE)
        assert server.ask("{ eventCursor }").status_code == 401
        everybody = workers_of(server.popen.pid)
        complaint = f"Process {killed} ended with -9; another takes its place.\n"
        assert server.end() == (0, complaint)
        assert not any(is_alive(pid) for pid in everybody)


@pytest.mark.crash
@pytest.mark.parametrize("workers", ["1", "2"])
def test_whichever_process_answers_an_operation_leaves_a_line(invoke: Invoke, database: str, workers: str) -> None:
    account = done(invoke("account", "create", "--name", "Ada's Workshop")).strip()
    secret = done(invoke("key", "create", "--account", account, "--name", "web shop")).strip()
    options = ("--log-operations", "--workers", workers, "--port", "0", "--database", database)
    with process("serve", *options) as server:
        for _ in range(4):
            assert server.ask("{ eventCursor }", authorization=f"Bearer {secret}").status_code == 200
        assert server.end() == (0, "")
        lines = [json.loads(line) for line in server.printed.splitlines()]
        assert [(line["account"], line["outcome"]) for line in lines] == [(account, "OK")] * 4


@pytest.mark.crash
def test_workers_do_not_outlive_the_process_that_made_them(database: str) -> None:
    with process("serve", "--workers", "2", "--port", "0", "--database", database) as server:
        children = workers_of(server.popen.pid)
        assert len(children) == 2
        server.popen.kill()
        until(lambda: not any(is_alive(pid) for pid in children), PATIENCE)


def test_a_worker_works_alone_until_sigterm(database: str) -> None:
    with process("worker", "--database", database) as worker:
        assert worker.line == f"Working on {database}"
        assert worker.end() == (0, "")


def test_a_statement_that_takes_too_long_is_one_line(
    server: None, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    done(invoke("migrate"))
    monkeypatch.setenv("INVOICE_GRAPH_STATEMENT_MILLISECONDS", "50")
    with psycopg.connect(database.replace("+asyncpg", "")) as holding:
        holding.execute("LOCK TABLE account")
        assert "took too long" in refused(invoke("account", "list"))


def test_a_worker_tells_other_processes_what_it_has_done(server: None, database: str) -> None:
    with psycopg.connect(database.replace("+asyncpg", ""), autocommit=True) as listening:
        listening.execute("LISTEN invoice_graph")
        with process("worker", "--database", database):
            told = next(listening.notifies(timeout=PATIENCE))
    assert told.channel == "invoice_graph"
