"""What mutations of the catalogue and of ledgers answer."""

import strawberry

from invoice_graph.planner.sources import Given
from invoice_graph.schema.fields import described
from invoice_graph.schema.types.catalogue import InvoiceRenderingTemplate, Price, Product, TaxRate
from invoice_graph.schema.types.customer import BalanceTransaction
from invoice_graph.schema.types.discounts import Coupon, PromotionCode
from invoice_graph.schema.types.payloads import DELETED, Answer
from invoice_graph.store import tables

NOW = "As it is now."


@strawberry.type(description="The product after the call, also when it was refused; null only when there is none.")
class ProductPayload(Answer):
    product: Product | None = described(NOW, Given(tables.Product, "object_id"))


@strawberry.type(description="The price after the call, also when it was refused; null only when there is none.")
class PricePayload(Answer):
    price: Price | None = described(NOW, Given(tables.Price, "object_id"))


@strawberry.type(description="The tax rate after the call, also when it was refused; null only when there is none.")
class TaxRatePayload(Answer):
    tax_rate: TaxRate | None = described(NOW, Given(tables.TaxRate, "object_id"))


@strawberry.type(description="The coupon after the call, also when it was refused; null only when there is none.")
class CouponPayload(Answer):
    coupon: Coupon | None = described(NOW, Given(tables.Coupon, "object_id"))
    deleted_id: strawberry.ID | None = described("The id of the deleted coupon.", DELETED)


@strawberry.type(description="The promotion code after the call, also when it was refused; null when there is none.")
class PromotionCodePayload(Answer):
    promotion_code: PromotionCode | None = described(NOW, Given(tables.PromotionCode, "object_id"))


@strawberry.type(description="The template after the call, also when it was refused; null only when there is none.")
class InvoiceRenderingTemplatePayload(Answer):
    invoice_rendering_template: InvoiceRenderingTemplate | None = described(
        NOW, Given(tables.InvoiceRenderingTemplate, "object_id")
    )


@strawberry.type(description="The new entry of a customer's ledger; null when the call was refused.")
class BalanceTransactionPayload(Answer):
    balance_transaction: BalanceTransaction | None = described(
        "The entry.", Given(tables.BalanceTransaction, "object_id")
    )
