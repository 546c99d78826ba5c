"""The player of vectors: what it must notice, shown with small vectors of its own."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType
from vector_player import lifecycle, lists, money, reporting, suites, webhooks
from vector_player.arguments import input_object, path_of
from vector_player.facts import LISTS, MUTATIONS
from vector_player.failures import Failed
from vector_player.suites import Vector

from invoice_graph.schema.build import build_schema

pytestmark = pytest.mark.anyio

START = 1_700_000_000
CREATE = {"op": "invoice.create", "args": {"customer": "cus_a"}, "save": "inv"}
ADD = {"op": "invoice_item.create", "args": {"customer": "cus_a", "invoice": "$inv.id", "amount": 700}}
READ = {"op": "invoice.retrieve", "args": {"invoice": "$inv.id"}}
MISSING = {"code": "resource_missing", "param": "invoice"}


def vector(kind: str, **body: Any) -> Vector:
    return Vector("XX-01", kind, "", False, body, {})


def steps(*played: dict[str, Any], **given: Any) -> Vector:
    """A vector with a customer."""
    return vector("lifecycle", given={"clock": START, "customers": [{"id": "cus_a"}], **given}, steps=list(played))


def input_type(name: str) -> GraphQLInputObjectType:
    kind = build_schema().schema.type_map[name]
    assert isinstance(kind, GraphQLInputObjectType)
    return kind


@pytest.fixture
def directory(tmp_path: Path, kind: str) -> Path:
    """Where the databases of the vectors are."""
    return tmp_path


async def failure_of(played: Vector, directory: Path) -> str:
    with pytest.raises(Failed) as caught:
        await lifecycle.play(played, directory)
    return str(caught.value)


async def test_a_vector_that_is_right_passes(directory: Path) -> None:
    seen = {"status": "draft", "total": 700, "created": START, "customer": "cus_a", "number": None}
    lines = {"total_count": 1, "has_more": False, "count": 1, "data": [{"amount": 700, "period": {"start": START}}]}
    await lifecycle.play(steps(CREATE, ADD, READ | {"expect": seen | {"lines": lines}}), directory)


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ({"total": 701}, "step 3 invoice.retrieve: total: expected 701, got 700"),
        ({"status": "open"}, "step 3 invoice.retrieve: status: expected 'open', got 'draft'"),
        ({"number": "<non-null>"}, "step 3 invoice.retrieve: number: expected '<non-null>', got None"),
        ({"created": START + 1}, f"step 3 invoice.retrieve: created: expected {START + 1}, got {START}"),
        ({"attempted": 0}, "step 3 invoice.retrieve: attempted: expected 0, got False"),
        ({"metadata": {"a": "1"}}, "step 3 invoice.retrieve: metadata: expected {'a': '1'}, got {}"),
        ({"lines": {"data": [{"amount": 1}]}}, "step 3 invoice.retrieve: lines.data[0].amount: expected 1, got 700"),
        ({"id": "<not $inv.id>"}, "step 3 invoice.retrieve: id: expected <not in_"),
        ({"id": "<prefix:upcoming_in_>"}, "step 3 invoice.retrieve: id: expected '<prefix:upcoming_in_>', got 'in_"),
        ({"paid": False}, "step 3 invoice.retrieve: the type Invoice has no field for 'paid'"),
    ],
)
async def test_a_wrong_value_fails_with_step_field_and_both_values(
    expected: dict[str, Any], line: str, directory: Path
) -> None:
    assert (await failure_of(steps(CREATE, ADD, READ | {"expect": expected}), directory)).startswith(line)


async def test_a_list_of_another_length_fails(directory: Path) -> None:
    failure = await failure_of(steps(CREATE, ADD, READ | {"expect": {"lines": {"data": []}}}), directory)
    assert failure.startswith("step 3 invoice.retrieve: lines.data: expected [], got ['il_")


async def test_missing_and_surplus_events_fail(directory: Path) -> None:
    failure = await failure_of(steps(CREATE | {"events": []}), directory)
    assert failure == "step 1 invoice.create: events: expected [], got ['INVOICE_CREATED']"


async def test_an_unexpected_refusal_fails(directory: Path) -> None:
    failure = await failure_of(steps({"op": "invoice.void", "args": {"invoice": "in_x"}}), directory)
    assert failure.startswith("step 1 invoice.void: expected no refusal, got RESOURCE_MISSING: ")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ({"code": "invoice_not_editable"}, "expected the refusal INVOICE_NOT_EDITABLE, got RESOURCE_MISSING: "),
        ({"code": "resource_missing", "param": "customer"}, "path of RESOURCE_MISSING: expected '', got 'id'"),
    ],
)
async def test_another_refusal_fails(error: dict[str, str], line: str, directory: Path) -> None:
    step = {"op": "invoice.void", "args": {"invoice": "in_x"}, "expect_error": error}
    assert (await failure_of(steps(step), directory)).startswith(f"step 1 invoice.void: {line}")


async def test_a_refusal_that_does_not_come_fails(directory: Path) -> None:
    failure = await failure_of(steps(CREATE, READ | {"expect_error": MISSING}), directory)
    assert failure == "step 2 invoice.retrieve: expected the refusal RESOURCE_MISSING, got none"


async def test_what_is_not_there_is_missing_by_mutation_and_by_query(directory: Path) -> None:
    gone = {"args": {"invoice": "in_x"}, "expect_error": MISSING}
    await lifecycle.play(steps({"op": "invoice.void", **gone}, {"op": "invoice.retrieve", **gone}), directory)


async def test_filters_reach_into_objects(directory: Path) -> None:
    pay = {"op": "invoice.pay", "args": {"invoice": "$inv.id"}}

    def paid_by(kind: str, count: int) -> dict[str, Any]:
        args = {"invoice": "$inv.id", "payment": {"type": kind}, "created": {"gte": START}}
        return {"op": "invoice_payment.list", "args": args, "expect": {"count": count}}

    await lifecycle.play(steps(CREATE, ADD, pay, paid_by("payment_intent", 1), paid_by("payment_record", 0)), directory)


async def test_a_stored_answer_that_is_not_one_fails(directory: Path) -> None:
    failure = await failure_of(steps(CREATE | {"replayed": True}), directory)
    assert failure == "step 1 invoice.create: expected the stored answer, got a new one"


@pytest.mark.parametrize(
    ("step", "line"),
    [
        ({"op": "invoice.frobnicate"}, "step 1 invoice.frobnicate: there is no mutation invoiceFrobnicate"),
        ({"op": "frobnicate"}, "step 1 frobnicate: this operation is unknown"),
        ({"op": "charge.retrieve", "args": {}}, "step 1 charge.retrieve: there is no query charge by 'charge'"),
        ({"op": "invoice.list", "args": {"fancy": 1}}, "step 1 invoice.list: InvoiceWhere has no field for 'fancy'"),
        (READ, "step 1 invoice.retrieve: no step has saved 'inv'"),
    ],
)
async def test_what_the_player_does_not_know_is_said(step: dict[str, Any], line: str, directory: Path) -> None:
    assert await failure_of(steps(step), directory) == line


async def test_something_given_that_the_player_does_not_know_is_said(directory: Path) -> None:
    assert await failure_of(steps(CREATE, subscriptions=[{}]), directory) == (
        "given: the player does not know 'subscriptions'"
    )


async def test_what_graphql_refuses_by_itself_must_be_about_the_parameter(directory: Path) -> None:
    def refused(args: dict[str, Any], code: str, parameter: str) -> Vector:
        step = {"op": "invoice.create", "args": {"customer": "cus_a", **args}}
        return steps(step | {"expect_error": {"code": code, "param": parameter}})

    days = {"days_until_due": "soon"}
    await lifecycle.play(refused(days, "parameter_invalid_integer", "days_until_due"), directory)
    line = {"lines": [{"amount": "much"}]}
    await lifecycle.play(refused(line, "parameter_invalid_integer", "lines[0][amount]"), directory)
    await lifecycle.play(refused({"closed": True}, "parameter_unknown", "closed"), directory)
    for wrong in (
        refused(days, "parameter_invalid_integer", "due_date"),
        refused(days, "currency_mismatch", "days_until_due"),
        refused({"closed": True}, "parameter_invalid", "closed"),
    ):
        assert "expected the refusal" in await failure_of(wrong, directory)


async def test_winners_and_losers_of_a_race_are_counted(directory: Path) -> None:
    race = {"op": "test.concurrent", "args": {"ops": [{"op": "invoice.delete", "args": {"invoice": "$inv.id"}}] * 3}}
    told = {"expect": {"successes": 1, "conflicts": 2}, "error_of_conflict": {"code": "resource_missing"}}
    await lifecycle.play(steps(CREATE, race | told), directory)
    failure = await failure_of(steps(CREATE, race | {"error_of_conflict": {"code": "lock_timeout"}}), directory)
    assert "expected the refusal LOCK_TIMEOUT, got RESOURCE_MISSING" in failure


async def test_a_wrong_total_fails_with_the_stage_at_which_it_is_wrong(directory: Path) -> None:
    wanted = {"lines": [{"ref": "a", "amount": 700}], "currency": "usd"}
    zero = {"lines": [{"ref": "a", "amount": 700, "discount_amounts": [], "taxes": []}], "subtotal": 0}
    with pytest.raises(Failed, match=r"^preview: subtotal: expected 0, got 700$"):
        await money.play(vector("money", input=wanted, expected=zero), directory)


async def test_a_wrong_page_fails(directory: Path) -> None:
    row = {"id": "in_1", "created": 1000, "status": "paid", "currency": "usd", "customer": "cus_a", "total": 500}
    more = {"number": "A-1", "metadata": {}, "collection_method": "charge_automatically", "due_date": None}
    body = {"input": {"dataset": "one", "args": {}}, "expected": {"ids": ["in_2"], "has_more": False}}
    with pytest.raises(Failed, match=re.escape("data[0].id: expected 'in_2', got 'in_1'")):
        await lists.play(Vector("XX-01", "list", "", False, body, {"one": [row | more]}), directory)


async def test_a_signature_that_is_judged_differently_fails(directory: Path) -> None:
    wanted = {"secret": "s", "payload": "{}", "header": "t=1,v1=00", "now": 1, "tolerance": 300}
    with pytest.raises(Failed, match=r"^valid: expected True, got 'False \(signature mismatch\)'$"):
        await webhooks.play(vector("webhook_signature", input=wanted, expected={"valid": True}), directory)


def test_parameters_become_fields_of_inputs() -> None:
    given = {
        "customer": "cus_a",
        "due_date": START,
        "collection_method": "send_invoice",
        "payment_settings": {"payment_method_types": ["card"]},
        "metadata": {"a": "1"},
        "custom_fields": "",
        "number": "",
        "footer": "",
        "lines": [{"unit_amount_decimal": 1, "period": {"start": START, "end": START}, "invoice_item": "ii_a"}],
        "closed": True,
    }
    moment = "2023-11-14T22:13:20Z"
    assert input_object(input_type("InvoiceCreateInput"), given, {"cus_a": "cus_1"}) == {
        "customerId": "cus_1",
        "dueAt": moment,
        "collectionMethod": "SEND_INVOICE",
        "paymentMethodTypes": ["card"],
        "metadata": [{"key": "a", "value": "1"}],
        "customFields": None,
        "number": None,
        "footer": "",
        "lines": [
            {"unitAmountDecimal": "1", "period": {"start": moment, "end": moment}, "invoiceItemId": "ii_a"},
        ],
        "closed": True,
    }


def test_the_name_of_a_parameter_becomes_a_path() -> None:
    create, add = input_type("InvoiceCreateInput"), input_type("InvoiceAddLinesInput")
    assert path_of(create, "due_date") == ("dueAt",)
    assert path_of(create, "payment_settings[payment_method_types]") == ("paymentMethodTypes",)
    assert path_of(add, "lines[0][invoice_item]") == ("lines", "0", "invoiceItemId")
    assert path_of(add, "customer") == ()


def test_the_tables_of_facts_name_what_exists() -> None:
    schema = build_schema().schema
    assert schema.query_type is not None and schema.mutation_type is not None
    assert [name for name in MUTATIONS.values() if name not in schema.mutation_type.fields] == []
    assert [path[0] for path in LISTS.values() if path[0] not in schema.query_type.fields] == []


def test_another_directory_can_be_played(tmp_path: Path) -> None:
    body = {"id": "XX-01", "kind": "list", "title": "t", "uncertain": True}
    (tmp_path / "suite.json").write_text(json.dumps({"vectors": [body], "datasets": {"a": []}}))
    assert suites.directory({suites.VARIABLE: str(tmp_path)}) == tmp_path
    assert suites.directory({}) == suites.OWN
    assert suites.load(tmp_path) == [Vector("XX-01", "list", "t", True, body, {"a": []})]


def test_certain_and_uncertain_vectors_are_counted_apart() -> None:
    class Report:
        def __init__(self, nodeid: str) -> None:
            self.nodeid = nodeid

    certain, uncertain = (Report(f"tests/test_vectors.py{function}X]") for function in reporting.FUNCTIONS.values())
    other = Report("tests/test_money.py::test_x")
    assert list(reporting.lines({"passed": [certain, certain, other, uncertain], "failed": [uncertain]})) == [
        "certain vectors: 2 passed",
        "uncertain vectors: 1 passed, 1 failed",
    ]
    assert list(reporting.lines({"passed": [other]})) == []


def wrong_input(code: str, parameter: str, **line: Any) -> Vector:
    """A money vector whose only line is refused."""
    wanted = {"lines": [{"ref": "a", **line}], "currency": "usd"}
    return vector("money", input=wanted, expected={"error": {"code": code, "param": parameter}})


async def test_money_that_is_refused_must_be_refused_for_the_right_field(directory: Path) -> None:
    right = wrong_input("amount_too_large", "amount", amount=100_000_000)
    await money.play(right, directory)
    with pytest.raises(Failed, match=r"expected 'lines\.0\.quantity', got 'lines\.0\.amount'"):
        await money.play(wrong_input("amount_too_large", "quantity", amount=100_000_000), directory)
    with pytest.raises(Failed, match="final: expected the refusal AMOUNT_TOO_LARGE, got none"):
        await money.play(wrong_input("amount_too_large", "amount", amount=1), directory)


async def test_a_part_of_a_line_that_the_player_does_not_know_is_said(directory: Path) -> None:
    with pytest.raises(Failed, match="line a: the player does not know 'colour'"):
        await money.play(wrong_input("parameter_unknown", "colour", colour="red"), directory)


async def test_a_catalogue_that_is_refused_can_be_what_is_expected(directory: Path) -> None:
    coupon = {"id": "c", "percent_off": "101"}
    wanted = {"lines": [{"ref": "a", "amount": 700}], "coupons": [coupon]}
    refused = {"error": {"code": "parameter_invalid", "param": "percent_off"}}
    await money.play(vector("money", input=wanted, expected=refused), directory)
    with pytest.raises(Failed, match=r"^given: coupon.create: expected no refusal, got PARAMETER_INVALID: "):
        await money.play(vector("money", input=wanted, expected={}), directory)
