"""`export`: an account's objects as CSV or JSON lines, as many as there are."""

import csv
import json
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import aclosing, contextmanager, suppress
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Optional, TextIO

import typer

from invoice_graph.cli.accounts import no_such_account
from invoice_graph.cli.books import check_new, for_reading
from invoice_graph.cli.entrance import discard_output
from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.cli.progress import progress
from invoice_graph.commands.accounts import list_accounts
from invoice_graph.config import Settings
from invoice_graph.server.exporting import EXPORTS, Unexportable, export
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.types import json_text

What = StrEnum("What", {name.upper(): name for name in EXPORTS})  # type: ignore[misc]


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSONL = "jsonl"


WriteRow = Callable[[Sequence[Any]], None]


def csv_writer(stream: TextIO, names: Sequence[str]) -> WriteRow:
    """Writes rows as RFC 4180 has it, after a row of names; nothing stands for null, JSON for objects and lists."""
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(names)

    def write(row: Sequence[Any]) -> None:
        rows.writerow([_cell(value) for value in row])

    return write


def jsonl_writer(stream: TextIO, names: Sequence[str]) -> WriteRow:
    """Writes each row as an object in a line of its own."""

    def write(row: Sequence[Any]) -> None:
        stream.write(json_text(dict(zip(names, row, strict=True))) + "\n")

    return write


def _cell(value: Any) -> Any:
    return json_text(value) if isinstance(value, bool | dict | list) else value


WRITERS: Mapping[Format, Callable[[TextIO, Sequence[str]], WriteRow]] = {
    Format.CSV: csv_writer,
    Format.JSONL: jsonl_writer,
}


@with_settings("database")
def export_rows(
    settings: Settings,
    what: Annotated[What, typer.Argument(help="What to export; lines are those of the invoices that match.")],
    format: Annotated[Format, typer.Option(help="CSV as of RFC 4180, or a JSON object per line.")] = Format.CSV,
    where: Annotated[
        str,
        typer.Option(
            help="The list's `where` as JSON: of invoices for lines too, of customers for the ledger; for events "
            "an object of types, invoiceId, customerId, actorId, requestId."
        ),
    ] = "{}",
    search: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="The list's `search`, where it has one."),
    ] = None,
    account: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Whose; not needed when there is one account only."),
    ] = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Where the rows go; must not exist. To the standard output when absent."),
    ] = None,
) -> None:
    """Writes an account's objects as rows, all as of one moment. Amounts are integers in minor units.

    Texts are written as they are: a spreadsheet may take one that begins with = + - or @ for a formula.
    """
    settings = for_reading(settings)
    wanted = Wanted(what, format, _conditions(where), search, account)
    with _opened(output) as stream:
        run_loop(wanted.write(settings, stream))


def _conditions(text: str) -> Mapping[str, Any]:
    try:
        conditions = json.loads(text)
    except ValueError as error:
        raise Unfit(f"--where is no JSON: {error}.") from None
    if not isinstance(conditions, dict):
        raise Unfit("--where is no JSON object.")
    return conditions


class Wanted:
    """An export as it was asked for."""

    def __init__(
        self, what: str, format: Format, conditions: Mapping[str, Any], search: str | None, account_id: str | None
    ) -> None:
        self._what = what
        self._export = EXPORTS[what]
        self._writer = WRITERS[format]
        self._conditions = conditions
        self._search = search
        self._account_id = account_id

    async def write(self, settings: Settings, stream: TextIO) -> None:
        """Writes all rows; raises Unfit for conditions and accounts that can't be."""
        async with open_gateway(settings) as gateway:
            account_id = await self._account(gateway)
            try:
                await self._write(gateway, account_id, stream)
            except Unexportable as error:
                raise Unfit(str(error)) from None

    async def _write(self, gateway: Gateway, account_id: str, stream: TextIO) -> None:
        batches = export(gateway, account_id, self._export, self._conditions, self._search)
        with progress() as advance:
            write: WriteRow | None = None
            async with aclosing(batches):
                async for batch in batches:
                    # Not before the first batch: until then the conditions may turn out to be unusable.
                    write = write or self._writer(stream, self._export.names)
                    for row in batch.rows:
                        write(row)
                    advance(self._what, batch.done, batch.total)

    async def _account(self, gateway: Gateway) -> str:
        known = [account.account_id for account in await list_accounts(gateway.services.database)]
        if self._account_id is None and len(known) == 1:
            return known[0]
        if not known:
            raise Unfit("There is no account yet; make one with `invoice-graph account create --name NAME`.")
        if self._account_id is None:
            raise Unfit(f"There are {len(known)} accounts; name one with --account.")
        if self._account_id not in known:
            raise no_such_account(self._account_id)
        return self._account_id


@contextmanager
def _opened(output: Path | None) -> Generator[TextIO, None, None]:
    """Where rows are written to: a file that appears when it is complete, or the standard output."""
    if output is None:
        with _standard_output() as stream:
            yield stream
        return
    check_new(output)
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.rename(output)
    except OSError as error:
        raise Unfit(f"{output} can't be written: {error.strerror or error}.") from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _standard_output() -> Generator[TextIO, None, None]:
    stream = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        # What is left must not be written by letting go of the stream either.
        discard_output()
        raise
    finally:
        stream.detach()
