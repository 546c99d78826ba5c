"""What is sold and how it is taxed: products, prices, tax rates, and how documents look."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.domain.pricing import TiersMode
from invoice_graph.store.columns import (
    CURRENCY_CHECK,
    STRICT,
    belongs_to,
    document,
    exact,
    flag,
    moment,
    one_of,
    text,
    whole,
)
from invoice_graph.store.tables.owned import Owned


class Product(Owned, table=True):
    """Something that is sold."""

    __tablename__ = "product"
    __table_args__ = (Index("product_by_creation", "account_id", "created_at", "id"), STRICT)

    version: int = whole(default=1)
    updated_at: datetime = moment()
    name: str = text()
    active: bool = flag(default=True)
    description: str | None = text(default=None)
    default_price_id: str | None = text(default=None)
    tax_code: str | None = text(default=None)
    unit_label: str | None = text(default=None)
    statement_descriptor: str | None = text(default=None)
    images: list[str] = document(default_factory=list)
    details: dict[str, str] = document(default_factory=dict)


class Price(Owned, table=True):
    """What a product costs. Its amounts never change."""

    __tablename__ = "price"
    __table_args__ = (
        one_of("type", kinds.PriceType),
        one_of("billing_scheme", kinds.BillingScheme),
        one_of("tax_behavior", kinds.PriceTaxBehavior),
        one_of("tiers_mode", TiersMode),
        CheckConstraint(CURRENCY_CHECK),
        CheckConstraint("(billing_scheme = 'TIERED') = (tiers IS NOT NULL)"),
        CheckConstraint("(billing_scheme = 'TIERED') = (unit_amount_decimal IS NULL)"),
        belongs_to("product_id", "product"),
        Index("price_by_creation", "account_id", "created_at", "id"),
        Index("price_by_product", "account_id", "product_id", "created_at", "id"),
        Index("price_lookup_key", "account_id", "lookup_key", unique=True),
        STRICT,
    )

    version: int = whole(default=1)
    product_id: str = text()
    active: bool = flag(default=True)
    currency: str = text()
    type: kinds.PriceType = text(default=kinds.PriceType.ONE_TIME)
    billing_scheme: kinds.BillingScheme = text(default=kinds.BillingScheme.PER_UNIT)
    unit_amount_decimal: Decimal | None = exact(default=None)
    tax_behavior: kinds.PriceTaxBehavior = text(default=kinds.PriceTaxBehavior.UNSPECIFIED)
    nickname: str | None = text(default=None)
    lookup_key: str | None = text(default=None)
    tiers: list[dict[str, Any]] | None = document(default=None)
    tiers_mode: TiersMode | None = text(default=None)
    transform_quantity: dict[str, Any] | None = document(default=None)
    recurring: dict[str, Any] | None = document(default=None)
    details: dict[str, str] = document(default_factory=dict)


class TaxRate(Owned, table=True):
    """A tax: so many percent, contained in the price or added to it."""

    __tablename__ = "tax_rate"
    __table_args__ = (Index("tax_rate_by_creation", "account_id", "created_at", "id"), STRICT)

    version: int = whole(default=1)
    display_name: str = text()
    percentage: Decimal = exact()
    inclusive: bool = flag()
    active: bool = flag(default=True)
    country: str | None = text(default=None)
    state: str | None = text(default=None)
    jurisdiction: str | None = text(default=None)
    description: str | None = text(default=None)
    tax_type: str | None = text(default=None)
    details: dict[str, str] = document(default_factory=dict)


class Template(Owned):
    """How documents look, and what they say unless the invoice says something else."""

    version: int = whole(default=1)
    nickname: str | None = text(default=None)
    status: kinds.TemplateStatus = text(default=kinds.TemplateStatus.ACTIVE)
    memo: str | None = text(default=None)
    footer: str | None = text(default=None)
    custom_fields: list[dict[str, str]] = document(default_factory=list)
    page_size: kinds.PageSize | None = text(default=None)
    amount_tax_display: kinds.AmountTaxDisplay | None = text(default=None)
    details: dict[str, str] = document(default_factory=dict)


class InvoiceRenderingTemplate(Template, table=True):
    """A rendering template in its newest version."""

    __tablename__ = "rendering_template"
    __table_args__ = (
        one_of("status", kinds.TemplateStatus),
        one_of("page_size", kinds.PageSize),
        one_of("amount_tax_display", kinds.AmountTaxDisplay),
        Index("rendering_template_by_creation", "account_id", "created_at", "id"),
        STRICT,
    )


class TemplateVersion(Template, table=True):
    """A version of a rendering template, the newest included; what is not about rendering is kept equal in all."""

    __tablename__ = "rendering_template_version"
    __table_args__ = (STRICT,)

    version: int = whole(primary_key=True)
