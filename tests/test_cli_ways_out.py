"""The command line to people who do not know it: it introduces itself, and what it refuses it says in plain words."""

import contextlib
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from played_pages import fresh_demo
from test_cli import FIRST_REVISION, Ended, Invoke, database, done, file, invoke, refused

from invoice_graph import __version__
from invoice_graph.cli.books import report
from invoice_graph.cli.serving import fit_for_demo
from invoice_graph.config import Settings
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import CHECKS

__all__ = ["database", "file", "invoke"]

ACCOUNTING = (Path(__file__).parent.parent / "docs" / "accounting.md").read_text()
PATIENCE = 60.0
COMMANDS = ((), ("serve",), ("verify",), ("account",), ("account", "set"), ("key", "create"))
NOBODY_READS = 141
"""What a shell tells of a program that SIGPIPE has ended."""


def test_the_program_tells_its_version(invoke: Invoke) -> None:
    assert done(invoke("--version")) == f"invoice-graph {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_h_is_short_for_help(invoke: Invoke, command: tuple[str, ...]) -> None:
    printed = done(invoke(*command, "-h"))
    assert printed == done(invoke(*command, "--help"))
    assert "-h, --help" in printed


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("export", "bogus"), "'bogus' is not one of 'invoices', 'lines'"),
        (("seed", "--customers", "many"), "'--customers'"),
    ],
)
def test_a_value_that_can_not_be_is_refused_in_plain_words(
    invoke: Invoke, command: tuple[str, ...], message: str
) -> None:
    ended = invoke(*command)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err
    assert "Value error" not in ended.err
    assert "parse" not in ended.err


@pytest.mark.parametrize("command", ["lifecycle", "schema"])
def test_a_program_whose_output_nobody_reads_any_more_ends_quietly(command: str) -> None:
    program = [sys.executable, "-m", "invoice_graph", command]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        running.stdout.close()
        running.stdout = None
        _, complaints = running.communicate(timeout=PATIENCE)
    assert (running.returncode, complaints) == (NOBODY_READS, "")


READING = (
    ("verify",),
    ("export", "invoices"),
    ("backup", "copy.db"),
    ("account", "list"),
    ("key", "list", "--account", "a"),
)


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_what_only_reads_leaves_an_empty_file_as_it_is(
    file: None, invoke: Invoke, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "invoices.db").touch()
    assert "is empty; " in refused(invoke(*command))
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("invoices.db", 0)]


@pytest.mark.parametrize("command", READING, ids=" ".join)
def test_what_only_reads_makes_no_file(file: None, invoke: Invoke, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert "invoices.db does not exist; name the database with --database." in refused(invoke(*command))
    assert list(tmp_path.iterdir()) == []


def test_what_only_reads_leaves_old_tables_as_they_are(file: None, invoke: Invoke, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "invoices.db")) as connection:
        connection.executescript(FIRST_REVISION.read_text())
    assert "older than this program's" in refused(invoke("verify"))
    with contextlib.closing(sqlite3.connect(tmp_path / "invoices.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)


def test_an_export_of_nobody_says_how_to_become_somebody(invoke: Invoke) -> None:
    done(invoke("migrate"))
    assert "There is no account yet; make one with `invoice-graph account create" in refused(invoke("export", "events"))


@pytest.mark.parametrize("command", [("backup", ""), ("export", "invoices", "--output", "")])
def test_a_directory_is_no_file_to_write(file: None, invoke: Invoke, tmp_path: Path, command: tuple[str, ...]) -> None:
    done(invoke("migrate"))
    assert refused(invoke(*command)) == "invoice-graph: . is a directory; name a new file in it.\n"


def test_a_damaged_file_is_told_without_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        report(
            "x", [Finding("integrity", None, None, "rows of account can't be read"), Finding("a", "b", "c", "d")], []
        )
    assert capsys.readouterr().out == "integrity: rows of account can't be read\na: b c: d\n"


@pytest.mark.parametrize(
    "command",
    [
        ("key", "create", "--account", "nope"),
        ("key", "list", "--account", "nope"),
        ("key", "rotate", "--account", "nope"),
        ("key", "revoke", "ak_1", "--account", "nope"),
        ("account", "set", "nope", "--name", "Ada"),
    ],
    ids=" ".join,
)
def test_an_account_that_is_not_there_is_refused(invoke: Invoke, command: tuple[str, ...]) -> None:
    done(invoke("migrate"))
    message = "invoice-graph: No such account: 'nope'; `invoice-graph account list` shows them.\n"
    assert refused(invoke(*command)) == message


def test_an_account_is_not_said_to_be_changed_by_nothing(invoke: Invoke) -> None:
    account = done(invoke("account", "create", "--name", "Ada")).strip()
    assert "There is nothing to change; give an option" in refused(invoke("account", "set", account))


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "a\x1bb", "a\u2028b"])
def test_a_key_s_name_is_one_line(invoke: Invoke, name: str) -> None:
    account = done(invoke("account", "create", "--name", "Ada")).strip()
    assert "The name has a tab, a line break" in refused(invoke("key", "create", "--account", account, "--name", name))
    assert done(invoke("key", "list", "--account", account)) == ""


