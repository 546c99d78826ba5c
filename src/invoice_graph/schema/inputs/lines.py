"""Inputs about lines and invoice items."""

from decimal import Decimal

import strawberry

from invoice_graph.domain.kinds import LineRemoval, PriceTaxBehavior
from invoice_graph.domain.taxes import TaxabilityReason
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.catalogue import ProductFields, TaxRateLabels
from invoice_graph.schema.inputs.common import ChangeById, MetadataEntryInput, PeriodInput, Write
from invoice_graph.schema.inputs.discounts import DiscountInput
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits

AMOUNT = "The whole amount, in minor units; not together with a quantity or unit amount."
QUANTITY = "How many units, without a fraction; 1 when absent. Not together with `quantityDecimal`."
QUANTITY_DECIMAL = "How many units, exact, zero or more."
UNIT_AMOUNT = "The price of one unit, in minor units, exact; may be negative."
DISCOUNTABLE = "Whether discounts apply; true when absent, false for negative amounts."
PERIOD = "The billed period; now when absent."
METADATA = "Labels, merged by key; null removes all."


@strawberry.input(description="A product made in place.")
class ProductDataInput(ProductFields):
    name: str = required("The product's name.")


@strawberry.input(description="A tax rate made in place; one that says the same is used again.")
class TaxRateDataInput(TaxRateLabels):
    display_name: str = required("What customers see.")
    percentage: Decimal = required("How many percent, 0 to 100, with up to four decimals.")
    inclusive: bool = required("Whether prices contain the tax (true) or it is added (false).")
    country: str | None = optional("Two upper-case letters (ISO 3166-1).")
    state: str | None = optional("State, county or region.")


@strawberry.input(description="A price made in place: of one product, named or described, with one unit amount.")
class PriceDataInput:
    currency: CurrencyCode = required("The currency; that of the invoice.")
    product_id: strawberry.ID | None = optional("The product.")
    product_data: ProductDataInput | None = optional("A product made in place.")
    unit_amount: MinorUnits | None = optional("The price of one unit, in minor units.")
    unit_amount_decimal: Decimal | None = optional("The same, exact.")
    tax_behavior: PriceTaxBehavior | None = optional(
        "Whether the price has tax in it; for information, since tax rates decide."
    )


@strawberry.input(description="A tax that you worked out. It takes the place of tax rates on the whole invoice.")
class TaxAmountInput:
    amount: MinorUnits = required("The tax.")
    taxable_amount: MinorUnits = required("What it lies on.")
    tax_rate_id: strawberry.ID | None = optional("The tax rate it was worked out by.")
    tax_rate_data: TaxRateDataInput | None = optional("A tax rate described in place.")
    taxability_reason: TaxabilityReason | None = optional("Why the tax is what it is.")


@strawberry.input(
    description="What is billed, and for how much: one of `amount`, `priceId`, `priceData` and `unitAmountDecimal`, "
    "all but the first with a quantity."
)
class Billing:
    amount: MinorUnits | None = optional(AMOUNT)
    price_id: strawberry.ID | None = optional("An active one-time price in the same currency.")
    price_data: PriceDataInput | None = optional("A price made in place.")
    quantity: BigInt | None = optional(QUANTITY)
    quantity_decimal: Decimal | None = optional(QUANTITY_DECIMAL)
    unit_amount_decimal: Decimal | None = optional(UNIT_AMOUNT)
    description: str | None = optional("What is billed.")
    period: PeriodInput | None = optional(PERIOD)
    discountable: bool | None = optional(DISCOUNTABLE)
    tax_rate_ids: list[strawberry.ID] | None = optional("Up to 10 tax rates; empty means the invoice's own.")
    discounts: list[DiscountInput] | None = optional("Up to 20 discounts, in the order they are taken off.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="What only lines take.")
class LineTaxes:
    tax_amounts: list[TaxAmountInput] | None = optional(
        "Up to 20 taxes that you worked out; not together with tax rates anywhere on the invoice."
    )


@strawberry.input(description="A new line: a pending invoice item, or a new one made for the line.")
class LineItemInput(Billing, LineTaxes):
    invoice_item_id: strawberry.ID | None = optional(
        "A pending invoice item of the same customer and currency; not together with other fields."
    )


@strawberry.input(description="A change of a line; its invoice item changes with it.")
class LineUpdateInput(Billing, LineTaxes):
    id: strawberry.ID = required("The line's id.")


@strawberry.input(description="A line to take off an invoice.")
class LineRemovalInput:
    id: strawberry.ID = required("The line's id.")
    behavior: LineRemoval = required("What becomes of its invoice item.")


@strawberry.input(description="Lines to add.")
class InvoiceAddLinesInput(ChangeById):
    lines: list[LineItemInput] = required("The lines, 1 to 50; all are added or none.")
    invoice_metadata: list[MetadataEntryInput] | None = optional("Labels for the invoice, merged by key.")


@strawberry.input(description="Lines to change.")
class InvoiceUpdateLinesInput(ChangeById):
    lines: list[LineUpdateInput] = required("The changes, 1 to 50, each of another line; all are made or none.")
    invoice_metadata: list[MetadataEntryInput] | None = optional("Labels for the invoice, merged by key.")


@strawberry.input(description="Lines to take off.")
class InvoiceRemoveLinesInput(ChangeById):
    lines: list[LineRemovalInput] = required("The lines, 1 to 50, each once; all are taken off or none.")
    invoice_metadata: list[MetadataEntryInput] | None = optional("Labels for the invoice, merged by key.")


@strawberry.input(description="A new invoice item.")
class InvoiceItemCreateInput(Write, Billing):
    customer_id: strawberry.ID = required("Who is billed.")
    invoice_id: strawberry.ID | None = optional("The draft to put it on; pending when absent.")
    currency: CurrencyCode | None = optional("The currency; that of the invoice or customer when absent.")


@strawberry.input(description="A change of an invoice item that is pending or on a draft; its line changes with it.")
class InvoiceItemUpdateInput(ChangeById, Billing):
    pass


@strawberry.input(description="An invoice item to delete, pending or on a draft.")
class InvoiceItemDeleteInput(ChangeById):
    pass
