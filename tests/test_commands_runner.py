"""What holds for every command: shape, idempotency, versions, dry runs, and one transaction."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from catalogue_inputs import catalogue_inputs
from databases import databases
from gateway import Gateway

from invoice_graph.commands.idempotency import forget_keys
from invoice_graph.commands.runner import COMMANDS, Call, Outcome, run
from invoice_graph.domain.errors import ConflictRefusal, InputRefusal, TransitionRefusal
from invoice_graph.schema.mutations import make_call
from invoice_graph.store.connection import Connection
from invoice_graph.store.database import open_database
from invoice_graph.store.rows import select_raw, select_rows
from invoice_graph.store.tables import Customer, Event, IdempotencyKey, Invoice

pytestmark = pytest.mark.anyio


KEPT = sorted(name for name in COMMANDS if not COMMANDS[name].preview)
"""The commands that leave something behind."""


async def valid_input(gateway: Gateway, name: str) -> dict[str, Any]:
    """An input that the command accepts."""
    customer = await gateway.customer(email="jenny@example.com")
    opened = name in ("invoiceVoid", "invoiceMarkUncollectible", "invoiceAttachPayment")
    opened = opened or name.startswith("creditNote")
    create = gateway.open_invoice if opened else gateway.draft
    invoice = await create(1000, customer_id=customer, collection_method="SEND_INVOICE")
    (line,) = await gateway.lines(invoice)
    money = {"customer_id": customer, "amount": 300, "currency": "usd"}
    intent = await gateway.done("paymentIntentCreate", **money)
    clock = await gateway.done("testClockCreate", frozen_time=gateway.clock.now())
    inputs: dict[str, dict[str, Any]] = {
        "invoiceAttachPayment": {"id": invoice, "payment_intent_id": intent},
        "paymentIntentCreate": money,
        "paymentIntentConfirm": {"id": intent, "payment_method_id": "pm_card_visa"},
        "paymentIntentCancel": {"id": intent},
        "paymentRecordCreate": money,
        "testClockCreate": {"frozen_time": gateway.clock.now()},
        "testClockAdvance": {"id": clock, "frozen_time": gateway.clock.now() + timedelta(days=1)},
        "testClockDelete": {"id": clock},
        "invoiceCreate": {"customer_id": customer, "lines": [{"amount": 5}]},
        "invoicePreview": {"customer_id": customer, "invoice_items": [{"amount": 5}]},
        "invoiceUpdate": {"id": invoice, "description": "memo"},
        "invoiceAddLines": {"id": invoice, "lines": [{"amount": 5}]},
        "invoiceUpdateLines": {"id": invoice, "lines": [{"id": line.id, "amount": 5}]},
        "invoiceRemoveLines": {"id": invoice, "lines": [{"id": line.id, "behavior": "UNASSIGN"}]},
        "invoiceItemCreate": {"customer_id": customer, "invoice_id": invoice, "amount": 5},
        "invoiceItemUpdate": {"id": line.invoice_item_id, "amount": 5},
        "invoiceItemDelete": {"id": line.invoice_item_id},
        "customerCreate": {"name": "Jenny"},
        "customerUpdate": {"id": customer, "balance": 100},
        "customerSessionCreate": {"customer_id": customer},
        "accountUpdate": {"name": "New"},
        **await catalogue_inputs(gateway, customer),
        "creditNoteCreate": {"invoice_id": invoice, "amount": 400},
    }
    if name in ("creditNoteUpdate", "creditNoteVoid"):
        note = await gateway.done("creditNoteCreate", **inputs["creditNoteCreate"])
        return {"id": note, "memo": "new"} if name == "creditNoteUpdate" else {"id": note}
    return inputs.get(name, {"id": invoice})


@pytest.mark.parametrize("name", KEPT)
async def test_a_dry_run_answers_like_the_call_and_leaves_nothing(gateway: Gateway, name: str) -> None:
    given = await valid_input(gateway, name)
    before = await gateway.dump()

    async def answer(connection: Connection, outcome: Outcome) -> tuple[Outcome, int]:
        return outcome, len(await select_rows(connection, Event, {"operation_id": outcome.operation_id}))

    call = Call(name, given, "k", dry_run=True)
    outcome, events = await run(gateway.services, gateway.actor, COMMANDS[name], call, answer)
    assert outcome.refusals == ()
    assert await gateway.dump() == before
    real = await gateway.call(name, key="k", **given)
    assert (real.refusals, real.replayed) == ((), False)
    assert (real.object_id is None, real.deleted_id) == (outcome.object_id is None, outcome.deleted_id)
    # What falls due on the way of a clock is not foretold, its arrival included.
    assert len(await gateway.events(real)) == events + (name == "testClockAdvance")
    assert await gateway.dump() != before


@pytest.mark.parametrize("name", KEPT)
async def test_a_repeated_call_has_no_second_effect(gateway: Gateway, name: str) -> None:
    given = await valid_input(gateway, name)
    first = await gateway.call(name, key="k", **given)
    after = await gateway.dump()
    again = await gateway.call(name, key="k", **given)
    assert again == replace(first, replayed=True)
    assert await gateway.dump() == after


@pytest.mark.parametrize("name", sorted(name for name in COMMANDS if not COMMANDS[name].creates))
async def test_a_stale_version_is_a_conflict(gateway: Gateway, name: str) -> None:
    given = await valid_input(gateway, name)
    refusal = await gateway.refused(name, version=99, **given)
    assert isinstance(refusal, ConflictRefusal)
    assert (refusal.code, refusal.path) == ("VERSION_CONFLICT", ("expected_version",))
    assert refusal.current_id == given.get("id", gateway.actor.account_id)
    assert (await gateway.call(name, version=refusal.current_version, **given)).refusals == ()


@pytest.mark.parametrize("name", sorted(name for name in COMMANDS if "id" in COMMANDS[name].check.required))
async def test_unknown_ids_and_ids_of_another_kind_are_missing(gateway: Gateway, name: str) -> None:
    given = await valid_input(gateway, name)
    customer = (await gateway.rows(Customer))[0].id
    other = (await gateway.rows(Invoice))[0].id if name == "customerUpdate" else customer
    for id in ("in_unknown", "x", other):
        refusal = await gateway.refused(name, **{**given, "id": id})
        assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("id",))
        assert f"'{id}'" in refusal.message
    for id in ("", "\0", "\ud800", "x" * 256):
        outcome = await gateway.call(name, **{**given, "id": id})
        assert [refusal.path for refusal in outcome.refusals] == [("id",)]
        assert "\ud800" not in outcome.refusals[0].message


async def test_the_object_is_answered_also_when_the_call_is_refused(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    assert (await gateway.call("invoiceFinalize", id=id)).object_id == id
    assert (await gateway.call("invoiceUpdate", id=id, days_until_due=-1)).object_id == id
    assert (await gateway.call("accountUpdate", name="")).object_id == gateway.actor.account_id
    assert (await gateway.call("invoiceCreate", customer_id="cus_x")).object_id is None
    assert (await gateway.call("invoiceFinalize", id="\ud800")).object_id is None


async def test_the_answer_is_read_before_the_commit_and_its_failure_undoes_the_call(gateway: Gateway) -> None:
    id = await gateway.draft()
    before = await gateway.dump()

    async def fail(connection: Connection, outcome: Outcome) -> None:
        (invoice,) = await select_rows(connection, Invoice, {"id": id})
        assert invoice.status == "OPEN"
        raise RuntimeError("the answer can't be read")

    with pytest.raises(RuntimeError):
        await run(
            gateway.services, gateway.actor, COMMANDS["invoiceFinalize"], Call("invoiceFinalize", {"id": id}), fail
        )
    assert await gateway.dump() == before
    await gateway.done("invoiceFinalize", id=id)


async def test_a_key_belongs_to_one_operation_with_one_input(gateway: Gateway) -> None:
    customer = await gateway.customer()
    id = await gateway.done("invoiceCreate", key="k", customer_id=customer)
    for name, given in (
        ("invoiceCreate", {"customer_id": customer, "description": "y"}),
        ("invoiceFinalize", {"id": id}),
    ):
        refusal = await gateway.refused(name, key="k", **given)
        assert isinstance(refusal, InputRefusal)
        assert (refusal.code, refusal.path) == ("IDEMPOTENCY_KEY_REUSED", ("idempotency_key",))
        assert refusal.message == (
            "Keys for idempotent requests can only be used with the same parameters they were first used with."
        )


async def test_a_refusal_is_stored_with_everything_it_says(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    first = await gateway.call("invoiceFinalize", key="k", id=id)
    await gateway.done("invoicePay", id=id)
    again = await gateway.call("invoiceFinalize", key="k", id=id)
    assert again.replayed is True
    (told,), (repeated,) = first.refusals, again.refusals
    assert isinstance(told, TransitionRefusal)
    assert isinstance(repeated, TransitionRefusal)
    assert (repeated.code, repeated.message, list(repeated.path)) == (told.code, told.message, list(told.path))
    assert (repeated.current_status, list(repeated.allowed_from)) == ("OPEN", list(told.allowed_from))


async def test_input_out_of_shape_is_not_stored_under_the_key(gateway: Gateway) -> None:
    customer = await gateway.customer()
    refusal = await gateway.refused("invoiceCreate", key="k", customer_id=customer, days_until_due=7)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("days_until_due",))
    assert (await gateway.call("invoiceCreate", key="k", customer_id=customer)).refusals == ()


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "\0", "\ud800"])
async def test_a_key_has_1_to_255_characters(gateway: Gateway, key: str) -> None:
    refusal = await gateway.refused("customerCreate", key=key)
    assert refusal.path == ("idempotency_key",)


async def test_a_key_is_forgotten_after_24_hours(gateway: Gateway) -> None:
    first = await gateway.done("customerCreate", key="k")
    gateway.clock.advance(hours=23, minutes=59, seconds=59)
    assert await gateway.done("customerCreate", key="k") == first
    gateway.clock.advance(seconds=1)
    assert await gateway.done("customerCreate", key="k") != first
    (row,) = await gateway.rows(IdempotencyKey)
    assert row.created_at == gateway.clock.now()


async def test_what_nobody_can_recall_any_more_is_forgotten_by_itself(gateway: Gateway) -> None:
    await gateway.done("customerCreate", key="old")
    gateway.clock.advance(hours=1)
    await gateway.done("customerCreate", key="young")
    gateway.clock.advance(hours=23)
    await forget_keys(gateway.services)
    assert [row.key for row in await gateway.rows(IdempotencyKey)] == ["young"]


async def test_two_calls_with_one_key_at_the_same_time_have_one_effect(gateway: Gateway) -> None:
    outcomes = await asyncio.gather(*(gateway.call("customerCreate", key="k") for _ in range(2)))
    assert sorted(outcome.replayed for outcome in outcomes) == [False, True]
    assert len({outcome.object_id for outcome in outcomes}) == 1
    assert len(await gateway.rows(Customer)) == 1


async def test_every_kind_of_value_has_a_fingerprint(gateway: Gateway) -> None:
    customer = await gateway.customer()
    now = gateway.clock.now()
    line = {"unit_amount_decimal": Decimal("1.50"), "period": {"start": now, "end": now + timedelta(days=1)}}
    given: dict[str, Any] = {"customer_id": customer, "lines": [line]}
    first = await gateway.call("invoiceCreate", key="k", **given)
    line["unit_amount_decimal"] = Decimal("1.5")
    assert (await gateway.call("invoiceCreate", key="k", **given)).object_id == first.object_id


async def test_fields_that_do_not_exist_are_refused_by_name(gateway: Gateway) -> None:
    refusal = await gateway.refused("customerCreate", coupon="x")
    assert (refusal.code, refusal.path) == ("PARAMETER_UNKNOWN", ("coupon",))


async def hold_customers(connection: Connection, gateway: Gateway) -> None:
    """Keeps others from changing the account's customers, as SQLite does for the whole file anyway."""
    await select_raw(connection, Customer, {"account_id": gateway.actor.account_id}, locked=True)


