"""Revisions: drafts that replace a finalized invoice, which is voided when they are finalized."""

from collections.abc import Mapping
from typing import Any

from invoice_graph.commands.balances import Movement
from invoice_graph.commands.invoices.default_payment import cancel_default_payment
from invoice_graph.commands.invoices.discounts import copy_discounts
from invoice_graph.commands.invoices.drafts import Draft, change_balance
from invoice_graph.commands.invoices.items import mirror_item
from invoice_graph.commands.invoices.status import apply, check_action
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import BalanceTransactionType, CollectionMethod, PendingItems
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, Outcome, transition
from invoice_graph.store.tables import Billed, Customer, Invoice, InvoiceItem, LineItem
from invoice_graph.store.unit_of_work import UnitOfWork, missing

ORIGIN: Path = ("from_invoice", "invoice_id")

_COPIED = (
    "currency",
    "collection_method",
    "description",
    "footer",
    "custom_fields",
    "statement_descriptor",
    "default_payment_method_id",
    "payment_method_types",
    "default_tax_rate_ids",
    "shipping_cost",
    "rendering_template_id",
    "rendering_template_version",
    "page_size",
    "amount_tax_display",
    "details",
)
"""What a revision takes over from its origin besides lines, discounts and the time there was to pay."""

_BILLED = tuple(name for name in Billed.model_fields if name not in ("account_id", "id", "created_at", "discount_ids"))


async def origin_of(uow: UnitOfWork, input: Input) -> Invoice | None:
    """The invoice that an input wants to revise; None when it wants something else. Refuses one that can't be."""
    if input.get("from_invoice") is None:
        return None
    id = input["from_invoice"]["invoice_id"]
    origin = await uow.require(Invoice, id, ORIGIN)
    if origin.expires_at is not None:
        raise missing(Invoice, id, ORIGIN)
    check_action(origin, InvoiceAction.REVISE, ORIGIN)
    if input.get("customer_id") not in (None, origin.customer_id):
        raise refuse("A revision is for the customer of its origin; leave customerId out.", ("customer_id",))
    if input.get("pending_invoice_items_behavior") == PendingItems.INCLUDE:
        message = "A revision copies the lines of its origin and takes up no pending items; add them afterwards."
        raise refuse(message, ("pending_invoice_items_behavior",), ErrorCode.PARAMETER_INVALID)
    return origin


def copied_fields(origin: Invoice) -> Mapping[str, Any]:
    """The columns that a revision starts with."""
    return {name: getattr(origin, name) for name in _COPIED} | {"from_invoice_id": origin.id}


def days_to_pay(origin: Invoice) -> int | None:
    """How many days there were to pay the origin."""
    if origin.collection_method != CollectionMethod.SEND_INVOICE or origin.due_at is None:
        return None
    return (origin.due_at - origin.created_at).days


async def copy_lines(uow: UnitOfWork, draft: Draft, origin: Invoice) -> None:
    """Puts the lines of the origin on a revision, as new items, without events of their own."""
    for line in await uow.find(LineItem, order=("position",), invoice_id=origin.id):
        item = InvoiceItem(
            account_id=uow.account_id,
            id=uow.ids.make(Prefix.INVOICE_ITEM),
            created_at=uow.now,
            customer_id=draft.customer.id,
            test_clock_id=draft.customer.test_clock_id,
            **{name: getattr(line, name) for name in _BILLED},
        )
        item.discount_ids = await copy_discounts(uow, line.discount_ids, uow.add(item))
        copy = draft.attach(uow, item, uow.ids.make(Prefix.LINE_ITEM))
        mirror_item(copy, item)
        copy.tax_amounts = line.tax_amounts


async def check_origin(uow: UnitOfWork, invoice: Invoice) -> None:
    """Refuses to finalize a revision whose origin can't be revised any more."""
    if invoice.from_invoice_id is not None:
        check_action(await uow.require(Invoice, invoice.from_invoice_id, ORIGIN), InvoiceAction.REVISE)


async def replace_origin(uow: UnitOfWork, revision: Invoice) -> None:
    """Voids the invoice that a revision replaces, and tells all it descends from which one counts now. An operation
    of its own: its events come before those of the revision."""
    if revision.from_invoice_id is None:
        return
    origin = await uow.require(Invoice, revision.from_invoice_id, ORIGIN)
    await void(uow, origin)
    ancestor: Invoice | None = origin
    while ancestor is not None:
        ancestor.latest_revision_id = revision.id
        uow.emit(EventType.INVOICE_UPDATED, ancestor)
        before = ancestor.from_invoice_id
        ancestor = await uow.get(Invoice, before) if before is not None else None
    await uow.flush()


async def void(uow: UnitOfWork, invoice: Invoice) -> None:
    """Voids an invoice and gives back what finalization took from the customer balance."""
    apply(uow, invoice, transition(InvoiceStatus(invoice.status), InvoiceAction.VOID, Outcome.DONE))
    await cancel_default_payment(uow, invoice)
    applied = (invoice.ending_balance or 0) - invoice.starting_balance
    if applied:
        customer = await uow.require(Customer, invoice.customer_id, ("id",))
        back = Movement(BalanceTransactionType.UNAPPLIED_FROM_INVOICE, -applied)
        await change_balance(uow, customer, invoice.currency, [back], invoice.id)
