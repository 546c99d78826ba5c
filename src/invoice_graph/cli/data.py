"""`seed`: data in bulk."""

import random
from typing import Annotated

import typer

from invoice_graph.cli.options import with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.cli.progress import progress
from invoice_graph.cli.serving import open_demo_account
from invoice_graph.commands.accounts import create_account, list_accounts
from invoice_graph.config import Settings
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.schema.snapshot import Snapshots
from invoice_graph.seed import START, Size
from invoice_graph.seed import seed as add_data
from invoice_graph.server.app import DEMO_ACCOUNT
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.tables import Account


@with_settings("database", "synchronous", "busy_milliseconds")
def seed(
    settings: Settings,
    account: Annotated[str, typer.Option(help="The account to fill; made when it is missing.")] = DEMO_ACCOUNT,
    customers: Annotated[int, typer.Option(min=1, help="How many customers to add.")] = 500,
    invoices: Annotated[int, typer.Option(min=0, help="How many invoices to add.")] = 20_000,
    lines: Annotated[int, typer.Option(min=1, max=250, help="How many lines each has.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed makes the same data of the same database.")] = 1,
) -> None:
    """Adds data in bulk, to see how things feel at size.

    `serve --demo` shows it when both are given the same --database; without one they have files of their own.
    """
    run_loop(_seed(settings, account, Size(customers, invoices, lines), seed))
    typer.echo(f"{settings.database_shown} has {invoices} more invoices of {customers} new customers of {account}.")


async def _seed(settings: Settings, account_id: str, size: Size, seed: int) -> None:
    clock = ManualClock(START)
    async with open_gateway(settings, clock, IdFactory(clock, random.Random(seed))) as gateway:
        account = await _account(gateway, account_id)
        with progress() as advance:
            snapshots = Snapshots(gateway.planner, clock, settings.address)
            await add_data(
                gateway.services.database,
                clock,
                snapshots.many,
                account,
                size,
                seed,
                lambda count: advance("invoices", count, size.invoices),
            )


async def _account(gateway: Gateway, account_id: str) -> Account:
    """The account of this id, made when it is missing."""
    services = gateway.services
    for account in await list_accounts(services.database):
        if account.account_id == account_id:
            return account
    if account_id == DEMO_ACCOUNT:
        return await open_demo_account(services)
    return await create_account(services.database, services.clock, services.ids, {"name": account_id}, account_id)
