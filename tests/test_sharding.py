"""Every statement of the request path names its account for every table: accounts can live on different shards."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway
from planner_data import ACCOUNT, ADDRESS, NOW, small
from sqlmodel import SQLModel
from test_commands_runner import KEPT, valid_input
from test_planner_golden import CASES, Case

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.sqlite import SqliteDatabase

pytestmark = pytest.mark.anyio

TABLES = "|".join(SQLModel.metadata.tables)
NAMED = re.compile(rf"\b(?:FROM|JOIN|UPDATE|,) \"?({TABLES})\"?(?: AS (\w+))?(?=[\s,)]|$)")
INSERTED = re.compile(r"INSERT INTO \"?(\w+)\"? \(([^)]*)\)")
NO_TABLE = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA|--)")


def unfenced(sql: str) -> Iterator[str]:
    """The tables of a statement that are read or written without naming the account."""
    text = " ".join(sql.split())
    inserted = INSERTED.match(text)
    if inserted is not None:
        yield from () if "account_id" in inserted[2] else (inserted[1],)
        return
    for table, alias in NAMED.findall(text):
        if not re.search(rf"\b{alias or table}\.account_id = ('|\w+\.account_id)", text):
            yield f"{table} {alias}".strip()


def wrong(traced: list[str]) -> dict[str, list[str]]:
    """The statements at fault, and their tables."""
    statements = [sql for sql in dict.fromkeys(traced) if not NO_TABLE.match(sql)]
    found = {sql: list(unfenced(sql)) for sql in statements}
    return {sql: tables for sql, tables in found.items() if tables}


async def traced(database: Any) -> list[str]:
    """The list to which a database adds each statement that it runs from now on."""
    assert isinstance(database, SqliteDatabase)
    statements: list[str] = []
    for connection in (database._writer, *database._readers):
        await connection.driver.set_trace_callback(statements.append)
    return statements


def test_a_statement_without_its_account_is_noticed() -> None:
    assert list(unfenced("SELECT t1.id FROM invoice AS t1 WHERE t1.id = 'in_1'")) == ["invoice t1"]
    assert list(unfenced("DELETE FROM line_item WHERE line_item.id = 'il_1'")) == ["line_item"]
    assert list(unfenced("SELECT 1 FROM invoice AS t1 WHERE t1.account_id = 'acct_1'")) == []


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", KEPT)
async def test_every_statement_of_a_mutation_names_the_account(gateway: Gateway, kind: str, name: str) -> None:
    given = await valid_input(gateway, name)
    statements = await traced(gateway.services.database)
    outcome = await gateway.call(name, key="k", **given)
    assert outcome.refusals == ()
    assert statements
    assert wrong(statements) == {}


@pytest.mark.parametrize("case", CASES)
async def test_every_statement_of_a_query_names_the_account(tmp_path: Path, case: Case) -> None:
    settings = Settings(database=f"sqlite+aiosqlite:///{tmp_path / 'read.db'}", readers=1, public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await small().write(gateway.services.database)
        statements = await traced(gateway.services.database)
        answer = await gateway.engine.run(GraphQLRequest(case.query, None, case.variables), Actor(ACCOUNT))
    assert isinstance(answer, Answer)
    assert answer.errors == ()
    assert wrong(statements) == {}
