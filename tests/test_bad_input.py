"""Garbage for every field of every mutation, found by introspection: refused with a code, and nothing is written."""

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx
import pytest
from catalogue_inputs import MADE_BY, changes, creations
from databases import commits, databases, dump
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payment_inputs import MADE_BY as MONEY_MADE_BY
from payment_inputs import RIVALS, examples, money_changes, money_creations
from quick_client import QuickClient
from system import FOREIGN_SECRET, PAYLOADS, Client, Served, faults_of_books, kind_of, mutation, prepare

from invoice_graph.commands.runner import COMMANDS

T = TypeVar("T")

MUTATIONS = sorted(COMMANDS)
LONG = "x" * 100_000
MOST_DIGITS = "9" * 5_000
MAX_SAFE = 2**53 - 1

INTROSPECTION = """{
  __schema {
    mutationType { fields { name args { name type { name ofType { name } } } } }
    types {
      kind name enumValues { name }
      inputFields {
        name defaultValue type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
      }
    }
  }
}"""

NO_OBJECT = ["x", 5, True, [5], {"unknown": 1}]
NO_DECIMALS = """abc NaN sNaN Infinity -Infinity 1e400 1E+5 0x10 1_0 1,5 --1 . １"""
NO_MOMENTS = """
now 2026-01-01 2026-01-01T00:00:00 2026-W01-1T00:00:00Z 2026-02-29T00:00:00Z 2026-13-01T00:00:00Z 2026-01-01T24:00:01Z
2026-01-01T00:00:60Z 2026-01-01T00:00:00+24:00 2026-01-01T00:00:00+00 2026-01-01T00:00:00.5Z 0000-01-01T00:00:00Z
0001-01-01T00:00:00+00:01 9999-12-31T23:59:59-00:01 10000-01-01T00:00:00Z ２026-01-01T00:00:00Z
"""
NO_IDS = ["in_unknown", "cus_unknown", "%", "' OR 1=1 --", "é", "😀", "", " ", LONG, "null\0byte"]
ALWAYS_WRONG: dict[str, list[Any]] = {
    "String": [5, 1.5, True, {}, {"a": "b"}, LONG, "null\0byte"],
    "ID": [1.5, True, {}, *NO_IDS],
    "Boolean": ["true", 0, 1, {}, ""],
    "Int": ["1", 1.5, -1, 2**31, 2**53, 2**63, 2**64, -(2**31) - 1, True, {}, ""],
    "BigInt": ["1", 1.5, -1, 2**53, -(2**53), 2**63, 2**64, 10**30, True, {}, ""],
    "MinorUnits": ["1", 1.5, 2**53, -(2**53), 2**63, -(2**63), 2**64, 10**30, True, {}, ""],
    "Decimal": [5, 1.5, True, {}, "", " ", "1\0", "0." + "1" * 13, "1" * 16, MOST_DIGITS, LONG, *NO_DECIMALS.split()],
    "DateTime": [0, 1.5, True, {}, "", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00Z\0", LONG, *NO_MOMENTS.split()],
    "CurrencyCode": [5, True, {}, "", "USD", "us", "usdx", "zzz", "usd\0", " usd", LONG],
}
RAW_TOKENS = ["NaN", "Infinity", "-Infinity", "1e400", "-1e999", MOST_DIGITS, "01", "'x'"]
RAW_TOKENS += [r'"\ud800"', r'"\udfff\ud800"']
NO_DOCUMENTS = [r'"\ud800"', r'"\u{110000}"', r'"\udfff\ud800"', '"unterminated', "0123", "1.", "[[[[", "'x'", '"a\nb"']
WRONG_LITERALS = [MOST_DIGITS, "-" + MOST_DIGITS, "1e400", "1e-99999999999", "NaN", "Infinity"]
WRONG_LITERALS += ["{unknown: 1}", "$undeclared"]
JSON = {"content-type": "application/json"}
DEFAULTS: dict[str, Any] = {
    "String": "text",
    "ID": "il_unknown",
    "Boolean": True,
    "Int": 1,
    "BigInt": 1,
    "MinorUnits": 1,
    "Decimal": "1",
    "DateTime": "2026-01-01T00:00:00Z",
    "CurrencyCode": "usd",
}


@dataclass(frozen=True)
class FieldType:
    """The type of an input field."""

    name: str
    is_list: bool
    is_required: bool

    @classmethod
    def read(cls, type: dict[str, Any], default: str | None) -> "FieldType":
        kinds = []
        inner: dict[str, Any] | None = type
        while inner is not None:
            kinds.append(inner["kind"])
            name, inner = inner["name"], inner.get("ofType")
        return cls(name, "LIST" in kinds, kinds[0] == "NON_NULL" and default is None)


FieldPath = tuple[str | int, ...]
STRIDES = {"sqlite": 1, "postgres": 8}
"""Which of many cases are tried: hardly any gets as far as the database."""

EXAMPLES = {"sqlite": 20, "postgres": 5}
"""Of what hypothesis thinks of, for each mutation."""


def tried(cases: Sequence[T]) -> Sequence[T]:
    """The cases to try on the database that the test is about."""
    return cases[:: STRIDES[databases.kind or ""]]


@dataclass
class World:
    """A schema as introspection tells it, and objects to be rude to."""

    served: Served
    client: Client
    version: Callable[[], Any]
    """Tells something that is different after each commit."""

    mutations: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, dict[str, FieldType]] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def read_schema(self) -> None:
        schema = self.client.ask(INTROSPECTION)["__schema"]
        for row in schema["mutationType"]["fields"]:
            (argument,) = row["args"]
            self.mutations[row["name"]] = argument["type"]["ofType"]["name"]
        for kind in schema["types"]:
            self.enums[kind["name"]] = [value["name"] for value in kind["enumValues"] or ()]
            self.inputs[kind["name"]] = {
                entry["name"]: FieldType.read(entry["type"], entry["defaultValue"])
                for entry in kind["inputFields"] or ()
            }

    def make_objects(self) -> None:
        client = self.client
        customer = client.customer(email="jenny@example.com")
        draft, other_draft = client.draft(customer), client.draft(customer)
        query = "query ($id: ID!) { invoice(id: $id) { lines(first: 1) { nodes { id invoiceItem { id } } } } }"
        (line,) = client.ask(query, id=draft)["invoice"]["lines"]["nodes"]
        (other,) = client.ask(query, id=other_draft)["invoice"]["lines"]["nodes"]
        with Client(self.served.url, FOREIGN_SECRET) as foreigner:
            foreign_customer = foreigner.customer()
            foreign = foreigner.draft(foreign_customer)
            foreign_ids = self.make_catalogue(foreigner, foreign_customer)
            (foreign_line,) = foreigner.ask(query, id=foreign)["invoice"]["lines"]["nodes"]
        self.ids = {
            "customer": customer,
            "draft": draft,
            "open": client.open_invoice(customer),
            "sent": client.draft(customer, collectionMethod="SEND_INVOICE"),
            "line": line["id"],
            "item": line["invoiceItem"]["id"],
            "other line": other["id"],
            "pending": client.done("invoiceItemCreate", customerId=customer, amount=5),
            "foreign customer": foreign_customer,
            "foreign draft": foreign,
            "foreign line": foreign_line["id"],
            "foreign item": foreign_line["invoiceItem"]["id"],
            **self.make_credit_notes(customer),
            "payment": client.ask("{ invoicePayments { nodes { id } } }")["invoicePayments"]["nodes"][0]["id"],
            **self.make_catalogue(client, customer),
            **{f"foreign {noun}": id for noun, id in foreign_ids.items()},
            "discount": self.make_discount(customer),
        }

    def make_catalogue(self, client: Client, customer: str) -> dict[str, str]:
        """Objects of the catalogue, money and a test clock, by what they are."""
        ids: dict[str, str] = {}
        for noun, name in {**MADE_BY, **MONEY_MADE_BY}.items():
            made = creations(customer, ids.get("product", ""), ids.get("coupon", "")) | money_creations(customer)
            ids[noun] = client.done(name, **made[name])
        return ids

    def make_discount(self, customer: str) -> str:
        """The discount of the customer, which new invoices get."""
        coupon = self.client.done("couponCreate", percentOff="10", duration="FOREVER")
        self.client.done("customerUpdate", id=customer, discount={"couponId": coupon})
        found = self.client.ask("query ($id: ID!) { customer(id: $id) { discount { id } } }", id=customer)
        return str(found["customer"]["discount"]["id"])

    def make_credit_notes(self, customer: str) -> dict[str, str]:
        """An open invoice with a credit note, and its line."""
        credited = self.client.open_invoice(customer)
        query = "query ($id: ID!) { invoice(id: $id) { lines { nodes { id } } } }"
        (line,) = self.client.ask(query, id=credited)["invoice"]["lines"]["nodes"]
        note = self.client.done("creditNoteCreate", invoiceId=credited, amount=1)
        return {"credited": credited, "credited line": line["id"], "note": note}

    def right_input(self, name: str) -> dict[str, Any]:
        """An input that would be accepted."""
        ids = self.ids
        inputs: dict[str, dict[str, Any]] = {
            "invoiceCreate": {"customerId": ids["customer"]},
            "invoiceAddLines": {"id": ids["draft"], "lines": [{"amount": 1}]},
            "invoiceUpdateLines": {"id": ids["draft"], "lines": [{"id": ids["line"], "amount": 1}]},
            "invoiceRemoveLines": {"id": ids["draft"], "lines": [{"id": ids["line"], "behavior": "DELETE"}]},
            "invoiceItemCreate": {"customerId": ids["customer"], "amount": 1},
            "invoiceItemUpdate": {"id": ids["pending"], "amount": 1},
            "invoiceItemDelete": {"id": ids["pending"]},
            "customerCreate": {},
            "customerUpdate": {"id": ids["customer"], "name": "Jenny"},
            "customerSessionCreate": {"customerId": ids["customer"]},
            "accountUpdate": {"name": "Rocket Rides"},
            "invoiceSend": {"id": ids["sent"]},
            **creations(ids["customer"], ids["product"], ids["coupon"]),
            **changes(ids),
            **money_creations(ids["customer"]),
            **money_changes(ids),
            "invoicePreview": {"customerId": ids["customer"]},
            "creditNoteUpdate": {"id": ids["note"]},
            "creditNoteVoid": {"id": ids["note"]},
        }
        if name in ("creditNoteCreate", "creditNotePreview"):
            line = {"type": "INVOICE_LINE_ITEM", "lineItemId": ids["credited line"], "amount": 1}
            return {"invoiceId": ids["credited"], "lines": [line]}
        in_status = "open" if name in ("invoicePay", "invoiceVoid", "invoiceMarkUncollectible") else "draft"
        return inputs.get(name, {"id": ids[in_status]})

    def paths(self, type_name: str, before: FieldPath = ()) -> Iterator[tuple[FieldPath, FieldType]]:
        """Every place in an input, those inside of lists at their first entry."""
        for name, kind in self.inputs[type_name].items():
            place: FieldPath = (*before, name)
            yield place, kind
            if self.inputs[kind.name]:
                yield from self.paths(kind.name, (*place, 0) if kind.is_list else place)

    def one_of_each(self, name: str) -> list[tuple[FieldPath, FieldType]]:
        """For each type in a mutation's input one place, the last there is."""
        return list(
            {(kind.name, kind.is_list): (path, kind) for path, kind in self.paths(self.mutations[name])}.values()
        )

    def with_value(self, name: str, path: FieldPath, value: Any) -> dict[str, Any]:
        """The right input with one value put in its place; what has to stand around it is made up."""
        input = copy.deepcopy(self.right_input(name))
        type_name, inner = self.mutations[name], input
        *outer, last = path
        for place in outer:
            if isinstance(place, int):
                continue
            kind = self.inputs[type_name][place]
            example = self.example(kind.name)
            make_way(inner, place)
            found = inner.setdefault(place, [example] if kind.is_list else example)
            inner, type_name = found[0] if kind.is_list else found, kind.name
        make_way(inner, str(last))
        if type_name == "CreditNoteLineInput" and last in CUSTOM_ONLY:
            inner.clear()
            inner |= self.example(type_name)
        inner[str(last)] = value
        return input

    def example(self, type_name: str) -> dict[str, Any]:
        """An input object that would be accepted."""
        return examples(self.ids).get(type_name) or self.required(type_name)

    def required(self, type_name: str) -> dict[str, Any]:
        """The required fields of an input object."""
        return {
            name: DEFAULTS.get(kind.name, (self.enums[kind.name] or [None])[0])
            for name, kind in self.inputs[type_name].items()
            if kind.is_required
        }

    def wrong_values(self, kind: FieldType) -> list[Any]:
        """What can never be right in a field of this type."""
        wrong = ALWAYS_WRONG.get(kind.name, NO_OBJECT)
        if self.enums[kind.name]:
            wrong = ["", "NOPE", self.enums[kind.name][0].lower(), 5, True, {}]
        if kind.is_list:
            wrong = [[None], [[[]]], *([value] for value in wrong)]
        return [*wrong, None] if kind.is_required else wrong

    def dump(self) -> dict[str, list[Any]]:
        return dump(self.served.path, left_out=("idempotency_key",))

    def refused(self, response: httpx.Response, what: object) -> list[str]:
        """The codes of an answer that must be a refusal."""
        codes = refusal_codes(response)
        assert codes, (what if len(repr(what)) < 1_000 else repr(what)[:1_000], response.text[:1_000])
        return codes


