"""The inputs of the commands, field by field."""

from invoice_graph.commands.catalogue.shapes import PRODUCT_FIELDS, TAX_RATE_CREATE, UNIT_AMOUNTS
from invoice_graph.commands.discount_shapes import DISCOUNT, DISCOUNTS
from invoice_graph.domain import fields
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Path, Shape, as_given, filled, list_of, refuse, text, whole
from invoice_graph.domain.invoices import check_due_fields, check_due_method
from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lines import check_new_price, check_period, check_price_fields

_LIMITS = fields.MAX_TEXT
_ID = Field(fields.identifier, clearable=False)
_REFERENCE = Field(fields.identifier)
_GIVEN = Field(as_given, clearable=False)
_METADATA = Field(fields.metadata)
_MOMENT = Field(as_given)
_CURRENCY = Field(fields.currency, clearable=False)
_AMOUNT = Field(as_given, clearable=False)
_DESCRIPTION = Field(text(_LIMITS["description"]))
_FOOTER = Field(text(_LIMITS["footer"]))
_CUSTOM_FIELDS = Field(fields.custom_fields)
_PREFIX = Field(fields.prefix, clearable=False)
_SEQUENCE = Field(fields.sequence, clearable=False)
_TYPES = Field(
    filled(
        list_of(fields.payment_method_type, fields.MAX_PAYMENT_METHOD_TYPES, "payment method types"),
        "payment method type",
    )
)
_PERIOD = Field(Shape({"start": _GIVEN, "end": _GIVEN}, required=("start", "end"), check=check_period), clearable=False)


def _check_price_data(given: Input, path: Path) -> None:
    """A price described in place: of one product, with one unit amount."""
    _one_of(given, ("product_id", "product_data"), path, "Name a product, or describe one: give productId.")
    _one_of(given, ("unit_amount", "unit_amount_decimal"), path, "The price is missing; give unitAmount.")


def _check_tax_amount(given: Input, path: Path) -> None:
    _one_of(given, ("tax_rate_id", "tax_rate_data"), path, "Name a tax rate, or describe one: give taxRateId.")


def _one_of(given: Input, names: tuple[str, str], path: Path, missing: str) -> None:
    present = [name for name in names if given.get(name) is not None]
    if not present:
        raise refuse(missing, (*path, names[0]), ErrorCode.PARAMETER_MISSING)
    if len(present) > 1:
        message = "The two fields exclude each other; give one of them."
        raise refuse(message, (*path, names[1]), ErrorCode.PARAMETERS_EXCLUSIVE)


_PRICE_DATA = Shape(
    {
        "currency": _CURRENCY,
        "product_id": _REFERENCE,
        "product_data": Field(Shape(PRODUCT_FIELDS, required=("name",), creating=True), clearable=False),
        "unit_amount": UNIT_AMOUNTS["unit_amount"],
        "unit_amount_decimal": UNIT_AMOUNTS["unit_amount_decimal"],
        "tax_behavior": _GIVEN,
    },
    required=("currency",),
    creating=True,
    check=_check_price_data,
)
_TAX_AMOUNT = Shape(
    {
        "amount": _AMOUNT,
        "taxable_amount": _AMOUNT,
        "tax_rate_id": _REFERENCE,
        "tax_rate_data": Field(TAX_RATE_CREATE, clearable=False),
        "taxability_reason": _GIVEN,
    },
    required=("amount", "taxable_amount"),
    creating=True,
    check=_check_tax_amount,
)
_TAX_AMOUNTS = Field(list_of(_TAX_AMOUNT, fields.MAX_TAX_AMOUNTS, "tax amounts"))

_BILLED = {
    "amount": _AMOUNT,
    "price_id": _ID,
    "price_data": Field(_PRICE_DATA, clearable=False),
    "tax_rate_ids": Field(list_of(fields.identifier, fields.MAX_LINE_TAX_RATES, "tax rates")),
    "discounts": DISCOUNTS,
    "quantity": Field(fields.quantity, clearable=False),
    "quantity_decimal": Field(fields.quantity, clearable=False),
    "unit_amount_decimal": Field(fields.decimal, clearable=False),
    "description": _DESCRIPTION,
    "period": _PERIOD,
    "discountable": _GIVEN,
    "metadata": _METADATA,
}


def _check_new_line(given: Input, path: Path) -> None:
    """A line names a pending item, or describes a new one."""
    if given.get("invoice_item_id") is None:
        check_new_price(given, path)
        return
    for name, value in given.items():
        if name != "invoice_item_id" and value is not None:
            message = "An entry that names an invoice item takes no other field; change the item instead."
            raise refuse(message, (*path, name), ErrorCode.PARAMETERS_EXCLUSIVE)


def _check_distinct(given: Input, path: Path) -> None:
    """No invoice item is named twice."""
    _distinct(given, "invoice_item_id", path)


def _check_distinct_lines(given: Input, path: Path) -> None:
    """No line is named twice."""
    _distinct(given, "id", path)


