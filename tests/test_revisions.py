"""Revisions: drafts that replace a finalized invoice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.store.tables import BalanceTransaction, Customer, Discount, Event, InvoicePayment

pytestmark = pytest.mark.anyio


async def revise(gateway: Gateway, id: str, **fields: Any) -> str:
    return await gateway.done("invoiceCreate", from_invoice={"action": "REVISION", "invoice_id": id}, **fields)


async def test_a_revision_copies_what_its_origin_bills_and_says(gateway: Gateway) -> None:
    rate = await gateway.done("taxRateCreate", display_name="VAT", percentage=Decimal(10), inclusive=False)
    coupon = await gateway.done("couponCreate", percent_off=Decimal(50))
    template = await gateway.done("invoiceRenderingTemplateCreate", footer="From the template")
    customer = await gateway.customer(email="jenny@example.com")
    id = await gateway.done(
        "invoiceCreate",
        customer_id=customer,
        collection_method="SEND_INVOICE",
        days_until_due=9,
        description="memo",
        metadata=[{"key": "po", "value": "7"}],
        default_tax_rate_ids=[rate],
        discounts=[{"coupon_id": coupon}],
        shipping_cost={"amount": 500},
        rendering={"template_id": template},
        lines=[
            {"amount": 1000, "description": "one", "discounts": [{"coupon_id": coupon}]},
            {"unit_amount_decimal": Decimal("12.5"), "quantity": 4, "tax_rate_ids": [rate]},
        ],
    )
    await gateway.done("invoiceFinalize", id=id)
    gateway.clock.advance(days=3)
    origin, copy = await gateway.invoice(id), await gateway.invoice(await revise(gateway, id))
    assert copy.from_invoice_id == id
    for name in ("customer_id", "currency", "collection_method", "description", "footer", "details", "shipping_cost"):
        assert getattr(copy, name) == getattr(origin, name)
    for name in ("subtotal", "total", "amount_due", "default_tax_rate_ids", "rendering_template_id"):
        assert getattr(copy, name) == getattr(origin, name)
    assert (copy.number, copy.footer) == (None, "From the template")
    assert copy.due_at == gateway.clock.now() + timedelta(days=9)
    old, new = await gateway.lines(id), await gateway.lines(copy.id)
    assert [(line.amount, line.description, line.quantity_decimal) for line in new] == [
        (line.amount, line.description, line.quantity_decimal) for line in old
    ]
    assert not {line.invoice_item_id for line in new} & {line.invoice_item_id for line in old}
    assert len(await gateway.rows(Discount)) == 4
    assert len({discount.coupon_id for discount in await gateway.rows(Discount)}) == 1


async def test_finalizing_a_revision_voids_its_origin_first(gateway: Gateway) -> None:
    customer = await gateway.customer(balance=-300)
    id = await gateway.open_invoice(1000, customer_id=customer)
    assert (await gateway.row(Customer, customer)).balance == 0
    revision = await revise(gateway, id, lines=[{"amount": 2000}])
    draft = await gateway.invoice(revision)
    assert (draft.starting_balance, draft.amount_due) == (-300, 1700)
    assert (await gateway.invoice(id)).latest_revision_id is None
    outcome = await gateway.call("invoiceFinalize", id=revision)
    assert await gateway.events(outcome) == [
        "INVOICE_UPDATED",
        "INVOICE_VOIDED",
        "CUSTOMER_UPDATED",
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "CUSTOMER_UPDATED",
    ]
    origin, final = await gateway.invoice(id), await gateway.invoice(revision)
    assert (origin.status, origin.latest_revision_id) == ("VOID", revision)
    assert (final.starting_balance, final.ending_balance, final.amount_due) == (-300, 0, 1700)
    ledger = sorted(await gateway.rows(BalanceTransaction), key=lambda entry: entry.sequence)
    assert [(entry.type, entry.amount) for entry in ledger] == [
        ("INITIAL", -300),
        ("APPLIED_TO_INVOICE", 300),
        ("UNAPPLIED_FROM_INVOICE", -300),
        ("APPLIED_TO_INVOICE", 300),
    ]
    assert (await gateway.row(Customer, customer)).balance == 0
    (payment,) = await gateway.rows(InvoicePayment, invoice_id=id)
    assert payment.status == "CANCELED"


async def test_all_ancestors_know_the_newest_revision(gateway: Gateway) -> None:
    first = await gateway.open_invoice()
    second = await revise(gateway, first)
    await gateway.done("invoiceFinalize", id=second)
    third = await revise(gateway, second)
    await gateway.done("invoiceFinalize", id=third)
    assert (await gateway.invoice(first)).latest_revision_id == third
    assert (await gateway.invoice(second)).latest_revision_id == third
    assert (await gateway.invoice(third)).from_invoice_id == second


async def test_of_several_revisions_one_can_be_finalized(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    one, other = await revise(gateway, id), await revise(gateway, id)
    await gateway.done("invoiceFinalize", id=one)
    outcome = await gateway.call("invoiceFinalize", id=other)
    assert [refusal.code for refusal in outcome.refusals] == ["STATUS_TRANSITION_INVALID"]
    assert await gateway.events(outcome) == ["INVOICE_UPDATED", "INVOICE_FINALIZATION_FAILED"]
    draft = await gateway.invoice(other)
    assert (draft.status, draft.number) == ("DRAFT", None)


async def test_a_draft_revision_follows_when_its_origin_is_voided_by_hand(gateway: Gateway) -> None:
    customer = await gateway.customer(balance=-300)
    id = await gateway.open_invoice(1000, customer_id=customer)
    revision = await revise(gateway, id)
    await gateway.done("invoiceVoid", id=id)
    draft = await gateway.invoice(revision)
    assert (draft.starting_balance, draft.amount_due) == (-300, 700)


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"customer_id": "another"}, "PARAMETER_INVALID", ("customer_id",)),
        ({"pending_invoice_items_behavior": "INCLUDE"}, "PARAMETER_INVALID", ("pending_invoice_items_behavior",)),
    ],
)
async def test_a_revision_is_for_the_same_customer_and_takes_no_pending_items(
    gateway: Gateway, fields: dict[str, Any], code: str, path: tuple[str, ...]
) -> None:
    id = await gateway.open_invoice()
    origin = {"action": "REVISION", "invoice_id": id}
    refusal = await gateway.refused("invoiceCreate", from_invoice=origin, **fields)
    assert (refusal.code, refusal.path) == (code, path)


async def test_an_invoice_with_attached_payments_is_not_revised(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    customer = (await gateway.invoice(id)).customer_id
    intent = await gateway.done("paymentIntentCreate", customer_id=customer, amount=300, currency="usd")
    await gateway.done("invoiceAttachPayment", id=id, payment_intent_id=intent)
    origin = {"action": "REVISION", "invoice_id": id}
    refusal = await gateway.refused("invoiceCreate", from_invoice=origin)
    assert (refusal.code, refusal.path) == ("INVOICE_HAS_PAYMENTS", ("from_invoice", "invoice_id"))


async def test_a_copied_line_emits_nothing_but_the_new_draft(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    before = len(await gateway.rows(Event))
    await revise(gateway, id)
    assert len(await gateway.rows(Event)) == before + 1
