"""The life of an invoice, as a table.

Every legal (status, action) has one row per outcome, every illegal one a refusal. Nothing
else assigns a status. The rows also print the README's table, the mutations' descriptions,
`Invoice.allowedActions` and `invoice-graph lifecycle`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType


class InvoiceStatus(StrEnum):
    """Where an invoice stands in its life."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"
    VOID = "VOID"


class InvoiceAction(StrEnum):
    """What can be done to an existing invoice."""

    UPDATE = "UPDATE"
    DELETE = "DELETE"
    ADD_LINES = "ADD_LINES"
    UPDATE_LINES = "UPDATE_LINES"
    REMOVE_LINES = "REMOVE_LINES"
    FINALIZE = "FINALIZE"
    SEND = "SEND"
    PAY = "PAY"
    MARK_UNCOLLECTIBLE = "MARK_UNCOLLECTIBLE"
    VOID = "VOID"
    ATTACH_PAYMENT = "ATTACH_PAYMENT"
    REVISE = "REVISE"
    CREDIT = "CREDIT"


class SystemAction(StrEnum):
    """What happens to an invoice without anybody calling for it."""

    RECEIVE_PAYMENT = "RECEIVE_PAYMENT"
    GIVE_UP = "GIVE_UP"


class Outcome(StrEnum):
    """How an action ended."""

    DONE = "DONE"
    NOTHING_DUE = "NOTHING_DUE"
    FAILED = "FAILED"
    OUT_OF_BAND = "OUT_OF_BAND"
    DECLINED = "DECLINED"
    ACTION_REQUIRED = "ACTION_REQUIRED"
    NO_METHOD = "NO_METHOD"
    PARTLY_PAID = "PARTLY_PAID"
    SETTLED = "SETTLED"
    OVERPAID = "OVERPAID"


class Test(StrEnum):
    """What a predicate asks of a column."""

    EQUALS = "EQUALS"
    PRESENT = "PRESENT"
    ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class Predicate:
    """A question about one column of an invoice; asked of a row here and of the table in the planner."""

    column: str
    test: Test
    value: str | int | None = None

    def holds(self, row: object) -> bool:
        actual = getattr(row, self.column)
        if self.test is Test.EQUALS:
            return bool(actual == self.value)
        return (actual is not None) == (self.test is Test.PRESENT)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of an action beyond the status, and the refusal when it does not hold."""

    predicate: Predicate
    code: ErrorCode
    message: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: what an action does to an invoice of a status when it ends in an outcome.

    `becomes` is None where the invoice is gone afterwards. What `emits` names is about the invoice, its items and
    payments; INVOICE_CREATED of REVISE is about the new draft. Of several outcomes
    `allowedActions` announces the first whose `when` holds.
    """

    status: InvoiceStatus
    action: InvoiceAction | SystemAction
    outcome: Outcome
    becomes: InvoiceStatus | None
    emits: tuple[EventType, ...]
    when: Predicate | None = None


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """One row: an action that a status forbids."""

    status: InvoiceStatus
    action: InvoiceAction
    code: ErrorCode
    message: str


DRAFT, OPEN, PAID, UNCOLLECTIBLE, VOID = InvoiceStatus
_E = EventType
_A = InvoiceAction
_S = SystemAction
_O = Outcome

NOTHING_DUE = Predicate("amount_due", Test.EQUALS, 0)
_FINALIZED = (_E.INVOICE_UPDATED, _E.INVOICE_FINALIZED)
_FAILED = (_E.INVOICE_UPDATED, _E.INVOICE_FINALIZATION_FAILED)
_SETTLED = (_E.INVOICE_PAYMENT_PAID, _E.INVOICE_UPDATED, _E.INVOICE_PAID)
_DECLINED = (_E.INVOICE_UPDATED, _E.INVOICE_PAYMENT_FAILED)
_ACTION = (_E.INVOICE_UPDATED, _E.INVOICE_PAYMENT_ACTION_REQUIRED, _E.INVOICE_PAYMENT_FAILED)

_CREDITED = (_E.INVOICE_UPDATED, _E.CREDIT_NOTE_CREATED)
_CREDITED_ALL = (_E.INVOICE_UPDATED, _E.INVOICE_PAID, _E.CREDIT_NOTE_CREATED)


