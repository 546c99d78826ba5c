"""Keys and their scopes: what a restricted key may not, it is told before anything happens."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from databases import databases
from graphql import GraphQLObjectType, get_named_type, is_object_type
from planner_data import ACCOUNT, ADDRESS, NOW, small

from invoice_graph.commands.keys import create_key, find_actor, list_keys
from invoice_graph.commands.runner import COMMANDS
from invoice_graph.config import Settings
from invoice_graph.documentation import scopes_table
from invoice_graph.domain.access import (
    OPENS,
    PARTS,
    READS,
    ROOTS,
    WRITES,
    Actor,
    ActorKind,
    Rights,
    Scope,
    granted,
    listed,
    scope_of,
)
from invoice_graph.domain.clock import ManualClock
from invoice_graph.schema.build import build_schema
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway

pytestmark = pytest.mark.anyio

SCHEMA = build_schema().schema
OBJECTS = {
    name: kind
    for name, kind in SCHEMA.type_map.items()
    if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
}


@pytest.fixture
async def gateway(tmp_path: Path, kind: str) -> AsyncGenerator[Gateway, None]:
    settings = Settings(database=databases.url(tmp_path / "invoices.db"), readers=1, public_url=ADDRESS)
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await small().write(gateway.services.database)
        yield gateway


def restricted(*scopes: Scope) -> Actor:
    return Actor(ACCOUNT, "key_1", Rights(granted(scopes)), kind=ActorKind.RESTRICTED_KEY)


async def ask(gateway: Gateway, actor: Actor, text: str, **variables: Any) -> Answer:
    answer = await gateway.engine.run(GraphQLRequest(text, None, variables), actor)
    assert isinstance(answer, Answer)
    return answer


def test_each_type_of_the_schema_has_a_scope_or_is_a_part() -> None:
    # When this fails, a type is new: say in domain/access.py which scope its objects need.
    kinds = {listed(name) for name in OBJECTS if name not in ROOTS and not name.endswith("Payload")}
    assert kinds == READS.keys() | PARTS
    assert READS.keys() & PARTS == set()


def test_each_mutation_has_a_scope() -> None:
    assert SCHEMA.mutation_type is not None
    assert WRITES.keys() == SCHEMA.mutation_type.fields.keys() == COMMANDS.keys()
    assert all(scope.endswith(":write") for scope in WRITES.values())
    assert OPENS.keys() == set(Scope)


@pytest.mark.parametrize("scope", Scope)
def test_a_scope_to_write_contains_the_one_to_read(scope: Scope) -> None:
    read = scope.replace(":write", ":read")
    assert granted([scope]) == {scope} | ({Scope(read)} if read in set(Scope) else set())


def test_the_page_about_access_has_the_table_of_scopes() -> None:
    page = (Path(__file__).parent.parent / "docs" / "access.md").read_text()
    assert f"<!-- scopes -->\n{scopes_table()}\n<!-- /scopes -->" in page


def test_every_description_of_a_mutation_names_its_scope() -> None:
    assert SCHEMA.mutation_type is not None
    for name, field in SCHEMA.mutation_type.fields.items():
        assert f"Needs the scope `{WRITES[name]}`" in (field.description or "")


def arguments(field: Any) -> str:
    """Arguments that a field can't do without."""
    given = {"id": '(id: "x")', "ids": '(ids: ["x"])'}
    return next((text for name, text in given.items() if name in field.args), "")


def below(kind: Any, depth: int = 3) -> str:
    """A selection of something that is found on every path."""
    if not is_object_type(kind):
        return "{ __typename }" if hasattr(kind, "fields") else ""
    for name in ("id", "code", "nodes", "cursor"):
        if name in kind.fields:
            return f"{{ {name} {below(get_named_type(kind.fields[name].type))} }}"
    name, field = next(iter(kind.fields.items()))
    return f"{{ {name}{arguments(field)} {below(get_named_type(field.type), depth - 1)} }}"


QUERIES = {
    name: f"{{ {name}{arguments(field)} {below(get_named_type(field.type))} }}"
    for name, field in OBJECTS["Query"].fields.items()
}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_needs_its_scope_and_no_other(gateway: Gateway, name: str) -> None:
    needed = scope_of("Query", name, get_named_type(OBJECTS["Query"].fields[name].type).name)
    without = await ask(gateway, restricted(*(scope for scope in Scope if scope.endswith(":write"))), QUERIES[name])
    bare = await ask(gateway, restricted(), QUERIES[name])
    if needed is None:
        assert bare.status == without.status == 200
        return
    assert (bare.status, bare.data) == (403, None)
    (error,) = bare.errors
    assert error["extensions"] == {"code": "FORBIDDEN", "missing": (needed,)}
    assert error["message"] == (
        f"This key lacks the scope `{needed}`; make one that has it with "
        f"`invoice-graph key create --account {ACCOUNT} --scope {needed}`."
    )
    allowed = await ask(gateway, restricted(needed), QUERIES[name])
    assert (allowed.status, allowed.errors) == (200, ())


