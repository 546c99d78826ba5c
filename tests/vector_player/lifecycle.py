"""Plays vectors of kind `lifecycle`: what is given, then steps in order."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vector_player import documents
from vector_player.answers import Other, Seen, check
from vector_player.facts import LISTS
from vector_player.failures import Failed, Unplayable, differs
from vector_player.given import prepare
from vector_player.operations import Result, check_refusal, mutate, preview, retrieve, update_line
from vector_player.pages import list_page
from vector_player.stage import Stage, open_stage
from vector_player.suites import Vector

ABOUT_TIME = "TEST_HELPERS_TEST_CLOCK_"
"""Events that the player's own moving of the clock causes."""


async def play(vector: Vector, directory: Path) -> None:
    """Raises Failed with the step at which the gateway does something else."""
    given = vector.body["given"]
    async with open_stage(directory, given["clock"]) as stage:
        await prepare(stage, given)
        run = Run(stage)
        for number, step in enumerate(vector.body["steps"], 1):
            try:
                await run.step(step)
            except (Failed, LookupError) as failed:
                told = failed if isinstance(failed, Failed) else f"the player cannot follow: {failed!r}"
                raise Failed(f"step {number} {step['op']}: {told}") from None


@dataclass
class Run:
    """The steps so far: what they saved under which names."""

    stage: Stage
    saved: dict[str, Seen] = field(default_factory=dict)

    async def step(self, step: Mapping[str, Any]) -> None:
        """Plays one step and compares; raises Failed."""
        if "at" in step:
            await self.stage.move_to(step["at"])
        cursor = await self.stage.event_cursor()
        result = await self._result(step)
        emitted = [event for event in await self.stage.events_after(cursor) if not event.startswith(ABOUT_TIME)]
        if "expect_error" in step:
            check_refusal(step["expect_error"], result)
        else:
            check(self._named(step.get("expect", {})), result.done(), self.stage.ids)
        if step.get("replayed", False) and not result.replayed:
            raise Failed("expected the stored answer, got a new one")
        if "events" in step:
            expected = [name.replace(".", "_").upper() for name in step["events"]]
            if emitted != expected:
                raise differs("events", expected, emitted)
        if "save" in step and "expect_error" not in step:
            self.saved[step["save"]] = result.done()

    async def _result(self, step: Mapping[str, Any]) -> Result:
        if step["op"] == "test.concurrent":
            return await self._concurrent(step)
        args = await self._filled(step.get("args", {}))
        return await perform(self.stage, step["op"], args, step.get("idempotency_key"))

    async def _concurrent(self, step: Mapping[str, Any]) -> Result:
        """Runs operations at the same time; a loser must have been told so, or been given the stored answer."""
        results = await asyncio.gather(*(self._result(operation) for operation in step["args"]["ops"]))
        losers = [result for result in results if result.complaint is not None or result.replayed]
        for loser in losers:
            if not (loser.replayed and step.get("or_replayed")):
                check_refusal(step.get("error_of_conflict", {}), loser)
        return _made({"successes": len(results) - len(losers), "conflicts": len(losers)})

    def _named(self, value: Any) -> Any:
        """A value with the results that it names put in."""
        if isinstance(value, dict):
            return {name: self._named(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._named(entry) for entry in value]
        if isinstance(value, str) and value.startswith("<not $"):
            return Other(self._named(value[len("<not ") : -1]))
        if isinstance(value, str) and re.match(r"\$\w", value):
            name, _, path = value[1:].partition(".")
            if name not in self.saved:
                raise Unplayable(f"no step has saved {name!r}")
            return self.saved[name].at(path).plain()
        return value

    async def _filled(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters with named results and the ids of an invoice's lines put in."""
        filled = self._named(args)
        for name, value in filled.items():
            if isinstance(value, str) and (many := re.fullmatch(r"<(\d+) ids>", value)):
                ids = await self._line_ids(filled["invoice"])
                filled[name] = [{"id": ids[place % len(ids)]} for place in range(int(many[1]))]
            if isinstance(value, str) and (one := re.fullmatch(r"<(\d+)\w\w line id>", value)):
                filled[name] = (await self._line_ids(filled["invoice"]))[int(one[1]) - 1]
        return dict(filled)

    async def _line_ids(self, invoice_id: str) -> list[str]:
        found = await retrieve(self.stage, "invoice", {"invoice": invoice_id}, documents.LARGEST_PAGE)
        return [line.member("id").value for line in found.done().at("lines.data").items()]


async def perform(stage: Stage, operation: str, args: Mapping[str, Any], key: str | None = None) -> Result:
    """Runs an operation by its name."""
    if operation in HELPERS:
        return await HELPERS[operation](stage, args)
    if operation in LISTS:
        return await list_page(stage, operation, args)
    if "." not in operation:
        raise Unplayable("this operation is unknown")
    if operation in CALLS:
        return await CALLS[operation](stage, args, key)
    if operation.endswith(".retrieve"):
        return await retrieve(stage, operation.removesuffix(".retrieve"), args)
    return await mutate(stage, operation, args, key)


async def _advance_clock(stage: Stage, args: Mapping[str, Any]) -> Result:
    await stage.move_to(args["to"])
    return _made({})


async def _finalize_simple(stage: Stage, args: Mapping[str, Any]) -> Result:
    """A draft with one item, finalized."""
    created = (await mutate(stage, "invoice.create", {"customer": args["customer"]})).done()
    invoice = {"invoice": created.member("id").value}
    item = {"amount": 1000, "currency": "usd", **args, **invoice}
    (await mutate(stage, "invoice_item.create", item)).done()
    return await mutate(stage, "invoice.finalize", invoice)


async def _create_items(stage: Stage, args: Mapping[str, Any]) -> Result:
    """Many items of the same kind."""
    count = args["count"]
    item = {name: value for name, value in args.items() if name != "count"}
    for _ in range(count):
        (await mutate(stage, "invoice_item.create", item)).done()
    return _made({"count": count})


def _made(value: dict[str, Any]) -> Result:
    """A result of the player's own."""
    return Result(Seen(None, value), lambda parameter: (parameter,))


CALLS: Mapping[str, Callable[[Stage, Mapping[str, Any], str | None], Awaitable[Result]]] = {
    "invoice_line_item.update": update_line,
    "invoice.create_preview": preview,
}
"""Operations whose parameters are arranged differently here."""

HELPERS: Mapping[str, Callable[[Stage, Mapping[str, Any]], Awaitable[Result]]] = {
    "clock.advance": _advance_clock,
    "test.finalize_simple": _finalize_simple,
    "test.invoice_items.bulk_create": _create_items,
}
"""Operations that are not calls of the API."""
