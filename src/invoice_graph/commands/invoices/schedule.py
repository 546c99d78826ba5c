"""How and when an invoice is collected: the method, the due date, automatic advancement."""

from datetime import datetime, timedelta

from invoice_graph.domain.fields import Input
from invoice_graph.domain.invoices import (
    DUE_FIELDS,
    RETRY_AFTER,
    check_due_method,
    check_finalization_time,
    check_not_past,
    due_at,
)
from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.tables import Account, Invoice


def change_collection(invoice: Invoice, given: Input, account: Account, now: datetime) -> None:
    """Writes the collection method and the due date that goes with it. Refuses a due date in the past, or one
    for an invoice that is charged automatically."""
    invoice.collection_method = given.get("collection_method") or invoice.collection_method
    check_due_method(given, invoice.collection_method)
    if invoice.collection_method == CollectionMethod.CHARGE_AUTOMATICALLY:
        invoice.due_at = None
        return
    named = next((name for name in DUE_FIELDS if given.get(name) is not None), None)
    if named is not None or invoice.due_at is None or ("due_at" in given and given["due_at"] is None):
        invoice.due_at = due_at(given, invoice.created_at, account.payment_terms_days)
        check_not_past(invoice.due_at, now, (named or "due_at",))


def change_schedule(invoice: Invoice, given: Input, account: Account, now: datetime) -> None:
    """Writes automatic advancement: a draft's time of finalization, an open invoice's next attempt."""
    was_on = invoice.auto_advance
    if given.get("auto_advance") is not None:
        invoice.auto_advance = given["auto_advance"]
    chosen: datetime | None = given.get("automatically_finalizes_at")
    if chosen is not None:
        check_finalization_time(chosen, invoice.auto_advance, now)
    turned_on = invoice.auto_advance and not was_on
    charged = invoice.collection_method == CollectionMethod.CHARGE_AUTOMATICALLY
    if invoice.status == InvoiceStatus.DRAFT:
        _schedule_draft(invoice, chosen, turned_on or "automatically_finalizes_at" in given, account, now)
        invoice.next_payment_attempt_at = invoice.automatically_finalizes_at if charged else None
    elif invoice.status == InvoiceStatus.OPEN and "auto_advance" in given:
        if not invoice.auto_advance:
            invoice.next_payment_attempt_at = None
        elif turned_on and charged:
            invoice.next_payment_attempt_at = now + RETRY_AFTER


def _schedule_draft(invoice: Invoice, chosen: datetime | None, anew: bool, account: Account, now: datetime) -> None:
    if not invoice.auto_advance:
        invoice.automatically_finalizes_at = None
    elif anew:
        invoice.automatically_finalizes_at = chosen or now + timedelta(seconds=account.grace_seconds)


def plan_reminders(invoice: Invoice, account: Account, now: datetime) -> None:
    """Plans what happens around the due date, by the account's settings; a reminder whose time is past is left out."""
    if invoice.due_at is None:
        return
    reminder = invoice.due_at - timedelta(days=account.will_be_due_days)
    invoice.will_be_due_at = reminder if reminder > now else None
    invoice.overdue_at = invoice.due_at + timedelta(days=account.overdue_after_days)