CUSTOM_ONLY = ("taxRateIds", "description")
"""Fields that a credit note's line has only when it is no line of the invoice."""


def make_way(input: dict[str, Any], name: str) -> None:
    """Takes out of an input what excludes one of its fields."""
    for rival in {rival for rivals in RIVALS if name in rivals for rival in rivals} - {name}:
        input.pop(rival, None)


def refusal_codes(response: httpx.Response) -> list[str]:
    """The codes of all that an answer complains of; none of them may be a bug."""
    assert response.status_code < 500, response.text[:1_000]
    body = response.json()
    errors = [error["extensions"]["code"] for error in body.get("errors", ())]
    payloads = [payload for payload in (body.get("data") or {}).values() if payload is not None]
    codes = errors + [error["code"] for payload in payloads for error in payload.get("userErrors", ())]
    assert "INTERNAL_SERVER_ERROR" not in codes, response.text[:1_000]
    for error in [*body.get("errors", ()), *(e for payload in payloads for e in payload.get("userErrors", ()))]:
        assert 0 < len(error["message"]) <= 500
    return codes


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    path = folder / "invoices.db"
    anyio.run(prepare, path)
    with Served(path, jobs=False).running() as served, QuickClient(served.url) as client, commits(path) as version:
        world = World(served, client, version)
        world.read_schema()
        world.make_objects()
        yield world


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    """Nothing may be different afterwards."""
    before = world.dump()
    yield
    assert world.dump() == before


