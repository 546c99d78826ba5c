"""Refusals: what the gateway says instead of doing something.

Refusal
├── InputRefusal        a field is missing, malformed or does not fit
├── TransitionRefusal   the object's status forbids the action
├── ConflictRefusal     somebody else was faster
└── PaymentRefusal      the money did not move
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a call was refused."""

    RESOURCE_MISSING = "RESOURCE_MISSING"
    PARAMETER_MISSING = "PARAMETER_MISSING"
    PARAMETER_UNKNOWN = "PARAMETER_UNKNOWN"
    PARAMETERS_EXCLUSIVE = "PARAMETERS_EXCLUSIVE"
    PARAMETER_INVALID_INTEGER = "PARAMETER_INVALID_INTEGER"
    PARAMETER_INVALID_STRING_EMPTY = "PARAMETER_INVALID_STRING_EMPTY"
    PARAMETER_INVALID_STRING_BLANK = "PARAMETER_INVALID_STRING_BLANK"
    PARAMETER_INVALID_EMPTY = "PARAMETER_INVALID_EMPTY"
    PARAMETER_INVALID = "PARAMETER_INVALID"
    PARAMETER_INVALID_DECIMAL = "PARAMETER_INVALID_DECIMAL"
    INVALID_CHARGE_AMOUNT = "INVALID_CHARGE_AMOUNT"
    AMOUNT_TOO_LARGE = "AMOUNT_TOO_LARGE"
    CURRENCY_MISMATCH = "CURRENCY_MISMATCH"
    INVOICE_NOT_EDITABLE = "INVOICE_NOT_EDITABLE"
    STATUS_TRANSITION_INVALID = "STATUS_TRANSITION_INVALID"
    INVOICE_ALREADY_PAID = "INVOICE_ALREADY_PAID"
    INVOICE_HAS_PAYMENTS = "INVOICE_HAS_PAYMENTS"
    INVOICE_ITEMS_LIMIT_EXCEEDED = "INVOICE_ITEMS_LIMIT_EXCEEDED"
    INVOICE_NUMBER_TAKEN = "INVOICE_NUMBER_TAKEN"
    INVOICE_NO_PAYMENT_METHOD_TYPES = "INVOICE_NO_PAYMENT_METHOD_TYPES"
    INVOICE_COLLECTION_METHOD_INVALID = "INVOICE_COLLECTION_METHOD_INVALID"
    CUSTOMER_EMAIL_MISSING = "CUSTOMER_EMAIL_MISSING"
    INVOICE_UPCOMING_NONE = "INVOICE_UPCOMING_NONE"
    INVOICE_PAYMENT_INTENT_REQUIRES_ACTION = "INVOICE_PAYMENT_INTENT_REQUIRES_ACTION"
    PAYMENT_INTENT_INVALID_PARAMETER = "PAYMENT_INTENT_INVALID_PARAMETER"
    PAYMENT_INTENT_UNEXPECTED_STATE = "PAYMENT_INTENT_UNEXPECTED_STATE"
    COUPON_EXPIRED = "COUPON_EXPIRED"
    RESOURCE_ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"
    SEARCH_QUERY_INVALID = "SEARCH_QUERY_INVALID"
    LOCK_TIMEOUT = "LOCK_TIMEOUT"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    PAYMENT_IN_PROGRESS = "PAYMENT_IN_PROGRESS"
    CURSOR_INVALID = "CURSOR_INVALID"
    CARD_DECLINED = "CARD_DECLINED"
    EXPIRED_CARD = "EXPIRED_CARD"
    INCORRECT_CVC = "INCORRECT_CVC"
    PROCESSING_ERROR = "PROCESSING_ERROR"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IDEMPOTENCY_KEY_IN_USE = "IDEMPOTENCY_KEY_IN_USE"


@dataclass(eq=False)
class Refusal(Exception):
    """A call that was refused; nothing was written unless the domain says so.

    `message` is one sentence that names the way out. `path` leads to the offending
    field inside `input`, list positions as decimal strings.
    """

    code: ErrorCode
    message: str
    path: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(eq=False)
class InputRefusal(Refusal):
    """A field is missing, malformed, or does not fit the rest."""


@dataclass(eq=False)
class TransitionRefusal(Refusal):
    """The object's status forbids the action."""

    current_status: str | None = None
    allowed_from: Sequence[str] = field(default=())


@dataclass(eq=False)
class ConflictRefusal(Refusal):
    """Somebody else changed the object first."""

    current_id: str | None = None
    current_version: int | None = None


@dataclass(eq=False)
class PaymentRefusal(Refusal):
    """The money did not move; the attempt itself stays on record."""

    decline_code: str | None = None
