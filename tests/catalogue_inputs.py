"""Objects of the catalogue, and for each of its mutations an input that is accepted."""

from decimal import Decimal
from typing import Any

from gateway import Gateway

PAYLOADS = {
    "product": "product { id version }",
    "price": "price { id version }",
    "taxRate": "taxRate { id version }",
    "coupon": "coupon { id version } deletedId",
    "promotionCode": "promotionCode { id version }",
    "invoiceRenderingTemplate": "invoiceRenderingTemplate { id version }",
    "customerBalanceTransaction": "customerBalanceTransaction: balanceTransaction { id }",
}
"""What is selected of a payload, by the beginning of the mutation's name."""


def creations(customer: str, product: str, coupon: str) -> dict[str, dict[str, Any]]:
    """Inputs of the mutations that create something."""
    return {
        "productCreate": {"name": "Rocket"},
        "priceCreate": {"productId": product, "currency": "usd", "unitAmount": 100},
        "taxRateCreate": {"displayName": "VAT", "percentage": "19", "inclusive": False},
        "couponCreate": {"percentOff": "25"},
        "promotionCodeCreate": {"couponId": coupon},
        "invoiceRenderingTemplateCreate": {"memo": "Thank you"},
        "customerBalanceTransactionCreate": {"customerId": customer, "amount": -100},
    }


def changes(ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Inputs of the mutations that change one of these objects."""
    return {
        "productUpdate": {"id": ids["product"], "name": "Booster"},
        "priceUpdate": {"id": ids["price"], "nickname": "Cheap"},
        "taxRateUpdate": {"id": ids["tax rate"], "active": False},
        "couponUpdate": {"id": ids["coupon"], "name": "Spring"},
        "couponDelete": {"id": ids["coupon"]},
        "promotionCodeUpdate": {"id": ids["promotion code"], "active": False},
        "invoiceRenderingTemplateUpdate": {"id": ids["template"], "memo": "Thanks"},
        "invoiceRenderingTemplateArchive": {"id": ids["template"]},
        "invoiceRenderingTemplateUnarchive": {"id": ids["template"]},
    }


MADE_BY = {
    "product": "productCreate",
    "price": "priceCreate",
    "tax rate": "taxRateCreate",
    "coupon": "couponCreate",
    "promotion code": "promotionCodeCreate",
    "template": "invoiceRenderingTemplateCreate",
}


async def catalogue_inputs(gateway: Gateway, customer: str) -> dict[str, dict[str, Any]]:
    """An accepted input for each command, about objects that are made for it."""
    ids: dict[str, str] = {}
    for noun, name in MADE_BY.items():
        given = creations(customer, ids.get("product", ""), ids.get("coupon", ""))[name]
        ids[noun] = await gateway.done(name, **plain(given))
    inputs = creations(customer, ids["product"], ids["coupon"]) | changes(ids)
    return {name: plain(given) for name, given in inputs.items()}


def plain(given: dict[str, Any]) -> dict[str, Any]:
    """A simple input as a command takes it."""
    decimals = ("percentage", "percentOff")
    return {snake_case(name): Decimal(value) if name in decimals else value for name, value in given.items()}


def snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
