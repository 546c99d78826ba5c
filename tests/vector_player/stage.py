"""An account of its own in a real gateway, and the clock that it lives by."""

import json
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from databases import databases
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLSchema, get_named_type

from invoice_graph.commands.accounts import create_account
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.ids import IdFactory
from invoice_graph.schema.build import make_planner
from invoice_graph.schema.snapshot import Snapshots
from invoice_graph.server.documents import DocumentCache
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.dialect import POSTGRES, SQLITE
from vector_player.arguments import moment
from vector_player.failures import Failed, Unplayable

ACCOUNT = "acct_vectors"
SETTINGS: dict[str, Any] = {"readers": 1, "synchronous": "OFF"}
CLOCK = ManualClock(datetime.fromtimestamp(0, UTC))
PLANNERS = {kind: make_planner(dialect) for kind, dialect in (("sqlite", SQLITE), ("postgres", POSTGRES))}
SNAPSHOTS = {kind: Snapshots(planner, CLOCK, Settings().address) for kind, planner in PLANNERS.items()}
DOCUMENTS = {kind: DocumentCache(planner.schema) for kind, planner in PLANNERS.items()}
"""Plans and documents depend on schema and database alone, and making and checking them is most of the work: they are
kept for all vectors."""

_numbers = count()
PAGE_OF_EVENTS = """
query ($after: String!) { events(first: 100, after: $after) { nodes { cursor type } } }
"""
LEDGER = """
query ($id: ID!) { customer(id: $id) { balanceTransactions { nodes { id } } } }
"""
ADVANCE = """
mutation ($input: TestClockAdvanceInput!) {
  testClockAdvance(input: $input) { userErrors { message } }
}
"""
CLOCK_STATUS = """
query ($id: ID!) { node(id: $id) { ... on TestClock { status } } }
"""
CREATE_CLOCK = """
mutation ($input: TestClockCreateInput!) {
  testClockCreate(input: $input) { testClock { id } userErrors { message } }
}
"""


@dataclass
class Stage:
    """Sends operations, as one account. `ids` are the real ids of the objects that the vector has names for, `earlier`
    those of ledger entries from before its first step."""

    gateway: Gateway
    actor: Actor
    clock: ManualClock
    schema: GraphQLSchema
    ids: dict[str, str] = field(default_factory=dict)
    earlier: set[str] = field(default_factory=set)
    test_clock_id: str | None = None

    async def send(self, document: str, **variables: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The data and the errors of an operation."""
        answer = await self.gateway.engine.run(GraphQLRequest(document, variables=variables), self.actor)
        assert isinstance(answer, Answer)
        return json.loads(answer.data or b"null") or {}, [dict(error) for error in answer.errors]

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must not have errors."""
        data, errors = await self.send(document, **variables)
        if errors:
            raise Unplayable(str(errors[0]["message"]))
        return data

    def input_of(self, mutation: str) -> GraphQLInputObjectType:
        """The input of a mutation; raises Unplayable."""
        assert self.schema.mutation_type is not None
        if mutation not in self.schema.mutation_type.fields:
            raise Unplayable(f"there is no mutation {mutation}")
        kind = get_named_type(self.schema.mutation_type.fields[mutation].args["input"].type)
        assert isinstance(kind, GraphQLInputObjectType)
        return kind

    @property
    def query_fields(self) -> Mapping[str, GraphQLField]:
        """What can be read."""
        assert self.schema.query_type is not None
        return self.schema.query_type.fields

    async def event_cursor(self) -> str:
        """Where the event log ends."""
        return str((await self.ask("{ eventCursor }"))["eventCursor"])

    async def events_after(self, cursor: str) -> list[str]:
        """The types of the account's events after a cursor."""
        types: list[str] = []
        while found := (await self.ask(PAGE_OF_EVENTS, after=cursor))["events"]["nodes"]:
            types += [event["type"] for event in found]
            cursor = found[-1]["cursor"]
        return types

    async def forget_ledger(self, customer_id: str) -> None:
        """Takes a ledger's entries so far for what was before the vector: a balance that the customer was given."""
        found = (await self.ask(LEDGER, id=customer_id))["customer"]["balanceTransactions"]["nodes"]
        self.earlier |= {entry["id"] for entry in found}

    async def start_test_clock(self) -> None:
        """Makes the test clock that the vector's customers live by."""
        self.input_of("testClockCreate")
        created = {"frozenTime": moment(self.now), "name": "vector"}
        payload = (await self.ask(CREATE_CLOCK, input=created))["testClockCreate"]
        self.test_clock_id = payload["testClock"]["id"]

    @property
    def now(self) -> int:
        """The present second."""
        return int(self.clock.now().timestamp())

    async def move_to(self, second: int) -> None:
        """Lets the time pass until a second, with all that is due on the way."""
        later = second > self.now
        self.clock.set(datetime.fromtimestamp(second, UTC))
        if later and self.test_clock_id is not None:
            await self._advance(second)

    async def _advance(self, second: int) -> None:
        target = {"id": self.test_clock_id, "frozenTime": moment(second)}
        payload = (await self.ask(ADVANCE, input=target))["testClockAdvance"]
        if payload["userErrors"]:
            raise Failed(f"the test clock does not advance: {payload['userErrors'][0]['message']}")
        status = (await self.ask(CLOCK_STATUS, id=self.test_clock_id))["node"]["status"]
        if status != "READY":
            raise Failed(f"the test clock is {status} after it was advanced")


@asynccontextmanager
async def open_stage(directory: Path, second: int) -> AsyncGenerator[Stage, None]:
    """A gateway with an empty database, at a second. One is open at a time: they share the clock."""
    CLOCK.set(datetime.fromtimestamp(second, UTC))
    settings = Settings(database=databases.url(directory / f"{next(_numbers)}.db"), **SETTINGS)
    async with open_gateway(settings, CLOCK, IdFactory(CLOCK, random.Random(1))) as opened:
        planner = PLANNERS[databases.kind]
        services = replace(opened.services, snapshot=SNAPSHOTS[databases.kind])
        gateway = Gateway(
            services, planner, GatewayEngine(services, planner, settings.address, DOCUMENTS[databases.kind])
        )
        named = {"name": "Rocket Rides", "invoice_prefix": "VECTORS"}
        await create_account(services.database, CLOCK, services.ids, named, ACCOUNT)
        yield Stage(gateway, Actor(ACCOUNT), CLOCK, planner.schema)
