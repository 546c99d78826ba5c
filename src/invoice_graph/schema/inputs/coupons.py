"""Inputs about coupons and promotion codes."""

from datetime import datetime
from decimal import Decimal

import strawberry

from invoice_graph.domain.kinds import CouponDuration
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.common import ChangeById, MetadataEntryInput, Write
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits

METADATA = "Labels, merged by key; null removes all."


@strawberry.input(description="What to take off in another currency.")
class CouponCurrencyOptionInput:
    currency: CurrencyCode = required("The currency.")
    amount_off: MinorUnits = required("What to take off in it, more than 0.")


@strawberry.input(description="What a coupon is for.")
class CouponAppliesToInput:
    product_ids: list[strawberry.ID] = required("The products, each once.")


@strawberry.input(description="A new coupon: a percentage, or an amount with its currency.")
class CouponCreateInput(Write):
    code: str | None = optional("A name of your own that no other coupon has.")
    name: str | None = optional("What customers see.")
    percent_off: Decimal | None = optional("More than 0, up to 100, with up to four decimals.")
    amount_off: MinorUnits | None = optional("More than 0; not together with `percentOff`.")
    currency: CurrencyCode | None = optional("The currency of `amountOff`.")
    currency_options: list[CouponCurrencyOptionInput] | None = optional("Amounts in other currencies.")
    duration: CouponDuration | None = optional("How long a discount lasts; ONCE when absent.")
    duration_in_months: int | None = optional("For how many months; only with REPEATING.")
    applies_to: CouponAppliesToInput | None = optional("What it is for; everything when absent.")
    max_redemptions: BigInt | None = optional("How often it can be redeemed; always when absent.")
    redeem_by: datetime | None = optional("Until when it can be redeemed.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A change of a coupon. Its terms never change.")
class CouponUpdateInput(ChangeById):
    name: str | None = optional("What customers see.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A coupon to delete.")
class CouponDeleteInput(ChangeById):
    pass


@strawberry.input(description="What to ask of those who use a promotion code.")
class PromotionCodeRestrictionsInput:
    first_time_transaction: bool | None = optional("Only for a customer's first invoice.")
    minimum_amount: MinorUnits | None = optional("Only for invoices of this subtotal or more.")
    minimum_amount_currency: CurrencyCode | None = optional("The currency of `minimumAmount`.")


@strawberry.input(description="A new promotion code.")
class PromotionCodeCreateInput(Write):
    coupon_id: strawberry.ID = required("The coupon it gives.")
    code: str | None = optional(
        "The word: letters a to z, digits and hyphens, upper and lower case alike; drawn at random when absent. No "
        "two active codes that one customer can use are the same."
    )
    active: bool | None = optional("Whether it can be used; true when absent.")
    customer_id: strawberry.ID | None = optional("The only customer who may use it; all when absent.")
    expires_at: datetime | None = optional("Until when it can be used; not after the coupon's `redeemBy`.")
    max_redemptions: BigInt | None = optional("How often it can be used; not more than the coupon.")
    restrictions: PromotionCodeRestrictionsInput | None = optional("What to ask of those who use it.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)


@strawberry.input(description="A change of a promotion code.")
class PromotionCodeUpdateInput(ChangeById):
    active: bool | None = optional("Whether it can be used.")
    metadata: list[MetadataEntryInput] | None = optional(METADATA)