def test_every_mutation_is_tried(world: World) -> None:
    assert sorted(world.mutations) == MUTATIONS
    assert all(world.inputs[type_name] for type_name in world.mutations.values())


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_inputs_that_are_made_wrong_are_right_otherwise(world: World, name: str) -> None:
    payload = world.client.call(name, **world.right_input(name), dryRun=True)
    assert payload["userErrors"] == []


@pytest.mark.fuzz
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_wrong_values_in_variables_are_refused(world: World, name: str) -> None:
    document, version = mutation(name), world.version()
    paths = world.paths(world.mutations[name])
    for path, value in tried([(path, value) for path, kind in paths for value in world.wrong_values(kind)]):
        response = world.client.send_operation(document, {"input": world.with_value(name, path, value)})
        world.refused(response, (path, value))
        assert world.version() == version, (path, value)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_tokens_that_json_or_unicode_do_not_have_are_refused(world: World, name: str) -> None:
    for path, kind in world.one_of_each(name):
        value = ["placeholder"] if kind.is_list else "placeholder"
        body = json.dumps({"query": mutation(name), "variables": {"input": world.with_value(name, path, value)}})
        for token in RAW_TOKENS:
            content = body.replace('"placeholder"', token)
            response = world.client.post(
                world.client.url, content=content, headers={"content-type": "application/json"}
            )
            assert (response.status_code, world.refused(response, (path, token))) == (400, ["BAD_USER_INPUT"])


