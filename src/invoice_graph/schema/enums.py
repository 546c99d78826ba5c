"""The domain's enums with a sentence for every value."""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import Any

import strawberry

from invoice_graph.domain.access import ActorKind
from invoice_graph.domain.calculation import Rule
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.kinds import (
    AmountTaxDisplay,
    BalanceTransactionType,
    BillingReason,
    BillingScheme,
    CollectionMethod,
    CouponDuration,
    CreditNoteLineType,
    CreditNoteReason,
    CreditNoteStatus,
    CreditNoteType,
    ExhaustedRetries,
    InvoiceNumbering,
    InvoicePaymentStatus,
    LineRemoval,
    PageSize,
    PaymentIntentStatus,
    PaymentType,
    PendingItems,
    PriceTaxBehavior,
    PriceType,
    RecurringInterval,
    RevisionAction,
    TaxBehavior,
    TemplateStatus,
    TestClockStatus,
    UncollectibleReason,
)
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus
from invoice_graph.domain.pricing import PackageRounding, TiersMode
from invoice_graph.domain.taxes import TaxabilityReason, TaxExempt, TaxRounding


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


class InvoiceGrouping(StrEnum):
    """What invoices are told apart by."""

    STATUS = "STATUS"
    CURRENCY = "CURRENCY"
    CUSTOMER = "CUSTOMER"
    MONTH = "MONTH"
    COLLECTION_METHOD = "COLLECTION_METHOD"


