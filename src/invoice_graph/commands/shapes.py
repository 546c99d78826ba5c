"""Fields and checks that the inputs of commands have in common."""

from invoice_graph.domain import fields
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Path, Shape, as_given, filled, list_of, refuse, text

GIVEN = Field(as_given, clearable=False)
"""What the schema has checked."""

CLEARABLE = Field(as_given)
"""The same, where null takes it away."""

ID = Field(fields.identifier, clearable=False)
REFERENCE = Field(fields.identifier)
CURRENCY = Field(fields.currency, clearable=False)
METADATA = Field(fields.metadata)
NAME = Field(text(fields.MAX_TEXT["name"]))
NAME_NEEDED = Field(fields.required_text(fields.MAX_TEXT["name"]), clearable=False)
DESCRIPTION = Field(text(fields.MAX_TEXT["description"]))
FOOTER = Field(text(fields.MAX_TEXT["footer"]))
CUSTOM_FIELDS = Field(fields.custom_fields)
PREFIX = Field(fields.prefix, clearable=False)
SEQUENCE = Field(fields.sequence, clearable=False)
PAYMENT_METHOD_TYPES = Field(
    filled(
        list_of(fields.payment_method_type, fields.MAX_PAYMENT_METHOD_TYPES, "payment method types"),
        "payment method type",
    )
)

IDENTIFIED = Shape({"id": ID}, required=("id",))
"""An object and nothing else."""


def one_of(given: Input, names: tuple[str, ...], path: Path, none: str, several: str = "") -> None:
    """Refuses none, and more than one, of some fields, with these words."""
    found = [name for name in names if given.get(name) is not None]
    if not found:
        raise refuse(none, (*path, names[0]), ErrorCode.PARAMETER_MISSING)
    if len(found) > 1:
        message = several or "The two fields exclude each other; give one of them."
        raise refuse(message, (*path, found[1]), ErrorCode.PARAMETERS_EXCLUSIVE)


def distinct(given: Input, name: str, path: Path) -> None:
    """Refuses lines that name the same twice."""
    seen: set[str] = set()
    for place, entry in enumerate(given.get("lines") or ()):
        id = entry.get(name)
        if id in seen:
            message = f"{id!r} is named twice; keep one of the entries."
            raise refuse(message, (*path, "lines", str(place), name))
        if id is not None:
            seen.add(id)
