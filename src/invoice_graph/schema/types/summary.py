"""Lists of invoices, and what they add up to."""

from typing import Annotated

import strawberry

from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.schema.enums import InvoiceGrouping
from invoice_graph.schema.fields import by_planner, described, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits
from invoice_graph.schema.types.customer import Customer
from invoice_graph.schema.types.invoice import Invoice


@strawberry.type(description="What the invoices of one group add up to. All of them are in one currency.")
class InvoiceSummary:
    currency: CurrencyCode = described("The currency of all sums.")
    currency_digits: int = described("How many digits of the sums stand after the decimal separator.")
    status: InvoiceStatus | None = described("The status of the group; null unless grouped by STATUS.")
    customer: Customer | None = described(
        "The customer of the group; null unless grouped by CUSTOMER. Counts as a level of nested connections."
    )
    customer_id: strawberry.ID | None = described("The customer's id; null unless grouped by CUSTOMER.")
    month: str | None = described("The month of the group, such as `2026-11`; null unless grouped by MONTH.")
    collection_method: CollectionMethod | None = described(
        "The collection method of the group; null unless grouped by COLLECTION_METHOD."
    )
    count: BigInt = described("How many invoices there are.")
    total: MinorUnits = described("The sum of `total`.")
    amount_due: MinorUnits = described("The sum of `amountDue`.")
    amount_paid: MinorUnits = described("The sum of `amountPaid`.")
    amount_remaining: MinorUnits = described("The sum of `amountRemaining`.")


@strawberry.type(description="A page of a list.")
class InvoiceConnection(Connection[Invoice]):
    @planned(None)
    def summary(
        self,
        group_by: Annotated[
            list[InvoiceGrouping] | None,
            strawberry.argument(description="What to tell apart besides currencies; nothing when absent."),
        ] = None,
    ) -> list[InvoiceSummary]:
        """What the invoices on all pages add up to, exactly. Groups are in the order of `groupBy`, then of currency.
        Costs nothing unless selected; a sum beyond 2^53-1 or more than 1,000 groups are a fault."""
        by_planner()
