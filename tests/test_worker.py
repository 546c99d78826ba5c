"""Of several processes one does what nobody waits for, and another takes over when it is gone."""

import asyncio

import pytest
from gateway import Gateway

from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Lease
from invoice_graph.worker import Lead, together

pytestmark = pytest.mark.anyio


async def leases(gateway: Gateway) -> list[Lease]:
    async with gateway.services.database.reader() as connection:
        return await select_rows(connection, Lease, {})


async def test_one_of_two_processes_leads(gateway: Gateway, other: Gateway) -> None:
    first, second = Lead(gateway.services), Lead(other.services)
    await first.seek()
    await second.seek()
    assert (first.is_ours, second.is_ours) == (True, False)


async def test_a_lease_is_moved_on_while_its_owner_lives_but_not_at_every_look(
    gateway: Gateway, other: Gateway
) -> None:
    first, second = Lead(gateway.services), Lead(other.services)
    for seconds, written in ((0, True), (6, False), (2, True), (6, False), (2, True)):
        gateway.machine_clock.advance(seconds=seconds)
        changes = gateway.services.database.changed.count
        await first.seek()
        await second.seek()
        assert (first.is_ours, second.is_ours) == (True, False)
        assert (gateway.services.database.changed.count > changes) is written


async def test_the_work_of_a_process_that_died_is_taken_over_when_its_lease_has_run_out(
    gateway: Gateway, other: Gateway
) -> None:
    dead, heir = Lead(gateway.services), Lead(other.services)
    await dead.seek()
    gateway.machine_clock.advance(seconds=14)
    await heir.seek()
    assert (dead.is_ours, heir.is_ours) == (True, False)
    gateway.machine_clock.advance(seconds=1)
    assert not dead.is_ours
    await heir.seek()
    assert heir.is_ours
    await dead.seek()
    assert not dead.is_ours


async def test_a_process_that_ends_leaves_the_work_to_the_next_at_once(gateway: Gateway, other: Gateway) -> None:
    leaving, heir = Lead(gateway.services), Lead(other.services)
    await leaving.seek()
    await leaving.give_up()
    assert await leases(gateway) == []
    await heir.seek()
    assert heir.is_ours
    await leaving.give_up()
    assert len(await leases(gateway)) == 1


async def test_none_of_what_runs_together_outlives_it() -> None:
    ended: list[str] = []

    async def leaves(name: str, turns: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(turns):
                await asyncio.sleep(0)
            ended.append(name)

    running = asyncio.create_task(together(leaves("at once", 0), leaves("later", 20)))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == ["at once", "later"]
