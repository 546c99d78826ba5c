"""The pages in docs/ keep their word: their examples answer what they print, their links lead to what they name."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, GraphQLSchema
from played_pages import fresh_demo, play, steps

from invoice_graph.config import Settings
from invoice_graph.domain.clock import Clock, ManualClock, SystemClock
from invoice_graph.schema.build import build_schema
from invoice_graph.server.gateway import open_gateway

DOCS = Path(__file__).parent.parent / "docs"
ENDPOINTS = (DOCS / "endpoints.md").read_text()
ROW = re.compile(r"^\| (\d+) \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NAME = re.compile(r"`([A-Za-z]+)(?:\.([A-Za-z]+))?`")
LINK = re.compile(r"\[([^\]]+)\]\(([^)#]+)\)")
PROOF = re.compile(r"\[(tests/[^\]]+)\]\(\.\./([^)]+)\) · ([\w-]+)")
PLAYED = ("money.md", "automatic-collection.md")
CLOCKS = {"now": SystemClock(), "in years": ManualClock(datetime(2034, 5, 6, tzinfo=UTC))}


def tables() -> list[tuple[str, str]]:
    """The rows of all tables: what GraphQL is said to have, and what proves it."""
    rows = [line.strip("| ").split(" | ") for line in ENDPOINTS.splitlines() if line.startswith("| ")]
    return [(cells[-2], cells[-1]) for cells in rows if "proved by" not in cells]


def has_field(schema: GraphQLSchema, owner: str, name: str) -> bool:
    """Whether a type, or Mutation when only a field is named, has a field."""
    kind = schema.type_map.get(owner if name else "Mutation")
    return isinstance(kind, GraphQLObjectType) and (name or owner) in kind.fields


def test_all_endpoints_are_there() -> None:
    rows = {int(number): graphql for number, _, graphql, _ in ROW.findall(ENDPOINTS)}
    assert list(rows) == list(range(1, 31))
    assert [number for number, graphql in rows.items() if graphql.startswith("not yet")] == [30]


def test_each_endpoint_s_field_is_in_the_schema() -> None:
    schema = build_schema().schema
    arguments = {"fromInvoice", "search"}
    named = [match for graphql, _ in tables() for match in NAME.findall(graphql) if match[0] not in arguments]
    assert len(named) > 60
    assert [match for match in named if not has_field(schema, *match)] == []
    assert "search" in schema.query_type.fields["invoices"].args  # type: ignore[union-attr]


def test_every_mutation_is_in_the_tables() -> None:
    mutations = build_schema().schema.mutation_type
    assert mutations is not None
    named = {match[0] for graphql, _ in tables() for match in NAME.findall(graphql)}
    assert set(mutations.fields) <= named


def test_each_row_is_proved_by_a_test_that_exists() -> None:
    proofs = [(row, PROOF.findall(proof)) for row, proof in tables()]
    assert [row for row, found in proofs if not found] == []
    for text, path, name in {proof for _, found in proofs for proof in found}:
        source = (DOCS.parent / path).read_text()
        sought = f'"id": "{name}"' if path.endswith(".json") else f"def {name}("
        assert text == path
        assert sought in source, f"{path} has no {name}"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for _, target in LINK.findall(page.read_text()) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.fixture
def demo(tmp_path: Path, kind: str) -> Settings:
    return fresh_demo(tmp_path / "demo.db")


@pytest.mark.anyio
@pytest.mark.parametrize("page", PLAYED)
@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
async def test_the_examples_answer_what_they_print(demo: Settings, page: str, clock: Clock) -> None:
    told = steps((DOCS / page).read_text())
    assert len(told) >= 4
    async with open_gateway(demo, clock) as gateway:
        await play(gateway, told)


def test_every_promise_of_security_names_a_test_that_is_there() -> None:
    root = Path(__file__).parents[1]
    promises = (root / "SECURITY.md").read_text().split("## What is promised")[1]
    rows = [line for line in promises.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 14
    for row in rows:
        named = re.findall(r"\]\((tests/\w+\.py)\)", row)
        assert named, row
        assert all((root / name).is_file() for name in named), row
