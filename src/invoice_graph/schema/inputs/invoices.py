"""Inputs about invoices."""

from datetime import datetime

import strawberry

from invoice_graph.domain.kinds import AmountTaxDisplay, CollectionMethod, PageSize, PendingItems, RevisionAction
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.common import (
    TEST_METHODS_TEXT,
    ChangeById,
    CustomFieldInput,
    MetadataEntryInput,
    Write,
)
from invoice_graph.schema.inputs.discounts import DiscountInput
from invoice_graph.schema.inputs.lines import Billing, LineItemInput, LineTaxes
from invoice_graph.schema.scalars import CurrencyCode, MinorUnits


@strawberry.input(description="What shipping costs.")
class ShippingCostInput:
    amount: MinorUnits = required("The price, 0 or more.")
    display_name: str | None = optional("What it is called on the document.")


@strawberry.input(description="The invoice that a draft is made from.")
class FromInvoiceInput:
    action: RevisionAction = required("What the draft is to it.")
    invoice_id: strawberry.ID = required("An OPEN or UNCOLLECTIBLE invoice without attached payments.")


@strawberry.input(description="How the PDF looks.")
class RenderingPdfInput:
    page_size: PageSize | None = optional("The size of the pages.")


@strawberry.input(description="How the document looks; absent members stay as they are.")
class RenderingInput:
    amount_tax_display: AmountTaxDisplay | None = optional("How lines show inclusive tax.")
    pdf: RenderingPdfInput | None = optional("How the PDF looks.")
    template_id: strawberry.ID | None = optional("An active rendering template.")
    template_version: int | None = optional("A version of the template; the newest when absent.")


@strawberry.input(description="The fields of an invoice that callers set.")
class InvoiceFields:
    collection_method: CollectionMethod | None = optional("How it is collected; CHARGE_AUTOMATICALLY when absent.")
    days_until_due: int | None = optional(
        "After how many days it is due; only with SEND_INVOICE, not together with `dueAt`."
    )
    due_at: datetime | None = optional("When it is due; only with SEND_INVOICE.")
    auto_advance: bool | None = optional("Whether the gateway finalizes and collects it by itself.")
    automatically_finalizes_at: datetime | None = optional(
        "When to finalize the draft, up to five years ahead; only with `autoAdvance`."
    )
    description: str | None = optional("The memo on the document, up to 1,500 characters.")
    footer: str | None = optional("The footer on the document, up to 5,000 characters.")
    number: str | None = optional("A number of your own, up to 26 characters; otherwise finalization gives one.")
    custom_fields: list[CustomFieldInput] | None = optional("Up to four lines at the head; replaces all.")
    statement_descriptor: str | None = optional("What stands on the bank statement, up to 22 characters, one a letter.")
    metadata: list[MetadataEntryInput] | None = optional("Labels, merged by key; null removes all.")
    effective_at: datetime | None = optional("The date on the document.")
    default_payment_method_id: strawberry.ID | None = optional("Charged instead of the customer's default.")
    payment_method_types: list[str] | None = optional("The types of payment methods it may be paid with.")
    discounts: list[DiscountInput] | None = optional(
        "Up to 20 discounts of the whole invoice, in order; replaces all. When absent, a new one takes the customer's."
    )
    default_tax_rate_ids: list[strawberry.ID] | None = optional(
        "Up to 5 tax rates for lines that have none of their own; replaces all."
    )
    shipping_cost: ShippingCostInput | None = optional("What shipping costs.")
    rendering: RenderingInput | None = optional("How the document looks.")


@strawberry.input(description="A new draft.")
class InvoiceCreateInput(Write, InvoiceFields):
    customer_id: strawberry.ID | None = optional("Who is invoiced; needed unless it is a revision.")
    currency: CurrencyCode | None = optional("The currency; that of the customer or account when absent.")
    pending_invoice_items_behavior: PendingItems = strawberry.field(
        description="What becomes of the customer's pending invoice items.", default=PendingItems.EXCLUDE
    )
    from_invoice: FromInvoiceInput | None = optional(
        "Make a revision: a draft with all that this invoice has, which voids it when it is finalized."
    )
    lines: list[LineItemInput] | None = optional("Lines for the same call, up to 250.")


@strawberry.input(description="A new line of a preview, or a pending invoice item with other terms.")
class PreviewItemInput(Billing, LineTaxes):
    invoice_item_id: strawberry.ID | None = optional(
        "A pending invoice item of the customer, to be shown as if these fields were changed."
    )
    currency: CurrencyCode | None = optional("The currency; that of the preview.")


@strawberry.input(description="What the customer's next invoice would be.")
class InvoicePreviewInput(Write):
    customer_id: strawberry.ID = required("Whose pending invoice items are shown.")
    currency: CurrencyCode | None = optional("The currency; that of the customer or account when absent.")
    collection_method: CollectionMethod | None = optional("How it would be collected.")
    discounts: list[DiscountInput] | None = optional("Discounts of the whole invoice; nothing is redeemed.")
    default_tax_rate_ids: list[strawberry.ID] | None = optional("Tax rates for lines that have none of their own.")
    shipping_cost: ShippingCostInput | None = optional("What shipping would cost.")
    invoice_items: list[PreviewItemInput] | None = optional(
        "Up to 250 lines besides the pending invoice items, or changes of these."
    )


@strawberry.input(description="A change of an invoice. Which fields may change depends on its status.")
class InvoiceUpdateInput(ChangeById, InvoiceFields):
    pass


@strawberry.input(description="A draft to delete.")
class InvoiceDeleteInput(ChangeById):
    pass


@strawberry.input(description="A draft to finalize.")
class InvoiceFinalizeInput(ChangeById):
    auto_advance: bool | None = optional("Whether the gateway goes on collecting by itself; unchanged when absent.")


@strawberry.input(description="An invoice to send.")
class InvoiceSendInput(ChangeById):
    pass


@strawberry.input(description="An invoice to pay.")
class InvoicePayInput(ChangeById):
    payment_method_id: strawberry.ID | None = optional(
        f"What to charge; the invoice's or the customer's default when absent. {TEST_METHODS_TEXT}"
    )
    paid_out_of_band: bool = strawberry.field(
        description="The money was received outside of the gateway: nothing is charged.", default=False
    )
    forgive: bool = strawberry.field(
        description="Charge what a pre-funded payment method holds, and let go of the rest: the invoice is paid.",
        default=False,
    )
    off_session: bool = strawberry.field(description="The customer is not there to confirm.", default=True)


@strawberry.input(description="An invoice to void.")
class InvoiceVoidInput(ChangeById):
    pass


@strawberry.input(description="An invoice to give up on.")
class InvoiceMarkUncollectibleInput(ChangeById):
    pass
