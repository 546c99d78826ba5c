"""Fixtures that several rooms' tests share."""

import gc
import os
import random
from collections.abc import AsyncGenerator, Generator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from absent import REASONS as ABSENT
from databases import KINDS, VARIABLE, databases
from gateway import Gateway, dump_row
from vector_player.reporting import summarize

from invoice_graph.adapters.mail import SuppressedMailer
from invoice_graph.adapters.payments import Simulator
from invoice_graph.commands.accounts import create_account
from invoice_graph.commands.runner import Services
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.store.database import open_database

pytest_plugins = ["browsing", "deployed"]

STRICT = "INVOICE_GRAPH_TEST_STRICT"
START = datetime.fromtimestamp(1_700_000_000, UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-postgres", action="store_true", help="Leave out what a run without a server has tested.")
    parser.addoption("--crash-rounds", type=int, default=20, help="How often the server is killed while it writes.")
    parser.addoption("--update-golden", action="store_true", help="Write tests/golden anew from what the planner does.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-postgres"):
        left_out = [item for item in items if not needs_server(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if needs_server(item)]


def needs_server(item: pytest.Item) -> bool:
    """Whether a test is skipped where no PostgreSQL server is named."""
    return any(VARIABLE in str(marker.kwargs.get("reason")) for marker in item.iter_markers("skipif"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Where nothing may be absent, a test that is skipped for want of it has failed."""
    report = yield
    missing = [reason for reason in ABSENT if reason in str(report.longrepr)]
    if report.skipped and missing and os.environ.get(STRICT):
        report.outcome, report.longrepr = "failed", f"{STRICT} is set, but a test is skipped: {missing[0]}"
    return report


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of the databases that a test uses."""
    databases.kind = request.param
    return databases.kind


@pytest.fixture(autouse=True)
def databases_given_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Only tests that ask for a kind have databases, and afterwards those are there for others."""
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    kind = databases.kind
    databases.kind = kind if "kind" in request.fixturenames else None
    yield
    databases.kind = kind
    if folder is not None:
        databases.give_back(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, kind: str) -> Iterator[Path]:
    """Where a module's tests have the databases that they share."""
    folder = tmp_path_factory.mktemp("shared")
    yield folder
    databases.give_back(folder)


@pytest.fixture
async def gateway(tmp_path: Path, kind: str) -> AsyncGenerator[Gateway, None]:
    """An empty account in a database of its own."""
    database = await open_database(databases.url(tmp_path / "invoices.db"), readers=1, synchronous="OFF")
    clock, machine_clock = ManualClock(START), ManualClock(START)
    ids = IdFactory(clock, random.Random(1))
    account = await create_account(database, clock, ids, {"name": "Rocket Rides", "invoice_prefix": "RKTRIDE"})
    services = Services(database, clock, ids, Simulator(), SuppressedMailer(), dump_row, machine_clock)
    yield Gateway(services, clock, machine_clock, Actor(account.account_id))
    await database.close()


@pytest.fixture
async def other(gateway: Gateway, tmp_path: Path) -> AsyncGenerator[Gateway, None]:
    """What another process on the same database has."""
    database = await open_database(databases.url(tmp_path / "invoices.db"), readers=1, synchronous="OFF")
    yield replace(gateway, services=replace(gateway.services, database=database))
    await database.close()


def pytest_collection_finish() -> None:
    """What was collected stays, so the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    databases.drop_all()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    summarize(terminalreporter)
