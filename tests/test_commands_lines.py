"""Lines and invoice items: two views of one thing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.domain.errors import TransitionRefusal
from invoice_graph.store.tables import Customer, InvoiceItem, LineItem

pytestmark = pytest.mark.anyio


async def only_item(gateway: Gateway, **equals: Any) -> InvoiceItem:
    (item,) = await gateway.rows(InvoiceItem, **equals)
    return item


async def test_a_pending_item_has_no_line_and_fixes_the_customers_currency(gateway: Gateway) -> None:
    customer = await gateway.customer()
    outcome = await gateway.call(
        "invoiceItemCreate", customer_id=customer, amount=300, currency="cad", description="Hours"
    )
    assert await gateway.events(outcome) == ["INVOICEITEM_CREATED"]
    item = await gateway.row(InvoiceItem, outcome.object_id)
    assert (item.invoice_id, item.amount, item.currency, item.description) == (None, 300, "cad", "Hours")
    assert (item.quantity_decimal, item.unit_amount_decimal, item.discountable) == (Decimal(1), Decimal(300), True)
    assert item.period_start_at == item.period_end_at == gateway.clock.now()
    assert await gateway.rows(LineItem) == []
    assert (await gateway.row(Customer, customer)).currency == "cad"


async def test_an_item_made_for_a_draft_becomes_its_last_line(gateway: Gateway) -> None:
    id = await gateway.draft()
    customer = (await gateway.invoice(id)).customer_id
    outcome = await gateway.call("invoiceItemCreate", customer_id=customer, invoice_id=id, amount=-200)
    assert await gateway.events(outcome) == ["INVOICEITEM_CREATED", "INVOICE_UPDATED"]
    assert [(line.amount, line.position, line.discountable) for line in await gateway.lines(id)] == [
        (1000, 1, True),
        (-200, 2, False),
    ]
    invoice = await gateway.invoice(id)
    assert (invoice.total, invoice.amount_due, invoice.version) == (800, 800, 2)


async def test_pending_items_are_left_alone_unless_asked_for_and_come_newest_first(gateway: Gateway) -> None:
    customer = await gateway.customer()
    for amount in (100, 200):
        await gateway.done("invoiceItemCreate", customer_id=customer, amount=amount)
        gateway.clock.advance(seconds=1)
    await gateway.done("invoiceItemCreate", customer_id=customer, amount=300, currency="cad")
    assert (await gateway.invoice(await gateway.draft(None, customer_id=customer))).total == 0
    outcome = await gateway.call("invoiceCreate", customer_id=customer, pending_invoice_items_behavior="INCLUDE")
    assert await gateway.events(outcome) == ["INVOICE_CREATED"]
    await gateway.done("invoiceItemCreate", customer_id=customer, invoice_id=outcome.object_id, amount=3)
    assert [line.amount for line in await gateway.lines(outcome.object_id or "")] == [200, 100, 3]
    assert [item.currency for item in await gateway.rows(InvoiceItem, invoice_id=None)] == ["cad"]


async def test_the_oldest_250_pending_items_are_pulled_and_a_251st_line_is_refused(gateway: Gateway) -> None:
    customer = await gateway.customer()
    made = []
    for part in (250, 3):
        id = await gateway.done("invoiceCreate", customer_id=customer, lines=[{"amount": 1}] * part)
        while lines := await gateway.lines(id):
            made += [line.invoice_item_id for line in lines[:50]]
            batch = [{"id": line.id, "behavior": "UNASSIGN"} for line in lines[:50]]
            await gateway.done("invoiceRemoveLines", id=id, lines=batch)
        gateway.clock.advance(seconds=1)
    full = await gateway.done(
        "invoiceCreate", customer_id=customer, pending_invoice_items_behavior="INCLUDE", lines=[{"amount": 9}]
    )
    *pulled, last = await gateway.lines(full)
    assert ([line.invoice_item_id for line in pulled], last.amount) == (made[248::-1], 9)
    assert sorted(item.id for item in await gateway.rows(InvoiceItem, invoice_id=None)) == made[249:]
    refusal = await gateway.refused("invoiceAddLines", id=full, lines=[{"amount": 1}])
    assert (refusal.code, refusal.path) == ("INVOICE_ITEMS_LIMIT_EXCEEDED", ("lines",))
    refusal = await gateway.refused("invoiceItemCreate", customer_id=customer, invoice_id=full, amount=1)
    assert (refusal.code, refusal.path) == ("INVOICE_ITEMS_LIMIT_EXCEEDED", ("invoice_id",))


async def test_lines_are_added_in_order_with_one_update_of_the_invoice(gateway: Gateway) -> None:
    id = await gateway.draft(None)
    pending = await gateway.done(
        "invoiceItemCreate", customer_id=(await gateway.invoice(id)).customer_id, amount=200, metadata=[]
    )
    lines = [{"amount": 100}, {"invoice_item_id": pending}, {"amount": 300, "metadata": [{"key": "a", "value": "1"}]}]
    metadata = [{"key": "po", "value": "7"}]
    outcome = await gateway.call("invoiceAddLines", id=id, lines=lines, invoice_metadata=metadata)
    assert await gateway.events(outcome) == ["INVOICEITEM_CREATED", "INVOICEITEM_CREATED", "INVOICE_UPDATED"]
    assert [(line.amount, line.details) for line in await gateway.lines(id)] == [
        (100, {}),
        (200, {}),
        (300, {"a": "1"}),
    ]
    invoice = await gateway.invoice(id)
    assert (invoice.total, invoice.details, invoice.version) == (600, {"po": "7"}, 2)
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"amount": 1}, {"invoice_item_id": pending}])
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines", "1", "invoice_item_id"))


async def test_removing_a_line_deletes_its_item_or_makes_it_pending(gateway: Gateway) -> None:
    id = await gateway.draft(100)
    await gateway.done("invoiceAddLines", id=id, lines=[{"amount": 200}, {"amount": 300}])
    first, second, third = await gateway.lines(id)
    lines = [{"id": first.id, "behavior": "DELETE"}, {"id": second.id, "behavior": "UNASSIGN"}]
    assert await gateway.emitted("invoiceRemoveLines", id=id, lines=lines) == ["INVOICEITEM_DELETED", "INVOICE_UPDATED"]
    assert [line.id for line in await gateway.lines(id)] == [third.id]
    assert (await gateway.invoice(id)).total == 300
    item = await only_item(gateway, invoice_id=None)
    assert (item.id, item.amount) == (second.invoice_item_id, 200)
    await gateway.done("invoiceAddLines", id=id, lines=[{"invoice_item_id": item.id}])
    again = (await gateway.lines(id))[-1]
    assert (again.invoice_item_id, again.position) == (item.id, 4)
    assert again.id != second.id


async def test_line_updates_keep_order_and_ids_and_write_through_to_the_items(gateway: Gateway) -> None:
    id = await gateway.draft(100)
    await gateway.done("invoiceAddLines", id=id, lines=[{"amount": 200}, {"amount": 300}])
    first, second, third = await gateway.lines(id)
    changes = [{"id": third.id, "amount": 333, "description": "third"}, {"id": first.id, "amount": 111}]
    assert await gateway.emitted("invoiceUpdateLines", id=id, lines=changes) == ["INVOICE_UPDATED"]
    assert [(line.id, line.amount, line.subtotal) for line in await gateway.lines(id)] == [
        (first.id, 111, 111),
        (second.id, 200, 200),
        (third.id, 333, 333),
    ]
    assert (await gateway.invoice(id)).total == 644
    item = await gateway.row(InvoiceItem, third.invoice_item_id)
    assert (item.amount, item.description, item.version) == (333, "third", 2)
    assert (await gateway.row(InvoiceItem, second.invoice_item_id)).version == 1


async def test_an_item_update_writes_to_its_line_and_recomputes_the_invoice(gateway: Gateway) -> None:
    id = await gateway.draft(None)
    customer = (await gateway.invoice(id)).customer_id
    price = {"unit_amount_decimal": Decimal("12.345"), "quantity": 2}
    item = await gateway.done("invoiceItemCreate", customer_id=customer, invoice_id=id, **price)
    expected: list[tuple[dict[str, Any], int, int | Decimal]] = [
        ({}, 25, 2),
        ({"quantity": 3}, 37, 3),
        ({"unit_amount_decimal": Decimal("10.5")}, 32, 3),
        ({"amount": 77}, 77, 1),
        ({"quantity": 2}, 154, 2),
        ({"quantity_decimal": Decimal("0.5")}, 39, Decimal("0.5")),
        ({"quantity": 0}, 0, 0),
    ]
    for change, amount, quantity in expected:
        await gateway.done("invoiceItemUpdate", id=item, **change)
        (line,) = await gateway.lines(id)
        assert (line.amount, line.quantity_decimal) == (amount, quantity)
        assert (await gateway.invoice(id)).total == amount
        assert (await gateway.row(InvoiceItem, item)).amount == amount


async def test_a_pending_item_changes_without_event_and_goes_with_one(gateway: Gateway) -> None:
    customer = await gateway.customer()
    item = await gateway.done("invoiceItemCreate", customer_id=customer, amount=100)
    assert await gateway.emitted("invoiceItemUpdate", id=item, description="x") == []
    assert (await gateway.row(InvoiceItem, item)).version == 2
    assert await gateway.emitted("invoiceItemUpdate", id=item, description="x") == []
    assert (await gateway.row(InvoiceItem, item)).version == 2
    outcome = await gateway.call("invoiceItemDelete", id=item)
    assert (outcome.object_id, outcome.deleted_id) == (None, item)
    assert await gateway.events(outcome) == ["INVOICEITEM_DELETED"]


async def test_deleting_an_item_takes_its_line_off_the_draft(gateway: Gateway) -> None:
    id = await gateway.draft(100)
    (line,) = await gateway.lines(id)
    assert await gateway.emitted("invoiceItemDelete", id=line.invoice_item_id) == [
        "INVOICEITEM_DELETED",
        "INVOICE_UPDATED",
    ]
    assert ((await gateway.invoice(id)).total, await gateway.lines(id)) == (0, [])


async def test_items_of_a_finalized_invoice_stand_still(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    (line,) = await gateway.lines(id)
    customer = (await gateway.invoice(id)).customer_id
    for name, given, path in (
        ("invoiceItemUpdate", {"id": line.invoice_item_id, "amount": 1}, ()),
        ("invoiceItemDelete", {"id": line.invoice_item_id}, ()),
        ("invoiceItemCreate", {"customer_id": customer, "invoice_id": id, "amount": 1}, ("invoice_id",)),
    ):
        refusal = await gateway.refused(name, **given)
        assert isinstance(refusal, TransitionRefusal)
        assert (refusal.code, refusal.path) == ("INVOICE_NOT_EDITABLE", path)
        assert (refusal.current_status, refusal.allowed_from) == ("OPEN", ("DRAFT",))


BAD_PRICES = [
    ({}, "PARAMETER_MISSING", "amount"),
    ({"quantity": 2}, "PARAMETER_MISSING", "amount"),
    ({"amount": 1, "quantity": 2}, "PARAMETERS_EXCLUSIVE", "quantity"),
    ({"amount": 1, "quantity_decimal": Decimal(2)}, "PARAMETERS_EXCLUSIVE", "quantity_decimal"),
    ({"amount": 1, "unit_amount_decimal": Decimal(1)}, "PARAMETERS_EXCLUSIVE", "unit_amount_decimal"),
    (
        {"quantity": 1, "quantity_decimal": Decimal(2), "unit_amount_decimal": Decimal(1)},
        "PARAMETERS_EXCLUSIVE",
        "quantity_decimal",
    ),
    ({"amount": 10**8}, "AMOUNT_TOO_LARGE", "amount"),
    ({"amount": -(10**8)}, "AMOUNT_TOO_LARGE", "amount"),
    ({"amount": 2**63}, "AMOUNT_TOO_LARGE", "amount"),
    ({"unit_amount_decimal": Decimal(10**8)}, "AMOUNT_TOO_LARGE", "unit_amount_decimal"),
    ({"unit_amount_decimal": Decimal(1), "quantity": -1}, "PARAMETER_INVALID", "quantity"),
    ({"unit_amount_decimal": Decimal(1), "quantity": 2**63}, "PARAMETER_INVALID_DECIMAL", "quantity"),
    ({"unit_amount_decimal": Decimal("0.1234567890123")}, "PARAMETER_INVALID_DECIMAL", "unit_amount_decimal"),
    ({"unit_amount_decimal": Decimal("NaN")}, "PARAMETER_INVALID_DECIMAL", "unit_amount_decimal"),
    ({"unit_amount_decimal": Decimal("1E+999999999")}, "PARAMETER_INVALID_DECIMAL", "unit_amount_decimal"),
    (
        {"unit_amount_decimal": Decimal(1), "quantity_decimal": Decimal("Infinity")},
        "PARAMETER_INVALID_DECIMAL",
        "quantity_decimal",
    ),
    ({"amount": 1, "description": "x" * 1501}, "PARAMETER_INVALID", "description"),
    ({"amount": 1, "price_id": "price_1"}, "PARAMETERS_EXCLUSIVE", "price_id"),
]


@pytest.mark.parametrize(("entry", "code", "field"), BAD_PRICES)
async def test_a_bad_entry_refuses_all_lines_of_the_call(
    gateway: Gateway, entry: dict[str, Any], code: str, field: str
) -> None:
    id = await gateway.draft()
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"amount": 5}, entry])
    assert (refusal.code, refusal.path) == (code, ("lines", "1", field))


async def test_a_period_must_not_end_before_it_starts(gateway: Gateway) -> None:
    id = await gateway.draft()
    now = gateway.clock.now()
    period = {"start": now, "end": now - timedelta(seconds=1)}
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"amount": 5, "period": period}])
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines", "0", "period", "end"))
    later = {"start": now, "end": now + timedelta(days=30)}
    await gateway.done("invoiceAddLines", id=id, lines=[{"amount": 5, "period": later}])
    assert (await gateway.lines(id))[-1].period_end_at == later["end"]


async def test_lines_must_be_named_once_and_belong_to_the_invoice(gateway: Gateway) -> None:
    id, other = await gateway.draft(), await gateway.draft()
    (line,), (foreign,) = await gateway.lines(id), await gateway.lines(other)
    refusal = await gateway.refused(
        "invoiceUpdateLines", id=id, lines=[{"id": line.id, "amount": 1}, {"id": line.id, "amount": 2}]
    )
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines", "1", "id"))
    entry = {"id": foreign.id, "behavior": "DELETE"}
    refusal = await gateway.refused("invoiceRemoveLines", id=id, lines=[entry])
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("lines", "0", "id"))


@pytest.mark.parametrize("name", ["invoiceAddLines", "invoiceUpdateLines", "invoiceRemoveLines"])
async def test_a_call_takes_1_to_50_lines(gateway: Gateway, name: str) -> None:
    id = await gateway.draft()
    assert (await gateway.refused(name, id=id, lines=[])).code == "PARAMETER_INVALID_EMPTY"
    refusal = await gateway.refused(name, id=id, lines=[{"id": "il_x"}] * 51)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines",))


async def test_currency_and_customer_of_item_and_invoice_must_agree(gateway: Gateway) -> None:
    id = await gateway.draft()
    customer = (await gateway.invoice(id)).customer_id
    refusal = await gateway.refused("invoiceItemCreate", customer_id=customer, invoice_id=id, amount=5, currency="eur")
    assert (refusal.code, refusal.path) == ("CURRENCY_MISMATCH", ("currency",))
    euro = await gateway.done("invoiceItemCreate", customer_id=customer, amount=5, currency="eur")
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"invoice_item_id": euro}])
    assert (refusal.code, refusal.path) == ("CURRENCY_MISMATCH", ("lines", "0", "invoice_item_id"))
    stranger = await gateway.customer()
    foreign = await gateway.done("invoiceItemCreate", customer_id=stranger, amount=5)
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"invoice_item_id": foreign}])
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("lines", "0", "invoice_item_id"))
    refusal = await gateway.refused("invoiceItemCreate", customer_id=stranger, invoice_id=id, amount=5)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("invoice_id",))


async def test_an_entry_that_names_an_item_takes_nothing_else_and_names_it_once(gateway: Gateway) -> None:
    id = await gateway.draft()
    customer = (await gateway.invoice(id)).customer_id
    item = await gateway.done("invoiceItemCreate", customer_id=customer, amount=5)
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"invoice_item_id": item, "amount": 5}])
    assert (refusal.code, refusal.path) == ("PARAMETERS_EXCLUSIVE", ("lines", "0", "amount"))
    refusal = await gateway.refused("invoiceAddLines", id=id, lines=[{"invoice_item_id": item}] * 2)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines", "1", "invoice_item_id"))


async def test_amounts_keep_to_the_step_of_their_currency(gateway: Gateway) -> None:
    customer = await gateway.customer()
    refusal = await gateway.refused("invoiceCreate", customer_id=customer, currency="kwd", lines=[{"amount": 1005}])
    assert (refusal.code, refusal.path) == ("INVALID_CHARGE_AMOUNT", ("lines", "0", "amount"))
