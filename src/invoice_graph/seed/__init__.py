"""Bulk data: customers and invoices with their whole history, written by the thousand, the same for the same seed."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.seed.customers import add_customers
from invoice_graph.seed.invoices import Invoicing
from invoice_graph.seed.log import Log, Snapshots
from invoice_graph.seed.numbering import Numbering
from invoice_graph.seed.period import START, periods
from invoice_graph.store.bulk import chosen_numbers
from invoice_graph.store.connection import Database
from invoice_graph.store.event_log import end
from invoice_graph.store.tables import Account

__all__ = ["START", "Size", "seed"]


_ANALYZED = (1, 4, 16, 64, 256)
"""After how many periods the database looks at how much there is of what; it plans by what it saw last."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much data; `lines` per invoice."""

    customers: int = 500
    invoices: int = 20_000
    lines: int = 10


async def seed(
    database: Database,
    clock: ManualClock,
    snapshots: Snapshots,
    account: Account,
    size: Size,
    seed: int,
    progress: Callable[[int], None],
) -> None:
    """Adds customers and invoices to an account. `snapshots` are taken by `clock`; `progress` is told how many
    invoices were written since it was told last.

    What is added depends on `seed` and on how many events the account has.
    """
    draw = random.Random(f"{seed}:{account.account_id}:{await end(database, account.account_id)}")
    ids = IdFactory(clock, draw)
    log = Log(account.account_id, snapshots, ids)
    async with database.transaction() as connection:
        taken = await chosen_numbers(connection, account.account_id)
        clock.set(START)
        customers = await add_customers(connection, account.account_id, size.customers, ids, log, clock.now())
    await database.analyze()
    invoicing = Invoicing(account, Numbering(account, taken), customers, size.lines, draw, clock, ids, log)
    for place, period in enumerate(periods(size.invoices), 1):
        async with database.transaction() as connection:
            await invoicing.add(connection, period)
        progress(period.count)
        if place in _ANALYZED:
            await database.analyze()
    await database.analyze()
