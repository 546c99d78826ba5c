"""Customers who act for themselves: their finalized invoices and nothing else, whatever they ask for or call."""

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from planner_data import NOW
from strangers import UNKNOWN, Account, ask, bill_in_full, look, make_account, open_apart
from test_isolation import BY_ID, CONDITIONS, MUTATIONS, OBJECTS, masked

from invoice_graph.commands.sessions import AUDIENCE, ISSUER, find_session, rotate_secret
from invoice_graph.domain import customer_access
from invoice_graph.domain.access import CUSTOMER, ROOTS, Actor, ActorKind
from invoice_graph.domain.clock import ManualClock
from invoice_graph.domain.customer_access import ACTIONS, ARGUMENTS, FOUND, PAGES, SIGHTS, UNSEEN, shows
from invoice_graph.server.auth import UNKNOWN_TOKEN, GatewayAuthenticator
from invoice_graph.server.engine_protocol import EXPIRED, Answer, GraphQLRequest, Unauthenticated
from invoice_graph.server.gateway import Gateway
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import SigningSecret

LISTS = ("Connection", "Edge", "Page")
HIDDEN = [(name, field) for name, sight in SIGHTS.items() if name not in ROOTS for field in sorted(sight.hidden)]
CREATE = """mutation ($input: CustomerSessionCreateInput!) { customerSessionCreate(input: $input) {
    token expiresAt customer { id } replayed userErrors { code message path } } }"""
PAY = """mutation ($input: InvoicePayInput!) { invoicePay(input: $input) { invoice { id status amountPaid } replayed
    events { type cursor } userErrors { __typename code message path } } }"""


@dataclass
class World:
    """A customer with a finalized invoice, before and after others came."""

    runner: asyncio.Runner
    opened: Gateway
    clock: ManualClock
    account: Account
    ada: Actor
    invoice: str
    read_alone: dict[str, bytes]
    strange: dict[str, list[str]]

    def ask(self, text: str, variables: dict[str, Any] | None = None, actor: Actor | None = None) -> Answer:
        return self.runner.run(ask(self.opened, actor or self.ada, text, variables))

    def mint(self, **input: Any) -> dict[str, Any]:
        given = {"customerId": self.ada.customer_id, **input}
        payload: dict[str, Any] = json.loads(self.ask(CREATE, {"input": given}, self.account.actor).body)
        return payload["data"]["customerSessionCreate"]  # type: ignore[no-any-return]

    def authenticate(self, token: str) -> Actor:
        authenticator = GatewayAuthenticator(self.opened.services.database, self.clock)
        return self.runner.run(authenticator.authenticate(f"Bearer {token}"))

    def refused(self, token: str) -> str:
        with pytest.raises(Unauthenticated) as refusal:
            self.authenticate(token)
        return str(refusal.value)


def selection(kind: Any, above: tuple[str, ...], depth: int = 6) -> str:
    """All that customers see of a type, and of what it leads to."""
    parts = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if not shows(kind.name, name):
            continue
        if is_leaf_type(inner):
            parts.append(name)
        elif isinstance(inner, GraphQLObjectType) and depth and inner.name not in above:
            parts.append(f"{name} {selection(inner, (*above, inner.name), depth - 1)}")
    return "{ __typename " + " ".join(parts) + " }"


def reads(customer_id: str) -> dict[str, str]:
    """Every list that customers see, and all below it."""
    given = {"customer": f'(id: "{customer_id}")'}
    fields = OBJECTS["Query"].fields
    named = [name for name in SIGHTS["Query"].shown if name in given or not {"id", "ids"} & fields[name].args.keys()]
    return {name: f"{{ {name}{given.get(name, '')} {_below(fields[name].type, name)} }}" for name in sorted(named)}


def _below(kind: Any, name: str) -> str:
    named = get_named_type(kind)
    return "" if is_leaf_type(named) else selection(named, (named.name,))


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    clock = ManualClock(NOW)
    with open_apart(folder / "sight.db", clock) as (runner, opened):
        yield runner.run(populate(runner, opened, clock))


