"""Customers and their balance."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.kinds import AmountTaxDisplay, BalanceTransactionType
from invoice_graph.domain.taxes import TaxExempt
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.expressions import currency_digits, next_number
from invoice_graph.planner.sources import Column, Computed, Document, Entries, ToOne
from invoice_graph.schema.fields import After, Before, First, Last, Search, by_planner, described, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.catalogue import InvoiceRenderingTemplate
from invoice_graph.schema.types.clocks import TestClock
from invoice_graph.schema.types.common import (
    METADATA_COLUMN,
    Address,
    CustomField,
    MetadataEntry,
    Node,
    Shipping,
    TaxId,
)
from invoice_graph.schema.types.discounts import Discount
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.credit_notes import CreditNote
    from invoice_graph.schema.types.invoice import Invoice
    from invoice_graph.schema.types.items import InvoiceItem
    from invoice_graph.schema.types.summary import InvoiceConnection
    from invoice_graph.schema.where import InvoiceItemWhere, InvoiceOrder, InvoiceWhere

INVOICES = Rows(tables.Invoice, {"customer_id": "id"}, nullable_orders=frozenset({"due_at"}))
ITEMS = Rows(tables.InvoiceItem, {"customer_id": "id"})
CREDIT_NOTES = Rows(tables.CreditNote, {"customer_id": "id"})
LEDGER = Rows(tables.BalanceTransaction, {"customer_id": "id"})


@strawberry.type(description="Somebody who is invoiced.")
class Customer(Node):
    version: int = described("Counts changes of the customer; pass it as `expectedVersion`.")
    created_at: datetime = described("When the customer was created.")
    name: str | None = described("Full name or business name.", Column("name", folded="name_key"))
    email: str | None = described("Where invoices are sent.", Column("email", folded="email_key"))
    phone: str | None = described("Telephone number.")
    description: str | None = described("A note for yourselves; the customer does not see it.")
    address: Address | None = described("Billing address.", Document("address"))
    shipping: Shipping | None = described("Where goods go.", Document("shipping"))
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))
    currency: CurrencyCode | None = described("Fixed by the first invoice, invoice item or balance.")
    balance: MinorUnits = described(
        "What the customer owes (positive) or is owed (negative) besides unpaid invoices, in `currency`; "
        "the next finalized invoice takes it up."
    )
    tax_exempt: TaxExempt = described("The customer's tax status.")
    delinquent: bool = described("Whether an automatic payment failed or a due date passed since the last payment.")
    invoice_prefix: str = described("The prefix of the customer's invoice numbers.")
    next_invoice_sequence: BigInt = described(
        "The number that the customer's next invoice gets after the prefix.", Computed(next_number)
    )
    default_payment_method_id: strawberry.ID | None = described("Charged when an invoice names no payment method.")
    invoice_footer: str | None = described("The footer of invoices that have none of their own.")
    invoice_custom_fields: list[CustomField] | None = described(
        "The custom fields of invoices that have none of their own.", Document("invoice_custom_fields")
    )
    tax_ids: list[TaxId] = described("The customer's tax ids.", Document("tax_ids"))
    discount: Discount | None = described(
        "The discount that the customer's next invoices get.", ToOne(tables.Discount, "discount_id")
    )
    rendering_template: InvoiceRenderingTemplate | None = described(
        "The template of invoices that have none of their own.",
        ToOne(tables.InvoiceRenderingTemplate, "rendering_template_id"),
    )
    amount_tax_display: AmountTaxDisplay | None = described("How lines of new invoices show inclusive tax.")
    test_clock: TestClock | None = described(
        "The test clock that the customer lives on; null once deleted.", ToOne(tables.TestClock, "test_clock_id")
    )
    preferred_locales: list[str] = described("Languages the customer reads, best first.", Document("preferred_locales"))

    @planned(INVOICES)
    def invoices(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            Annotated["InvoiceWhere", strawberry.lazy("invoice_graph.schema.where")] | None,
            strawberry.argument(description="Which invoices."),
        ] = None,
        order_by: Annotated[
            Annotated["InvoiceOrder", strawberry.lazy("invoice_graph.schema.where")] | None,
            strawberry.argument(description="In which order; newest first when absent."),
        ] = None,
        search: Search = None,
    ) -> Annotated["InvoiceConnection", strawberry.lazy("invoice_graph.schema.types.summary")]:
        """The customer's invoices, newest first."""
        by_planner()

    @planned(ITEMS)
    def invoice_items(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            Annotated["InvoiceItemWhere", strawberry.lazy("invoice_graph.schema.where")] | None,
            strawberry.argument(description="Which invoice items."),
        ] = None,
    ) -> Connection[Annotated["InvoiceItem", strawberry.lazy("invoice_graph.schema.types.items")]]:
        """The customer's invoice items, newest first."""
        by_planner()

    @planned(CREDIT_NOTES)
    def credit_notes(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Annotated["CreditNote", strawberry.lazy("invoice_graph.schema.types.credit_notes")]]:
        """The customer's credit notes, newest first."""
        by_planner()

    @planned(LEDGER)
    def balance_transactions(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection["BalanceTransaction"]:
        """The ledger of the customer's balance, newest first."""
        by_planner()


@strawberry.type(description="An entry of a customer's ledger. It never changes; a reversing entry undoes it.")
class BalanceTransaction(Node):
    created_at: datetime = described("When the balance moved.")
    type: BalanceTransactionType = described("Why the balance moved.")
    amount: MinorUnits = described("By how much; negative is credit for the customer.")
    currency: CurrencyCode = described("The currency of the amounts.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    ending_balance: MinorUnits = described("The balance in this currency afterwards.")
    description: str | None = described("A note.")
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))
    customer: Customer = described("Whose balance it is.", ToOne(tables.Customer, "customer_id"))
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] | None = described(
        "The invoice that moved the balance.", ToOne(tables.Invoice, "invoice_id")
    )
    credit_note: Annotated["CreditNote", strawberry.lazy("invoice_graph.schema.types.credit_notes")] | None = described(
        "The credit note that moved the balance.", ToOne(tables.CreditNote, "credit_note_id")
    )
