"""Credit notes and their lines."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.kinds import CreditNoteLineType, CreditNoteReason, CreditNoteStatus, CreditNoteType
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.expressions import currency_digits, whole_quantity
from invoice_graph.planner.pagination import SortKey
from invoice_graph.planner.sources import Computed, Document, Entries, ToOne
from invoice_graph.schema.fields import After, Before, First, Last, by_planner, described, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.common import METADATA_COLUMN, MetadataEntry, Node
from invoice_graph.schema.types.items import LineItem
from invoice_graph.schema.types.money import DiscountAmount, TaxAmount
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.customer import BalanceTransaction, Customer
    from invoice_graph.schema.types.invoice import Invoice

LINES = Rows(tables.CreditNoteLine, {"credit_note_id": "id"}, (SortKey("position"), SortKey("id")))


@strawberry.type(description="A document that takes back a part of a finalized invoice.")
class CreditNote(Node):
    version: int = described("Counts changes of the credit note; pass it as `expectedVersion`.")
    created_at: datetime = described("When the credit note was issued.")
    number: str = described("The invoice's number and the note's place: `ABCD-0001-CN-01`. Never used again.")
    status: CreditNoteStatus = described("Whether it counts.")
    voided_at: datetime | None = described("When it was voided.")
    type: CreditNoteType = described("Whether it reduced what was to be paid, gave back what was paid, or both.")
    reason: CreditNoteReason | None = described("Why it was issued.")
    memo: str | None = described("A text on the document, up to 5,000 characters.")
    effective_at: datetime = described("The date on the document.")
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))
    currency: CurrencyCode = described("The invoice's currency.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    subtotal: MinorUnits = described(
        "The lines after their own discounts, before those of the invoice, exclusive tax and shipping."
    )
    subtotal_excluding_tax: MinorUnits = described("`subtotal` without inclusive tax.")
    discount_amount: MinorUnits = described("What discounts had taken off, all together.")
    discount_amounts: list[DiscountAmount] = described(
        "What each discount had taken off.", Document("discount_amounts")
    )
    total_taxes: list[TaxAmount] = described("The taxes per rate.", Document("total_taxes"))
    total: MinorUnits = described("What is credited, with tax.")
    total_excluding_tax: MinorUnits = described("`total` without any tax.")
    amount: MinorUnits = described("The same as `total`.")
    amount_shipping: MinorUnits = described("Shipping, part of `total`.")
    pre_payment_amount: MinorUnits = described("The part that reduced what was to be paid.")
    post_payment_amount: MinorUnits = described("The part that had been paid and is given back.")
    credit_amount: MinorUnits = described("What is given back as credit of the customer's balance.")
    refund_amount: MinorUnits = described("What is given back as a refund; recorded only, no provider is asked.")
    out_of_band_amount: MinorUnits = described("What is given back outside of the gateway.")
    customer: Annotated["Customer", strawberry.lazy("invoice_graph.schema.types.customer")] = described(
        "Who is credited.", ToOne(tables.Customer, "customer_id")
    )
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] = described(
        "The invoice that is credited.", ToOne(tables.Invoice, "invoice_id")
    )
    balance_transaction: (
        Annotated["BalanceTransaction", strawberry.lazy("invoice_graph.schema.types.customer")] | None
    ) = described(
        "The entry that `creditAmount` made in the customer's ledger.",
        ToOne(tables.BalanceTransaction, "balance_transaction_id"),
    )

    @planned(LINES)
    def lines(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection["CreditNoteLine"]:
        """The lines in the order of the call; none when an amount or shipping was credited."""
        by_planner()


@strawberry.type(description="A line of a credit note: a part of an invoice's line, or something of its own.")
class CreditNoteLine(Node):
    type: CreditNoteLineType = described("What it credits.")
    line_item: LineItem | None = described(
        "The invoice's line; null for a custom line.", ToOne(tables.LineItem, "line_item_id")
    )
    description: str | None = described("What is credited.")
    quantity: BigInt | None = described(
        "The quantity without its fraction; null when the line was credited by amount.", Computed(whole_quantity)
    )
    quantity_decimal: Decimal | None = described("The quantity, exact; null when the line was credited by amount.")
    unit_amount_decimal: Decimal | None = described("The price of one unit, exact; null without a quantity.")
    amount: MinorUnits = described("What is credited before discounts and exclusive tax.")
    discount_amount: MinorUnits = described("What discounts had taken off, all together.")
    discount_amounts: list[DiscountAmount] = described(
        "What each discount had taken off.", Document("discount_amounts")
    )
    taxes: list[TaxAmount] = described("The taxes.", Document("taxes"))
    tax_rate_ids: list[strawberry.ID] = described("The tax rates.", Document("tax_rate_ids"))
    credit_note: CreditNote = described("The credit note it is on.", ToOne(tables.CreditNote, "credit_note_id"))
