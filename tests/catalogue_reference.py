"""What the reference executor knows about the catalogue, and rows of it with every kind of value."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import (
    BillingScheme,
    CouponDuration,
    PageSize,
    PriceTaxBehavior,
    PriceType,
    TemplateStatus,
)
from invoice_graph.domain.pricing import TiersMode
from invoice_graph.store.tables import (
    Coupon,
    Discount,
    InvoiceRenderingTemplate,
    Price,
    Product,
    PromotionCode,
    TaxRate,
    TemplateVersion,
)

TABLES = {
    "Product": "product",
    "Price": "price",
    "TaxRate": "tax_rate",
    "Coupon": "coupon",
    "PromotionCode": "promotion_code",
    "Discount": "discount",
    "InvoiceRenderingTemplate": "rendering_template",
}
VERSIONS = {"InvoiceRenderingTemplate": "rendering_template_version"}
PREFIXES = {
    "prod_": "Product",
    "price_": "Price",
    "txr_": "TaxRate",
    "coup_": "Coupon",
    "promo_": "PromotionCode",
    "di_": "Discount",
    "inrtem_": "InvoiceRenderingTemplate",
}
FLAGS = {"active", "inclusive", "first_time_transaction"}
DOCUMENTS = {"images", "tiers", "transform_quantity", "recurring", "currency_options", "product_ids"}
LISTS = {
    "products": "Product",
    "prices": "Price",
    "taxRates": "TaxRate",
    "coupons": "Coupon",
    "promotionCodes": "PromotionCode",
    "invoiceRenderingTemplates": "InvoiceRenderingTemplate",
}
REFERENCES = {
    ("Product", "defaultPrice"): ("Price", "default_price_id"),
    ("Price", "product"): ("Product", "product_id"),
    ("PromotionCode", "coupon"): ("Coupon", "coupon_id"),
    ("PromotionCode", "customer"): ("Customer", "customer_id"),
    ("Discount", "coupon"): ("Coupon", "coupon_id"),
    ("Discount", "promotionCode"): ("PromotionCode", "promotion_code_id"),
    ("Discount", "customer"): ("Customer", "customer_id"),
    ("Discount", "invoice"): ("Invoice", "invoice_id"),
    ("Discount", "invoiceItem"): ("InvoiceItem", "invoice_item_id"),
}
COLUMNS = {("Discount", "start"): "start_at", ("Discount", "end"): "end_at"}
CASELESS = {("PromotionCode", "code")}
"""Fields that `eq` compares in upper and lower case alike."""


def unit_amount(row: dict[str, Any]) -> int | None:
    exact = row["unit_amount_decimal"]
    return None if exact is None or "." in exact else int(exact)


def is_valid(row: dict[str, Any], now: str) -> bool:
    left = row["max_redemptions"] is None or row["times_redeemed"] < row["max_redemptions"]
    return left and (row["redeem_by"] is None or row["redeem_by"] >= now)


KINDS = (Product, Price, TaxRate, Coupon, PromotionCode, Discount, InvoiceRenderingTemplate, TemplateVersion)
"""The tables in an order that foreign keys allow, behind those of customers, invoices and items."""

Rows = Iterable[Any]


def catalogue_rows(maker: Any, now: Any) -> Rows:
    """Rows made with the means of the maker of all others, behind customers, invoices and items."""
    products = [_product(maker) for _ in range(8)]
    prices = [_price(maker, place, maker.random.choice(products)) for place in range(14)]
    for product in products:
        product.default_price_id = maker.maybe(maker.random.choice(prices).id)
    coupons = [_coupon(maker, place, products, now) for place in range(7)]
    codes = [_promotion_code(maker, coupons, now) for _ in range(9)]
    yield from (*products, *prices, *(_tax_rate(maker) for _ in range(5)), *coupons, *codes)
    yield from (_discount(maker, coupons, codes) for _ in range(12))
    for place in range(6):
        yield from _template(maker, place)


def _product(maker: Any) -> Product:
    return Product(
        **maker.own(Prefix.PRODUCT),
        name=maker.text(),
        updated_at=maker.moment(),
        active=maker.random.random() < 0.5,
        description=maker.maybe(maker.text()),
        unit_label=maker.maybe(maker.text()),
        images=maker.random.choice(([], ["https://example.com/1.png", "2"])),
        details=maker.labels(),
    )


def _price(maker: Any, place: int, product: Product) -> Price:
    tier = {"upTo": maker.maybe("2.5"), "unitAmountDecimal": "0.1", "flatAmountDecimal": "300"}
    tiered = maker.random.random() < 0.4
    return Price(
        **maker.own(Prefix.PRICE),
        product_id=product.id,
        active=maker.random.random() < 0.5,
        currency=maker.random.choice(("usd", "jpy", "kwd")),
        type=maker.random.choice(tuple(PriceType)),
        billing_scheme=BillingScheme.TIERED if tiered else BillingScheme.PER_UNIT,
        unit_amount_decimal=None if tiered else Decimal(maker.random.choice(("0", "12", "0.5", "99999999.000001"))),
        tax_behavior=maker.random.choice(tuple(PriceTaxBehavior)),
        nickname=maker.maybe(maker.text()),
        lookup_key=maker.maybe(f"key {place} {maker.text()}"),
        tiers=[tier] * maker.random.randrange(3) if tiered else None,
        tiers_mode=TiersMode.VOLUME if tiered else None,
        transform_quantity=None if tiered else maker.maybe({"divideBy": 10, "round": "UP"}),
        recurring=maker.maybe({"interval": "MONTH", "intervalCount": 3}),
        details=maker.labels(),
    )


def _tax_rate(maker: Any) -> TaxRate:
    return TaxRate(
        **maker.own(Prefix.TAX_RATE),
        display_name=maker.text(),
        percentage=Decimal(maker.random.choice(("0", "19", "7.7001"))),
        inclusive=maker.random.random() < 0.5,
        active=maker.random.random() < 0.5,
        country=maker.maybe("DE"),
        tax_type=maker.maybe("vat"),
        details=maker.labels(),
    )


def _terms(maker: Any, products: list[Product]) -> dict[str, Any]:
    options = [{"currency": "eur", "amountOff": maker.amount()}, {"currency": "jpy", "amountOff": 1}]
    amount = {"amount_off": 500, "currency": "usd", "currency_options": options[: maker.random.randrange(3)]}
    percent = {"percent_off": Decimal(maker.random.choice(("25", "0.0001")))}
    named = {"name": maker.maybe(maker.text()), "product_ids": maker.maybe([p.id for p in products[:2]])}
    return {**named, **maker.random.choice((amount, percent))}


def _coupon(maker: Any, place: int, products: list[Product], now: Any) -> Coupon:
    return Coupon(
        **maker.own(Prefix.COUPON),
        **_terms(maker, products),
        code=maker.maybe(f"CODE{place}"),
        duration=maker.random.choice(tuple(CouponDuration)),
        duration_in_months=maker.maybe(3),
        max_redemptions=maker.maybe(2),
        times_redeemed=maker.random.randrange(3),
        redeem_by=maker.maybe(now + timedelta(seconds=maker.random.randrange(-1, 2))),
        details=maker.labels(),
    )


def _promotion_code(maker: Any, coupons: list[Coupon], now: Any) -> PromotionCode:
    restriction = maker.maybe({"minimum_amount": 1500, "minimum_amount_currency": "usd"})
    customer = maker.maybe(maker.random.choice(_known(maker, "cus_")))
    return PromotionCode(
        **maker.own(Prefix.PROMOTION_CODE),
        code=maker.random.choice(("Spring-24", "SPRING-24", "vip", "X")),
        coupon_id=maker.random.choice([*(coupon.id for coupon in coupons), "coup_deleted"]),
        active=maker.random.random() < 0.5,
        customer_id=customer,
        expires_at=maker.maybe(now),
        max_redemptions=maker.maybe(5),
        times_redeemed=maker.random.randrange(3),
        first_time_transaction=maker.random.random() < 0.5,
        details=maker.labels(),
        **(restriction or {}),
    )


def _discount(maker: Any, coupons: list[Coupon], codes: list[PromotionCode]) -> Discount:
    column, prefix = maker.random.choice((("customer_id", "cus_"), ("invoice_id", "in_"), ("invoice_item_id", "ii_")))
    return Discount(
        **maker.own(Prefix.DISCOUNT),
        **_terms(maker, []),
        coupon_id=maker.random.choice([*(coupon.id for coupon in coupons), "coup_deleted"]),
        promotion_code_id=maker.maybe(maker.random.choice(codes).id),
        start_at=maker.moment(),
        end_at=maker.maybe(maker.moment()),
        **{column: maker.random.choice(_known(maker, prefix))},
    )


def _template(maker: Any, place: int) -> Rows:
    own, newest = maker.own(Prefix.RENDERING_TEMPLATE), 1 + place % 3
    shared = {
        **own,
        "nickname": maker.maybe(maker.text()),
        "status": maker.random.choice(tuple(TemplateStatus)),
        "details": maker.labels(),
    }
    for version in range(1, newest + 1):
        shown = {
            "version": version,
            "memo": maker.maybe(maker.text()),
            "footer": maker.maybe(maker.text()),
            "custom_fields": maker.fields(),
            "page_size": maker.maybe(maker.random.choice(tuple(PageSize))),
        }
        yield TemplateVersion(**shared, **shown)
    yield InvoiceRenderingTemplate(**shared, **shown)


def _known(maker: Any, prefix: str) -> list[str]:
    """The ids of the rows made so far whose ids begin so."""
    rows = (row for kept in maker.rows.kept.values() for row in kept)
    return [row.id for row in rows if getattr(row, "id", "").startswith(prefix)]