TWO = "query A { eventCursor } query B { account { name } }"
LARGE = """
{ invoices(first: 100) { nodes { lines(first: 100) { nodes { invoice { lines(first: 100) { nodes { id } } } } } } } }
"""


@pytest.fixture
def explain(invoke: Invoke, tmp_path: Path) -> Invoke:
    """Has a text explained."""

    def run(text: str, *options: str) -> Ended:
        (tmp_path / "query.graphql").write_text(text)
        return invoke("explain", "query.graphql", *options)

    return run


def test_an_explanation_without_a_file_tells_that_there_is_none(file: None, explain: Invoke, tmp_path: Path) -> None:
    told = f"How SQLite would run it on an empty file, since {tmp_path}/invoices.db does not exist:"
    assert told in done(explain("{ eventCursor }"))
    assert not (tmp_path / "invoices.db").exists()


def test_an_explanation_with_a_file_is_of_that_file(invoke: Invoke, explain: Invoke) -> None:
    done(invoke("migrate"))
    assert "How the database runs it:" in done(explain("{ eventCursor }"))


@pytest.mark.parametrize("made", [True, False])
def test_an_explanation_to_nobody_is_refused(file: None, invoke: Invoke, explain: Invoke, made: bool) -> None:
    if made:
        done(invoke("migrate"))
    assert "No such account: 'nope'; `" in refused(explain("{ eventCursor }", "--account", "nope"))


def test_an_empty_file_is_not_filled_to_explain(file: None, explain: Invoke, tmp_path: Path) -> None:
    (tmp_path / "invoices.db").touch()
    assert "is empty; " in refused(explain("{ eventCursor }"))
    assert (tmp_path / "invoices.db").stat().st_size == 0


