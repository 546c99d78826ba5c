"""Credit notes through the gateway: what they do to invoices, payments, balances and the event log."""

import random
from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway, dump_row
from sqlmodel import SQLModel

from invoice_graph.commands.runner import COMMANDS, Call, Outcome, run
from invoice_graph.domain.errors import ConflictRefusal, TransitionRefusal
from invoice_graph.store.connection import Connection
from invoice_graph.store.rows import codec, insert_rows, select_rows, update_row
from invoice_graph.store.tables import (
    BalanceTransaction,
    CreditNote,
    CreditNoteLine,
    Customer,
    Discount,
    Event,
    Invoice,
    InvoicePayment,
    LineItem,
    TaxRate,
)
from invoice_graph.store.verification.verify import verify

pytestmark = pytest.mark.anyio


async def write(gateway: Gateway, *rows: SQLModel) -> None:
    """Rows that no command makes."""
    async with gateway.services.database.transaction() as connection:
        for row in rows:
            await insert_rows(connection, type(row), [row])


async def change(gateway: Gateway, kind: type[SQLModel], id: str, **columns: Any) -> None:
    """Columns that no command writes."""
    row = await gateway.row(kind, id)
    async with gateway.services.database.transaction() as connection:
        encoded = {name: codec(kind).encode(name, value) for name, value in columns.items()}
        await update_row(connection, row, encoded)


async def paid_invoice(gateway: Gateway, amount: int = 1000, **fields: Any) -> str:
    return await gateway.done("invoicePay", id=await gateway.open_invoice(amount, **fields))


async def partly_paid_invoice(gateway: Gateway, amount: int, paid: int) -> str:
    """An open invoice of which a payment covered a part."""
    id = await gateway.open_invoice(amount)
    own = {"account_id": gateway.actor.account_id, "id": "inpay_part", "created_at": gateway.clock.now()}
    payment = InvoicePayment(
        **own,
        invoice_id=id,
        amount_requested=paid,
        amount_paid=paid,
        currency="usd",
        payment_reference="pi_part",
        status="PAID",
        paid_at=gateway.clock.now(),
    )
    await write(gateway, payment)
    await change(gateway, Invoice, id, amount_paid=paid, amount_remaining=amount - paid, attached_paid_count=1)
    (default,) = await gateway.rows(InvoicePayment, invoice_id=id, is_default=True)
    await change(gateway, InvoicePayment, default.id, amount_requested=amount - paid)
    return id


async def taxed_invoice(gateway: Gateway) -> str:
    """An open invoice over three units of 1000 with a discount of 600 and 10 % of tax on the rest."""
    own = {"account_id": gateway.actor.account_id, "created_at": gateway.clock.now()}
    await write(gateway, TaxRate(**own, id="txr_10", display_name="T", percentage=Decimal(10), inclusive=False))
    customer = await gateway.customer(email="jenny@example.com")
    lines = [{"quantity": 3, "unit_amount_decimal": Decimal(1000), "description": "Rockets"}]
    id = await gateway.done("invoiceCreate", customer_id=customer, lines=lines)
    await gateway.done("invoiceFinalize", id=id)
    terms = {"coupon_id": "coup_1", "amount_off": 600, "currency": "usd", "start_at": gateway.clock.now()}
    await write(gateway, Discount(**own, id="di_all", invoice_id=id, **terms))
    tax = {
        "amount": 240,
        "taxableAmount": 2400,
        "taxBehavior": "EXCLUSIVE",
        "taxabilityReason": "STANDARD_RATED",
        "taxRateId": "txr_10",
    }
    discount = {"amount": 600, "discountId": "di_all"}
    (line,) = await gateway.lines(id)
    await change(gateway, LineItem, line.id, taxes=[tax], discount_amounts=[discount])
    amounts = {"total": 2640, "total_excluding_tax": 2400, "amount_due": 2640, "amount_remaining": 2640}
    await change(gateway, Invoice, id, total_taxes=[tax], total_discount_amounts=[discount], **amounts)
    (payment,) = await gateway.rows(InvoicePayment, invoice_id=id)
    await change(gateway, InvoicePayment, payment.id, amount_requested=2640)
    return id


