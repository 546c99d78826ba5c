"""Invoice items: what is billed, pending or on a draft."""

from collections.abc import Sequence

from invoice_graph.commands.invoices.discounts import give_discounts
from invoice_graph.commands.invoices.drafts import Draft, billed, cost_of, open_draft
from invoice_graph.commands.invoices.pricing import chosen_price, currency_of_price, price_of
from invoice_graph.commands.invoices.terms import chosen_rates
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode, TransitionRefusal
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, merge_metadata, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, allowed_from
from invoice_graph.domain.lines import cost
from invoice_graph.store.tables import Customer, Discount, Invoice, InvoiceItem, LineItem, Price, Product
from invoice_graph.store.unit_of_work import UnitOfWork, missing


async def create_item(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceItemCreate."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    invoice = await _named_draft(uow, customer, input.get("invoice_id"))
    currency = await _currency(uow, customer, invoice, input)
    if invoice is None:
        item = await new_item(uow, customer, currency, input)
    else:
        draft = await open_draft(uow, invoice)
        draft.make_room(1, ("invoice_id",))
        item = await new_item(uow, customer, currency, input)
        draft.attach(uow, item, uow.ids.make(Prefix.LINE_ITEM))
        await draft.recompute(uow)
        uow.emit(EventType.INVOICE_UPDATED, invoice)
    customer.currency = customer.currency or currency
    return Done(item.id)


async def update_item(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceItemUpdate."""
    item = await uow.require(InvoiceItem, input["id"], ("id",))
    invoice = await _own_draft(uow, item, InvoiceAction.UPDATE_LINES)
    await change_item(uow, item, input)
    if invoice is not None and uow.differs(item):
        draft = await open_draft(uow, invoice)
        for line in draft.lines:
            if line.invoice_item_id == item.id:
                mirror_item(line, item)
        await draft.recompute(uow)
        uow.emit(EventType.INVOICE_UPDATED, invoice)
    return Done(item.id)


async def delete_item(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceItemDelete."""
    item = await uow.require(InvoiceItem, input["id"], ("id",))
    invoice = await _own_draft(uow, item, InvoiceAction.REMOVE_LINES)
    if invoice is not None:
        draft = await open_draft(uow, invoice)
        for line in [line for line in draft.lines if line.invoice_item_id == item.id]:
            draft.detach(uow, line)
        await draft.recompute(uow)
        uow.emit(EventType.INVOICE_UPDATED, invoice)
    await destroy_item(uow, item)
    return Done(None, deleted_id=item.id)


async def item_of(uow: UnitOfWork, line: LineItem) -> InvoiceItem:
    """The item behind a line; only lines of previews have none."""
    assert line.invoice_item_id is not None
    return await uow.require(InvoiceItem, line.invoice_item_id, ("id",))


async def new_item(uow: UnitOfWork, customer: Customer, currency: str, entry: Input, path: Path = ()) -> InvoiceItem:
    """A new item of one entry of input, not on any invoice yet."""
    price = await chosen_price(uow, entry, currency, path)
    found = cost(entry, None, currency, price, path)
    period = entry.get("period") or {"start": uow.now, "end": uow.now}
    discountable = entry.get("discountable")
    item = InvoiceItem(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE_ITEM),
        created_at=uow.now,
        customer_id=customer.id,
        test_clock_id=customer.test_clock_id,
        amount=found.amount,
        currency=currency,
        description=entry.get("description"),
        quantity_decimal=found.quantity,
        unit_amount_decimal=found.unit_amount,
        period_start_at=period["start"],
        period_end_at=period["end"],
        discountable=found.amount >= 0 if discountable is None else discountable,
        details=merge_metadata({}, entry.get("metadata"), (*path, "metadata")),
    )
    await _write_price(uow, item, price)
    await _write_terms(uow, item, customer, entry, path)
    uow.emit(EventType.INVOICEITEM_CREATED, item)
    return uow.add(item)


async def change_item(uow: UnitOfWork, item: InvoiceItem, entry: Input, path: Path = ()) -> None:
    """Changes an item by one entry of input."""
    price = await chosen_price(uow, entry, item.currency, path)
    current = await price_of(uow, item)
    found = cost(entry, cost_of(item, current), item.currency, price, path)
    item.amount, item.quantity_decimal, item.unit_amount_decimal = found.amount, found.quantity, found.unit_amount
    if found.price is not current:
        await _write_price(uow, item, price)
    if "description" in entry:
        item.description = entry["description"]
    if "period" in entry:
        item.period_start_at, item.period_end_at = entry["period"]["start"], entry["period"]["end"]
    if "discountable" in entry:
        item.discountable = entry["discountable"]
    if "metadata" in entry:
        item.details = merge_metadata(item.details, entry["metadata"], (*path, "metadata"))
    customer = await uow.require(Customer, item.customer_id, ("id",))
    await _write_terms(uow, item, customer, entry, path)
    if uow.differs(item):
        uow.touch(item)


async def _write_price(uow: UnitOfWork, item: InvoiceItem, price: Price | None) -> None:
    """Makes an item one of a price's product, or of none."""
    item.price_id = price.id if price else None
    item.product_id = price.product_id if price else None
    if price is not None and item.description is None:
        item.description = (await uow.require(Product, price.product_id, ("price_id",))).name


async def _write_terms(uow: UnitOfWork, item: InvoiceItem, customer: Customer, entry: Input, path: Path) -> None:
    if "tax_rate_ids" in entry:
        where = (*path, "tax_rate_ids")
        item.tax_rate_ids = await chosen_rates(uow, entry["tax_rate_ids"] or (), item.tax_rate_ids, where)
    if "discounts" in entry:
        given = entry["discounts"] or ()
        discounts = await give_discounts(uow, given, item, customer, uow.now, (*path, "discounts"))
        item.discount_ids = [discount.id for discount in discounts]


def mirror_item(line: LineItem, item: InvoiceItem) -> None:
    """Brings a line up to date with its item."""
    for name, value in billed(item).items():
        setattr(line, name, value)


async def destroy_item(uow: UnitOfWork, item: InvoiceItem) -> None:
    """Deletes an item and its discounts."""
    await drop_discounts(uow, item.discount_ids)
    uow.delete(item)
    uow.emit(EventType.INVOICEITEM_DELETED, item)


async def drop_discounts(uow: UnitOfWork, ids: Sequence[str]) -> None:
    """Deletes the discounts of something that is deleted itself."""
    for id in ids:
        uow.delete(await uow.require(Discount, id, ("id",)))


def release_item(uow: UnitOfWork, item: InvoiceItem) -> None:
    """Makes an item pending again."""
    item.invoice_id, item.was_pending = None, False
    uow.touch(item)


def pull_item(uow: UnitOfWork, draft: Draft, item: InvoiceItem) -> None:
    """Puts a pending item on a draft."""
    item.was_pending = True
    uow.touch(item)
    draft.attach(uow, item, uow.ids.make(Prefix.LINE_ITEM))


def check_draft(invoice: Invoice, action: InvoiceAction, path: Path) -> None:
    """Refuses to touch the items of an invoice that is not a draft, with INVOICE_NOT_EDITABLE."""
    if invoice.status != InvoiceStatus.DRAFT:
        raise TransitionRefusal(
            ErrorCode.INVOICE_NOT_EDITABLE,
            "Finalized invoices can't be updated in this way",
            path,
            current_status=invoice.status,
            allowed_from=allowed_from(action),
        )


async def _named_draft(uow: UnitOfWork, customer: Customer, invoice_id: str | None) -> Invoice | None:
    if invoice_id is None:
        return None
    path = ("invoice_id",)
    invoice = await uow.require(Invoice, invoice_id, path)
    if invoice.customer_id != customer.id:
        raise missing(Invoice, invoice_id, path)
    check_draft(invoice, InvoiceAction.ADD_LINES, path)
    return invoice


async def _own_draft(uow: UnitOfWork, item: InvoiceItem, action: InvoiceAction) -> Invoice | None:
    if item.invoice_id is None:
        return None
    invoice = await uow.require(Invoice, item.invoice_id, ("id",))
    check_draft(invoice, action, ())
    return invoice


async def _currency(uow: UnitOfWork, customer: Customer, invoice: Invoice | None, input: Input) -> str:
    """The currency of a new item: that of its invoice, else the one given or that of its price."""
    given: str | None = input.get("currency")
    if invoice is None:
        return given or await currency_of_price(uow, input) or await _usual_currency(uow, customer)
    if given is not None and given != invoice.currency:
        message = f"The invoice is in {invoice.currency}, the item in {given}; they must be the same."
        raise refuse(message, ("currency",), ErrorCode.CURRENCY_MISMATCH)
    return invoice.currency


async def _usual_currency(uow: UnitOfWork, customer: Customer) -> str:
    return customer.currency or (await uow.account()).default_currency
