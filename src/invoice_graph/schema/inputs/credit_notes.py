"""Inputs about credit notes."""

from datetime import datetime
from decimal import Decimal

import strawberry

from invoice_graph.domain.kinds import CreditNoteLineType, CreditNoteReason
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.common import ChangeById, MetadataEntryInput, Write
from invoice_graph.schema.scalars import BigInt, MinorUnits


@strawberry.input(description="A line of a credit note: a part of an invoice's line, or something of its own.")
class CreditNoteLineInput:
    type: CreditNoteLineType = required("What it credits.")
    line_item_id: strawberry.ID | None = optional("The invoice's line, named once; only with INVOICE_LINE_ITEM.")
    amount: MinorUnits | None = optional(
        "What to credit of the invoice's line, before discounts and exclusive tax; negative for a negative line. Only "
        "with INVOICE_LINE_ITEM, instead of a quantity: a line that was credited one way stays with it."
    )
    quantity: BigInt | None = optional(
        "How many units to credit, without a fraction; 1 for a custom line when absent. Not together with "
        "`quantityDecimal`."
    )
    quantity_decimal: Decimal | None = optional("How many units to credit, exact.")
    unit_amount: MinorUnits | None = optional(
        "The price of one unit; only with CUSTOM_LINE_ITEM. Not together with `unitAmountDecimal`."
    )
    unit_amount_decimal: Decimal | None = optional("The price of one unit, exact; only with CUSTOM_LINE_ITEM.")
    description: str | None = optional("What is credited; only with CUSTOM_LINE_ITEM.")
    tax_rate_ids: list[strawberry.ID] | None = optional("Up to ten tax rates; only with CUSTOM_LINE_ITEM.")


@strawberry.input(description="The fields of a credit note that can change.")
class CreditNoteFields:
    memo: str | None = optional("A text on the document, up to 5,000 characters.")
    metadata: list[MetadataEntryInput] | None = optional("Labels, merged by key; null removes all.")


@strawberry.input(
    description="A new credit note, over exactly one of `amount`, `lines` and `shippingAmount`. What remains to be "
    "paid is credited first; `creditAmount`, `refundAmount` and `outOfBandAmount` add up to what was paid already."
)
class CreditNoteCreateInput(Write, CreditNoteFields):
    invoice_id: strawberry.ID = required("The invoice to credit.")
    amount: MinorUnits | None = optional("What to credit, with the tax in it.")
    lines: list[CreditNoteLineInput] | None = optional("What to credit line by line, up to 250.")
    shipping_amount: MinorUnits | None = optional("What to credit of the shipping.")
    credit_amount: MinorUnits | None = optional("What to give back as credit of the customer's balance.")
    refund_amount: MinorUnits | None = optional(
        "What to give back as a refund. It is recorded only: no provider is asked to move the money."
    )
    out_of_band_amount: MinorUnits | None = optional("What is given back outside of the gateway.")
    reason: CreditNoteReason | None = optional("Why it is issued.")
    effective_at: datetime | None = optional("The date on the document; now when absent.")


@strawberry.input(description="A credit note to look at before it is issued; as `CreditNoteCreateInput`.")
class CreditNotePreviewInput(CreditNoteCreateInput):
    pass


@strawberry.input(description="A change of a credit note.")
class CreditNoteUpdateInput(ChangeById, CreditNoteFields):
    pass


@strawberry.input(description="A credit note to void.")
class CreditNoteVoidInput(ChangeById):
    pass