async def credit(gateway: Gateway, invoice_id: str, **input: Any) -> CreditNote:
    return await gateway.row(CreditNote, await gateway.done("creditNoteCreate", invoice_id=invoice_id, **input))


def custom(unit_amount: int, **fields: Any) -> dict[str, Any]:
    return {"type": "CUSTOM_LINE_ITEM", "unit_amount": unit_amount, **fields}


def part(line: LineItem, **fields: Any) -> dict[str, Any]:
    return {"type": "INVOICE_LINE_ITEM", "line_item_id": line.id, **fields}


async def requested(gateway: Gateway, invoice_id: str) -> list[tuple[int, str]]:
    """What the invoice's default payment asks for, and its status."""
    payments = await gateway.rows(InvoicePayment, invoice_id=invoice_id, is_default=True)
    return [(payment.amount_requested, payment.status) for payment in payments]


async def test_a_note_on_an_open_invoice_reduces_what_is_due(gateway: Gateway) -> None:
    id = await gateway.open_invoice(10_000)
    gateway.clock.advance(seconds=60)
    outcome = await gateway.call(
        "creditNoteCreate",
        invoice_id=id,
        lines=[custom(2000, description="x")],
        reason="ORDER_CHANGE",
        memo="Sorry",
        metadata=[{"key": "po", "value": "7"}],
    )
    assert await gateway.events(outcome) == ["INVOICE_UPDATED", "CREDIT_NOTE_CREATED"]
    note = await gateway.row(CreditNote, outcome.object_id)
    invoice = await gateway.invoice(id)
    assert (note.amount, note.type, note.pre_payment_amount, note.post_payment_amount) == (2000, "PRE_PAYMENT", 2000, 0)
    assert (note.number, note.status, note.version) == (f"{invoice.number}-CN-01", "ISSUED", 1)
    assert (note.reason, note.memo, note.details) == ("ORDER_CHANGE", "Sorry", {"po": "7"})
    assert (note.created_at, note.effective_at) == (gateway.clock.now(), gateway.clock.now())
    assert (invoice.status, invoice.total, invoice.amount_due, invoice.amount_remaining) == ("OPEN", 10_000, 8000, 8000)
    assert (invoice.pre_payment_credit_notes_amount, invoice.version) == (2000, 3)
    assert await requested(gateway, id) == [(8000, "OPEN")]
    (line,) = await gateway.rows(CreditNoteLine, credit_note_id=note.id)
    assert (line.description, line.amount, line.quantity_decimal, line.unit_amount_decimal) == ("x", 2000, 1, 2000)
    assert (await gateway.done("invoicePay", id=id), (await gateway.invoice(id)).amount_paid) == (id, 8000)
    assert await verify(gateway.services.database) == []


async def test_crediting_all_that_remains_pays_the_invoice(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000, auto_advance=True)
    customer_id = (await gateway.invoice(id)).customer_id
    await change(gateway, Customer, customer_id, delinquent=True)
    gateway.clock.advance(seconds=60)
    events = ["INVOICE_UPDATED", "INVOICE_PAID", "CREDIT_NOTE_CREATED", "CUSTOMER_UPDATED"]
    assert await gateway.emitted("creditNoteCreate", invoice_id=id, amount=1000) == events
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_due, invoice.amount_paid, invoice.amount_remaining) == ("PAID", 0, 0, 0)
    assert (invoice.paid_at, invoice.auto_advance, invoice.next_payment_attempt_at) == (
        gateway.clock.now(),
        False,
        None,
    )
    assert [status for _, status in await requested(gateway, id)] == ["CANCELED"]
    assert not (await gateway.row(Customer, customer_id)).delinquent
    assert await verify(gateway.services.database) == []


