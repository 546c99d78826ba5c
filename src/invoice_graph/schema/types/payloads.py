"""What mutations answer."""

from datetime import datetime

import strawberry

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.payload import GivenRefusals, GivenValue
from invoice_graph.planner.sources import Given, GivenList
from invoice_graph.schema.fields import described
from invoice_graph.schema.types.account import Account
from invoice_graph.schema.types.clocks import TestClock
from invoice_graph.schema.types.common import Node
from invoice_graph.schema.types.customer import Customer
from invoice_graph.schema.types.event import Event
from invoice_graph.schema.types.invoice import Invoice
from invoice_graph.schema.types.items import InvoiceItem
from invoice_graph.schema.types.payments import PaymentIntent, PaymentRecord
from invoice_graph.store import tables

ERRORS = GivenRefusals()
EVENTS = GivenList(tables.Event, "operation_id", "operation_id", "sequence")
REPLAYED = GivenValue("replayed")
DELETED = GivenValue("deleted_id")
EXPIRES = GivenValue("expires_at")

ERRORS_TEXT = "Why the call was refused; empty when it was not. Nothing was written unless a payment was attempted."
EVENTS_TEXT = "The events that the call caused, in order."
REPLAYED_TEXT = "Whether this is the stored answer of an earlier call with the same idempotency key."


@strawberry.interface(description="Why a call was refused.")
class UserError:
    code: ErrorCode = described("The reason, for programs.")
    message: str = described("The reason, for people: one sentence that names the way out.")
    path: list[str] | None = described('Where in `input` the reason lies, such as `["lines", "0", "amount"]`.')


@strawberry.type(description="A field of the input is missing, malformed, or does not fit the rest.")
class InputError(UserError):
    pass


@strawberry.type(description="The object's status forbids the call.")
class TransitionError(UserError):
    current_status: InvoiceStatus | None = described("The status the invoice is in.")
    allowed_from: list[InvoiceStatus] = described("The statuses in which the call is allowed.")


@strawberry.type(description="Somebody else was faster.")
class ConflictError(UserError):
    current: Node | None = described("The object as it is now.")
    current_version: int | None = described("The object's version now.")


@strawberry.type(description="The money did not move. The attempt itself stays on record.")
class PaymentError(UserError):
    decline_code: str | None = described("The card issuer's reason.")


@strawberry.type(description="What every mutation answers besides the object.")
class Answer:
    user_errors: list[UserError] = described(ERRORS_TEXT, ERRORS)
    events: list[Event] = described(EVENTS_TEXT, EVENTS)
    replayed: bool = described(REPLAYED_TEXT, REPLAYED)


@strawberry.type(description="The invoice after the call, also when it was refused; null only when there is none.")
class InvoicePayload(Answer):
    invoice: Invoice | None = described("The invoice as it is now.", Given(tables.Invoice, "object_id"))
    deleted_id: strawberry.ID | None = described("The id of the deleted invoice.", DELETED)


@strawberry.type(description="The invoice item after the call, also when it was refused; null only when there is none.")
class InvoiceItemPayload(Answer):
    invoice_item: InvoiceItem | None = described("As it is now.", Given(tables.InvoiceItem, "object_id"))
    deleted_id: strawberry.ID | None = described("The id of the deleted invoice item.", DELETED)


@strawberry.type(description="The customer after the call, also when it was refused; null only when there is none.")
class CustomerPayload(Answer):
    customer: Customer | None = described("The customer as it is now.", Given(tables.Customer, "object_id"))


@strawberry.type(description="A token for a customer's browser; null when the call was refused.")
class CustomerSessionPayload(Answer):
    token: str | None = described(
        "Send it as `Authorization: Bearer` or in `connection_init`. It is kept nowhere; a repeated call gets another.",
        GivenValue("token"),
    )
    expires_at: datetime | None = described("When the token ends, and the subscriptions made with it.", EXPIRES)
    customer: Customer | None = described("Whose invoices it shows.", Given(tables.Customer, "object_id"))


@strawberry.type(description="The account as it is after the call, also when it was refused.")
class AccountPayload(Answer):
    account: Account | None = described("The account as it is now.", Given(tables.Account, "object_id", "account_id"))


@strawberry.type(description="The payment intent after the call, also when that was refused; null when there is none.")
class PaymentIntentPayload(Answer):
    payment_intent: PaymentIntent | None = described(
        "The payment intent as it is now.", Given(tables.PaymentIntent, "object_id")
    )


@strawberry.type(description="The payment record after the call, also when that was refused; null when there is none.")
class PaymentRecordPayload(Answer):
    payment_record: PaymentRecord | None = described(
        "The payment record as it is now.", Given(tables.PaymentRecord, "object_id")
    )


@strawberry.type(description="The test clock after the call, also when that was refused; null when there is none.")
class TestClockPayload(Answer):
    test_clock: TestClock | None = described("As it is now.", Given(tables.TestClock, "object_id"))
    deleted_id: strawberry.ID | None = described("The id of the deleted test clock.", DELETED)
