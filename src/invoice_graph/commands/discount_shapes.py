"""The input that names discounts."""

from invoice_graph.domain import fields
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Path, Shape, list_of, refuse

MAX_DISCOUNTS = 20
SOURCES = ("coupon_id", "promotion_code_id", "discount_id")


def _check_one_source(given: Input, path: Path) -> None:
    named = [name for name in SOURCES if given.get(name) is not None]
    if not named:
        message = "The entry names nothing; give a couponId, a promotionCodeId or a discountId."
        raise refuse(message, (*path, SOURCES[0]), ErrorCode.PARAMETER_MISSING)
    if len(named) > 1:
        message = "The entry names two things; give one of couponId, promotionCodeId and discountId."
        raise refuse(message, (*path, named[1]), ErrorCode.PARAMETERS_EXCLUSIVE)


DISCOUNT = Shape({name: Field(fields.identifier) for name in SOURCES}, creating=True, check=_check_one_source)
"""One entry."""

_ENTRIES = list_of(DISCOUNT, MAX_DISCOUNTS, "discounts")


def discounts(value: list[Input], path: Path) -> list[Input]:
    """The entries, none of them twice."""
    entries: list[Input] = _ENTRIES(value, path)
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            raise refuse("The entry is there twice; keep one of them.", (*path, str(place)))
    return entries


DISCOUNTS = Field(discounts)
"""The field `discounts` of an input."""