async def test_what_refers_to_an_object_shows_its_id_alone(gateway: Gateway) -> None:
    reader = restricted(Scope.INVOICES_READ)
    shown = await ask(gateway, reader, '{ invoice(id: "in_1") { customer { id __typename } } }')
    assert shown.body == b'{"data":{"invoice":{"customer":{"id":"cus_ada","__typename":"Customer"}}}}'
    refused = await ask(gateway, reader, '{ invoice(id: "in_1") { customer { id name } payments { totalCount } } }')
    assert refused.errors[0]["extensions"]["missing"] == ("customers:read", "payments:read")
    assert "lacks the scopes `customers:read`, `payments:read`" in refused.errors[0]["message"]


async def test_node_finds_what_the_key_may_read(gateway: Gateway) -> None:
    text = '{ nodes(ids: ["in_1", "cus_ada"]) { __typename id ... on Invoice { status } } }'
    found = await ask(gateway, restricted(Scope.INVOICES_READ), text)
    assert found.body == b'{"data":{"nodes":[{"__typename":"Invoice","id":"in_1","status":"DRAFT"},null]}}'
    insisting = await ask(gateway, restricted(Scope.INVOICES_READ), '{ node(id: "in_1") { ... on Customer { name } } }')
    assert insisting.errors[0]["extensions"]["missing"] == ("customers:read",)
    assert (await ask(gateway, restricted(), '{ node(id: "in_1") { id } }')).body == b'{"data":{"node":null}}'


async def test_a_condition_needs_the_scope_of_what_it_asks_for(gateway: Gateway) -> None:
    text = '{ creditNotes(where: {number: {contains: "x"}}) { totalCount } }'
    assert (await ask(gateway, restricted(Scope.CREDIT_NOTES_READ), text)).status == 200
    assert (await ask(gateway, restricted(Scope.INVOICES_READ), text)).status == 403


async def test_rights_are_checked_in_what_is_executed_alone(gateway: Gateway) -> None:
    text = 'query ($all: Boolean!) { invoice(id: "in_1") { id customer @include(if: $all) { name } } }'
    reader = restricted(Scope.INVOICES_READ)
    assert (await ask(gateway, reader, text, all=False)).status == 200
    assert (await ask(gateway, reader, text, all=True)).status == 403
    assert (await ask(gateway, restricted(), "{ __schema { queryType { name } } __typename }")).status == 200


async def test_a_plan_made_for_a_key_with_all_rights_is_not_given_to_another(gateway: Gateway) -> None:
    text = '{ customer(id: "cus_ada") { name } }'
    for _ in range(2):
        assert (await ask(gateway, Actor(ACCOUNT), text)).status == 200
        assert (await ask(gateway, restricted(Scope.INVOICES_READ), text)).status == 403


async def test_a_mutation_that_is_forbidden_changes_nothing(gateway: Gateway) -> None:
    text = """mutation { a: invoiceVoid(input: {id: "in_2"}) { invoice { id } }
        b: customerUpdate(input: {id: "cus_ada", name: "X"}) { customer { id } } }"""
    refused = await ask(gateway, restricted(Scope.INVOICES_WRITE), text)
    assert (refused.status, refused.data) == (403, None)
    assert refused.errors[0]["extensions"]["missing"] == ("customers:write",)
    after = await ask(gateway, Actor(ACCOUNT), '{ invoice(id: "in_2") { status } }')
    assert b"VOID" not in after.body


async def test_a_subscription_needs_the_scope_for_events(gateway: Gateway) -> None:
    text = "subscription { events { type } }"
    refused = await gateway.engine.run(GraphQLRequest(text), restricted(Scope.INVOICES_READ))
    assert isinstance(refused, Answer)
    assert (refused.status, refused.errors[0]["extensions"]["missing"]) == (403, ("events:read",))
    stream = await gateway.engine.run(GraphQLRequest(text), restricted(Scope.EVENTS_READ))
    assert not isinstance(stream, Answer)
    await stream.aclose()


async def test_a_restricted_key_is_made_stored_hashed_and_found_with_its_scopes(gateway: Gateway) -> None:
    services = gateway.services
    made = await create_key(
        services.database, services.clock, services.ids, ACCOUNT, "till", scopes=[Scope.PAYMENTS_WRITE]
    )
    assert made.secret.startswith("rk_")
    expected = Actor(
        ACCOUNT,
        made.key.id,
        Rights(frozenset({Scope.PAYMENTS_WRITE, Scope.PAYMENTS_READ})),
        kind=ActorKind.RESTRICTED_KEY,
    )
    assert await find_actor(services.database, made.secret) == expected
    (stored,) = await list_keys(services.database, ACCOUNT)
    assert (stored.scopes, stored.last_four) == (["payments:write"], made.secret[-4:])
    assert made.secret not in repr(stored)
