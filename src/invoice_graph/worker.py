"""Work that nobody waits for: what is due, and what a process that died left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from invoice_graph.commands.clocks import advance_abandoned
from invoice_graph.commands.due_work import do_due_work
from invoice_graph.commands.operations import Services
from invoice_graph.commands.payments import settle_abandoned
from invoice_graph.commands.previews import forget_previews

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again: how often, in seconds, and what."""

    name: str
    every: float
    do: Callable[[Services], Awaitable[int]]


JOBS = (
    Job("settle abandoned payments", 5.0, settle_abandoned),
    Job("do what is due", 1.0, do_due_work),
    Job("forget old previews", 600.0, forget_previews),
    Job("advance abandoned test clocks", 5.0, advance_abandoned),
)


async def run_jobs(services: Services) -> None:
    """Does every job in its time, at once when started; runs until it is cancelled."""
    async with asyncio.TaskGroup() as group:
        for job in JOBS:
            group.create_task(_repeat(job, services))


async def _repeat(job: Job, services: Services) -> None:
    while True:
        try:
            await job.do(services)
        except Exception:
            _log.exception("The job %r failed; it is tried again in %g s", job.name, job.every)
        await asyncio.sleep(job.every)
