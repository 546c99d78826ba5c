"""How names of the REST interface are spelled in the schema, where camelCase and the conventions do not say it."""

from collections.abc import Mapping

ANY = "*"

RENAMED_ARGUMENTS: Mapping[tuple[str, str], str] = {
    (ANY, "due_date"): "dueAt",
    (ANY, "created"): "createdAt",
    (ANY, "invoiceitem"): "invoiceItemId",
    (ANY, "invoice_line_item"): "lineItemId",
    (ANY, "default_payment_method"): "defaultPaymentMethodId",
    (ANY, "payment_settings.payment_method_types"): "paymentMethodTypes",
    (ANY, "pricing.price"): "priceId",
    (ANY, "invoice_settings.default_payment_method"): "defaultPaymentMethodId",
    (ANY, "invoice_settings.footer"): "invoiceFooter",
    (ANY, "invoice_settings.custom_fields"): "invoiceCustomFields",
    (ANY, "promotion.coupon"): "couponId",
    (ANY, "shipping_rate_data.fixed_amount.amount"): "amount",
    (ANY, "shipping_rate_data.display_name"): "displayName",
    ("AccountUpdateInput", "enabled_payment_method_types"): "paymentMethodTypes",
    ("CouponCreateInput", "id"): "code",
    ("PaymentSourceWhere", "payment_intent"): "reference",
    ("PaymentSourceWhere", "payment_record"): "reference",
}
"""Parameters by input type and path. A path has dots where members of a spread object are meant."""

SPREAD_ARGUMENTS = frozenset(
    {
        *("payment_settings", "pricing", "invoice_settings", "promotion"),
        *("shipping_rate_data", "shipping_rate_data.fixed_amount"),
    }
)
"""Objects whose members stand one level higher in our inputs."""

IMPLIED_ARGUMENTS = frozenset(
    {"shipping_rate_data.fixed_amount.currency", "shipping_rate_data.type", "promotion.type", "tax_rate_details.type"}
)
"""Parameters that our inputs do not need: an invoice has one currency, a promotion code always gives a coupon."""

RENAMED_FIELDS: Mapping[tuple[str, str], str] = {
    (ANY, "due_date"): "dueAt",
    (ANY, "created"): "createdAt",
    (ANY, "date"): "createdAt",
    (ANY, "amount_paid_off_stripe"): "amountPaidOutOfBand",
    (ANY, "hosted_invoice_url"): "hostedUrl",
    (ANY, "invoice_pdf"): "pdfUrl",
    (ANY, "next_payment_attempt"): "nextPaymentAttemptAt",
    (ANY, "period.start"): "periodStart",
    (ANY, "period.end"): "periodEnd",
    (ANY, "payment_settings.payment_method_types"): "paymentMethodTypes",
    (ANY, "invoice_settings.default_payment_method"): "defaultPaymentMethodId",
    (ANY, "invoice_settings.footer"): "invoiceFooter",
    (ANY, "invoice_settings.custom_fields"): "invoiceCustomFields",
    (ANY, "tax_rate_details.tax_rate"): "taxRateId",
    (ANY, "source.coupon"): "couponId",
    (ANY, "promotion.coupon"): "couponId",
    (ANY, "status_details.uncollectible.reason"): "uncollectibleReason",
    (ANY, "parent.invoice_item_details.invoice_item"): "invoiceItem",
    ("Pricing", "price_details.price"): "priceId",
    ("Pricing", "price_details.product"): "productId",
    ("CreditNoteLine", "invoice_line_item"): "lineItem",
    ("PaymentSource", "payment_intent"): "reference",
    ("PaymentSource", "payment_record"): "reference",
    ("TestClock", "frozen_time"): "frozenTime",
}
"""Fields by type and path."""

SPREAD_FIELDS = frozenset(
    {
        *("period", "payment_settings", "invoice_settings", "tax_rate_details", "price_details", "source"),
        *("parent", "parent.invoice_item_details", "promotion", "status_details", "status_details.uncollectible"),
    }
)
"""Objects whose members stand one level higher in our types."""

NOT_COMPARED = frozenset({(ANY, "object"), (ANY, "livemode"), ("FinalizationError", "type")})
"""Fields that are about the REST interface itself."""

LIST_ARGUMENTS: Mapping[str, str] = {
    "limit": "first",
    "starting_after": "after",
    "ending_before": "before",
    "query": "search",
    "page": "after",
}
"""Parameters of lists and searches by the argument that takes them."""

LISTS: Mapping[str, tuple[str, ...]] = {
    "invoice.list": ("invoices",),
    "invoice.search": ("invoices",),
    "invoice.list_lines": ("invoice", "lines"),
    "invoice_line_item.list": ("invoice", "lines"),
    "invoice_item.list": ("invoiceItems",),
    "invoice_payment.list": ("invoicePayments",),
    "customer.list": ("customers",),
    "customer_balance_transaction.list": ("customer", "balanceTransactions"),
    "credit_note.list": ("creditNotes",),
    "credit_note.list_lines": ("creditNote", "lines"),
    "product.list": ("products",),
    "price.list": ("prices",),
    "tax_rate.list": ("taxRates",),
    "coupon.list": ("coupons",),
    "promotion_code.list": ("promotionCodes",),
    "invoice_rendering_template.list": ("invoiceRenderingTemplates",),
    "event.list": ("events",),
}
"""Where lists are: a root field, or a connection of the object that a parameter of the root field's name names."""

MUTATIONS: Mapping[str, str] = {
    "invoice.create_preview": "invoicePreview",
    "credit_note.preview": "creditNotePreview",
    "test.payment_intent.succeed": "paymentIntentConfirm",
}
"""Operations whose mutation is not named after them."""

OWN_PARAMETERS: Mapping[str, str] = {"invoice_rendering_template": "template"}
"""The parameter that names the object itself, by its kind, where it is not the kind's name."""

IMPLIED_BY_OPERATION: Mapping[str, Mapping[str, str]] = {
    "test.payment_intent.succeed": {"payment_method": "pm_card_visa"},
    "coupon.create": {"duration": "forever"},
    "tax_rate.create": {"display_name": "Tax"},
}
"""What a vector may leave unsaid."""

COERCION_REFUSALS: Mapping[str, str] = {
    "PARAMETER_UNKNOWN": "not to include unknown field",
    "PARAMETER_MISSING": "to include required field",
    "PARAMETER_INVALID": "",
    "PARAMETER_INVALID_INTEGER": "",
    "PARAMETER_INVALID_DECIMAL": "",
    "PARAMETER_INVALID_EMPTY": "",
}
"""Codes that GraphQL itself may forestall for a value of the wrong type, and what its message then says."""

DECIDED: Mapping[tuple[str, str], str] = {
    ("RESOURCE_MISSING", "starting_after"): "CURSOR_INVALID",
    ("RESOURCE_MISSING", "ending_before"): "CURSOR_INVALID",
}
"""Codes that we decided differently, by code and parameter; the reasons are in the README of the suites."""
