"""Random queries: the gateway answers as a slow, obvious executor does, with one statement each."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import databases
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, varied
from random_queries import Query, queries
from reference_executor import ReferenceExecutor, SumTooLarge

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock, time_text
from invoice_graph.schema.build import build_schema
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway

EXAMPLES, MANY_EXAMPLES = 60, 250
COMMON: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}
SUM_FAULT = {"code": "BAD_USER_INPUT", "reason": "AMOUNT_TOO_LARGE", "argument": "groupBy"}
INTROSPECTION = "__schema { queryType { name } }"


@dataclass
class World:
    """The gateway on a database full of rows, and the executor that knows the right answers."""

    runner: asyncio.Runner
    gateway: Gateway
    reference: ReferenceExecutor
    statements: list[str]

    def ask(self, text: str, variables: dict[str, Any]) -> Answer:
        """The gateway's answer; `statements` are those it took."""
        self.statements.clear()
        answer = self.runner.run(self.gateway.engine.run(GraphQLRequest(text, None, variables), Actor(ACCOUNT)))
        assert isinstance(answer, Answer)
        return answer


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    path = folder / "invoices.db"
    with asyncio.Runner() as runner:
        opened = open_gateway(made_settings(path), ManualClock(NOW))
        gateway = runner.run(opened.__aenter__())
        try:
            yield runner.run(prepare(runner, gateway, path))
        finally:
            runner.run(opened.__aexit__(None, None, None))


def made_settings(path: Path) -> Settings:
    return Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)


async def prepare(runner: asyncio.Runner, gateway: Gateway, path: Path) -> World:
    database = gateway.services.database
    for account in (ACCOUNT, NEIGHBOUR):
        await varied(1, account).write(database)
    statements: list[str] = []
    async with database.reader() as reader:
        if reader.dialect.name == "sqlite":
            await reader.driver.set_trace_callback(statements.append)
        else:
            reader.driver.add_query_logger(lambda record: statements.append(record.query))
    reference = ReferenceExecutor(build_schema().sdl, path, ACCOUNT, time_text(NOW), ADDRESS)
    return World(runner, gateway, reference, statements)


def with_introspection(text: str) -> str:
    """The query with introspection as its last root field."""
    body = text.partition("\nfragment ")[0]
    return f"{body.removesuffix('}')} {INTROSPECTION} }}{text[len(body) :]}"


@settings(max_examples=EXAMPLES, **COMMON)
@given(data=st.data())
def test_the_gateway_answers_random_queries_as_the_reference_executor_does_with_one_statement(
    world: World, data: st.DataObject
) -> None:
    check_query(world, data)


@pytest.mark.fuzz
@settings(max_examples=MANY_EXAMPLES, **COMMON)
@given(data=st.data())
def test_the_gateway_answers_very_many_random_queries_as_the_reference_executor_does(
    world: World, data: st.DataObject
) -> None:
    check_query(world, data)


def check_query(world: World, data: st.DataObject) -> None:
    query: Query = data.draw(queries(world.reference))
    note(query.text)
    answer = world.ask(query.text, query.variables)
    try:
        expected = world.reference.answer(query.text, query.variables)
    except SumTooLarge:
        assert [error["extensions"] for error in answer.errors] == [SUM_FAULT]
        assert answer.data is None
        return
    assert answer.errors == ()
    assert answer.body.decode() == f'{{"data":{expected}}}'
    wanted = min(1, len(expected) - len("{}"))
    assert len(world.statements) == wanted

    introspected = '"__schema":{"queryType":{"name":"Query"}}'
    mixed = f"{expected[:-1]},{introspected}}}" if wanted else f"{{{introspected}}}"
    answer = world.ask(with_introspection(query.text), query.variables)
    assert answer.errors == ()
    assert answer.body.decode() == f'{{"data":{mixed}}}'
    assert len(world.statements) == wanted
