"""Eight processes change the same invoices at once: every number, cent and event is where it should be."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from databases import databases, rows
from gateway import Gateway

from invoice_graph.schema.live import Feed
from invoice_graph.store.database import open_database
from invoice_graph.store.event_log import EventFilter, Reading
from invoice_graph.store.verification.verify import verify

RACING = Path(__file__).with_name("racing.py")
PROCESSES, CALLS = 8, 40
CUSTOMERS, INVOICES = 20, 200
PATIENCE = 20.0
COMMON = ("invoiceFinalize", "invoicePay", "invoiceUpdate", "invoiceAddLines")

pytestmark = [pytest.mark.anyio, pytest.mark.crash]

DOUBLE_PAYMENTS = """
SELECT invoice_id FROM invoice_payment WHERE status = 'PAID' GROUP BY account_id, invoice_id HAVING count(*) > 1
"""
NUMBERS = """
SELECT number_prefix, count(*) AS count, count(DISTINCT number) AS distinct_count, max(number_sequence) AS last
FROM invoice WHERE number_prefix IS NOT NULL GROUP BY number_prefix
"""
EVENTS = "SELECT sequence FROM event ORDER BY sequence"


async def racer(url: str, account_id: str, seed: int) -> Counter[str]:
    arguments = (str(RACING), url, account_id, str(seed), str(CALLS))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return Counter(json.loads(output))


async def told(sequence: int) -> int:
    return sequence


async def read_until(stream: AsyncGenerator[int, None], seen: list[int]) -> None:
    async for sequence in stream:
        seen += [sequence]


async def test_numbers_payments_and_events_survive_a_race(gateway: Gateway, tmp_path: Path) -> None:
    customers = [await gateway.customer() for _ in range(CUSTOMERS)]
    for place in range(INVOICES):
        await gateway.draft(1000 + place, customer_id=customers[place % CUSTOMERS])
    url, account_id = databases.url(tmp_path / "invoices.db"), gateway.actor.account_id

    follower = await open_database(url, readers=1)
    log_read = Feed(Reading(follower, account_id, EventFilter()), told)
    seen: list[int] = []
    watching = asyncio.ensure_future(follower.watch(0.04))
    following = asyncio.ensure_future(read_until(log_read.follow(0, None, None), seen))
    outcomes = sum(await asyncio.gather(*(racer(url, account_id, seed) for seed in range(PROCESSES))), Counter())

    log = [row["sequence"] for row in rows(tmp_path / "invoices.db", EVENTS)]
    async with asyncio.timeout(PATIENCE):
        while not seen or seen[-1] < log[-1]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    for task in (following, watching):
        task.cancel()
    await asyncio.gather(following, watching, return_exceptions=True)
    await follower.close()

    assert sum(outcomes.values()) == PROCESSES * CALLS
    assert not [kind for kind in outcomes if kind.endswith("LOCK_TIMEOUT")], outcomes
    assert all(
        outcomes[f"{name} done"] for name in ("invoiceFinalize", "invoicePay", "invoiceUpdate", "invoiceAddLines")
    )
    assert log == list(range(1, len(log) + 1))
    assert seen == log
    assert rows(tmp_path / "invoices.db", DOUBLE_PAYMENTS) == []
    for row in rows(tmp_path / "invoices.db", NUMBERS):
        assert row["count"] == row["distinct_count"] == row["last"]
    assert await verify(gateway.services.database) == []
