"""The lines of a draft: added, changed and removed, all of a call or none."""

from collections.abc import Sequence

from invoice_graph.commands.invoices.drafts import Draft, open_draft
from invoice_graph.commands.invoices.items import (
    change_item,
    destroy_item,
    item_of,
    mirror_item,
    new_item,
    pull_item,
    release_item,
)
from invoice_graph.commands.invoices.terms import tax_amounts
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, merge_metadata, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import LineRemoval
from invoice_graph.store.tables import Invoice, InvoiceItem, LineItem
from invoice_graph.store.unit_of_work import UnitOfWork, missing


async def add_lines(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceAddLines."""
    draft = await _draft(uow, input)
    await add_entries(uow, draft, input["lines"])
    return await _finish(uow, draft, input)


async def update_lines(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceUpdateLines."""
    draft = await _draft(uow, input)
    for line, entry, path in _named_lines(draft, input["lines"]):
        item = await item_of(uow, line)
        await change_item(uow, item, entry, path)
        mirror_item(line, item)
        await _write_tax_amounts(uow, line, entry, path)
    await _check_taxes(uow, draft, input["lines"])
    return await _finish(uow, draft, input)


async def remove_lines(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceRemoveLines."""
    draft = await _draft(uow, input)
    for line, entry, _ in _named_lines(draft, input["lines"]):
        item = await item_of(uow, line)
        draft.detach(uow, line)
        if entry["behavior"] == LineRemoval.DELETE:
            await destroy_item(uow, item)
        else:
            release_item(uow, item)
    return await _finish(uow, draft, input)


async def add_entries(uow: UnitOfWork, draft: Draft, entries: Sequence[Input]) -> None:
    """Puts new items, or pending ones that the entries name, on a draft."""
    draft.make_room(len(entries), ("lines",))
    for place, entry in enumerate(entries):
        path = ("lines", str(place))
        if entry.get("invoice_item_id") is None:
            item = await new_item(uow, draft.customer, draft.invoice.currency, entry, path)
            line = draft.attach(uow, item, uow.ids.make(Prefix.LINE_ITEM))
            await _write_tax_amounts(uow, line, entry, path)
        else:
            pull_item(uow, draft, await _pending_item(uow, draft, entry["invoice_item_id"], path))
    await _check_taxes(uow, draft, entries)


async def pull_pending(uow: UnitOfWork, draft: Draft, limit: int) -> None:
    """Puts the customer's oldest pending items of the invoice's currency on it, the newest of them first."""
    pending = await uow.find(
        InvoiceItem,
        order=("created_at", "id"),
        limit=limit,
        customer_id=draft.customer.id,
        invoice_id=None,
        currency=draft.invoice.currency,
    )
    for item in reversed(pending):
        pull_item(uow, draft, item)


async def _pending_item(uow: UnitOfWork, draft: Draft, id: str, path: Path) -> InvoiceItem:
    where = (*path, "invoice_item_id")
    item = await uow.get(InvoiceItem, id)
    if item is None or item.customer_id != draft.customer.id:
        raise missing(InvoiceItem, id, where)
    if item.invoice_id is not None:
        raise refuse("The invoice item is on an invoice already; name a pending one.", where)
    if item.currency != draft.invoice.currency:
        message = f"The invoice is in {draft.invoice.currency}, the item in {item.currency}; they must be the same."
        raise refuse(message, where, ErrorCode.CURRENCY_MISMATCH)
    return item


async def _write_tax_amounts(uow: UnitOfWork, line: LineItem, entry: Input, path: Path) -> None:
    if "tax_amounts" in entry:
        line.tax_amounts = await tax_amounts(uow, entry["tax_amounts"] or (), (*path, "tax_amounts"))


async def _check_taxes(uow: UnitOfWork, draft: Draft, entries: Sequence[Input]) -> None:
    """Refuses given tax amounts besides tax rates, by the first entry that has either."""
    if any(line.tax_amounts for line in draft.lines):
        names = ("tax_amounts", "tax_rate_ids")
        culprits = (("lines", str(i), name) for i, entry in enumerate(entries) for name in names if entry.get(name))
        await draft.check_taxes(uow, next(culprits, ("lines",)))


async def _draft(uow: UnitOfWork, input: Input) -> Draft:
    return await open_draft(uow, await uow.require(Invoice, input["id"], ("id",)))


def _named_lines(draft: Draft, entries: Sequence[Input]) -> list[tuple[LineItem, Input, Path]]:
    """The lines that the entries name; refuses one that the invoice does not have."""
    lines = {line.id: line for line in draft.lines}
    named: list[tuple[LineItem, Input, Path]] = []
    for place, entry in enumerate(entries):
        path = ("lines", str(place))
        if entry["id"] not in lines:
            raise missing(LineItem, entry["id"], (*path, "id"))
        named.append((lines[entry["id"]], entry, path))
    return named


async def _finish(uow: UnitOfWork, draft: Draft, input: Input) -> Done:
    invoice = draft.invoice
    if "invoice_metadata" in input:
        invoice.details = merge_metadata(invoice.details, input["invoice_metadata"], ("invoice_metadata",))
    await draft.recompute(uow)
    uow.emit(EventType.INVOICE_UPDATED, invoice)
    return Done(invoice.id)
