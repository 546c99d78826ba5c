"""The leaves of `where`: one input type per kind of value."""

from datetime import datetime

import strawberry

from invoice_graph.domain.kinds import CollectionMethod, InvoicePaymentStatus, PaymentType, TemplateStatus
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.scalars import CurrencyCode, MinorUnits

EQ = "Equal to."
IN = "One of these."
GT, GTE = "Greater than.", "Greater than or equal to."
LT, LTE = "Less than.", "Less than or equal to."
CONTAINS = "Contains these characters, upper and lower case alike."
IS_NULL = "Whether it is missing (true) or present (false)."


@strawberry.input(description="A condition on an id.")
class IdCondition:
    eq: strawberry.ID | None = optional(EQ)
    in_: list[strawberry.ID] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)
    is_null: bool | None = optional(IS_NULL)


@strawberry.input(description="A condition on a text.")
class TextCondition:
    eq: str | None = optional(EQ)
    in_: list[str] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)
    contains: str | None = optional(CONTAINS)
    is_null: bool | None = optional(IS_NULL)


@strawberry.input(description="A condition on a code, upper and lower case alike.")
class CodeCondition:
    eq: str | None = optional(EQ)
    contains: str | None = optional(CONTAINS)


@strawberry.input(description="A condition on an amount in minor units.")
class AmountCondition:
    eq: MinorUnits | None = optional(EQ)
    in_: list[MinorUnits] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)
    gt: MinorUnits | None = optional(GT)
    gte: MinorUnits | None = optional(GTE)
    lt: MinorUnits | None = optional(LT)
    lte: MinorUnits | None = optional(LTE)


@strawberry.input(description="A condition on a moment.")
class MomentCondition:
    eq: datetime | None = optional(EQ)
    gt: datetime | None = optional("After.")
    gte: datetime | None = optional("At or after.")
    lt: datetime | None = optional("Before.")
    lte: datetime | None = optional("At or before.")
    is_null: bool | None = optional(IS_NULL)


@strawberry.input(description="A condition on something that is true or false.")
class FlagCondition:
    eq: bool | None = optional(EQ)


@strawberry.input(description="A condition on a currency.")
class CurrencyCondition:
    eq: CurrencyCode | None = optional(EQ)
    in_: list[CurrencyCode] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)
    is_null: bool | None = optional(IS_NULL)


@strawberry.input(description="A condition on an invoice's status.")
class InvoiceStatusCondition:
    eq: InvoiceStatus | None = optional(EQ)
    in_: list[InvoiceStatus] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)


@strawberry.input(description="A condition on an invoice payment's status.")
class InvoicePaymentStatusCondition:
    eq: InvoicePaymentStatus | None = optional(EQ)
    in_: list[InvoicePaymentStatus] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)


@strawberry.input(description="A condition on a rendering template's status.")
class TemplateStatusCondition:
    eq: TemplateStatus | None = optional(EQ)
    in_: list[TemplateStatus] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)


@strawberry.input(description="A condition on a collection method.")
class CollectionMethodCondition:
    eq: CollectionMethod | None = optional(EQ)
    in_: list[CollectionMethod] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)


@strawberry.input(description="A condition on where the money of an invoice payment comes from.")
class PaymentTypeCondition:
    eq: PaymentType | None = optional(EQ)
    in_: list[PaymentType] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)


@strawberry.input(description="A condition on one key of the metadata; several keys are joined by `and`.")
class MetadataCondition:
    key: str = required("The key.")
    eq: str | None = optional(EQ)
    in_: list[str] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)
    contains: str | None = optional(CONTAINS)
    is_null: bool | None = optional(IS_NULL)