async def test_an_uncollectible_invoice_is_credited_like_an_open_one(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    await gateway.done("invoiceMarkUncollectible", id=id)
    await credit(gateway, id, amount=400)
    assert ((await gateway.invoice(id)).status, await requested(gateway, id)) == ("UNCOLLECTIBLE", [(600, "OPEN")])
    events = ["INVOICE_UPDATED", "INVOICE_PAID", "CREDIT_NOTE_CREATED"]
    assert await gateway.emitted("creditNoteCreate", invoice_id=id, amount=600) == events
    assert (await gateway.invoice(id)).status == "PAID"
    assert await verify(gateway.services.database) == []


async def test_what_was_paid_is_given_back_as_the_call_says(gateway: Gateway) -> None:
    id = await paid_invoice(gateway)
    customer_id = (await gateway.invoice(id)).customer_id
    draft = await gateway.draft(700, customer_id=customer_id)
    for ways in ({}, {"credit_amount": 500, "refund_amount": 1}, {"refund_amount": 100, "credit_amount": 200}):
        refusal = await gateway.refused("creditNoteCreate", invoice_id=id, amount=500, **ways)
        assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("amount",))
    ways = {"credit_amount": 200, "refund_amount": 100, "out_of_band_amount": 200}
    outcome = await gateway.call("creditNoteCreate", invoice_id=id, amount=500, **ways)
    assert await gateway.events(outcome) == ["INVOICE_UPDATED", "CREDIT_NOTE_CREATED", "CUSTOMER_UPDATED"]
    note = await gateway.row(CreditNote, outcome.object_id)
    assert (note.type, note.pre_payment_amount, note.post_payment_amount) == ("POST_PAYMENT", 0, 500)
    assert (note.credit_amount, note.refund_amount, note.out_of_band_amount) == (200, 100, 200)
    (entry,) = await gateway.rows(BalanceTransaction, customer_id=customer_id)
    assert (entry.id, entry.credit_note_id, entry.invoice_id) == (note.balance_transaction_id, note.id, id)
    assert (entry.type, entry.amount, entry.ending_balance) == ("CREDIT_NOTE", -200, -200)
    assert (await gateway.row(Customer, customer_id)).balance == -200
    assert (await gateway.invoice(draft)).amount_due == 500
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_due, invoice.amount_paid) == ("PAID", 1000, 1000)
    assert invoice.post_payment_credit_notes_amount == 500
    assert await verify(gateway.services.database) == []


async def test_of_a_partly_paid_invoice_the_rest_is_credited_first(gateway: Gateway) -> None:
    id = await partly_paid_invoice(gateway, 1000, 700)
    note = await credit(gateway, id, amount=500, credit_amount=200)
    assert (note.type, note.pre_payment_amount, note.post_payment_amount) == ("MIXED", 300, 200)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.amount_due, invoice.amount_paid, invoice.amount_remaining) == ("PAID", 700, 700, 0)
    assert await verify(gateway.services.database) == []


async def test_the_balance_that_an_invoice_took_up_is_given_back_too(gateway: Gateway) -> None:
    """Of 1000 the balance covered 400: they were paid already."""
    customer = await gateway.customer(currency="usd", balance=-400)
    id = await gateway.open_invoice(1000, customer_id=customer)
    note = await credit(gateway, id, amount=1000, credit_amount=400)
    assert (note.type, note.pre_payment_amount, note.post_payment_amount) == ("MIXED", 600, 400)
    assert (await gateway.row(Customer, customer)).balance == -400
    assert await verify(gateway.services.database) == []


async def test_no_more_than_the_invoice_is_credited(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    await credit(gateway, id, amount=600)
    for input in ({"amount": 500}, {"lines": [custom(401)]}):
        refusal = await gateway.refused("creditNoteCreate", invoice_id=id, **input)
        assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("amount",))
    assert (await credit(gateway, id, amount=400)).number.endswith("-CN-02")


