"""What must become of invoices, call by call, by the table of the lifecycle and a few sums; it knows no database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import (
    FINALIZES_FIRST,
    InvoiceAction,
    InvoiceStatus,
    Outcome,
    SystemAction,
    Transition,
    announced,
    failed_guard,
    refusal,
    transition,
)

A, S = InvoiceAction, InvoiceStatus

PAYMENT_METHODS: Mapping[Outcome, str] = {
    Outcome.DONE: "pm_card_visa",
    Outcome.DECLINED: "pm_card_chargeDeclined",
    Outcome.ACTION_REQUIRED: "pm_card_authenticationRequired",
}
REFUSED_BUT_KEPT: Mapping[Outcome, ErrorCode] = {
    Outcome.DECLINED: ErrorCode.CARD_DECLINED,
    Outcome.ACTION_REQUIRED: ErrorCode.INVOICE_PAYMENT_INTENT_REQUIRES_ACTION,
    Outcome.NO_METHOD: ErrorCode.RESOURCE_MISSING,
}
"""What is said of payments that fail; the attempt stays on record."""


@dataclass
class Money:
    """A payment intent or record, and the invoice that it is attached to."""

    id: str
    amount: int
    arrived: bool
    out_of_band: bool
    invoice: "Bill | None" = None


@dataclass
class Bill:
    """An invoice as it must be. Columns that guards ask about have the names that those know."""

    id: str
    customer_id: str
    collection_method: str
    customer_email: str | None
    total: int
    origin: "Bill | None" = None
    status: InvoiceStatus = S.DRAFT
    remaining: int = 0
    credited: int = 0
    attached_open_count: int = 0
    attached_paid_count: int = 0
    gone: bool = False
    payment_attempt_id: None = None
    expires_at: None = None

    @property
    def amount_due(self) -> int:
        return self.total

    def become(self, other: "Bill") -> None:
        """Takes over what became of a copy, and of those that it descends from."""
        if self.origin is not None and other.origin is not None:
            self.origin.become(other.origin)
        self.__dict__.update(other.__dict__, origin=self.origin)

    @property
    def leads_on(self) -> bool:
        """Whether it may still get another status."""
        return not self.gone and self.status in (S.DRAFT, S.OPEN, S.UNCOLLECTIBLE)

    @property
    def shown(self) -> tuple[str, int, int]:
        """What the API must show: status, total and, once it is finalized, what remains."""
        return self.status, self.total, self.total if self.status is S.DRAFT else self.remaining


@dataclass(frozen=True)
class Step:
    """An action, and what it is done with: how a payment ends, which money, how much is credited."""

    action: InvoiceAction
    how: Outcome = Outcome.DONE
    money: Money | None = None
    amount: int = 0


@dataclass(frozen=True)
class Result:
    """What must become of a call: the code of its refusal, and the rows of the table that it brings about."""

    code: str | None = None
    rows: tuple[Transition, ...] = ()

    @property
    def events(self) -> list[EventType]:
        """What must be heard of it."""
        return [event for row in self.rows for event in row.emits]


def verdict(bill: Bill, action: InvoiceAction) -> str | None:
    """The code by which the table refuses an action; None when it lets it through."""
    if bill.gone:
        return ErrorCode.RESOURCE_MISSING
    row = refusal(bill.status, action)
    if row is not None:
        return row.code
    guard = failed_guard(action, bill)
    return guard.code if guard else None


def announcement(bill: Bill, action: InvoiceAction) -> str | None:
    """The status that an action is expected to lead to."""
    rows = announced(bill.status, action)
    return next((becomes for when, becomes in rows if when is None or when.holds(bill)), None)


def take(bill: Bill, step: Step) -> Result:
    """Does to a bill what the table says, and tells what must be heard of it."""
    code = verdict(bill, step.action)
    if code is not None:
        return Result(code)
    if (bill.status, step.action) in FINALIZES_FIRST:
        finalized = _finalize(bill, A.FINALIZE)
        if finalized.code or bill.status is S.PAID:
            return finalized
        paid = _pay(bill, step)
        return Result(paid.code, finalized.rows + paid.rows)
    return _TAKEN.get(step.action, _stay)(bill, step)


def receive(money: Money) -> Result:
    """The money of an attached intent arrives."""
    assert money.invoice is not None
    bill, money.arrived = money.invoice, True
    bill.attached_open_count -= 1
    return _credit(bill, money, SystemAction.RECEIVE_PAYMENT)


def _move(bill: Bill, row: Transition) -> Result:
    if row.becomes is None:
        bill.gone = True
    else:
        bill.status = row.becomes
    return Result(rows=(row,))


def _finalize(bill: Bill, action: InvoiceAction) -> Result:
    if bill.origin is not None:
        code = verdict(bill.origin, A.REVISE)
        if code is not None:
            return Result(code, (transition(S.DRAFT, action, Outcome.FAILED),))
        bill.origin.status = S.VOID
    bill.remaining = bill.total
    return _move(bill, transition(S.DRAFT, action, Outcome.DONE if bill.total else Outcome.NOTHING_DUE))


def _send(bill: Bill, step: Step) -> Result:
    return _finalize(bill, A.SEND) if bill.status is S.DRAFT else _stay(bill, step)


def _stay(bill: Bill, step: Step) -> Result:
    return _move(bill, transition(bill.status, step.action, Outcome.DONE))


def _pay(bill: Bill, step: Step) -> Result:
    told = _move(bill, transition(bill.status, A.PAY, step.how))
    if bill.status is S.PAID:
        bill.remaining = 0
    return Result(REFUSED_BUT_KEPT.get(step.how), told.rows)


def _attach(bill: Bill, step: Step) -> Result:
    money = step.money
    assert money is not None
    if money.amount > bill.remaining:
        return Result(ErrorCode.PAYMENT_INTENT_INVALID_PARAMETER)
    money.invoice = bill
    if money.arrived:
        return _credit(bill, money, A.ATTACH_PAYMENT)
    bill.attached_open_count += 1
    return _stay(bill, step)


def _credit(bill: Bill, money: Money, action: InvoiceAction | SystemAction) -> Result:
    bill.attached_paid_count += 1
    left = bill.remaining - money.amount
    bill.remaining = max(left, 0)
    outcome = (
        Outcome.OVERPAID
        if left < 0
        else Outcome.PARTLY_PAID
        if left
        else Outcome.OUT_OF_BAND
        if money.out_of_band
        else Outcome.SETTLED
    )
    return _move(bill, transition(bill.status, action, outcome))


def _give_credit(bill: Bill, step: Step) -> Result:
    if step.amount > bill.total - bill.credited:
        return Result(ErrorCode.PARAMETER_INVALID)
    settles = 0 < bill.remaining <= step.amount
    bill.credited += step.amount
    bill.remaining = max(bill.remaining - step.amount, 0)
    return _move(bill, transition(bill.status, A.CREDIT, Outcome.SETTLED if settles else Outcome.DONE))


def _change_total(bill: Bill, step: Step) -> Result:
    bill.total += step.amount
    return _stay(bill, step)


_TAKEN: Mapping[InvoiceAction, Callable[[Bill, Step], Result]] = {
    A.FINALIZE: lambda bill, step: _finalize(bill, step.action),
    A.SEND: _send,
    A.PAY: _pay,
    A.ATTACH_PAYMENT: _attach,
    A.CREDIT: _give_credit,
    A.ADD_LINES: _change_total,
    A.UPDATE_LINES: _change_total,
    A.REMOVE_LINES: _change_total,
}


@dataclass
class Knowledge:
    """What a client has read of invoices, however long ago: their versions."""

    versions: dict[str, int] = field(default_factory=dict)

    def learn(self, shown: Mapping[str, Any]) -> None:
        self.versions[shown["id"]] = shown["version"]
