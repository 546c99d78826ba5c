"""Exports: an account's objects as rows, read by the planner page by page, all from one snapshot.

What a condition means is what it means in GraphQL, since every page is a GraphQL query.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLArgument, GraphQLError, get_variable_values

from invoice_graph.planner.execute import Viewer, fetch
from invoice_graph.planner.faults import ArgumentFault, TooCostly
from invoice_graph.planner.pagination import LARGEST_PAGE, PAGE_ARGUMENTS
from invoice_graph.planner.plan import Planner
from invoice_graph.server.documents import DocumentCache, RequestRefused
from invoice_graph.server.gateway import Gateway
from invoice_graph.store.connection import Connection

Columns = Mapping[str, str]
"""The columns of an export, each with the path of its value in the schema."""

OUTER_PAGE = 20
"""Objects that are read at once when each brings a list of its own."""


class Unexportable(Exception):
    """Conditions that can't be used; the text is one line that says why."""


@dataclass(frozen=True)
class Export:
    """The rows of a list of the account; with `below`, of that list of each of its objects.

    `outer` are columns of the object that a row is below; `one` is the field that finds it again.
    """

    root: str
    columns: Columns
    below: str = ""
    outer: Columns = field(default_factory=dict)
    one: str = ""

    @property
    def names(self) -> list[str]:
        """The names of the columns in their order."""
        return [*self.outer, *self.columns]


def _same(*names: str) -> Columns:
    return {name: name for name in names}


EXPORTS: Mapping[str, Export] = {
    "invoices": Export(
        "invoices",
        {
            **_same("id", "number", "status"),
            "customerId": "customer.id",
            **_same("customerName", "customerEmail", "currency", "currencyDigits"),
            **_same("subtotal", "subtotalExcludingTax", "total", "totalExcludingTax", "amountShipping"),
            **_same("startingBalance", "endingBalance", "amountDue", "amountPaid", "amountPaidOutOfBand"),
            **_same("amountRemaining", "amountOverpaid", "collectionMethod", "billingReason"),
            **_same("createdAt", "effectiveAt", "dueAt", "overdue"),
            "finalizedAt": "statusTransitions.finalizedAt",
            "paidAt": "statusTransitions.paidAt",
            "voidedAt": "statusTransitions.voidedAt",
            "markedUncollectibleAt": "statusTransitions.markedUncollectibleAt",
            **_same("periodStart", "periodEnd", "attempted", "attemptCount", "description"),
        },
    ),
    "lines": Export(
        "invoices",
        {
            **_same("id", "description", "quantity", "quantityDecimal"),
            "unitAmountDecimal": "pricing.unitAmountDecimal",
            **_same("amount", "subtotal", "currency", "currencyDigits", "periodStart", "periodEnd", "discountable"),
            "invoiceItemId": "invoiceItem.id",
        },
        below="lines",
        outer={"invoiceId": "id", "invoiceNumber": "number", "invoiceStatus": "status", "customerId": "customer.id"},
        one="invoice",
    ),
    "payments": Export(
        "invoicePayments",
        {
            "id": "id",
            "invoiceId": "invoice.id",
            "invoiceNumber": "invoice.number",
            "customerId": "invoice.customer.id",
            **_same("status", "amountRequested", "amountPaid", "currency", "currencyDigits", "isDefault"),
            "paymentType": "payment.type",
            "paymentReference": "payment.reference",
            "createdAt": "createdAt",
            "paidAt": "statusTransitions.paidAt",
            "canceledAt": "statusTransitions.canceledAt",
        },
    ),
    "ledger": Export(
        "customers",
        {
            **_same("id", "createdAt", "type", "amount", "endingBalance", "currency", "currencyDigits"),
            "invoiceId": "invoice.id",
            "invoiceNumber": "invoice.number",
            "description": "description",
        },
        below="balanceTransactions",
        outer={"customerId": "id", "customerName": "name"},
        one="customer",
    ),
    "events": Export(
        "events",
        {
            **_same("id", "sequence", "type", "occurredAt", "invoiceId", "customerId", "idempotencyKey"),
            **_same("data", "previousAttributes"),
        },
    ),
}
"""What can be exported. Columns are a promise: new ones come last."""


@dataclass(frozen=True)
class Batch:
    """Some rows, how many objects of the list were read for them, and how many there are in all."""

    rows: list[list[Any]]
    done: int
    total: int


async def export(
    gateway: Gateway, account_id: str, wanted: Export, conditions: Mapping[str, Any], search: str | None = None
) -> AsyncGenerator[Batch, None]:
    """The rows in the order of the list, a batch at a time; raises Unexportable before the first.

    `conditions` are the list's `where`; for a list without one its further arguments by name.
    """
    viewer = Viewer(account_id, gateway.services.clock, "")
    async with gateway.services.database.snapshot() as connection:
        reader = _Reader(gateway.planner, connection, viewer, wanted, conditions, search)
        async with aclosing(reader.batches()) as batches:
            async for batch in batches:
                yield batch


