"""The small closed sets of the domain."""

from enum import StrEnum


class CollectionMethod(StrEnum):
    """How an invoice is collected."""

    CHARGE_AUTOMATICALLY = "CHARGE_AUTOMATICALLY"
    SEND_INVOICE = "SEND_INVOICE"


class BillingReason(StrEnum):
    """Why an invoice exists."""

    MANUAL = "MANUAL"
    UPCOMING = "UPCOMING"


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
    INVOICE_OVERPAID = "INVOICE_OVERPAID"
    CREDIT_NOTE = "CREDIT_NOTE"


class PendingItems(StrEnum):
    """What becomes of the customer's pending invoice items when an invoice is created."""

    INCLUDE = "INCLUDE"
    EXCLUDE = "EXCLUDE"


class LineRemoval(StrEnum):
    """What becomes of a removed line's invoice item."""

    DELETE = "DELETE"
    UNASSIGN = "UNASSIGN"


class ExhaustedRetries(StrEnum):
    """What becomes of an invoice whose last automatic attempt failed."""

    LEAVE_OPEN = "LEAVE_OPEN"
    MARK_UNCOLLECTIBLE = "MARK_UNCOLLECTIBLE"


class UncollectibleReason(StrEnum):
    """Why an invoice was given up."""

    USER_FORGIVEN = "USER_FORGIVEN"
    MAX_PAYMENT_ATTEMPTS = "MAX_PAYMENT_ATTEMPTS"


class RevisionAction(StrEnum):
    """What a draft made from another invoice is to that invoice."""

    REVISION = "REVISION"


class PriceType(StrEnum):
    """Whether a price is charged once or again and again."""

    ONE_TIME = "ONE_TIME"
    RECURRING = "RECURRING"


class BillingScheme(StrEnum):
    """How a price depends on the quantity."""

    PER_UNIT = "PER_UNIT"
    TIERED = "TIERED"


class RecurringInterval(StrEnum):
    """What lies between two charges of a recurring price."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"
    YEAR = "YEAR"


class PriceTaxBehavior(StrEnum):
    """Whether a price is meant with tax; for information, since tax rates say so themselves."""

    EXCLUSIVE = "EXCLUSIVE"
    INCLUSIVE = "INCLUSIVE"
    UNSPECIFIED = "UNSPECIFIED"


class TaxBehavior(StrEnum):
    """Whether a tax is added to the price or contained in it."""

    EXCLUSIVE = "EXCLUSIVE"
    INCLUSIVE = "INCLUSIVE"


class CouponDuration(StrEnum):
    """How long a coupon's discount lasts."""

    ONCE = "ONCE"
    REPEATING = "REPEATING"
    FOREVER = "FOREVER"


class CreditNoteStatus(StrEnum):
    """Whether a credit note counts."""

    ISSUED = "ISSUED"
    VOID = "VOID"


class CreditNoteType(StrEnum):
    """Whether a credit note reduces what is still to be paid, gives back what was paid, or both."""

    PRE_PAYMENT = "PRE_PAYMENT"
    POST_PAYMENT = "POST_PAYMENT"
    MIXED = "MIXED"


class CreditNoteReason(StrEnum):
    """Why a credit note was issued."""

    DUPLICATE = "DUPLICATE"
    FRAUDULENT = "FRAUDULENT"
    ORDER_CHANGE = "ORDER_CHANGE"
    PRODUCT_UNSATISFACTORY = "PRODUCT_UNSATISFACTORY"


class CreditNoteLineType(StrEnum):
    """What a line of a credit note credits."""

    INVOICE_LINE_ITEM = "INVOICE_LINE_ITEM"
    CUSTOM_LINE_ITEM = "CUSTOM_LINE_ITEM"


class PaymentIntentStatus(StrEnum):
    """Where a payment intent stands."""

    REQUIRES_PAYMENT_METHOD = "REQUIRES_PAYMENT_METHOD"
    REQUIRES_ACTION = "REQUIRES_ACTION"
    SUCCEEDED = "SUCCEEDED"
    CANCELED = "CANCELED"


class TestClockStatus(StrEnum):
    """Whether a test clock stands still."""

    READY = "READY"
    ADVANCING = "ADVANCING"
    INTERNAL_FAILURE = "INTERNAL_FAILURE"


class TemplateStatus(StrEnum):
    """Whether new objects may use a rendering template."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class PageSize(StrEnum):
    """The size of a PDF's pages."""

    A4 = "A4"
    LETTER = "LETTER"
    AUTO = "AUTO"


class AmountTaxDisplay(StrEnum):
    """How the lines of a document show inclusive tax."""

    EXCLUDE_TAX = "EXCLUDE_TAX"
    INCLUDE_INCLUSIVE_TAX = "INCLUDE_INCLUSIVE_TAX"
