"""Number sequences."""

from collections.abc import Callable
from typing import Any

import strawberry

from invoice_graph.planner.compiler import Scope
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.pagination import SortKey
from invoice_graph.planner.sources import Computed
from invoice_graph.schema.fields import described
from invoice_graph.schema.scalars import BigInt
from invoice_graph.store import numbering, tables

SEQUENCES = Rows(tables.Counter, order=(SortKey("kind"),), within=lambda scope: numbering.is_sequence(scope.table))


def _of_counter(expression: Callable[[Any], Any]) -> Computed:
    return Computed(lambda scope: expression(scope.table))


def _measured(name: str) -> Computed:
    def measure(scope: Scope) -> Any:
        return numbering.measured(name, scope.table, scope.compiler.alias("n"))

    return Computed(measure)


@strawberry.type(description="The invoice numbers of one prefix, and the proof that none is missing.")
class NumberSequence:
    prefix: str = described(
        "What stands before the dash; never used by another sequence.", _of_counter(numbering.prefix_of)
    )
    first: BigInt | None = described("The lowest number on an invoice; null when none was issued.", _measured("first"))
    last: BigInt | None = described("The highest number on an invoice; null when none was issued.", _measured("last"))
    issued: BigInt = described("How many invoices have a number of the sequence.", _measured("issued"))
    skipped: BigInt = described(
        "How many numbers were passed over on purpose: by raising the next one, or since they were chosen by hand."
    )
    gaps: BigInt = described(
        "How many numbers before `nextNumber` are neither on an invoice nor skipped. Anything but 0 is a fault.",
        _measured("gaps"),
    )
    voided: BigInt = described("How many of the invoices are VOID; they keep their numbers.", _measured("voided"))
    next_number: str = described(
        "The number that comes next, unless it was chosen by hand for another invoice.",
        _of_counter(numbering.next_number),
    )
