"""Plays vectors of kinds `search` and `list`: over rows that are there from the beginning."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.rows import insert_rows
from invoice_graph.store.tables import Customer, Invoice
from vector_player.answers import check
from vector_player.operations import check_refusal
from vector_player.pages import list_page
from vector_player.stage import ACCOUNT, Stage, open_stage
from vector_player.suites import Vector

CLOCK = 1_700_000_000
Row = Mapping[str, Any]


async def play(vector: Vector, directory: Path) -> None:
    """Raises Failed when the page or the refusal is not as expected."""
    wanted, expected = vector.body["input"], vector.body["expected"]
    async with open_stage(directory, CLOCK) as stage:
        await insert(stage, vector.datasets[wanted["dataset"]])
        args = dict(wanted.get("args", {}))
        if "query" in wanted:
            args["query"] = wanted["query"]
        result = await list_page(stage, "invoice.list", args)
        if "error" in expected:
            check_refusal(expected["error"], result)
            return
        page = {"data": [{"id": id} for id in expected["ids"]]}
        if "has_more" in expected:
            page["has_more"] = expected["has_more"]
        check(page, result.done(), {})


async def insert(stage: Stage, rows: list[Row]) -> None:
    """Writes the invoices of a dataset, and their customers, into the tables."""
    customers = dict.fromkeys(row["customer"] for row in rows)
    async with stage.gateway.services.database.transaction() as connection:
        await insert_rows(connection, Customer, [customer_row(id, n) for n, id in enumerate(customers, 1)])
        await insert_rows(connection, Invoice, [invoice_row(row) for row in rows])


def customer_row(id: str, number: int) -> Customer:
    """A customer of whom nothing else is known."""
    return Customer(account_id=ACCOUNT, id=id, created_at=at(1), invoice_prefix=f"CUS{number:03}")


def invoice_row(row: Row) -> Invoice:
    """An invoice, in whatever status it is said to have."""
    created, status = at(row["created"]), InvoiceStatus(row["status"].upper())
    finalized = status is not InvoiceStatus.DRAFT
    due = max(0, row["total"])
    return Invoice(
        account_id=ACCOUNT,
        id=row["id"],
        created_at=created,
        period_start_at=created,
        period_end_at=created,
        effective_at=created if finalized else None,
        finalized_at=created if finalized else None,
        paid_at=created if status is InvoiceStatus.PAID else None,
        voided_at=created if status is InvoiceStatus.VOID else None,
        marked_uncollectible_at=created if status is InvoiceStatus.UNCOLLECTIBLE else None,
        status=status,
        number=row["number"],
        customer_id=row["customer"],
        currency=row["currency"],
        collection_method=CollectionMethod(row["collection_method"].upper()),
        due_at=None if row["due_date"] is None else at(row["due_date"]),
        details=row["metadata"],
        total=row["total"],
        subtotal=row["total"],
        amount_due=due,
        amount_paid=due if status is InvoiceStatus.PAID else 0,
        amount_remaining=0 if status is InvoiceStatus.PAID else due,
    )


def at(second: int) -> datetime:
    """A second since 1970."""
    return datetime.fromtimestamp(second, UTC)