async def populate(runner: asyncio.Runner, opened: Gateway, clock: ManualClock) -> World:
    account = await make_account(opened, clock, "Ours")
    commands = account.commands
    customer = await commands.customer(name="Ada", email="ada@example.com")
    invoice = await bill_in_full(account, customer)
    ada = Actor(account.actor.account_id, rights=CUSTOMER, customer_id=customer, kind=ActorKind.CUSTOMER_SESSION)
    own = await own_ids(account, customer)
    alone = {name: (await ask(opened, ada, text)).body for name, text in reads(customer).items()}
    await bill_in_full(account)
    await commands.draft(7700, customer_id=customer)
    await commands.done("invoiceItemCreate", customer_id=customer, amount=5)
    await commands.done("customerBalanceTransactionCreate", customer_id=customer, amount=500)
    await make_account(opened, clock, "Theirs")
    await look(account)
    strange = {kind: [id for id in ids if id not in own] for kind, ids in account.ids.items()}
    return World(runner, opened, clock, account, ada, invoice, alone, strange)


async def own_ids(account: Account, customer: str) -> set[str]:
    """The ids of what a customer may see."""
    found = {customer}
    for kind in sorted(FOUND - {"Customer"}):
        await look(account)
        for id in account.ids[kind]:
            found |= {id} if await belongs(account, kind, id, customer) else set()
    return found


async def belongs(account: Account, kind: str, id: str, customer: str) -> bool:
    above = {"LineItem": "invoice", "InvoicePayment": "invoice", "CreditNoteLine": "creditNote"}.get(kind)
    path = f"{above} {{ customer {{ id }} }}" if above else "customer { id }"
    text = f'{{ node(id: "{id}") {{ ... on {kind} {{ {path} }} }} }}'
    return customer.encode() in (await ask(account.opened, account.actor, text)).body


def test_each_field_of_each_type_is_shown_or_hidden() -> None:
    # When this fails, a type or field is new: say in domain/customer_access whether customers see it.
    rows = {**SIGHTS, **PAGES}
    lists = {name for name in OBJECTS if name.endswith(LISTS)}
    assert rows.keys() | UNSEEN | {"Mutation"} | lists == OBJECTS.keys()
    assert not rows.keys() & UNSEEN
    for name, sight in rows.items():
        assert sight.shown | sight.hidden == OBJECTS[name].fields.keys(), name
        assert not sight.shown & sight.hidden
    assert ACTIONS.keys() <= MUTATIONS.keys()
    assert "search" not in ARGUMENTS


def test_nothing_that_is_shown_leads_to_a_type_that_is_not() -> None:
    for name, kind in OBJECTS.items():
        for field, definition in kind.fields.items():
            inner = get_named_type(definition.type)
            if shows(name, field) and isinstance(inner, GraphQLObjectType):
                assert inner.name in SIGHTS.keys() | PAGES.keys(), f"{name}.{field}"


def paths() -> dict[str, str]:
    """A way from the root to each type that customers see, with a gap for a field of it."""
    found = {"Query": "{ %s }"}
    queue = ["Query"]
    while queue:
        name = queue.pop(0)
        for field, definition in OBJECTS[name].fields.items():
            inner = get_named_type(definition.type).name
            if shows(name, field) and inner in OBJECTS and inner not in found:
                arguments = '(id: "x")' if "id" in definition.args else ""
                found[inner] = found[name] % f"{field}{arguments} {{ %s }}"
                queue.append(inner)
    return found


PATHS = paths()
WITHOUT_A_PATH = {"Event", "InvoiceStatusChange", "InvoicePayload"}


@pytest.mark.parametrize(("type_name", "field"), HIDDEN)
def test_a_hidden_field_is_forbidden(world: World, type_name: str, field: str) -> None:
    inner = get_named_type(OBJECTS[type_name].fields[field].type)
    asked = field if is_leaf_type(inner) else f"{field} {{ __typename }}"
    path = PATHS.get(type_name)
    if path is None:
        assert type_name in WITHOUT_A_PATH
        roots = {"InvoicePayload": "%s", "Event": "events { %s }"}
        if type_name == "InvoiceStatusChange":
            path = "subscription { invoiceStatusChanged { %s } }"
        else:
            path = 'mutation { invoicePay(input: {id: "x"}) { ' + roots[type_name] + " } }"
    answer = world.ask(path % asked)
    assert (answer.status, answer.data) == (403, None)
    assert answer.errors[0]["extensions"] == {"code": "FORBIDDEN", "missing": (f"{type_name}.{field}",)}
    assert answer.errors[0]["message"] == (
        f"A customer's token is not good for `{type_name}.{field}`; ask with a key of the account."
    )


