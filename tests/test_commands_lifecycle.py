"""Every row of the lifecycle, run by the real commands: each status, each action, each outcome."""

from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.domain.errors import TransitionRefusal
from invoice_graph.domain.lifecycle import (
    TRANSITIONS,
    InvoiceAction,
    InvoiceStatus,
    Outcome,
    RefusalRow,
    SystemAction,
    Transition,
    allowed_from,
    refusal,
    refusals,
)
from invoice_graph.store.tables import Event

pytestmark = pytest.mark.anyio

A, S = InvoiceAction, InvoiceStatus

COMMAND_OF = {
    A.UPDATE: "invoiceUpdate",
    A.DELETE: "invoiceDelete",
    A.ADD_LINES: "invoiceAddLines",
    A.UPDATE_LINES: "invoiceUpdateLines",
    A.REMOVE_LINES: "invoiceRemoveLines",
    A.FINALIZE: "invoiceFinalize",
    A.SEND: "invoiceSend",
    A.PAY: "invoicePay",
    A.MARK_UNCOLLECTIBLE: "invoiceMarkUncollectible",
    A.VOID: "invoiceVoid",
    A.ATTACH_PAYMENT: "invoiceAttachPayment",
    A.REVISE: "invoiceCreate",
    SystemAction.RECEIVE_PAYMENT: "paymentIntentConfirm",
    SystemAction.GIVE_UP: "testClockAdvance",
    A.CREDIT: "creditNoteCreate",
}
PAY_WITH: dict[Outcome, dict[str, Any]] = {
    Outcome.DONE: {"payment_method_id": "pm_card_visa"},
    Outcome.OUT_OF_BAND: {"paid_out_of_band": True},
    Outcome.DECLINED: {"payment_method_id": "pm_card_chargeDeclined"},
    Outcome.ACTION_REQUIRED: {"payment_method_id": "pm_card_authenticationRequired"},
    Outcome.NO_METHOD: {},
}
REFUSED_BUT_KEPT = {
    Outcome.FAILED: "INVOICE_NO_PAYMENT_METHOD_TYPES",
    Outcome.DECLINED: "CARD_DECLINED",
    Outcome.ACTION_REQUIRED: "INVOICE_PAYMENT_INTENT_REQUIRES_ACTION",
    Outcome.NO_METHOD: "RESOURCE_MISSING",
}
STAMP_OF = {
    S.OPEN: "finalized_at",
    S.PAID: "paid_at",
    S.UNCOLLECTIBLE: "marked_uncollectible_at",
    S.VOID: "voided_at",
}
PAID_BEFORE = {"out_of_band_amount": 400}
"""How a paid invoice's credit note gives back what was paid."""


async def invoice_in(gateway: Gateway, status: InvoiceStatus, amount: int | None = 1000, **fields: Any) -> str:
    """An invoice with one line, collected by sending, of a customer without a payment method."""
    customer = await gateway.customer(default_payment_method_id=None, email="jenny@example.com")
    id = await gateway.draft(amount, customer_id=customer, collection_method="SEND_INVOICE", **fields)
    if status is not S.DRAFT:
        await gateway.done("invoiceFinalize", id=id)
    if status is S.PAID:
        await gateway.done("invoicePay", id=id, paid_out_of_band=True)
    if status is S.UNCOLLECTIBLE:
        await gateway.done("invoiceMarkUncollectible", id=id)
    if status is S.VOID:
        await gateway.done("invoiceVoid", id=id)
    return id


async def money_for(gateway: Gateway, id: str, amount: int, *, arrived: bool) -> str:
    """A payment intent of an invoice's customer."""
    customer = (await gateway.invoice(id)).customer_id
    method = "pm_card_visa" if arrived else None
    return await gateway.done(
        "paymentIntentCreate", customer_id=customer, amount=amount, currency="usd", payment_method_id=method
    )


