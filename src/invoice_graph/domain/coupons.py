"""When coupons and promotion codes can be redeemed, and how long a discount lasts."""

from calendar import monthrange
from datetime import datetime

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.kinds import CouponDuration


def is_redeemable(times_redeemed: int, max_redemptions: int | None, until: datetime | None, now: datetime) -> bool:
    """Whether something can be redeemed once more; at the moment `until` it still can."""
    used_up = max_redemptions is not None and times_redeemed >= max_redemptions
    return not used_up and (until is None or now <= until)


def end_of(duration: CouponDuration, months: int | None, start: datetime) -> datetime | None:
    """When a discount ends that starts now; None for one without an end of its own."""
    if duration != CouponDuration.REPEATING:
        return None
    return months_after(start, months or 0)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later, or the month's last day where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def check_coupon(given: Input, path: Path = ()) -> None:
    """Refuses terms of a coupon that exclude each other or don't suffice."""
    _check_kind(given, path)
    _check_duration(given, path)
    _check_currencies(given, path)


def _check_kind(given: Input, path: Path) -> None:
    percent, amount = given.get("percent_off"), given.get("amount_off")
    if percent is None and amount is None:
        message = "The coupon takes nothing off; give percentOff, or amountOff with a currency."
        raise refuse(message, (*path, "percent_off"), ErrorCode.PARAMETER_MISSING)
    if amount is not None:
        if percent is not None:
            message = "percentOff and amountOff exclude each other; give one of them."
            raise refuse(message, (*path, "amount_off"), ErrorCode.PARAMETERS_EXCLUSIVE)
        if given.get("currency") is None:
            message = "An amount has a currency; give the one of amountOff."
            raise refuse(message, (*path, "currency"), ErrorCode.PARAMETER_MISSING)
        return
    for name in ("currency", "currency_options"):
        if given.get(name):
            message = "A percentage has no currency; leave the field out, or give amountOff instead of percentOff."
            raise refuse(message, (*path, name), ErrorCode.PARAMETERS_EXCLUSIVE)


def _check_duration(given: Input, path: Path) -> None:
    repeating = given.get("duration") == CouponDuration.REPEATING
    months = given.get("duration_in_months")
    if repeating and months is None:
        message = "A repeating coupon lasts for some months; give durationInMonths."
        raise refuse(message, (*path, "duration_in_months"), ErrorCode.PARAMETER_MISSING)
    if months is not None and not repeating:
        message = "Only a repeating coupon counts months; leave the field out, or give the duration REPEATING."
        raise refuse(message, (*path, "duration_in_months"), ErrorCode.PARAMETERS_EXCLUSIVE)


def _check_currencies(given: Input, path: Path) -> None:
    seen = {given.get("currency")}
    for place, option in enumerate(given.get("currency_options") or ()):
        if option["currency"] in seen:
            where = (*path, "currency_options", str(place), "currency")
            raise refuse(f"There are two amounts in {option['currency']}; keep one of them.", where)
        seen.add(option["currency"])
