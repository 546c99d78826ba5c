"""The small closed sets of the domain."""

from enum import StrEnum


class CollectionMethod(StrEnum):
    """How an invoice is collected."""

    CHARGE_AUTOMATICALLY = "CHARGE_AUTOMATICALLY"
    SEND_INVOICE = "SEND_INVOICE"


class BillingReason(StrEnum):
    """Why an invoice exists."""

    MANUAL = "MANUAL"


class InvoiceNumbering(StrEnum):
    """Whose sequence invoice numbers are taken from."""

    CUSTOMER = "CUSTOMER"
    ACCOUNT = "ACCOUNT"


class InvoicePaymentStatus(StrEnum):
    """Where an invoice payment stands."""

    OPEN = "OPEN"
    PAID = "PAID"
    CANCELED = "CANCELED"


class PaymentType(StrEnum):
    """Where the money of an invoice payment comes from."""

    PAYMENT_INTENT = "PAYMENT_INTENT"
    PAYMENT_RECORD = "PAYMENT_RECORD"


class SimulatedOutcome(StrEnum):
    """What the payment simulator answers for a payment method."""

    SUCCEEDS = "SUCCEEDS"
    DECLINES = "DECLINES"
    REQUIRES_ACTION = "REQUIRES_ACTION"


class BalanceTransactionType(StrEnum):
    """Why a customer's balance moved."""

    INITIAL = "INITIAL"
    ADJUSTMENT = "ADJUSTMENT"
    APPLIED_TO_INVOICE = "APPLIED_TO_INVOICE"
    UNAPPLIED_FROM_INVOICE = "UNAPPLIED_FROM_INVOICE"
    INVOICE_TOO_SMALL = "INVOICE_TOO_SMALL"


class PendingItems(StrEnum):
    """What becomes of the customer's pending invoice items when an invoice is created."""

    INCLUDE = "INCLUDE"
    EXCLUDE = "EXCLUDE"


class LineRemoval(StrEnum):
    """What becomes of a removed line's invoice item."""

    DELETE = "DELETE"
    UNASSIGN = "UNASSIGN"
