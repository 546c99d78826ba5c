"""Inputs about payments and test clocks."""

from datetime import datetime

import strawberry

from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.common import ChangeById, Write
from invoice_graph.schema.scalars import CurrencyCode, MinorUnits


@strawberry.input(description="Money to attach to an open invoice: exactly one of the two.")
class InvoiceAttachPaymentInput(ChangeById):
    payment_intent_id: strawberry.ID | None = optional(
        "A payment intent of the same customer and currency, of what remains at most; credited when it succeeds."
    )
    payment_record_id: strawberry.ID | None = optional("A record of money received elsewhere; credited at once.")


@strawberry.input(description="A new payment intent of the simulated processor.")
class PaymentIntentCreateInput(Write):
    customer_id: strawberry.ID = required("Who pays.")
    amount: MinorUnits = required("How much, more than 0.")
    currency: CurrencyCode = required("The currency of the amount.")
    payment_method_id: strawberry.ID | None = optional("Confirm it at once with this payment method.")


@strawberry.input(description="A payment intent to confirm.")
class PaymentIntentConfirmInput(ChangeById):
    payment_method_id: strawberry.ID | None = optional("The payment method; the customer's default when absent.")


@strawberry.input(description="A payment intent to cancel.")
class PaymentIntentCancelInput(ChangeById):
    pass


@strawberry.input(description="Money that was received outside of the gateway.")
class PaymentRecordCreateInput(Write):
    customer_id: strawberry.ID = required("Who paid.")
    amount: MinorUnits = required("How much, more than 0.")
    currency: CurrencyCode = required("The currency of the amount.")
    reference: str | None = optional("Where it is found elsewhere, such as the number of a cheque or a bank transfer.")
    received_at: datetime | None = optional("When it was received; now when absent.")


@strawberry.input(description="A new test clock.")
class TestClockCreateInput(Write):
    frozen_time: datetime = required("The time at which it stands still.")
    name: str | None = optional("What it is for.")


@strawberry.input(description="A test clock to advance.")
class TestClockAdvanceInput(ChangeById):
    frozen_time: datetime = required("The time to advance to: later than now on this clock, at most two years ahead.")


@strawberry.input(description="A test clock to delete; its customers stay in a time that does not pass any more.")
class TestClockDeleteInput(ChangeById):
    pass
