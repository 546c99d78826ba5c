"""Which rows a customer's own call may touch: the one place where writes of customers are fenced."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import SQLModel

from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.tables import (
    BalanceTransaction,
    CreditNote,
    Customer,
    Invoice,
    InvoiceItem,
    PaymentIntent,
    PaymentMethod,
    PaymentRecord,
    PromotionCode,
)

CUSTOMER_COLUMNS: Mapping[type[SQLModel], str] = {
    BalanceTransaction: "customer_id",
    CreditNote: "customer_id",
    Customer: "id",
    Invoice: "customer_id",
    InvoiceItem: "customer_id",
    PaymentIntent: "customer_id",
    PaymentRecord: "customer_id",
}
"""The tables whose rows belong to a customer, and the column that says to whom; other rows are reached from these."""

FOR_ALL: frozenset[type[SQLModel]] = frozenset({PaymentMethod, PromotionCode})
"""The tables whose rows may be a customer's: those that are nobody's are for all."""


def within(kind: type[SQLModel], equals: Parameters, customer_id: str) -> Parameters | None:
    """The values that rows must have to be found by a customer who asks for some; None when there can be none."""
    column = CUSTOMER_COLUMNS.get(kind)
    if column is None:
        return equals
    return None if equals.get(column, customer_id) != customer_id else {**equals, column: customer_id}


def may_be_named(row: Any, customer_id: str) -> bool:
    """Whether a customer may know of a row that they name: a draft, and what is another's, is missing to them."""
    if isinstance(row, Invoice):
        return row.status != InvoiceStatus.DRAFT
    return type(row) not in FOR_ALL or row.customer_id in (None, customer_id)