DESCRIPTIONS: tuple[tuple[Enum, str], ...] = (
    (InvoiceGrouping.STATUS, "By status."),
    (InvoiceGrouping.CURRENCY, "By currency, at this place of the order; currencies are always told apart."),
    (InvoiceGrouping.CUSTOMER, "By customer: in each currency the 100 with the most left to pay, ties by id."),
    (InvoiceGrouping.MONTH, "By the month of `effectiveAt` in UTC; drafts by that of `createdAt`."),
    (InvoiceGrouping.COLLECTION_METHOD, "By collection method."),
    (OrderDirection.ASC, "The smallest or oldest first."),
    (OrderDirection.DESC, "The largest or newest first."),
    (InvoiceOrderField.CREATED_AT, "By creation."),
    (InvoiceOrderField.TOTAL, "By total, in minor units whatever the currency."),
    (InvoiceOrderField.AMOUNT_REMAINING, "By the amount still to be paid, in minor units whatever the currency."),
    (InvoiceOrderField.DUE_AT, "By due date; invoices without one stand last in both directions."),
    (ActorKind.SECRET_KEY, "A secret key, or the demonstration account's visitors."),
    (ActorKind.RESTRICTED_KEY, "A restricted key."),
    (ActorKind.CUSTOMER_SESSION, "A customer with a token of `customerSessionCreate`."),
    (ActorKind.IDENTITY, "Somebody whom the outside issuer knows."),
    (ActorKind.OPERATOR, "Whoever has the command line."),
    (ActorKind.GATEWAY, "The gateway itself: what fell due."),
    (InvoiceStatus.DRAFT, "Being put together; everything can change, and it can be deleted."),
    (InvoiceStatus.OPEN, "Finalized and waiting for payment; amounts and lines are frozen."),
    (InvoiceStatus.PAID, "Nothing remains to be paid. Final."),
    (InvoiceStatus.UNCOLLECTIBLE, "Payment is not expected any more; it can still be paid or voided."),
    (InvoiceStatus.VOID, "Declared a mistake; the number stays used. Final."),
    (InvoiceAction.UPDATE, "Change fields with `invoiceUpdate`; which ones depends on the status."),
    (InvoiceAction.DELETE, "Remove it with `invoiceDelete`."),
    (InvoiceAction.ADD_LINES, "Add lines with `invoiceAddLines`."),
    (InvoiceAction.UPDATE_LINES, "Change lines with `invoiceUpdateLines`."),
    (InvoiceAction.REMOVE_LINES, "Remove lines with `invoiceRemoveLines`."),
    (InvoiceAction.FINALIZE, "Freeze and number it with `invoiceFinalize`."),
    (InvoiceAction.SEND, "Send it to the customer with `invoiceSend`."),
    (InvoiceAction.PAY, "Collect what remains with `invoicePay`."),
    (InvoiceAction.MARK_UNCOLLECTIBLE, "Give up on it with `invoiceMarkUncollectible`."),
    (InvoiceAction.VOID, "Cancel it with `invoiceVoid`."),
    (InvoiceAction.ATTACH_PAYMENT, "Pay a part of it with `invoiceAttachPayment`."),
    (InvoiceAction.REVISE, "Replace it: `invoiceCreate` with `fromInvoice`."),
    (InvoiceAction.CREDIT, "Issue a credit note with `creditNoteCreate`."),
    (CollectionMethod.CHARGE_AUTOMATICALLY, "The customer's default payment method is charged."),
    (CollectionMethod.SEND_INVOICE, "The invoice is sent to the customer, who pays by its due date."),
    (BillingReason.MANUAL, "Made by a call or by hand."),
    (BillingReason.UPCOMING, "A preview."),
    (TaxExempt.NONE, "Taxed."),
    (TaxExempt.EXEMPT, "Free of tax."),
    (TaxExempt.REVERSE, "The customer accounts for the tax (reverse charge)."),
    (TaxRounding.LINE_ITEM, "Tax is rounded on each line."),
    (TaxRounding.INVOICE, "Tax is rounded once per rate."),
    (InvoiceNumbering.CUSTOMER, "Each customer has a prefix and a sequence."),
    (InvoiceNumbering.ACCOUNT, "One prefix and sequence for the whole account."),
    (InvoicePaymentStatus.OPEN, "Waiting for the money."),
    (InvoicePaymentStatus.PAID, "The money has arrived."),
    (InvoicePaymentStatus.CANCELED, "No money will come this way."),
    (PaymentType.PAYMENT_INTENT, "Collected through the payment provider."),
    (PaymentType.PAYMENT_RECORD, "Received outside of the gateway and recorded."),
    (BalanceTransactionType.INITIAL, "The balance a customer was created with."),
    (BalanceTransactionType.ADJUSTMENT, "A correction by a caller."),
    (BalanceTransactionType.APPLIED_TO_INVOICE, "Used up or left over when an invoice was finalized."),
    (BalanceTransactionType.UNAPPLIED_FROM_INVOICE, "Given back when an invoice was voided."),
    (BalanceTransactionType.INVOICE_TOO_SMALL, "An invoice below the smallest charge, carried to the next one."),
    (BalanceTransactionType.INVOICE_OVERPAID, "Money paid beyond what was due, credited."),
    (BalanceTransactionType.CREDIT_NOTE, "Credit given by a credit note."),
    (ExhaustedRetries.LEAVE_OPEN, "It stays open."),
    (ExhaustedRetries.MARK_UNCOLLECTIBLE, "It becomes uncollectible."),
    (UncollectibleReason.USER_FORGIVEN, "A caller gave it up."),
    (UncollectibleReason.MAX_PAYMENT_ATTEMPTS, "The last automatic attempt failed."),
    (RevisionAction.REVISION, "It replaces the other invoice, which is voided when this one is finalized."),
    (PriceType.ONE_TIME, "Charged once."),
    (PriceType.RECURRING, "Charged again and again; not for invoice items."),
    (BillingScheme.PER_UNIT, "Each unit costs the same."),
    (BillingScheme.TIERED, "What a unit costs depends on the quantity."),
    (RecurringInterval.DAY, "Days."),
    (RecurringInterval.WEEK, "Weeks."),
    (RecurringInterval.MONTH, "Months."),
    (RecurringInterval.YEAR, "Years."),
    (PriceTaxBehavior.EXCLUSIVE, "Tax is added."),
    (PriceTaxBehavior.INCLUSIVE, "Tax is contained."),
    (PriceTaxBehavior.UNSPECIFIED, "Nothing is said about tax."),
    (TiersMode.GRADUATED, "Every unit costs what its own tier says."),
    (TiersMode.VOLUME, "All units cost what the tier of the whole quantity says."),
    (PackageRounding.UP, "A package that is begun counts."),
    (PackageRounding.DOWN, "Only full packages count."),
    (TaxBehavior.EXCLUSIVE, "Added to the price."),
    (TaxBehavior.INCLUSIVE, "Contained in the price."),
    (TaxabilityReason.CUSTOMER_EXEMPT, "The customer is exempt."),
    (TaxabilityReason.NOT_AVAILABLE, "No reason was given."),
    (TaxabilityReason.NOT_COLLECTING, "The business collects no tax there."),
    (TaxabilityReason.NOT_SUBJECT_TO_TAX, "Not subject to tax."),
    (TaxabilityReason.NOT_SUPPORTED, "Not supported there."),
    (TaxabilityReason.PORTION_PRODUCT_EXEMPT, "A part of the product is exempt."),
    (TaxabilityReason.PORTION_REDUCED_RATED, "A part has a reduced rate."),
    (TaxabilityReason.PORTION_STANDARD_RATED, "A part has the standard rate."),
    (TaxabilityReason.PRODUCT_EXEMPT, "The product is exempt."),
    (TaxabilityReason.PRODUCT_EXEMPT_HOLIDAY, "The product is exempt for a while."),
    (TaxabilityReason.PROPORTIONALLY_RATED, "Rated in proportion."),
    (TaxabilityReason.REDUCED_RATED, "A reduced rate."),
    (TaxabilityReason.REVERSE_CHARGE, "The customer accounts for the tax."),
    (TaxabilityReason.STANDARD_RATED, "The standard rate."),
    (TaxabilityReason.TAXABLE_BASIS_REDUCED, "Only a part of the price is taxed."),
    (TaxabilityReason.ZERO_RATED, "A rate of zero."),
    (CouponDuration.ONCE, "For one invoice."),
    (CouponDuration.REPEATING, "For `durationInMonths`."),
    (CouponDuration.FOREVER, "Without end."),
    (CreditNoteStatus.ISSUED, "It counts."),
    (CreditNoteStatus.VOID, "It was taken back."),
    (CreditNoteType.PRE_PAYMENT, "It reduces what is still to be paid."),
    (CreditNoteType.POST_PAYMENT, "It gives back what was paid."),
    (CreditNoteType.MIXED, "It does both."),
    (CreditNoteReason.DUPLICATE, "Billed twice."),
    (CreditNoteReason.FRAUDULENT, "Fraud."),
    (CreditNoteReason.ORDER_CHANGE, "The order changed."),
    (CreditNoteReason.PRODUCT_UNSATISFACTORY, "The customer is not content."),
    (CreditNoteLineType.INVOICE_LINE_ITEM, "A part of a line of the invoice."),
    (CreditNoteLineType.CUSTOM_LINE_ITEM, "Something of its own."),
    (PaymentIntentStatus.REQUIRES_PAYMENT_METHOD, "Waiting for a payment method that works."),
    (PaymentIntentStatus.REQUIRES_ACTION, "Waiting for the customer to authenticate."),
    (PaymentIntentStatus.SUCCEEDED, "The money is there."),
    (PaymentIntentStatus.CANCELED, "No money will come."),
    (TestClockStatus.READY, "It stands still."),
    (TestClockStatus.ADVANCING, "It is on its way to `targetTime`."),
    (TestClockStatus.INTERNAL_FAILURE, "It could not be advanced."),
    (TemplateStatus.ACTIVE, "New objects may use it."),
    (TemplateStatus.ARCHIVED, "Only objects that use it already do so."),
    (PageSize.A4, "A4."),
    (PageSize.LETTER, "US letter."),
    (PageSize.AUTO, "What is usual where the customer is."),
    (AmountTaxDisplay.EXCLUDE_TAX, "Amounts without tax."),
    (AmountTaxDisplay.INCLUDE_INCLUSIVE_TAX, "Amounts with the tax they contain."),
    (PendingItems.INCLUDE, "Put the customer's pending items of the same currency on the invoice, up to 250."),
    (PendingItems.EXCLUDE, "Leave pending items pending."),
    (LineRemoval.DELETE, "Delete the line's invoice item as well."),
    (LineRemoval.UNASSIGN, "Make the line's invoice item pending again."),
    (EventType.INVOICEITEM_CREATED, "An invoice item was created."),
    (EventType.INVOICEITEM_DELETED, "An invoice item was deleted."),
    (EventType.INVOICE_PAYMENT_PAID, "An invoice payment was paid."),
    (EventType.INVOICE_CREATED, "An invoice was created: status DRAFT."),
    (EventType.INVOICE_DELETED, "A draft was deleted."),
    (EventType.INVOICE_UPDATED, "An invoice changed; `previousAttributes` has the old values."),
    (EventType.INVOICE_FINALIZED, "An invoice was finalized: status OPEN, or PAID when nothing was due."),
    (EventType.INVOICE_FINALIZATION_FAILED, "An invoice could not be finalized; `lastFinalizationError` says why."),
    (EventType.INVOICE_SENT, "An invoice was sent to its customer."),
    (EventType.INVOICE_VOIDED, "An invoice was voided: status VOID."),
    (EventType.INVOICE_MARKED_UNCOLLECTIBLE, "An invoice was given up: status UNCOLLECTIBLE."),
    (EventType.INVOICE_WILL_BE_DUE, "The due date of an open invoice comes near; see `willBeDueDays` of the account."),
    (EventType.INVOICE_OVERDUE, "The due date of an open invoice has passed; see `overdueAfterDays` of the account."),
    (EventType.INVOICE_PAYMENT_ACTION_REQUIRED, "A payment needs the customer."),
    (EventType.INVOICE_PAYMENT_FAILED, "A payment was attempted and failed."),
    (EventType.INVOICE_PAID, "An invoice is paid, for whatever reason: status PAID."),
    (EventType.INVOICE_PAYMENT_SUCCEEDED, "An invoice was paid through the payment provider."),
    (EventType.INVOICE_OVERPAID, "More was paid than was due; the rest is credited to the customer's balance."),
    (EventType.CREDIT_NOTE_CREATED, "A credit note was issued."),
    (EventType.CREDIT_NOTE_UPDATED, "A credit note's memo or metadata changed."),
    (EventType.CREDIT_NOTE_VOIDED, "A credit note was taken back."),
    (EventType.PRODUCT_CREATED, "A product was created."),
    (EventType.PRODUCT_UPDATED, "A product changed."),
    (EventType.PRICE_CREATED, "A price was created."),
    (EventType.PRICE_UPDATED, "A price changed."),
    (EventType.TAX_RATE_CREATED, "A tax rate was created."),
    (EventType.TAX_RATE_UPDATED, "A tax rate changed."),
    (EventType.COUPON_CREATED, "A coupon was created."),
    (EventType.COUPON_UPDATED, "A coupon changed."),
    (EventType.COUPON_DELETED, "A coupon was deleted."),
    (EventType.PROMOTION_CODE_CREATED, "A promotion code was created."),
    (EventType.PROMOTION_CODE_UPDATED, "A promotion code changed."),
    (EventType.TEST_HELPERS_TEST_CLOCK_CREATED, "A test clock was created."),
    (EventType.TEST_HELPERS_TEST_CLOCK_ADVANCING, "A test clock began to advance."),
    (EventType.TEST_HELPERS_TEST_CLOCK_READY, "A test clock arrived."),
    (EventType.TEST_HELPERS_TEST_CLOCK_DELETED, "A test clock was deleted."),
    (EventType.CUSTOMER_CREATED, "A customer was created."),
    (EventType.CUSTOMER_UPDATED, "A customer changed, its balance and delinquency included."),
    (Rule.LINE_AMOUNT, "The amount of a line, from its quantity and unit amount or as given."),
    (Rule.LINE_DISCOUNT, "A discount of a line."),
    (Rule.INVOICE_DISCOUNT, "A discount of the invoice, over all eligible lines."),
    (Rule.DISCOUNT_SHARE, "A line's share of a discount of the invoice, by largest remainder."),
    (Rule.SUBTOTAL, "The sum of the lines after their own discounts."),
    (Rule.SUBTOTAL_TAX, "The inclusive tax in the subtotal."),
    (Rule.SUBTOTAL_EXCLUDING_TAX, "The subtotal without inclusive tax."),
    (Rule.TAX, "A tax of a line."),
    (Rule.TAX_SUM, "A tax over all lines, rounded once."),
    (Rule.TAX_SHARE, "A line's share of a tax that was rounded once, by largest remainder."),
    (Rule.TAX_GIVEN, "A tax amount that was given, not calculated."),
    (Rule.TAX_BACKED_OUT, "Inclusive tax taken out of the price of an exempt customer."),
    (Rule.SHIPPING, "Shipping."),
    (Rule.TOTAL, "Lines, exclusive tax and shipping together."),
    (Rule.TOTAL_EXCLUDING_TAX, "The total without any tax."),
    (Rule.BALANCE, "The total with the customer's balance."),
    (Rule.MINIMUM, "An amount below the smallest charge is carried to the balance."),
    (Rule.QUANTUM, "The amount due is rounded to what the currency can be paid in."),
    (Rule.AMOUNT_DUE, "What the customer has to pay."),
    (ErrorCode.RESOURCE_MISSING, "No object with that id."),
    (ErrorCode.PARAMETER_MISSING, "A field is needed that was not given."),
    (ErrorCode.PARAMETER_UNKNOWN, "A field is not supported."),
    (ErrorCode.PARAMETERS_EXCLUSIVE, "Two fields can't be given together; `path` leads to the second."),
    (ErrorCode.PARAMETER_INVALID_INTEGER, "An integer is out of its range."),
    (ErrorCode.PARAMETER_INVALID_STRING_EMPTY, "A text is empty."),
    (ErrorCode.PARAMETER_INVALID_STRING_BLANK, "A text consists of spaces."),
    (ErrorCode.PARAMETER_INVALID_EMPTY, "A list is empty."),
    (ErrorCode.PARAMETER_INVALID, "A value does not fit; `message` says what would."),
    (ErrorCode.PARAMETER_INVALID_DECIMAL, "A decimal has more than 12 digits after the point."),
    (ErrorCode.INVALID_CHARGE_AMOUNT, "The currency's amounts must be divisible by its quantum."),
    (ErrorCode.AMOUNT_TOO_LARGE, "An amount is above the currency's maximum."),
    (ErrorCode.CURRENCY_MISMATCH, "Two objects have different currencies."),
    (ErrorCode.INVOICE_NOT_EDITABLE, "The invoice's status forbids the change."),
    (ErrorCode.STATUS_TRANSITION_INVALID, "The invoice's status forbids the action."),
    (ErrorCode.INVOICE_ALREADY_PAID, "The invoice is paid already."),
    (ErrorCode.INVOICE_HAS_PAYMENTS, "The invoice has payments that forbid the action."),
    (ErrorCode.INVOICE_ITEMS_LIMIT_EXCEEDED, "An invoice holds at most 250 lines."),
    (ErrorCode.INVOICE_NUMBER_TAKEN, "Another invoice has that number."),
    (
        ErrorCode.INVOICE_NO_PAYMENT_METHOD_TYPES,
        "None of the invoice's payment method types is enabled.",
    ),
    (ErrorCode.INVOICE_COLLECTION_METHOD_INVALID, "The invoice's collection method forbids the action."),
    (ErrorCode.CUSTOMER_EMAIL_MISSING, "The customer has no e-mail address."),
    (ErrorCode.INVOICE_UPCOMING_NONE, "There is nothing to preview."),
    (ErrorCode.PAYMENT_INTENT_INVALID_PARAMETER, "The payment does not fit the invoice."),
    (ErrorCode.PAYMENT_INTENT_UNEXPECTED_STATE, "The payment's state forbids the action."),
    (ErrorCode.COUPON_EXPIRED, "The coupon or promotion code can't be used any more."),
    (ErrorCode.SEARCH_QUERY_INVALID, "The search query has a fault; the message says which."),
    (ErrorCode.INVOICE_PAYMENT_INTENT_REQUIRES_ACTION, "The customer must confirm the payment."),
    (ErrorCode.RESOURCE_ALREADY_EXISTS, "Another object has that value."),
    (ErrorCode.LOCK_TIMEOUT, "Others write too much at the moment; try again."),
    (ErrorCode.VERSION_CONFLICT, "The object changed since `expectedVersion`."),
    (ErrorCode.PAYMENT_IN_PROGRESS, "A payment of the invoice is under way."),
    (ErrorCode.CURSOR_INVALID, "No cursor of this connection or log."),
    (ErrorCode.CARD_DECLINED, "The card was declined; see `declineCode`."),
    (ErrorCode.EXPIRED_CARD, "The card has expired."),
    (ErrorCode.INCORRECT_CVC, "The card's security code is wrong."),
    (ErrorCode.PROCESSING_ERROR, "The payment provider did not answer."),
    (ErrorCode.INSUFFICIENT_FUNDS, "The payment method does not hold enough."),
    (ErrorCode.IDEMPOTENCY_KEY_REUSED, "The idempotency key was used for another call."),
    (ErrorCode.IDEMPOTENCY_KEY_IN_USE, "A call with this idempotency key is under way."),
)
"""What each value means. Pairs, since members of different enums that have the same text are equal."""


PUBLISHED_NAMES: Mapping[type[Enum], str] = {Rule: "CalculationRule"}
"""Enums whose name says too little outside of their module."""


def _publish(kind: type[Enum], texts: Mapping[str, str]) -> None:
    description = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
    name = PUBLISHED_NAMES.get(kind, kind.__name__)
    definition: Any = strawberry.enum(kind, name=name, description=description).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = texts[value.name]


_texts: dict[type[Enum], dict[str, str]] = {}
for _value, _text in DESCRIPTIONS:
    _texts.setdefault(type(_value), {})[_value.name] = _text
for _kind, _of_kind in _texts.items():
    _publish(_kind, _of_kind)
