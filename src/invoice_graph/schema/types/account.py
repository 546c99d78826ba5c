"""The account, and the currencies it can invoice in."""

from datetime import datetime

import strawberry

from invoice_graph.domain.kinds import ExhaustedRetries, InvoiceNumbering
from invoice_graph.domain.taxes import TaxRounding
from invoice_graph.planner.expressions import next_number
from invoice_graph.planner.sources import Column, Computed, Document
from invoice_graph.schema.fields import After, Before, First, Last, by_planner, described, planned
from invoice_graph.schema.pages import Page
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.common import CustomField
from invoice_graph.schema.types.numbering import SEQUENCES, NumberSequence


@strawberry.type(description="The account that the key belongs to, and its settings.")
class Account:
    id: strawberry.ID = described("The account's id.", Column("account_id"))
    version: int = described("Counts changes of the account.")
    created_at: datetime = described("When the account was opened.")
    name: str = described("The business's name; it is frozen on an invoice when that is finalized.")
    country: str | None = described("The business's country, two upper-case letters.")
    default_currency: CurrencyCode = described("The currency of invoices of customers that have none.")
    invoice_numbering: InvoiceNumbering = described("Whose sequence invoice numbers are taken from.")
    invoice_prefix: str = described("The prefix of invoice numbers when `invoiceNumbering` is ACCOUNT.")
    next_invoice_sequence: BigInt = described(
        "The number that the next invoice gets after the account's prefix.", Computed(next_number)
    )
    tax_rounding: TaxRounding = described("Where taxes are rounded.")
    grace_seconds: int = described("How long after its creation a draft with `autoAdvance` is finalized.")
    payment_terms_days: int = described("After how many days an invoice is due when nothing else is said.")
    payment_method_types: list[str] | None = described(
        "The enabled types of payment methods; null enables all.", Document("payment_method_types")
    )
    overdue_after_days: int = described("How many days after its due date an open invoice is reported overdue.")
    will_be_due_days: int = described("How many days before its due date an open invoice is announced.")
    exhausted_retries: ExhaustedRetries = described("What becomes of an invoice after the last automatic attempt.")
    invoice_description: str | None = described("The memo of invoices that have none of their own.")
    invoice_footer: str | None = described("The footer of invoices that have none of their own.")
    invoice_custom_fields: list[CustomField] | None = described(
        "The custom fields of invoices that have none of their own.", Document("invoice_custom_fields")
    )

    @planned(SEQUENCES)
    def number_sequences(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Page[NumberSequence]:
        """The sequences of invoice numbers, by prefix: the account's own, and one for each customer."""
        by_planner()


@strawberry.type(description="A currency that amounts can be in.")
class Currency:
    code: CurrencyCode = described("Three lower-case letters.")
    digits: int = described("How many digits of an amount stand after the decimal separator.")
    quantum: MinorUnits = described("What amounts given by callers, and amounts due, are multiples of.")
    minimum_amount: MinorUnits = described("The smallest charge; less is carried to the customer's balance.")
    maximum_amount: MinorUnits = described("The largest amount.")
