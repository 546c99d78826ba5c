"""Previews: what the next invoice would be, without touching anything."""

from decimal import Decimal

import pytest
from gateway import Gateway

from invoice_graph.commands.invoices.previews import forget_previews
from invoice_graph.store.tables import Coupon, Discount, Event, Invoice, InvoiceItem, LineItem

pytestmark = pytest.mark.anyio


async def test_a_preview_shows_what_the_invoice_would_be(gateway: Gateway) -> None:
    customer = await gateway.customer(balance=-100)
    rate = await gateway.done("taxRateCreate", display_name="VAT", percentage=Decimal(10), inclusive=False)
    coupon = await gateway.done("couponCreate", percent_off=Decimal(50), max_redemptions=1)
    await gateway.done("invoiceItemCreate", customer_id=customer, amount=1000)
    terms = {"discounts": [{"coupon_id": coupon}], "default_tax_rate_ids": [rate], "shipping_cost": {"amount": 300}}
    seen = await gateway.invoice(
        await gateway.done("invoicePreview", customer_id=customer, invoice_items=[{"amount": 600}], **terms)
    )
    made = await gateway.invoice(
        await gateway.done(
            "invoiceCreate",
            customer_id=customer,
            lines=[{"amount": 600}],
            pending_invoice_items_behavior="INCLUDE",
            **terms,
        )
    )
    for name in ("subtotal", "total", "amount_due", "starting_balance", "amount_shipping", "total_taxes"):
        assert getattr(seen, name) == getattr(made, name)
    assert (seen.total, seen.amount_due) == (800 + 80 + 300, 1080)
    assert (seen.id.startswith("upcoming_in_"), seen.billing_reason, seen.status) == (True, "UPCOMING", "DRAFT")
    lines = await gateway.lines(seen.id)
    assert [(line.amount, line.invoice_item_id) for line in lines] == [(1000, None), (600, None)]
    assert all(line.id.startswith("il_tmp_") for line in lines)


async def test_a_preview_emits_nothing_redeems_nothing_and_touches_no_item(gateway: Gateway) -> None:
    customer = await gateway.customer()
    coupon = await gateway.done("couponCreate", percent_off=Decimal(50))
    item = await gateway.done("invoiceItemCreate", customer_id=customer, amount=1000)
    before = len(await gateway.rows(Event))
    changed = {"invoice_item_id": item, "amount": 700}
    id = await gateway.done(
        "invoicePreview", customer_id=customer, invoice_items=[changed], discounts=[{"coupon_id": coupon}]
    )
    assert (await gateway.invoice(id)).total == 350
    assert len(await gateway.rows(Event)) == before
    assert (await gateway.row(Coupon, coupon)).times_redeemed == 0
    row = await gateway.row(InvoiceItem, item)
    assert (row.amount, row.invoice_id, row.version) == (1000, None, 1)


@pytest.mark.parametrize("name", ["invoiceFinalize", "invoicePay", "invoiceDelete", "invoiceUpdate", "invoiceVoid"])
async def test_nothing_can_be_done_with_a_preview(gateway: Gateway, name: str) -> None:
    customer = await gateway.customer()
    id = await gateway.done("invoicePreview", customer_id=customer, invoice_items=[{"amount": 5}])
    refusal = await gateway.refused(name, id=id)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("id",))


async def test_with_nothing_to_show_there_is_no_preview(gateway: Gateway) -> None:
    refusal = await gateway.refused("invoicePreview", customer_id=await gateway.customer())
    assert (refusal.code, refusal.path) == ("INVOICE_UPCOMING_NONE", ("customer_id",))


async def test_faults_are_found_where_the_caller_put_them(gateway: Gateway) -> None:
    customer = await gateway.customer()
    item = await gateway.done("invoiceItemCreate", customer_id=customer, amount=1)
    entries = [{"invoice_item_id": item, "amount": 5}, {"amount": 10**9}]
    refusal = await gateway.refused("invoicePreview", customer_id=customer, invoice_items=entries)
    assert (refusal.code, refusal.path) == ("AMOUNT_TOO_LARGE", ("invoice_items", "1", "amount"))
    entries = [{"amount": 5, "currency": "eur"}]
    refusal = await gateway.refused("invoicePreview", customer_id=customer, currency="usd", invoice_items=entries)
    assert (refusal.code, refusal.path) == ("CURRENCY_MISMATCH", ("invoice_items", "0", "currency"))
    refusal = await gateway.refused(
        "invoicePreview", customer_id=customer, invoice_items=[{"invoice_item_id": "ii_x", "amount": 5}]
    )
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("invoice_items", "0", "invoice_item_id"))


async def test_a_preview_is_forgotten_after_three_days(gateway: Gateway) -> None:
    customer = await gateway.customer()
    coupon = await gateway.done("couponCreate", percent_off=Decimal(50))
    await gateway.done(
        "invoicePreview", customer_id=customer, invoice_items=[{"amount": 5, "discounts": [{"coupon_id": coupon}]}]
    )
    gateway.clock.advance(hours=71, minutes=59)
    assert await forget_previews(gateway.services) == 0
    gateway.clock.advance(minutes=1)
    assert await forget_previews(gateway.services) == 1
    for kind in (Invoice, LineItem, Discount):
        assert await gateway.rows(kind) == []
