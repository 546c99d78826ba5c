"""What mutations of the catalogue and of ledgers answer."""

import strawberry

from invoice_graph.planner.catalog import Given
from invoice_graph.schema.fields import described
from invoice_graph.schema.types.catalogue import InvoiceRenderingTemplate, Price, Product, TaxRate
from invoice_graph.schema.types.customer import BalanceTransaction
from invoice_graph.schema.types.discounts import Coupon, PromotionCode
from invoice_graph.schema.types.event import Event
from invoice_graph.schema.types.payloads import (
    DELETED,
    ERRORS,
    ERRORS_TEXT,
    EVENTS,
    EVENTS_TEXT,
    REPLAYED,
    REPLAYED_TEXT,
    UserError,
)
from invoice_graph.store import tables

NOW = "As it is now."


@strawberry.type(description="The product after the call, also when it was refused; null only when there is none.")
class ProductPayload:
    product: Product | None = described(NOW, Given(tables.Product, "object_id"))
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The price after the call, also when it was refused; null only when there is none.")
class PricePayload:
    price: Price | None = described(NOW, Given(tables.Price, "object_id"))
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The tax rate after the call, also when it was refused; null only when there is none.")
class TaxRatePayload:
    tax_rate: TaxRate | None = described(NOW, Given(tables.TaxRate, "object_id"))
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The coupon after the call, also when it was refused; null only when there is none.")
class CouponPayload:
    coupon: Coupon | None = described(NOW, Given(tables.Coupon, "object_id"))
    deleted_id: strawberry.ID | None = described("The id of the deleted coupon.", DELETED)
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The promotion code after the call, also when it was refused; null when there is none.")
class PromotionCodePayload:
    promotion_code: PromotionCode | None = described(NOW, Given(tables.PromotionCode, "object_id"))
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The template after the call, also when it was refused; null only when there is none.")
class InvoiceRenderingTemplatePayload:
    invoice_rendering_template: InvoiceRenderingTemplate | None = described(
        NOW, Given(tables.InvoiceRenderingTemplate, "object_id")
    )
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described("Empty: templates have no events.", EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The new entry of a customer's ledger; null when the call was refused.")
class BalanceTransactionPayload:
    balance_transaction: BalanceTransaction | None = described(
        "The entry.", Given(tables.BalanceTransaction, "object_id")
    )
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)
