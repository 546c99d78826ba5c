"""Between the rows of invoices and credit notes and the values that credits are calculated from."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from invoice_graph.commands.invoices.terms import rate_of
from invoice_graph.domain.credit_notes import CreditableInvoice, IssuedNote
from invoice_graph.domain.discounts import DiscountAmount
from invoice_graph.domain.kinds import CreditNoteStatus, TaxBehavior
from invoice_graph.domain.portions import CreditableLine, Portion, with_backed_out
from invoice_graph.domain.taxes import Tax, TaxabilityReason, TaxExempt, TaxRate, TaxRounding
from invoice_graph.store import tables
from invoice_graph.store.tables import CreditNote, CreditNoteLine, Discount, Invoice, LineItem
from invoice_graph.store.unit_of_work import UnitOfWork

Document = dict[str, Any]


async def creditable(uow: UnitOfWork, invoice: Invoice, notes: Iterable[CreditNote]) -> CreditableInvoice:
    """An invoice with what its notes that are not void credited."""
    account = await uow.account()
    issued = [note for note in notes if note.status == CreditNoteStatus.ISSUED]
    credited = await _credited(uow, issued)
    lines = await uow.find(LineItem, order=("position",), invoice_id=invoice.id)
    wholes = with_backed_out([_whole(line) for line in lines], invoice.total - invoice.amount_shipping)
    return CreditableInvoice(
        currency=invoice.currency,
        total=invoice.total,
        amount_shipping=invoice.amount_shipping,
        total_taxes=_taxes(invoice.total_taxes),
        lines=tuple(
            [
                CreditableLine(line.id, whole, tuple(credited.get(line.id, ())), await _rates(uow, line))
                for line, whole in zip(lines, wholes, strict=True)
            ]
        ),
        notes=tuple(IssuedNote(note.total, note.amount_shipping, _taxes(note.total_taxes)) for note in issued),
        invoice_discount_ids=frozenset(row.id for row in await uow.find(Discount, invoice_id=invoice.id)),
        tax_rounding=TaxRounding(account.tax_rounding),
        tax_exempt=TaxExempt(invoice.customer_tax_exempt),
    )


async def _credited(uow: UnitOfWork, issued: Iterable[CreditNote]) -> Mapping[str, list[Portion]]:
    """What notes credited, by the line of the invoice."""
    credited: dict[str, list[Portion]] = {}
    for note in issued:
        lines = await uow.find(CreditNoteLine, order=("position",), credit_note_id=note.id)
        if lines:
            portions = with_backed_out([_portion(line, line.quantity_decimal) for line in lines], note.total)
            for line, portion in zip(lines, portions, strict=True):
                credited.setdefault(line.line_item_id or "", []).append(portion)
    return credited


async def _rates(uow: UnitOfWork, line: LineItem) -> tuple[TaxRate, ...]:
    """The rates of a line's taxes; none where the taxes were given as amounts."""
    if line.tax_amounts:
        return ()
    path = ("invoice_id",)
    return tuple([rate_of(await uow.require(tables.TaxRate, tax["taxRateId"], path)) for tax in line.taxes])


def _whole(line: LineItem) -> Portion:
    return _portion(line, line.quantity_decimal)


def _portion(line: LineItem | CreditNoteLine, quantity: Decimal | None) -> Portion:
    discounts = (DiscountAmount(document["discountId"], document["amount"]) for document in line.discount_amounts)
    return Portion(line.amount, quantity, tuple(discounts), _taxes(line.taxes))


def _taxes(documents: Iterable[Document]) -> tuple[Tax, ...]:
    return tuple(
        Tax(
            rate_id=document["taxRateId"] or "",
            amount=document["amount"],
            taxable_amount=document["taxableAmount"] or 0,
            inclusive=document["taxBehavior"] == TaxBehavior.INCLUSIVE,
            taxability_reason=TaxabilityReason(document["taxabilityReason"]),
        )
        for document in documents
    )
