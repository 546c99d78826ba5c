"""`verify` and `backup`: the proof of the books, and copies that pass it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.cli.sequences import account_lines, table_lines
from invoice_graph.config import Settings
from invoice_graph.store.database import SCHEME, copy_database, database_path, open_database
from invoice_graph.store.numbering import NumberSequence, number_sequences
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import CHECKS
from invoice_graph.store.verification.verify import verify as find_faults

NOT_PROVED = 1


@with_settings("database")
def verify(
    settings: Settings,
    sequences: Annotated[bool, typer.Option("--sequences", help="Print every sequence of invoice numbers.")] = False,
) -> None:
    """Proves the books; exit 1 and a list of what does not hold."""
    check_existing(settings)
    findings, numbers = run_loop(_verified(settings.database))
    report(settings.database, findings, [*account_lines(numbers), *(table_lines(numbers) if sequences else ())])


@with_settings("database")
def backup(
    settings: Settings, file: Annotated[Path, typer.Argument(help="Where the copy goes; must not exist.")]
) -> None:
    """Copies the database while it is in use, then verifies the copy."""
    check_existing(settings)
    if file.exists():
        raise Unfit(f"{file} exists already; name another file.")
    run_loop(_copied(settings, file))
    typer.echo(f"{file} is a copy of {settings.database}")
    url = f"{SCHEME}{file.absolute()}"
    findings, numbers = run_loop(_verified(url))
    report(url, findings, list(account_lines(numbers)))


def check_existing(settings: Settings) -> None:
    """Refuses a database that would have to be made, with Unfit."""
    path = database_path(settings.database)
    if not path.exists():
        raise Unfit(f"{path} does not exist; name the database with --database.")


def report(url: str, findings: list[Finding], numbers: Sequence[str]) -> None:
    """Prints what was proved or what was found, and the lines about numbers; ends with 1 when something was found."""
    for finding in findings:
        typer.echo(f"{finding.check}: {finding.account_id} {finding.object_id}: {finding.message}")
    if not findings:
        typer.echo(f"{url}: proved")
        for check in CHECKS:
            typer.echo(f"  {check.name}: {check.promise}")
    for line in numbers:
        typer.echo(line)
    if findings:
        typer.echo(f"{url}: {len(findings)} findings", err=True)
        sys.exit(NOT_PROVED)


async def _verified(url: str) -> tuple[list[Finding], list[NumberSequence]]:
    database = await open_database(url, readers=1)
    try:
        return await find_faults(database), await number_sequences(database)
    finally:
        await database.close()


async def _copied(settings: Settings, file: Path) -> None:
    database = await open_database(settings.database, readers=1, busy_milliseconds=settings.busy_milliseconds)
    try:
        await copy_database(database, file)
    finally:
        await database.close()
