"""The inputs of the commands about credit notes, field by field."""

from invoice_graph.commands.shapes import INVOICE_ID
from invoice_graph.domain import fields
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Path, Shape, as_given, filled, list_of, refuse, text
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
    """Refuses none and more than one of some fields."""
    found = [name for name in names if given.get(name) is not None]
    listed = ", ".join(camel(name) for name in names)
    if not found:
        raise refuse(f"One of {listed} is needed; give one.", (*path, names[0]), ErrorCode.PARAMETER_MISSING)
    if len(found) > 1:
        message = f"Of {listed} only one can be given; leave the others out."
        raise refuse(message, (*path, found[1]), ErrorCode.PARAMETERS_EXCLUSIVE)


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
    seen: set[str] = set()
    for place, line in enumerate(given.get("lines") or ()):
        id = line.get("line_item_id")
        if id in seen:
            raise refuse(
                f"{id!r} is named twice; keep one of the entries.", (*path, "lines", str(place), "line_item_id")
            )
        if id is not None:
            seen.add(id)


def camel(name: str) -> str:
    """A field's name as callers spell it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


_ID = Field(fields.identifier, clearable=False)
_GIVEN = Field(as_given, clearable=False)
_MEMO = Field(text(MAX_MEMO))
_METADATA = Field(fields.metadata)
_LINE = Shape(
    {
        "type": _GIVEN,
        "line_item_id": Field(fields.identifier),
        "amount": _GIVEN,
        "quantity": Field(fields.quantity, clearable=False),
        "quantity_decimal": Field(fields.quantity, clearable=False),
        "unit_amount": _GIVEN,
        "unit_amount_decimal": Field(fields.decimal, clearable=False),
        "description": Field(text(fields.MAX_TEXT["description"])),
        "tax_rate_ids": Field(list_of(fields.identifier, MAX_TAX_RATES, "tax rates"), clearable=False),
    },
    required=("type",),
    creating=True,
    check=_check_line,
)

CREDIT_NOTE_CREATE = Shape(
    {
        "invoice_id": _ID,
        "amount": _GIVEN,
        "lines": Field(filled(list_of(_LINE, fields.MAX_INVOICE_ITEMS, "lines"), "line"), clearable=False),
        "shipping_amount": _GIVEN,
        "credit_amount": _GIVEN,
        "refund_amount": _GIVEN,
        "out_of_band_amount": _GIVEN,
        "reason": _GIVEN,
        "memo": _MEMO,
        "metadata": _METADATA,
        "effective_at": _GIVEN,
    },
    required=("invoice_id",),
    creating=True,
    check=_check_note,
)
CREDIT_NOTE_UPDATE = Shape({"id": _ID, "memo": _MEMO, "metadata": _METADATA}, required=("id",))
CREDIT_NOTE_VOID = INVOICE_ID
