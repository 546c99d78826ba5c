"""`python -m bench money`: processor time of computing invoices anew, at three depths, taking turns."""

import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import uvloop

from bench.drafts import Case, Work, works_of
from bench.report import machine_text, number_text, table_text
from invoice_graph.config import Settings
from invoice_graph.domain.taxes import TaxRounding
from invoice_graph.server.gateway import open_gateway

GOAL_MILLISECONDS = 10
"""What an invoice of 250 lines with three tax rates and two discounts may take."""

SIZES = (10, 250)
DEPTHS = {
    "totals": "the arithmetic alone",
    "recompute": "a stored draft: read, computed, all its lines written",
    "invoiceUpdate": "the mutation, answer included",
}
CASES = tuple(Case(lines, rounding) for lines in SIZES for rounding in TaxRounding)


def measure(rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures of all rounds in milliseconds, by case and depth."""
    with TemporaryDirectory() as folder:
        return {"goal": GOAL_MILLISECONDS, "rounds": uvloop.run(_measured(Path(folder), rounds, say))}


async def _measured(folder: Path, rounds: int, say: Callable[[str], None]) -> list[dict[str, dict[str, float]]]:
    async with _opened(folder) as works:
        for depths in works.values():
            await _one_turn(depths)
        measured = []
        for place in range(rounds):
            if place % 10 == 0:
                say(f"round {place + 1} of {rounds}")
            measured.append({title: await _one_turn(depths) for title, depths in works.items()})
        return measured


async def _one_turn(depths: Mapping[str, Work]) -> dict[str, float]:
    return {name: await processor_milliseconds(work) for name, work in depths.items()}


async def processor_milliseconds(work: Work) -> float:
    """The time that all threads of this process spend on the processor for one call."""
    before = time.process_time()
    await work()
    return (time.process_time() - before) * 1000


@asynccontextmanager
async def _opened(folder: Path) -> AsyncGenerator[dict[str, dict[str, Work]], None]:
    """The works of every case, on one file; an account for each."""
    async with open_gateway(Settings(database=f"sqlite+aiosqlite:///{folder / 'money.db'}")) as gateway:
        yield {case.title: await works_of(gateway, case) for case in CASES}


def text(measured: dict[str, Any]) -> str:
    """The table of `bench money`."""
    parts = [
        machine_text(measured["machine"]),
        f"3 tax rates and 2 discounts; milliseconds of processor time, medians of {len(measured['rounds'])} rounds",
        table_text(_rows(measured["rounds"])),
        "\n".join(f"{name}: {what}" for name, what in DEPTHS.items()),
    ]
    return "\n\n".join(parts)


def _rows(rounds: Sequence[Mapping[str, Mapping[str, float]]]) -> Iterable[Sequence[str]]:
    yield ("draft", *DEPTHS)
    for case in CASES:
        yield (case.title, *(number_text(median(one[case.title][depth] for one in rounds), 2) for depth in DEPTHS))
