"""Payments of invoices."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from invoice_graph.domain.kinds import InvoicePaymentStatus, PaymentIntentStatus, PaymentType
from invoice_graph.planner.expressions import currency_digits
from invoice_graph.planner.sources import Column, Computed, SameRow, ToOne
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import CurrencyCode, MinorUnits
from invoice_graph.schema.types.common import Node
from invoice_graph.schema.types.customer import Customer
from invoice_graph.store import tables

if TYPE_CHECKING:
    from invoice_graph.schema.types.invoice import Invoice


@strawberry.type(description="When an invoice payment changed its status.")
class InvoicePaymentStatusTransitions:
    paid_at: datetime | None = described("When the money arrived.")
    canceled_at: datetime | None = described("When it was canceled.")


@strawberry.type(
    description="Money that the simulated processor collects. It pays nothing until it is attached to an invoice."
)
class PaymentIntent(Node):
    version: int = described("Counts changes of the payment intent; pass it as `expectedVersion`.")
    created_at: datetime = described("When the payment intent was created.")
    customer: Customer = described("Who pays.", ToOne(tables.Customer, "customer_id"))
    amount: MinorUnits = described("How much is to be collected.")
    currency: CurrencyCode = described("The currency of the amount.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    status: PaymentIntentStatus = described("Where it stands.")
    payment_method_id: strawberry.ID | None = described("What it was last confirmed with.")
    succeeded_at: datetime | None = described("When the money arrived.")
    canceled_at: datetime | None = described("When it was canceled.")


@strawberry.type(description="Money that was received outside of the gateway.")
class PaymentRecord(Node):
    created_at: datetime = described("When it was recorded.")
    customer: Customer = described("Who paid.", ToOne(tables.Customer, "customer_id"))
    amount: MinorUnits = described("How much was received.")
    currency: CurrencyCode = described("The currency of the amount.")
    currency_digits: int = described("How many digits stand after the decimal separator.", Computed(currency_digits))
    reference: str | None = described("Where it is found elsewhere.")
    received_at: datetime = described("When it was received.")


@strawberry.type(description="Where the money of an invoice payment comes from.")
class PaymentSource:
    type: PaymentType = described("Collected by the provider, or received elsewhere.", Column("payment_type"))
    reference: str = described("The provider's or the record's id.", Column("payment_reference"))
    payment_intent: PaymentIntent | None = described(
        "The payment intent that was attached; null for the one that finalization made, which the gateway charges "
        "itself.",
        ToOne(tables.PaymentIntent, "payment_reference"),
    )
    payment_record: PaymentRecord | None = described(
        "The record that was attached.", ToOne(tables.PaymentRecord, "payment_reference")
    )


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
