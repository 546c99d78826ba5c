"""The prices that invoice items and lines name, or bring along."""

from invoice_graph.commands.catalogue.prices import make_price
from invoice_graph.commands.catalogue.products import make_product
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.kinds import PriceType
from invoice_graph.store.tables import InvoiceItem, Price, Product
from invoice_graph.store.unit_of_work import UnitOfWork


async def chosen_price(uow: UnitOfWork, entry: Input, currency: str, path: Path) -> Price | None:
    """The price that an entry of input names or describes, fit for an item in a currency; None without one."""
    if entry.get("price_id") is not None:
        return await _named(uow, entry["price_id"], currency, (*path, "price_id"))
    if entry.get("price_data") is not None:
        return await _described(uow, entry["price_data"], currency, (*path, "price_data"))
    return None


async def currency_of_price(uow: UnitOfWork, entry: Input) -> str | None:
    """The currency that the price of an entry carries."""
    if entry.get("price_id") is not None:
        return (await uow.require(Price, entry["price_id"], ("price_id",))).currency
    data = entry.get("price_data")
    return data["currency"] if data is not None else None


async def price_of(uow: UnitOfWork, item: InvoiceItem) -> Price | None:
    """The price of an item; None where it has an amount or a unit amount of its own."""
    return None if item.price_id is None else await uow.require(Price, item.price_id, ("price_id",))


async def _named(uow: UnitOfWork, id: str, currency: str, path: Path) -> Price:
    price = await uow.require(Price, id, path)
    if not price.active:
        raise refuse("The price is not active; activate it, or name another.", path)
    if price.type != PriceType.ONE_TIME:
        raise refuse("The price is a recurring one; invoice items take one-time prices.", path)
    _check_currency(price.currency, currency, path)
    return price


async def _described(uow: UnitOfWork, data: Input, currency: str, path: Path) -> Price:
    _check_currency(data["currency"], currency, (*path, "currency"))
    if data.get("product_id") is not None:
        product = await uow.require(Product, data["product_id"], (*path, "product_id"))
    else:
        product = make_product(uow, data["product_data"], (*path, "product_data"))
    return make_price(uow, product.id, currency, data, path)


def _check_currency(of_price: str, currency: str, path: Path) -> None:
    if of_price != currency:
        message = f"The price is in {of_price}, the invoice item in {currency}; they must be the same."
        raise refuse(message, path, ErrorCode.CURRENCY_MISMATCH)
