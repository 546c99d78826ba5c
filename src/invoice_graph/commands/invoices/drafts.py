"""Drafts: their lines, their totals, and what they mirror of customer and account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from invoice_graph.commands.balances import Movement, balance_of, book
from invoice_graph.commands.invoices.terms import Terms, load_terms
from invoice_graph.domain import totals
from invoice_graph.domain.calculation import Rule, Step
from invoice_graph.domain.discounts import DiscountAmount
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import MAX_INVOICE_ITEMS, Path, refuse
from invoice_graph.domain.kinds import TaxBehavior
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.lines import Cost, explained
from invoice_graph.domain.taxes import Tax, TaxabilityReason, TaxExempt, TaxRounding
from invoice_graph.store.tables import Account, Customer, Invoice, InvoiceItem, LineItem, Price
from invoice_graph.store.unit_of_work import UnitOfWork

_OF_ONE_DISCOUNT_OR_TAX = frozenset(
    {Rule.LINE_DISCOUNT, Rule.INVOICE_DISCOUNT, Rule.DISCOUNT_SHARE, Rule.SUBTOTAL_TAX, Rule.TAX, Rule.TAX_SUM}
    | {Rule.TAX_SHARE, Rule.TAX_GIVEN, Rule.TAX_BACKED_OUT}
)
"""Rules whose steps name an id as their subject; the others name a field."""


@dataclass
class Draft:
    """A draft with everything its totals depend on. `balance`: the customer's, in the invoice's currency."""

    invoice: Invoice
    customer: Customer
    account: Account
    balance: int
    lines: list[LineItem] = field(default_factory=list)

    def make_room(self, count: int, path: Path) -> None:
        """Refuses more lines than an invoice may have."""
        if len(self.lines) + count > MAX_INVOICE_ITEMS:
            message = f"An invoice has at most {MAX_INVOICE_ITEMS} lines; this one has {len(self.lines)} already."
            raise refuse(message, path, ErrorCode.INVOICE_ITEMS_LIMIT_EXCEEDED)

    def attach(self, uow: UnitOfWork, item: InvoiceItem, id: str) -> LineItem:
        """Puts an item on the invoice, behind all others."""
        item.invoice_id = self.invoice.id
        line = LineItem(
            account_id=uow.account_id,
            id=id,
            created_at=uow.now,
            invoice_id=self.invoice.id,
            invoice_item_id=item.id,
            position=max((line.position for line in self.lines), default=0) + 1,
            **billed(item),
        )
        self.lines.append(uow.add(line))
        return line

    def detach(self, uow: UnitOfWork, line: LineItem) -> None:
        """Takes a line off the invoice; its item is left to the caller."""
        self.lines = [kept for kept in self.lines if kept is not line]
        uow.delete(line)

    async def recompute(self, uow: UnitOfWork) -> totals.Totals:
        """Computes the totals from the lines, and writes them and their calculation to the invoice and its lines."""
        terms = await load_terms(uow, self.invoice, self.lines)
        computed = totals.compute_totals(self._input(terms))
        write_totals(self.invoice, computed)
        write_line_totals(self.lines, computed)
        return computed

    async def check_taxes(self, uow: UnitOfWork, path: Path) -> None:
        """Refuses tax rates besides given tax amounts."""
        totals.check_tax_amounts(self._input(await load_terms(uow, self.invoice, self.lines)), path)

    def mirror(self) -> None:
        """Copies what the invoice shows of its customer and account."""
        mirror_customer(self.invoice, self.customer)
        self.invoice.account_name = self.account.name
        self.invoice.account_country = self.account.country

    def _input(self, terms: Terms) -> totals.InvoiceInput:
        invoice, shipping = self.invoice, self.invoice.shipping_cost
        return totals.InvoiceInput(
            currency=invoice.currency,
            lines=tuple(_line_input(line, terms) for line in self.lines),
            discounts=terms.discounts_of(invoice.discount_ids),
            default_tax_rates=terms.rates_of(invoice.default_tax_rate_ids),
            shipping_amount=shipping["amountSubtotal"] if shipping else 0,
            tax_rounding=TaxRounding(self.account.tax_rounding),
            tax_exempt=TaxExempt(self.customer.tax_exempt),
            starting_balance=self.balance,
        )


async def open_draft(uow: UnitOfWork, invoice: Invoice) -> Draft:
    """A stored draft with what its totals depend on."""
    customer = await uow.require(Customer, invoice.customer_id, ("customer_id",))
    balance = await balance_of(uow, customer, invoice.currency) + await held_by_origin(uow, invoice)
    lines = await uow.find(LineItem, order=("position",), invoice_id=invoice.id)
    return Draft(invoice, customer, await uow.account(), balance, lines)


async def held_by_origin(uow: UnitOfWork, invoice: Invoice) -> int:
    """What the customer's balance gets back when a revision is finalized and voids the invoice it replaces."""
    if invoice.from_invoice_id is None:
        return 0
    origin = await uow.require(Invoice, invoice.from_invoice_id, ("from_invoice", "invoice_id"))
    if origin.status == InvoiceStatus.VOID:
        return 0
    return origin.starting_balance - (origin.ending_balance or 0)


