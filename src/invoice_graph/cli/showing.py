"""`schema`, `lifecycle`, `explain`: what the gateway is, on paper."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.config import Settings
from invoice_graph.documentation import lifecycle_table
from invoice_graph.schema.build import build_schema
from invoice_graph.server.app import DEMO_ACCOUNT
from invoice_graph.server.explain import Unexplained, explain
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.addresses import SQLITE, is_missing


def schema() -> None:
    """Prints the schema in GraphQL's definition language."""
    typer.echo(build_schema().sdl, nl=False)


def lifecycle() -> None:
    """Prints what each action does to an invoice of each status."""
    typer.echo(lifecycle_table())


@with_settings("database")
def explain_query(
    settings: Settings,
    query_file: Annotated[Path, typer.Argument(help="A file with one operation.")],
    variables: Annotated[str, typer.Option(help="The operation's variables as JSON.")] = "{}",
    account: Annotated[str, typer.Option(help="The account that asks.")] = DEMO_ACCOUNT,
) -> None:
    """Prints the SQL that a query becomes, its cost, and how the database runs it."""
    try:
        text = query_file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Unfit(f"{query_file} can't be read: {error}.") from None
    given = _variables(variables)
    with TemporaryDirectory() as folder:
        if is_missing(settings.database):
            # The plan is the same without data, and asking for it should leave nothing behind.
            settings = settings.model_copy(update={"database": f"{SQLITE}{folder}/empty.db", "migrate": True})
        typer.echo(run_loop(_explained(settings, text, given, account)))


def _variables(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unfit(f"--variables is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise Unfit('--variables is no JSON object; give one such as {"first": 5}.')
    return found


async def _explained(settings: Settings, text: str, variables: dict[str, Any], account: str) -> str:
    async with open_gateway(settings) as gateway:
        try:
            return await explain(gateway, text, variables, account)
        except Unexplained as error:
            raise Unfit(str(error)) from None
