"""Payments of invoices."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.kinds import InvoicePaymentStatus, PaymentType
from invoice_graph.planner.catalog import Column, Computed, SameRow, ToOne
from invoice_graph.planner.expressions import currency_digits
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import CurrencyCode, MinorUnits
from invoice_graph.schema.types.common import Node
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.invoice import Invoice


@strawberry.type(description="When an invoice payment changed its status.")
class InvoicePaymentStatusTransitions:
    paid_at: datetime | None = described("When the money arrived.")
    canceled_at: datetime | None = described("When it was canceled.")


@strawberry.type(description="Where the money of an invoice payment comes from.")
class PaymentSource:
    type: PaymentType = described("Collected by the provider, or received elsewhere.", Column("payment_type"))
    reference: str = described("The provider's or the record's id.", Column("payment_reference"))


@strawberry.type(description="Money meant for an invoice.")
class InvoicePayment(Node):
    created_at: datetime = described("When the invoice payment was created.")
    status: InvoicePaymentStatus = described("Where it stands.")
    status_transitions: InvoicePaymentStatusTransitions = described("When its status changed.", SameRow())
    amount_requested: MinorUnits = described("What it is meant to cover; the default one follows what remains.")
    amount_paid: MinorUnits | None = described("What it covered; null until paid.")
    currency: CurrencyCode = described("The invoice's currency.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    is_default: bool = described("Whether finalization created it.")
    payment: PaymentSource = described("Where the money comes from.", SameRow())
    invoice: Annotated["Invoice", strawberry.lazy("invoice_graph.schema.types.invoice")] = described(
        "The invoice it is meant for.", ToOne(tables.Invoice, "invoice_id")
    )
