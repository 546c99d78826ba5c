"""The operations that every server is asked."""

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Operation:
    """One GraphQL operation with one root field."""

    name: str
    title: str
    query: str
    variables: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The body of the POST."""
        return orjson.dumps({"query": self.query, "variables": self.variables})


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
)

OPERATIONS = {operation.name: operation for operation in (INVOICE_PAGE,)}
