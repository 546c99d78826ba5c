"""`copy`: a whole database into another one."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from invoice_graph.cli.books import NOT_PROVED, UNLIMITED, report
from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.cli.progress import progress
from invoice_graph.config import Settings
from invoice_graph.deferred import deferred
from invoice_graph.store.addresses import is_missing, same_database
from invoice_graph.store.connection import Database, DatabaseUnusable
from invoice_graph.store.database import open_database
from invoice_graph.store.paging import BATCH_ROWS
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import verify

if TYPE_CHECKING:
    from invoice_graph.store import copying
else:
    # It knows the errors of both drivers, of which a start needs one.
    copying = deferred("invoice_graph.store.copying")


@with_settings("synchronous", "busy_milliseconds", "migrate", "database_wait")
def copy(
    settings: Settings,
    source: Annotated[str, typer.Option("--from", help="The URL of the database to copy; nobody should write to it.")],
    target: Annotated[str, typer.Option("--to", help="The URL of an empty database, or of one copied in part.")],
    batch_rows: Annotated[int, typer.Option(min=1, help="How many rows are written per transaction.")] = BATCH_ROWS,
) -> None:
    """Copies all accounts into another database of either kind, compares every row, and proves the copy's books.

    What was interrupted goes on where it ended when it is run again.
    """
    if same_database(source, target):
        raise Unfit("--from and --to name the same database.")
    if is_missing(source):
        raise Unfit(f"--from: {source} does not exist; name a database that does.")
    # An old source is left as it is: who copies from it means to keep it.
    origin = settings.model_copy(update={"database": source, "migrate": False})
    copy = settings.model_copy(update={"database": target})
    differences, findings = run_loop(_copied(origin, copy, batch_rows))
    for line in differences:
        typer.echo(line)
    if differences:
        typer.echo(f"{copy.database_shown} differs from {origin.database_shown}", err=True)
        sys.exit(NOT_PROVED)
    typer.echo(f"{copy.database_shown} has every row of {origin.database_shown}")
    report(copy.database_shown, findings, [])


async def _copied(source: Settings, target: Settings, batch_rows: int) -> tuple[list[str], list[Finding]]:
    async with _opened("--from", source) as origin, _opened("--to", target) as copy:
        with progress() as advance:
            differences = await copying.Copy(origin, copy, advance, batch_rows).run()
        return differences, [] if differences else await verify(copy)


@asynccontextmanager
async def _opened(option: str, settings: Settings) -> AsyncGenerator[Database, None]:
    try:
        database = await open_database(
            settings.database,
            readers=1,
            writers=1,
            synchronous=settings.synchronous,
            busy_milliseconds=settings.busy_milliseconds,
            # Proving large books takes as long as it takes.
            statement_milliseconds=UNLIMITED,
            migrate=settings.migrate,
            wait=settings.database_wait,
        )
    except DatabaseUnusable as error:
        raise Unfit(f"{option}: {error}") from None
    try:
        yield database
    finally:
        await database.close()
