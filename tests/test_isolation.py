"""Nothing of another account is read, counted, referenced, guessed, heard of or changed: in every field, argument and
mutation that the schema has."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from catalogue_inputs import catalogue_inputs
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_non_null_type
from planner_data import NOW
from strangers import UNKNOWN, Account, ask, camel_case, id_paths, make_account, open_apart, placed
from test_commands_runner import valid_input

from invoice_graph.domain.clock import ManualClock
from invoice_graph.schema.build import build_schema
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway
from invoice_graph.store.event_log import EventFilter, Reading

SCHEMA = build_schema().schema
OBJECTS = {
    name: kind
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
}
MUTATIONS = OBJECTS["Mutation"].fields
ID_PLACES = [(name, path) for name, field in MUTATIONS.items() for path in id_paths(field.args["input"].type)]
ARGUMENTS = [
    (root, name, argument)
    for root in ("Query", "Subscription")
    for name, field in OBJECTS[root].fields.items()
    for argument, value in field.args.items()
    if get_named_type(value.type).name == "ID"
]
CONDITIONS = [
    (name, condition)
    for name, field in OBJECTS["Query"].fields.items()
    if "where" in field.args
    for condition, value in get_named_type(field.args["where"].type).fields.items()
    if get_named_type(value.type).name == "IdCondition"
]
KINDS = {
    "customer": "Customer",
    "customerId": "Customer",
    "invoice": "Invoice",
    "invoiceId": "Invoice",
    "fromInvoice": "Invoice",
    "invoiceItemId": "InvoiceItem",
    "lineItemId": "LineItem",
    "priceId": "Price",
    "productId": "Product",
    "product": "Product",
    "productIds": "Product",
    "couponId": "Coupon",
    "coupon": "Coupon",
    "promotionCodeId": "PromotionCode",
    "discountId": "Discount",
    "taxRateId": "TaxRate",
    "taxRateIds": "TaxRate",
    "defaultTaxRateIds": "TaxRate",
    "paymentIntentId": "PaymentIntent",
    "paymentRecordId": "PaymentRecord",
    "testClockId": "TestClock",
    "renderingTemplateId": "InvoiceRenderingTemplate",
    "templateId": "InvoiceRenderingTemplate",
    "defaultPriceId": "Price",
}
"""What fields that hold ids name."""


@dataclass
class World:
    """Our account and theirs, and what we read before theirs was there."""

    runner: asyncio.Runner
    opened: Gateway
    ours: Account
    theirs: Account
    read_alone: dict[str, bytes]
    found_alone: dict[str, bytes]

    def ask(self, text: str, **variables: Any) -> bytes:
        """The answer that we get."""
        return self.runner.run(ask(self.opened, self.ours.actor, text, variables)).body


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    clock = ManualClock(NOW)
    with open_apart(folder / "invoices.db", clock) as (runner, opened):
        yield runner.run(populate(runner, opened, clock))


async def populate(runner: asyncio.Runner, opened: Gateway, clock: ManualClock) -> World:
    ours = await make_account(opened, clock, "Ours")
    read = {name: (await ask(opened, ours.actor, text)).body for name, text in READS.items()}
    found = {id: (await ask(opened, ours.actor, BY_ID["node"], {"id": id})).body for id in sorted(ours.all_ids)}
    return World(runner, opened, ours, await make_account(opened, clock, "Theirs"), read, found)


def selection(kind: Any, above: frozenset[str], depth: int) -> str:
    """Every field of a type, and of what it leads to."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if not isinstance(named, GraphQLObjectType):
        return "{ __typename id }" if named.name == "Node" else "{ __typename code message path }"
    parts = ["__typename"]
    for name, field in named.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif depth and inner.name not in above and not any(is_non_null_type(a.type) for a in field.args.values()):
            parts.append(f"{name} {selection(inner, above | {inner.name}, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


READS = {
    name: f"{{ {name} {selection(field.type, frozenset({name}), 4)} }}"
    for name, field in OBJECTS["Query"].fields.items()
    if not any(is_non_null_type(argument.type) for argument in field.args.values())
}
"""Every list of the account, and all below it."""

BY_ID = {
    name: f"query ($id: ID!) {{ {name}(id: $id) {selection(field.type, frozenset({name}), 1)} }}"
    for name, field in OBJECTS["Query"].fields.items()
    if "id" in field.args
}


def test_the_operations_touch_every_field_of_every_type() -> None:
    words = {word for text in (*READS.values(), *BY_ID.values()) for word in text.split()}
    reachable = [kind for name, kind in OBJECTS.items() if name not in ("Mutation", "Subscription", "Query")]
    fields = {name for kind in reachable if not kind.name.endswith(("Payload", "Error")) for name in kind.fields}
    assert fields - words <= {"previousStatus"}  # Which is of a subscription alone.


def test_what_an_account_reads_is_the_same_whoever_else_is_there(world: World) -> None:
    assert all(b'"errors"' not in body for body in world.read_alone.values())
    for name, text in READS.items():
        assert world.ask(text) == world.read_alone[name], name
    for id, body in world.found_alone.items():
        assert world.ask(BY_ID["node"], id=id) == body


def test_another_account_s_ids_are_those_of_nothing(world: World) -> None:
    for text in BY_ID.values():
        unknown = world.ask(text, id=UNKNOWN)
        for ids in world.theirs.ids.values():
            assert world.ask(text, id=ids[0]) == unknown
    ids = sorted(world.theirs.all_ids)
    for start in range(0, len(ids), 100):
        nothing = b",".join([b"null"] * len(ids[start : start + 100]))
        found = world.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids[start : start + 100])
        assert found == b'{"data":{"nodes":[' + nothing + b"]}}"


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_conditions_on_another_account_s_ids_find_nothing(world: World, name: str, condition: str) -> None:
    where = get_named_type(OBJECTS["Query"].fields[name].args["where"].type).name
    text = f"query ($where: {where}) {{ {name}(where: $where) {{ totalCount nodes {{ id }} }} }}"
    ids = sorted(world.theirs.all_ids)
    for operator in ({"in": ids}, {"eq": ids[0]}):
        found = world.ask(text, where={condition: operator})
        assert found == f'{{"data":{{"{name}":{{"totalCount":0,"nodes":[]}}}}}}'.encode()


