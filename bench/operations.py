"""The operations that every server is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

DIALECTS = Path(__file__).with_name("peers") / "node"


@dataclass(frozen=True, slots=True)
class Operation:
    """One GraphQL operation with one root field.

    `dialects` are files with the same operation for servers that make their schema themselves, by the server's name.
    """

    name: str
    title: str
    query: str
    variables: dict[str, Any]
    dialects: Mapping[str, str] = field(default_factory=dict)

    def about(self, variables: Mapping[str, Any]) -> "Operation":
        """The same operation with variables that depend on the data."""
        return replace(self, variables={**self.variables, **variables})

    @property
    def body(self) -> bytes:
        """The body of the POST."""
        return orjson.dumps({"query": self.query, "variables": self.variables})

    def body_for(self, server: str) -> bytes:
        """The body of the POST in a server's own words."""
        if server not in self.dialects:
            return self.body
        query = (DIALECTS / self.dialects[server]).read_text()
        return orjson.dumps({"query": query, "variables": self.variables})


INVOICE_PAGE = Operation(
    name="invoice-page",
    title="20 invoices x 10 lines + customer",
    query="""
query InvoicePage($first: Int!) {
  invoices(first: $first) {
    nodes {
      id number status currency total amountDue amountRemaining createdAt
      customer { id name email }
      lines(first: 10) { nodes { id description quantity amount } }
    }
  }
}
""".strip(),
    variables={"first": 20},
    dialects={"postgraphile": "postgraphile-invoice-page.graphql"},
)

ONE_INVOICE = Operation(
    name="one-invoice",
    title="one invoice by id with 10 lines",
    query="""
query OneInvoice($id: ID!) {
  invoice(id: $id) {
    id number status currency total amountDue amountRemaining createdAt
    customer { id name email }
    lines(first: 10) { nodes { id description quantity amount } }
  }
}
""".strip(),
    variables={},
)

WIDE_PAGE = Operation(
    name="wide-page",
    title="100 invoices x 50 lines with 10 fields each",
    query="""
query WidePage($first: Int!) {
  invoices(first: $first) {
    nodes {
      id number status currency total amountDue amountRemaining createdAt
      lines(first: 50) {
        nodes {
          id description quantity quantityDecimal amount subtotal currency discountable periodStart periodEnd
        }
      }
    }
  }
}
""".strip(),
    variables={"first": 100},
)

OPERATIONS = {operation.name: operation for operation in (INVOICE_PAGE, ONE_INVOICE, WIDE_PAGE)}