def _pay(status: InvoiceStatus) -> tuple[Transition, ...]:
    return (
        Transition(status, _A.PAY, _O.DONE, PAID, (*_SETTLED, _E.INVOICE_PAYMENT_SUCCEEDED)),
        Transition(status, _A.PAY, _O.OUT_OF_BAND, PAID, _SETTLED),
        Transition(status, _A.PAY, _O.DECLINED, status, _DECLINED),
        Transition(status, _A.PAY, _O.ACTION_REQUIRED, status, _ACTION),
        Transition(status, _A.PAY, _O.NO_METHOD, status, _DECLINED),
    )


def _receive(action: InvoiceAction | SystemAction) -> tuple[Transition, ...]:
    succeeded = (*_SETTLED, _E.INVOICE_PAYMENT_SUCCEEDED)
    return (
        Transition(OPEN, action, _O.PARTLY_PAID, OPEN, (_E.INVOICE_PAYMENT_PAID, _E.INVOICE_UPDATED)),
        Transition(OPEN, action, _O.SETTLED, PAID, succeeded),
    )


TRANSITIONS: tuple[Transition, ...] = (
    *(Transition(status, _A.UPDATE, _O.DONE, status, (_E.INVOICE_UPDATED,)) for status in InvoiceStatus),
    Transition(DRAFT, _A.DELETE, _O.DONE, None, (_E.INVOICEITEM_DELETED, _E.INVOICE_DELETED)),
    Transition(DRAFT, _A.ADD_LINES, _O.DONE, DRAFT, (_E.INVOICEITEM_CREATED, _E.INVOICE_UPDATED)),
    Transition(DRAFT, _A.UPDATE_LINES, _O.DONE, DRAFT, (_E.INVOICE_UPDATED,)),
    Transition(DRAFT, _A.REMOVE_LINES, _O.DONE, DRAFT, (_E.INVOICEITEM_DELETED, _E.INVOICE_UPDATED)),
    Transition(DRAFT, _A.FINALIZE, _O.NOTHING_DUE, PAID, (*_FINALIZED, _E.INVOICE_PAID), NOTHING_DUE),
    Transition(DRAFT, _A.FINALIZE, _O.DONE, OPEN, _FINALIZED),
    Transition(DRAFT, _A.FINALIZE, _O.FAILED, DRAFT, _FAILED),
    Transition(DRAFT, _A.SEND, _O.NOTHING_DUE, PAID, (*_FINALIZED, _E.INVOICE_SENT, _E.INVOICE_PAID), NOTHING_DUE),
    Transition(DRAFT, _A.SEND, _O.DONE, OPEN, (*_FINALIZED, _E.INVOICE_SENT)),
    Transition(DRAFT, _A.SEND, _O.FAILED, DRAFT, _FAILED),
    Transition(OPEN, _A.SEND, _O.DONE, OPEN, (_E.INVOICE_SENT,)),
    Transition(PAID, _A.SEND, _O.DONE, PAID, (_E.INVOICE_SENT,)),
    *_pay(OPEN),
    *_pay(UNCOLLECTIBLE),
    Transition(
        OPEN,
        _A.MARK_UNCOLLECTIBLE,
        _O.DONE,
        UNCOLLECTIBLE,
        (_E.INVOICE_UPDATED, _E.INVOICE_MARKED_UNCOLLECTIBLE),
    ),
    Transition(OPEN, _A.VOID, _O.DONE, VOID, (_E.INVOICE_UPDATED, _E.INVOICE_VOIDED)),
    Transition(UNCOLLECTIBLE, _A.VOID, _O.DONE, VOID, (_E.INVOICE_UPDATED, _E.INVOICE_VOIDED)),
    Transition(OPEN, _A.ATTACH_PAYMENT, _O.DONE, OPEN, ()),
    *_receive(_A.ATTACH_PAYMENT),
    Transition(OPEN, _A.ATTACH_PAYMENT, _O.OUT_OF_BAND, PAID, _SETTLED),
    *_receive(_S.RECEIVE_PAYMENT),
    Transition(
        OPEN,
        _S.RECEIVE_PAYMENT,
        _O.OVERPAID,
        PAID,
        (*_SETTLED, _E.INVOICE_PAYMENT_SUCCEEDED, _E.INVOICE_OVERPAID),
    ),
    Transition(
        PAID,
        _S.RECEIVE_PAYMENT,
        _O.OVERPAID,
        PAID,
        (_E.INVOICE_PAYMENT_PAID, _E.INVOICE_UPDATED, _E.INVOICE_OVERPAID),
    ),
    Transition(OPEN, _A.REVISE, _O.DONE, OPEN, (_E.INVOICE_CREATED,)),
    Transition(UNCOLLECTIBLE, _A.REVISE, _O.DONE, UNCOLLECTIBLE, (_E.INVOICE_CREATED,)),
    Transition(
        OPEN,
        _S.GIVE_UP,
        _O.DONE,
        UNCOLLECTIBLE,
        (_E.INVOICE_UPDATED, _E.INVOICE_MARKED_UNCOLLECTIBLE, _E.INVOICE_PAYMENT_FAILED),
    ),
    Transition(OPEN, _A.CREDIT, _O.DONE, OPEN, _CREDITED),
    Transition(OPEN, _A.CREDIT, _O.SETTLED, PAID, _CREDITED_ALL),
    Transition(PAID, _A.CREDIT, _O.DONE, PAID, _CREDITED),
    Transition(UNCOLLECTIBLE, _A.CREDIT, _O.DONE, UNCOLLECTIBLE, _CREDITED),
    Transition(UNCOLLECTIBLE, _A.CREDIT, _O.SETTLED, PAID, _CREDITED_ALL),
)

