"""Invoice items: what is billed, pending or on a draft."""

from invoice_graph.commands.drafts import Draft, billed, open_draft, price_of
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode, TransitionRefusal
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, merge_metadata, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, allowed_from
from invoice_graph.domain.lines import price
from invoice_graph.store.tables import Customer, Invoice, InvoiceItem, LineItem
from invoice_graph.store.unit_of_work import UnitOfWork, missing


async def create_item(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceItemCreate."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    invoice = await _named_draft(uow, customer, input.get("invoice_id"))
    currency = await _currency(uow, customer, invoice, input.get("currency"))
    if invoice is None:
        item = new_item(uow, customer.id, currency, input)
    else:
        draft = await open_draft(uow, invoice)
        draft.make_room(1, ("invoice_id",))
        item = new_item(uow, customer.id, currency, input)
        draft.attach(uow, item, uow.ids.make(Prefix.LINE_ITEM))
        draft.recompute()
        uow.emit(EventType.INVOICE_UPDATED, invoice)
    customer.currency = customer.currency or currency
    return Done(item.id)


async def update_item(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceItemUpdate."""
    item = await uow.require(InvoiceItem, input["id"], ("id",))
    invoice = await _own_draft(uow, item, InvoiceAction.UPDATE_LINES)
    change_item(uow, item, input)
    if invoice is not None and uow.differs(item):
        draft = await open_draft(uow, invoice)
        for line in draft.lines:
            if line.invoice_item_id == item.id:
                mirror_item(line, item)
        draft.recompute()
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
        draft.recompute()
        uow.emit(EventType.INVOICE_UPDATED, invoice)
    destroy_item(uow, item)
    return Done(None, deleted_id=item.id)


async def item_of(uow: UnitOfWork, line: LineItem) -> InvoiceItem:
    """The item behind a line; only lines of previews have none."""
    assert line.invoice_item_id is not None
    return await uow.require(InvoiceItem, line.invoice_item_id, ("id",))


def new_item(uow: UnitOfWork, customer_id: str, currency: str, entry: Input, path: Path = ()) -> InvoiceItem:
    """A new item of one entry of input, not on any invoice yet."""
    cost = price(entry, None, currency, path)
    period = entry.get("period") or {"start": uow.now, "end": uow.now}
    discountable = entry.get("discountable")
    item = InvoiceItem(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE_ITEM),
        created_at=uow.now,
        customer_id=customer_id,
        amount=cost.amount,
        currency=currency,
        description=entry.get("description"),
        quantity_decimal=cost.quantity,
        unit_amount_decimal=cost.unit_amount,
        period_start_at=period["start"],
        period_end_at=period["end"],
        discountable=cost.amount >= 0 if discountable is None else discountable,
        details=merge_metadata({}, entry.get("metadata"), (*path, "metadata")),
    )
    uow.emit(EventType.INVOICEITEM_CREATED, item)
    return uow.add(item)


def change_item(uow: UnitOfWork, item: InvoiceItem, entry: Input, path: Path = ()) -> None:
    """Changes an item by one entry of input."""
    cost = price(entry, price_of(item), item.currency, path)
    item.amount, item.quantity_decimal, item.unit_amount_decimal = cost.amount, cost.quantity, cost.unit_amount
    if "description" in entry:
        item.description = entry["description"]
    if "period" in entry:
        item.period_start_at, item.period_end_at = entry["period"]["start"], entry["period"]["end"]
    if "discountable" in entry:
        item.discountable = entry["discountable"]
    if "metadata" in entry:
        item.details = merge_metadata(item.details, entry["metadata"], (*path, "metadata"))
    if uow.differs(item):
        uow.touch(item)


def mirror_item(line: LineItem, item: InvoiceItem) -> None:
    """Brings a line up to date with its item."""
    for name, value in billed(item).items():
        setattr(line, name, value)


def destroy_item(uow: UnitOfWork, item: InvoiceItem) -> None:
    """Deletes an item."""
    uow.delete(item)
    uow.emit(EventType.INVOICEITEM_DELETED, item)


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


async def _currency(uow: UnitOfWork, customer: Customer, invoice: Invoice | None, given: str | None) -> str:
    if invoice is None:
        return given or customer.currency or (await uow.account()).default_currency
    if given is not None and given != invoice.currency:
        message = f"The invoice is in {invoice.currency}, the item in {given}; they must be the same."
        raise refuse(message, ("currency",), ErrorCode.CURRENCY_MISMATCH)
    return invoice.currency
