"""The labels of invoices: their metadata as rows of `invoice_label`, made from the invoices' own columns."""

import json
from collections.abc import Iterable

from sqlmodel import SQLModel

from invoice_graph.store.dialect import Parameters
from invoice_graph.store.tables import Invoice

LABELS = "details"
"""The column that holds an invoice's metadata."""

UNLABELLED = "{}"


def labels_of(kind: type[SQLModel], rows: Iterable[Parameters]) -> list[Parameters]:
    """The labels of rows that are given as the database holds them; none for anything but invoices."""
    if kind is not Invoice:
        return []
    return [
        {"account_id": row["account_id"], "invoice_id": row["id"], "key": key, "value": value}
        for row in rows
        if row[LABELS] != UNLABELLED
        for key, value in json.loads(row[LABELS]).items()
    ]