@pytest.mark.parametrize("field", sorted(SIGHTS["Query"].hidden))
def test_a_hidden_root_is_forbidden(world: World, field: str) -> None:
    arguments = '(id: "x")' if "id" in OBJECTS["Query"].fields[field].args else ""
    assert world.ask(f"{{ {field}{arguments} {{ __typename }} }}").status == 403


@pytest.mark.parametrize("mutation", sorted(MUTATIONS.keys() - ACTIONS.keys()))
def test_every_other_mutation_is_forbidden(world: World, mutation: str) -> None:
    named = get_named_type(MUTATIONS[mutation].args["input"].type)
    required = {name: _some(field.type) for name, field in named.fields.items() if str(field.type).endswith("!")}
    given = {name: value for name, value in required.items() if value is not None}
    text = f"mutation ($input: {named.name}!) {{ {mutation}(input: $input) {{ replayed }} }}"
    before = world.runner.run(world.account.commands.dump())
    answer = world.ask(text, {"input": given})
    assert answer.data is None
    assert answer.errors[0]["extensions"]["code"] == "FORBIDDEN"
    assert world.runner.run(world.account.commands.dump()) == before


def _some(kind: Any) -> Any:
    named = get_named_type(kind)
    values = {"ID": "x", "String": "x", "Int": 1, "MinorUnits": 1, "Decimal": "1", "DateTime": "2026-01-01T00:00:00Z"}
    values |= {"CurrencyCode": "usd", "Boolean": False, "BigInt": 1}
    value: Any = values.get(named.name, next(iter(getattr(named, "values", {})), {}))
    if value == {} and hasattr(named, "fields"):
        value = {name: _some(field.type) for name, field in named.fields.items() if str(field.type).endswith("!")}
    return [value] if str(kind).startswith("[") else value


def test_what_a_customer_reads_is_the_same_whoever_and_whatever_else_is_there(world: World) -> None:
    assert world.ada.customer_id is not None
    for name, text in reads(world.ada.customer_id).items():
        body = world.read_alone[name]
        assert b'"errors"' not in body, body
        assert world.ask(text).body == body, name
        assert b"secret" not in body
        assert b"7700" not in body
    assert world.invoice.encode() in world.read_alone["invoices"]
    assert b'"totalCount":1' in world.read_alone["invoices"]


def test_others_ids_are_those_of_nothing(world: World) -> None:
    for name in sorted(SIGHTS["Query"].shown & BY_ID.keys()):
        text = f"query ($id: ID!) {{ {name}(id: $id) {{ id __typename }} }}"
        unknown = world.ask(text, {"id": UNKNOWN}).body
        for ids in world.strange.values():
            for id in (*ids[:3], *ids[-3:]):
                assert world.ask(text, {"id": id}).body == unknown, id
    ids = [id for found in world.strange.values() for id in found][:100]
    found = world.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})
    assert found.body == b'{"data":{"nodes":[' + b",".join([b"null"] * len(ids)) + b"]}}"


@pytest.mark.parametrize(("name", "condition"), CONDITIONS)
def test_conditions_on_others_ids_find_nothing(world: World, name: str, condition: str) -> None:
    where = get_named_type(OBJECTS["Query"].fields[name].args["where"].type).name
    text = f"query ($where: {where}) {{ {name}(where: $where) {{ totalCount }} }}"
    ids = [id for found in world.strange.values() for id in found]
    answer = world.ask(text, {"where": {condition: {"in": ids}}})
    kind = name[0].upper() + name[1:-1]
    if shows("Query", name) and shows(kind, condition):
        assert answer.body == f'{{"data":{{"{name}":{{"totalCount":0}}}}}}'.encode()
    else:
        assert answer.status == 403


