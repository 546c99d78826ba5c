"""The inputs of the commands about credit notes, field by field."""

from invoice_graph.commands.shapes import DESCRIPTION, GIVEN, ID, METADATA, distinct, one_of
from invoice_graph.domain import fields
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Path, Shape, filled, list_of, refuse, text
from invoice_graph.domain.kinds import CreditNoteLineType

MAX_MEMO = 5000
MAX_TAX_RATES = 10
WAYS = ("amount", "lines", "shipping_amount")
"""What a note can be over; each excludes the others."""

QUANTITIES = ("quantity", "quantity_decimal")
PRICES = ("unit_amount", "unit_amount_decimal")
_OF_INVOICE_LINES = ("line_item_id", "amount")
_OF_CUSTOM_LINES = (*PRICES, "description", "tax_rate_ids")
_WAYS_BACK = ("credit_amount", "refund_amount", "out_of_band_amount")


def _one_of(given: Input, names: tuple[str, ...], path: Path) -> None:
    listed = ", ".join(camel(name) for name in names)
    several = f"Of {listed} only one can be given; leave the others out."
    one_of(given, names, path, f"One of {listed} is needed; give one.", several)


def _check_line(given: Input, path: Path) -> None:
    of_invoice = given["type"] == CreditNoteLineType.INVOICE_LINE_ITEM
    for name in _OF_CUSTOM_LINES if of_invoice else _OF_INVOICE_LINES:
        if given.get(name) is not None:
            message = f"{camel(name)} does not go with a line of type {given['type']}; leave it out."
            raise refuse(message, (*path, name))
    if of_invoice:
        if given.get("line_item_id") is None:
            message = "The line of the invoice is missing; give lineItemId."
            raise refuse(message, (*path, "line_item_id"), ErrorCode.PARAMETER_MISSING)
        _one_of(given, ("amount", *QUANTITIES), path)
    else:
        _one_of(given, PRICES, path)
        if all(given.get(name) is not None for name in QUANTITIES):
            _one_of(given, QUANTITIES, path)


def _check_note(given: Input, path: Path) -> None:
    _one_of(given, WAYS, path)
    for name in _WAYS_BACK:
        if (given.get(name) or 0) < 0:
            raise refuse(f"{given[name]} is below 0; give 0 or more.", (*path, name))
    distinct(given, "line_item_id", path)


def camel(name: str) -> str:
    """A field's name as callers spell it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


_MEMO = Field(text(MAX_MEMO))
_LINE = Shape(
    {
        "type": GIVEN,
        "line_item_id": Field(fields.identifier),
        "amount": GIVEN,
        "quantity": Field(fields.quantity, clearable=False),
        "quantity_decimal": Field(fields.quantity, clearable=False),
        "unit_amount": GIVEN,
        "unit_amount_decimal": Field(fields.decimal, clearable=False),
        "description": DESCRIPTION,
        "tax_rate_ids": Field(list_of(fields.identifier, MAX_TAX_RATES, "tax rates"), clearable=False),
    },
    required=("type",),
    creating=True,
    check=_check_line,
)

CREDIT_NOTE_CREATE = Shape(
    {
        "invoice_id": ID,
        "amount": GIVEN,
        "lines": Field(filled(list_of(_LINE, fields.MAX_INVOICE_ITEMS, "lines"), "line"), clearable=False),
        "shipping_amount": GIVEN,
        "credit_amount": GIVEN,
        "refund_amount": GIVEN,
        "out_of_band_amount": GIVEN,
        "reason": GIVEN,
        "memo": _MEMO,
        "metadata": METADATA,
        "effective_at": GIVEN,
    },
    required=("invoice_id",),
    creating=True,
    check=_check_note,
)
CREDIT_NOTE_UPDATE = Shape({"id": ID, "memo": _MEMO, "metadata": METADATA}, required=("id",))
