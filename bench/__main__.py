"""`python -m bench COMMAND`: measures, prints a table, writes JSON."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import money, reads, report
from bench.agreement import Disagreement
from bench.dataset import RESULTS, NotSeeded, Size, prepare
from bench.drafts import WentWrong
from bench.load import LoadFailed, require_wrk
from bench.operations import INVOICE_PAGE
from bench.servers import NotStarted

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

Rounds = Annotated[int, typer.Option(min=1, help="How often each server gets its turn.")]
Turns = Annotated[int, typer.Option(min=1, help="How often each kind of work gets its turn.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long one turn over HTTP lasts.")]
Json = Annotated[Path | None, typer.Option(help="Where the figures go; by default into bench/results/.")]


@app.callback()
def commands() -> None:
    """Each command measures one kind of work."""


@app.command("reads")
def measure_reads(rounds: Rounds = 5, seconds: Seconds = 4, json: Json = None) -> None:
    """20 invoices x 10 lines + customer: over HTTP and in-process, next to the peers."""

    def measure() -> dict[str, Any]:
        require_wrk()
        return reads.measure(prepare(Size()), INVOICE_PAGE, rounds, seconds, _say)

    _finish("reads", measure, report.reads_text, json)


@app.command("money")
def measure_money(rounds: Turns = 40, json: Json = None) -> None:
    """Invoices computed anew: processor time of the arithmetic, of a stored draft, and of the mutation."""
    _finish("money", lambda: money.measure(rounds, _say), money.text, json)


def _finish(
    name: str, measure: Callable[[], dict[str, Any]], text: Callable[[dict[str, Any]], str], json: Path | None
) -> None:
    """Measures, prints and saves; exit 2 with one line when it can't be measured."""
    try:
        measured = {"command": sys.argv[1:], "machine": report.machine(), **measure()}
    except (LoadFailed, NotStarted, NotSeeded, Disagreement, WentWrong) as failure:
        print(failure, file=sys.stderr)
        raise typer.Exit(2) from None
    file = json or RESULTS / f"{name}.json"
    report.save(measured, file)
    print(text(measured))
    print(f"\nAll figures: {file}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    app()
