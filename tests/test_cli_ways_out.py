"""The command line to people who do not know it: it introduces itself, and what it refuses it says in plain words."""

import subprocess
import sys

import pytest
from test_cli import Invoke, database, done, invoke

from invoice_graph import __version__

__all__ = ["database", "invoke"]

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
