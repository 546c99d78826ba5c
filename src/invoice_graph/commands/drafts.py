"""Drafts: their lines, their totals, and what they mirror of customer and account."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from invoice_graph.commands.balances import Movement, balance_of, book
from invoice_graph.domain import totals
from invoice_graph.domain.calculation import Rule, Step
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import MAX_INVOICE_ITEMS, Path, refuse
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.lines import Price, explained
from invoice_graph.domain.taxes import TaxExempt, TaxRounding
from invoice_graph.store.tables import Account, Customer, Invoice, InvoiceItem, LineItem
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

    def recompute(self) -> totals.Totals:
        """Computes the totals from the lines, and writes them and their calculation to the invoice."""
        computed = totals.compute_totals(self._input())
        write_totals(self.invoice, computed)
        return computed

    def mirror(self) -> None:
        """Copies what the invoice shows of its customer and account."""
        mirror_customer(self.invoice, self.customer)
        self.invoice.account_name = self.account.name
        self.invoice.account_country = self.account.country

    def _input(self) -> totals.InvoiceInput:
        return totals.InvoiceInput(
            currency=self.invoice.currency,
            lines=tuple(_line_input(line) for line in self.lines),
            tax_rounding=TaxRounding(self.account.tax_rounding),
            tax_exempt=TaxExempt(self.customer.tax_exempt),
            starting_balance=self.balance,
        )


async def open_draft(uow: UnitOfWork, invoice: Invoice) -> Draft:
    """A stored draft with what its totals depend on."""
    customer = await uow.require(Customer, invoice.customer_id, ("customer_id",))
    balance = await balance_of(uow, customer, invoice.currency)
    lines = await uow.find(LineItem, order=("position",), invoice_id=invoice.id)
    return Draft(invoice, customer, await uow.account(), balance, lines)


async def reproject(uow: UnitOfWork, customer: Customer, balances: dict[str, int]) -> None:
    """Brings the customer's drafts up to date with the customer, without event and without raising versions;
    `balances` are the new ones by currency."""
    for invoice in await uow.find(Invoice, customer_id=customer.id, status=InvoiceStatus.DRAFT):
        if invoice.status != InvoiceStatus.DRAFT:
            continue
        taxed = invoice.customer_tax_exempt
        mirror_customer(invoice, customer)
        balance = balances.get(invoice.currency, invoice.starting_balance)
        if (balance, taxed) != (invoice.starting_balance, customer.tax_exempt):
            draft = await open_draft(uow, invoice)
            draft.balance = balance
            draft.recompute()


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


def write_totals(invoice: Invoice, computed: totals.Totals) -> None:
    """Writes totals to a draft; the ending balance stays unknown until it is finalized."""
    invoice.subtotal = computed.subtotal
    invoice.subtotal_excluding_tax = computed.subtotal_excluding_tax
    invoice.total = computed.total
    invoice.total_excluding_tax = computed.total_excluding_tax
    invoice.amount_shipping = computed.amount_shipping
    invoice.starting_balance = computed.starting_balance
    invoice.amount_due = computed.amount_due
    invoice.amount_remaining = computed.amount_due
    invoice.calculation = [step_document(step) for step in computed.calculation]


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
    }


def price_of(row: InvoiceItem | LineItem) -> Price:
    """The price of an item or a line."""
    return Price(row.amount, row.quantity_decimal, row.unit_amount_decimal)


def _line_input(line: LineItem) -> totals.LineInput:
    return totals.LineInput(
        id=line.id, amount=line.amount, discountable=line.discountable, pricing=explained(price_of(line))
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
