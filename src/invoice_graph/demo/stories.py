"""What happens to the demonstration's invoices: each follows a story, step by step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from invoice_graph.demo.customers import CARD, STRICT_BANK, Person

DECLINED = "pm_card_chargeDeclined"
SENT = {"collection_method": "SEND_INVOICE"}
HOUR = 1
DAY = 24


@dataclass(frozen=True, slots=True)
class Step:
    """A command on the invoice, so many hours after the step before."""

    hours: int
    command: str
    input: Mapping[str, Any] = field(default_factory=dict)


def anybody(_customer: Person) -> bool:
    """Every customer."""
    return True


def _without_method(customer: Person) -> bool:
    return customer.method is None


@dataclass(frozen=True, slots=True)
class Story:
    """The life of some invoices: how many, what comes after their creation, and with which fields they are created.

    `since`: from which part of the whole time on, 0 to 1. `customers`: who may have them.
    """

    count: int
    steps: tuple[Step, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    since: float = 0.0
    customers: Callable[[Person], bool] = anybody


_FINALIZE = Step(2 * HOUR, "invoiceFinalize")
_SEND = Step(3 * HOUR, "invoiceSend")
_REVISED = {"description": "Revised after our call", "metadata": [{"key": "revised", "value": "yes"}]}
_TRANSFER: Mapping[str, Any] = {"paid_out_of_band": True}


def _pay(hours: int, method: str | None = None, **fields: Any) -> Step:
    named = {} if method is None else {"payment_method_id": method}
    return Step(hours, "invoicePay", {**named, **fields})


def _due(days: int) -> Mapping[str, Any]:
    return {**SENT, "days_until_due": days}


STORIES: Mapping[str, Story] = {
    "charged": Story(66, (_FINALIZE, _pay(HOUR, CARD))),
    "charged while a draft": Story(12, (_pay(HOUR, CARD),)),
    "free of charge": Story(4, (_FINALIZE,), {"lines": [{"amount": 0, "description": "Hosting, first month free"}]}),
    "declined, then charged": Story(22, (_FINALIZE, _pay(HOUR, DECLINED), _pay(3 * DAY, CARD))),
    "authenticated at the second attempt": Story(8, (_FINALIZE, _pay(HOUR, STRICT_BANK), _pay(DAY, CARD))),
    "paid by transfer": Story(46, (_SEND, _pay(12 * DAY, **_TRANSFER)), _due(14)),
    "sent twice, paid late by transfer": Story(
        14, (_SEND, Step(20 * DAY, "invoiceSend"), _pay(9 * DAY, **_TRANSFER)), _due(14)
    ),
    "waiting for a transfer": Story(26, (_SEND,), _due(30), since=0.7),
    "finalized and waiting": Story(10, (_FINALIZE,), since=0.8),
    "declined": Story(12, (_FINALIZE, _pay(HOUR, DECLINED)), since=0.5),
    "declined for want of a method": Story(4, (_FINALIZE, _pay(HOUR)), since=0.5, customers=_without_method),
    "given up": Story(14, (_SEND, Step(45 * DAY, "invoiceMarkUncollectible")), _due(14)),
    "declined and given up": Story(6, (_FINALIZE, _pay(HOUR, DECLINED), Step(30 * DAY, "invoiceMarkUncollectible"))),
    "given up, paid after all": Story(
        5, (_SEND, Step(40 * DAY, "invoiceMarkUncollectible"), _pay(8 * DAY, **_TRANSFER)), _due(14)
    ),
    "voided": Story(16, (_SEND, Step(2 * DAY, "invoiceVoid")), _due(30)),
    "given up and voided": Story(
        4, (_SEND, Step(30 * DAY, "invoiceMarkUncollectible"), Step(5 * DAY, "invoiceVoid")), _due(7)
    ),
    "a draft": Story(18, since=0.85),
    "a draft that will be sent": Story(9, (), {**_due(30), "footer": "Thank you for working with us."}, since=0.85),
    "a draft that was changed": Story(4, (Step(DAY, "invoiceUpdate", _REVISED),), since=0.8),
}
"""Stories by name, 300 invoices in all."""