async def test_a_quantity_takes_its_discount_and_tax_along(gateway: Gateway) -> None:
    id = await taxed_invoice(gateway)
    (line,) = await gateway.lines(id)
    note = await credit(gateway, id, lines=[part(line, quantity=1)])
    assert (note.subtotal, note.discount_amount, note.total_excluding_tax, note.total) == (1000, 200, 800, 880)
    assert note.discount_amounts == [{"amount": 200, "discountId": "di_all"}]
    tax = {"amount": 80, "taxableAmount": 800, "taxBehavior": "EXCLUSIVE", "taxabilityReason": "STANDARD_RATED"}
    assert note.total_taxes == [{**tax, "taxRateId": "txr_10"}]
    (credited,) = await gateway.rows(CreditNoteLine, credit_note_id=note.id)
    assert (credited.line_item_id, credited.description, credited.tax_rate_ids) == (line.id, "Rockets", ["txr_10"])
    assert (credited.quantity_decimal, credited.unit_amount_decimal, credited.amount) == (1, 1000, 1000)
    assert (await gateway.invoice(id)).amount_due == 1760
    refusal = await gateway.refused("creditNoteCreate", invoice_id=id, lines=[part(line, amount=1)])
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines", "0", "amount"))
    refusal = await gateway.refused("creditNoteCreate", invoice_id=id, lines=[part(line, quantity_decimal="2.1")])
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines", "0", "quantity_decimal"))
    rest = await credit(gateway, id, lines=[part(line, quantity_decimal=Decimal(2))])
    assert (rest.total, (await gateway.invoice(id)).status) == (1760, "PAID")


async def test_a_voided_note_frees_what_it_credited(gateway: Gateway) -> None:
    id = await taxed_invoice(gateway)
    (line,) = await gateway.lines(id)
    by_quantity = await credit(gateway, id, lines=[part(line, quantity=2)])
    await gateway.done("creditNoteVoid", id=by_quantity.id)
    note = await credit(gateway, id, lines=[part(line, amount=3000)])
    assert (note.total, note.number[-5:]) == (2640, "CN-02")
    (credited,) = await gateway.rows(CreditNoteLine, credit_note_id=note.id)
    assert (credited.quantity_decimal, credited.unit_amount_decimal) == (None, None)


async def test_an_amount_is_credited_with_its_tax(gateway: Gateway) -> None:
    id = await taxed_invoice(gateway)
    note = await credit(gateway, id, amount=1320)
    assert (note.total, note.subtotal, note.total_excluding_tax) == (1320, 1200, 1200)
    assert [tax["amount"] for tax in note.total_taxes] == [120]
    assert await gateway.rows(CreditNoteLine) == []


async def test_shipping_can_be_credited(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    amounts = {"total": 1500, "total_excluding_tax": 1500, "amount_due": 1500, "amount_remaining": 1500}
    await change(gateway, Invoice, id, amount_shipping=500, **amounts)
    note = await credit(gateway, id, shipping_amount=500)
    assert (note.total, note.subtotal, note.amount_shipping) == (500, 0, 500)
    refusal = await gateway.refused("creditNoteCreate", invoice_id=id, shipping_amount=1)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("shipping_amount",))


async def test_negative_lines_are_credited_by_negative_amounts(gateway: Gateway) -> None:
    customer = await gateway.customer()
    id = await gateway.done("invoiceCreate", customer_id=customer, lines=[{"amount": 10_000}, {"amount": -5000}])
    await gateway.done("invoiceFinalize", id=id)
    plus, minus = await gateway.lines(id)
    refusal = await gateway.refused("creditNoteCreate", invoice_id=id, lines=[part(minus, amount=-5000)])
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines",))
    note = await credit(gateway, id, lines=[part(plus, amount=10_000), part(minus, amount=-5000)])
    invoice = await gateway.invoice(id)
    assert (note.amount, invoice.status, invoice.amount_due) == (5000, "PAID", 0)
    assert await verify(gateway.services.database) == []


async def test_custom_lines_have_their_own_tax_rates(gateway: Gateway) -> None:
    id = await gateway.open_invoice(10_000)
    own = {"account_id": gateway.actor.account_id, "created_at": gateway.clock.now(), "display_name": "T"}
    await write(gateway, TaxRate(**own, id="txr_19", percentage=Decimal(19), inclusive=True))
    await write(gateway, TaxRate(**own, id="txr_old", percentage=Decimal(16), inclusive=True, active=False))
    note = await credit(gateway, id, lines=[custom(500, quantity=2, tax_rate_ids=["txr_19"])])
    assert (note.total, note.total_excluding_tax) == (1000, 840)
    for ids, place, code in (
        (["txr_no"], "0", "RESOURCE_MISSING"),
        (["txr_old"], "0", "PARAMETER_INVALID"),
        (["txr_19", "txr_19"], "1", "PARAMETER_INVALID"),
    ):
        refusal = await gateway.refused("creditNoteCreate", invoice_id=id, lines=[custom(1, tax_rate_ids=ids)])
        assert (refusal.code, refusal.path) == (code, ("lines", "0", "tax_rate_ids", place))


