"""Coupons: something to take off, again and again."""

from invoice_graph.commands.catalogue.changes import created, updated, write_given
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import CouponDuration
from invoice_graph.domain.money import check_amount, currency_of
from invoice_graph.store.tables import Coupon, Product, PromotionCode
from invoice_graph.store.unit_of_work import UnitOfWork


async def create_coupon(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """couponCreate."""
    products = (input.get("applies_to") or {}).get("product_ids")
    await _check_products(uow, products or [])
    await _check_code(uow, input.get("code"))
    if input.get("redeem_by") is not None and input["redeem_by"] <= uow.now:
        raise refuse("The moment has passed; give a later one.", ("redeem_by",))
    _check_amounts(input)
    coupon = Coupon(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.COUPON),
        created_at=uow.now,
        duration=input.get("duration", CouponDuration.ONCE),
        product_ids=products,
        currency_options=[
            {"currency": option["currency"], "amountOff": option["amount_off"]}
            for option in input.get("currency_options") or ()
        ],
    )
    write_given(coupon, input, ("code", "name", "percent_off", "amount_off", "currency"))
    write_given(coupon, input, ("duration_in_months", "max_redemptions", "redeem_by"))
    return created(uow, EventType.COUPON_CREATED, uow.add(coupon))


async def update_coupon(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """couponUpdate: the terms never change."""
    coupon = await uow.require(Coupon, input["id"], ("id",))
    write_given(coupon, input, ("name",))
    return updated(uow, EventType.COUPON_UPDATED, coupon)


async def delete_coupon(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """couponDelete: discounts keep the terms, promotion codes end."""
    coupon = await uow.require(Coupon, input["id"], ("id",))
    for code in await uow.find(PromotionCode, coupon_id=coupon.id, active=True, hold=True):
        code.active = False
        uow.emit(EventType.PROMOTION_CODE_UPDATED, code)
    uow.delete(coupon)
    uow.emit(EventType.COUPON_DELETED, coupon)
    return Done(None, deleted_id=coupon.id)


async def _check_products(uow: UnitOfWork, ids: list[str]) -> None:
    for place, id in enumerate(ids):
        await uow.require(Product, id, ("applies_to", "product_ids", str(place)))


async def _check_code(uow: UnitOfWork, code: str | None) -> None:
    if code is not None and await uow.find(Coupon, code=code):
        message = f"There is a coupon with the code {code!r} already; choose another."
        raise refuse(message, ("code",), ErrorCode.RESOURCE_ALREADY_EXISTS)


def _check_amounts(given: Input) -> None:
    if given.get("amount_off") is not None:
        check_amount(given["amount_off"], currency_of(given["currency"]), ("amount_off",))
    for place, option in enumerate(given.get("currency_options") or ()):
        path = ("currency_options", str(place), "amount_off")
        check_amount(option["amount_off"], currency_of(option["currency"]), path)
