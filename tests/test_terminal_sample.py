"""The terminal program of the samples, as a process that talks to a real server which may go away."""

import csv
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from demonstrations import Demonstration, free_port
from waiting import until
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close

PROGRAM = Path(__file__).parent.parent / "frontend-samples" / "terminal" / "invoices.py"
PATIENCE = 30.0
AMOUNTS = ("total", "amountPaid", "amountRemaining")


def command(origin: str, *arguments: str) -> list[str]:
    return [sys.executable, str(PROGRAM), "--server", origin, *arguments]


def run(origin: str, *arguments: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"INVOICE_GRAPH_KEY": key} if key else {})
    whole = command(origin, *arguments)
    return subprocess.run(whole, capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False)


class Following:
    """`follow`, while it runs."""

    def __init__(self, folder: Path, origin: str, *options: str) -> None:
        self._files = folder / "printed", folder / "told"
        options = ("--cursor-file", str(folder / "cursor"), *options)
        with self._files[0].open("a") as printed, self._files[1].open("w") as told:
            self._process = subprocess.Popen(command(origin, "follow", *options), stdout=printed, stderr=told)

    @property
    def cursors(self) -> list[int]:
        """Of the events that it has printed, and those of earlier runs."""
        return [int(line.split("\t")[0]) for line in self._files[0].read_text().splitlines()]

    def has_told(self, text: str) -> bool:
        return text in self._files[1].read_text()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)


@contextmanager
def following(folder: Path, origin: str, *options: str) -> Iterator[Following]:
    program = Following(folder, origin, *options)
    try:
        until(lambda: program.has_told("Following after"))
        yield program
    finally:
        program.kill()


def reaches(program: Following, cursor: str) -> Callable[[], bool]:
    return lambda: program.cursors[-1:] == [int(cursor)]


@pytest.mark.crash
def test_each_event_is_printed_once_though_server_and_program_are_killed(tmp_path: Path) -> None:
    with Demonstration(tmp_path, made=False) as server, server.client() as somebody:
        begin = int(somebody.cursor())
        with following(tmp_path, server.origin) as program:
            draft = somebody.draft()
            until(reaches(program, somebody.cursor()))
            server.kill()
            until(lambda: program.has_told("does not answer"))
            server.start()
            somebody.done("invoiceFinalize", id=draft)
            until(reaches(program, somebody.cursor()))
        somebody.done("invoicePay", id=draft)
        with following(tmp_path, server.origin) as program:
            somebody.customer()
            end = somebody.cursor()
            until(reaches(program, end))
            assert program.cursors == list(range(begin + 1, int(end) + 1))


def test_one_invoice_is_followed_from_the_beginning(demonstration: str, tmp_path: Path) -> None:
    invoice = "in_01M77K6B80V1E9Q0F3VK6W71W1"
    with following(tmp_path, demonstration, "--after", "0", "--invoice", invoice) as program:
        until(lambda: len(program.cursors) >= 5)
        *_, last = (tmp_path / "printed").read_text().splitlines()
        assert last.split("\t")[2:] == ["INVOICE_SENT", invoice, "AURORA-0006", "OPEN", "2560.00", "EUR"]


def test_the_export_has_every_invoice_with_the_digits_of_its_currency(demonstration: str) -> None:
    ended = run(demonstration, "export")
    rows = list(csv.DictReader(io.StringIO(ended.stdout)))
    assert len({row["id"] for row in rows}) == len(rows) > 300
    digits = {row["currency"]: -Decimal(row["total"]).as_tuple().exponent for row in rows}  # type: ignore[operator]
    assert {code: digits[code] for code in ("eur", "isk", "jpy", "kwd")} == {"eur": 2, "isk": 2, "jpy": 0, "kwd": 3}
    assert dict(_told_sums(ended.stderr)) == dict(_sums(rows))


def _sums(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, list[Decimal]]]:
    for currency in sorted({row["currency"] for row in rows}):
        own = [row for row in rows if row["currency"] == currency]
        yield currency, [sum((Decimal(row[name]) for row in own), Decimal(0)) for name in AMOUNTS]


def _told_sums(text: str) -> Iterator[tuple[str, list[Decimal]]]:
    for line in text.splitlines():
        currency, *amounts = line.split()
        yield currency, [Decimal(amount.partition("=")[2]) for amount in amounts]


@pytest.mark.parametrize(
    ("arguments", "key", "sentence"),
    [
        (("export",), "sk_wrong", "The server does not accept this key"),
        (("follow",), "sk_wrong", "The server does not accept this key"),
        (("follow", "--invoice", "in_nobody"), None, "There is no invoice in_nobody"),
        (("follow", "--after", "999999"), None, "The server's log ends before the cursor"),
    ],
)
def test_what_trying_again_would_not_mend_ends_it(
    demonstration: str, tmp_path: Path, arguments: tuple[str, ...], key: str | None, sentence: str
) -> None:
    kept = ("--cursor-file", str(tmp_path / "cursor")) if arguments[0] == "follow" else ()
    ended = run(demonstration, *arguments, *kept, key=key)
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert sentence in ended.stderr


