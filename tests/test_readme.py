"""The README keeps its word: its tables are generated, its tour prints what it says."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from played_pages import fresh_demo, play, steps

from invoice_graph.config import Settings
from invoice_graph.documentation import lifecycle_table, settings_table
from invoice_graph.domain.clock import Clock, ManualClock, SystemClock
from invoice_graph.server.gateway import open_gateway

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()

RUN = (
    "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e . && .venv/bin/invoice-graph serve --demo"
)
TEST = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[test]' && .venv/bin/pytest"


def section(name: str) -> str:
    """The text between a pair of markers."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found, f"README.md has no {name} section"
    return found[1]


def test_the_first_screen_has_both_commands() -> None:
    first_screen = README.split("\n")[:25]
    assert RUN in first_screen
    assert TEST in first_screen


def test_the_lifecycle_table_is_the_generated_one() -> None:
    assert section("lifecycle").strip() == lifecycle_table()


def test_the_settings_table_is_the_generated_one() -> None:
    assert section("settings").strip() == settings_table()


@pytest.fixture
def demo(tmp_path: Path, kind: str) -> Settings:
    return fresh_demo(tmp_path / "demo.db")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "clock", [SystemClock(), ManualClock(datetime(2034, 5, 6, tzinfo=UTC))], ids=["now", "in years"]
)
async def test_the_tour_prints_what_it_says(demo: Settings, clock: Clock) -> None:
    tour = steps(section("tour"))
    assert len(tour) >= 7
    async with open_gateway(demo, clock) as gateway:
        await play(gateway, tour)