@pytest.mark.fuzz
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_wrong_literals_in_the_document_are_refused(world: World, name: str) -> None:
    for (path, kind), text in tried(list(product(world.one_of_each(name), WRONG_LITERALS))):
        value = ["placeholder"] if kind.is_list else "placeholder"
        input = literal(world.with_value(name, path, value), world)
        codes = world.refused(world.client.send_operation(with_literal(name, input, text)), (path, text))
        is_scalar_fault = kind.name in OWN_SCALARS and text != "$undeclared"
        expected = {"BAD_USER_INPUT" if is_scalar_fault else "GRAPHQL_VALIDATION_FAILED"}
        # Any integer can be an id, as far as the type system is concerned.
        assert set(codes) == expected or (kind.name == "ID" and "9" in text), (path, text, codes)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_no_document_is_refused(world: World, name: str) -> None:
    path, kind = next(world.paths(world.mutations[name]))
    input = literal(world.with_value(name, path, ["placeholder"] if kind.is_list else "placeholder"), world)
    for text in NO_DOCUMENTS:
        response = world.client.send_operation(with_literal(name, input, text))
        assert (response.status_code, world.refused(response, text)) == (400, ["GRAPHQL_PARSE_FAILED"])


def with_literal(name: str, input: str, text: str) -> str:
    """A document with a literal in the placeholder's place."""
    return f"mutation {{ {name}(input: {input.replace(PLACEHOLDER, text)}) {{ userErrors {{ code message }} }} }}"


