"""Work that nobody waits for: what is due, and what a process that died left behind.

Of all processes on a database one does it: the one that has the lease. The others look every second whether it has
run out, so that the work of a process that died is taken over.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from invoice_graph import tracing
from invoice_graph.commands.clocks import advance_abandoned
from invoice_graph.commands.due_work import do_due_work
from invoice_graph.commands.idempotency import forget_keys
from invoice_graph.commands.invoices.previews import forget_previews
from invoice_graph.commands.operations import Services
from invoice_graph.commands.payments.payments import settle_abandoned
from invoice_graph.store.leases import end_lease, lease_of_others, take_lease

LEASE = "jobs"
LEASE_TIME = timedelta(seconds=15)
RENEWED_BEFORE = timedelta(seconds=8)
"""How long before its end a lease is moved on: late enough to write seldom, early enough to try several times."""

LOOK_SECONDS = 1.0

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
    Job("forget old idempotency keys", 600.0, forget_keys),
    Job("advance abandoned test clocks", 5.0, advance_abandoned),
)


class Lead:
    """This process's claim to the jobs of a database."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._owner = services.ids.token()
        self._until: datetime | None = None

    @property
    def is_ours(self) -> bool:
        """Whether the jobs are this process's to do now; not when the clock was set back to before the lease began."""
        until, now = self._until, self._services.machine_clock.now()
        return until is not None and until - LEASE_TIME <= now < until

    async def seek(self) -> None:
        """Takes the lease when it is free, and moves it on in time."""
        now = self._services.machine_clock.now()
        if self._until is not None and self.is_ours and now < self._until - RENEWED_BEFORE:
            return
        database = self._services.database
        async with database.reader() as connection:
            if await lease_of_others(connection, LEASE, self._owner, now):
                self._until = None
                return
        until = now + LEASE_TIME
        taken = await database.write(lambda connection: take_lease(connection, LEASE, self._owner, now, until))
        self._until = until if taken else None

    async def give_up(self) -> None:
        """Leaves the jobs to another process at once."""
        if self._until is not None:
            self._until = None
            await self._services.database.write(lambda connection: end_lease(connection, LEASE, self._owner))


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Runs all of them until it is cancelled or one fails; none outlives it, as it could with `asyncio.gather`, which
    is over when the first of them is."""
    async with asyncio.TaskGroup() as group:
        for work in works:
            group.create_task(work)


async def run_jobs(services: Services) -> None:
    """Does every job in its time, as long as no other process does; runs until it is cancelled."""
    lead = Lead(services)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_keep(lead))
            for job in JOBS:
                group.create_task(_repeat(job, services, lead))
    finally:
        with suppress(Exception):
            await lead.give_up()


async def _keep(lead: Lead) -> None:
    while True:
        await _tried("lease", lead.seek())
        await asyncio.sleep(LOOK_SECONDS)


async def _repeat(job: Job, services: Services, lead: Lead) -> None:
    while True:
        while not lead.is_ours:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS / 10)
        await _tried(job.name, _do(job, services))
        await asyncio.sleep(job.every)


async def _do(job: Job, services: Services) -> None:
    with tracing.job(job.name):
        await job.do(services)


async def _tried(name: str, work: Awaitable[object]) -> None:
    try:
        await work
    except Exception:
        _log.exception("The job %r failed; it is tried again", name)
