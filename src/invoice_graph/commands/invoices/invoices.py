"""Invoices: created, updated, deleted, sent, voided, given up."""

from typing import Any

from invoice_graph.adapters.mail import InvoiceMail
from invoice_graph.commands.balances import balance_of, clear_delinquency
from invoice_graph.commands.invoices.discounts import (
    check_minimum_amounts,
    copy_discounts,
    give_discounts,
    take_customer_discounts,
)
from invoice_graph.commands.invoices.drafts import Draft, held_by_origin, open_draft
from invoice_graph.commands.invoices.finalization import finalize
from invoice_graph.commands.invoices.items import destroy_item, drop_discounts, item_of, release_item
from invoice_graph.commands.invoices.lines import add_entries, pull_pending
from invoice_graph.commands.invoices.rendering import Inherited, flattened, inherit, inherited, write_rendering
from invoice_graph.commands.invoices.revisions import ORIGIN, copied_fields, copy_lines, days_to_pay, origin_of, void
from invoice_graph.commands.invoices.schedule import change_collection, change_schedule
from invoice_graph.commands.invoices.status import apply
from invoice_graph.commands.invoices.terms import chosen_rates
from invoice_graph.commands.numbers import check_number_free
from invoice_graph.commands.operations import Done, Services
from invoice_graph.commands.payment_methods import check_payment_method
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import MAX_INVOICE_ITEMS, Input, merge_metadata, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.invoices import check_editable
from invoice_graph.domain.kinds import CollectionMethod, PendingItems, UncollectibleReason
from invoice_graph.domain.lifecycle import STATUS_EVENTS, InvoiceAction, InvoiceStatus, Outcome, transition
from invoice_graph.domain.money import check_amount, currency_of
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

_MONEY = frozenset({"discounts", "default_tax_rate_ids", "shipping_cost"})
"""Input fields that totals depend on."""

_NOTHING: Inherited = {"description": None, "footer": None, "custom_fields": []}
"""What an invoice says on which nothing was set."""


async def create_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceCreate."""
    origin = await origin_of(uow, input)
    customer = await _customer(uow, input, origin)
    account = await uow.account()
    invoice = uow.add(_new_invoice(uow, input, customer, account, origin))
    given = _with_days_of(origin, flattened(input))
    draft = Draft(invoice, customer, account, await balance_of(uow, customer, invoice.currency))
    draft.balance += await held_by_origin(uow, invoice)
    await _write_fields(uow, invoice, customer, given)
    inherit(invoice, _NOTHING, await inherited(uow, invoice, customer, account), given)
    change_collection(invoice, given, account, uow.now)
    change_schedule(invoice, given, account, uow.now)
    await _give_first_discounts(uow, invoice, customer, origin, given)
    draft.mirror()
    await _fill(uow, draft, origin, given)
    await draft.recompute(uow)
    if invoice.discount_ids:
        await check_minimum_amounts(uow, invoice)
    customer.currency = customer.currency or invoice.currency
    uow.emit(STATUS_EVENTS[InvoiceStatus.DRAFT], invoice, becomes=InvoiceStatus.DRAFT)
    return Done(invoice.id)


async def update_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceUpdate."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    status = InvoiceStatus(invoice.status)
    given = flattened({name: value for name, value in input.items() if name != "id"})
    check_editable(status, given)
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    account = await uow.account()
    before = await inherited(uow, invoice, customer, account)
    await _write_fields(uow, invoice, customer, given)
    if status is InvoiceStatus.DRAFT:
        inherit(invoice, before, await inherited(uow, invoice, customer, account), given)
        change_collection(invoice, given, account, uow.now)
    change_schedule(invoice, given, account, uow.now)
    if _MONEY & given.keys():
        await _reckon(uow, invoice, customer, given)
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
            await destroy_item(uow, item)
    await drop_discounts(uow, draft.invoice.discount_ids)
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
    return Done(invoice.id, mails=(mail_about(invoice),))


async def void_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceVoid: gives back what finalization took from the customer balance."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    await void(uow, invoice)
    return Done(invoice.id)


async def mark_uncollectible(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceMarkUncollectible."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    status = InvoiceStatus(invoice.status)
    invoice.uncollectible_reason = UncollectibleReason.USER_FORGIVEN
    apply(uow, invoice, transition(status, InvoiceAction.MARK_UNCOLLECTIBLE, Outcome.DONE))
    clear_delinquency(uow, await uow.require(Customer, invoice.customer_id, ("id",)))
    return Done(invoice.id)


async def _customer(uow: UnitOfWork, input: Input, origin: Invoice | None) -> Customer:
    if origin is not None:
        return await uow.require(Customer, origin.customer_id, ORIGIN)
    return await uow.require(Customer, input["customer_id"], ("customer_id",))


def _new_invoice(
    uow: UnitOfWork, input: Input, customer: Customer, account: Account, origin: Invoice | None
) -> Invoice:
    copied = {} if origin is None else dict(copied_fields(origin))
    usual = copied.pop("currency", None) or customer.currency or account.default_currency
    method = copied.pop("collection_method", None) or CollectionMethod.CHARGE_AUTOMATICALLY
    return Invoice(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE),
        created_at=uow.now,
        customer_id=customer.id,
        currency=input.get("currency") or usual,
        collection_method=input.get("collection_method") or method,
        test_clock_id=customer.test_clock_id,
        amount_tax_display=copied.pop("amount_tax_display", None) or customer.amount_tax_display,
        period_start_at=uow.now,
        period_end_at=uow.now,
        **copied,
    )


def _with_days_of(origin: Invoice | None, given: Input) -> Input:
    """A revision leaves as much time to pay as its origin did, unless it says otherwise."""
    days = None if origin is None else days_to_pay(origin)
    if days is None or {"due_at", "days_until_due", "collection_method"} & given.keys():
        return given
    return {**given, "days_until_due": days}


async def _give_first_discounts(
    uow: UnitOfWork, invoice: Invoice, customer: Customer, origin: Invoice | None, given: Input
) -> None:
    """The discounts that were asked for, else those of the origin, else the customer's."""
    if "discounts" in given:
        entries = given["discounts"] or ()
        discounts = await give_discounts(uow, entries, invoice, customer, uow.now)
        invoice.discount_ids = [discount.id for discount in discounts]
    elif origin is not None:
        invoice.discount_ids = await copy_discounts(uow, origin.discount_ids, invoice)
    else:
        invoice.discount_ids = await take_customer_discounts(uow, customer, invoice)