OWN_SCALARS = ("BigInt", "MinorUnits", "Decimal", "DateTime", "CurrencyCode")
PLACEHOLDER = '"placeholder"'


def literal(value: Any, world: World) -> str:
    """A value as it stands in a document."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(item, world)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item, world) for item in value) + "]"
    is_enum_value = any(value in values for values in world.enums.values())
    return value if is_enum_value else json.dumps(value)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_unknown_and_missing_fields_are_refused(world: World, name: str) -> None:
    right = world.right_input(name)
    for input in ({**right, "unknown": 1}, {**right, "": 1}, {**right, "__typename": "X"}, {**right, "Id": "x"}):
        response = world.client.send_operation(mutation(name), {"input": input})
        assert world.refused(response, input) == ["BAD_USER_INPUT"]
    for variables in ({}, {"input": None}, {"input": []}, {"input": "x"}, {"inputs": right}):
        response = world.client.send_operation(mutation(name), variables)
        codes = world.refused(response, variables)
        assert set(codes) <= {"BAD_USER_INPUT", "PARAMETER_MISSING"}
    for path, kind in world.paths(world.mutations[name]):
        if kind.is_required and len(path) == 1:
            without = {key: value for key, value in right.items() if key != path[0]}
            world.refused(world.client.send_operation(mutation(name), {"input": without}), without)


MINE = {
    "customerId": ("customer",),
    "customer": ("customer",),
    "invoiceId": ("draft", "sent", "open", "credited"),
    "invoice": ("draft", "sent", "open", "credited"),
    "lineItemId": ("credited line",),
    "creditNote": ("note",),
    "invoiceItemId": ("pending", "item"),
    "invoiceItem": ("pending", "item"),
    "paymentMethodId": (),
    "defaultPaymentMethodId": (),
    "productId": ("product",),
    "product": ("product",),
    "productIds": ("product",),
    "defaultPriceId": ("price",),
    "price": ("price",),
    "taxRate": ("tax rate",),
    "couponId": ("coupon",),
    "coupon": ("coupon",),
    "promotionCode": ("promotion code",),
    "invoiceRenderingTemplate": ("template",),
    "renderingTemplateId": ("template",),
    "templateId": ("template",),
    "priceId": ("price",),
    "taxRateId": ("tax rate",),
    "taxRateIds": ("tax rate",),
    "defaultTaxRateIds": ("tax rate",),
    "promotionCodeId": ("promotion code",),
    "discountId": ("discount",),
    "paymentIntentId": ("intent",),
    "paymentIntent": ("intent",),
    "paymentRecordId": ("record",),
    "testClockId": ("clock",),
    "testClock": ("clock",),
}
"""The objects that are not unknown, by the field or the kind of mutation that names them."""


@pytest.mark.fuzz
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", MUTATIONS)
def test_ids_of_others_and_of_other_kinds_are_like_unknown_ones(world: World, name: str) -> None:
    for path, kind in world.paths(world.mutations[name]):
        if kind.name != "ID":
            continue
        mine = MINE.get(kind_of(name) if path == ("id",) else str(path[-1]), ("line", "other line"))
        for noun, id in world.ids.items():
            if noun not in mine:
                given = world.with_value(name, path, [id] if kind.is_list else id)
                response = world.client.send_operation(mutation(name), {"input": given})
                assert world.refused(response, (path, noun)) == ["RESOURCE_MISSING"]
                (error,) = response.json()["data"][name]["userErrors"]
                assert error["path"] == [str(place) for place in (*path, *((0,) if kind.is_list else ()))]
                assert response.json()["data"][name][kind_of(name)] == shown(world, name, path)


def shown(world: World, name: str, path: FieldPath) -> Any:
    """The payload's object when a reference is refused: the one that the input names."""
    if path == ("id",) or COMMANDS[name].creates:
        return None
    id = world.right_input(name)["id"]
    kind = kind_of(name)
    fields = PAYLOADS[kind].removesuffix(" deletedId")
    return world.client.ask(f"query ($id: ID!) {{ {fields.replace(kind, kind + '(id: $id)', 1)} }}", id=id)[kind]


