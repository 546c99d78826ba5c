"""Coupons, the codes that give them, and the discounts they became."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.kinds import CouponDuration
from invoice_graph.planner.expressions import redeemable
from invoice_graph.planner.sources import Column, Computed, Document, Entries, SameRow, ToOne
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.common import METADATA_COLUMN, MetadataEntry, Node
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.customer import Customer
    from invoice_graph.schema.types.invoice import Invoice
    from invoice_graph.schema.types.items import InvoiceItem

PRODUCTS = "The products it is for; null for all."


@strawberry.type(description="What is taken off in another currency.")
class CouponCurrencyOption:
    currency: CurrencyCode = described("The currency.")
    amount_off: MinorUnits = described("What is taken off in it.")


@strawberry.type(description="Something to take off, again and again. Its terms never change.")
class Coupon(Node):
    version: int = described("Counts changes of the coupon; pass it as `expectedVersion`.")
    created_at: datetime = described("When the coupon was created.")
    code: str | None = described("A name of your own that no other coupon has.")
    name: str | None = described("What customers see.")
    percent_off: Decimal | None = described("How many percent are taken off; null when it is an amount.")
    amount_off: MinorUnits | None = described("The amount that is taken off; null when it is a percentage.")
    currency: CurrencyCode | None = described("The currency of `amountOff`.")
    currency_options: list[CouponCurrencyOption] = described(
        "What is taken off in other currencies.", Document("currency_options")
    )
    duration: CouponDuration = described("How long a discount lasts.")
    duration_in_months: int | None = described("For how many months, when it is repeating.")
    product_ids: list[strawberry.ID] | None = described(PRODUCTS, Document("product_ids"))
    max_redemptions: BigInt | None = described("How often it can be redeemed; null for always.")
    times_redeemed: BigInt = described("How often it was redeemed.")
    redeem_by: datetime | None = described("Until when it can be redeemed.")
    valid: bool = described("Whether it can be redeemed once more, now.", Computed(redeemable))
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))


@strawberry.type(description="What a promotion code asks of those who use it.")
class PromotionCodeRestrictions:
    first_time_transaction: bool = described("Only for a customer's first invoice.")
    minimum_amount: MinorUnits | None = described("Only for invoices of this subtotal or more.")
    minimum_amount_currency: CurrencyCode | None = described("The currency of `minimumAmount`.")


@strawberry.type(description="A word that customers type in to get a coupon.")
class PromotionCode(Node):
    version: int = described("Counts changes of the promotion code; pass it as `expectedVersion`.")
    created_at: datetime = described("When the promotion code was created.")
    code: str = described("The word, upper and lower case alike.", Column("code", folded="code_key", caseless=True))
    coupon_id: strawberry.ID = described("The id of the coupon it gives.")
    coupon: Coupon | None = described("The coupon it gives; null once deleted.", ToOne(tables.Coupon, "coupon_id"))
    active: bool = described("Whether you let it be used: what else it takes, its terms say.")
    customer: Annotated["Customer", strawberry.lazy("invoice_graph.schema.types.customer")] | None = described(
        "The only customer who may use it; null for all.", ToOne(tables.Customer, "customer_id")
    )
    expires_at: datetime | None = described("Until when it can be used.")
    max_redemptions: BigInt | None = described("How often it can be used; null for always.")
    times_redeemed: BigInt = described("How often it was used.")
    restrictions: PromotionCodeRestrictions = described("What it asks of those who use it.", SameRow())
    metadata: list[MetadataEntry] = described("Labels of your own, by key.", Entries(METADATA_COLUMN))


@strawberry.type(
    description="A coupon at work on an invoice or an invoice item, or in store for a customer's next invoices. It "
    "keeps the coupon's terms."
)
class Discount(Node):
    created_at: datetime = described("When the discount was given.")
    coupon_id: strawberry.ID = described("The id of the coupon it came from.")
    coupon: Coupon | None = described("The coupon it came from; null once deleted.", ToOne(tables.Coupon, "coupon_id"))
    promotion_code: PromotionCode | None = described(
        "The promotion code that gave it.", ToOne(tables.PromotionCode, "promotion_code_id")
    )
    name: str | None = described("What customers see.")
    percent_off: Decimal | None = described("How many percent are taken off; null when it is an amount.")
    amount_off: MinorUnits | None = described("The amount that is taken off; null when it is a percentage.")
    currency: CurrencyCode | None = described("The currency of `amountOff`.")
    currency_options: list[CouponCurrencyOption] = described(
        "What is taken off in other currencies.", Document("currency_options")
    )
    product_ids: list[strawberry.ID] | None = described(PRODUCTS, Document("product_ids"))
    start: datetime = described("When it began.", Column("start_at"))
    end: datetime | None = described("When it ends; null without an end of its own.", Column("end_at"))
    customer: Annotated["Customer", strawberry.lazy("invoice_graph.schema.types.customer")] | None = described(
        "The customer for whose next invoices it is in store.", ToOne(tables.Customer, "customer_id")
    )
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] | None = described(
        "The invoice it is at work on.", ToOne(tables.Invoice, "invoice_id")
    )
    invoice_item: Annotated["InvoiceItem", strawberry.lazy("invoice_graph.schema.types.items")] | None = described(
        "The invoice item it is at work on.", ToOne(tables.InvoiceItem, "invoice_item_id")
    )