async def attachable(gateway: Gateway, outcome: Outcome | None, id: str) -> dict[str, Any]:
    """Money that, attached to an invoice of 1000, has an outcome."""
    if outcome is Outcome.OUT_OF_BAND:
        customer = (await gateway.invoice(id)).customer_id
        record = await gateway.done("paymentRecordCreate", customer_id=customer, amount=1000, currency="usd")
        return {"id": id, "payment_record_id": record}
    amount = 1000 if outcome is Outcome.SETTLED else 300
    arrived = outcome in (Outcome.SETTLED, Outcome.PARTLY_PAID)
    return {"id": id, "payment_intent_id": await money_for(gateway, id, amount, arrived=arrived)}


async def arriving(gateway: Gateway, row: Transition, id: str) -> dict[str, Any]:
    """An attached payment intent whose success has the outcome of a row, on an invoice brought to its status."""
    amount = {Outcome.PARTLY_PAID: 300}.get(row.outcome, 1000)
    intent = await money_for(gateway, id, amount, arrived=False)
    await gateway.done("invoiceAttachPayment", id=id, payment_intent_id=intent)
    if row.outcome is Outcome.OVERPAID:
        other = 1000 if row.status is S.PAID else 400
        early = await money_for(gateway, id, other, arrived=True)
        await gateway.done("invoiceAttachPayment", id=id, payment_intent_id=early)
    return {"id": intent, "payment_method_id": "pm_card_visa"}


async def input_of(
    gateway: Gateway, action: InvoiceAction | SystemAction, id: str, outcome: Outcome | None = None
) -> dict[str, Any]:
    if action is A.ATTACH_PAYMENT:
        return await attachable(gateway, outcome, id)
    line_ids = [line.id for line in await gateway.lines(id)]
    return {
        A.UPDATE: {"id": id, "metadata": [{"key": "po", "value": "7"}]},
        A.ADD_LINES: {"id": id, "lines": [{"amount": 500}]},
        A.UPDATE_LINES: {"id": id, "lines": [{"id": line, "amount": 2000} for line in line_ids]},
        A.REMOVE_LINES: {"id": id, "lines": [{"id": line, "behavior": "DELETE"} for line in line_ids]},
        A.REVISE: {"from_invoice": {"action": "REVISION", "invoice_id": id}},
        A.CREDIT: {"invoice_id": id, "amount": 400},
    }.get(action, {"id": id})


CALLED = [row for row in TRANSITIONS if row.action is not SystemAction.GIVE_UP]
"""Rows that a call brings about."""


async def prepared(gateway: Gateway, row: Transition) -> tuple[str, dict[str, Any]]:
    """An invoice in a row's status, and the input of the call that does what the row says."""
    await gateway.done("accountUpdate", payment_method_types=["card"])
    fields = {"payment_method_types": ["sepa_debit"]} if row.outcome is Outcome.FAILED else {}
    amount = None if row.outcome is Outcome.NOTHING_DUE else 1000
    if row.action is SystemAction.RECEIVE_PAYMENT:
        id = await invoice_in(gateway, S.OPEN)
        return id, await arriving(gateway, row, id)
    id = await invoice_in(gateway, row.status, amount, **fields)
    extra: dict[str, Any] = PAY_WITH[row.outcome] if row.action is A.PAY else {}
    if row.action is A.CREDIT:
        extra = PAID_BEFORE if row.status is S.PAID else {"amount": 1000 if row.outcome is Outcome.SETTLED else 400}
    return id, {**await input_of(gateway, row.action, id, row.outcome), **extra}