@pytest.mark.usefixtures("unchanged")
def test_too_many_and_too_few_and_repeated_entries_are_refused(world: World) -> None:
    ids, lines = world.ids, [{"amount": 1}]
    item, line = {"invoiceItemId": ids["pending"]}, {"id": ids["line"], "amount": 1}
    removal = {"id": ids["line"], "behavior": "DELETE"}
    entries = [{"key": f"key {number}", "value": "v"} for number in range(51)]
    coupon, promotion = {"couponId": ids["coupon"]}, {"promotionCodeId": ids["promotion code"]}
    tax = {"amount": 1, "taxableAmount": 1, "taxRateId": ids["tax rate"]}
    vat = {"type": "eu_vat", "value": "DE1"}
    for name, input, code in (
        ("invoiceCreate", {"customerId": ids["customer"], "lines": lines * 251}, "PARAMETER_INVALID"),
        ("invoiceCreate", {"customerId": ids["customer"], "lines": [item, item]}, "PARAMETER_INVALID"),
        ("invoiceAddLines", {"id": ids["draft"], "lines": lines * 51}, "PARAMETER_INVALID"),
        ("invoiceAddLines", {"id": ids["draft"], "lines": []}, "PARAMETER_INVALID_EMPTY"),
        ("invoiceAddLines", {"id": ids["draft"], "lines": [item, item]}, "PARAMETER_INVALID"),
        ("invoiceUpdateLines", {"id": ids["draft"], "lines": [line, line]}, "PARAMETER_INVALID"),
        ("invoiceUpdateLines", {"id": ids["draft"], "lines": [line] * 51}, "PARAMETER_INVALID"),
        ("invoiceUpdateLines", {"id": ids["draft"], "lines": []}, "PARAMETER_INVALID_EMPTY"),
        ("invoiceRemoveLines", {"id": ids["draft"], "lines": [removal, removal]}, "PARAMETER_INVALID"),
        ("invoiceRemoveLines", {"id": ids["draft"], "lines": [removal] * 51}, "PARAMETER_INVALID"),
        ("invoiceRemoveLines", {"id": ids["draft"], "lines": []}, "PARAMETER_INVALID_EMPTY"),
        ("customerCreate", {"metadata": entries}, "PARAMETER_INVALID"),
        ("customerUpdate", {"id": ids["customer"], "metadata": entries}, "PARAMETER_INVALID"),
        ("customerCreate", {"metadata": entries[:1] * 2}, "PARAMETER_INVALID"),
        ("customerCreate", {"invoiceCustomFields": [{"name": "n", "value": "v"}] * 5}, "PARAMETER_INVALID"),
        ("customerCreate", {"preferredLocales": ["en"] * 11}, "PARAMETER_INVALID"),
        ("invoiceUpdate", {"id": ids["draft"], "paymentMethodTypes": []}, "PARAMETER_INVALID_EMPTY"),
        ("invoiceUpdate", {"id": ids["draft"], "defaultTaxRateIds": [ids["tax rate"]] * 6}, "PARAMETER_INVALID"),
        ("invoiceUpdate", {"id": ids["draft"], "defaultTaxRateIds": [ids["tax rate"]] * 2}, "PARAMETER_INVALID"),
        ("invoiceItemUpdate", {"id": ids["pending"], "taxRateIds": [ids["tax rate"]] * 11}, "PARAMETER_INVALID"),
        ("invoiceItemUpdate", {"id": ids["pending"], "taxRateIds": [ids["tax rate"]] * 2}, "PARAMETER_INVALID"),
        ("invoiceUpdate", {"id": ids["draft"], "discounts": [coupon] * 21}, "PARAMETER_INVALID"),
        ("invoiceUpdate", {"id": ids["draft"], "discounts": [coupon] * 2}, "PARAMETER_INVALID"),
        ("invoiceUpdate", {"id": ids["draft"], "discounts": [coupon, promotion]}, "PARAMETER_INVALID"),
        (
            "invoiceUpdateLines",
            {"id": ids["draft"], "lines": [{**line, "taxAmounts": [tax] * 21}]},
            "PARAMETER_INVALID",
        ),
        ("invoicePreview", {"customerId": ids["customer"], "invoiceItems": lines * 251}, "PARAMETER_INVALID"),
        ("customerUpdate", {"id": ids["customer"], "taxIds": [vat] * 6}, "PARAMETER_INVALID"),
        ("accountUpdate", {"paymentMethodTypes": []}, "PARAMETER_INVALID_EMPTY"),
    ):
        response = world.client.send_operation(mutation(name), {"input": input})
        assert (name, world.refused(response, input)) == (name, [code])