async def test_a_call_gives_up_when_another_process_writes_for_too_long(gateway: Gateway, tmp_path: Path) -> None:
    id = await gateway.draft()
    other = await open_database(databases.url(tmp_path / "invoices.db"), readers=1, busy_milliseconds=10)
    impatient = replace(gateway, services=replace(gateway.services, database=other))
    async with gateway.services.database.transaction() as connection:
        await hold_customers(connection, gateway)
        outcome = await impatient.call("invoiceFinalize", id=id)
    assert [refusal.code for refusal in outcome.refusals] == ["LOCK_TIMEOUT"]
    assert outcome.object_id == id
    assert (await impatient.call("invoiceFinalize", id=id)).refusals == ()
    await other.close()


async def test_a_call_that_is_cancelled_while_it_waits_leaves_the_writer_usable(
    gateway: Gateway, tmp_path: Path
) -> None:
    id = await gateway.draft()
    other = await open_database(databases.url(tmp_path / "invoices.db"), readers=1)
    waiting = replace(gateway, services=replace(gateway.services, database=other))
    async with gateway.services.database.transaction() as connection:
        await hold_customers(connection, gateway)
        call = asyncio.create_task(waiting.call("invoiceFinalize", id=id))
        await asyncio.sleep(0.02)
        call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await gateway.invoice(id)).status == "DRAFT"
    assert (await waiting.call("invoiceFinalize", id=id)).refusals == ()
    await other.close()


async def test_followers_are_woken_by_changes_only(gateway: Gateway) -> None:
    changed = gateway.services.database.changed
    id = await gateway.draft()
    seen = changed.count
    await gateway.call("invoiceVoid", id=id)
    await gateway.call("invoiceFinalize", id=id, dry_run=True)
    assert changed.count == seen
    await gateway.done("invoiceFinalize", id=id)
    assert changed.count == seen + 1


@pytest.mark.parametrize(("own", "key"), [("mine", "mine"), (None, "header"), ("", "")])
async def test_a_key_in_the_input_comes_before_that_of_the_header_also_an_empty_one(own: str | None, key: str) -> None:
    """An empty one is refused, rather than taken for none."""
    assert make_call("invoiceVoid", {"id": "in_1", "idempotency_key": own}, "header").idempotency_key == key
