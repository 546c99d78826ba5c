"""Drafts finalized by 8 clients at once, next to the same statements run by hand."""

from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from statistics import median
from typing import Any

import uvloop

from bench.agreement import Disagreement
from bench.contest import Round, Say
from bench.dataset import ACCOUNT, Size, copied, prepare, remove, url
from bench.finalizing import CLIENTS, FINALIZE, Finalize, by_engine, by_hand, by_http, recorded, timed
from bench.operations import INVOICE_PAGE
from bench.report import machine_text, number_text, span_text, table_text, typical
from bench.servers import AUTHORIZATION, running
from invoice_graph.store.database import open_database

GOAL = 0.5
"""What part of the statements run by hand the gateway reaches at least."""

BATCH = 80
"""Drafts that each finalizes in a round."""

WARM = 50
"""Drafts that each finalizes before anything is timed."""

TITLES = {
    "by_http": "invoice-graph over HTTP",
    "by_engine": "invoice-graph, its engine alone",
    "by_hand": "the same statements by hand",
}

Copy = Callable[[str], AbstractContextManager[str]]
"""A copy of the dataset under a name, for the length of the block; its URL."""


def measure(copy: Copy, rounds: int, say: Say) -> dict[str, Any]:
    """The figures of all rounds. Everybody finalizes the same drafts, each on a copy of its own."""
    count = WARM + rounds * BATCH
    with copy("recorded") as recorded_url, copy("http") as http_url, copy("engine") as engine_url, copy("hand") as hand:
        say("recording the statements")
        seen = uvloop.run(recorded(recorded_url, count))
        with running("gateway", http_url, ACCOUNT, INVOICE_PAGE) as server:
            urls = (server.port, engine_url, hand)
            measured = uvloop.run(_measured(urls, seen, rounds, say))
    statements = median(len(transaction) for transaction in seen.values())
    return {"operation": FINALIZE.title, "statements": statements, "rounds": measured}


def measure_on_sqlite(rounds: int, say: Say) -> dict[str, Any]:
    """The same on copies of the dataset of the reads."""
    file = prepare(Size())

    @contextmanager
    def copy(name: str) -> Generator[str, None, None]:
        copy = copied(file, name)
        try:
            yield url(copy)
        finally:
            remove(copy)

    return measure(copy, rounds, say)


async def _measured(places: tuple[int, str, str], seen: Any, rounds: int, say: Say) -> list[Round]:
    ids = list(seen)
    async with _opened(places, seen) as contestants:
        for finalize in contestants.values():
            await timed(finalize, ids[:WARM])
        measured = []
        for place in range(rounds):
            say(f"{FINALIZE.title}, round {place + 1} of {rounds}")
            batch = ids[WARM + place * BATCH :][:BATCH]
            measured.append({name: await timed(contestants[name], batch) for name in _turned(list(contestants), place)})
    await _require_equal_ends(places[1], places[2])
    return measured


def _turned(names: list[str], place: int) -> list[str]:
    """Who is first is another one each round: the disk may have more to do after some turns than after others."""
    first = place % len(names)
    return names[first:] + names[:first]


@asynccontextmanager
async def _opened(places: tuple[int, str, str], seen: Any) -> AsyncGenerator[dict[str, Finalize], None]:
    port, engine_url, hand_url = places
    async with AsyncExitStack() as opened:
        yield {
            "by_http": await opened.enter_async_context(by_http(port, AUTHORIZATION)),
            "by_engine": await opened.enter_async_context(by_engine(engine_url)),
            "by_hand": await opened.enter_async_context(by_hand(hand_url, seen)),
        }


async def _require_equal_ends(*urls: str) -> None:
    """Nobody was faster by doing less: the databases end alike; raises Disagreement."""
    ends = []
    for each in urls:
        database = await open_database(each)
        ends.append(tuple((await database.read(COUNTS))[0]))
        await database.close()
    if len(set(ends)) > 1:
        raise Disagreement(f"After finalizing, the databases hold {ends} drafts, events and counted numbers.")


COUNTS = """
SELECT (SELECT count(*) FROM invoice WHERE status = 'DRAFT'), (SELECT count(*) FROM event), (SELECT sum(value) FROM
counter)
"""


def text(measured: dict[str, Any]) -> str:
    """The table of finalizing."""
    intro = (
        f"{measured['operation']}, {CLIENTS} clients, {measured['statements']:g} statements each;"
        f" medians of {len(measured['rounds'])} interleaved rounds of {BATCH}; goal: {GOAL} of the same by hand"
    )
    return "\n\n".join((intro, table_text(_rows(measured["rounds"]))))


def text_with_machine(measured: dict[str, Any]) -> str:
    """The table of `bench writes`."""
    return "\n\n".join((machine_text(measured["machine"]), text(measured)))


def _rows(rounds: Sequence[Round]) -> Iterable[Sequence[str]]:
    yield ("who", "invoices/s", "of the same by hand", "p50 ms", "p99 ms")
    for name in TITLES:
        shares = [(one[name]["per_second"] or 0) / (one["by_hand"]["per_second"] or 1) for one in rounds]
        figures = (typical(rounds, name, figure) for figure in ("per_second", "p50_ms", "p99_ms"))
        rate, p50, p99 = (number_text(figure, 1) for figure in figures)
        span = span_text(shares) if name != "by_hand" else ""
        yield (TITLES[name], rate, span, p50, p99)
