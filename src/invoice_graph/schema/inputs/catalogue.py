"""Inputs about products, prices, tax rates, rendering templates, and ledgers."""

from decimal import Decimal

import strawberry

from invoice_graph.domain.kinds import AmountTaxDisplay, PageSize, PriceTaxBehavior, RecurringInterval
from invoice_graph.domain.pricing import PackageRounding, TiersMode
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.common import ChangeById, CustomFieldInput, MetadataEntryInput, Write
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits

METADATA = "Labels, merged by key; null removes all."
UNIT_AMOUNT = "The price of one unit, in minor units, 0 or more; not together with `unitAmountDecimal` or `tiers`."
UNIT_AMOUNT_DECIMAL = "The price of one unit, in minor units, exact, 0 or more."


@strawberry.input(description="The fields of a product.")
class ProductFields:
    active: bool | None = optional("Whether it is on sale; true when absent from a new product.")
    description: str | None = optional("What it is.")
    tax_code: str | None = optional("The tax code: what kind of thing it is for taxes.")
    unit_label: str | None = optional("What one unit is called.")
    statement_descriptor: str | None = optional("What stands on the bank statement, up to 22 characters, one a letter.")
    images: list[str] | None = optional("Addresses of up to eight pictures; replaces all.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A new product.")
class ProductCreateInput(Write, ProductFields):
    name: str = required("The product's name.")


@strawberry.input(description="A change of a product.")
class ProductUpdateInput(ChangeById, ProductFields):
    name: str | None = optional("The product's name.")
    default_price_id: strawberry.ID | None = optional("An active price of the product to take by default.")


@strawberry.input(description="Units up to a quantity, and what they cost.")
class PriceTierInput:
    up_to: Decimal | None = optional("The last quantity of the tier; null in the last tier, which has no end.")
    unit_amount: MinorUnits | None = optional("The price of one unit, 0 or more.")
    unit_amount_decimal: Decimal | None = optional(UNIT_AMOUNT_DECIMAL)
    flat_amount: MinorUnits | None = optional("What the tier costs besides, 0 or more.")
    flat_amount_decimal: Decimal | None = optional("What the tier costs besides, in minor units, exact, 0 or more.")


@strawberry.input(description="Sell by the package.")
class TransformQuantityInput:
    divide_by: BigInt = required("How many units are a package.")
    round: PackageRounding = required("Whether a package that is not full counts.")


@strawberry.input(description="How often to charge; at most three years lie between two charges.")
class RecurringInput:
    interval: RecurringInterval = required("What lies between two charges.")
    interval_count: int | None = optional("How many of them; 1 when absent.")


@strawberry.input(description="What of a price can change.")
class PriceLabels:
    active: bool | None = optional("Whether new lines may use it; true when absent from a new price.")
    nickname: str | None = optional("A name for yourselves.")
    lookup_key: str | None = optional("A name to find the price by, up to 200 characters; one price has it at a time.")
    tax_behavior: PriceTaxBehavior | None = optional(
        "Whether the price has tax in it; for information, since tax rates decide."
    )
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A new price: a unit amount, or tiers.")
class PriceCreateInput(Write, PriceLabels):
    product_id: strawberry.ID = required("What it is the price of.")
    currency: CurrencyCode = required("The currency of the amounts.")
    unit_amount: MinorUnits | None = optional(UNIT_AMOUNT)
    unit_amount_decimal: Decimal | None = optional(UNIT_AMOUNT_DECIMAL)
    tiers: list[PriceTierInput] | None = optional("What quantities cost, rising, the last tier without end.")
    tiers_mode: TiersMode | None = optional("How tiers are read; only with `tiers`.")
    transform_quantity: TransformQuantityInput | None = optional("Sell by the package; not together with `tiers`.")
    recurring: RecurringInput | None = optional("Charge again and again; once when absent.")


@strawberry.input(description="A change of a price. Its amounts never change.")
class PriceUpdateInput(ChangeById, PriceLabels):
    pass


@strawberry.input(description="What of a tax rate can change.")
class TaxRateLabels:
    active: bool | None = optional("Whether it can be put on lines and invoices; true when absent from a new one.")
    jurisdiction: str | None = optional("Whose tax it is.")
    description: str | None = optional("A note for yourselves.")
    tax_type: str | None = optional("What kind of tax it is, such as `vat`.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A new tax rate.")
class TaxRateCreateInput(Write, TaxRateLabels):
    display_name: str = required("What customers see.")
    percentage: Decimal = required("How many percent, 0 to 100, with up to four decimals.")
    inclusive: bool = required("Whether prices contain the tax (true) or it is added (false).")
    country: str | None = optional("Two upper-case letters (ISO 3166-1).")
    state: str | None = optional("State, county or region.")


@strawberry.input(description="A change of a tax rate. What it charges never changes.")
class TaxRateUpdateInput(ChangeById, TaxRateLabels):
    display_name: str | None = optional("What customers see.")


@strawberry.input(description="The fields of a rendering template.")
class TemplateFields:
    nickname: str | None = optional("A name for yourselves.")
    memo: str | None = optional("The memo of invoices that have none of their own, up to 1,500 characters.")
    footer: str | None = optional("The footer of invoices that have none of their own, up to 5,000 characters.")
    custom_fields: list[CustomFieldInput] | None = optional(
        "Up to four custom fields of invoices that have none of their own; replaces all."
    )
    page_size: PageSize | None = optional("The size of the pages.")
    amount_tax_display: AmountTaxDisplay | None = optional("How lines show inclusive tax.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A new rendering template.")
class InvoiceRenderingTemplateCreateInput(Write, TemplateFields):
    pass


@strawberry.input(description="A change of a rendering template; a change of what documents show makes a version.")
class InvoiceRenderingTemplateUpdateInput(ChangeById, TemplateFields):
    pass


@strawberry.input(description="A rendering template to archive.")
class InvoiceRenderingTemplateArchiveInput(ChangeById):
    pass


@strawberry.input(description="A rendering template to bring back.")
class InvoiceRenderingTemplateUnarchiveInput(ChangeById):
    pass


@strawberry.input(description="A new entry of a customer's ledger.")
class CustomerBalanceTransactionCreateInput(Write):
    customer_id: strawberry.ID = required("Whose balance moves.")
    amount: MinorUnits = required("By how much; negative is credit for the customer. Not 0.")
    currency: CurrencyCode | None = optional("Which balance; that of the customer or account when absent.")
    description: str | None = optional("A note.")
    metadata: list[MetadataEntryInput] | None = optional("Labels.")
