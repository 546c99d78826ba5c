"""Documents that schemathesis makes of the schema as the server tells it, over a real socket: whatever is asked of
whichever root field, there is an answer with a code that clients can know, and never an error of the server."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import anyio
import pytest
from absent import NO_SCHEMATHESIS
from databases import databases
from graphql import (
    BooleanValueNode,
    DocumentNode,
    IntValueNode,
    NullValueNode,
    StringValueNode,
    ValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proofs import findings
from system import Client, Served, faults_of_books, prepare
from test_bad_input import LEAVES, World

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.server import errors

EXAMPLES = {"sqlite": 4, "postgres": 1}
"""Documents for each root field."""

ACCEPT = {"accept": "application/graphql-response+json"}
KNOWN = {
    errors.BAD_USER_INPUT,
    errors.VALIDATION_FAILED,
    errors.COST_LIMIT_EXCEEDED,
    *ErrorCode,
}
"""What may be wrong with a document that the schema allows."""

LITERALS: Mapping[str, type[IntValueNode | StringValueNode]] = {
    "BigInt": IntValueNode,
    "MinorUnits": IntValueNode,
    "Decimal": StringValueNode,
    "DateTime": StringValueNode,
    "CurrencyCode": StringValueNode,
}
"""How values of scalars of the schema are spelled in documents."""

pytestmark = pytest.mark.fuzz


@pytest.fixture
def schemathesis() -> Any:
    """The library, with values for every scalar."""
    library = pytest.importorskip("schemathesis", reason=NO_SCHEMATHESIS)
    for name, literal in LITERALS.items():
        values = LEAVES[name].map(lambda value, literal=literal: literal(value=str(value)))
        library.graphql.scalar(name, values)
    return library


@pytest.fixture
def world(tmp_path: Path, kind: str) -> Iterator[World]:
    path = tmp_path / "invoices.db"
    anyio.run(prepare, path)
    with Served(path, jobs=False).running() as served, Client(served.url) as client:
        world = World(served, client, lambda: None)
        world.make_objects()
        yield world


class Likelier(Visitor):
    """Names objects that there are, and asks for pages that there could be, in about every second place."""

    def __init__(self, ids: list[str], choose: Random) -> None:
        super().__init__()
        self._ids = ids
        self._choose = choose

    def enter_argument(self, node: Any, *_: object) -> Any:
        return self._enter(node)

    def enter_object_field(self, node: Any, *_: object) -> Any:
        return self._enter(node)

    def _enter(self, node: Any) -> Any:
        value = self._likely(node.name.value)
        if value is None or self._choose.random() < 0.5:
            return None
        return type(node)(name=node.name, value=value)

    def _likely(self, name: str) -> ValueNode | None:
        if name == "id" or name.endswith("Id"):
            return StringValueNode(value=self._choose.choice(self._ids))
        if name in ("first", "last"):
            return IntValueNode(value=str(self._choose.randint(1, 3)))
        if name == "dryRun":
            return BooleanValueNode(value=True)
        return NullValueNode() if name in ("after", "before", "idempotencyKey", "expectedVersion") else None


def likelier(document: str, ids: list[str], choose: Random) -> str:
    changed: DocumentNode = visit(parse(document), Likelier(ids, choose))
    return print_ast(changed)


def check_answer(response: Any, document: str) -> None:
    """200, or a fault of the request; each error with a code that is no bug's."""
    body = response.json()
    codes = {entry["extensions"]["code"] for entry in body.get("errors", ())}
    assert codes <= KNOWN, (document, body)
    assert response.status_code == 200 or 400 <= response.status_code < 500, (document, body)
    assert response.status_code == 200 or codes, (document, body)


def check_field(operation: Any, world: World, examples: int) -> None:
    ids = list(world.ids.values())

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), choose=st.randoms(use_true_random=False))
    def attempt(case: Any, choose: Random) -> None:
        case.body = likelier(case.body, ids, choose)
        check_answer(case.call(headers=ACCEPT), case.body)

    attempt()


@pytest.mark.parametrize("root", ["Query", "Mutation"])
def test_every_root_field_answers_whatever_the_schema_allows(world: World, schemathesis: Any, root: str) -> None:
    schema = schemathesis.graphql.from_url(world.served.url)
    operations = [found.ok() for found in schema.get_all_operations()]
    asked = [operation for operation in operations if operation.label.startswith(root)]
    for operation in asked:
        check_field(operation, world, EXAMPLES[databases.kind or ""])
    assert len(asked) > 30
    assert faults_of_books(world.served.path) == []
    assert anyio.run(findings, world.served.path) == []
