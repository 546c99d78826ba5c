"""The command line."""

import sys

import typer

from invoice_graph.cli import accounts, books, data, exporting, serving, showing
from invoice_graph.cli.options import Unfit
from invoice_graph.domain.errors import Refusal
from invoice_graph.store.database import DatabaseUnusable

__all__ = ["main"]

BAD_USE = 2

app = typer.Typer(
    name="invoice-graph",
    help="A GraphQL gateway for invoicing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (serving.serve, data.seed, showing.schema, showing.lifecycle, books.verify, books.backup):
    app.command()(command)
for command in (serving.worker, serving.migrate):
    app.command()(command)
app.command("explain")(showing.explain_query)
app.command("export")(exporting.export_rows)
app.add_typer(accounts.account, name="account")
app.add_typer(accounts.key, name="key")


def main() -> None:
    """Runs a command; what stands in its way is one line on stderr and exit code 2."""
    try:
        app()
    except (Unfit, DatabaseUnusable, Refusal) as error:
        typer.echo(f"invoice-graph: {error}", err=True)
        sys.exit(BAD_USE)
