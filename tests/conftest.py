"""Fixtures that several rooms' tests share."""

import random
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

import pytest
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

START = datetime.fromtimestamp(1_700_000_000, UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write tests/golden anew from what the planner does.")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncGenerator[Gateway, None]:
    """An empty account in a database of its own."""
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'invoices.db'}", readers=2, synchronous="OFF")
    clock, machine_clock = ManualClock(START), ManualClock(START)
    ids = IdFactory(clock, random.Random(1))
    account = await create_account(database, clock, ids, {"name": "Rocket Rides", "invoice_prefix": "RKTRIDE"})
    services = Services(database, clock, ids, Simulator(), SuppressedMailer(), dump_row, machine_clock)
    yield Gateway(services, clock, machine_clock, Actor(account.account_id))
    await database.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    summarize(terminalreporter)