@pytest.mark.parametrize("row", CALLED, ids=lambda row: f"{row.status}-{row.action}-{row.outcome}")
async def test_each_row_of_the_table_does_what_it_says(gateway: Gateway, row: Transition) -> None:
    id, input = await prepared(gateway, row)
    gateway.clock.advance(seconds=60)

    outcome = await gateway.call(COMMAND_OF[row.action], **input)

    kept = REFUSED_BUT_KEPT.get(row.outcome)
    assert [str(refusal.code) for refusal in outcome.refusals] == ([kept] if kept else [])
    happened = await gateway.events(outcome)
    assert [event for event in happened if event != "CUSTOMER_UPDATED"] == list(row.emits)
    assert ("CUSTOMER_UPDATED" in happened) == (row.outcome is Outcome.OVERPAID)
    if row.becomes is None:
        assert (outcome.object_id, outcome.deleted_id) == (None, id)
        return
    invoice = await gateway.invoice(id)
    assert invoice.status == row.becomes
    events = await gateway.rows(Event, operation_id=outcome.operation_id)
    changes = [event for event in events if event.status is not None and event.invoice_id == id]
    moved = row.becomes is not row.status
    assert [(e.status, e.previous_status) for e in changes] == ([(row.becomes, row.status)] if moved else [])
    if moved:
        assert getattr(invoice, STAMP_OF[row.becomes]) == gateway.clock.now()


@pytest.mark.parametrize("row", list(refusals()), ids=lambda row: f"{row.status}-{row.action}")
async def test_each_forbidden_action_is_refused_and_changes_nothing(gateway: Gateway, row: RefusalRow) -> None:
    id = await invoice_in(gateway, row.status)
    refused = await gateway.refused(COMMAND_OF[row.action], **await input_of(gateway, row.action, id))
    assert isinstance(refused, TransitionRefusal)
    assert (refused.code, refused.message) == (row.code, row.message)
    assert (refused.current_status, refused.allowed_from) == (row.status, allowed_from(row.action))


@pytest.mark.parametrize(
    ("status", "named", "action"),
    [
        (InvoiceStatus.OPEN, "void this one", InvoiceAction.VOID),
        (InvoiceStatus.UNCOLLECTIBLE, "void this one", InvoiceAction.VOID),
        (InvoiceStatus.PAID, "credit note", InvoiceAction.CREDIT),
    ],
)
def test_what_is_advised_instead_of_deleting_is_allowed(
    status: InvoiceStatus, named: str, action: InvoiceAction
) -> None:
    row = refusal(status, InvoiceAction.DELETE)
    assert row is not None
    assert named in row.message
    assert status in allowed_from(action)


async def test_paying_a_draft_is_two_operations_under_one_call(gateway: Gateway) -> None:
    id = await invoice_in(gateway, S.DRAFT)
    outcome = await gateway.call("invoicePay", id=id, payment_method_id="pm_card_visa")
    assert outcome.refusals == ()
    assert await gateway.events(outcome) == [
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "INVOICE_PAYMENT_PAID",
        "INVOICE_UPDATED",
        "INVOICE_PAID",
        "INVOICE_PAYMENT_SUCCEEDED",
    ]
    assert (await gateway.invoice(id)).version == 3


async def test_a_declined_pay_of_a_draft_still_finalizes_it(gateway: Gateway) -> None:
    id = await invoice_in(gateway, S.DRAFT)
    outcome = await gateway.call("invoicePay", id=id, payment_method_id="pm_card_chargeDeclined")
    assert [refusal.code for refusal in outcome.refusals] == ["CARD_DECLINED"]
    assert await gateway.events(outcome) == [
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "INVOICE_UPDATED",
        "INVOICE_PAYMENT_FAILED",
    ]
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.attempt_count, invoice.attempted) == ("OPEN", 1, True)


async def test_paying_an_empty_draft_ends_with_finalization(gateway: Gateway) -> None:
    id = await invoice_in(gateway, S.DRAFT, None)
    assert await gateway.emitted("invoicePay", id=id) == ["INVOICE_UPDATED", "INVOICE_FINALIZED", "INVOICE_PAID"]


async def test_an_uncollectible_invoice_that_is_paid_keeps_the_moment_it_was_given_up(gateway: Gateway) -> None:
    id = await invoice_in(gateway, S.UNCOLLECTIBLE)
    given_up = gateway.clock.now()
    gateway.clock.advance(days=1)
    await gateway.done("invoicePay", id=id, payment_method_id="pm_card_visa")
    invoice = await gateway.invoice(id)
    assert (invoice.marked_uncollectible_at, invoice.paid_at) == (given_up, gateway.clock.now())