async def _fill(uow: UnitOfWork, draft: Draft, origin: Invoice | None, given: Input) -> None:
    """Puts the first lines on a draft."""
    entries = given.get("lines") or ()
    if origin is not None and "lines" not in given:
        await copy_lines(uow, draft, origin)
    if given.get("pending_invoice_items_behavior") == PendingItems.INCLUDE:
        await pull_pending(uow, draft, MAX_INVOICE_ITEMS - len(entries))
    await add_entries(uow, draft, entries)


async def _reckon(uow: UnitOfWork, invoice: Invoice, customer: Customer, given: Input) -> None:
    """Computes a draft anew whose discounts, tax rates or shipping were given."""
    if "discounts" in given:
        discounts = await give_discounts(uow, given["discounts"] or (), invoice, customer, uow.now)
        invoice.discount_ids = [discount.id for discount in discounts]
    draft = await open_draft(uow, invoice)
    if given.get("default_tax_rate_ids"):
        await draft.check_taxes(uow, ("default_tax_rate_ids",))
    await draft.recompute(uow)
    if invoice.discount_ids:
        await check_minimum_amounts(uow, invoice)


async def _write_fields(uow: UnitOfWork, invoice: Invoice, customer: Customer, given: Input) -> None:
    """Writes the fields that stand for themselves; those of collection and schedule depend on one another."""
    if given.get("number") is not None:
        await check_number_free(uow, given["number"], invoice.id)
    if given.get("default_payment_method_id") is not None:
        path = ("default_payment_method_id",)
        await check_payment_method(uow, customer, given["default_payment_method_id"], path)
    if "default_tax_rate_ids" in given:
        path = ("default_tax_rate_ids",)
        chosen, current = given["default_tax_rate_ids"] or (), invoice.default_tax_rate_ids
        invoice.default_tax_rate_ids = await chosen_rates(uow, chosen, current, path)
    if "shipping_cost" in given:
        invoice.shipping_cost = _shipping(given["shipping_cost"], invoice.currency)
    await write_rendering(uow, invoice, given)
    for name in _COPIED_FIELDS:
        if name in given:
            setattr(invoice, name, _written(name, given[name]))
    if "metadata" in given:
        invoice.details = merge_metadata(invoice.details, given["metadata"], ("metadata",))


def _shipping(given: Input | None, currency: str) -> dict[str, Any] | None:
    """What shipping costs, as it is stored and shown; no tax rate applies to it."""
    if given is None:
        return None
    amount = given["amount"]
    check_amount(amount, currency_of(currency), ("shipping_cost", "amount"))
    if amount < 0:
        raise refuse("Shipping costs 0 or more; give a positive amount.", ("shipping_cost", "amount"))
    return {
        "displayName": given.get("display_name"),
        "amountSubtotal": amount,
        "amountTax": 0,
        "amountTotal": amount,
    }


def _written(name: str, value: Any) -> Any:
    return [] if name == "custom_fields" and value is None else value


def mail_about(invoice: Invoice) -> InvoiceMail:
    """The mail that sends an invoice."""
    return InvoiceMail(invoice.customer_email or "", invoice.id, invoice.number or "", invoice.hosted_token or "")