@pytest.mark.parametrize(
    "arguments",
    [
        'where: {metadata: {key: "note", eq: "secret"}}',
        "where: {or: [{not: {autoAdvance: {eq: true}}}]}",
        'where: {lines: {some: {metadata: {key: "margin", isNull: false}}}}',
        "search: \"metadata['note']:'secret'\"",
    ],
)
def test_nothing_hidden_can_be_asked_for_by_a_condition(world: World, arguments: str) -> None:
    answer = world.ask(f"{{ invoices({arguments}) {{ totalCount }} }}")
    assert answer.status in (400, 403)
    assert answer.data is None


@pytest.mark.parametrize("given", ["paidOutOfBand: true", "forgive: true", "offSession: false"])
def test_a_customer_may_not_pay_without_money(world: World, given: str) -> None:
    text = f'mutation {{ invoicePay(input: {{id: "{world.invoice}", {given}}}) {{ replayed }} }}'
    answer = world.ask(text)
    assert (answer.status, answer.data) == (403, None)
    variable = f"{given.partition(':')[0]}"
    value = given.endswith("true")
    asked = world.ask(PAY, {"input": {"id": world.invoice, variable: value}})
    assert asked.status == 403


def test_paying_what_is_not_the_customer_s_is_refused_as_for_nothing(world: World) -> None:
    before = world.runner.run(world.account.commands.dump())
    unknown = masked(world.ask(PAY, {"input": {"id": UNKNOWN}}).body, UNKNOWN)
    assert "RESOURCE_MISSING" in unknown
    for kind in ("Invoice", "Customer", "InvoicePayment"):
        for id in world.strange[kind]:
            for more in ({}, {"expectedVersion": 99}, {"dryRun": True}):
                assert masked(world.ask(PAY, {"input": {"id": id, **more}}).body, id) == unknown
    assert world.runner.run(world.account.commands.dump()) == before


def test_a_payment_method_of_somebody_else_is_missing(world: World) -> None:
    commands = world.account.commands

    def answer(id: str) -> str:
        return masked(world.ask(PAY, {"input": {"id": world.invoice, "paymentMethodId": id}}).body, id)

    assert answer("pm_Theirs_0000") == answer(UNKNOWN)
    assert "RESOURCE_MISSING" in answer(UNKNOWN)
    assert world.runner.run(commands.invoice(world.invoice)).status == "OPEN"


def heard(world: World, text: str, actor: Actor | None = None) -> list[Any]:
    async def collect() -> list[Any]:
        stream = await world.opened.engine.run(GraphQLRequest(text), actor or world.ada)
        assert not isinstance(stream, Answer), stream.errors
        return [(answer.cursor, json.loads(answer.body)["data"]) async for answer in stream]

    return world.runner.run(collect())


def test_a_customer_sees_and_pays_with_a_token(world: World) -> None:
    commands = world.account.commands
    made = world.mint(expiresInSeconds=60)
    assert made["userErrors"] == []
    assert made["expiresAt"] == "2026-03-01T12:01:00Z"
    actor = world.authenticate(made["token"])
    assert (actor.customer_id, actor.rights, actor.key_id) == (world.ada.customer_id, CUSTOMER, None)
    customer = world.ada.customer_id
    invoice = world.runner.run(commands.open_invoice(1200, customer_id=customer))
    key = {"id": invoice, "idempotencyKey": "mine", "paymentMethodId": "pm_card_visa"}
    paid = json.loads(world.ask(PAY, {"input": key}, actor).body)["data"]["invoicePay"]
    assert paid["invoice"]["status"] == "PAID"
    types = ["INVOICE_PAYMENT_PAID", "INVOICE_PAID", "INVOICE_PAYMENT_SUCCEEDED"]
    assert [event["type"] for event in paid["events"]] == types
    again = json.loads(world.ask(PAY, {"input": key}, actor).body)["data"]["invoicePay"]
    assert again["replayed"]


def test_idempotency_keys_of_customers_are_apart(world: World) -> None:
    commands = world.account.commands
    customer = world.runner.run(commands.customer())
    invoice = world.runner.run(commands.open_invoice(1300, customer_id=customer))
    bob = Actor(world.ada.account_id, rights=CUSTOMER, customer_id=customer, kind=ActorKind.CUSTOMER_SESSION)
    given = {"input": {"id": invoice, "idempotencyKey": "shared", "paymentMethodId": "pm_card_chargeDeclined"}}
    assert b"CARD_DECLINED" in world.ask(PAY, given, bob).body
    strange = world.ask(PAY, given).body
    assert b"RESOURCE_MISSING" in strange
    assert b'"replayed":false' in strange
    assert b"CARD_DECLINED" in world.ask(PAY, given, world.account.actor).body


