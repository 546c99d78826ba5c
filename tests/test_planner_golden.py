"""Typical queries: their SQL, their answers, and how the database finds the rows.

`pytest --update-golden` writes the files of tests/golden anew; read the difference before it is committed.
"""

import json
import re
import sys
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from databases import databases
from graphql import FragmentDefinitionNode, OperationDefinitionNode, get_variable_values, parse
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, small, varied
from query_plans import Filled, filled_database

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.planner.plan import BoundStatement, Planner
from invoice_graph.schema.build import make_planner
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.connection import Database

SQL_OF = {"sqlite": "expected.sql", "postgresql": "expected.postgres.sql"}
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
async def gateway(tmp_path: Path, kind: str) -> AsyncGenerator[Gateway, None]:
    path = tmp_path / "invoices.db"
    settings = Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)
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
        SQL_OF[gateway.planner.dialect.name]: bound(gateway.planner, case).statement.spelling.sql + "\n",
        "expected.json": json.dumps(data, ensure_ascii=False, indent=2) + "\n",
    }
    if request.config.getoption("--update-golden"):
        for name, text in made.items():
            (case.folder / name).write_text(text)
    assert made == {name: (case.folder / name).read_text() for name in made}


EXECUTION = re.compile(r"graphql/execution/(execute|executor)\w*\.py$")
INTROSPECTION = " __schema { queryType { name } } "
INTROSPECTED = ',"__schema":{"queryType":{"name":"Query"}}'


@dataclass
class Doors:
    """Answers of a gateway, and which files of graphql-core's executor ran for one."""

    gateway: Gateway
    entered: set[str] = field(default_factory=set)

    async def ask(self, text: str, variables: dict[str, Any]) -> str:
        self.entered.clear()
        sys.setprofile(self._see)
        try:
            answer = await self.gateway.engine.run(GraphQLRequest(text, None, variables), Actor(ACCOUNT))
        finally:
            sys.setprofile(None)
        assert isinstance(answer, Answer)
        return answer.body.decode()

    def _see(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and EXECUTION.search(frame.f_code.co_filename):
            self.entered.add(frame.f_code.co_filename)


def with_introspection(text: str) -> str:
    """The query with introspection as its last root field, which no plan answers."""
    (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
    assert operation.selection_set.loc is not None
    end = operation.selection_set.loc.end - len("}")
    return text[:end] + INTROSPECTION + text[end:]


@pytest.mark.anyio
@pytest.mark.parametrize("case", CASES)
async def test_an_answer_is_the_same_beside_execution_as_through_it(gateway: Gateway, case: Case) -> None:
    await small().write(gateway.services.database)
    doors = Doors(gateway)
    whole = await doors.ask(case.query, case.variables)
    assert doors.entered == set()
    mixed = await doors.ask(with_introspection(case.query), case.variables)
    assert len(doors.entered) > 0
    assert mixed == f"{whole.removesuffix('}}')}{INTROSPECTED}}}}}"


async def fill(database: Database) -> None:
    for account in (ACCOUNT, NEIGHBOUR):
        await varied(1, account, customers=30, invoices=300).write(database)


@pytest.fixture(scope="module", params=[False, True], ids=["without_statistics", "with_statistics"])
def filled(request: pytest.FixtureRequest, folder: Path) -> Iterator[Filled]:
    """Two accounts' rows, with and without what ANALYZE finds out about them."""
    with filled_database(folder, fill, request.param) as filled:
        yield filled


@pytest.mark.parametrize("case", CASES)
def test_every_table_of_the_account_is_read_by_an_index(filled: Filled, case: Case) -> None:
    plan = filled.plan(bound(make_planner(filled.database.dialect), case))
    assert plan.reads
    assert [read for read in plan.reads if not read.is_of_account] == []
    if case.folder.name in SORTED_BY_INDEX and filled.knows_sizes:
        assert plan.sorts == []