LINE = {"type": "INVOICE_LINE_ITEM", "line_item_id": "il_x"}
CUSTOM = {"type": "CUSTOM_LINE_ITEM"}
WRONG: tuple[tuple[dict[str, Any], str, tuple[str, ...]], ...] = (
    ({}, "PARAMETER_MISSING", ("amount",)),
    ({"amount": None, "lines": None}, "PARAMETER_MISSING", ("amount",)),
    ({"amount": 1, "lines": [custom(1)]}, "PARAMETERS_EXCLUSIVE", ("lines",)),
    ({"amount": 1, "shipping_amount": 1}, "PARAMETERS_EXCLUSIVE", ("shipping_amount",)),
    ({"lines": [custom(1)], "shipping_amount": 1}, "PARAMETERS_EXCLUSIVE", ("shipping_amount",)),
    ({"lines": []}, "PARAMETER_INVALID_EMPTY", ("lines",)),
    ({"lines": [custom(1)] * 251}, "PARAMETER_INVALID", ("lines",)),
    ({"amount": 0}, "PARAMETER_INVALID", ("amount",)),
    ({"amount": 1, "refund_amount": -1}, "PARAMETER_INVALID", ("refund_amount",)),
    ({"amount": 1, "memo": "x" * 5001}, "PARAMETER_INVALID", ("memo",)),
    ({"lines": [CUSTOM]}, "PARAMETER_MISSING", ("lines", "0", "unit_amount")),
    ({"lines": [{**CUSTOM, "amount": 1}]}, "PARAMETER_INVALID", ("lines", "0", "amount")),
    ({"lines": [custom(1, line_item_id="il_x")]}, "PARAMETER_INVALID", ("lines", "0", "line_item_id")),
    ({"lines": [custom(0)]}, "PARAMETER_INVALID", ("lines", "0", "unit_amount")),
    ({"lines": [custom(1, quantity=0)]}, "PARAMETER_INVALID", ("lines", "0", "unit_amount")),
    (
        {"lines": [custom(1, unit_amount_decimal=Decimal(1))]},
        "PARAMETERS_EXCLUSIVE",
        ("lines", "0", "unit_amount_decimal"),
    ),
    (
        {"lines": [custom(1, quantity=1, quantity_decimal=Decimal(1))]},
        "PARAMETERS_EXCLUSIVE",
        ("lines", "0", "quantity_decimal"),
    ),
    ({"lines": [LINE]}, "PARAMETER_MISSING", ("lines", "0", "amount")),
    ({"lines": [{**LINE, "amount": 1, "quantity": 1}]}, "PARAMETERS_EXCLUSIVE", ("lines", "0", "quantity")),
    ({"lines": [{**LINE, "amount": 1, "unit_amount": 1}]}, "PARAMETER_INVALID", ("lines", "0", "unit_amount")),
    ({"lines": [{**LINE, "amount": 1, "description": "x"}]}, "PARAMETER_INVALID", ("lines", "0", "description")),
    ({"lines": [{"type": "INVOICE_LINE_ITEM"}]}, "PARAMETER_MISSING", ("lines", "0", "line_item_id")),
    ({"lines": [{**LINE, "amount": 1}] * 2}, "PARAMETER_INVALID", ("lines", "1", "line_item_id")),
    ({"lines": [{**LINE, "amount": 1}]}, "RESOURCE_MISSING", ("lines", "0", "line_item_id")),
)


@pytest.mark.parametrize(("input", "code", "path"), WRONG, ids=lambda value: None if isinstance(value, dict) else value)
async def test_what_is_no_credit_is_refused(
    gateway: Gateway, input: dict[str, Any], code: str, path: tuple[str, ...]
) -> None:
    id = await gateway.open_invoice(10_000)
    refusal = await gateway.refused("creditNoteCreate", invoice_id=id, **input)
    assert (refusal.code, refusal.path) == (code, path)


