"""The command line."""

import sys

import typer

from invoice_graph.cli import accounts, books, copying, data, exporting, serving, showing
from invoice_graph.cli.entrance import HELP_OPTIONS, Commands, introduce
from invoice_graph.cli.options import Unfit
from invoice_graph.domain.errors import Refusal
from invoice_graph.server.listed_documents import DocumentsUnusable
from invoice_graph.store.connection import DatabaseUnavailable, DatabaseUnusable, StatementTimeout

__all__ = ["main"]

BAD_USE = 2
UNANSWERED: dict[type[Exception], str] = {
    DatabaseUnavailable: "The database does not answer: {}; try again when it does.",
    StatementTimeout: "A statement took too long: {}; allow more with INVOICE_GRAPH_STATEMENT_MILLISECONDS.",
}
"""What is said when a database that was open does not do what it is asked."""

app = typer.Typer(
    name="invoice-graph",
    cls=Commands,
    callback=introduce,
    context_settings=HELP_OPTIONS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (serving.serve, data.seed, showing.schema, showing.lifecycle, books.verify, books.backup):
    app.command()(command)
for command in (serving.worker, serving.migrate, copying.copy):
    app.command()(command)
app.command("explain")(showing.explain_query)
app.command("export")(exporting.export_rows)
app.add_typer(accounts.account, name="account")
app.add_typer(accounts.key, name="key")


def main() -> None:
    """Runs a command; what stands in its way is one line on stderr and exit code 2."""
    try:
        app()
    except (DatabaseUnavailable, StatementTimeout) as error:
        typer.echo(f"invoice-graph: {UNANSWERED[type(error)].format(error)}", err=True)
        sys.exit(BAD_USE)
    except (Unfit, DatabaseUnusable, DocumentsUnusable, Refusal) as error:
        typer.echo(f"invoice-graph: {error}", err=True)
        sys.exit(BAD_USE)
