"""The time a call lives in: the machine's, or that of the test clock of the customer it is about."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import SQLModel

from invoice_graph.domain.fields import Input
from invoice_graph.store.tables import Customer, Invoice, TestClock
from invoice_graph.store.unit_of_work import UnitOfWork

_NAMED: Mapping[str, type[SQLModel]] = {
    "customer_id": Customer,
    "invoice_id": Invoice,
    "test_clock_id": TestClock,
}
"""Fields of an input that creates something, and what they name."""


async def live_in_time_of(uow: UnitOfWork, row: Any) -> None:
    """Makes the time of a row's customer the unit of work's."""
    clock = row if isinstance(row, TestClock) else await _clock_of(uow, row)
    if clock is not None:
        uow.now = clock.frozen_at


async def live_in_time_of_input(uow: UnitOfWork, input: Input) -> None:
    """The same for what an input names; ids of nothing are left to the command's refusals."""
    for name, kind in _NAMED.items():
        named = (input.get("from_invoice") or input).get(name) or input.get(name)
        row: Any = await uow.get(kind, named) if named is not None else None
        if row is not None:
            await live_in_time_of(uow, row)
            return


async def _clock_of(uow: UnitOfWork, row: Any) -> TestClock | None:
    owner: Any = row
    if not hasattr(row, "test_clock_id"):
        customer_id = getattr(row, "customer_id", None)
        owner = await uow.get(Customer, customer_id) if customer_id is not None else None
    clock_id = getattr(owner, "test_clock_id", None)
    return await uow.get(TestClock, clock_id) if clock_id is not None else None
