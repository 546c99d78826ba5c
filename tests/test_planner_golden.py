"""Typical queries: their SQL, their answers, and how the database finds the rows.

`pytest --update-golden` writes the files of tests/golden anew; read the difference before it is committed.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, get_variable_values, parse
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, small, varied

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.plan import BoundStatement, Planner
from invoice_graph.schema.build import make_planner
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.database import open_database

GOLDEN = Path(__file__).parent / "golden"
SORTED_BY_INDEX = ("newest_invoices_with_lines_and_customer", "the_page_after_a_cursor", "one_row_of_each_list")


@dataclass
class Case:
    """A folder of tests/golden."""

    folder: Path

    @property
    def query(self) -> str:
        return (self.folder / "query.graphql").read_text()

    @property
    def variables(self) -> dict[str, Any]:
        file = self.folder / "variables.json"
        return json.loads(file.read_text()) if file.exists() else {}  # type: ignore[no-any-return]


CASES = [pytest.param(Case(folder), id=folder.name) for folder in sorted(GOLDEN.iterdir())]


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncGenerator[Gateway, None]:
    path = tmp_path / "invoices.db"
    settings = Settings(database=f"sqlite+aiosqlite:///{path}", readers=1, synchronous="OFF", public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        yield gateway


def bound(planner: Planner, case: Case) -> BoundStatement:
    """The one statement of a case, with its values."""
    document = parse(case.query)
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    variables = get_variable_values(planner.schema, operation.variable_definitions or (), case.variables)
    assert not isinstance(variables, list), variables
    (statement,) = planner.plan(case.query, operation, fragments, variables).bind(variables)
    return statement


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES)
async def test_a_query_becomes_the_expected_statement_and_answer(
    gateway: Gateway, case: Case, request: pytest.FixtureRequest
) -> None:
    await small().write(gateway.services.database)
    answer = await gateway.engine.run(GraphQLRequest(case.query, None, case.variables), Actor(ACCOUNT))
    assert isinstance(answer, Answer)
    data = json.loads(answer.body)
    assert json.dumps(data, ensure_ascii=False, separators=(",", ":")) == answer.body.decode()
    made = {
        "expected.sql": bound(gateway.planner, case).statement.sql + "\n",
        "expected.json": json.dumps(data, ensure_ascii=False, indent=2) + "\n",
    }
    if request.config.getoption("--update-golden"):
        for name, text in made.items():
            (case.folder / name).write_text(text)
    assert made == {name: (case.folder / name).read_text() for name in made}


@pytest.fixture(scope="module", params=[False, True], ids=["without_statistics", "with_statistics"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Two accounts' rows, with and without what ANALYZE finds out about them."""
    path = tmp_path_factory.mktemp("filled") / "invoices.db"
    asyncio.run(fill(path))
    with closing(sqlite3.connect(path)) as connection:
        if request.param:
            connection.execute("ANALYZE")
        yield connection


async def fill(path: Path) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{path}", readers=1, synchronous="OFF")
    try:
        for account in (ACCOUNT, NEIGHBOUR):
            await varied(1, account, customers=30, invoices=300).write(database)
    finally:
        await database.close()


@pytest.mark.parametrize("case", CASES)
def test_every_table_of_the_account_is_read_by_an_index(filled: sqlite3.Connection, case: Case) -> None:
    statement = bound(make_planner(), case)
    parameters = statement.parameters | Viewer(ACCOUNT, ManualClock(NOW), ADDRESS).parameters()
    steps = [row[3] for row in filled.execute(f"EXPLAIN QUERY PLAN {statement.statement.sql}", parameters)]
    by_index = re.compile(r"SEARCH [tn]\d+ USING (COVERING )?INDEX \S+ \((account_id=\?|\(account_id,)")
    touched = [step for step in steps if re.match(r"\w+ [tn]\d+\b", step)]
    assert touched
    assert [step for step in touched if not by_index.match(step)] == []
    if case.folder.name in SORTED_BY_INDEX:
        assert [step for step in steps if step.startswith("USE TEMP B-TREE")] == []
