"""`summary`: what a connection's rows add up to, by currency and by whatever else is asked for.

It is part of the connection's statement and reads the same rows as `totalCount`: all pages together.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Float, Select, case, cast, func, literal_column, select
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.compiler import Scope, Selection
from invoice_graph.planner.expressions import digits_of
from invoice_graph.planner.faults import SUM_TOO_LARGE, TOO_MANY_GROUPS
from invoice_graph.planner.sql import Columns, Nested, constant, joined, json_object, leaf, nullable
from invoice_graph.store import dialect
from invoice_graph.store.tables import Customer

MOST_CUSTOMERS = 100
"""Customers that are told apart in one currency: those with the most left to pay."""

MOST_GROUPS = 1000
LARGEST_SUM = 2**53 - 1
CURRENCY, CUSTOMER = "CURRENCY", "CUSTOMER"

KEYS: Mapping[str, tuple[str, Callable[[Any], ColumnElement[Any]]]] = {
    "STATUS": ("status", lambda invoice: invoice.c.status),
    CURRENCY: ("currency", lambda invoice: invoice.c.currency),
    CUSTOMER: ("customer_id", lambda invoice: invoice.c.customer_id),
    "MONTH": ("month", lambda invoice: _month(invoice)),
    "COLLECTION_METHOD": ("collection_method", lambda invoice: invoice.c.collection_method),
}
"""What invoices can be grouped by: the column of a group, and what it is of an invoice."""

KEY_FIELDS: Mapping[str, str] = {
    "currency": "currency",
    "status": "status",
    "customerId": "customer_id",
    "month": "month",
    "collectionMethod": "collection_method",
}
SUM_FIELDS: Mapping[str, str] = {
    "total": "total",
    "amountDue": "amount_due",
    "amountPaid": "amount_paid",
    "amountRemaining": "amount_remaining",
}


class Summary:
    """The groups of one selection of `summary`; `narrow` gives the statement the connection's conditions."""

    def __init__(self, invoices: Scope, selection: Selection, narrow: Callable[[Select[Any]], Select[Any]]) -> None:
        self.compiler = invoices.compiler
        self.invoice = invoices.table
        self.selection = selection
        self.narrow = narrow
        asked = selection.arguments.values.get("groupBy") or ()
        self.keys = dict(KEYS[grouping] for grouping in (*asked, CURRENCY))
        self.groups = self.compiler.alias("g")
        self.measures: dict[str, ColumnElement[Any]] = {}
        self.customer: Scope | None = None

    def json(self) -> ColumnElement[str]:
        """The groups as a JSON array, or a mark where there is no exact or no small enough answer."""
        item = json_object(self.compiler.members(self.selection.kind, self.selection, self._member))
        columns = Columns(self.compiler.alias("q"))
        listed = joined("[", dialect.concatenated(columns.take(item)), "]")
        rows = self._rows(columns).subquery(columns.alias)
        fitting = case((func.count() > literal_column(str(MOST_GROUPS)), constant(TOO_MANY_GROUPS)), else_=listed)
        return Nested(select(fitting).select_from(rows).scalar_subquery())

    def _member(self, selection: Selection) -> ColumnElement[str]:
        name, kind = selection.name, selection.definition.type
        if name == "customer":
            return self._customer(selection)
        if name in KEY_FIELDS:
            column = KEY_FIELDS[name]
            return leaf(self._of_group(column), kind) if column in self.keys else constant("null")
        if name == "currencyDigits":
            return leaf(digits_of(self._of_group("currency")), kind)
        return self._measure("count", func.count()) if name == "count" else self._sum(SUM_FIELDS[name])

    def _customer(self, selection: Selection) -> ColumnElement[str]:
        if "customer_id" not in self.keys:
            return constant("null")
        self.customer = self.customer or self.compiler.scope(Customer)
        return nullable(self.customer.object(selection), self.customer.table.c.id.is_not(None))

    def _sum(self, column: str) -> ColumnElement[Any]:
        value = self._measure(column, dialect.exact_sum(self.invoice.c[column]))
        readable = value.between(literal_column(f"-{LARGEST_SUM}"), literal_column(str(LARGEST_SUM)))
        return case((readable, dialect.number(value, required=True)), else_=constant(SUM_TOO_LARGE))

    def _measure(self, name: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
        self.measures[name] = value
        return self._of_group(name)

    def _of_group(self, column: str) -> ColumnElement[Any]:
        return literal_column(f"{self.groups}.{column}")

    def _rows(self, columns: Columns) -> Select[Any]:
        """The texts of the groups in their order."""
        ranked = "customer_id" in self.keys
        source: Any = (self._ranked() if ranked else self._grouped()).subquery(self.groups)
        if self.customer is not None:
            own = self.customer.table.c.id == self._of_group("customer_id")
            source = self.customer.with_joins(source.outerjoin(self.customer.table, self.customer.of_actor() & own))
        rows = select(*columns.labelled()).select_from(source).order_by(*map(self._of_group, self.keys))
        if ranked:
            rows = rows.where(self._of_group("place") <= literal_column(str(MOST_CUSTOMERS)))
        return rows.limit(literal_column(str(MOST_GROUPS + 1)))

    def _grouped(self) -> Select[Any]:
        keys = {name: key(self.invoice) for name, key in self.keys.items()}
        values = {**keys, **self.measures}
        found = select(*(value.label(name) for name, value in values.items())).select_from(self.invoice)
        return self.narrow(found.group_by(*keys.values()))

    def _ranked(self) -> Select[Any]:
        """The groups, each with the place of its customer among those of the currency."""
        # As floating point, since this is only for comparing, and must not fail where sums are too large.
        owed = func.sum(cast(dialect.exact_sum(self.invoice.c.amount_remaining), Float))
        remaining = owed.over(partition_by=(self.invoice.c.currency, self.invoice.c.customer_id))
        within = self._grouped().add_columns(remaining.label("remaining")).subquery(self.compiler.alias("g"))
        order = (within.c.remaining.desc(), within.c.customer_id)
        place = func.dense_rank().over(partition_by=within.c.currency, order_by=order)
        return select(*within.c, place.label("place"))


def _month(invoice: Any) -> ColumnElement[str]:
    """The month in which an invoice counts: that of its date, or of its creation while it has none that is final."""
    draft = invoice.c.status == constant(InvoiceStatus.DRAFT)
    date = case((draft, invoice.c.created_at), else_=func.coalesce(invoice.c.effective_at, invoice.c.created_at))
    return func.substr(date, literal_column("1"), literal_column("7"))
