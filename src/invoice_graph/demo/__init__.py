"""The demonstration: an account with most of a year of history, made by the real commands, the same on every run."""

import heapq
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from invoice_graph.commands.operations import Call, Outcome, Services
from invoice_graph.commands.runner import COMMANDS, run
from invoice_graph.demo.catalogue import draw_line
from invoice_graph.demo.customers import CUSTOMERS, Person
from invoice_graph.demo.stories import STORIES, Story
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.store.database import Connection, Database
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Invoice

__all__ = ["ACCOUNT_SETTINGS", "END", "SEED", "START", "fill", "is_empty"]

SEED = 2026
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
END = datetime(2026, 11, 13, 18, tzinfo=UTC)
"""Nothing happens to a demonstration after this moment, whenever it is made."""

ACCOUNT_SETTINGS = {"name": "Fjordlight Studio", "country": "IE", "default_currency": "eur", "invoice_prefix": "FJORD"}

_BETWEEN_CUSTOMERS = timedelta(hours=2)
_BETWEEN_INVOICES = timedelta(hours=24, minutes=35)
_PROJECTS = ("lighthouse", "spring campaign", "relaunch", "archive", "field guide")
_DESCRIPTIONS = ("Studio services", "Monthly retainer", "Project work", None)
_PENDING_ITEM = {"description": "Courier and proofs", "amount": 0}
_ITEMS_LEFT = 10
"""How many invoice items are still pending at the end."""


async def is_empty(database: Database, account_id: str) -> bool:
    """Whether an account has no invoices."""
    async with database.reader() as connection:
        return not await select_rows(connection, Invoice, {"account_id": account_id}, limit=1)


async def fill(services: Services, clock: ManualClock, account_id: str) -> None:
    """Gives an account its customers and invoices. `services` work by `clock`, which stands at START."""
    await _Demonstration(services, clock, Actor(account_id)).make()


@dataclass(order=True)
class _Turn:
    """Something that is due at a moment; of two at the same moment the earlier planned comes first."""

    moment: datetime
    place: int
    command: str = field(compare=False)
    input: dict[str, Any] = field(compare=False)
    story: Story | None = field(compare=False, default=None)
    done: int = field(compare=False, default=0)


class _Demonstration:
    def __init__(self, services: Services, clock: ManualClock, actor: Actor) -> None:
        self._services = services
        self._clock = clock
        self._actor = actor
        self._draw = random.Random(SEED)
        self._turns: list[_Turn] = []
        self._planned = 0

    async def make(self) -> None:
        """Plans the invoices, then lives through the months turn by turn."""
        ids = await self._make_customers()
        for place, story in enumerate(self._stories()):
            self._plan_invoice(self._clock.now() + _BETWEEN_INVOICES * place, story, ids)
        while self._turns and self._turns[0].moment <= END:
            await self._take(heapq.heappop(self._turns))
        self._clock.set(END)
        for person in CUSTOMERS[:_ITEMS_LEFT]:
            await self._call(
                "invoiceItemCreate", {"customer_id": ids[person.prefix], **draw_line(self._draw, person.currency)}
            )

    async def _make_customers(self) -> dict[str, str]:
        ids = {}
        for place, person in enumerate(CUSTOMERS):
            outcome = await self._call("customerCreate", _customer_input(person, place))
            ids[person.prefix] = str(outcome.object_id)
            self._clock.set(self._clock.now() + _BETWEEN_CUSTOMERS)
        return ids

    def _stories(self) -> list[Story]:
        """All invoices' stories in the order in which they begin."""
        begun = [(self._begin(story), place, story) for place, story in enumerate(_each_story())]
        return [story for _, _, story in sorted(begun, key=lambda entry: entry[:2])]

    def _begin(self, story: Story) -> float:
        return story.since + (1 - story.since) * self._draw.random()

    def _plan_invoice(self, moment: datetime, story: Story, ids: Mapping[str, str]) -> None:
        person = self._draw.choice([person for person in CUSTOMERS if story.customers(person)])
        created = moment + timedelta(minutes=self._draw.randint(0, 500))
        input = {"customer_id": ids[person.prefix], **self._invoice_fields(person), **story.fields}
        if self._draw.random() < 0.12:
            item = {"customer_id": ids[person.prefix], **draw_line(self._draw, person.currency)}
            self._plan(created - timedelta(hours=4), "invoiceItemCreate", item)
            input["pending_invoice_items_behavior"] = "INCLUDE"
        self._plan(created, "invoiceCreate", input, story)

    def _invoice_fields(self, person: Person) -> dict[str, Any]:
        draw = self._draw
        given: dict[str, Any] = {"description": draw.choice(_DESCRIPTIONS)}
        given["lines"] = [draw_line(draw, person.currency) for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5)))]
        if draw.random() < 0.25:
            given["metadata"] = [{"key": "project", "value": draw.choice(_PROJECTS)}]
        if draw.random() < 0.15:
            given["custom_fields"] = [{"name": "Purchase order", "value": f"PO-{draw.randint(1000, 9999)}"}]
        return given

    def _plan(
        self, moment: datetime, command: str, input: dict[str, Any], story: Story | None = None, done: int = 0
    ) -> None:
        self._planned += 1
        heapq.heappush(self._turns, _Turn(moment, self._planned, command, input, story, done))

    async def _take(self, turn: _Turn) -> None:
        self._clock.set(turn.moment)
        outcome = await self._call(turn.command, turn.input)
        if turn.story is None or turn.done == len(turn.story.steps):
            return
        step = turn.story.steps[turn.done]
        moment = turn.moment + timedelta(hours=step.hours, minutes=self._draw.randint(0, 50))
        self._plan(moment, step.command, {"id": outcome.object_id, **step.input}, turn.story, turn.done + 1)

    async def _call(self, name: str, input: dict[str, Any]) -> Outcome:
        return await run(self._services, self._actor, COMMANDS[name], Call(name, input), _give_outcome)


async def _give_outcome(_connection: Connection, outcome: Outcome) -> Outcome:
    return outcome


def _each_story() -> Sequence[Story]:
    return [story for story in STORIES.values() for _ in range(story.count)]


def _customer_input(person: Person, place: int) -> dict[str, Any]:
    given: dict[str, Any] = {
        "name": person.name,
        "email": person.email,
        "currency": person.currency,
        "invoice_prefix": person.prefix,
        "address": {"line1": f"{place * 7 % 90 + 1} Example Street", "city": person.city, "country": person.country},
        "default_payment_method_id": person.method,
    }
    if person.credit:
        given["balance"] = -person.credit
    if place % 8 == 3:
        given["invoice_custom_fields"] = [{"name": "Cost centre", "value": f"CC-{100 + place}"}]
    if place % 3 == 0:
        given["metadata"] = [{"key": "segment", "value": ("studio", "retail", "travel")[place // 3 % 3]}]
    return given
