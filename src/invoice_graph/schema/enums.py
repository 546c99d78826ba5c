"""The domain's enums with a sentence for every value."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

import strawberry

from invoice_graph.domain.calculation import Rule
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.kinds import (
    BalanceTransactionType,
    BillingReason,
    CollectionMethod,
    InvoiceNumbering,
    InvoicePaymentStatus,
    LineRemoval,
    PaymentType,
    PendingItems,
)
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus
from invoice_graph.domain.taxes import TaxExempt, TaxRounding


class OrderDirection(StrEnum):
    """Which end of an order comes first."""

    ASC = "ASC"
    DESC = "DESC"


class InvoiceOrderField(StrEnum):
    """What invoices can be ordered by."""

    CREATED_AT = "CREATED_AT"
    TOTAL = "TOTAL"
    AMOUNT_REMAINING = "AMOUNT_REMAINING"
    DUE_AT = "DUE_AT"


DESCRIPTIONS: Mapping[Enum, str] = {
    OrderDirection.ASC: "The smallest or oldest first.",
    OrderDirection.DESC: "The largest or newest first.",
    InvoiceOrderField.CREATED_AT: "By creation.",
    InvoiceOrderField.TOTAL: "By total, in minor units whatever the currency.",
    InvoiceOrderField.AMOUNT_REMAINING: "By the amount still to be paid, in minor units whatever the currency.",
    InvoiceOrderField.DUE_AT: "By due date; invoices without one stand last in both directions.",
    InvoiceStatus.DRAFT: "Being put together; everything can change, and it can be deleted.",
    InvoiceStatus.OPEN: "Finalized and waiting for payment; amounts and lines are frozen.",
    InvoiceStatus.PAID: "Nothing remains to be paid. Final.",
    InvoiceStatus.UNCOLLECTIBLE: "Payment is not expected any more; it can still be paid or voided.",
    InvoiceStatus.VOID: "Declared a mistake; the number stays used. Final.",
    InvoiceAction.UPDATE: "Change fields with `invoiceUpdate`; which ones depends on the status.",
    InvoiceAction.DELETE: "Remove it with `invoiceDelete`.",
    InvoiceAction.ADD_LINES: "Add lines with `invoiceAddLines`.",
    InvoiceAction.UPDATE_LINES: "Change lines with `invoiceUpdateLines`.",
    InvoiceAction.REMOVE_LINES: "Remove lines with `invoiceRemoveLines`.",
    InvoiceAction.FINALIZE: "Freeze and number it with `invoiceFinalize`.",
    InvoiceAction.SEND: "Send it to the customer with `invoiceSend`.",
    InvoiceAction.PAY: "Collect what remains with `invoicePay`.",
    InvoiceAction.MARK_UNCOLLECTIBLE: "Give up on it with `invoiceMarkUncollectible`.",
    InvoiceAction.VOID: "Cancel it with `invoiceVoid`.",
    CollectionMethod.CHARGE_AUTOMATICALLY: "The customer's default payment method is charged.",
    CollectionMethod.SEND_INVOICE: "The invoice is sent to the customer, who pays by its due date.",
    BillingReason.MANUAL: "Made by a call or by hand.",
    TaxExempt.NONE: "Taxed.",
    TaxExempt.EXEMPT: "Free of tax.",
    TaxExempt.REVERSE: "The customer accounts for the tax (reverse charge).",
    TaxRounding.LINE_ITEM: "Tax is rounded on each line.",
    TaxRounding.INVOICE: "Tax is rounded once per rate.",
    InvoiceNumbering.CUSTOMER: "Each customer has a prefix and a sequence.",
    InvoiceNumbering.ACCOUNT: "One prefix and sequence for the whole account.",
    InvoicePaymentStatus.OPEN: "Waiting for the money.",
    InvoicePaymentStatus.PAID: "The money has arrived.",
    InvoicePaymentStatus.CANCELED: "No money will come this way.",
    PaymentType.PAYMENT_INTENT: "Collected through the payment provider.",
    PaymentType.PAYMENT_RECORD: "Received outside of the gateway and recorded.",
    BalanceTransactionType.INITIAL: "The balance a customer was created with.",
    BalanceTransactionType.ADJUSTMENT: "A correction by a caller.",
    BalanceTransactionType.APPLIED_TO_INVOICE: "Used up or left over when an invoice was finalized.",
    BalanceTransactionType.UNAPPLIED_FROM_INVOICE: "Given back when an invoice was voided.",
    BalanceTransactionType.INVOICE_TOO_SMALL: "An invoice below the smallest charge, carried to the next one.",
    PendingItems.INCLUDE: "Put the customer's pending items of the same currency on the invoice, up to 250.",
    PendingItems.EXCLUDE: "Leave pending items pending.",
    LineRemoval.DELETE: "Delete the line's invoice item as well.",
    LineRemoval.UNASSIGN: "Make the line's invoice item pending again.",
    EventType.INVOICEITEM_CREATED: "An invoice item was created.",
    EventType.INVOICEITEM_DELETED: "An invoice item was deleted.",
    EventType.INVOICE_PAYMENT_PAID: "An invoice payment was paid.",
    EventType.INVOICE_CREATED: "An invoice was created: status DRAFT.",
    EventType.INVOICE_DELETED: "A draft was deleted.",
    EventType.INVOICE_UPDATED: "An invoice changed; `previousAttributes` has the old values.",
    EventType.INVOICE_FINALIZED: "An invoice was finalized: status OPEN, or PAID when nothing was due.",
    EventType.INVOICE_FINALIZATION_FAILED: "An invoice could not be finalized; `lastFinalizationError` says why.",
    EventType.INVOICE_SENT: "An invoice was sent to its customer.",
    EventType.INVOICE_VOIDED: "An invoice was voided: status VOID.",
    EventType.INVOICE_MARKED_UNCOLLECTIBLE: "An invoice was given up: status UNCOLLECTIBLE.",
    EventType.INVOICE_PAYMENT_ACTION_REQUIRED: "A payment needs the customer.",
    EventType.INVOICE_PAYMENT_FAILED: "A payment was attempted and failed.",
    EventType.INVOICE_PAID: "An invoice is paid, for whatever reason: status PAID.",
    EventType.INVOICE_PAYMENT_SUCCEEDED: "An invoice was paid through the payment provider.",
    EventType.CUSTOMER_CREATED: "A customer was created.",
    EventType.CUSTOMER_UPDATED: "A customer changed, its balance and delinquency included.",
    Rule.LINE_AMOUNT: "The amount of a line, from its quantity and unit amount or as given.",
    Rule.LINE_DISCOUNT: "A discount of a line.",
    Rule.INVOICE_DISCOUNT: "A discount of the invoice, over all eligible lines.",
    Rule.DISCOUNT_SHARE: "A line's share of a discount of the invoice, by largest remainder.",
    Rule.SUBTOTAL: "The sum of the lines after their own discounts.",
    Rule.SUBTOTAL_TAX: "The inclusive tax in the subtotal.",
    Rule.SUBTOTAL_EXCLUDING_TAX: "The subtotal without inclusive tax.",
    Rule.TAX: "A tax of a line.",
    Rule.TAX_SUM: "A tax over all lines, rounded once.",
    Rule.TAX_SHARE: "A line's share of a tax that was rounded once, by largest remainder.",
    Rule.TAX_GIVEN: "A tax amount that was given, not calculated.",
    Rule.TAX_BACKED_OUT: "Inclusive tax taken out of the price of an exempt customer.",
    Rule.SHIPPING: "Shipping.",
    Rule.TOTAL: "Lines, exclusive tax and shipping together.",
    Rule.TOTAL_EXCLUDING_TAX: "The total without any tax.",
    Rule.BALANCE: "The total with the customer's balance.",
    Rule.MINIMUM: "An amount below the smallest charge is carried to the balance.",
    Rule.QUANTUM: "The amount due is rounded to what the currency can be paid in.",
    Rule.AMOUNT_DUE: "What the customer has to pay.",
    ErrorCode.RESOURCE_MISSING: "No object with that id.",
    ErrorCode.PARAMETER_MISSING: "A field is needed that was not given.",
    ErrorCode.PARAMETER_UNKNOWN: "A field is not supported.",
    ErrorCode.PARAMETERS_EXCLUSIVE: "Two fields can't be given together; `path` leads to the second.",
    ErrorCode.PARAMETER_INVALID_INTEGER: "An integer is out of its range.",
    ErrorCode.PARAMETER_INVALID_STRING_EMPTY: "A text is empty.",
    ErrorCode.PARAMETER_INVALID_STRING_BLANK: "A text consists of spaces.",
    ErrorCode.PARAMETER_INVALID_EMPTY: "A list is empty.",
    ErrorCode.PARAMETER_INVALID: "A value does not fit; `message` says what would.",
    ErrorCode.PARAMETER_INVALID_DECIMAL: "A decimal has more than 12 digits after the point.",
    ErrorCode.INVALID_CHARGE_AMOUNT: "The currency's amounts must be divisible by its quantum.",
    ErrorCode.AMOUNT_TOO_LARGE: "An amount is above the currency's maximum.",
    ErrorCode.CURRENCY_MISMATCH: "Two objects have different currencies.",
    ErrorCode.INVOICE_NOT_EDITABLE: "The invoice's status forbids the change.",
    ErrorCode.STATUS_TRANSITION_INVALID: "The invoice's status forbids the action.",
    ErrorCode.INVOICE_ALREADY_PAID: "The invoice is paid already.",
    ErrorCode.INVOICE_HAS_PAYMENTS: "The invoice has payments that forbid the action.",
    ErrorCode.INVOICE_ITEMS_LIMIT_EXCEEDED: "An invoice holds at most 250 lines.",
    ErrorCode.INVOICE_NUMBER_TAKEN: "Another invoice has that number.",
    ErrorCode.INVOICE_NO_PAYMENT_METHOD_TYPES: "None of the invoice's payment method types is enabled on the account.",
    ErrorCode.INVOICE_COLLECTION_METHOD_INVALID: "The invoice's collection method forbids the action.",
    ErrorCode.CUSTOMER_EMAIL_MISSING: "The customer has no e-mail address.",
    ErrorCode.INVOICE_PAYMENT_INTENT_REQUIRES_ACTION: "The customer must confirm the payment.",
    ErrorCode.RESOURCE_ALREADY_EXISTS: "Another object has that value.",
    ErrorCode.LOCK_TIMEOUT: "Others write too much at the moment; try again.",
    ErrorCode.VERSION_CONFLICT: "The object changed since `expectedVersion`.",
    ErrorCode.PAYMENT_IN_PROGRESS: "A payment of the invoice is under way.",
    ErrorCode.CURSOR_INVALID: "No cursor of this connection or log.",
    ErrorCode.CARD_DECLINED: "The card was declined; see `declineCode`.",
    ErrorCode.EXPIRED_CARD: "The card has expired.",
    ErrorCode.INCORRECT_CVC: "The card's security code is wrong.",
    ErrorCode.PROCESSING_ERROR: "The payment provider did not answer.",
    ErrorCode.INSUFFICIENT_FUNDS: "The payment method does not hold enough.",
    ErrorCode.IDEMPOTENCY_KEY_REUSED: "The idempotency key was used for another call.",
    ErrorCode.IDEMPOTENCY_KEY_IN_USE: "A call with this idempotency key is under way.",
}
"""What each value means."""


PUBLISHED_NAMES: Mapping[type[Enum], str] = {Rule: "CalculationRule"}
"""Enums whose name says too little outside of their module."""


def _publish(kind: type[Enum]) -> None:
    description = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    name = PUBLISHED_NAMES.get(kind, kind.__name__)
    definition: Any = strawberry.enum(kind, name=name, description=description).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = DESCRIPTIONS[kind[value.name]]


for _kind in {type(value) for value in DESCRIPTIONS}:
    _publish(_kind)
