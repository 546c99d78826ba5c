"""The invoice."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.calculation import Rule
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.kinds import (
    AmountTaxDisplay,
    BillingReason,
    CollectionMethod,
    PageSize,
    RevisionAction,
    UncollectibleReason,
)
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus
from invoice_graph.domain.taxes import TaxExempt
from invoice_graph.planner.actions import AllowedActions
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.expressions import currency_digits, hosted_url, never, overdue, pdf_url, revision
from invoice_graph.planner.pagination import SortKey
from invoice_graph.planner.references import ListedById
from invoice_graph.planner.sources import Column, Computed, Document, Labels, SameRow, ToOne
from invoice_graph.schema.fields import After, Before, First, Last, by_planner, described, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.scalars import CurrencyCode, MinorUnits
from invoice_graph.schema.types.catalogue import InvoiceRenderingTemplate, TaxRate
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
from invoice_graph.schema.types.customer import Customer
from invoice_graph.schema.types.discounts import Discount
from invoice_graph.schema.types.items import LineItem
from invoice_graph.schema.types.money import DiscountAmount, TaxAmount
from invoice_graph.schema.types.payments import InvoicePayment
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.credit_notes import CreditNote
    from invoice_graph.schema.types.event import Event

LINES = Rows(tables.LineItem, {"invoice_id": "id"}, (SortKey("position"), SortKey("id")))
PAYMENTS = Rows(tables.InvoicePayment, {"invoice_id": "id"})
CREDIT_NOTES = Rows(tables.CreditNote, {"invoice_id": "id"})
EVENTS = Rows(tables.Event, {"invoice_id": "id"}, (SortKey("sequence"),), tagged=False)


@strawberry.type(description="When an invoice entered a status for the first time; never cleared.")
class InvoiceStatusTransitions:
    finalized_at: datetime | None = described("When it left DRAFT.")
    paid_at: datetime | None = described("When it became PAID.")
    voided_at: datetime | None = described("When it became VOID.")
    marked_uncollectible_at: datetime | None = described("When it became UNCOLLECTIBLE.")


@strawberry.type(description="Whether an action is allowed on an invoice as it is now.")
class InvoiceActionState:
    action: InvoiceAction = described("The action.")
    allowed: bool = described("Whether a call would be accepted.")
    reason: str | None = described("Why not, and what to do instead; null when allowed.")
    resulting_status: InvoiceStatus | None = described(
        "The status it leads to when it succeeds; null when refused, and for DELETE."
    )


@strawberry.type(description="Why the last finalization failed.")
class FinalizationError:
    code: ErrorCode = described("The reason.")
    message: str = described("The reason as a sentence that names the way out.")


@strawberry.type(description="One step of the calculation of an invoice's totals.")
class CalculationStep:
    rule: Rule = described("The rule that was applied.")
    line_id: strawberry.ID | None = described("The line that the step is about; null for the whole invoice.")
    subject: str = described("What was calculated.")
    unrounded: str = described("The exact value, a decimal or a fraction.")
    rounded: MinorUnits = described("The value that was taken.")
    note: str | None = described("What else went into the step.")


@strawberry.type(description="What shipping costs; it is neither discounted nor taxed by tax rates.")
class ShippingCost:
    display_name: str | None = described("What it is called on the document.")
    amount_subtotal: MinorUnits = described("Without tax.")
    amount_tax: MinorUnits = described("The tax on it.")
    amount_total: MinorUnits = described("With tax.")


@strawberry.type(description="The invoice that a draft was made from.")
class FromInvoice:
    action: RevisionAction = described("What the draft is to it.", Computed(revision))
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] = described(
        "The invoice itself.", ToOne(tables.Invoice, "from_invoice_id")
    )


@strawberry.type(description="How the PDF looks.")
class RenderingPdf:
    page_size: PageSize | None = described("The size of the pages; null for what is usual.")


@strawberry.type(description="How the invoice's document looks.")
class InvoiceRendering:
    amount_tax_display: AmountTaxDisplay | None = described("How lines show inclusive tax.")
    pdf: RenderingPdf = described("How the PDF looks.", SameRow())
    template: InvoiceRenderingTemplate | None = described(
        "The rendering template.", ToOne(tables.InvoiceRenderingTemplate, "rendering_template_id")
    )
    template_version: int | None = described(
        "The version of the template that is used; null for the newest.", Column("rendering_template_version")
    )


@strawberry.type(description="A statement of what a customer owes, from draft to paid.")
class Invoice(Node):
    version: int = described("Counts changes of the invoice and its lines; pass it as `expectedVersion`.")
    created_at: datetime = described("When the invoice was created.")
    status: InvoiceStatus = described("Where the invoice stands in its life.")
    status_transitions: InvoiceStatusTransitions = described("When the invoice entered each status.", SameRow())
    number: str | None = described(
        "The number on the document: given by finalization, never changed afterwards.",
        Column("number", folded="number_key"),
    )
    currency: CurrencyCode = described("The currency of all amounts.")
    currency_digits: int = described(
        "How many digits of the amounts stand after the decimal separator; format with this, not with tables of the "
        "client.",
        Computed(currency_digits),
    )
    customer: Customer = described("Who is invoiced, as they are now.", ToOne(tables.Customer, "customer_id"))
    customer_name: str | None = described(
        "The customer's name; frozen by finalization.", Column("customer_name", folded="customer_name_key")
    )
    customer_email: str | None = described(
        "The customer's e-mail address; frozen by finalization.", Column("customer_email", folded="customer_email_key")
    )
    customer_phone: str | None = described("The customer's telephone number; frozen by finalization.")
    customer_address: Address | None = described(
        "The customer's address; frozen by finalization.", Document("customer_address")
    )
    customer_shipping: Shipping | None = described(
        "Where goods go; frozen by finalization.", Document("customer_shipping")
    )
    customer_tax_exempt: TaxExempt = described("The customer's tax status; frozen by finalization.")
    customer_tax_ids: list[TaxId] = described(
        "The customer's tax ids; frozen by finalization.", Document("customer_tax_ids")
    )
    account_name: str | None = described("The business's name.")
    account_country: str | None = described("The business's country.")
    collection_method: CollectionMethod = described("How the invoice is collected.")
    due_at: datetime | None = described("When it is due; only with SEND_INVOICE.")
    overdue: bool = described("Whether it is open and its due date has passed.", Computed(overdue))
    auto_advance: bool = described("Whether the gateway finalizes and collects it by itself.")
    automatically_finalizes_at: datetime | None = described("When a draft with `autoAdvance` is finalized.")
    attempted: bool = described("Whether collection was tried.")
    attempt_count: int = described("Counts the first attempt and all automatic ones.")
    next_payment_attempt_at: datetime | None = described("When the next automatic attempt is due.")
    uncollectible_reason: UncollectibleReason | None = described("Why it was last given up.")
    test_clock: TestClock | None = described(
        "The test clock that its customer lives on; null once deleted.", ToOne(tables.TestClock, "test_clock_id")
    )
    billing_reason: BillingReason = described("Why the invoice exists.")
    description: str | None = described(
        "The memo on the document, up to 1,500 characters.", Column("description", folded="description_key")
    )
    footer: str | None = described("The footer on the document, up to 5,000 characters.")
    custom_fields: list[CustomField] = described(
        "Up to four lines at the head of the document.", Document("custom_fields")
    )
    statement_descriptor: str | None = described("What stands on the customer's bank statement.")
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Labels(METADATA_COLUMN))
    effective_at: datetime | None = described("The date on the document; that of finalization unless given.")
    period_start: datetime = described("Where the invoice's period begins.", Column("period_start_at"))
    period_end: datetime = described("Where the invoice's period ends.", Column("period_end_at"))
    subtotal: MinorUnits = described("The lines after their own discounts, before the invoice's and exclusive tax.")
    subtotal_excluding_tax: MinorUnits | None = described("`subtotal` without inclusive tax.")
    total: MinorUnits = described("The lines after all discounts, with tax and shipping. Negative is credit.")
    total_excluding_tax: MinorUnits | None = described("`total` without any tax.")
    amount_shipping: MinorUnits = described("Shipping, part of `total`.")
    shipping_cost: ShippingCost | None = described("What shipping costs.", Document("shipping_cost"))
    default_tax_rates: list[TaxRate] = described(
        "The tax rates of lines that have none of their own.", ListedById(tables.TaxRate, "default_tax_rate_ids")
    )
    discounts: list[Discount] = described(
        "The discounts of the whole invoice, in the order they are taken off after those of the lines.",
        ListedById(tables.Discount, "discount_ids"),
    )
    total_discount_amounts: list[DiscountAmount] = described(
        "What each discount took off, over all lines.", Document("total_discount_amounts")
    )
    total_taxes: list[TaxAmount] = described("The taxes per tax rate, over all lines.", Document("total_taxes"))
    starting_balance: MinorUnits = described("The customer's balance before; live in a draft.")
    ending_balance: MinorUnits | None = described("The customer's balance after finalization; null in a draft.")
    amount_due: MinorUnits = described("What has to be paid: `total` with the balance taken up, never negative.")
    amount_paid: MinorUnits = described("What was paid, money received out of band included.")
    amount_paid_out_of_band: MinorUnits = described("The part that was received outside of the gateway.")
    amount_remaining: MinorUnits = described("What is still to be paid.")
    amount_overpaid: MinorUnits = described("What was paid beyond `amountDue`, credited to the balance.")
    pre_payment_credit_notes_amount: MinorUnits = described("What credit notes took off before it was paid.")
    post_payment_credit_notes_amount: MinorUnits = described("What credit notes gave back of what was paid.")
    from_invoice: FromInvoice | None = described("The invoice that this one revises.", SameRow("from_invoice_id"))
    latest_revision: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] | None = described(
        "The newest finalized revision of this invoice.", ToOne(tables.Invoice, "latest_revision_id")
    )
    rendering: InvoiceRendering = described("How the document looks.", SameRow())
    webhooks_delivered_at: datetime | None = described(
        "When those who listen were told of its creation; at once, as long as nobody listens.", Column("created_at")
    )
    livemode: bool = described("Whether real money moves: false, payments are simulated.", Computed(never))
    default_payment_method_id: strawberry.ID | None = described("Charged instead of the customer's default.")
    payment_method_types: list[str] | None = described(
        "The types of payment methods it may be paid with.",
        Document("payment_method_types"),
    )
    hosted_url: str | None = described(
        "Where the invoice's page for the customer is, below the public URL; null in a draft. This server has no such "
        "page yet: whoever shows one answers there.",
        Computed(hosted_url),
    )
    pdf_url: str | None = described(
        "Where the invoice's PDF is, below its page; null in a draft. This server makes no PDF yet.", Computed(pdf_url)
    )
    last_finalization_error: FinalizationError | None = described(
        "Why the last finalization failed; cleared by success.", Document("last_finalization_error")
    )
    calculation: list[CalculationStep] = described(
        "How the totals came about, step by step.",
        Document("calculation"),
    )
    allowed_actions: list[InvoiceActionState] = described(
        "Every action, whether it is allowed now, and why not.", AllowedActions()
    )

    @planned(LINES)
    def lines(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[LineItem]:
        """The lines: pending items that were pulled in, newest first, then lines in the order they were added."""
        by_planner()

    @planned(PAYMENTS)
    def payments(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[InvoicePayment]:
        """The payments meant for the invoice, newest first."""
        by_planner()

    @planned(CREDIT_NOTES)
    def credit_notes(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Annotated["CreditNote", strawberry.lazy("invoice_graph.schema.types.credit_notes")]]:
        """The credit notes of the invoice, newest first."""
        by_planner()

    @planned(EVENTS)
    def events(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Annotated["Event", strawberry.lazy("invoice_graph.schema.types.event")]]:
        """What happened to the invoice and its items, oldest first."""
        by_planner()