FINALIZES_FIRST: frozenset[tuple[InvoiceStatus, InvoiceAction]] = frozenset({(DRAFT, _A.PAY)})
"""Where an action is two operations: the invoice is finalized, then the action starts from what it became."""

STATUS_EVENTS: Mapping[InvoiceStatus, EventType] = {
    DRAFT: _E.INVOICE_CREATED,
    OPEN: _E.INVOICE_FINALIZED,
    PAID: _E.INVOICE_PAID,
    UNCOLLECTIBLE: _E.INVOICE_MARKED_UNCOLLECTIBLE,
    VOID: _E.INVOICE_VOIDED,
}
"""The one event that reports an invoice's arrival in a status."""

NO_ATTEMPT_IN_FLIGHT = Guard(
    Predicate("payment_attempt_id", Test.ABSENT),
    ErrorCode.PAYMENT_IN_PROGRESS,
    "A payment of this invoice is under way; try again when it has settled.",
)
_SENT_INVOICES_ONLY = Guard(
    Predicate("collection_method", Test.EQUALS, "SEND_INVOICE"),
    ErrorCode.INVOICE_COLLECTION_METHOD_INVALID,
    "Only invoices with collectionMethod SEND_INVOICE are sent; change it while the invoice is a draft.",
)
_EMAIL_KNOWN = Guard(
    Predicate("customer_email", Test.PRESENT),
    ErrorCode.CUSTOMER_EMAIL_MISSING,
    "The customer has no e-mail address; set one with customerUpdate while the invoice is a draft.",
)

NOTHING_ATTACHED_OPEN = Guard(
    Predicate("attached_open_count", Test.EQUALS, 0),
    ErrorCode.INVOICE_HAS_PAYMENTS,
    "An attached payment is still open; cancel its payment intent first, or wait for the money.",
)
NOTHING_ATTACHED_PAID = Guard(
    Predicate("attached_paid_count", Test.EQUALS, 0),
    ErrorCode.INVOICE_HAS_PAYMENTS,
    "A part of the invoice is paid already; give it back with a credit note instead.",
)
_NO_PREVIEW = Guard(
    Predicate("expires_at", Test.ABSENT),
    ErrorCode.RESOURCE_MISSING,
    "This is a preview; create the invoice with invoiceCreate first.",
)
_OWN_GUARDS: Mapping[InvoiceAction, tuple[Guard, ...]] = {
    _A.SEND: (_SENT_INVOICES_ONLY, _EMAIL_KNOWN),
    _A.MARK_UNCOLLECTIBLE: (NOTHING_ATTACHED_OPEN,),
    _A.VOID: (NOTHING_ATTACHED_OPEN, NOTHING_ATTACHED_PAID),
    _A.REVISE: (NOTHING_ATTACHED_OPEN, NOTHING_ATTACHED_PAID),
}
GUARDS: Mapping[InvoiceAction, tuple[Guard, ...]] = {
    action: (_NO_PREVIEW, NO_ATTEMPT_IN_FLIGHT, *_OWN_GUARDS.get(action, ())) for action in InvoiceAction
}
"""Conditions beyond the status, in the order they are checked."""

_DONE: Mapping[InvoiceAction, str] = {
    _A.FINALIZE: "finalized",
    _A.SEND: "sent",
    _A.PAY: "paid",
    _A.MARK_UNCOLLECTIBLE: "marked uncollectible",
    _A.VOID: "voided",
    _A.ATTACH_PAYMENT: "given a payment",
    _A.REVISE: "revised",
    _A.CREDIT: "credited",
}
_INSTEAD_OF_DELETING: Mapping[InvoiceStatus, str] = {
    OPEN: "void this one instead",
    UNCOLLECTIBLE: "void this one instead",
    PAID: "give a paid one back with a credit note",
    VOID: "a void one stays for the books and is owed by nobody",
}
_NOT_EDITABLE = frozenset({_A.ADD_LINES, _A.UPDATE_LINES, _A.REMOVE_LINES})

