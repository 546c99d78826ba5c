"""Types shared by several objects."""

import strawberry

from invoice_graph.schema.fields import described


@strawberry.interface(description="An object with an id of its own, found again by `node`.")
class Node:
    id: strawberry.ID = described("Unique over all kinds of objects; the ids of one kind sort by creation.")


@strawberry.type(description="A label that callers put on an object.")
class MetadataEntry:
    key: str = described("The label's name, up to 40 characters.")
    value: str = described("The label's text, up to 500 characters.")


@strawberry.type(description="A postal address.")
class Address:
    line1: str | None = described("Street and number.")
    line2: str | None = described("Flat, floor or building.")
    city: str | None = described("City or district.")
    state: str | None = described("State, county or region.")
    postal_code: str | None = described("Postal code.")
    country: str | None = described("Two upper-case letters (ISO 3166-1).")


@strawberry.type(description="Where goods go.")
class Shipping:
    name: str | None = described("The recipient.")
    phone: str | None = described("The recipient's telephone number.")
    address: Address | None = described("The recipient's address.")


@strawberry.type(description="A number under which a tax office knows the customer.")
class TaxId:
    type: str = described("The kind of number, such as `eu_vat`.")
    value: str = described("The number.")


@strawberry.type(description="A line printed at the head of an invoice.")
class CustomField:
    name: str = described("The field's name, up to 40 characters.")
    value: str = described("The field's text, up to 140 characters.")


METADATA_COLUMN = "details"
"""The column that holds an object's metadata; SQLAlchemy keeps the name `metadata` for itself."""
