"""`schema`, `lifecycle`, `explain`: what the gateway is, on paper."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Optional

import typer

from invoice_graph.cli.accounts import no_such_account
from invoice_graph.cli.books import for_reading
from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.commands.accounts import has_account
from invoice_graph.config import Settings
from invoice_graph.documentation import lifecycle_table
from invoice_graph.schema.build import build_schema
from invoice_graph.server.app import DEMO_ACCOUNT
from invoice_graph.server.explain import OF_THE_DATABASE, Question, Unexplained, explain
from invoice_graph.server.gateway import open_gateway
from invoice_graph.server.limits import Limits
from invoice_graph.store.addresses import SQLITE, file_of, is_missing

OF_AN_EMPTY_FILE = "How SQLite would run it on an empty file, since {} does not exist:"


def schema() -> None:
    """Prints the schema in GraphQL's definition language."""
    typer.echo(build_schema().sdl, nl=False)


def lifecycle() -> None:
    """Prints what each action does to an invoice of each status."""
    typer.echo(lifecycle_table())


@with_settings("database")
def explain_query(
    settings: Settings,
    query_file: Annotated[Path, typer.Argument(help="A file with an operation.")],
    variables: Annotated[str, typer.Option(help="The operation's variables as JSON.")] = "{}",
    operation: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The operation's name, where the file has several."),
    ] = None,
    account: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The account that asks; one must have this id. Any may ask when absent."),
    ] = None,
) -> None:
    """Prints the SQL that a query becomes, its cost, and how the database runs it.

    Where the database is a file that does not exist, how SQLite would run it on an empty one.
    """
    try:
        text = query_file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Unfit(f"{query_file} can't be read: {error}.") from None
    asked = Question(text, operation, _variables(variables), account or DEMO_ACCOUNT)
    with _database(settings) as (settings, heading):
        typer.echo(run_loop(_explained(settings, asked, heading, must_exist=account is not None)))


@contextmanager
def _database(settings: Settings) -> Generator[tuple[Settings, str], None, None]:
    """Where plans come from, and what is said of them: without a file asking for one leaves nothing behind."""
    if not is_missing(settings.database):
        yield for_reading(settings), OF_THE_DATABASE
        return
    with TemporaryDirectory() as folder:
        empty = {"database": f"{SQLITE}{folder}/empty.db", "migrate": True}
        yield settings.model_copy(update=empty), OF_AN_EMPTY_FILE.format(file_of(settings.database))


def _variables(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unfit(f"--variables is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise Unfit('--variables is no JSON object; give one such as {"first": 5}.')
    return found


async def _explained(settings: Settings, asked: Question, heading: str, must_exist: bool) -> str:
    async with open_gateway(settings) as gateway:
        if must_exist and not await has_account(gateway.services.database, asked.account_id):
            raise no_such_account(asked.account_id)
        try:
            return await explain(gateway, asked, Limits.of(settings), heading)
        except Unexplained as error:
            raise Unfit(str(error)) from None
