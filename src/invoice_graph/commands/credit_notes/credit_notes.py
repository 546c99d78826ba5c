"""Credit notes: issued, changed, voided."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from invoice_graph.commands.balances import Movement, clear_delinquency
from invoice_graph.commands.credit_notes.rows import creditable
from invoice_graph.commands.credit_notes.shapes import PRICES, QUANTITIES
from invoice_graph.commands.invoices.default_payment import follow_remaining
from invoice_graph.commands.invoices.drafts import change_balance, discount_document, tax_document
from invoice_graph.commands.invoices.status import apply, check_action
from invoice_graph.commands.invoices.terms import rate_of
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.credit_notes import (
    CreditableInvoice,
    NoteTotals,
    check_voidable,
    check_ways_back,
    credit_amount,
    credit_lines,
    credit_shipping,
    note_number,
    split,
)
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, merge_metadata, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import (
    BalanceTransactionType,
    CreditNoteLineType,
    CreditNoteStatus,
)
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus, Outcome, transition
from invoice_graph.domain.portions import CreditableLine, CustomCredit, Entry, LineCredit, Portion
from invoice_graph.domain.taxes import TaxRate
from invoice_graph.store import tables
from invoice_graph.store.tables import CreditNote, CreditNoteLine, Customer, Invoice, LineItem
from invoice_graph.store.unit_of_work import UnitOfWork, missing

_SETTLES = frozenset({InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE})
"""Statuses from which an invoice becomes paid when nothing remains."""


async def create_credit_note(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """creditNoteCreate and creditNotePreview."""
    invoice = await uow.require(Invoice, input["invoice_id"], ("invoice_id",))
    check_action(invoice, InvoiceAction.CREDIT)
    earlier = await uow.find(CreditNote, invoice_id=invoice.id)
    target = await creditable(uow, invoice, earlier)
    totals = await _totals(uow, target, input)
    note = _new_note(uow, invoice, len(earlier) + 1, totals, input)
    await _add_lines(uow, note, totals, input)
    await _credit(uow, invoice, uow.add(note))
    return Done(note.id)


async def update_credit_note(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """creditNoteUpdate."""
    note = await uow.require(CreditNote, input["id"], ("id",))
    if "memo" in input:
        note.memo = input["memo"]
    if "metadata" in input:
        note.details = merge_metadata(note.details, input["metadata"], ("metadata",))
    if uow.differs(note):
        uow.emit(EventType.CREDIT_NOTE_UPDATED, note)
    return Done(note.id)


async def void_credit_note(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """creditNoteVoid: what the note took off is due again.

    Nothing else has to be undone. A note that gave back what was paid left nothing to pay, so its invoice is not open.
    """
    note = await uow.require(CreditNote, input["id"], ("id",))
    invoice = await uow.require(Invoice, note.invoice_id, ("id",))
    check_voidable(CreditNoteStatus(note.status), InvoiceStatus(invoice.status))
    check_action(invoice, InvoiceAction.CREDIT)
    note.status, note.voided_at = CreditNoteStatus.VOID, uow.now
    uow.touch(note)
    _take_off(invoice, -note.pre_payment_amount)
    await follow_remaining(uow, invoice)
    uow.emit(EventType.INVOICE_UPDATED, invoice)
    uow.emit(EventType.CREDIT_NOTE_VOIDED, note)
    return Done(note.id)


async def _totals(uow: UnitOfWork, target: CreditableInvoice, input: Input) -> NoteTotals:
    if input.get("amount") is not None:
        return credit_amount(target, input["amount"])
    if input.get("shipping_amount") is not None:
        return credit_shipping(target, input["shipping_amount"])
    lines = {line.id: line for line in target.lines}
    entries = [await _entry(uow, lines, given, ("lines", str(place))) for place, given in enumerate(input["lines"])]
    return credit_lines(target, entries)


async def _entry(uow: UnitOfWork, lines: Mapping[str, CreditableLine], given: Input, path: Path) -> Entry:
    if given["type"] == CreditNoteLineType.CUSTOM_LINE_ITEM:
        price, quantity = _given(given, PRICES), _quantity(given)
        rates = await _custom_rates(uow, given.get("tax_rate_ids") or (), (*path, "tax_rate_ids"))
        counted = Decimal(1) if quantity is None else quantity
        return CustomCredit(counted, Decimal(given[price]), rates, path, price)
    line = lines.get(given["line_item_id"])
    if line is None:
        raise missing(LineItem, given["line_item_id"], (*path, "line_item_id"))
    return LineCredit(line, given.get("amount"), _quantity(given), path, _given(given, QUANTITIES))


async def _custom_rates(uow: UnitOfWork, ids: tuple[str, ...], path: Path) -> tuple[TaxRate, ...]:
    rates = []
    for place, id in enumerate(ids):
        row = await uow.require(tables.TaxRate, id, (*path, str(place)))
        if not row.active:
            raise refuse("The tax rate is not active any more; use another one.", (*path, str(place)))
        if id in ids[:place]:
            raise refuse(f"{id!r} is named twice; keep one of them.", (*path, str(place)))
        rates.append(rate_of(row))
    return tuple(rates)


def _given(given: Input, names: tuple[str, ...]) -> str:
    """Which of some fields is given; the first when none is."""
    return next((name for name in names if given.get(name) is not None), names[0])


def _quantity(given: Input) -> Decimal | None:
    quantity: Decimal | None = given.get(_given(given, QUANTITIES))
    return quantity


def _new_note(uow: UnitOfWork, invoice: Invoice, place: int, totals: NoteTotals, input: Input) -> CreditNote:
    parts = split(totals.total, invoice.amount_remaining)
    ways: dict[str, Any] = {
        name: input.get(name) or 0 for name in ("credit_amount", "refund_amount", "out_of_band_amount")
    }
    check_ways_back(parts.post, ways.values())
    return CreditNote(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.CREDIT_NOTE),
        created_at=uow.now,
        invoice_id=invoice.id,
        customer_id=invoice.customer_id,
        number=note_number(invoice.number or "", place),
        currency=invoice.currency,
        type=parts.type,
        reason=input.get("reason"),
        memo=input.get("memo"),
        details=merge_metadata({}, input.get("metadata"), ("metadata",)),
        effective_at=input.get("effective_at") or uow.now,
        amount=totals.total,
        pre_payment_amount=parts.pre,
        post_payment_amount=parts.post,
        **ways,
        **_money(totals),
    )


def _money(totals: NoteTotals) -> dict[str, Any]:
    return {
        "total": totals.total,
        "total_excluding_tax": totals.total_excluding_tax,
        "subtotal": totals.subtotal,
        "subtotal_excluding_tax": totals.subtotal_excluding_tax,
        "discount_amount": totals.discount_amount,
        "discount_amounts": [discount_document(amount) for amount in totals.discount_amounts],
        "total_taxes": [tax_document(tax) for tax in totals.total_taxes],
        "amount_shipping": totals.amount_shipping,
    }


async def _add_lines(uow: UnitOfWork, note: CreditNote, totals: NoteTotals, input: Input) -> None:
    for position, portion in enumerate(totals.lines, 1):
        given = input["lines"][position - 1]
        line = CreditNoteLine(
            account_id=uow.account_id,
            id=uow.ids.make(Prefix.CREDIT_NOTE_LINE),
            created_at=uow.now,
            credit_note_id=note.id,
            position=position,
            type=given["type"],
            line_item_id=given.get("line_item_id"),
            **await _described(uow, given, portion),
            amount=portion.amount,
            discount_amount=portion.discount_amount,
            discount_amounts=[discount_document(amount) for amount in portion.discount_amounts],
            taxes=[tax_document(tax) for tax in portion.taxes],
            tax_rate_ids=[tax.rate_id for tax in portion.taxes if tax.rate_id],
        )
        uow.add(line)


async def _described(uow: UnitOfWork, given: Input, portion: Portion) -> dict[str, Any]:
    """What a line says besides amounts; a unit amount only where there is a quantity."""
    if given["type"] == CreditNoteLineType.CUSTOM_LINE_ITEM:
        description: str | None = given.get("description")
        unit_amount: Decimal | None = Decimal(given[_given(given, PRICES)])
    else:
        line = await uow.require(LineItem, given["line_item_id"], ("lines",))
        description, unit_amount = line.description, line.unit_amount_decimal
    return {
        "description": description,
        "quantity_decimal": portion.quantity,
        "unit_amount_decimal": None if portion.quantity is None else unit_amount,
    }


async def _credit(uow: UnitOfWork, invoice: Invoice, note: CreditNote) -> None:
    """What a new note does to its invoice and its customer."""
    status = InvoiceStatus(invoice.status)
    customer = await uow.require(Customer, invoice.customer_id, ("invoice_id",))
    _take_off(invoice, note.pre_payment_amount)
    invoice.post_payment_credit_notes_amount += note.post_payment_amount
    settled = status in _SETTLES and not invoice.amount_remaining
    apply(uow, invoice, transition(status, InvoiceAction.CREDIT, Outcome.SETTLED if settled else Outcome.DONE))
    uow.emit(EventType.CREDIT_NOTE_CREATED, note)
    await follow_remaining(uow, invoice)
    if settled:
        clear_delinquency(uow, customer)
    if note.credit_amount:
        note.balance_transaction_id = uow.ids.make(Prefix.BALANCE_TRANSACTION)
        type = BalanceTransactionType.CREDIT_NOTE
        credit = Movement(type, -note.credit_amount, note.id, note.balance_transaction_id)
        await change_balance(uow, customer, invoice.currency, [credit], invoice.id)


def _take_off(invoice: Invoice, amount: int) -> None:
    """Reduces what is due by an amount of credit notes; a negative one puts it back."""
    invoice.amount_due -= amount
    invoice.amount_remaining -= amount
    invoice.pre_payment_credit_notes_amount += amount
