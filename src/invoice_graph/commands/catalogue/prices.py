"""Prices: what products cost. Their amounts never change."""

from typing import Any

from invoice_graph.commands.catalogue.changes import created, updated, write_given
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import BillingScheme, PriceType
from invoice_graph.domain.money import currency_of
from invoice_graph.domain.prices import check_price_amounts, either_amount, tier_documents
from invoice_graph.store.tables import Price, Product
from invoice_graph.store.unit_of_work import UnitOfWork

_COPIED = ("active", "nickname", "lookup_key", "tax_behavior")


async def create_price(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """priceCreate."""
    product = await uow.require(Product, input["product_id"], ("product_id",))
    await _check_lookup_key(uow, input, None)
    active = input.get("active", True)
    price = make_price(uow, product.id, input["currency"], input, (), active=active)
    return created(uow, EventType.PRICE_CREATED, price)


async def update_price(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """priceUpdate."""
    price = await uow.require(Price, input["id"], ("id",))
    await _check_lookup_key(uow, input, price)
    if input.get("active") is False:
        await _check_not_default(uow, price)
    write_given(price, input, _COPIED)
    return updated(uow, EventType.PRICE_UPDATED, price)


def make_price(
    uow: UnitOfWork, product_id: str, currency: str, entry: Input, path: Path, active: bool = False
) -> Price:
    """A new price of one entry of input, without an event; refuses amounts that the currency does not have."""
    check_price_amounts(entry, currency_of(currency), path)
    tiers = entry.get("tiers")
    price = Price(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.PRICE),
        created_at=uow.now,
        product_id=product_id,
        currency=currency,
        type=PriceType.ONE_TIME if entry.get("recurring") is None else PriceType.RECURRING,
        billing_scheme=BillingScheme.PER_UNIT if tiers is None else BillingScheme.TIERED,
        unit_amount_decimal=either_amount(entry, "unit_amount"),
        tiers=None if tiers is None else tier_documents(tiers),
        tiers_mode=entry.get("tiers_mode"),
        transform_quantity=_packages(entry.get("transform_quantity")),
        recurring=_recurring(entry.get("recurring")),
    )
    write_given(price, entry, _COPIED, path)
    price.active = active
    return uow.add(price)


def _packages(given: Input | None) -> dict[str, Any] | None:
    return None if given is None else {"divideBy": given["divide_by"], "round": given["round"]}


def _recurring(given: Input | None) -> dict[str, Any] | None:
    return None if given is None else {"interval": given["interval"], "intervalCount": given.get("interval_count", 1)}


async def _check_lookup_key(uow: UnitOfWork, given: Input, price: Price | None) -> None:
    key = given.get("lookup_key")
    if key is None:
        return
    # Nobody else may take the key meanwhile.
    await uow.account(hold=True)
    holders = await uow.find(Price, lookup_key=key)
    if holders and holders[0] is not price:
        message = f"The lookup key {key!r} belongs to the price {holders[0].id}; choose another, or clear it there."
        raise refuse(message, ("lookup_key",), ErrorCode.RESOURCE_ALREADY_EXISTS)


async def _check_not_default(uow: UnitOfWork, price: Price) -> None:
    product = await uow.require(Product, price.product_id, ("id",))
    if product.default_price_id == price.id:
        message = "The price is its product's default; give the product another default price, or none, first."
        raise refuse(message, ("active",))
