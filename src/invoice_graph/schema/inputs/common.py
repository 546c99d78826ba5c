"""Inputs shared by several mutations."""

from collections.abc import Mapping
from datetime import datetime

import strawberry

from invoice_graph.commands.payment_methods import TEST_METHODS
from invoice_graph.domain.kinds import SimulatedOutcome
from invoice_graph.schema.fields import optional, required

_ANSWERS: Mapping[SimulatedOutcome, str] = {
    SimulatedOutcome.SUCCEEDS: "is charged",
    SimulatedOutcome.DECLINES: "is declined",
    SimulatedOutcome.REQUIRES_ACTION: "wants the customer to act",
}
TEST_METHODS_TEXT = "Charges are simulated. Every account has these test methods: {}.".format(
    ", ".join(
        f"`{id}` {_ANSWERS[outcome]}{f' ({reason})' if reason else ''}"
        for id, (outcome, reason) in TEST_METHODS.items()
    )
)
IDEMPOTENCY_KEY = (
    "A key of your own, up to 255 characters, kept for 24 hours: a repeated call with the same key and input has no "
    "second effect and gets the first answer, `replayed: true`. It comes before that of the header `Idempotency-Key`."
)
DRY_RUN = "Answer as the call would, and change nothing."
EXPECTED_VERSION = "Refuse the call with a ConflictError unless the object has this version."


@strawberry.input(description="What every mutation takes.")
class Write:
    idempotency_key: str | None = optional(IDEMPOTENCY_KEY)
    dry_run: bool = strawberry.field(description=DRY_RUN, default=False)


@strawberry.input(description="What mutations of an existing object take.")
class Change(Write):
    expected_version: int | None = optional(EXPECTED_VERSION)


@strawberry.input(description="What mutations of an object with an id take.")
class ChangeById(Change):
    id: strawberry.ID = required("The object's id.")


@strawberry.input(description="A label to put on an object.")
class MetadataEntryInput:
    key: str = required("The label's name, up to 40 characters.")
    value: str | None = optional("The label's text, up to 500 characters; null or empty removes the label.")


@strawberry.input(description="A postal address; replaces the whole one.")
class AddressInput:
    line1: str | None = optional("Street and number.")
    line2: str | None = optional("Flat, floor or building.")
    city: str | None = optional("City or district.")
    state: str | None = optional("State, county or region.")
    postal_code: str | None = optional("Postal code.")
    country: str | None = optional("Two upper-case letters (ISO 3166-1).")


@strawberry.input(description="Where goods go; replaces the whole one.")
class ShippingInput:
    name: str | None = optional("The recipient.")
    phone: str | None = optional("The recipient's telephone number.")
    address: AddressInput | None = optional("The recipient's address.")


@strawberry.input(description="A number under which a tax office knows the customer.")
class TaxIdInput:
    type: str = required("The kind of number, such as `eu_vat`.")
    value: str = required("The number.")


@strawberry.input(description="A line at the head of an invoice.")
class CustomFieldInput:
    name: str = required("The field's name, up to 40 characters.")
    value: str = required("The field's text, up to 140 characters.")


@strawberry.input(description="A span of time, both ends included.")
class PeriodInput:
    start: datetime = required("Where it begins.")
    end: datetime = required("Where it ends; not before `start`.")
