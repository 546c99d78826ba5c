"""What a customer sees who acts for themselves, and what they may do: what has no row here is closed to them.

Each type has one row, in which each of its fields is either shown or hidden; a test fails when one is in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from invoice_graph.domain.events import EventType


@dataclass(frozen=True, slots=True)
class Sight:
    """What customers see of a type."""

    shown: frozenset[str]
    hidden: frozenset[str]


def names(text: str) -> frozenset[str]:
    """The names in a text."""
    return frozenset(text.split())


def _sight(shown: str, hidden: str = "") -> Sight:
    return Sight(names(shown), names(hidden))


SIGHTS: Mapping[str, Sight] = {
    "Query": _sight(
        "creditNote creditNotes currencies customer eventCursor invoice invoicePayment invoicePayments invoices node "
        "nodes",
        "account coupon coupons customers events invoiceItem invoiceItems invoiceRenderingTemplate "
        "invoiceRenderingTemplates paymentIntent paymentRecord price prices product products promotionCode "
        "promotionCodes taxRate taxRates testClock testClocks",
    ),
    "Subscription": _sight("events invoiceStatusChanged"),
    "Invoice": _sight(
        "accountCountry accountName amountDue amountOverpaid amountPaid amountPaidOutOfBand amountRemaining "
        "amountShipping collectionMethod createdAt creditNotes currency currencyDigits customFields customer "
        "customerAddress customerEmail customerName customerPhone customerShipping customerTaxExempt customerTaxIds "
        "description dueAt effectiveAt endingBalance footer hostedUrl id latestRevision lines livemode number overdue "
        "paymentMethodTypes payments pdfUrl periodEnd periodStart postPaymentCreditNotesAmount "
        "prePaymentCreditNotesAmount shippingCost startingBalance status statusTransitions subtotal "
        "subtotalExcludingTax total totalDiscountAmounts totalExcludingTax totalTaxes version",
        "allowedActions attemptCount attempted autoAdvance automaticallyFinalizesAt billingReason calculation "
        "defaultPaymentMethodId defaultTaxRates discounts events fromInvoice lastFinalizationError metadata "
        "nextPaymentAttemptAt rendering statementDescriptor testClock uncollectibleReason webhooksDeliveredAt",
    ),
    "InvoiceStatusTransitions": _sight("finalizedAt markedUncollectibleAt paidAt voidedAt"),
    "LineItem": _sight(
        "amount currency currencyDigits description discountAmounts id invoice periodEnd periodStart pricing quantity "
        "quantityDecimal subtotal taxes",
        "discountable discounts invoiceItem metadata taxRates",
    ),
    "Pricing": _sight("unitAmountDecimal", "price product"),
    "TaxAmount": _sight("amount taxBehavior taxRate taxRateId taxabilityReason taxableAmount"),
    "TaxRate": _sight(
        "country displayName id inclusive jurisdiction percentage state taxType",
        "active createdAt description metadata version",
    ),
    "DiscountAmount": _sight("amount discount discountId"),
    "Discount": _sight(
        "amountOff currency id name percentOff",
        "coupon couponId createdAt currencyOptions customer end invoice invoiceItem productIds promotionCode start",
    ),
    "ShippingCost": _sight("amountSubtotal amountTax amountTotal displayName"),
    "InvoicePayment": _sight(
        "amountPaid amountRequested createdAt currency currencyDigits id invoice isDefault payment status "
        "statusTransitions"
    ),
    "InvoicePaymentStatusTransitions": _sight("canceledAt paidAt"),
    "PaymentSource": _sight("type", "paymentIntent paymentRecord reference"),
    "CreditNote": _sight(
        "amount amountShipping createdAt creditAmount currency currencyDigits customer discountAmount discountAmounts "
        "effectiveAt id invoice lines memo number outOfBandAmount postPaymentAmount prePaymentAmount reason "
        "refundAmount status subtotal subtotalExcludingTax total totalExcludingTax totalTaxes type version voidedAt",
        "balanceTransaction metadata",
    ),
    "CreditNoteLine": _sight(
        "amount creditNote description discountAmount discountAmounts id lineItem quantity quantityDecimal taxes type "
        "unitAmountDecimal",
        "taxRateIds",
    ),
    "Customer": _sight(
        "address creditNotes currency email id invoices name phone preferredLocales shipping taxIds",
        "amountTaxDisplay balance balanceTransactions createdAt defaultPaymentMethodId delinquent description discount "
        "invoiceCustomFields invoiceFooter invoiceItems invoicePrefix metadata nextInvoiceSequence renderingTemplate "
        "taxExempt testClock version",
    ),
    # A place in the account's log, and so an event's id, would tell how much happens to others.
    "Event": _sight(
        "cursor customer customerId invoice invoiceId occurredAt type",
        "actorId actorKind data digest id idempotencyKey previousAttributes requestId sequence",
    ),
    "InvoiceStatusChange": _sight("cursor invoice invoiceId occurredAt previousStatus status type", "sequence"),
    "InvoicePayload": _sight("events invoice replayed userErrors", "deletedId"),
    "InputError": _sight("code message path"),
    "TransitionError": _sight("allowedFrom code currentStatus message path"),
    "ConflictError": _sight("code current currentVersion message path"),
    "PaymentError": _sight("code declineCode message path"),
    "Address": _sight("city country line1 line2 postalCode state"),
    "Currency": _sight("code digits maximumAmount minimumAmount quantum"),
    "CustomField": _sight("name value"),
    "PageInfo": _sight("endCursor hasNextPage hasPreviousPage startCursor"),
    "Shipping": _sight("address name phone"),
    "TaxId": _sight("type value"),
}
"""What customers see, by type."""

UNSEEN = names(
    "Account AccountPayload BalanceTransaction BalanceTransactionPayload CalculationStep Coupon "
    "CouponCurrencyOption CouponPayload CreditNotePayload CustomerPayload CustomerSessionPayload FinalizationError "
    "FromInvoice InvoiceActionState InvoiceItem InvoiceItemPayload InvoiceRendering InvoiceRenderingTemplate "
    "InvoiceRenderingTemplatePayload InvoiceSummary MetadataEntry NumberSequence PaymentIntent PaymentIntentPayload "
    "PaymentRecord PaymentRecordPayload Price PricePayload PriceRecurring PriceTier PriceTransformQuantity Product "
    "ProductPayload PromotionCode PromotionCodePayload PromotionCodeRestrictions RenderingPdf TaxRatePayload "
    "TestClock TestClockPayload"
)
"""The types of which customers see nothing."""

PAGES: Mapping[str, Sight] = {
    "InvoiceConnection": _sight("edges nodes pageInfo totalCount", "summary"),
    "CreditNoteConnection": _sight("edges nodes pageInfo totalCount"),
    "CreditNoteLineConnection": _sight("edges nodes pageInfo totalCount"),
    "InvoicePaymentConnection": _sight("edges nodes pageInfo totalCount"),
    "LineItemConnection": _sight("edges nodes pageInfo totalCount"),
    "InvoiceEdge": _sight("cursor node"),
    "CreditNoteEdge": _sight("cursor node"),
    "CreditNoteLineEdge": _sight("cursor node"),
    "InvoicePaymentEdge": _sight("cursor node"),
    "LineItemEdge": _sight("cursor node"),
}
"""What customers see of lists."""

ACTIONS: Mapping[str, frozenset[str]] = {
    "invoicePay": frozenset({"id", "paymentMethodId", "idempotencyKey", "dryRun", "expectedVersion"}),
}
"""The mutations that customers may call, and what they may say; all else stays at its default."""

EVENTS = frozenset(
    {
        EventType.INVOICE_PAYMENT_PAID,
        EventType.INVOICE_FINALIZED,
        EventType.INVOICE_SENT,
        EventType.INVOICE_VOIDED,
        EventType.INVOICE_MARKED_UNCOLLECTIBLE,
        EventType.INVOICE_WILL_BE_DUE,
        EventType.INVOICE_OVERDUE,
        EventType.INVOICE_PAYMENT_ACTION_REQUIRED,
        EventType.INVOICE_PAYMENT_FAILED,
        EventType.INVOICE_PAID,
        EventType.INVOICE_PAYMENT_SUCCEEDED,
        EventType.INVOICE_OVERPAID,
        EventType.CREDIT_NOTE_CREATED,
        EventType.CREDIT_NOTE_UPDATED,
        EventType.CREDIT_NOTE_VOIDED,
    }
)
"""The events that customers hear of: those that are about finalized invoices whenever they happen."""

FOUND = frozenset({"CreditNote", "CreditNoteLine", "Customer", "Invoice", "InvoicePayment", "LineItem"})
"""The types that `node` finds for customers. They reach others from what is theirs only."""

ARGUMENTS = names("after before customerId first id ids input invoiceId last orderBy statuses types where")
"""The arguments that customers may give. `search` is not among them: it asks for what they do not see."""


def shows(type_name: str, field: str) -> bool:
    """Whether customers see a field of a type."""
    if type_name == "Mutation":
        return field in ACTIONS
    sight = SIGHTS.get(type_name) or PAGES.get(type_name)
    return sight is not None and field in sight.shown
