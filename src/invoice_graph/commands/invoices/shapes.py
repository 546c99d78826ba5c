"""The inputs of the commands about invoices, their lines and invoice items, field by field."""

from invoice_graph.commands.catalogue.shapes import PRODUCT_FIELDS, TAX_RATE_CREATE, UNIT_AMOUNTS
from invoice_graph.commands.shapes import (
    CLEARABLE,
    CURRENCY,
    CUSTOM_FIELDS,
    DESCRIPTION,
    FOOTER,
    GIVEN,
    ID,
    METADATA,
    NAME,
    PAYMENT_METHOD_TYPES,
    REFERENCE,
    distinct,
    one_of,
)
from invoice_graph.domain import fields
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Path, Shape, filled, list_of, refuse, text, whole
from invoice_graph.domain.invoices import check_due_fields, check_due_method
from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lines import check_new_price, check_period, check_price_fields

MAX_DISCOUNTS = 20
SOURCES = ("coupon_id", "promotion_code_id", "discount_id")


def _check_one_source(given: Input, path: Path) -> None:
    none = "The entry names nothing; give a couponId, a promotionCodeId or a discountId."
    several = "The entry names two things; give one of couponId, promotionCodeId and discountId."
    one_of(given, SOURCES, path, none, several)


DISCOUNT = Shape(dict.fromkeys(SOURCES, REFERENCE), creating=True, check=_check_one_source)
"""One entry."""

_ENTRIES = list_of(DISCOUNT, MAX_DISCOUNTS, "discounts")


def discounts(value: list[Input], path: Path) -> list[Input]:
    """The entries, none of them twice."""
    entries: list[Input] = _ENTRIES(value, path)
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            raise refuse("The entry is there twice; keep one of them.", (*path, str(place)))
    return entries


DISCOUNTS = Field(discounts)
"""The field `discounts` of an input."""

_PERIOD = Field(Shape({"start": GIVEN, "end": GIVEN}, required=("start", "end"), check=check_period), clearable=False)


def _check_price_data(given: Input, path: Path) -> None:
    """A price described in place: of one product, with one unit amount."""
    one_of(given, ("product_id", "product_data"), path, "Name a product, or describe one: give productId.")
    one_of(given, ("unit_amount", "unit_amount_decimal"), path, "The price is missing; give unitAmount.")


def _check_tax_amount(given: Input, path: Path) -> None:
    one_of(given, ("tax_rate_id", "tax_rate_data"), path, "Name a tax rate, or describe one: give taxRateId.")


_PRICE_DATA = Shape(
    {
        "currency": CURRENCY,
        "product_id": REFERENCE,
        "product_data": Field(Shape(PRODUCT_FIELDS, required=("name",), creating=True), clearable=False),
        "unit_amount": UNIT_AMOUNTS["unit_amount"],
        "unit_amount_decimal": UNIT_AMOUNTS["unit_amount_decimal"],
        "tax_behavior": GIVEN,
    },
    required=("currency",),
    creating=True,
    check=_check_price_data,
)
_TAX_AMOUNT = Shape(
    {
        "amount": GIVEN,
        "taxable_amount": GIVEN,
        "tax_rate_id": REFERENCE,
        "tax_rate_data": Field(TAX_RATE_CREATE, clearable=False),
        "taxability_reason": GIVEN,
    },
    required=("amount", "taxable_amount"),
    creating=True,
    check=_check_tax_amount,
)
_TAX_AMOUNTS = Field(list_of(_TAX_AMOUNT, fields.MAX_TAX_AMOUNTS, "tax amounts"))

