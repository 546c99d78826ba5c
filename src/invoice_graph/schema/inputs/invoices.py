"""Inputs about invoices."""

from datetime import datetime

import strawberry

from invoice_graph.domain.kinds import CollectionMethod, PendingItems
from invoice_graph.schema.fields import optional
from invoice_graph.schema.inputs.common import ChangeById, CustomFieldInput, MetadataEntryInput, Write
from invoice_graph.schema.inputs.lines import LineItemInput
from invoice_graph.schema.scalars import CurrencyCode


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


@strawberry.input(description="A new draft.")
class InvoiceCreateInput(Write, InvoiceFields):
    customer_id: strawberry.ID | None = optional("Who is invoiced.")
    currency: CurrencyCode | None = optional("The currency; that of the customer or account when absent.")
    pending_invoice_items_behavior: PendingItems = strawberry.field(
        description="What becomes of the customer's pending invoice items.", default=PendingItems.EXCLUDE
    )
    lines: list[LineItemInput] | None = optional("Lines for the same call, up to 250.")


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
        "What to charge; the invoice's or the customer's default when absent."
    )
    paid_out_of_band: bool = strawberry.field(
        description="The money was received outside of the gateway: nothing is charged.", default=False
    )
    forgive: bool = strawberry.field(
        description="Let go of what a pre-funded payment method can't cover.", default=False
    )
    off_session: bool = strawberry.field(description="The customer is not there to confirm.", default=True)


@strawberry.input(description="An invoice to void.")
class InvoiceVoidInput(ChangeById):
    pass


@strawberry.input(description="An invoice to give up on.")
class InvoiceMarkUncollectibleInput(ChangeById):
    pass
