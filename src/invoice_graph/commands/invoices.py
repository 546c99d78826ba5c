"""Invoices: created, updated, deleted, sent, voided, given up."""

from typing import Any

from invoice_graph.adapters.mail import InvoiceMail
from invoice_graph.commands.balances import Movement, balance_of, clear_delinquency
from invoice_graph.commands.drafts import Draft, change_balance, open_draft
from invoice_graph.commands.finalization import finalize
from invoice_graph.commands.items import destroy_item, item_of, release_item
from invoice_graph.commands.lines import add_entries, pull_pending
from invoice_graph.commands.numbers import check_number_free
from invoice_graph.commands.operations import Done, Services
from invoice_graph.commands.payments import cancel_default_payment, check_payment_method
from invoice_graph.commands.schedule import change_collection, change_schedule
from invoice_graph.commands.status import apply
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import MAX_INVOICE_ITEMS, Input, merge_metadata
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.invoices import check_editable
from invoice_graph.domain.kinds import BalanceTransactionType, CollectionMethod, PendingItems
from invoice_graph.domain.lifecycle import STATUS_EVENTS, InvoiceAction, InvoiceStatus, Outcome, transition
from invoice_graph.store.tables import Account, Customer, Invoice
from invoice_graph.store.unit_of_work import UnitOfWork

_COPIED_FIELDS = (
    "description",
    "footer",
    "custom_fields",
    "statement_descriptor",
    "effective_at",
    "default_payment_method_id",
    "payment_method_types",
    "number",
)
"""Input fields that are written to the column of the same name."""


async def create_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceCreate."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    account = await uow.account()
    invoice = _new_invoice(uow, input, customer, account)
    await _write_fields(uow, invoice, customer, input)
    change_collection(invoice, input, account, uow.now)
    change_schedule(invoice, input, account, uow.now)
    draft = Draft(invoice, customer, account, await balance_of(uow, customer, invoice.currency))
    draft.mirror()
    entries = input.get("lines") or ()
    if input.get("pending_invoice_items_behavior") == PendingItems.INCLUDE:
        await pull_pending(uow, draft, MAX_INVOICE_ITEMS - len(entries))
    await add_entries(uow, draft, entries)
    draft.recompute()
    customer.currency = customer.currency or invoice.currency
    uow.emit(STATUS_EVENTS[InvoiceStatus.DRAFT], invoice, becomes=InvoiceStatus.DRAFT)
    return Done(uow.add(invoice).id)


async def update_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceUpdate."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    status = InvoiceStatus(invoice.status)
    given = {name: value for name, value in input.items() if name != "id"}
    check_editable(status, given)
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    account = await uow.account()
    await _write_fields(uow, invoice, customer, given)
    if status is InvoiceStatus.DRAFT:
        change_collection(invoice, given, account, uow.now)
    change_schedule(invoice, given, account, uow.now)
    if uow.differs(invoice):
        apply(uow, invoice, transition(status, InvoiceAction.UPDATE, Outcome.DONE))
    return Done(invoice.id)


async def delete_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceDelete."""
    draft = await open_draft(uow, await uow.require(Invoice, input["id"], ("id",)))
    for line in list(draft.lines):
        item = await item_of(uow, line)
        draft.detach(uow, line)
        if item.was_pending:
            release_item(uow, item)
        else:
            destroy_item(uow, item)
    uow.delete(draft.invoice)
    uow.emit(EventType.INVOICE_DELETED, draft.invoice)
    return Done(None, deleted_id=draft.invoice.id)


async def send_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceSend: a draft is finalized by the same operation."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    status = InvoiceStatus(invoice.status)
    if status is InvoiceStatus.DRAFT:
        result = await finalize(uow, invoice, InvoiceAction.SEND)
        if result.error is not None:
            return Done(invoice.id, refusals=result.refusals)
    else:
        apply(uow, invoice, transition(status, InvoiceAction.SEND, Outcome.DONE))
    return Done(invoice.id, mails=(_mail(invoice),))


async def void_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceVoid: gives back what finalization took from the customer balance."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    apply(uow, invoice, transition(InvoiceStatus(invoice.status), InvoiceAction.VOID, Outcome.DONE))
    await cancel_default_payment(uow, invoice)
    applied = (invoice.ending_balance or 0) - invoice.starting_balance
    if applied:
        customer = await uow.require(Customer, invoice.customer_id, ("id",))
        back = Movement(BalanceTransactionType.UNAPPLIED_FROM_INVOICE, -applied)
        await change_balance(uow, customer, invoice.currency, [back], invoice.id)
    return Done(invoice.id)


async def mark_uncollectible(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceMarkUncollectible."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    status = InvoiceStatus(invoice.status)
    apply(uow, invoice, transition(status, InvoiceAction.MARK_UNCOLLECTIBLE, Outcome.DONE))
    clear_delinquency(uow, await uow.require(Customer, invoice.customer_id, ("id",)))
    return Done(invoice.id)


def _new_invoice(uow: UnitOfWork, input: Input, customer: Customer, account: Account) -> Invoice:
    return Invoice(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE),
        created_at=uow.now,
        customer_id=customer.id,
        currency=input.get("currency") or customer.currency or account.default_currency,
        collection_method=input.get("collection_method") or CollectionMethod.CHARGE_AUTOMATICALLY,
        footer=customer.invoice_footer,
        custom_fields=customer.invoice_custom_fields or [],
        period_start_at=uow.now,
        period_end_at=uow.now,
    )


async def _write_fields(uow: UnitOfWork, invoice: Invoice, customer: Customer, given: Input) -> None:
    """Writes the fields that stand for themselves; those of collection and schedule depend on one another."""
    if given.get("number") is not None:
        await check_number_free(uow, given["number"], invoice.id)
    if given.get("default_payment_method_id") is not None:
        path = ("default_payment_method_id",)
        await check_payment_method(uow, customer, given["default_payment_method_id"], path)
    for name in _COPIED_FIELDS:
        if name in given:
            setattr(invoice, name, _written(name, given[name]))
    if "metadata" in given:
        invoice.details = merge_metadata(invoice.details, given["metadata"], ("metadata",))


def _written(name: str, value: Any) -> Any:
    return [] if name == "custom_fields" and value is None else value


def _mail(invoice: Invoice) -> InvoiceMail:
    return InvoiceMail(invoice.customer_email or "", invoice.id, invoice.number or "", invoice.hosted_token or "")