async def test_a_line_of_another_invoice_is_missing(gateway: Gateway) -> None:
    id, other = await gateway.open_invoice(), await gateway.open_invoice()
    (line,) = await gateway.lines(other)
    refusal = await gateway.refused("creditNoteCreate", invoice_id=id, lines=[part(line, amount=1)])
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("lines", "0", "line_item_id"))
    refusal = await gateway.refused("creditNoteCreate", invoice_id="in_x", amount=1)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("invoice_id",))


async def test_a_preview_answers_as_the_call_would_and_leaves_nothing(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    before = await gateway.dump()

    async def read(connection: Connection, outcome: Outcome) -> tuple[Outcome, dict[str, Any]]:
        (note,) = await select_rows(connection, CreditNote, {"id": outcome.object_id})
        events = await select_rows(connection, Event, {"operation_id": outcome.operation_id})
        return outcome, {"note": (note.number, note.amount), "events": len(events)}

    call = Call("creditNotePreview", {"invoice_id": id, "amount": 400}, "key")
    outcome, found = await run(gateway.services, gateway.actor, COMMANDS["creditNotePreview"], call, read)
    number = f"{(await gateway.invoice(id)).number}-CN-01"
    assert (outcome.refusals, found) == ((), {"note": (number, 400), "events": 2})
    assert await gateway.dump() == before
    refusal = await gateway.refused("creditNotePreview", invoice_id=id, amount=1001)
    assert refusal.path == ("amount",)
    assert (await credit(gateway, id, amount=400)).number == number


async def test_a_payment_under_way_is_waited_for(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    note = await credit(gateway, id, amount=100)
    await change(gateway, Invoice, id, payment_attempt_id="pa_1")
    for name, input in (
        ("creditNoteCreate", {"invoice_id": id, "amount": 1}),
        ("creditNotePreview", {"invoice_id": id, "amount": 1}),
        ("creditNoteVoid", {"id": note.id}),
    ):
        refusal = await gateway.refused(name, **input)
        assert (type(refusal), refusal.code) == (TransitionRefusal, "PAYMENT_IN_PROGRESS")


async def test_voiding_a_note_puts_everything_back(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    before = await dump_of(gateway, id)
    note = await credit(gateway, id, amount=400)
    gateway.clock.advance(seconds=60)
    assert await gateway.emitted("creditNoteVoid", id=note.id) == ["INVOICE_UPDATED", "CREDIT_NOTE_VOIDED"]
    after = await dump_of(gateway, id)
    assert {**after, "version": before["version"]} == before
    assert (after["version"], await requested(gateway, id)) == (before["version"] + 2, [(1000, "OPEN")])
    note = await gateway.row(CreditNote, note.id)
    assert (note.status, note.voided_at, note.version) == ("VOID", gateway.clock.now(), 2)
    assert (await credit(gateway, id, amount=1000)).number.endswith("-CN-02")
    assert await verify(gateway.services.database) == []


async def dump_of(gateway: Gateway, id: str) -> dict[str, Any]:
    invoice = await gateway.invoice(id)
    async with gateway.services.database.reader() as connection:
        return await dump_row(connection, invoice)


async def test_only_the_notes_of_open_invoices_are_voided(gateway: Gateway) -> None:
    id = await gateway.open_invoice(1000)
    first, second = await credit(gateway, id, amount=400), await credit(gateway, id, amount=100)
    await gateway.done("creditNoteVoid", id=first.id)
    await refused_to_void(gateway, first, "OPEN")
    await credit(gateway, id, amount=900)
    await refused_to_void(gateway, second, "PAID")
    id = await gateway.open_invoice(1000)
    note = await credit(gateway, id, amount=400)
    await gateway.done("invoiceMarkUncollectible", id=id)
    await refused_to_void(gateway, note, "UNCOLLECTIBLE")
    await gateway.done("invoiceVoid", id=id)
    await refused_to_void(gateway, note, "VOID")
    assert await verify(gateway.services.database) == []


async def refused_to_void(gateway: Gateway, note: CreditNote, status: str) -> None:
    refusal = await gateway.refused("creditNoteVoid", id=note.id)
    assert isinstance(refusal, TransitionRefusal)
    assert (refusal.code, refusal.path) == ("STATUS_TRANSITION_INVALID", ("id",))
    assert (refusal.current_status, refusal.allowed_from) == (status, ("OPEN",))


async def test_memo_and_metadata_of_a_note_can_change(gateway: Gateway) -> None:
    note = await credit(
        gateway, await gateway.open_invoice(), amount=100, memo="old", metadata=[{"key": "a", "value": "1"}]
    )
    assert await gateway.emitted("creditNoteUpdate", id=note.id, memo="new") == ["CREDIT_NOTE_UPDATED"]
    given = {"metadata": [{"key": "b", "value": "2"}], "memo": ""}
    outcome = await gateway.call("creditNoteUpdate", id=note.id, **given)
    changed = await gateway.row(CreditNote, note.id)
    assert (changed.memo, changed.details, changed.version) == (None, {"a": "1", "b": "2"}, 3)
    (event,) = await gateway.rows(Event, operation_id=outcome.operation_id)
    assert (event.object_id, event.invoice_id, event.customer_id) == (note.id, note.invoice_id, note.customer_id)
    assert event.previous_attributes == {"memo": "new", "details": '{"a":"1"}', "version": 2}
    assert await gateway.emitted("creditNoteUpdate", id=note.id, **given) == []
    refusal = await gateway.refused("creditNoteUpdate", id=note.id, memo="x", version=1)
    assert isinstance(refusal, ConflictRefusal)


async def test_a_repeated_call_issues_one_note(gateway: Gateway) -> None:
    id = await paid_invoice(gateway)
    given = {"invoice_id": id, "amount": 100, "credit_amount": 100}
    first = await gateway.call("creditNoteCreate", key="k", **given)
    again = await gateway.call("creditNoteCreate", key="k", **given)
    assert (again.object_id, again.replayed) == (first.object_id, True)
    assert len(await gateway.rows(CreditNote)) == 1


@pytest.mark.parametrize("seed", range(2))
async def test_the_books_are_clean_after_random_credits(gateway: Gateway, seed: int) -> None:
    choose = random.Random(f"credits {seed}")
    customer = await gateway.customer(email="jenny@example.com", currency="usd", balance=-700)
    accepted = 0
    for _ in range(90):
        gateway.clock.advance(seconds=choose.randint(0, 5))
        name, given = await random_credit(gateway, choose, customer)
        accepted += (await gateway.call(name, **given)).refusals == ()
    assert accepted > 30
    assert await verify(gateway.services.database) == []


async def random_credit(gateway: Gateway, choose: random.Random, customer: str) -> tuple[str, dict[str, Any]]:
    invoices = sorted(await gateway.rows(Invoice), key=lambda row: row.id)
    if not invoices or choose.random() < 0.15:
        lines = [{"amount": choose.choice((1000, 30, 5000, -200))} for _ in range(choose.randint(1, 3))]
        return "invoiceCreate", {"customer_id": customer, "lines": lines}
    invoice, notes = choose.choice(invoices), sorted(await gateway.rows(CreditNote), key=lambda row: row.id)
    if invoice.status == "DRAFT":
        return "invoiceFinalize", {"id": invoice.id}
    drawn = choose.random()
    if drawn < 0.2:
        name = choose.choice(("invoicePay", "invoiceMarkUncollectible", "invoiceVoid"))
        return name, {"id": invoice.id}
    if drawn < 0.4 and notes:
        return "creditNoteVoid", {"id": choose.choice(notes).id}
    line = choose.choice(await gateway.lines(invoice.id))
    parts: list[dict[str, Any]] = [
        {"amount": choose.randint(1, 600)},
        {"amount": invoice.total},
        {"lines": [part(line, amount=line.amount // choose.randint(1, 3))]},
        {"lines": [part(line, quantity=1), custom(choose.randint(1, 50))]},
    ]
    given = {"invoice_id": invoice.id, **choose.choice(parts)}
    over = given.get("amount", line.amount) - invoice.amount_remaining
    return "creditNoteCreate", given | ({"credit_amount": over} if over > 0 else {})