@pytest.mark.parametrize(
    ("options", "arguments", "key", "sentence"),
    [
        ((), ("follow", "--cursor-file", "{folder}/none/cursor"), None, "name another file with --cursor-file"),
        ((), ("follow", "--cursor-file", "{folder}"), None, "name another file with --cursor-file"),
        ((), ("follow", "--cursor-file", "{folder}/cursor", "--after", "abc"), None, "abc is no cursor"),
        ((), ("export", "--output", "{folder}/none/invoices.csv"), None, "name another file with --output"),
        ((), ("export",), "nö", "INVOICE_GRAPH_KEY holds no key"),
        (("--server", "foo"), ("export",), None, "foo is no address of a server"),
        (("--server", "http://"), ("export",), None, "http:// is no address of a server"),
        (("--server", "http://127.0.0.1:99999"), ("export",), None, "127.0.0.1:99999 is no address of a server"),
        (("--server", "http://[::1"), ("export",), None, "http://[::1 is no address of a server"),
        (("--server", "http://a b"), ("export",), None, "http://a b is no address of a server"),
    ],
)
def test_what_can_not_be_used_is_refused_at_once(
    demonstration: str,
    tmp_path: Path,
    options: tuple[str, ...],
    arguments: tuple[str, ...],
    key: str | None,
    sentence: str,
) -> None:
    ended = run(demonstration, *options, *(argument.format(folder=tmp_path) for argument in arguments), key=key)
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert sentence in ended.stderr.splitlines()[-1]


def test_who_reads_no_further_ends_it_quietly(demonstration: str) -> None:
    with subprocess.Popen(
        command(demonstration, "export"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as exporting:
        assert exporting.stdout is not None
        assert exporting.stderr is not None
        exporting.stdout.close()
        assert (exporting.wait(PATIENCE), exporting.stderr.read()) == (141, b"")


def test_an_export_has_its_name_once_all_is_in_it(demonstration: str, tmp_path: Path) -> None:
    file = tmp_path / "invoices.csv"
    file.write_text("of yesterday")
    file.chmod(0o600)
    assert run(demonstration, "export", "--output", str(file), key="sk_wrong").returncode == 1
    assert file.read_text() == "of yesterday"
    assert run(demonstration, "export", "--output", str(file)).returncode == 0
    assert file.read_text() == run(demonstration, "export").stdout
    assert (list(tmp_path.iterdir()), file.stat().st_mode & 0o777) == ([file], 0o600)


def heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_export_that_is_interrupted_leaves_what_was(tmp_path: Path) -> None:
    file = tmp_path / "invoices.csv"
    file.write_text("of yesterday")
    arguments = command(f"http://127.0.0.1:{free_port()}", "export", "--output", str(file))
    # A run in the background ignores what Ctrl-C sends, and so would what it starts.
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, preexec_fn=heed_ctrl_c) as exporting:
        assert exporting.stderr is not None
        assert exporting.stderr.readline().startswith(b"The server does not answer")
        exporting.send_signal(signal.SIGINT)
        assert exporting.wait(PATIENCE) == 130
    assert (list(tmp_path.iterdir()), file.read_text()) == ([file], "of yesterday")


def test_an_export_goes_into_what_is_no_file(demonstration: str, tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "linked.csv")
    assert run(demonstration, "export", "--output", str(link)).returncode == 0
    assert (link.is_symlink(), len(link.read_text().splitlines()) > 300) == (True, True)
    assert run(demonstration, "export", "--output", "/dev/stdout").stdout == link.read_text()
    assert run(demonstration, "export", "--output", "-").stdout == link.read_text()


@pytest.mark.parametrize(("status", "body"), [(404, "<html>"), (200, "<html>"), (200, "[]"), (200, "{}")])
def test_something_else_that_answers_ends_it(status: int, body: str) -> None:
    with answering(status, body) as origin:
        ended = run(origin, "export")
    assert (ended.returncode, ended.stderr) == (
        1,
        "Something answers that is no invoice-graph; is the address right?\n",
    )


@pytest.mark.parametrize("code", [1001, 1006, 1013, 4408, 4500])
def test_a_socket_that_closes_so_is_opened_again(failures: Any, code: int) -> None:
    assert failures.sentence(ConnectionClosedError(Close(code, ""), None)).startswith("The server ")


@pytest.mark.parametrize("code", [1009, 4400, 4401, 4403, 4409, 4429])
def test_a_socket_that_closes_so_is_not_opened_again(failures: Any, code: int) -> None:
    with pytest.raises(failures.Hopeless):
        failures.sentence(ConnectionClosedError(Close(code, ""), None))


@pytest.fixture
def failures() -> Any:
    """The program's module of that name."""
    found = spec_from_file_location("failures", PROGRAM.with_name("failures.py"))
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """The origin of a server that answers every request so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_arguments: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_that_asks_for_a_pause_gets_one(tmp_path: Path) -> None:
    with Demonstration(tmp_path, "--cost-per-minute", "600") as strict:
        with following(tmp_path, strict.origin), strict.client() as somebody:
            while "errors" not in somebody.send_operation("{ invoices(first: 100) { nodes { id } } }").json():
                pass
        exporting = subprocess.Popen(
            command(strict.origin, "export"), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        with exporting:
            assert exporting.stderr is not None
            assert exporting.stderr.readline().startswith(b"The server asks for a pause")
            exporting.kill()
