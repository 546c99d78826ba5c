"""Lines and the invoice items behind them."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.planner.expressions import currency_digits, pending, whole_quantity
from invoice_graph.planner.references import ListedById
from invoice_graph.planner.sources import Column, Computed, Document, Entries, SameRow, ToOne
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.catalogue import Price, Product, TaxRate
from invoice_graph.schema.types.common import METADATA_COLUMN, MetadataEntry, Node
from invoice_graph.schema.types.customer import Customer
from invoice_graph.schema.types.discounts import Discount
from invoice_graph.schema.types.money import DiscountAmount, TaxAmount
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.invoice import Invoice


@strawberry.type(description="How an amount came about.")
class Pricing:
    unit_amount_decimal: Decimal | None = described(
        "The price of one unit, in minor units, exact; null where tiers decide."
    )
    price: Price | None = described(
        "The price; null where an amount or a unit amount was given.", ToOne(tables.Price, "price_id")
    )
    product: Product | None = described("What is sold, where there is a price.", ToOne(tables.Product, "product_id"))


@strawberry.type(description="Something to bill. Pending until it is on an invoice, where it appears as a line.")
class InvoiceItem(Node):
    version: int = described("Counts changes of the invoice item; pass it as `expectedVersion`.")
    created_at: datetime = described("When the invoice item was created.")
    amount: MinorUnits = described("Quantity times unit amount, rounded to the minor unit, halves away from zero.")
    currency: CurrencyCode = described("The currency of the amounts.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    description: str | None = described("What is billed.")
    quantity: BigInt = described("The quantity without its fraction.", Computed(whole_quantity))
    quantity_decimal: Decimal = described("The quantity, exact.")
    unit_amount_decimal: Decimal | None = described(
        "The price of one unit, in minor units, exact; null where tiers decide."
    )
    pricing: Pricing = described("How the amount came about.", SameRow())
    period_start: datetime = described("Where the billed period begins.", Column("period_start_at"))
    period_end: datetime = described("Where the billed period ends, included.", Column("period_end_at"))
    discountable: bool = described("Whether discounts apply.")
    tax_rates: list[TaxRate] = described(
        "The tax rates of its own; where there are none, the invoice's apply.",
        ListedById(tables.TaxRate, "tax_rate_ids"),
    )
    discounts: list[Discount] = described(
        "The discounts of its own, in the order they are taken off.", ListedById(tables.Discount, "discount_ids")
    )
    pending: bool = described("Whether it is on no invoice.", Computed(pending))
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))
    customer: Customer = described("Who is billed.", ToOne(tables.Customer, "customer_id"))
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] | None = described(
        "The invoice it is on; null while pending.", ToOne(tables.Invoice, "invoice_id")
    )


@strawberry.type(description="A line of an invoice. Each line shows one invoice item.")
class LineItem(Node):
    amount: MinorUnits = described("The line's amount before discounts and exclusive tax.")
    subtotal: MinorUnits = described("The same as `amount`.")
    currency: CurrencyCode = described("The invoice's currency.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    description: str | None = described("What is billed.", Column("description", folded="description_key"))
    quantity: BigInt | None = described("The quantity without its fraction.", Computed(whole_quantity))
    quantity_decimal: Decimal | None = described("The quantity, exact.")
    pricing: Pricing | None = described("How the amount came about.", SameRow())
    period_start: datetime = described("Where the billed period begins.", Column("period_start_at"))
    period_end: datetime = described("Where the billed period ends, included.", Column("period_end_at"))
    discountable: bool = described("Whether discounts apply.")
    tax_rates: list[TaxRate] = described(
        "The tax rates of its own; where there are none, the invoice's apply.",
        ListedById(tables.TaxRate, "tax_rate_ids"),
    )
    discounts: list[Discount] = described(
        "The discounts of its own, in the order they are taken off.", ListedById(tables.Discount, "discount_ids")
    )
    discount_amounts: list[DiscountAmount] = described(
        "What each discount took off the line: its own, then its shares of the invoice's.",
        Document("discount_amounts"),
    )
    taxes: list[TaxAmount] = described("The taxes of the line.", Document("taxes"))
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] = described(
        "The invoice that the line is on.", ToOne(tables.Invoice, "invoice_id")
    )
    invoice_item: InvoiceItem | None = described(
        "The invoice item that the line shows.", ToOne(tables.InvoiceItem, "invoice_item_id")
    )
