"""A process that races others: `python racing.py URL ACCOUNT SEED CALLS`.

It calls commands on invoices that others change at the same time and prints what became of each call, one per line.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from typing import Any

from invoice_graph.commands.runner import COMMANDS, Call, Outcome, run
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.connection import Connection
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Invoice

CALLS = {
    "invoiceFinalize": lambda choose: {},
    "invoicePay": lambda choose: {"payment_method_id": choose.choice(("pm_card_visa", "pm_card_chargeDeclined"))},
    "invoiceVoid": lambda choose: {},
    "invoiceUpdate": lambda choose: {"description": f"note {choose.randrange(100)}"},
    "invoiceAddLines": lambda choose: {"lines": [{"amount": choose.randrange(1, 500)}]},
    "invoiceMarkUncollectible": lambda choose: {},
}
WEIGHTS = (6, 5, 1, 3, 3, 1)


async def outcome_of(connection: Connection, outcome: Outcome) -> Outcome:
    return outcome


async def race(gateway: Gateway, account_id: str, choose: random.Random, calls: int) -> Counter[str]:
    async with gateway.services.database.reader() as connection:
        invoices = await select_rows(connection, Invoice, {"account_id": account_id}, ("id",))
    told: Counter[str] = Counter()
    for number in range(calls):
        name = choose.choices(list(CALLS), WEIGHTS)[0]
        given: dict[str, Any] = {"id": choose.choice(invoices).id, **CALLS[name](choose)}
        call = Call(name, given, f"{choose.random()} {number}" if number % 2 else None)
        outcome = await run(gateway.services, Actor(account_id), COMMANDS[name], call, outcome_of)
        told[f"{name} {outcome.refusals[0].code if outcome.refusals else 'done'}"] += 1
    return told


async def main(url: str, account_id: str, seed: str, calls: str) -> None:
    settings = Settings(database=url, synchronous="OFF", readers=1, busy_milliseconds=30_000)
    async with open_gateway(settings) as gateway:
        watching = asyncio.ensure_future(gateway.services.database.watch(settings.watch_interval))
        told = await race(gateway, account_id, random.Random(seed), int(calls))
        watching.cancel()
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
