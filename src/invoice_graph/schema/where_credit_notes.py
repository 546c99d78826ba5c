"""`where` of credit notes."""

from typing import Optional

import strawberry

from invoice_graph.domain.kinds import CreditNoteStatus
from invoice_graph.schema.conditions import EQ, IN, AmountCondition, IdCondition, MomentCondition, TextCondition
from invoice_graph.schema.fields import optional


@strawberry.input(description="A condition on a credit note's status.")
class CreditNoteStatusCondition:
    eq: CreditNoteStatus | None = optional(EQ)
    in_: list[CreditNoteStatus] | None = strawberry.field(name="in", description=IN, default=strawberry.UNSET)


@strawberry.input(description="Which credit notes. Fields combine by AND.")
class CreditNoteWhere:
    and_: Optional[list["CreditNoteWhere"]] = strawberry.field(  # noqa: UP045
        name="and", description="All of these hold, besides the fields next to it.", default=strawberry.UNSET
    )
    or_: Optional[list["CreditNoteWhere"]] = strawberry.field(  # noqa: UP045
        name="or", description="One of these holds, besides the fields next to it.", default=strawberry.UNSET
    )
    not_: Optional["CreditNoteWhere"] = strawberry.field(
        name="not", description="This does not hold.", default=strawberry.UNSET
    )
    id: IdCondition | None = optional("The credit note's id.")
    invoice: IdCondition | None = optional("The invoice's id.")
    customer: IdCondition | None = optional("The customer's id.")
    status: CreditNoteStatusCondition | None = optional("Whether it counts.")
    number: TextCondition | None = optional("The credit note's number.")
    total: AmountCondition | None = optional("What is credited, with tax.")
    created_at: MomentCondition | None = optional("When it was issued.")
