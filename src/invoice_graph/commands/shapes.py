"""The inputs of the commands, field by field."""

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

_BILLED = {
    "amount": _AMOUNT,
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
    check_due_fields(given, path)
    check_due_method(given, given.get("collection_method") or CollectionMethod.CHARGE_AUTOMATICALLY, path)
    _check_distinct(given, path)


def _check_payment(given: Input, path: Path) -> None:
    if given.get("paid_out_of_band") and given.get("payment_method_id") is not None:
        message = "Money that came out of band needs no paymentMethodId; leave one of the two out."
        raise refuse(message, (*path, "paid_out_of_band"), ErrorCode.PARAMETERS_EXCLUSIVE)


def _check_attached(given: Input, path: Path) -> None:
    intent, record = given.get("payment_intent_id"), given.get("payment_record_id")
    if intent is None and record is None:
        message = "Name the money to attach: give paymentIntentId or paymentRecordId."
        raise refuse(message, (*path, "payment_intent_id"), ErrorCode.PARAMETER_MISSING)
    if intent is not None and record is not None:
        message = "Attach one payment at a time: give either paymentIntentId or paymentRecordId."
        raise refuse(message, (*path, "payment_record_id"), ErrorCode.PARAMETERS_EXCLUSIVE)


NEW_LINE = Shape({**_BILLED, "invoice_item_id": _REFERENCE}, creating=True, check=_check_new_line)
_LINE_CHANGE = Shape({"id": _ID, **_BILLED}, required=("id",), check=check_price_fields)
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
}


def _lines_of_call(entry: Shape, limit: int) -> Field:
    return Field(filled(list_of(entry, limit, "lines"), "line"), clearable=False)


INVOICE_CREATE = Shape(
    {
        "customer_id": _ID,
        "currency": _CURRENCY,
        "pending_invoice_items_behavior": _GIVEN,
        "lines": Field(list_of(NEW_LINE, fields.MAX_INVOICE_ITEMS, "lines"), clearable=False),
        **_INVOICE,
    },
    required=("customer_id",),
    creating=True,
    check=_check_new_invoice,
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