class _Reader:
    """Reads the pages of one export."""

    def __init__(
        self,
        planner: Planner,
        connection: Connection,
        viewer: Viewer,
        wanted: Export,
        conditions: Mapping[str, Any],
        search: str | None,
    ) -> None:
        self._planner = planner
        self._documents = DocumentCache(planner.schema)
        self._connection = connection
        self._viewer = viewer
        self._wanted = wanted
        self._variables = self._given(conditions, search)

    async def batches(self) -> AsyncGenerator[Batch, None]:
        after, total = None, 0
        size = OUTER_PAGE if self._wanted.below else LARGEST_PAGE
        text = self._text()
        while True:
            page = await self._read(text, {**self._variables, "size": size, "after": after, "count": after is None})
            total = page.get("totalCount", total)
            yield Batch([row async for row in self._rows(page["nodes"])], len(page["nodes"]), total)
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return

    async def _rows(self, nodes: Sequence[Any]) -> AsyncGenerator[list[Any], None]:
        for node in nodes:
            if not self._wanted.below:
                yield _values(node, self._wanted.columns)
                continue
            outer = _values(node, self._wanted.outer)
            async for inner in self._below(node):
                yield [*outer, *_values(inner, self._wanted.columns)]

    async def _below(self, node: Any) -> AsyncGenerator[Any, None]:
        """The rows below an object, which are seldom more than came with it."""
        page = node["below"]
        while True:
            for inner in page["nodes"]:
                yield inner
            if not page["pageInfo"]["hasNextPage"]:
                return
            more = {"id": node["id"], "after": page["pageInfo"]["endCursor"]}
            page = (await self._read(self._text_below(), more))["below"]

    async def _read(self, text: str, given: Mapping[str, Any]) -> Any:
        """The value of the field `rows` of a query."""
        try:
            document = self._documents.load(text)
            node = document.operation(None)
            variables = get_variable_values(self._planner.schema, node.variable_definitions or (), dict(given))
            if isinstance(variables, list):
                raise Unexportable(_one_line(variables[0].message))
            (bound,) = self._planner.plan(text, node, document.fragments, variables).bind(variables)
        except RequestRefused as refused:
            raise Unexportable(_one_line(refused.errors[0].message)) from None
        except (ArgumentFault, TooCostly, GraphQLError) as fault:
            raise Unexportable(_one_line(getattr(fault, "message", None) or str(fault))) from None
        return orjson.loads((await fetch(self._connection.rows, bound, self._viewer))["rows"])

    def _given(self, conditions: Mapping[str, Any], search: str | None) -> dict[str, Any]:
        """The conditions as variables of the query."""
        offered = self._conditions()
        given: dict[str, Any] = {"where": conditions} if conditions and "where" in offered else dict(conditions)
        if search is not None:
            given["search"] = search
        for name in given:
            if name not in offered:
                raise Unexportable(f"{self._wanted.root} have no condition {name!r}; they have {', '.join(offered)}.")
        return given

    def _conditions(self) -> dict[str, GraphQLArgument]:
        query = self._planner.schema.query_type
        assert query is not None
        arguments = query.fields[self._wanted.root].args
        return {name: kind for name, kind in arguments.items() if name not in (*PAGE_ARGUMENTS, "orderBy")}

    def _text(self) -> str:
        """The query for a page of the list."""
        kinds = {name: self._conditions()[name].type for name in self._variables}
        declared = "".join(f", ${name}: {kind}" for name, kind in kinds.items())
        used = "".join(f", {name}: ${name}" for name in kinds)
        return (
            f"query ($size: Int!, $after: String, $count: Boolean!{declared}) "
            f"{{ rows: {self._wanted.root}(first: $size, after: $after{used}) "
            f"{{ totalCount @include(if: $count) nodes {{ {self._node()} }} {_AROUND} }} }}"
        )

    def _text_below(self) -> str:
        """The query for a further page below one object."""
        return f"query ($id: ID!, $after: String!) {{ rows: {self._wanted.one}(id: $id) {{ {self._list('$after')} }} }}"

    def _node(self) -> str:
        if not self._wanted.below:
            return _selection(self._wanted.columns.values())
        return f"{_selection(self._wanted.outer.values())} {self._list('null')}"

    def _list(self, after: str) -> str:
        nodes = _selection(self._wanted.columns.values())
        return f"below: {self._wanted.below}(first: {LARGEST_PAGE}, after: {after}) {{ nodes {{ {nodes} }} {_AROUND} }}"


_AROUND = "pageInfo { hasNextPage endCursor }"


def _selection(paths: Any) -> str:
    """The selection set that holds the values at some paths; GraphQL merges what is selected twice."""
    return " ".join(" { ".join(steps) + " }" * (len(steps) - 1) for steps in _split(paths))


def _split(paths: Any) -> Iterator[list[str]]:
    return (path.split(".") for path in paths)


def _values(node: Any, columns: Columns) -> list[Any]:
    return [_value(node, steps) for steps in _split(columns.values())]


def _value(node: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        if node is None:
            return None
        node = node[step]
    return node


def _one_line(message: str) -> str:
    return " ".join(message.split())