def _distinct(given: Input, name: str, path: Path) -> None:
    seen: set[str] = set()
    for place, entry in enumerate(given.get("lines") or ()):
        id = entry.get(name)
        if id in seen:
            message = f"{id!r} is named twice; keep one of the entries."
            raise refuse(message, (*path, "lines", str(place), name))
        if id is not None:
            seen.add(id)


def _check_new_invoice(given: Input, path: Path) -> None:
    revision = given.get("from_invoice") is not None
    if given.get("customer_id") is None and not revision:
        raise refuse("The customer is missing; give customerId.", (*path, "customer_id"), ErrorCode.PARAMETER_MISSING)
    check_due_fields(given, path)
    if not revision:
        check_due_method(given, given.get("collection_method") or CollectionMethod.CHARGE_AUTOMATICALLY, path)
    _check_distinct(given, path)


def _check_payment(given: Input, path: Path) -> None:
    if given.get("paid_out_of_band") and given.get("payment_method_id") is not None:
        message = "Money that came out of band needs no paymentMethodId; leave one of the two out."
        raise refuse(message, (*path, "paid_out_of_band"), ErrorCode.PARAMETERS_EXCLUSIVE)


def _check_attached(given: Input, path: Path) -> None:
    names = ("payment_intent_id", "payment_record_id")
    _one_of(given, names, path, "Name the money to attach: give paymentIntentId or paymentRecordId.")


def _check_preview_item(given: Input, path: Path) -> None:
    """An entry describes a new line, or changes a pending item."""
    (check_new_price if given.get("invoice_item_id") is None else check_price_fields)(given, path)


NEW_LINE = Shape(
    {**_BILLED, "tax_amounts": _TAX_AMOUNTS, "invoice_item_id": _REFERENCE}, creating=True, check=_check_new_line
)
_LINE_CHANGE = Shape({"id": _ID, **_BILLED, "tax_amounts": _TAX_AMOUNTS}, required=("id",), check=check_price_fields)
_LINE_REMOVAL = Shape({"id": _ID, "behavior": _GIVEN}, required=("id", "behavior"))

_INVOICE = {
    "collection_method": _GIVEN,
    "days_until_due": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE)),
    "due_at": _MOMENT,
    "auto_advance": _GIVEN,
    "automatically_finalizes_at": _MOMENT,
    "description": _DESCRIPTION,
    "footer": _FOOTER,
    "custom_fields": _CUSTOM_FIELDS,
    "statement_descriptor": Field(fields.statement_descriptor),
    "metadata": _METADATA,
    "effective_at": _MOMENT,
    "number": Field(text(_LIMITS["number"])),
    "default_payment_method_id": _REFERENCE,
    "payment_method_types": _TYPES,
    "discounts": DISCOUNTS,
    "default_tax_rate_ids": Field(list_of(fields.identifier, fields.MAX_DEFAULT_TAX_RATES, "tax rates")),
    "shipping_cost": Field(
        Shape({"amount": _AMOUNT, "display_name": Field(text(_LIMITS["name"]))}, required=("amount",), creating=True)
    ),
    "rendering": Field(
        Shape(
            {
                "amount_tax_display": _MOMENT,
                "pdf": Field(Shape({"page_size": _MOMENT})),
                "template_id": _REFERENCE,
                "template_version": Field(whole(1, fields.MAX_SEQUENCE)),
            }
        )
    ),
}


def _lines_of_call(entry: Shape, limit: int) -> Field:
    return Field(filled(list_of(entry, limit, "lines"), "line"), clearable=False)


