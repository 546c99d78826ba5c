"""`verify` and `backup`: the proof of the books, and copies that pass it."""

import shutil
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.cli.sequences import account_lines, table_lines
from invoice_graph.config import Settings
from invoice_graph.store.addresses import SQLITE, file_of, is_missing
from invoice_graph.store.database import open_database
from invoice_graph.store.numbering import NumberSequence, number_sequences
from invoice_graph.store.revisions import Step
from invoice_graph.store.sqlite import copy_file
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import CHECKS
from invoice_graph.store.verification.verify import verify as find_faults

NOT_PROVED = 1
UNLIMITED = 0


@with_settings("database")
def verify(
    settings: Settings,
    sequences: Annotated[bool, typer.Option("--sequences", help="Print every sequence of invoice numbers.")] = False,
) -> None:
    """Proves the books; exit 1 and a list of what does not hold."""
    settings = for_reading(settings)
    findings, numbers = run_loop(_verified(settings))
    report(settings.database_shown, findings, [*account_lines(numbers), *(table_lines(numbers) if sequences else ())])


@with_settings("database")
def backup(
    settings: Settings, file: Annotated[Path, typer.Argument(help="Where the copy goes; must not exist.")]
) -> None:
    """Copies the database while it is in use, then verifies the copy. One of an earlier program stays as it is."""
    settings = for_reading(settings)
    source = file_of(settings.database)
    if source is None:
        raise Unfit("A database of PostgreSQL is copied by pg_dump, while it is in use too; restore it, then verify.")
    check_new(file)
    step = run_loop(copy_file(source, file, settings.busy_milliseconds))
    typer.echo(f"{file} is a copy of {settings.database_shown}")
    with _provable(file, step) as provable:
        findings, numbers = run_loop(
            _verified(settings.model_copy(update={"database": _url(provable), "migrate": True}))
        )
    report(_url(file), findings, list(account_lines(numbers)))


@contextmanager
def _provable(file: Path, step: Step) -> Generator[Path, None, None]:
    """The file itself, or one that was made of it and may be upgraded: an old copy stays what the old program needs."""
    if step is Step.NOTHING:
        yield file
        return
    with TemporaryDirectory(dir=file.parent) as folder:
        yield Path(shutil.copy(file, folder))


def _url(file: Path) -> str:
    return f"{SQLITE}{file.absolute()}"


def for_reading(settings: Settings) -> Settings:
    """The settings of a command that only reads: what has no tables, or old ones, is refused and left as it is.

    Raises Unfit for a file that would have to be made; a server refuses a database it does not have itself.
    """
    if is_missing(settings.database):
        raise Unfit(f"{file_of(settings.database)} does not exist; name the database with --database.")
    return settings.model_copy(update={"migrate": False})


def check_new(file: Path) -> None:
    """Refuses a file that is there already, with Unfit."""
    if file.is_dir():
        raise Unfit(f"{file} is a directory; name a new file in it.")
    if file.exists():
        raise Unfit(f"{file} exists already; name another file.")


def report(url: str, findings: list[Finding], numbers: Sequence[str]) -> None:
    """Prints what was proved or what was found, and the lines about numbers; ends with 1 when something was found."""
    for finding in findings:
        typer.echo(": ".join(filter(None, (finding.check, _place(finding), finding.message))))
    if not findings:
        typer.echo(f"{url}: proved")
        for check in CHECKS:
            typer.echo(f"  {check.name}: {check.promise}")
    for line in numbers:
        typer.echo(line)
    if findings:
        typer.echo(f"{url}: {len(findings)} findings", err=True)
        sys.exit(NOT_PROVED)


def _place(finding: Finding) -> str:
    """Whose it is and which object, as far as there is one."""
    return " ".join(filter(None, (finding.account_id, finding.object_id)))


async def _verified(settings: Settings) -> tuple[list[Finding], list[NumberSequence]]:
    database = await open_database(
        settings.database,
        readers=1,
        # Some checks read everything there is.
        statement_milliseconds=UNLIMITED,
        migrate=settings.migrate,
        wait=settings.database_wait,
    )
    try:
        return await find_faults(database), await number_sequences(database)
    finally:
        await database.close()
