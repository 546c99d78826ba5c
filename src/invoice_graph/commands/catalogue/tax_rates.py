"""Tax rates. What they charge never changes."""

from typing import Any

from invoice_graph.commands.catalogue.changes import created, updated, write_given
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path
from invoice_graph.domain.ids import Prefix
from invoice_graph.store.tables import TaxRate
from invoice_graph.store.unit_of_work import UnitOfWork

_COPIED = ("display_name", "active", "jurisdiction", "description", "tax_type")
_IDENTITY = ("display_name", "percentage", "inclusive", "country", "state", "jurisdiction", "description", "tax_type")
"""What makes two tax rates the same."""


async def create_tax_rate(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """taxRateCreate."""
    rate = _new(uow, input, (), active=input.get("active", True))
    return created(uow, EventType.TAX_RATE_CREATED, rate)


async def update_tax_rate(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """taxRateUpdate."""
    rate = await uow.require(TaxRate, input["id"], ("id",))
    write_given(rate, input, _COPIED)
    return updated(uow, EventType.TAX_RATE_UPDATED, rate)


async def make_tax_rate(uow: UnitOfWork, entry: Input, path: Path, active: bool = False) -> TaxRate:
    """The oldest tax rate, of those active or not as said, that one entry of input describes; a new one, without
    an event, where there is none."""
    identity: dict[str, Any] = {name: entry.get(name) for name in _IDENTITY}
    known = await uow.find(TaxRate, order=("created_at", "id"), limit=1, active=active, **identity)
    known += [rate for rate in uow.added(TaxRate) if rate.active == active and _identity(rate) == identity]
    return known[0] if known else _new(uow, entry, path, active)


def _identity(rate: TaxRate) -> dict[str, object]:
    return {name: getattr(rate, name) for name in _IDENTITY}


def _new(uow: UnitOfWork, entry: Input, path: Path, active: bool) -> TaxRate:
    rate = TaxRate(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.TAX_RATE),
        created_at=uow.now,
        percentage=entry["percentage"],
        inclusive=entry["inclusive"],
        country=entry.get("country"),
        state=entry.get("state"),
    )
    write_given(rate, entry, _COPIED, path)
    rate.active = active
    return uow.add(rate)