@pytest.mark.usefixtures("unchanged")
def test_fields_that_exclude_each_other_are_refused_where_the_second_stands(world: World) -> None:
    ids = world.ids
    draft, item, price = {"id": ids["draft"]}, {"id": ids["pending"]}, {"priceId": ids["price"]}
    data = {"currency": "usd", "productId": ids["product"], "unitAmount": 1}
    coupon, code = {"couponId": ids["coupon"]}, {"promotionCodeId": ids["promotion code"]}
    tax = {"amount": 1, "taxableAmount": 1, "taxRateId": ids["tax rate"]}
    rate = {"displayName": "VAT", "percentage": "19", "inclusive": False}
    money = {"paymentIntentId": ids["intent"], "paymentRecordId": ids["record"]}
    named = {"invoiceItemId": ids["pending"]}
    for name, input, path in (
        ("invoiceAttachPayment", {"id": ids["open"], **money}, "paymentRecordId"),
        ("invoiceItemUpdate", {**item, **price, "amount": 1}, "priceId"),
        ("invoiceItemUpdate", {**item, **price, "priceData": data}, "priceData"),
        ("invoiceItemUpdate", {**item, **price, "unitAmountDecimal": "1"}, "unitAmountDecimal"),
        ("invoiceItemUpdate", {**item, "priceData": {**data, "unitAmountDecimal": "1"}}, "priceData.unitAmountDecimal"),
        ("invoiceItemUpdate", {**item, "priceData": {**data, "productData": {"name": "A"}}}, "priceData.productData"),
        ("invoiceAddLines", {**draft, "lines": [{**named, "taxRateIds": []}]}, "lines.0.taxRateIds"),
        ("invoiceAddLines", {**draft, "lines": [{**named, **price}]}, "lines.0.priceId"),
        (
            "invoiceAddLines",
            {**draft, "lines": [{"amount": 1, "taxAmounts": [{**tax, "taxRateData": rate}]}]},
            "lines.0.taxAmounts.0.taxRateData",
        ),
        ("invoiceUpdate", {**draft, "discounts": [coupon | code]}, "discounts.0.promotionCodeId"),
        ("customerUpdate", {"id": ids["customer"], "discount": coupon | code}, "discount.promotionCodeId"),
    ):
        response = world.client.send_operation(mutation(name), {"input": input})
        assert world.refused(response, input) == ["PARAMETERS_EXCLUSIVE"]
        (error,) = response.json()["data"][name]["userErrors"]
        assert error["path"] == path.split(".")


@pytest.mark.usefixtures("unchanged")
def test_sums_beyond_what_json_can_hold_are_refused(world: World) -> None:
    for lines in (
        [{"amount": MAX_SAFE}] * 2,
        [{"amount": -MAX_SAFE}] * 2,
        [{"amount": MAX_SAFE}],
        [{"quantity": MAX_SAFE, "unitAmountDecimal": "9" * 15}],
        [{"quantityDecimal": "9" * 15 + "." + "9" * 12, "unitAmountDecimal": "-" + "9" * 15 + "." + "9" * 12}],
        [{"amount": 10**8}] * 250,
    ):
        input = {"customerId": world.ids["customer"], "lines": lines}
        codes = world.refused(world.client.send_operation(mutation("invoiceCreate"), {"input": input}), lines)
        assert set(codes) <= {"AMOUNT_TOO_LARGE", "PARAMETER_INVALID_INTEGER", "PARAMETER_INVALID_DECIMAL"}


def test_dates_at_the_ends_of_time_are_kept_or_refused_but_break_nothing(world: World) -> None:
    for moment in ("0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2026-01-01T12:00:00+14:00"):
        for name in ("effectiveAt", "dueAt", "automaticallyFinalizesAt"):
            extra = {"collectionMethod": "SEND_INVOICE"} if name == "dueAt" else {}
            input = {"customerId": world.ids["customer"], name: moment, **extra}
            refusal_codes(world.client.send_operation(mutation("invoiceCreate"), {"input": input}))
        period = {"start": moment, "end": moment}
        input = {"customerId": world.ids["customer"], "lines": [{"amount": 1, "period": period}]}
        refusal_codes(world.client.send_operation(mutation("invoiceCreate"), {"input": input}))
    nodes = world.client.ask("{ invoices(first: 100) { nodes { effectiveAt dueAt lines { nodes { periodEnd } } } } }")
    ends = {line["periodEnd"] for node in nodes["invoices"]["nodes"] for line in node["lines"]["nodes"]}
    assert {"0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2025-12-31T22:00:00Z"} <= ends


