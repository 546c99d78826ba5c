"""Test clocks: customers who live in a time of their own, which passes when it is told to."""

from datetime import datetime, timedelta
from functools import partial

from invoice_graph.commands.due_work import do_one
from invoice_graph.commands.operations import Command, Done, Services
from invoice_graph.commands.payments.payments import lease_from_now
from invoice_graph.commands.shapes import GIVEN, ID, IDENTIFIED, NAME
from invoice_graph.domain.clock import time_text
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Shape, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.invoices import years_after
from invoice_graph.domain.kinds import TestClockStatus
from invoice_graph.store.connection import Connection
from invoice_graph.store.due import abandoned_clocks, next_due
from invoice_graph.store.tables import TestClock
from invoice_graph.store.unit_of_work import UnitOfWork

LIFETIME = timedelta(days=7)
MOST_YEARS = 2

_CREATE = Shape({"frozen_time": GIVEN, "name": NAME}, required=("frozen_time",), creating=True)
_ADVANCE = Shape({"id": ID, "frozen_time": GIVEN}, required=("id", "frozen_time"))


async def create_clock(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """testClockCreate."""
    clock = TestClock(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.TEST_CLOCK),
        created_at=uow.now,
        name=input.get("name"),
        frozen_at=input["frozen_time"],
        deletes_after_at=uow.now + LIFETIME,
    )
    uow.emit(EventType.TEST_HELPERS_TEST_CLOCK_CREATED, clock)
    return Done(uow.add(clock).id)


async def advance_clock(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """testClockAdvance: everything that is due on the way is done in order, each thing at its moment."""
    clock = await _ready_clock(uow, input["id"])
    _check_target(clock, input["frozen_time"])
    clock.status, clock.target_at = TestClockStatus.ADVANCING, input["frozen_time"]
    clock.leased_until = lease_from_now(services)
    uow.touch(clock)
    uow.emit(EventType.TEST_HELPERS_TEST_CLOCK_ADVANCING, clock)
    return Done(clock.id, then=partial(finish_advance, clock=clock, operation_id=uow.operation_id))


async def delete_clock(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """testClockDelete: its customers stay, in a time that does not pass any more."""
    clock = await _ready_clock(uow, input["id"])
    clock.deleted_at = uow.now
    uow.emit(EventType.TEST_HELPERS_TEST_CLOCK_DELETED, clock)
    return Done(None, deleted_id=clock.id)


async def finish_advance(services: Services, clock: TestClock, operation_id: str) -> None:
    """Brings a test clock that is on its way to its target."""
    target = clock.target_at
    assert target is not None
    while True:
        async with services.database.reader() as connection:
            due = await next_due(connection, clock, target)
        if due is None:
            break
        await do_one(services, due, operation_id, clock)
    await services.database.write(partial(_arrive, services, clock, operation_id))


async def advance_abandoned(services: Services) -> int:
    """Takes over the test clocks whose process died while they were on their way."""
    async with services.database.reader() as connection:
        left = await abandoned_clocks(connection, services.machine_clock.now())
    taken = 0
    for clock in left:
        if await services.database.write(partial(_take_over, services, clock)):
            await finish_advance(services, clock, services.ids.token())
            taken += 1
    return taken


async def _take_over(services: Services, left: TestClock, connection: Connection) -> bool:
    """Leases an abandoned clock anew; False when somebody else was faster."""
    uow = services.unit_of_work(connection, left.account_id, services.ids.token())
    clock = await uow.require(TestClock, left.id, ("id",), hold=True)
    mine = clock.leased_until == left.leased_until
    if mine:
        clock.leased_until = lease_from_now(services)
        await uow.flush()
    return mine


async def _arrive(services: Services, left: TestClock, operation_id: str, connection: Connection) -> None:
    uow = services.unit_of_work(connection, left.account_id, operation_id)
    clock = await uow.require(TestClock, left.id, ("id",), hold=True)
    if clock.target_at is not None:
        clock.frozen_at = clock.target_at
        clock.status, clock.target_at, clock.leased_until = TestClockStatus.READY, None, None
        uow.now = clock.frozen_at
        uow.touch(clock)
        uow.emit(EventType.TEST_HELPERS_TEST_CLOCK_READY, clock)
        await uow.flush()


async def _ready_clock(uow: UnitOfWork, id: str) -> TestClock:
    clock = await uow.require(TestClock, id, ("id",))
    if clock.status != TestClockStatus.READY:
        raise refuse("The test clock is on its way; wait until its status is READY.", ("id",))
    return clock


def _check_target(clock: TestClock, target: datetime) -> None:
    path = ("frozen_time",)
    if target <= clock.frozen_at:
        raise refuse(f"Give a time after {time_text(clock.frozen_at)}; test clocks do not go back.", path)
    if target > years_after(clock.frozen_at, MOST_YEARS):
        raise refuse(f"Give a time at most {MOST_YEARS} years ahead; advance several times to go further.", path)


CLOCK_COMMANDS = (
    Command("testClockCreate", TestClock, _CREATE, create_clock, creates=True),
    Command("testClockAdvance", TestClock, _ADVANCE, advance_clock),
    Command("testClockDelete", TestClock, IDENTIFIED, delete_clock),
)