def test_one_of_several_operations_is_explained(explain: Invoke) -> None:
    assert "Root fields: account" in done(explain(TWO, "--operation", "B"))
    assert "Name one with --operation; the document has: A, B." in refused(explain(TWO))
    assert "There is no operation 'C'; the document has: A, B." in refused(explain(TWO, "--operation", "C"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{\n  eventCursor", "line 2, column 14: Syntax Error: Expected Name, found <EOF>."),
        ("{\n  nope }", "line 2, column 3: Cannot query field 'nope' on type 'Query'."),
    ],
)
def test_a_fault_of_a_file_is_told_with_its_place(explain: Invoke, text: str, message: str) -> None:
    assert f"invoice-graph: {message}" in refused(explain(text))


def test_an_explanation_tells_what_a_server_would_refuse(explain: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "Refused by servers as of --max-cost: The operation costs 1,030,201 points, and 1,000,000 are allowed; "
    assert told in done(explain(LARGE))
    assert "Refused" not in done(explain("{ eventCursor }"))
    monkeypatch.setenv("INVOICE_GRAPH_MAX_COST", "2000000")
    assert "Refused" not in done(explain(LARGE))


def test_a_port_in_use_is_told_with_another_way(invoke: Invoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        message = refused(invoke("serve", "--demo", "--port", str(taken.getsockname()[1])))
    assert message.endswith("Address already in use; name another with --port, or --port 0 for a free one.\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "0.0.0.0"), "0.0.0.0 is no loopback address; leave out --host, or --demo to ask for keys."),
        (("--public-url", "https://x.example"), "https://x.example is no address of this machine; leave out one"),
        (("--production",), "--production is for servers that strangers reach; leave out one"),
    ],
    ids=str,
)
def test_a_demonstration_is_for_this_machine_only(
    invoke: Invoke, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    assert message in refused(invoke("serve", "--demo", "--port", "0", *options))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "http://localhost:9000", "http://127.0.0.1/x", "http://[::1]:9000"])
def test_a_demonstration_may_be_linked_to_on_this_machine(url: str) -> None:
    assert fit_for_demo(Settings(demo=True, public_url=url)).public_url == url


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--allowed-origins", "foo", "can't be 'foo'; give an origin such as https://app.example"),
        ("--allowed-origins", '["https://x.example/"]', "can't be 'https://x.example/'; give an origin such as"),
        ("--allowed-origins", "https://x.example/page", "without a path."),
        ("--allowed-origins", "https://X.example", "in lower-case letters"),
        ("--allowed-origins", '["x"', """give a JSON list such as '["https://app.example"]'."""),
        ("--public-url", "nope", "can't be 'nope'; give an address such as https://invoices.example."),
        ("--public-url", "https://x.example?a=b", "give an address such as https://invoices.example."),
        ("--header-timeout", "1e400", "can't be '1e400'; give a number that has an end."),
        ("--header-timeout", "nan", "give a number that has an end."),
        ("--header-timeout", "soon", "can't be 'soon'; give a number."),
    ],
)
def test_a_setting_that_can_not_be_is_refused_with_its_form(
    invoke: Invoke, option: str, value: str, message: str
) -> None:
    told = refused(invoke("serve", "--port", "0", option, value))
    assert told.startswith(f"invoice-graph: {option} can't be ")
    assert message in told


@pytest.mark.parametrize("text", ["https://a.example", '["https://a.example"]'])
def test_the_variable_of_origins_is_read_as_the_option_is(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("INVOICE_GRAPH_ALLOWED_ORIGINS", text)
    assert Settings().allowed_origins == ["https://a.example"]


@pytest.mark.parametrize("origin", ["*", "null", "http://localhost:5173", "http://[::1]:80", "app://local"])
def test_what_browsers_say_of_pages_is_an_origin(origin: str) -> None:
    assert Settings(allowed_origins=[origin]).allowed_origins == [origin]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite+aiosqlite:///{}", "The database {} is a directory; name a file in it."),
        ("sqlite+aiosqlite:///{}/m.db?mode=ro", "ends with '?mode=ro', and a file takes no options; leave that out."),
        (
            "postgresql+asyncpg://u@127.0.0.1:abc/x",
            "address can't be read; write it as postgresql+asyncpg://ROLE@HOST:",
        ),
        ("postgresql+asyncpg://u@127.0.0.1:1/x", "have it waited for with INVOICE_GRAPH_DATABASE_WAIT=SECONDS."),
    ],
)
@pytest.mark.parametrize("command", ["verify", "migrate"])
def test_a_database_that_can_not_be_is_told_with_a_way_out(
    file: None, invoke: Invoke, tmp_path: Path, command: str, url: str, message: str
) -> None:
    told = refused(invoke(command, "--database", url.format(tmp_path)))
    assert message.format(tmp_path) in told
    assert "int()" not in told
    assert list(tmp_path.iterdir()) == []


def test_the_proof_of_the_demonstration_ends_as_documented(invoke: Invoke, tmp_path: Path, kind: str) -> None:
    url = fresh_demo(tmp_path / "demo.db").database
    *promises, last = done(invoke("verify", "--database", url)).splitlines()
    numbers = last.removeprefix("acct_demo: ").partition(",")[0]
    assert f"it has `{numbers}`." in ACCOUNTING
    assert len(promises) == 1 + len(CHECKS)


def test_every_condition_of_events_is_documented(invoke: Invoke, tmp_path: Path) -> None:
    done(invoke("account", "create", "--name", "Ada"))
    told = refused(invoke("export", "events", "--where", '{"x": 1}'))
    names = told.partition("they have ")[2].rstrip(".\n").split(", ")
    assert f"events take an object of {', '.join(f'`{name}`' for name in names[:-1])} and `{names[-1]}`." in ACCOUNTING
    assert all(name in done(invoke("export", "--help")) for name in names)
