"""The README keeps its word: its tables are generated, its tour prints what it says."""

import json
import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from invoice_graph.cli.serving import prepare_demo
from invoice_graph.config import Settings
from invoice_graph.documentation import lifecycle_table, settings_table
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import Clock, ManualClock, SystemClock
from invoice_graph.server.app import DEMO_ACCOUNT
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import open_gateway

README = (Path(__file__).parent.parent / "README.md").read_text()
STEP = re.compile(r"```graphql\n(.*?)```\s+```json\n(.*?)```", re.DOTALL)

RUN = (
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . && .venv/bin/invoice-graph serve --demo"
)
TEST = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && .venv/bin/pytest"


def section(name: str) -> str:
    """The text between a pair of markers."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found, f"README.md has no {name} section"
    return found[1]


def steps() -> list[tuple[str, list[Any]]]:
    """The operations of the tour, each with its answers."""
    return [(query, documents(answers)) for query, answers in STEP.findall(section("tour"))]


def documents(text: str) -> list[Any]:
    """The JSON documents that follow one another in a text."""
    found, decoder, rest = [], json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


async def answers_of(outcome: Answer | AsyncGenerator[Answer, None]) -> list[Any]:
    """All answers of an operation."""
    if isinstance(outcome, Answer):
        return [json.loads(outcome.body)]
    return [json.loads(answer.body) async for answer in outcome]


def test_the_first_screen_has_both_commands() -> None:
    first_screen = README.split("\n")[:25]
    assert RUN in first_screen
    assert TEST in first_screen


def test_the_lifecycle_table_is_the_generated_one() -> None:
    assert section("lifecycle").strip() == lifecycle_table()


def test_the_settings_table_is_the_generated_one() -> None:
    assert section("settings").strip() == settings_table()


@pytest.fixture
def demo(tmp_path: Path) -> Settings:
    """A fresh demonstration."""
    settings = Settings(database=f"sqlite+aiosqlite:///{tmp_path / 'demo.db'}", demo=True)
    prepare_demo(settings)
    return settings


@pytest.mark.anyio
@pytest.mark.parametrize(
    "clock", [SystemClock(), ManualClock(datetime(2034, 5, 6, tzinfo=UTC))], ids=["now", "in years"]
)
async def test_the_tour_prints_what_it_says(demo: Settings, clock: Clock) -> None:
    assert len(steps()) >= 4
    async with open_gateway(demo, clock) as gateway:
        for query, expected in steps():
            outcome = await gateway.engine.run(GraphQLRequest(query), Actor(DEMO_ACCOUNT))
            assert await answers_of(outcome) == expected, query
