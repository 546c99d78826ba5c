"""The demonstration: an account with most of a year of history, made by the real commands, the same on every run."""

import heapq
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from invoice_graph.commands.due_work import do_due_work
from invoice_graph.commands.operations import Call, Outcome, Services
from invoice_graph.commands.runner import COMMANDS, run
from invoice_graph.demo.catalogue import draw_line
from invoice_graph.demo.customers import CUSTOMERS, Person
from invoice_graph.demo.offers import OFFERS, START
from invoice_graph.demo.scenes import LineOf, Made, Scene, with_ids
from invoice_graph.demo.showcase import END, SCENES
from invoice_graph.demo.stories import STORIES, Story
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.fields import MAX_DAYS_UNTIL_DUE
from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Invoice, LineItem

__all__ = ["ACCOUNT_SETTINGS", "END", "SEED", "START", "fill", "is_empty"]

SEED = 2026
ACCOUNT_SETTINGS = {"name": "Fjordlight Studio", "country": "IE", "default_currency": "eur", "invoice_prefix": "FJORD"}

Input = Mapping[str, Any]

_REMINDERS = {"will_be_due_days": 7, "overdue_after_days": 0}
_NO_REMINDERS = {"will_be_due_days": MAX_DAYS_UNTIL_DUE, "overdue_after_days": MAX_DAYS_UNTIL_DUE}
_LAST_REMINDED = datetime(2026, 10, 13, tzinfo=UTC)
"""What is finalized from here on falls due after END. It is not reminded of, or every start of the demonstration
would begin with a burst of what has happened since."""

_BETWEEN_CUSTOMERS = timedelta(hours=2)
_BETWEEN_INVOICES = timedelta(hours=24, minutes=35)
_PROJECTS = ("lighthouse", "spring campaign", "relaunch", "archive", "field guide")
_DESCRIPTIONS = ("Studio services", "Monthly retainer", "Project work", None)
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
    """Something to do at a moment; of two at the same moment the earlier planned comes first."""

    moment: datetime
    place: int
    do: Callable[[], Awaitable[None]] = field(compare=False)


class _Demonstration:
    def __init__(self, services: Services, clock: ManualClock, actor: Actor) -> None:
        self._services = services
        self._clock = clock
        self._actor = actor
        self._draw = random.Random(SEED)
        self._turns: list[_Turn] = []
        self._planned = 0
        self._made: dict[str, str] = {}

    async def make(self) -> None:
        """Plans the invoices, then lives through the months turn by turn."""
        for scene in OFFERS:
            await self._play(scene)
        await self._make_customers()
        for place, story in enumerate(self._stories()):
            self._plan_invoice(self._clock.now() + _BETWEEN_INVOICES * place, story)
        for scene in SCENES:
            self._plan(scene.moment, partial(self._play, scene))
        self._plan(_LAST_REMINDED, partial(self._call, "accountUpdate", _NO_REMINDERS))
        while self._turns and self._turns[0].moment <= END:
            await self._live_until((turn := heapq.heappop(self._turns)).moment)
            await turn.do()
        self._clock.set(END)
        for person in CUSTOMERS[:_ITEMS_LEFT]:
            await self._call("invoiceItemCreate", self._item_for(person))
        await self._call("accountUpdate", _REMINDERS)

    async def _make_customers(self) -> None:
        for place, person in enumerate(CUSTOMERS):
            outcome = await self._call("customerCreate", _customer_input(person, place))
            self._made[person.prefix] = str(outcome.object_id)
            self._clock.set(self._clock.now() + _BETWEEN_CUSTOMERS)

    def _stories(self) -> list[Story]:
        """All invoices' stories in the order in which they begin."""
        begun = [(self._begin(story), place, story) for place, story in enumerate(_each_story())]
        return [story for _, _, story in sorted(begun, key=lambda entry: entry[:2])]

    def _begin(self, story: Story) -> float:
        return story.since + (1 - story.since) * self._draw.random()

    def _plan_invoice(self, moment: datetime, story: Story) -> None:
        person = self._draw.choice([person for person in CUSTOMERS if story.customers(person)])
        created = moment + timedelta(minutes=self._draw.randint(0, 500))
        input = {"customer_id": self._made[person.prefix], **self._invoice_fields(person), **story.fields}
        if self._draw.random() < 0.12:
            pending = partial(self._call, "invoiceItemCreate", self._item_for(person))
            self._plan(created - timedelta(hours=4), pending)
            input["pending_invoice_items_behavior"] = "INCLUDE"
        self._plan(created, partial(self._tell, story, 0, "invoiceCreate", input))

    def _item_for(self, person: Person) -> dict[str, Any]:
        return {"customer_id": self._made[person.prefix], **draw_line(self._draw, person.currency)}

    def _invoice_fields(self, person: Person) -> dict[str, Any]:
        draw = self._draw
        given: dict[str, Any] = {"description": draw.choice(_DESCRIPTIONS)}
        given["lines"] = [draw_line(draw, person.currency) for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5)))]
        if draw.random() < 0.25:
            given["metadata"] = [{"key": "project", "value": draw.choice(_PROJECTS)}]
        if draw.random() < 0.15:
            given["custom_fields"] = [{"name": "Purchase order", "value": f"PO-{draw.randint(1000, 9999)}"}]
        return given

    def _plan(self, moment: datetime, do: Callable[[], Awaitable[Any]]) -> None:
        self._planned += 1
        heapq.heappush(self._turns, _Turn(moment, self._planned, do))

    async def _live_until(self, moment: datetime) -> None:
        """Lets time pass; what fell due meanwhile is done on the morning of every day."""
        morning = moment.date() > self._clock.now().date()
        self._clock.set(moment)
        if morning:
            await do_due_work(self._services)

    async def _tell(self, story: Story, done: int, command: str, input: Input) -> None:
        """Takes one step of a story, and plans the next."""
        outcome = await self._call(command, input)
        if done < len(story.steps):
            step = story.steps[done]
            moment = self._clock.now() + timedelta(hours=step.hours, minutes=self._draw.randint(0, 50))
            after = {"id": outcome.object_id, **step.input}
            self._plan(moment, partial(self._tell, story, done + 1, step.command, after))

    async def _play(self, scene: Scene) -> None:
        outcome = await self._call(scene.command, await with_ids(scene.input, self._find))
        if outcome.refusals:
            raise ValueError(f"{scene.command} of the demonstration is refused: {outcome.refusals[0]}")
        if scene.makes is not None:
            self._made[scene.makes] = str(outcome.object_id)

    async def _find(self, reference: Made | LineOf) -> str:
        id = self._made[reference.name]
        if isinstance(reference, Made):
            return id
        equals = {"account_id": self._actor.account_id, "invoice_id": id, "position": reference.place}
        async with self._services.database.reader() as connection:
            (line,) = await select_rows(connection, LineItem, equals)
        return line.id

    async def _call(self, name: str, input: Input) -> Outcome:
        return await run(self._services, self._actor, COMMANDS[name], Call(name, dict(input)), _give_outcome)


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