ALWAYS: frozenset[InvoiceStatus] = frozenset(InvoiceStatus)
EDITABLE_FIELDS: Mapping[str, frozenset[InvoiceStatus]] = {
    "metadata": ALWAYS,
    "description": frozenset({DRAFT, OPEN}),
    "auto_advance": frozenset({DRAFT, OPEN}),
    "default_payment_method_id": frozenset({DRAFT, OPEN}),
    "payment_method_types": frozenset({DRAFT, OPEN}),
    "rendering.pdf.page_size": frozenset({DRAFT, OPEN, PAID}),
}
"""In which statuses `invoiceUpdate` may touch a field; fields not named here: in a draft only."""


def editable_in(field: str) -> frozenset[InvoiceStatus]:
    """The statuses in which `invoiceUpdate` may touch `field`."""
    return EDITABLE_FIELDS.get(field, frozenset({DRAFT}))


def transitions(status: InvoiceStatus, action: InvoiceAction | SystemAction) -> tuple[Transition, ...]:
    """The rows of an action in a status; those of the finalization for an action that finalizes first."""
    if (status, action) in FINALIZES_FIRST:
        action = _A.FINALIZE
    return tuple(row for row in TRANSITIONS if (row.status, row.action) == (status, action))


def transition(status: InvoiceStatus, action: InvoiceAction | SystemAction, outcome: Outcome) -> Transition:
    """The row of an outcome; KeyError when the table has none."""
    for row in TRANSITIONS:
        if (row.status, row.action, row.outcome) == (status, action, outcome):
            return row
    raise KeyError((status, action, outcome))


def allowed_from(action: InvoiceAction) -> tuple[InvoiceStatus, ...]:
    """The statuses in which an action is legal, in the order of life."""
    return tuple(status for status in InvoiceStatus if transitions(status, action))


def refusal(status: InvoiceStatus, action: InvoiceAction) -> RefusalRow | None:
    """The refusal of an action in a status; None where it is legal."""
    if transitions(status, action):
        return None
    return RefusalRow(status, action, *_reason(status, action))


def refusals() -> Iterator[RefusalRow]:
    """Every pair of status and action that the table forbids."""
    for status in InvoiceStatus:
        for action in InvoiceAction:
            if row := refusal(status, action):
                yield row


def failed_guard(action: InvoiceAction, row: object) -> Guard | None:
    """The first guard of an action that an invoice does not meet."""
    return next((guard for guard in GUARDS[action] if not guard.predicate.holds(row)), None)


Announcement = tuple[Predicate | None, InvoiceStatus | None]


def announced(status: InvoiceStatus, action: InvoiceAction) -> tuple[Announcement, ...]:
    """What a legal action is expected to make of an invoice: pairs of a condition and a status, the first
    that holds decides and the last holds always."""
    rows: list[Announcement] = []
    for row in transitions(status, action):
        becomes = row.becomes
        if (status, action) in FINALIZES_FIRST and becomes is not None and transitions(becomes, action):
            becomes = announced(becomes, action)[-1][1]
        rows.append((row.when, becomes))
        if row.when is None:
            break
    return tuple(rows)


def _reason(status: InvoiceStatus, action: InvoiceAction) -> tuple[ErrorCode, str]:
    if status is PAID and action in (_A.PAY, _A.ATTACH_PAYMENT):
        return ErrorCode.INVOICE_ALREADY_PAID, "Invoice is already paid"
    if action is _A.DELETE:
        return ErrorCode.INVOICE_NOT_EDITABLE, f"You can only delete draft invoices; {_INSTEAD_OF_DELETING[status]}."
    if action in _NOT_EDITABLE:
        return ErrorCode.INVOICE_NOT_EDITABLE, "Finalized invoices can't be updated in this way"
    *others, last = (name.lower() for name in allowed_from(action))
    legal = f"{', '.join(others)} or {last}" if others else last
    article = "An" if status[0] in "OU" else "A"
    message = f"{article} {status.lower()} invoice can't be {_DONE[action]}; only {legal} invoices can."
    return ErrorCode.STATUS_TRANSITION_INVALID, message