_BILLED = {
    "amount": GIVEN,
    "price_id": ID,
    "price_data": Field(_PRICE_DATA, clearable=False),
    "tax_rate_ids": Field(list_of(fields.identifier, fields.MAX_LINE_TAX_RATES, "tax rates")),
    "discounts": DISCOUNTS,
    "quantity": Field(fields.quantity, clearable=False),
    "quantity_decimal": Field(fields.quantity, clearable=False),
    "unit_amount_decimal": Field(fields.decimal, clearable=False),
    "description": DESCRIPTION,
    "period": _PERIOD,
    "discountable": GIVEN,
    "metadata": METADATA,
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
    distinct(given, "invoice_item_id", path)


def _check_distinct_lines(given: Input, path: Path) -> None:
    """No line is named twice."""
    distinct(given, "id", path)


def _check_new_invoice(given: Input, path: Path) -> None:
    revision = given.get("from_invoice") is not None
    if given.get("customer_id") is None and not revision:
        raise refuse("The customer is missing; give customerId.", (*path, "customer_id"), ErrorCode.PARAMETER_MISSING)
    check_due_fields(given, path)
    if not revision:
        check_due_method(given, given.get("collection_method") or CollectionMethod.CHARGE_AUTOMATICALLY, path)
    _check_distinct(given, path)


def _check_preview_item(given: Input, path: Path) -> None:
    """An entry describes a new line, or changes a pending item."""
    (check_new_price if given.get("invoice_item_id") is None else check_price_fields)(given, path)


NEW_LINE = Shape(
    {**_BILLED, "tax_amounts": _TAX_AMOUNTS, "invoice_item_id": REFERENCE}, creating=True, check=_check_new_line
)
_LINE_CHANGE = Shape({"id": ID, **_BILLED, "tax_amounts": _TAX_AMOUNTS}, required=("id",), check=check_price_fields)
_LINE_REMOVAL = Shape({"id": ID, "behavior": GIVEN}, required=("id", "behavior"))

_INVOICE = {
    "collection_method": GIVEN,
    "days_until_due": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE)),
    "due_at": CLEARABLE,
    "auto_advance": GIVEN,
    "automatically_finalizes_at": CLEARABLE,
    "description": DESCRIPTION,
    "footer": FOOTER,
    "custom_fields": CUSTOM_FIELDS,
    "statement_descriptor": Field(fields.statement_descriptor),
    "metadata": METADATA,
    "effective_at": CLEARABLE,
    "number": Field(text(fields.MAX_TEXT["number"])),
    "default_payment_method_id": REFERENCE,
    "payment_method_types": PAYMENT_METHOD_TYPES,
    "discounts": DISCOUNTS,
    "default_tax_rate_ids": Field(list_of(fields.identifier, fields.MAX_DEFAULT_TAX_RATES, "tax rates")),
    "shipping_cost": Field(Shape({"amount": GIVEN, "display_name": NAME}, required=("amount",), creating=True)),
    "rendering": Field(
        Shape(
            {
                "amount_tax_display": CLEARABLE,
                "pdf": Field(Shape({"page_size": CLEARABLE})),
                "template_id": REFERENCE,
                "template_version": Field(whole(1, fields.MAX_SEQUENCE)),
            }
        )
    ),
}


def _lines_of_call(entry: Shape, limit: int) -> Field:
    return Field(filled(list_of(entry, limit, "lines"), "line"), clearable=False)


INVOICE_CREATE = Shape(
    {
        "customer_id": ID,
        "currency": CURRENCY,
        "pending_invoice_items_behavior": GIVEN,
        "from_invoice": Field(
            Shape({"action": GIVEN, "invoice_id": ID}, required=("action", "invoice_id")), clearable=False
        ),
        "lines": Field(list_of(NEW_LINE, fields.MAX_INVOICE_ITEMS, "lines"), clearable=False),
        **_INVOICE,
    },
    creating=True,
    check=_check_new_invoice,
)
_PREVIEW_ITEM = Shape(
    {**_BILLED, "tax_amounts": _TAX_AMOUNTS, "invoice_item_id": REFERENCE, "currency": CURRENCY},
    creating=True,
    check=_check_preview_item,
)
INVOICE_PREVIEW = Shape(
    {
        "customer_id": ID,
        "currency": CURRENCY,
        "collection_method": GIVEN,
        **{name: _INVOICE[name] for name in ("discounts", "default_tax_rate_ids", "shipping_cost")},
        "invoice_items": Field(list_of(_PREVIEW_ITEM, fields.MAX_INVOICE_ITEMS, "invoice items"), clearable=False),
    },
    required=("customer_id",),
    creating=True,
)
INVOICE_UPDATE = Shape({"id": ID, **_INVOICE}, required=("id",), check=check_due_fields)
INVOICE_FINALIZE = Shape({"id": ID, "auto_advance": CLEARABLE}, required=("id",))
ADD_LINES = Shape(
    {"id": ID, "lines": _lines_of_call(NEW_LINE, fields.MAX_LINES_PER_CALL), "invoice_metadata": METADATA},
    required=("id", "lines"),
    check=_check_distinct,
)
UPDATE_LINES = Shape(
    {"id": ID, "lines": _lines_of_call(_LINE_CHANGE, fields.MAX_LINES_PER_CALL), "invoice_metadata": METADATA},
    required=("id", "lines"),
    check=_check_distinct_lines,
)
REMOVE_LINES = Shape(
    {"id": ID, "lines": _lines_of_call(_LINE_REMOVAL, fields.MAX_LINES_PER_CALL), "invoice_metadata": METADATA},
    required=("id", "lines"),
    check=_check_distinct_lines,
)
ITEM_CREATE = Shape(
    {"customer_id": ID, "invoice_id": REFERENCE, "currency": CURRENCY, **_BILLED},
    required=("customer_id",),
    creating=True,
    check=check_new_price,
)
ITEM_UPDATE = Shape({"id": ID, **_BILLED}, required=("id",), check=check_price_fields)
