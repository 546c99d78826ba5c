"""`python -m bench COMMAND`: measures, prints a table, writes JSON."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import fanout, limits, money, postgres, reads, report, scale, soak, spelling, writes
from bench.agreement import Disagreement
from bench.dataset import RESULTS, NotSeeded, Size, prepare
from bench.drafts import WentWrong
from bench.load import LoadFailed, require_wrk
from bench.node import NodeMissing
from bench.servers import NotStarted

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

FAILURES = (LoadFailed, NotStarted, NotSeeded, NodeMissing, postgres.NoServer, Disagreement, WentWrong)
"""Why nothing can be measured, in one line."""

SCALE_SECONDS = 0.5
"""How long one turn of a page lasts."""

SPELLING_SECONDS = 0.5
"""How long one turn of a spelling lasts."""

Rounds = Annotated[int, typer.Option(min=1, help="How often each server gets its turn.")]
Turns = Annotated[int, typer.Option(min=1, help="How often each kind of work gets its turn.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long one turn over HTTP lasts.")]
Json = Annotated[Path | None, typer.Option(help="Where the figures go; by default into bench/results/.")]


@app.callback()
def commands() -> None:
    """Each command measures one kind of work."""


@app.command("reads")
def measure_reads(rounds: Rounds = 5, seconds: Seconds = 4, json: Json = None) -> None:
    """Pages of invoices with their lines, and one invoice: over HTTP and in-process, next to the peers."""

    def measure() -> dict[str, Any]:
        require_wrk()
        return reads.measure(rounds, seconds, _say)

    _finish("reads", measure, report.reads_text, json)


@app.command("writes")
def measure_writes(rounds: Rounds = 5, json: Json = None) -> None:
    """Drafts finalized by 8 clients, next to the same statements run by hand; the disk is waited for."""
    _finish("writes", lambda: writes.measure_on_sqlite(rounds, _say), writes.text_with_machine, json)


@app.command("scale")
def measure_scale(
    rounds: Rounds = 7,
    small: Annotated[int, typer.Option(min=1000, help="Invoices of the small account.")] = 20_000,
    large: Annotated[int, typer.Option(min=1000, help="Invoices of the large one; a million takes long to make.")] = (
        200_000
    ),
    json: Json = None,
) -> None:
    """The first page and page 10,000 by cursor, in a small and in a large account."""
    _finish("scale", lambda: scale.measure(small, large, rounds, SCALE_SECONDS, _say), scale.text, json)


@app.command("json")
def measure_spellings(rounds: Rounds = 9, json: Json = None) -> None:
    """A page of invoices as JSON: texts joined as the planner does, next to SQLite's JSON functions."""
    _finish("json", lambda: spelling.measure(prepare(Size()), rounds, SPELLING_SECONDS, _say), spelling.text, json)


@app.command("fanout")
def measure_fanout(rounds: Rounds = 9, json: Json = None) -> None:
    """One event to 1,000 and 5,000 WebSockets, next to a bare broadcast of the same bytes."""
    _finish("fanout", lambda: fanout.measure(rounds, _say), fanout.text, json)


@app.command("limits")
def measure_limits(rounds: Rounds = 5, json: Json = None) -> None:
    """What limits and keys cost a request, how long the worst documents hold others up, what silent sockets hold."""
    _finish("limits", lambda: limits.measure(rounds, _say), limits.text, json)


@app.command("soak")
def measure_soak(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long the load lasts.")] = 5, json: Json = None
) -> None:
    """Mixed load with clients that come and go: whether memory grows, and what is left behind."""
    _finish("soak", lambda: soak.measure(minutes, _say), soak.text, json)


@app.command("all")
def measure_all() -> None:
    """Everything on SQLite, one after another."""
    measures = (
        measure_reads,
        measure_writes,
        measure_fanout,
        measure_limits,
        measure_scale,
        measure_soak,
        measure_money,
    )
    for measure in (*measures, measure_spellings):
        measure()


@app.command("postgres")
def measure_postgres(
    rounds: Rounds = 5,
    seconds: Seconds = 4,
    server: Annotated[
        str | None, typer.Option("--postgres", help=f"A server where databases can be created; or {postgres.VARIABLE}.")
    ] = None,
    seeded: Annotated[
        str | None, typer.Option(help="A database of it that holds the data already, and is left as it is.")
    ] = None,
    json: Json = None,
) -> None:
    """Reads and writes on PostgreSQL, next to PostGraphile and to the same statements run by hand."""

    def measure() -> dict[str, Any]:
        address = postgres.require_server(server)
        require_wrk()
        return postgres.measure(address, seeded, Size(), rounds, seconds, _say)

    _finish("postgres", measure, postgres.text, json)


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
    except FAILURES as failure:
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
