"""`python -m bench fanout`: one event to many WebSockets, until the last one has it, next to a bare broadcast."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from bench.contest import Round, Say
from bench.dataset import ACCOUNT, Size, copied, prepare, remove, url
from bench.drafts import WentWrong
from bench.operations import INVOICE_PAGE, Operation
from bench.report import machine_text, number_text, span_text, table_text, typical
from bench.servers import AUTHORIZATION, DIRECT, UVICORN, free_port, running
from invoice_graph.server.app import DEMO_SECRET

COUNTS = (1000, 5000)
TITLES = {"gateway": "invoice-graph", "broadcast": "bare Starlette broadcast of the same bytes"}
HAPPEN = Operation(
    name="happen",
    title="one event",
    query='mutation { customerCreate(input: { name: "Jenny Rosen" }) { customer { id } } }',
    variables={},
)


@dataclass(frozen=True, slots=True)
class Audience:
    """Subscribers of a server."""

    process: "subprocess.Popen[str]"

    def hear(self) -> tuple[float, str]:
        """When the last one had the next event, and its text; raises WentWrong."""
        assert self.process.stdout is not None
        moment, _, text = self.process.stdout.readline().strip().partition(" ")
        if not text.startswith("{"):
            raise WentWrong(f"The subscribers heard {text[:200]!r}.")
        return float(moment), text


@contextmanager
def audience(port: int, count: int) -> Generator[Audience, None, None]:
    """So many subscribers, from when all of them listen."""
    command = [sys.executable, "-m", "bench.subscribers", str(port), str(count), DEMO_SECRET]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise WentWrong(f"{count} subscribers can't connect; what they say stands above.")
        yield Audience(process)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def _broadcast() -> Generator[int, None, None]:
    """The bare server's port."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.peers.broadcast:create_app", *UVICORN, "--port", str(port)]
    options = ["--log-level", "warning", "--ws-per-message-deflate", "false"]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def measure(rounds: int, say: Say) -> dict[str, Any]:
    """Milliseconds from the request to the last subscriber, by number of subscribers, server and round."""
    file = copied(prepare(Size(invoices=2000, lines=50)), "fanout")
    try:
        found = {str(count): _with(url(file), count, rounds, say) for count in COUNTS}
        return {
            "counts": {count: turns for count, (turns, _) in found.items()},
            "idle_kilobytes": {count: each for count, (_, each) in found.items()},
        }
    finally:
        remove(file)


def _with(database: str, count: int, rounds: int, say: Say) -> tuple[list[Round], float | None]:
    with ExitStack() as opened:
        server = opened.enter_context(running("gateway", database, ACCOUNT, INVOICE_PAGE))
        say(f"{count} subscribers connect")
        empty = server.resident_megabytes()
        ours = opened.enter_context(audience(server.port, count))
        full = server.resident_megabytes()
        _, text = _heard(ours, lambda: server.ask(HAPPEN))
        bare = opened.enter_context(_broadcast())
        _wait(bare)
        theirs = opened.enter_context(audience(bare, count))
        turns: dict[str, tuple[Audience, Callable[[], Any]]] = {
            "gateway": (ours, lambda: server.ask(HAPPEN)),
            "broadcast": (theirs, lambda: _publish(bare, text)),
        }
        for who, happen in turns.values():
            _heard(who, happen)
        measured = [{name: {"ms": _heard(*turn)[0]} for name, turn in turns.items()} for _ in range(rounds)]
        return measured, None if empty is None or full is None else (full - empty) * 1000 / count


def _heard(who: Audience, happen: Callable[[], Any]) -> tuple[float, str]:
    started = time.monotonic()
    happen()
    moment, text = who.hear()
    return (moment - started) * 1000, text


def _publish(port: int, text: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/publish", text.encode(), {"authorization": AUTHORIZATION}
    )
    DIRECT.open(request, timeout=60).close()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            _publish(port, "")
        except OSError:
            if time.monotonic() > deadline:
                raise WentWrong("The bare server does not answer.") from None
            time.sleep(0.05)
        else:
            return


def text(measured: dict[str, Any]) -> str:
    """The table of `bench fanout`."""
    rounds = len(next(iter(measured["counts"].values())))
    intro = f"One event to all subscribers of one process: ms from the request to the last; medians of {rounds} turns"
    idle = ", ".join(
        f"{number_text(each, 1)} kB each with {count}" for count, each in measured["idle_kilobytes"].items()
    )
    table = table_text(_rows(measured["counts"]))
    return "\n\n".join((machine_text(measured["machine"]), intro, table, f"Memory of idle subscribers: {idle}"))


def _rows(counts: dict[str, Sequence[Round]]) -> Iterable[Sequence[str]]:
    yield ("subscribers", *TITLES.values(), "of the bare broadcast's time")
    for count, rounds in counts.items():
        shares = [(one["gateway"]["ms"] or 0) / (one["broadcast"]["ms"] or 1) for one in rounds]
        span = span_text(shares)
        yield (count, *(number_text(typical(rounds, name, "ms"), 0) for name in TITLES), span)
