"""What is sold and how it is taxed, and how documents look."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.kinds import (
    AmountTaxDisplay,
    BillingScheme,
    PageSize,
    PriceTaxBehavior,
    PriceType,
    RecurringInterval,
    TemplateStatus,
)
from invoice_graph.domain.pricing import PackageRounding, TiersMode
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.expressions import currency_digits, whole_unit_amount
from invoice_graph.planner.sources import Computed, Document, Entries, ToOne
from invoice_graph.schema.fields import After, Before, First, Last, by_planner, described, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.common import METADATA_COLUMN, CustomField, MetadataEntry, Node
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.where_catalogue import PriceWhere

PRICES = Rows(tables.Price, {"product_id": "id"})


@strawberry.type(description="Something that is sold.")
class Product(Node):
    version: int = described("Counts changes of the product; pass it as `expectedVersion`.")
    created_at: datetime = described("When the product was created.")
    updated_at: datetime = described("When the product changed last.")
    name: str = described("The product's name.")
    active: bool = described("Whether it is on sale.")
    description: str | None = described("What it is.")
    default_price: Annotated["Price", strawberry.lazy("invoice_graph.schema.types.catalogue")] | None = described(
        "The price to take when nothing else is said.", ToOne(tables.Price, "default_price_id")
    )
    tax_code: str | None = described("The tax code: what kind of thing it is for taxes.")
    unit_label: str | None = described("What one unit is called.")
    statement_descriptor: str | None = described("What stands on the customer's bank statement.")
    images: list[str] = described("Addresses of up to eight pictures.", Document("images"))
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))

    @planned(PRICES)
    def prices(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            Annotated["PriceWhere", strawberry.lazy("invoice_graph.schema.where_catalogue")] | None,
            strawberry.argument(description="Which prices."),
        ] = None,
    ) -> Connection[Annotated["Price", strawberry.lazy("invoice_graph.schema.types.catalogue")]]:
        """The product's prices, newest first."""
        by_planner()


@strawberry.type(description="Units up to a quantity, and what they cost.")
class PriceTier:
    up_to: Decimal | None = described("The last quantity of the tier; null for the last tier, which has no end.")
    unit_amount_decimal: Decimal = described("The price of one unit, in minor units, exact.")
    flat_amount_decimal: Decimal = described("What the tier costs besides, in minor units, exact.")


@strawberry.type(description="How a quantity becomes packages before it is multiplied.")
class PriceTransformQuantity:
    divide_by: BigInt = described("How many units are a package.")
    round: PackageRounding = described("Whether a package that is not full counts.")


@strawberry.type(description="How often a price is charged.")
class PriceRecurring:
    interval: RecurringInterval = described("What lies between two charges.")
    interval_count: int = described("How many of them.")


@strawberry.type(description="What a product costs. Its amounts never change.")
class Price(Node):
    version: int = described("Counts changes of the price; pass it as `expectedVersion`.")
    created_at: datetime = described("When the price was created.")
    product: Product = described("What it is the price of.", ToOne(tables.Product, "product_id"))
    active: bool = described("Whether new lines may use it.")
    currency: CurrencyCode = described("The currency of the amounts.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    type: PriceType = described("Whether it is charged once or again and again.")
    billing_scheme: BillingScheme = described("How it depends on the quantity.")
    unit_amount: MinorUnits | None = described(
        "The price of one unit; null when it has a fraction or there are tiers.", Computed(whole_unit_amount)
    )
    unit_amount_decimal: Decimal | None = described("The price of one unit, exact; null when there are tiers.")
    tiers: list[PriceTier] | None = described("What quantities cost, rising.", Document("tiers"))
    tiers_mode: TiersMode | None = described("How tiers are read.")
    transform_quantity: PriceTransformQuantity | None = described(
        "How the quantity is made into packages.", Document("transform_quantity")
    )
    recurring: PriceRecurring | None = described("How often it is charged.", Document("recurring"))
    tax_behavior: PriceTaxBehavior = described(
        "Whether the price has tax in it; for information, since tax rates decide."
    )
    nickname: str | None = described("A name for yourselves.")
    lookup_key: str | None = described("A name to find the price by, which one price has at a time.")
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))


@strawberry.type(description="A tax. What it charges never changes.")
class TaxRate(Node):
    version: int = described("Counts changes of the tax rate; pass it as `expectedVersion`.")
    created_at: datetime = described("When the tax rate was created.")
    display_name: str = described("What customers see.")
    percentage: Decimal = described("How many percent, 0 to 100, with up to four decimals.")
    inclusive: bool = described("Whether prices contain the tax (true) or it is added (false).")
    active: bool = described("Whether it can be put on lines and invoices; where it is, it stays.")
    country: str | None = described("Two upper-case letters (ISO 3166-1).")
    state: str | None = described("State, county or region.")
    jurisdiction: str | None = described("Whose tax it is.")
    description: str | None = described("A note for yourselves; customers do not see it.")
    tax_type: str | None = described("What kind of tax it is, such as `vat`.")
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))


@strawberry.type(description="How documents look, and what they say unless the invoice says something else.")
class InvoiceRenderingTemplate(Node):
    version: int = described("Counts changes of what documents show; each version can be read again.")
    created_at: datetime = described("When the template was created.")
    nickname: str | None = described("A name for yourselves.")
    status: TemplateStatus = described("Whether new objects may use it.")
    memo: str | None = described("The memo of invoices that have none of their own.")
    footer: str | None = described("The footer of invoices that have none of their own.")
    custom_fields: list[CustomField] = described(
        "The custom fields of invoices that have none of their own.", Document("custom_fields")
    )
    page_size: PageSize | None = described("The size of the pages.")
    amount_tax_display: AmountTaxDisplay | None = described("How lines show inclusive tax.")
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))