async def reproject(uow: UnitOfWork, customer: Customer, balances: dict[str, int]) -> None:
    """Brings the customer's drafts up to date with the customer, without event and without raising versions;
    `balances` are the new ones by currency."""
    for invoice in await uow.find(Invoice, customer_id=customer.id, status=InvoiceStatus.DRAFT, expires_at=None):
        if invoice.status != InvoiceStatus.DRAFT:
            continue
        taxed = invoice.customer_tax_exempt
        mirror_customer(invoice, customer)
        if invoice.currency in balances or taxed != customer.tax_exempt:
            draft = await open_draft(uow, invoice)
            if invoice.currency in balances:
                draft.balance = balances[invoice.currency] + await held_by_origin(uow, invoice)
            await draft.recompute(uow)


async def change_balance(
    uow: UnitOfWork, customer: Customer, currency: str, movements: Sequence[Movement], invoice_id: str | None = None
) -> None:
    """Books entries of the customer's ledger, and brings the customer's drafts up to date."""
    balance = await book(uow, customer, currency, movements, invoice_id)
    if currency == customer.currency:
        uow.emit(EventType.CUSTOMER_UPDATED, customer)
    await reproject(uow, customer, {currency: balance})


def mirror_customer(invoice: Invoice, customer: Customer) -> None:
    """Copies what an invoice shows of its customer."""
    invoice.customer_name = customer.name
    invoice.customer_email = customer.email
    invoice.customer_phone = customer.phone
    invoice.customer_address = customer.address
    invoice.customer_shipping = customer.shipping
    invoice.customer_tax_exempt = customer.tax_exempt
    invoice.customer_tax_ids = customer.tax_ids


def write_totals(invoice: Invoice, computed: totals.Totals) -> None:
    """Writes totals to a draft; the ending balance stays unknown until it is finalized."""
    invoice.subtotal = computed.subtotal
    invoice.subtotal_excluding_tax = computed.subtotal_excluding_tax
    invoice.total = computed.total
    invoice.total_excluding_tax = computed.total_excluding_tax
    invoice.total_discount_amounts = [discount_document(amount) for amount in computed.total_discount_amounts]
    invoice.total_taxes = [tax_document(tax) for tax in computed.total_taxes]
    invoice.amount_shipping = computed.amount_shipping
    invoice.starting_balance = computed.starting_balance
    invoice.amount_due = computed.amount_due
    invoice.amount_remaining = computed.amount_due
    invoice.calculation = [step_document(step) for step in computed.calculation]


def write_line_totals(lines: Sequence[LineItem], computed: totals.Totals) -> None:
    """Writes to the lines of a draft what came out for each."""
    for line, of_line in zip(lines, computed.lines, strict=True):
        line.discount_amounts = [discount_document(amount) for amount in of_line.discount_amounts]
        line.taxes = [tax_document(tax) for tax in of_line.taxes]


def discount_document(amount: DiscountAmount) -> dict[str, Any]:
    """What a discount took off, as it is stored and shown."""
    return {"amount": amount.amount, "discountId": amount.discount_id}


def tax_document(tax: Tax) -> dict[str, Any]:
    """A tax as it is stored and shown."""
    return {
        "amount": tax.amount,
        "taxableAmount": tax.taxable_amount,
        "taxBehavior": TaxBehavior.INCLUSIVE if tax.inclusive else TaxBehavior.EXCLUSIVE,
        "taxabilityReason": tax.taxability_reason,
        "taxRateId": tax.rate_id or None,
    }


def step_document(step: Step) -> dict[str, Any]:
    """A step of the calculation as it is stored and shown."""
    names_id = step.rule in _OF_ONE_DISCOUNT_OR_TAX
    return {
        "rule": step.rule,
        "lineId": step.line_id,
        "subject": step.subject if names_id else _camel(step.subject),
        "unrounded": step.unrounded,
        "rounded": step.rounded,
        "note": step.note,
    }


def billed(item: InvoiceItem) -> dict[str, Any]:
    """What a line takes over from its item."""
    return {
        "amount": item.amount,
        "subtotal": item.amount,
        "currency": item.currency,
        "description": item.description,
        "quantity_decimal": item.quantity_decimal,
        "unit_amount_decimal": item.unit_amount_decimal,
        "period_start_at": item.period_start_at,
        "period_end_at": item.period_end_at,
        "discountable": item.discountable,
        "details": item.details,
        "price_id": item.price_id,
        "product_id": item.product_id,
        "tax_rate_ids": item.tax_rate_ids,
        "discount_ids": item.discount_ids,
    }


def cost_of(row: InvoiceItem | LineItem, price: Price | None) -> Cost:
    """What an item or a line costs; `price` is the one it names."""
    return Cost(row.amount, row.quantity_decimal, row.unit_amount_decimal, price)


def _line_input(line: LineItem, terms: Terms) -> totals.LineInput:
    price = terms.prices[line.price_id] if line.price_id is not None else None
    return totals.LineInput(
        id=line.id,
        amount=line.amount,
        discountable=line.discountable,
        product_id=line.product_id,
        discounts=terms.discounts_of(line.discount_ids),
        tax_rates=terms.rates_of(line.tax_rate_ids),
        tax_amounts=tuple(_given_tax(entry) for entry in line.tax_amounts),
        pricing=explained(cost_of(line, price)),
    )


def _given_tax(entry: dict[str, Any]) -> Tax:
    reason = TaxabilityReason(entry["taxabilityReason"])
    return Tax(entry["taxRateId"], entry["amount"], entry["taxableAmount"], entry["inclusive"], reason)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