def test_events_of_another_account_are_neither_heard_nor_listed(world: World) -> None:
    text = "query ($id: ID) { events(invoiceId: $id) { totalCount } other: events(customerId: $id) { totalCount } }"
    for id in (*world.theirs.ids["Invoice"], *world.theirs.ids["Customer"]):
        assert world.ask(text, id=id) == b'{"data":{"events":{"totalCount":0},"other":{"totalCount":0}}}'
        for wanted in (EventFilter(invoice_id=id), EventFilter(customer_id=id)):
            reading = Reading(world.opened.services.database, world.ours.actor.account_id, wanted)
            look = world.runner.run(reading.look(0))
            assert (look.sequences, look.is_end) == ([], True)


def test_a_subscription_hears_the_own_log_alone(world: World) -> None:
    text = f'subscription {{ events(after: "0", first: {len(world.ours.ids["Event"])}) {{ id }} }}'

    async def heard() -> list[bytes]:
        stream = await world.opened.engine.run(GraphQLRequest(text), world.ours.actor)
        assert not isinstance(stream, Answer)
        return [answer.body async for answer in stream]

    expected = [f'{{"data":{{"events":{{"id":"{id}"}}}}}}'.encode() for id in sorted(world.ours.ids["Event"])]
    assert world.runner.run(heard()) == expected


def kind_of(mutation: str, path: tuple[Any, ...]) -> str:
    """The type of the object that a place in an input names."""
    name = next(step for step in reversed(path) if isinstance(step, str))
    if "ayment" in name and "ethod" in name:
        return "PaymentMethod"
    if name == "id" and len(path) > 1:
        return "CreditNoteLine" if mutation.startswith("creditNote") else "LineItem"
    if name == "id":
        payload = get_named_type(MUTATIONS[mutation].type)
        return next(get_named_type(field.type).name for field in payload.fields.values() if _is_node(field))
    return KINDS[name]


def _is_node(field: Any) -> bool:
    kind = get_named_type(field.type)
    return isinstance(kind, GraphQLObjectType) and "id" in kind.fields and kind.name != "Event"


def masked(body: bytes, *ids: str) -> str:
    text = body.decode()
    for id in ids:
        text = text.replace(id, "X")
    return text


async def known_ids(account: Account) -> dict[str, str]:
    customer = account.ids["Customer"][0]
    inputs = await catalogue_inputs(account.commands, customer)
    return {
        "product": inputs["productUpdate"]["id"],
        "tax rate": inputs["taxRateUpdate"]["id"],
        "coupon": inputs["couponUpdate"]["id"],
        "open": await account.commands.open_invoice(),
    }


def test_every_mutation_that_names_something_is_tried(world: World) -> None:
    nameless = {"accountUpdate", "invoiceRenderingTemplateCreate", "productCreate", "taxRateCreate", "testClockCreate"}
    assert MUTATIONS.keys() - {name for name, _ in ID_PLACES} <= nameless
    assert len(ID_PLACES) > 120


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_no_mutation_takes_another_account_s_object(world: World, mutation: str) -> None:
    kind = MUTATIONS[mutation].args["input"].type
    text = (
        f"mutation ($input: {get_named_type(kind).name}!) {{ {mutation}(input: $input) {{ "
        "userErrors { __typename code message path ... on ConflictError { current { id } currentVersion } } } }"
    )
    commands = world.ours.commands
    base = camel_case(world.runner.run(valid_input(commands, mutation.replace("NotePreview", "NoteCreate"))))
    known = world.runner.run(known_ids(world.ours))
    before = world.runner.run(commands.dump())
    missing = 0
    for path in id_paths(kind):
        strange = world.theirs.ids[kind_of(mutation, path)][0]
        unknown = strange[:-4] + "QQQQ"
        inputs = {id: placed(base, kind, path, id, known) for id in (unknown, strange)}
        answers = [
            masked(world.ask(text, input=inputs[id] | {"dryRun": dry}), id) for id in inputs for dry in (False, True)
        ]
        assert len(set(answers)) == 1, path
        assert '"code":' in answers[0], path
        missing += "RESOURCE_MISSING" in answers[0]
    assert world.runner.run(commands.dump()) == before
    assert missing or not list(id_paths(kind))
