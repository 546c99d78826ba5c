"""Products: what is sold."""

from invoice_graph.commands.catalogue.changes import created, updated, write_given
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.store.tables import Price, Product
from invoice_graph.store.unit_of_work import UnitOfWork, missing

_COPIED = ("name", "active", "description", "tax_code", "unit_label", "statement_descriptor")


async def create_product(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """productCreate."""
    return created(uow, EventType.PRODUCT_CREATED, make_product(uow, input, ()))


async def update_product(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """productUpdate."""
    product = await uow.require(Product, input["id"], ("id",))
    if "default_price_id" in input:
        await _check_default_price(uow, product, input["default_price_id"])
        product.default_price_id = input["default_price_id"]
    _write(product, input)
    if uow.differs(product):
        product.updated_at = uow.now
    return updated(uow, EventType.PRODUCT_UPDATED, product)


def make_product(uow: UnitOfWork, entry: Input, path: Path) -> Product:
    """A new product of one entry of input, without an event."""
    product = Product(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.PRODUCT),
        created_at=uow.now,
        updated_at=uow.now,
        name=entry["name"],
    )
    _write(product, entry, path)
    return uow.add(product)


def _write(product: Product, given: Input, path: Path = ()) -> None:
    write_given(product, given, _COPIED, path)
    if "images" in given:
        product.images = given["images"] or []


async def _check_default_price(uow: UnitOfWork, product: Product, id: str | None) -> None:
    if id is None:
        return
    path = ("default_price_id",)
    price = await uow.require(Price, id, path)
    if price.product_id != product.id:
        raise missing(Price, id, path)
    if not price.active:
        raise refuse("The price is not active; activate it first, or name another.", path)