TEXTS = st.one_of(
    st.text(max_size=30), st.sampled_from(["", " ", "\0", "jenny@example.com", "DE", "ABC", "\u202e", "a\r\n", LONG])
)
INTEGERS = st.one_of(
    st.integers(-5, 5),
    st.integers(),
    st.sampled_from([2**31 - 1, 2**31, MAX_SAFE, -MAX_SAFE, 2**53, 10**8, 99_999_999]),
)
LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "String": TEXTS,
    "Boolean": st.booleans(),
    "Int": INTEGERS,
    "BigInt": INTEGERS,
    "MinorUnits": INTEGERS,
    "Decimal": st.one_of(
        st.decimals(allow_nan=True, allow_infinity=True).map(str), st.sampled_from(["1", "0.5", "-2"])
    ),
    "DateTime": st.one_of(
        st.datetimes().map(lambda moment: moment.replace(microsecond=0).isoformat() + "Z"),
        st.sampled_from(["9999-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "0000-00-00T00:00:00Z"]),
    ),
    "CurrencyCode": st.sampled_from(["usd", "eur", "jpy", "kwd", "isk", "USD", "xyz", ""]),
}
GARBAGE = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def strategy(world: World, kind: FieldType) -> st.SearchStrategy[Any]:
    """Values that a field may hold, with some that it may not."""
    if kind.name == "ID":
        one = st.sampled_from([*world.ids.values(), "pm_card_visa", "pm_card_chargeDeclined", "", "in_unknown"])
    elif world.enums[kind.name]:
        one = st.sampled_from([*world.enums[kind.name], *world.enums[kind.name], "NOPE"])
    else:
        one = LEAVES[kind.name] if kind.name in LEAVES else objects(world, kind.name)
    value = st.lists(one, max_size=3) if kind.is_list else one
    return st.one_of(value, value, value, value, value, GARBAGE)


def objects(world: World, type_name: str) -> st.SearchStrategy[Any]:
    fields = world.inputs[type_name]
    required = {name: strategy(world, kind) for name, kind in fields.items() if kind.is_required}
    optional = {name: strategy(world, kind) for name, kind in fields.items() if not kind.is_required}
    # One or two optional fields at a time: with all of them, one would always be wrong.
    some = st.lists(st.sampled_from(sorted(optional)), max_size=2, unique=True) if optional else st.just([])
    return some.flatmap(lambda names: st.fixed_dictionaries(required | {name: optional[name] for name in names}))


def inputs(world: World, name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Inputs that are nearly right: most are dry runs, so that the objects they are about last."""
    right, runs = world.right_input(name), st.sampled_from([True, True, True, False])
    changes = objects(world, world.mutations[name])
    wilder = changes.map(lambda change: {**right, **change})
    tamer = changes.map(lambda change: {**change, **right})
    return st.builds(lambda input, is_dry: {"dryRun": is_dry, **input}, wilder | tamer | tamer, runs)


# A refusal of these may leave the failed attempt behind, or the number that the draft got first.
KEEP_SOMETHING = ("invoicePay", "invoiceSend", "invoiceFinalize")


@pytest.mark.fuzz
@pytest.mark.parametrize("name", MUTATIONS)
def test_whatever_is_sent_there_is_an_answer_and_a_refusal_writes_nothing(world: World, name: str) -> None:
    world.make_objects()

    @settings(
        max_examples=EXAMPLES[databases.kind or ""],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(input=inputs(world, name))
    def attempt(input: dict[str, Any]) -> None:
        version = world.version()
        content = json.dumps({"query": mutation(name), "variables": {"input": input}})
        response = world.client.post(world.client.url, content=content, headers=JSON)
        codes = refusal_codes(response)
        if codes and name not in KEEP_SOMETHING and not input.get("idempotencyKey"):
            assert world.version() == version, response.text
        if not codes and input.get("dryRun") is True:
            assert world.version() == version, response.text

    attempt()
    assert faults_of_books(world.served.path) == []
