"""Previews: what a customer's next invoice would be. They look like drafts, and nothing can be done with them."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from invoice_graph.commands.invoices.invoices import create_invoice
from invoice_graph.commands.invoices.items import change_item
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode, Refusal
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import BillingReason, PendingItems
from invoice_graph.store.connection import Connection
from invoice_graph.store.due import expired_previews
from invoice_graph.store.rows import copy_of
from invoice_graph.store.tables import Discount, Invoice, InvoiceItem, LineItem, Price, Product, TaxRate
from invoice_graph.store.unit_of_work import UnitOfWork, missing

LIFETIME = timedelta(hours=72)
_ITEMS = "invoice_items"
_PASSED_ON = ("customer_id", "currency", "collection_method", "discounts", "default_tax_rate_ids", "shipping_cost")
_MADE_IN_PLACE = (Product, Price, TaxRate)


async def preview_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoicePreview: makes the draft for real in a unit of work that is never written, and keeps a copy of it."""
    rehearsal = services.unit_of_work(uow.connection, uow.account_id, uow.operation_id)
    rehearsal.now = uow.now
    entries: Sequence[Input] = input.get(_ITEMS) or ()
    await _change_pending(rehearsal, input["customer_id"], entries)
    new = {place: _without_currency(e) for place, e in enumerate(entries) if e.get("invoice_item_id") is None}
    given = {name: input[name] for name in _PASSED_ON if name in input}
    given |= {"pending_invoice_items_behavior": PendingItems.INCLUDE, "lines": list(new.values())}
    try:
        done = await create_invoice(rehearsal, given, services)
    except Refusal as refusal:
        refusal.path = _as_asked(refusal.path, list(new))
        raise
    _check_currencies(rehearsal, str(done.object_id), entries)
    if not rehearsal.added(LineItem):
        message = "There is nothing to preview: the customer has no pending items; give some invoiceItems."
        raise refuse(message, ("customer_id",), ErrorCode.INVOICE_UPCOMING_NONE)
    return _keep(uow, rehearsal, str(done.object_id), services)


async def forget_previews(services: Services) -> int:
    """Deletes the previews whose time is over, and returns how many there were."""
    async with services.database.reader() as connection:
        found = await expired_previews(connection, services.clock.now())
    return sum([await services.database.write(partial(_forget, services, preview)) for preview in found])


async def _forget(services: Services, preview: Invoice, connection: Connection) -> bool:
    uow = services.unit_of_work(connection, preview.account_id, services.ids.token())
    invoice = await uow.get(Invoice, preview.id)
    if invoice is None:
        return False
    for kind in (LineItem, Discount):
        for row in await uow.find(kind, invoice_id=invoice.id):
            uow.delete(row)
    uow.delete(invoice)
    await uow.flush()
    return True


def _without_currency(entry: Input) -> Input:
    return {name: value for name, value in entry.items() if name != "currency"}


async def _change_pending(uow: UnitOfWork, customer_id: str, entries: Sequence[Input]) -> None:
    """Changes the pending items that entries name, as far as the rehearsal is concerned."""
    for place, entry in enumerate(entries):
        id = entry.get("invoice_item_id")
        if id is None:
            continue
        path: Path = (_ITEMS, str(place))
        item = await uow.get(InvoiceItem, id)
        if item is None or item.customer_id != customer_id:
            raise missing(InvoiceItem, id, (*path, "invoice_item_id"))
        if item.invoice_id is not None:
            raise refuse("The invoice item is on an invoice already; name a pending one.", (*path, "invoice_item_id"))
        await change_item(uow, item, entry, path)


def _check_currencies(uow: UnitOfWork, invoice_id: str, entries: Sequence[Input]) -> None:
    (invoice,) = (row for row in uow.added(Invoice) if row.id == invoice_id)
    for place, entry in enumerate(entries):
        if entry.get("currency") not in (None, invoice.currency):
            message = f"The preview is in {invoice.currency}, the item in {entry['currency']}; they must be the same."
            raise refuse(message, (_ITEMS, str(place), "currency"), ErrorCode.CURRENCY_MISMATCH)


def _as_asked(path: Sequence[str], places: Sequence[int]) -> Path:
    """A path of invoiceCreate as one of the preview's input."""
    if len(path) > 1 and path[0] == "lines":
        return (_ITEMS, str(places[int(path[1])]), *path[2:])
    return tuple(path)


def _keep(uow: UnitOfWork, rehearsal: UnitOfWork, invoice_id: str, services: Services) -> Done:
    """Copies what the rehearsal made to what is written."""
    invoice = next(row for row in rehearsal.added(Invoice) if row.id == invoice_id)
    id = uow.ids.make(Prefix.PREVIEW)
    uow.add(copy_of(invoice, id=id, billing_reason=BillingReason.UPCOMING, expires_at=services.clock.now() + LIFETIME))
    for line in rehearsal.added(LineItem):
        uow.add(copy_of(line, id=uow.ids.make(Prefix.PREVIEW_LINE), invoice_id=id, invoice_item_id=None))
    for discount in rehearsal.added(Discount):
        uow.add(copy_of(discount, invoice_id=id, invoice_item_id=None))
    for kind in _MADE_IN_PLACE:
        for row in rehearsal.added(kind):
            made: Any = copy_of(row)
            uow.add(made)
    return Done(id)
