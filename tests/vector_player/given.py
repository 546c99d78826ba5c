"""What a vector finds when it begins: settings, customers, a catalogue. Every object gets a real id."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from vector_player.failures import Failed, Unplayable
from vector_player.operations import mutate
from vector_player.stage import Stage

Given = Mapping[str, Any]
WORKING_CARD = "pm_card_visa"
TEST_METHODS = frozenset({"payment_methods"})
"""Test payment methods work for every customer; nothing is to be made."""


async def prepare(stage: Stage, given: Given) -> None:
    """Makes everything that is given, the customers on a test clock."""
    unknown = [name for name in given if name not in MAKERS and name not in ("clock", "account")]
    if unknown:
        raise Unplayable(f"given: the player does not know {unknown[0]!r}")
    await stage.start_test_clock()
    if given.get("account"):
        await make(stage, "account.update", given["account"])
    for name, maker in MAKERS.items():
        for described in given.get(name, ()):
            await maker(stage, described)


async def make(stage: Stage, operation: str, args: Given) -> str:
    """The id of what an operation makes, which also gets the vector's name for it."""
    try:
        result = (await mutate(stage, operation, args)).done()
    except Failed as failed:
        failed.args = (f"given: {operation}: {failed}",)
        raise
    return str(result.member("id").value)


async def customer(stage: Stage, given: Given) -> None:
    """A customer; one without payment methods of their own pays with a card that works."""
    fields = {name: value for name, value in given.items() if name not in TEST_METHODS}
    method = fields.pop("default_payment_method", None if "payment_methods" in given else WORKING_CARD)
    clock = {} if stage.test_clock_id is None else {"test_clock": stage.test_clock_id}
    args = {name: value for name, value in fields.items() if value is not None}
    id = await make(stage, "customer.create", {**args, **clock, "default_payment_method": method})
    await stage.forget_ledger(id)


async def product(stage: Stage, id: str) -> None:
    """A product, unless there is one by this name."""
    if id not in stage.ids:
        await make(stage, "product.create", {"id": id, "name": id})


async def given_product(stage: Stage, given: Given) -> None:
    await make(stage, "product.create", {"name": given["id"], **given})


async def price(stage: Stage, given: Given) -> None:
    """A price, of a product of its own unless one is named."""
    named = given.get("product", f"product of {given['id']}")
    await product(stage, named)
    fields = {name: value for name, value in given.items() if name != "type"}
    if given.get("type") == "recurring":
        fields.setdefault("recurring", {"interval": "month", "interval_count": 1})
    await make(stage, "price.create", {**fields, "product": named})


async def tax_rate(stage: Stage, given: Given) -> None:
    await make(stage, "tax_rate.create", given)


async def coupon(stage: Stage, given: Given) -> None:
    """A coupon, with the products that it is for."""
    for id in (given.get("applies_to") or {}).get("products", ()):
        await product(stage, id)
    await make(stage, "coupon.create", given)


MAKERS: Mapping[str, Callable[[Stage, Given], Awaitable[None]]] = {
    "products": given_product,
    "prices": price,
    "tax_rates": tax_rate,
    "coupons": coupon,
    "customers": customer,
}
"""What can be given, in the order in which it is made."""
