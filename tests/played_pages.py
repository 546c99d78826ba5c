"""Plays the operations that a page of the documentation shows, each with the answers printed below it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from databases import databases

from invoice_graph.cli.serving import prepare_demo
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server.app import DEMO_ACCOUNT
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway

STEP = re.compile(r"```graphql\n(.*?)```\s+```json\n(.*?)```", re.DOTALL)


class Step(NamedTuple):
    """An operation, and what it answers."""

    operation: str
    answers: list[Any]


def steps(text: str) -> list[Step]:
    """The operations of a page."""
    return [Step(operation, _documents(answers)) for operation, answers in STEP.findall(text)]


def _documents(text: str) -> list[Any]:
    """The JSON documents that follow one another in a text."""
    found, decoder, rest = [], json.JSONDecoder(), text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].strip()
    return found


def fresh_demo(file: Path) -> Settings:
    """The settings of a demonstration that was just made."""
    return Settings(database=databases.prepared(file, make_demo), demo=True)


def make_demo(url: str) -> None:
    """Makes the demonstration in the database of a URL."""
    prepare_demo(Settings(database=url, demo=True))


async def ask(gateway: Gateway, operation: str) -> list[Any]:
    """All answers of an operation."""
    outcome = await gateway.engine.run(GraphQLRequest(operation), Actor(DEMO_ACCOUNT))
    if isinstance(outcome, Answer):
        return [json.loads(outcome.body)]
    return [json.loads(answer.body) async for answer in outcome]


async def play(gateway: Gateway, told: Sequence[Step]) -> None:
    """Runs the operations one after the other; each must answer what the page says."""
    for step in told:
        assert await ask(gateway, step.operation) == step.answers, step.operation