INVOICE_CREATE = Shape(
    {
        "customer_id": _ID,
        "currency": _CURRENCY,
        "pending_invoice_items_behavior": _GIVEN,
        "from_invoice": Field(
            Shape({"action": _GIVEN, "invoice_id": _ID}, required=("action", "invoice_id")), clearable=False
        ),
        "lines": Field(list_of(NEW_LINE, fields.MAX_INVOICE_ITEMS, "lines"), clearable=False),
        **_INVOICE,
    },
    creating=True,
    check=_check_new_invoice,
)
_PREVIEW_ITEM = Shape(
    {**_BILLED, "tax_amounts": _TAX_AMOUNTS, "invoice_item_id": _REFERENCE, "currency": _CURRENCY},
    creating=True,
    check=_check_preview_item,
)
INVOICE_PREVIEW = Shape(
    {
        "customer_id": _ID,
        "currency": _CURRENCY,
        "collection_method": _GIVEN,
        **{name: _INVOICE[name] for name in ("discounts", "default_tax_rate_ids", "shipping_cost")},
        "invoice_items": Field(list_of(_PREVIEW_ITEM, fields.MAX_INVOICE_ITEMS, "invoice items"), clearable=False),
    },
    required=("customer_id",),
    creating=True,
)
INVOICE_UPDATE = Shape({"id": _ID, **_INVOICE}, required=("id",), check=check_due_fields)
INVOICE_ID = Shape({"id": _ID}, required=("id",))
INVOICE_FINALIZE = Shape({"id": _ID, "auto_advance": Field(as_given)}, required=("id",))
INVOICE_PAY = Shape(
    {
        "id": _ID,
        "payment_method_id": _REFERENCE,
        "paid_out_of_band": Field(as_given),
        "forgive": Field(as_given),
        "off_session": Field(as_given),
    },
    required=("id",),
    check=_check_payment,
)
ATTACH_PAYMENT = Shape(
    {"id": _ID, "payment_intent_id": _REFERENCE, "payment_record_id": _REFERENCE},
    required=("id",),
    check=_check_attached,
)
INTENT_CREATE = Shape(
    {"customer_id": _ID, "amount": _AMOUNT, "currency": _CURRENCY, "payment_method_id": _REFERENCE},
    required=("customer_id", "amount", "currency"),
    creating=True,
)
INTENT_CONFIRM = Shape({"id": _ID, "payment_method_id": _REFERENCE}, required=("id",))
RECORD_CREATE = Shape(
    {
        "customer_id": _ID,
        "amount": _AMOUNT,
        "currency": _CURRENCY,
        "reference": Field(text(_LIMITS["name"])),
        "received_at": _MOMENT,
    },
    required=("customer_id", "amount", "currency"),
    creating=True,
)
CLOCK_CREATE = Shape(
    {"frozen_time": _GIVEN, "name": Field(text(_LIMITS["name"]))}, required=("frozen_time",), creating=True
)
CLOCK_ADVANCE = Shape({"id": _ID, "frozen_time": _GIVEN}, required=("id", "frozen_time"))
ADD_LINES = Shape(
    {"id": _ID, "lines": _lines_of_call(NEW_LINE, fields.MAX_LINES_PER_CALL), "invoice_metadata": _METADATA},
    required=("id", "lines"),
    check=_check_distinct,
)
UPDATE_LINES = Shape(
    {"id": _ID, "lines": _lines_of_call(_LINE_CHANGE, fields.MAX_LINES_PER_CALL), "invoice_metadata": _METADATA},
    required=("id", "lines"),
    check=_check_distinct_lines,
)
REMOVE_LINES = Shape(
    {"id": _ID, "lines": _lines_of_call(_LINE_REMOVAL, fields.MAX_LINES_PER_CALL), "invoice_metadata": _METADATA},
    required=("id", "lines"),
    check=_check_distinct_lines,
)
ITEM_CREATE = Shape(
    {"customer_id": _ID, "invoice_id": _REFERENCE, "currency": _CURRENCY, **_BILLED},
    required=("customer_id",),
    creating=True,
    check=check_new_price,
)
ITEM_UPDATE = Shape({"id": _ID, **_BILLED}, required=("id",), check=check_price_fields)

_TAX_ID = Shape(
    {"type": Field(fields.tax_id_type), "value": Field(fields.required_text(_LIMITS["name"]))},
    required=("type", "value"),
)
_CUSTOMER = {
    "name": Field(text(_LIMITS["name"])),
    "email": Field(fields.email),
    "phone": Field(text(_LIMITS["phone"])),
    "description": _DESCRIPTION,
    "address": Field(fields.address),
    "shipping": Field(fields.shipping),
    "metadata": _METADATA,
    "tax_exempt": _GIVEN,
    "balance": _AMOUNT,
    "invoice_prefix": _PREFIX,
    "next_invoice_sequence": _SEQUENCE,
    "default_payment_method_id": _REFERENCE,
    "invoice_footer": _FOOTER,
    "invoice_custom_fields": _CUSTOM_FIELDS,
    "discount": Field(DISCOUNT),
    "tax_ids": Field(list_of(_TAX_ID, fields.MAX_TAX_IDS, "tax ids")),
    "rendering_template_id": _REFERENCE,
    "amount_tax_display": _MOMENT,
    "preferred_locales": Field(list_of(fields.required_text(_LIMITS["locale"]), fields.MAX_LOCALES, "locales")),
}
CUSTOMER_CREATE = Shape({"currency": _CURRENCY, "test_clock_id": _REFERENCE, **_CUSTOMER}, creating=True)
CUSTOMER_UPDATE = Shape({"id": _ID, **_CUSTOMER}, required=("id",))

ACCOUNT = Shape(
    {
        "name": Field(fields.required_text(_LIMITS["name"]), clearable=False),
        "country": Field(fields.country),
        "default_currency": _CURRENCY,
        "invoice_numbering": _GIVEN,
        "invoice_prefix": _PREFIX,
        "tax_rounding": _GIVEN,
        "grace_seconds": Field(whole(0, fields.MAX_GRACE_SECONDS), clearable=False),
        "payment_terms_days": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE), clearable=False),
        "payment_method_types": _TYPES,
        "next_invoice_sequence": _SEQUENCE,
        "overdue_after_days": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE), clearable=False),
        "will_be_due_days": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE), clearable=False),
        "exhausted_retries": _GIVEN,
        "invoice_description": _DESCRIPTION,
        "invoice_footer": _FOOTER,
        "invoice_custom_fields": _CUSTOM_FIELDS,
    }
)
