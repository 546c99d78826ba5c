"""What tests of commands talk to: the real commands on a real SQLite file, with a clock that they move."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import SQLModel

from invoice_graph.commands.runner import COMMANDS, Call, Outcome, Services, run
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.errors import Refusal
from invoice_graph.store.connection import Connection
from invoice_graph.store.rows import codec, select_rows
from invoice_graph.store.tables import Event, Invoice, LineItem
from invoice_graph.store.unit_of_work import Subject

T = TypeVar("T", bound=SQLModel)


async def dump_row(connection: Connection, subject: Subject) -> dict[str, Any]:
    """A stored row, column by column, without those that follow from others."""
    key = {"account_id": subject.account_id, "id": subject.id}
    kind: type[SQLModel] = type(subject)
    (row,) = await select_rows(connection, kind, key)
    following = {name for name, *_ in codec(kind).derived}
    values = codec(kind).values(row).items()
    return {name: json.loads(json.dumps(value)) for name, value in values if name not in following}


async def give_outcome(connection: Connection, outcome: Outcome) -> Outcome:
    """The answer of a caller who only wants the outcome."""
    return outcome


@dataclass
class Gateway:
    """Calls commands for one account."""

    services: Services
    clock: ManualClock
    machine_clock: ManualClock
    actor: Actor

    async def call(
        self, name: str, /, *, key: str | None = None, dry_run: bool = False, version: int | None = None, **input: Any
    ) -> Outcome:
        call = Call(name, input, key, dry_run, version)
        return await run(self.services, self.actor, COMMANDS[name], call, give_outcome)

    async def done(self, name: str, /, **options: Any) -> str:
        """The id of the object of a call that is not refused."""
        outcome = await self.call(name, **options)
        assert outcome.refusals == (), outcome.refusals
        return outcome.object_id or outcome.deleted_id or ""

    async def refused(self, name: str, /, **options: Any) -> Refusal:
        """The refusal of a call, which must have changed nothing."""
        before = await self.dump()
        outcome = await self.call(name, **options)
        assert await self.dump() == before
        (refusal,) = outcome.refusals
        return refusal

    async def emitted(self, name: str, /, **options: Any) -> list[str]:
        """The types of the events of a call, in order."""
        return await self.events(await self.call(name, **options))

    async def events(self, outcome: Outcome) -> list[str]:
        rows = await self.rows(Event, operation_id=outcome.operation_id)
        return [str(event.type) for event in sorted(rows, key=lambda event: event.sequence)]

    async def rows(self, kind: type[T], /, **equals: Any) -> list[T]:
        async with self.services.database.reader() as connection:
            return await select_rows(connection, kind, {"account_id": self.actor.account_id, **equals})

    async def row(self, kind: type[T], id: str | None) -> T:
        (row,) = await self.rows(kind, id=id)
        return row

    async def invoice(self, id: str | None) -> Invoice:
        return await self.row(Invoice, id)

    async def lines(self, invoice_id: str) -> list[LineItem]:
        return sorted(await self.rows(LineItem, invoice_id=invoice_id), key=lambda line: line.position)

    async def dump(self) -> dict[str, list[Any]]:
        """Everything in the database."""
        read = self.services.database.read
        return {
            table.name: sorted(map(tuple, await read(f'SELECT * FROM "{table.name}"')), key=repr)
            for table in SQLModel.metadata.sorted_tables
        }

    async def customer(self, **fields: Any) -> str:
        """A customer who pays with a card that works."""
        return await self.done("customerCreate", **{"default_payment_method_id": "pm_card_visa", **fields})

    async def draft(self, amount: int | None = 1000, **fields: Any) -> str:
        """A draft of a new customer, unless one is named, with one line."""
        fields.setdefault("customer_id", None)
        fields["customer_id"] = fields["customer_id"] or await self.customer(email="jenny@example.com")
        lines = [] if amount is None else [{"amount": amount}]
        return await self.done("invoiceCreate", lines=lines, **fields)

    async def open_invoice(self, amount: int = 1000, **fields: Any) -> str:
        return await self.done("invoiceFinalize", id=await self.draft(amount, **fields))
