"""Promotion codes: words that customers type in to get a coupon."""

from datetime import datetime

from invoice_graph.commands.catalogue.changes import created, updated, write_given
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.coupons import is_redeemable
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.money import check_amount, currency_of
from invoice_graph.store.tables import Coupon, Customer, PromotionCode
from invoice_graph.store.unit_of_work import UnitOfWork

_RANDOM_LENGTH = 8


async def create_promotion_code(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """promotionCodeCreate."""
    coupon = await uow.require(Coupon, input["coupon_id"], ("coupon_id",))
    if input.get("customer_id") is not None:
        await uow.require(Customer, input["customer_id"], ("customer_id",))
    _check_coupon(coupon, uow.now)
    _check_within(coupon, input, uow.now)
    restrictions = input.get("restrictions") or {}
    code = PromotionCode(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.PROMOTION_CODE),
        created_at=uow.now,
        coupon_id=coupon.id,
        code=input.get("code") or uow.ids.token()[:_RANDOM_LENGTH].upper(),
        first_time_transaction=restrictions.get("first_time_transaction", False),
        minimum_amount=restrictions.get("minimum_amount"),
        minimum_amount_currency=restrictions.get("minimum_amount_currency"),
    )
    write_given(code, input, ("active", "customer_id", "expires_at", "max_redemptions"))
    await _check_unique(uow, code, ("code",))
    _check_minimum(code)
    return created(uow, EventType.PROMOTION_CODE_CREATED, uow.add(code))


async def update_promotion_code(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """promotionCodeUpdate."""
    code = await uow.require(PromotionCode, input["id"], ("id",))
    activated = input.get("active", False) and not code.active
    write_given(code, input, ("active",))
    if activated:
        await _check_coupon_left(uow, code)
        await _check_unique(uow, code, ("active",))
    return updated(uow, EventType.PROMOTION_CODE_UPDATED, code)


def is_usable(code: PromotionCode, now: datetime) -> bool:
    """Whether a promotion code can be redeemed once more, its coupon left aside."""
    return code.active and is_redeemable(code.times_redeemed, code.max_redemptions, code.expires_at, now)


def _check_coupon(coupon: Coupon, now: datetime) -> None:
    if not is_redeemable(coupon.times_redeemed, coupon.max_redemptions, coupon.redeem_by, now):
        message = "The coupon can't be redeemed any more; create another."
        raise refuse(message, ("coupon_id",), ErrorCode.COUPON_EXPIRED)


def _check_within(coupon: Coupon, given: Input, now: datetime) -> None:
    """A promotion code ends in the future, and promises no more than its coupon."""
    expires_at, most = given.get("expires_at"), given.get("max_redemptions")
    if expires_at is not None and expires_at <= now:
        raise refuse("The moment has passed; give a later one.", ("expires_at",))
    if expires_at is not None and coupon.redeem_by is not None and expires_at > coupon.redeem_by:
        raise refuse("The coupon ends before that; give its redeemBy or an earlier moment.", ("expires_at",))
    if most is not None and coupon.max_redemptions is not None and most > coupon.max_redemptions:
        message = f"The coupon can be redeemed {coupon.max_redemptions} times; give that or less."
        raise refuse(message, ("max_redemptions",))


def _check_minimum(code: PromotionCode) -> None:
    if code.minimum_amount is not None:
        path = ("restrictions", "minimum_amount")
        check_amount(code.minimum_amount, currency_of(str(code.minimum_amount_currency)), path)


async def _check_coupon_left(uow: UnitOfWork, code: PromotionCode) -> None:
    if await uow.get(Coupon, code.coupon_id) is None:
        raise refuse("The coupon was deleted; create a promotion code for another.", ("active",))


async def _check_unique(uow: UnitOfWork, code: PromotionCode, path: Path) -> None:
    """An active code means one thing to each customer, in upper and lower case alike."""
    if not code.active:
        return
    # Nobody else may take the code meanwhile.
    await uow.account(hold=True)
    for other in await uow.find(PromotionCode, code_key=code.code.casefold(), active=True):
        shared = other.customer_id is None or code.customer_id is None or other.customer_id == code.customer_id
        if other is not code and shared and is_usable(other, uow.now):
            message = f"The code {code.code!r} is in use by {other.id}; choose another, or deactivate that one."
            raise refuse(message, path, ErrorCode.RESOURCE_ALREADY_EXISTS)
