"""Finalization: a draft gets its number, meets the customer balance, and becomes collectable or paid."""

from dataclasses import dataclass
from typing import Any

from invoice_graph.commands.balances import Movement, clear_delinquency
from invoice_graph.commands.invoices.drafts import Draft, change_balance, open_draft
from invoice_graph.commands.invoices.revisions import check_origin, replace_origin
from invoice_graph.commands.invoices.schedule import plan_reminders
from invoice_graph.commands.invoices.status import apply
from invoice_graph.commands.numbers import issue_number
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode, InputRefusal, Refusal
from invoice_graph.domain.fields import Input
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.invoices import RETRY_AFTER, check_not_past
from invoice_graph.domain.kinds import CollectionMethod, PaymentType
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, Outcome, transition
from invoice_graph.domain.totals import Totals, check_totals
from invoice_graph.store.tables import Account, Invoice, InvoicePayment
from invoice_graph.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Finalized:
    """How a finalization ended; `error` is the refusal that kept the invoice a draft."""

    outcome: Outcome
    error: Refusal | None = None

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return (self.error,) if self.error else ()


async def finalize_invoice(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceFinalize."""
    invoice = await uow.require(Invoice, input["id"], ("id",))
    result = await finalize(uow, invoice, InvoiceAction.FINALIZE, input.get("auto_advance"))
    return Done(invoice.id, refusals=result.refusals)


async def finalize(
    uow: UnitOfWork, invoice: Invoice, action: InvoiceAction, auto_advance: bool | None = None
) -> Finalized:
    """Finalizes a draft by the rows of `action`. A failure stays on record: the error is stored on the draft,
    and its events are emitted. `auto_advance` None keeps the invoice's own."""
    draft = await open_draft(uow, invoice)
    draft.mirror()
    totals = await draft.recompute(uow)
    try:
        await _check(uow, draft, totals)
    except Refusal as error:
        invoice.last_finalization_error = _error_document(error)
        apply(uow, invoice, transition(InvoiceStatus.DRAFT, action, Outcome.FAILED))
        return Finalized(Outcome.FAILED, error)
    await replace_origin(uow, invoice)
    if auto_advance is not None:
        invoice.auto_advance = auto_advance
    await issue_number(uow, invoice, draft.customer, draft.account)
    finalized = _freeze(uow, draft, action)
    # Only now, that this invoice is no longer among the drafts which follow the balance.
    await _settle_balance(uow, draft, totals)
    return finalized


async def _check(uow: UnitOfWork, draft: Draft, totals: Totals) -> None:
    invoice = draft.invoice
    await check_origin(uow, invoice)
    check_not_past(invoice.due_at, uow.now, ())
    _check_payment_method_types(invoice, draft.account)
    check_totals(totals)


def _check_payment_method_types(invoice: Invoice, account: Account) -> None:
    wanted, enabled = invoice.payment_method_types, account.payment_method_types
    if wanted and enabled is not None and not set(wanted) & set(enabled):
        message = (
            f"None of the invoice's payment method types is enabled on the account ({', '.join(enabled)}); "
            "change paymentMethodTypes of the invoice or of the account."
        )
        raise InputRefusal(ErrorCode.INVOICE_NO_PAYMENT_METHOD_TYPES, message)


def _error_document(error: Refusal) -> dict[str, Any]:
    return {"code": error.code, "message": error.message}


async def _settle_balance(uow: UnitOfWork, draft: Draft, totals: Totals) -> None:
    """Books what finalization moves on the customer balance."""
    invoice, customer = draft.invoice, draft.customer
    invoice.ending_balance = totals.ending_balance
    movements = [Movement(entry.type, entry.amount) for entry in totals.ledger_entries]
    if movements:
        await change_balance(uow, customer, invoice.currency, movements, invoice.id)


def _freeze(uow: UnitOfWork, draft: Draft, action: InvoiceAction) -> Finalized:
    invoice = draft.invoice
    outcome = Outcome.DONE if invoice.amount_due else Outcome.NOTHING_DUE
    invoice.hosted_token = uow.ids.token()
    invoice.effective_at = invoice.effective_at or uow.now
    invoice.automatically_finalizes_at = None
    invoice.last_finalization_error = None
    charged = invoice.collection_method == CollectionMethod.CHARGE_AUTOMATICALLY
    invoice.next_payment_attempt_at = uow.now + RETRY_AFTER if charged and invoice.auto_advance else None
    plan_reminders(invoice, draft.account, uow.now)
    apply(uow, invoice, transition(InvoiceStatus.DRAFT, action, outcome))
    if outcome is Outcome.DONE:
        uow.add(_default_payment(uow, invoice))
    else:
        invoice.attempted = True
        clear_delinquency(uow, draft.customer)
    return Finalized(outcome)


def _default_payment(uow: UnitOfWork, invoice: Invoice) -> InvoicePayment:
    return InvoicePayment(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.INVOICE_PAYMENT),
        created_at=uow.now,
        invoice_id=invoice.id,
        amount_requested=invoice.amount_due,
        currency=invoice.currency,
        is_default=True,
        payment_type=PaymentType.PAYMENT_INTENT,
        payment_reference=uow.ids.make(Prefix.PAYMENT_INTENT),
    )
