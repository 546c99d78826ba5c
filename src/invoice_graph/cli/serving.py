"""`serve` and what runs beside it: `worker`, `migrate`."""

import asyncio
import errno
import random
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import typer

from invoice_graph import tracing
from invoice_graph.cli.logs import start_logs
from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import Workers, run_loop, serve_alone
from invoice_graph.commands.accounts import create_account, list_accounts
from invoice_graph.commands.keys import create_key
from invoice_graph.commands.operations import Services
from invoice_graph.config import DEMO_DATABASE, Settings
from invoice_graph.demo import ACCOUNT_SETTINGS, SEED, START, fill, is_empty
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.schema.build import build_schema
from invoice_graph.server.app import DEMO_ACCOUNT, DEMO_SECRET, listen
from invoice_graph.server.gateway import open_gateway
from invoice_graph.server.listed_documents import read_documents
from invoice_graph.store.addresses import is_missing
from invoice_graph.store.database import open_database
from invoice_graph.store.revisions import NEWEST
from invoice_graph.store.tables import Account
from invoice_graph.store.whole import as_one
from invoice_graph.worker import run_jobs, together

OTHER_PLACES: Mapping[int | None, str] = {
    errno.EADDRINUSE: "; name another with --port, or --port 0 for a free one",
    errno.EACCES: "; name a --port from 1024 on",
    errno.EADDRNOTAVAIL: "; name an address of this machine with --host",
}
"""What to do about an address that can't be listened on, by the error's number."""


@with_settings()
def serve(settings: Settings) -> None:
    """Creates the database where there is none, and serves GraphQL until SIGTERM."""
    start_logs(settings)
    if settings.demo:
        settings = fit_for_demo(settings)
    if settings.documents:
        # Before anything is made, and in one line: each server process reads them again.
        read_documents(Path(settings.documents), build_schema().schema)
    with _listener(settings) as listener:
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        if settings.demo:
            prepare_demo(settings)
        elif settings.workers > 1:
            prepare(settings)
        _serve(settings, listener)


def _serve(settings: Settings, listener: socket.socket) -> None:
    def ready() -> None:
        typer.echo(f"GraphiQL: {settings.address}/graphql")

    if settings.workers == 1:
        serve_alone(settings, listener, ready)
    else:
        Workers(settings, listener, ready).run()


def _listener(settings: Settings) -> socket.socket:
    try:
        return listen(settings)
    except OSError as error:
        why = f"{settings.host} port {settings.port} can't be listened on: {error.strerror or error}"
        raise Unfit(f"{why}{OTHER_PLACES.get(error.errno, '')}.") from None


def fit_for_demo(settings: Settings) -> Settings:
    """The settings with the demonstration's own file, unless one was named; raises Unfit for settings by which other
    machines could reach it, since anybody who can may act for the demonstration account."""
    for is_unfit, sentence in UNFIT_FOR_DEMO:
        if is_unfit(settings):
            raise Unfit(f"--demo needs no key and so serves this machine only; {sentence.format(settings)}.")
    named = "database" in settings.model_fields_set
    return settings if named else settings.model_copy(update={"database": DEMO_DATABASE})


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_linked_elsewhere(settings: Settings) -> bool:
    return bool(settings.public_url) and not _is_loopback(urlsplit(settings.public_url).hostname or "")


UNFIT_FOR_DEMO: Sequence[tuple[Callable[[Settings], bool], str]] = (
    (
        lambda settings: not _is_loopback(settings.host),
        "{0.host} is no loopback address; leave out --host, or --demo to ask for keys",
    ),
    (_is_linked_elsewhere, "--public-url {0.public_url} is no address of this machine; leave out one of the two"),
    (
        lambda settings: settings.production,
        "--production is for servers that strangers reach; leave out one of the two",
    ),
)
"""What does not go with a demonstration, and what is said of it."""


def prepare(settings: Settings) -> None:
    """Makes or upgrades the database where the settings allow it; raises DatabaseUnusable."""
    run_loop(_create(settings))


async def _create(settings: Settings) -> None:
    database = await open_database(
        settings.database,
        readers=1,
        busy_milliseconds=settings.busy_milliseconds,
        migrate=settings.migrate,
        wait=settings.database_wait,
    )
    await database.close()


def prepare_demo(settings: Settings) -> None:
    """Makes the demonstration's account and data where they are missing, all or nothing of it.

    Raises Unfit for a database with accounts of others.
    """
    if is_missing(settings.database):
        settings = settings.model_copy(update={"migrate": True})
    run_loop(_make_demo(settings))


async def _make_demo(settings: Settings) -> None:
    # There is nothing to lose yet, so the disk is not waited for.
    settings = settings.model_copy(update={"synchronous": "OFF"})
    clock = ManualClock(START)
    async with open_gateway(settings, clock, IdFactory(clock, random.Random(SEED))) as gateway:
        await complete_demo(gateway.services, clock, settings.database_shown)


async def complete_demo(services: Services, clock: ManualClock, name: str) -> None:
    """What `prepare_demo` does with an open database, which people know by a name; the clock stands at START."""
    known = [account.account_id for account in await list_accounts(services.database)]
    for other in known:
        if other != DEMO_ACCOUNT:
            raise Unfit(f"--demo needs no key and so refuses {name}, which has the account {other}.")
    if not known or await is_empty(services.database, DEMO_ACCOUNT):
        # As one transaction: whoever is interrupted leaves nothing that could be taken for the whole.
        async with as_one(services.database) as whole:
            services = replace(services, database=whole)
            if not known:
                await open_demo_account(services)
            await fill(services, clock, DEMO_ACCOUNT)


async def open_demo_account(services: Services) -> Account:
    """A new demonstration account with the key that everybody knows."""
    database, clock, ids = services.database, services.clock, services.ids
    account = await create_account(database, clock, ids, ACCOUNT_SETTINGS, DEMO_ACCOUNT)
    await create_key(database, clock, ids, DEMO_ACCOUNT, "demo", DEMO_SECRET)
    return account


@with_settings("database", "synchronous", "busy_milliseconds", "database_wait")
def migrate(settings: Settings) -> None:
    """Makes the database's tables where there are none, and upgrades them where they are old."""
    prepare(settings.model_copy(update={"migrate": True}))
    typer.echo(f"{settings.database_shown} has schema {NEWEST}, the newest.")


@with_settings("database", "synchronous", "busy_milliseconds", "migrate", "database_wait")
def worker(settings: Settings) -> None:
    """Does the work that nobody waits for, until SIGTERM; `serve` does it too, unless told `--no-jobs`."""
    start_logs(settings)
    run_loop(_work(settings))


async def _work(settings: Settings) -> None:
    tracing.start()
    async with open_gateway(settings) as gateway:
        # Other processes hear of what is done here from the watcher, where the database does not tell them itself.
        watching = gateway.services.database.watch(settings.watch_interval)
        jobs = asyncio.create_task(together(run_jobs(gateway.services), watching))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, jobs.cancel)
        typer.echo(f"Working on {settings.database_shown}")
        with suppress(asyncio.CancelledError):
            await jobs
