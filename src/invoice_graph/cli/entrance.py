"""What all commands have in common: how they are called, and what becomes of output that nobody reads."""

import os
import re
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from invoice_graph import __version__

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
NOBODY_READS = 128 + 13
"""What a shell tells of a program that SIGPIPE has ended; `verify` means something else by 1."""

_INNARDS = re.compile(r"^Value error, |, unable to parse string as .*$")
"""What a library's message says of the library."""


class Commands(TyperGroup):
    """The commands, with what stops any of them told in plain words, before the library says it in its own."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _INNARDS.sub("", error.message)
            raise
        except BrokenPipeError:
            discard_output()
            sys.exit(NOBODY_READS)


def discard_output() -> None:
    """Has what is still to be printed go nowhere, so that the interpreter's end does not complain of it either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"invoice-graph {__version__}")
        raise typer.Exit


def introduce(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """A GraphQL gateway for invoicing."""
