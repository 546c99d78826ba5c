"""`where` of the catalogue: the output's field names, objects by id."""

from typing import Any, Optional

import strawberry

from invoice_graph.schema.conditions import (
    CodeCondition,
    CurrencyCondition,
    FlagCondition,
    IdCondition,
    MomentCondition,
    TemplateStatusCondition,
    TextCondition,
)
from invoice_graph.schema.fields import optional

_AND = "All of these hold, besides the fields next to it."
_OR = "One of these holds, besides the fields next to it."
_NOT = "This does not hold."


def _combiner(name: str, description: str) -> Any:
    return strawberry.field(name=name, description=description, default=strawberry.UNSET)


@strawberry.input(description="Which products. Fields combine by AND.")
class ProductWhere:
    and_: Optional[list["ProductWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["ProductWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["ProductWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The product's id.")
    name: TextCondition | None = optional("The product's name.")
    active: FlagCondition | None = optional("Whether it is on sale.")
    created_at: MomentCondition | None = optional("When the product was created.")


@strawberry.input(description="Which prices. Fields combine by AND.")
class PriceWhere:
    and_: Optional[list["PriceWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["PriceWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["PriceWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The price's id.")
    product: IdCondition | None = optional("The product's id.")
    active: FlagCondition | None = optional("Whether new lines may use it.")
    currency: CurrencyCondition | None = optional("The price's currency.")
    lookup_key: TextCondition | None = optional("The name to find it by.")
    created_at: MomentCondition | None = optional("When the price was created.")


@strawberry.input(description="Which tax rates. Fields combine by AND.")
class TaxRateWhere:
    and_: Optional[list["TaxRateWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["TaxRateWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["TaxRateWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The tax rate's id.")
    display_name: TextCondition | None = optional("What customers see.")
    inclusive: FlagCondition | None = optional("Whether prices contain it.")
    active: FlagCondition | None = optional("Whether it can be put on lines and invoices.")
    country: TextCondition | None = optional("The country.")
    created_at: MomentCondition | None = optional("When the tax rate was created.")


@strawberry.input(description="Which coupons. Fields combine by AND.")
class CouponWhere:
    and_: Optional[list["CouponWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["CouponWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["CouponWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The coupon's id.")
    code: TextCondition | None = optional("The coupon's code.")
    name: TextCondition | None = optional("What customers see.")
    currency: CurrencyCondition | None = optional("The currency of its amount.")
    valid: FlagCondition | None = optional("Whether it can be redeemed now.")
    created_at: MomentCondition | None = optional("When the coupon was created.")


@strawberry.input(description="Which promotion codes. Fields combine by AND.")
class PromotionCodeWhere:
    and_: Optional[list["PromotionCodeWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["PromotionCodeWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["PromotionCodeWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The promotion code's id.")
    code: CodeCondition | None = optional("The word.")
    coupon_id: IdCondition | None = optional("The coupon's id.")
    customer: IdCondition | None = optional("The customer's id.")
    active: FlagCondition | None = optional("Whether you let it be used: what else it takes, its terms say.")
    created_at: MomentCondition | None = optional("When the promotion code was created.")


@strawberry.input(description="Which rendering templates. Fields combine by AND.")
class InvoiceRenderingTemplateWhere:
    and_: Optional[list["InvoiceRenderingTemplateWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["InvoiceRenderingTemplateWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["InvoiceRenderingTemplateWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The template's id.")
    nickname: TextCondition | None = optional("Your name for it.")
    status: TemplateStatusCondition | None = optional("Whether new objects may use it.")
    created_at: MomentCondition | None = optional("When the template was created.")
