"""The catalogue's part of the root of queries."""

from typing import Annotated

import strawberry

from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.sources import ById
from invoice_graph.schema.fields import After, Before, First, Last, by_planner, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.types.catalogue import InvoiceRenderingTemplate, Price, Product, TaxRate
from invoice_graph.schema.types.discounts import Coupon, PromotionCode
from invoice_graph.schema.where_catalogue import (
    CouponWhere,
    InvoiceRenderingTemplateWhere,
    PriceWhere,
    ProductWhere,
    PromotionCodeWhere,
    TaxRateWhere,
)
from invoice_graph.store import tables

Id = Annotated[strawberry.ID, strawberry.argument(description="The object's id.")]


@strawberry.type(description="What of the catalogue can be read.")
class CatalogueQueries:
    @planned(ById(tables.Product))
    def product(self, id: Id) -> Product | None:
        """A product by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.Product))
    def products(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[ProductWhere | None, strawberry.argument(description="Which products.")] = None,
    ) -> Connection[Product]:
        """The account's products, newest first."""
        by_planner()

    @planned(ById(tables.Price))
    def price(self, id: Id) -> Price | None:
        """A price by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.Price))
    def prices(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[PriceWhere | None, strawberry.argument(description="Which prices.")] = None,
    ) -> Connection[Price]:
        """The account's prices, newest first."""
        by_planner()

    @planned(ById(tables.TaxRate))
    def tax_rate(self, id: Id) -> TaxRate | None:
        """A tax rate by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.TaxRate))
    def tax_rates(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[TaxRateWhere | None, strawberry.argument(description="Which tax rates.")] = None,
    ) -> Connection[TaxRate]:
        """The account's tax rates, newest first."""
        by_planner()

    @planned(ById(tables.Coupon))
    def coupon(self, id: Id) -> Coupon | None:
        """A coupon by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.Coupon))
    def coupons(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[CouponWhere | None, strawberry.argument(description="Which coupons.")] = None,
    ) -> Connection[Coupon]:
        """The account's coupons, newest first."""
        by_planner()

    @planned(ById(tables.PromotionCode))
    def promotion_code(self, id: Id) -> PromotionCode | None:
        """A promotion code by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.PromotionCode))
    def promotion_codes(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[PromotionCodeWhere | None, strawberry.argument(description="Which promotion codes.")] = None,
    ) -> Connection[PromotionCode]:
        """The account's promotion codes, newest first."""
        by_planner()

    @planned(ById(tables.InvoiceRenderingTemplate, tables.TemplateVersion))
    def invoice_rendering_template(
        self,
        id: Id,
        version: Annotated[int | None, strawberry.argument(description="The version; the newest when absent.")] = None,
    ) -> InvoiceRenderingTemplate | None:
        """A rendering template by its id, and one of its versions when asked for; null when the account has none."""
        by_planner()

    @planned(Rows(tables.InvoiceRenderingTemplate))
    def invoice_rendering_templates(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[
            InvoiceRenderingTemplateWhere | None, strawberry.argument(description="Which rendering templates.")
        ] = None,
    ) -> Connection[InvoiceRenderingTemplate]:
        """The account's rendering templates, newest first."""
        by_planner()
