"""Which lock protects a row while others write: that of the customer it belongs to, or its own.

A customer and everything that belongs to it change under the customer's lock, which is taken before anything of it is
read for good. So two operations on one customer come one after the other, and those on two never wait for each other
but for the counters, which come last: customer, what belongs to it, number counter, event counter.
"""

from collections.abc import Mapping
from functools import cache

from sqlmodel import SQLModel

from invoice_graph.store.tables import Coupon, CreditNote, Customer, Invoice, InvoiceItem, PaymentMethod, PromotionCode

OWNERS: Mapping[str, type[SQLModel]] = {
    "customer_id": Customer,
    "invoice_id": Invoice,
    "invoice_item_id": InvoiceItem,
    "credit_note_id": CreditNote,
}
"""The columns that say what a row belongs to; the first that is set counts."""

INDEPENDENT: frozenset[type[SQLModel]] = frozenset({PaymentMethod, PromotionCode})
"""Rows that may be for a certain customer, but do not change with it."""

COUNTED: frozenset[type[SQLModel]] = frozenset({Coupon, Customer, PromotionCode})
"""Rows without an owner that change whenever they are used, so that they are locked whenever they are read by id."""


@cache
def owner_columns(kind: type[SQLModel]) -> tuple[str, ...]:
    """The columns of a table that say what a row belongs to."""
    return () if kind in INDEPENDENT else tuple(name for name in OWNERS if name in kind.model_fields)


def owner_of(row: SQLModel) -> tuple[type[SQLModel], str] | None:
    """What a row belongs to: its table and id."""
    named = ((OWNERS[name], getattr(row, name)) for name in owner_columns(type(row)))
    return next(((kind, id) for kind, id in named if id is not None), None)
