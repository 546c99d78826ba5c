"""`python -m bench soak`: minutes of mixed load with clients that come and go; what grows, and what is left behind."""

import asyncio
import os
import sys
import time
from pathlib import Path
from statistics import linear_regression
from typing import Any

import orjson
import uvloop

from bench.contest import Say
from bench.dataset import Size, copied, prepare, remove, url
from bench.drafts import WentWrong
from bench.report import machine_text
from invoice_graph.config import Settings
from invoice_graph.server.app import DEMO_SECRET, listen, serve

SAMPLE_SECONDS = 2.0
SETTLING_SECONDS = 60
"""Caches fill and the allocator finds its size before the slope is taken."""

LEAVING_SECONDS = 10
"""How long the server has to notice that clients are gone."""


def measure(minutes: float, say: Say) -> dict[str, Any]:
    """The memory of a server in this process, sample by sample, and the tasks and connections it has left."""
    file = copied(prepare(Size(invoices=2000, lines=50)), "soak")
    try:
        return uvloop.run(_measured(Settings(database=url(file), port=0), minutes * 60, say))
    finally:
        remove(file)


async def _measured(settings: Settings, seconds: float, say: Say) -> dict[str, Any]:
    listener = listen(settings)
    started = asyncio.Event()
    server = asyncio.ensure_future(serve(settings, listener, lambda _port: started.set()))
    try:
        await started.wait()
        # One client has come and gone, so that what is made once is there.
        await _visit(listener.getsockname()[1], 1)
        await asyncio.sleep(1)
        before = _left()
        say(f"{seconds:g} seconds of load")
        visitors = asyncio.ensure_future(_visit(listener.getsockname()[1], seconds))
        samples = await _samples(visitors)
        after = await _settled(before)
    finally:
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
    return {"seconds": seconds, "done": visitors.result(), "samples": samples, "before": before, "after": after}


async def _visit(port: int, seconds: float) -> Any:
    command = (sys.executable, "-m", "bench.visitors", str(port), str(seconds), DEMO_SECRET)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise WentWrong("The visitors failed; what they say stands above.")
    return orjson.loads(out)


async def _samples(visitors: "asyncio.Future[Any]") -> list[tuple[float, float]]:
    """Seconds and megabytes, while there are visitors."""
    started, samples = time.monotonic(), []
    while not visitors.done():
        samples.append((time.monotonic() - started, _megabytes()))
        await asyncio.wait([visitors], timeout=SAMPLE_SECONDS)
    return samples


async def _settled(before: dict[str, int]) -> dict[str, int]:
    """What is left when it is no more than before, or time is up."""
    for _ in range(LEAVING_SECONDS * 10):
        if _left() == before:
            break
        await asyncio.sleep(0.1)
    return _left()


def _left() -> dict[str, int]:
    return {"tasks": len(asyncio.all_tasks()), "files": len(list(Path("/proc/self/fd").iterdir()))}


def _megabytes() -> float:
    """What is this process's own: parts of the database's file that are mapped here are not, and can go at any time."""
    _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE") / 1e6


def slope(samples: list[tuple[float, float]], since: float = SETTLING_SECONDS) -> float | None:
    """Megabytes a minute after the beginning; None for fewer than two samples."""
    later = [sample for sample in samples if sample[0] >= since]
    if len(later) < 2:
        return None
    seconds, megabytes = zip(*later, strict=True)
    return linear_regression(seconds, megabytes).slope * 60


def text(measured: dict[str, Any]) -> str:
    """What `bench soak` saw."""
    samples, grows = measured["samples"], slope(measured["samples"])
    growth = "not known in less than a minute" if grows is None else f"{grows:+.2f} MB/minute after the first minute"
    lines = (
        f"{measured['seconds']:g} seconds: " + ", ".join(f"{count} {name}" for name, count in measured["done"].items()),
        f"memory: {samples[0][1]:.0f} MB at first, {samples[-1][1]:.0f} MB at last; {growth}",
        *(f"{name}: {measured['before'][name]} before, {measured['after'][name]} after" for name in measured["before"]),
    )
    return machine_text(measured["machine"]) + "\n\n" + "\n".join(lines)
