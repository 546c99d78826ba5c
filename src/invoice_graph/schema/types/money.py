"""What documents say about taxes and discounts."""

import strawberry

from invoice_graph.domain.kinds import TaxBehavior
from invoice_graph.domain.taxes import TaxabilityReason
from invoice_graph.planner.references import MemberRow
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import MinorUnits
from invoice_graph.schema.types.catalogue import TaxRate
from invoice_graph.schema.types.discounts import Discount
from invoice_graph.store import tables


@strawberry.type(description="A tax: of a line, or of a whole document per rate.")
class TaxAmount:
    amount: MinorUnits = described("The tax.")
    taxable_amount: MinorUnits | None = described("What it lies on: the price without any tax.")
    tax_behavior: TaxBehavior = described("Whether it is added to the price or contained in it.")
    taxability_reason: TaxabilityReason = described("Why the tax is what it is.")
    tax_rate_id: strawberry.ID | None = described("The id of the tax rate.")
    tax_rate: TaxRate | None = described("The tax rate.", MemberRow(tables.TaxRate, "taxRateId"))


@strawberry.type(description="What a discount took off.")
class DiscountAmount:
    amount: MinorUnits = described("What was taken off; 0 when the discount did not apply.")
    discount_id: strawberry.ID = described("The id of the discount.")
    discount: Discount | None = described("The discount.", MemberRow(tables.Discount, "discountId"))
