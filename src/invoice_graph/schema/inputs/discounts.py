"""The input that names discounts."""

import strawberry

from invoice_graph.schema.fields import optional


@strawberry.input(description="A discount to give: exactly one of a coupon, a promotion code and a discount.")
class DiscountInput:
    coupon_id: strawberry.ID | None = optional("The coupon to redeem.")
    promotion_code_id: strawberry.ID | None = optional("The promotion code to redeem.")
    discount_id: strawberry.ID | None = optional("A discount that is there already, or one of the customer's to copy.")