def test_a_customer_hears_of_the_own_invoices_and_counts_the_own_events(world: World) -> None:
    commands = world.account.commands
    customer = world.runner.run(commands.customer())
    carl = Actor(world.ada.account_id, rights=CUSTOMER, customer_id=customer, kind=ActorKind.CUSTOMER_SESSION)
    invoice = world.runner.run(commands.open_invoice(1400, customer_id=customer))
    world.runner.run(commands.open_invoice(1500))
    world.runner.run(commands.done("invoiceVoid", id=invoice))
    text = 'subscription { events(after: "0", first: 2) { cursor type invoiceId } }'
    expected = [
        ("1", {"events": {"cursor": "1", "type": "INVOICE_FINALIZED", "invoiceId": invoice}}),
        ("2", {"events": {"cursor": "2", "type": "INVOICE_VOIDED", "invoiceId": invoice}}),
    ]
    assert heard(world, text, carl) == expected
    assert heard(world, 'subscription { events(after: "1", first: 1) { cursor type invoiceId } }', carl) == expected[1:]
    changes = 'subscription { invoiceStatusChanged(after: "0", first: 2) { cursor previousStatus status } }'
    assert [data["invoiceStatusChanged"]["status"] for _, data in heard(world, changes, carl)] == ["OPEN", "VOID"]
    assert world.ask("{ eventCursor }", actor=carl).body == b'{"data":{"eventCursor":"2"}}'
    beyond = world.ask('subscription { events(after: "3") { cursor } }', actor=carl)
    assert beyond.errors[0]["extensions"]["reason"] == "CURSOR_INVALID"
    assert "which ends at 2" in beyond.errors[0]["message"]


def test_a_customer_hears_of_money_that_arrives_for_a_part_of_an_invoice(world: World) -> None:
    commands = world.account.commands
    customer = world.runner.run(commands.customer())
    carl = Actor(world.ada.account_id, rights=CUSTOMER, customer_id=customer, kind=ActorKind.CUSTOMER_SESSION)
    invoice = world.runner.run(commands.open_invoice(1000, customer_id=customer))
    given = {"customer_id": customer, "amount": 250, "currency": "usd"}
    record = world.runner.run(commands.done("paymentRecordCreate", **given))
    world.runner.run(commands.done("invoiceAttachPayment", id=invoice, payment_record_id=record))
    text = 'subscription { events(after: "1", first: 1) { type customerId invoice { id amountRemaining } } }'
    seen = {"type": "INVOICE_PAYMENT_PAID", "customerId": customer, "invoice": {"id": invoice, "amountRemaining": 750}}
    assert heard(world, text, carl) == [("2", {"events": seen})]
    log = (
        "query ($id: ID) { events(types: [INVOICE_PAYMENT_PAID], customerId: $id) { totalCount nodes { invoiceId } } }"
    )
    listed = json.loads(world.ask(log, {"id": customer}, world.account.actor).body)["data"]["events"]
    assert listed == {"totalCount": 1, "nodes": [{"invoiceId": invoice}]}


def test_events_do_not_show_what_they_carry(world: World) -> None:
    for field in ("data", "previousAttributes", "id", "sequence", "idempotencyKey"):
        answer = world.ask(f"subscription {{ events {{ {field} }} }}")
        assert answer.errors[0]["extensions"]["missing"] == (f"Event.{field}",)


def tampered(token: str, header: dict[str, Any] | None = None, **claims: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    payload = jwt.decode(token, options={"verify_signature": False})
    return {**jwt.get_unverified_header(token), **(header or {})}, {**payload, **claims}


def unsigned(header: Any, payload: Any) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, payload))
    return ".".join((*parts, ""))


