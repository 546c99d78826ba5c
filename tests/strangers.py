"""Accounts with objects of every kind, and inputs that name some in every place there is."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from databases import databases
from gateway import Gateway
from graphql import (
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from payment_inputs import RIVALS, examples
from planner_data import ADDRESS
from test_commands_runner import valid_input

from invoice_graph.commands.accounts import create_account
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock, time_text
from invoice_graph.domain.kinds import SimulatedOutcome
from invoice_graph.schema.build import NODES
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway as Opened
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.rows import insert_rows
from invoice_graph.store.tables import PaymentMethod

MAKING = (
    "creditNoteCreate",
    "customerBalanceTransactionCreate",
    "customerSessionCreate",
    "invoiceAttachPayment",
    "invoicePay",
    "invoicePreview",
    "invoiceVoid",
    "paymentIntentConfirm",
    "paymentRecordCreate",
)
"""Commands that between them make objects of every kind."""

UNKNOWN = "unknown_0123456789ABCDEFGHJKMNPQRS"


@dataclass
class Account:
    """An account, a way to call its commands, and the ids of what it has, by type."""

    opened: Opened
    commands: Gateway
    ids: dict[str, list[str]]

    @property
    def actor(self) -> Actor:
        return self.commands.actor

    @property
    def all_ids(self) -> set[str]:
        return {id for ids in self.ids.values() for id in ids} - {self.actor.account_id}


@contextmanager
def open_apart(path: Path, clock: ManualClock) -> Iterator[tuple[asyncio.Runner, Opened]]:
    """A gateway on the database that a path names, and the event loop that runs it."""
    settings = Settings(database=databases.url(path), readers=1, synchronous="OFF", public_url=ADDRESS)
    with asyncio.Runner() as runner:
        opening = open_gateway(settings, clock)
        opened = runner.run(opening.__aenter__())
        try:
            yield runner, opened
        finally:
            runner.run(opening.__aexit__(None, None, None))


async def make_account(opened: Opened, clock: ManualClock, name: str) -> Account:
    """An account with objects of every kind, two at least of most."""
    services = opened.services
    made = await create_account(services.database, clock, services.ids, {"name": name, "invoice_prefix": name.upper()})
    commands = Gateway(services, clock, clock, Actor(made.account_id))
    for command in MAKING:
        outcome = await commands.call(command, key=f"{name}-{command}", **await valid_input(commands, command))
        assert outcome.refusals == ()
    method = PaymentMethod(
        account_id=made.account_id, id=f"pm_{name}_0000", created_at=clock.now(), outcome=SimulatedOutcome.SUCCEEDS
    )
    async with services.database.transaction() as connection:
        await insert_rows(connection, PaymentMethod, [method])
    account = Account(opened, commands, {"PaymentMethod": [method.id]})
    await look(account)
    await bill_in_full(account)
    await look(account)
    assert [kind for kind, ids in account.ids.items() if not ids] == []
    return account


async def bill_in_full(account: Account, customer: str | None = None) -> str:
    """A finalized invoice with a tax, a discount and a line of a price."""
    terms = {"discounts": [{"coupon_id": account.ids["Coupon"][0]}], "default_tax_rate_ids": account.ids["TaxRate"][:1]}
    lines = [{"price_id": account.ids["Price"][0], "metadata": [{"key": "margin", "value": "secret"}]}]
    customer = customer or await account.commands.customer(name="Zoe", email="zoe@example.com", phone="555")
    make, metadata = account.commands.done, [{"key": "note", "value": "secret"}]
    draft = await make("invoiceCreate", customer_id=customer, lines=lines, metadata=metadata, **terms)
    invoice = await make("invoiceFinalize", id=draft)
    (line,) = await account.commands.lines(invoice)
    credited = [{"type": "INVOICE_LINE_ITEM", "line_item_id": line.id, "amount": 1}]
    await make("creditNoteCreate", invoice_id=invoice, lines=credited)
    return invoice


async def look(account: Account) -> None:
    """Notes the ids of what an account has."""
    for type_name, table in NODES.items():
        account.ids[type_name] = [row.id for row in await account.commands.rows(table)]
    account.ids["Account"] = [account.actor.account_id]


async def ask(opened: Opened, actor: Actor, text: str, variables: Mapping[str, Any] | None = None) -> Answer:
    answer = await opened.engine.run(GraphQLRequest(text, None, variables), actor)
    assert isinstance(answer, Answer), text
    return answer


def camel_case(value: Any) -> Any:
    """An input as GraphQL takes it, of one that a command takes."""
    if isinstance(value, dict):
        return {_camel(name): camel_case(item) for name, item in value.items()}
    if isinstance(value, list):
        return [camel_case(item) for item in value]
    if hasattr(value, "isoformat"):
        return time_text(value)
    return value if isinstance(value, bool | int | str) or value is None else str(value)


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def id_paths(kind: Any, path: tuple[Any, ...] = (), depth: int = 4) -> Iterator[tuple[Any, ...]]:
    """Every place in an input where an id stands; 0 is the first entry of a list."""
    kind = kind.of_type if is_non_null_type(kind) else kind
    if is_list_type(kind):
        yield from id_paths(kind.of_type, (*path, 0), depth)
    elif is_input_object_type(kind) and depth:
        for name, field in kind.fields.items():
            yield from id_paths(field.type, (*path, name), depth - 1)
    elif get_named_type(kind).name == "ID":
        yield path


def placed(base: dict[str, Any], kind: Any, path: tuple[Any, ...], id: str, known: dict[str, str]) -> dict[str, Any]:
    """An accepted input with an id at a path, without what excludes that field."""
    kind = kind.of_type if is_non_null_type(kind) else kind
    name, *rest = path
    field = kind.fields[name]
    taken = {rival for group in RIVALS if name in group for rival in group} - {name}
    kept = {other: value for other, value in base.items() if other not in taken}
    return {**kept, name: _within(kept.get(name), field.type, tuple(rest), id, known)}


def _within(old: Any, kind: Any, path: tuple[Any, ...], id: str, known: dict[str, str]) -> Any:
    kind = kind.of_type if is_non_null_type(kind) else kind
    if not path:
        return id
    if is_list_type(kind):
        inner = old[0] if isinstance(old, list) and old else None
        return [_within(inner, kind.of_type, path[1:], id, known)]
    base = old if isinstance(old, dict) else examples(known).get(kind.name, {})
    return placed(base, kind, path, id, known)