def test_forged_tokens_are_refused(world: World) -> None:
    token = world.mint()["token"]
    header, payload = tampered(token)
    database = world.opened.services.database

    async def find_secret() -> SigningSecret:
        async with database.reader() as connection:
            return (await select_rows(connection, SigningSecret, {"account_id": world.ada.account_id}))[0]

    secret = world.runner.run(find_secret()).secret
    other = jwt.encode(payload, "x" * 64, "HS256", {"kid": header["kid"]})
    kinds = [
        unsigned({**header, "alg": "none"}, payload),
        unsigned({**header, "alg": "None"}, payload),
        other,
        token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        jwt.encode(payload, secret, "HS512", {"kid": header["kid"]}),
        jwt.encode(payload, secret, "HS256", {"kid": "acct_x/sig_x"}),
        jwt.encode(payload, secret, "HS256"),
        jwt.encode(payload | {"iss": "x"}, secret, "HS256", {"kid": header["kid"]}),
        jwt.encode(payload | {"aud": "x"}, secret, "HS256", {"kid": header["kid"]}),
        jwt.encode({k: v for k, v in payload.items() if k != "exp"}, secret, "HS256", {"kid": header["kid"]}),
        jwt.encode(payload | {"exp": 10**30}, secret, "HS256", {"kid": header["kid"]}),
        jwt.encode(payload | {"exp": "soon"}, secret, "HS256", {"kid": header["kid"]}),
        "a.b.c",
        "..",
        "é.ü.ñ",
        "\ud800.x.y",
        "A" * 20_000 + ".B.C",
        base64.urlsafe_b64encode(b"[" * 6000).decode() + ".e30.AA",
        base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"\\u0000/x"}').decode() + ".e30.AA",
        unsigned({**header, "kid": 5}, payload),
        unsigned([], payload),
    ]
    for forged in kinds:
        assert "accepted here" in world.refused(forged) or "unknown" in world.refused(forged)
    assert world.authenticate(token).customer_id == world.ada.customer_id
    assert (payload["iss"], payload["aud"]) == (ISSUER, AUDIENCE)


def test_a_token_expires_by_the_clock(world: World) -> None:
    token = world.mint(expiresInSeconds=60)["token"]
    authenticator = GatewayAuthenticator(world.opened.services.database, ManualClock(NOW))
    later: datetime = NOW.replace(minute=1)
    late = ManualClock(later)
    world.runner.run(authenticator.authenticate(f"Bearer {token}"))
    with pytest.raises(Unauthenticated, match=EXPIRED):
        world.runner.run(GatewayAuthenticator(world.opened.services.database, late).authenticate(f"Bearer {token}"))


@pytest.mark.parametrize("seconds", [59, 86_401, -1, 2**31 - 1])
def test_a_lifetime_out_of_range_is_refused(world: World, seconds: int) -> None:
    refused = world.mint(expiresInSeconds=seconds)
    assert (refused["token"], refused["expiresAt"]) == (None, None)
    assert refused["userErrors"][0]["path"] == ["expiresInSeconds"]


def test_a_dry_run_s_token_opens_nothing(world: World) -> None:
    before = world.runner.run(world.account.commands.dump())
    made = world.mint(dryRun=True)
    assert world.refused(made["token"]) == UNKNOWN_TOKEN
    assert world.runner.run(world.account.commands.dump()) == before


def test_a_repeated_call_gets_another_token_that_works(world: World) -> None:
    first, second = world.mint(idempotencyKey="session"), world.mint(idempotencyKey="session")
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["token"] != second["token"]
    assert world.authenticate(second["token"]).customer_id == world.ada.customer_id


def test_a_new_signing_secret_ends_all_tokens(world: World) -> None:
    services = world.opened.services
    token = world.mint()["token"]
    world.runner.run(rotate_secret(services.database, services.clock, services.ids, world.ada.account_id))
    assert world.refused(token) == UNKNOWN_TOKEN
    assert world.runner.run(find_session(services.database, world.mint()["token"])) is not None


def test_the_events_customers_hear_of_are_of_finalized_invoices() -> None:
    assert not any(event.endswith(("_UPDATED", "_DELETED")) for event in customer_access.EVENTS if "NOTE" not in event)
    assert {"INVOICE_CREATED", "INVOICE_FINALIZATION_FAILED"} & set(customer_access.EVENTS) == set()
