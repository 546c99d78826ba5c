"""What totals depend on besides the lines: tax rates, discounts and prices, by id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import SQLModel

from invoice_graph.commands.catalogue.tax_rates import make_tax_rate
from invoice_graph.commands.invoices.discounts import discount_terms
from invoice_graph.domain import discounts as reductions
from invoice_graph.domain import taxes
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.store.tables import Discount, Invoice, LineItem, Price, TaxRate
from invoice_graph.store.unit_of_work import UnitOfWork

T = TypeVar("T", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Terms:
    """The tax rates, discounts and prices of an invoice."""

    rates: dict[str, taxes.TaxRate]
    discounts: dict[str, reductions.Discount]
    prices: dict[str, Price]

    def rates_of(self, ids: Sequence[str]) -> tuple[taxes.TaxRate, ...]:
        """Tax rates in the order of their ids."""
        return tuple(self.rates[id] for id in ids)

    def discounts_of(self, ids: Sequence[str]) -> tuple[reductions.Discount, ...]:
        """Discounts in the order of their ids."""
        return tuple(self.discounts[id] for id in ids)


def rate_of(row: TaxRate) -> taxes.TaxRate:
    """A tax rate to calculate with."""
    return taxes.TaxRate(row.id, row.percentage, row.inclusive)


async def load_terms(uow: UnitOfWork, invoice: Invoice, lines: Sequence[LineItem]) -> Terms:
    """Everything that the ids on an invoice and its lines name."""
    rates = await _rows(uow, TaxRate, invoice.default_tax_rate_ids, *(line.tax_rate_ids for line in lines))
    given = await _rows(uow, Discount, invoice.discount_ids, *(line.discount_ids for line in lines))
    prices = await _rows(uow, Price, [line.price_id for line in lines if line.price_id is not None])
    return Terms(
        {id: rate_of(rate) for id, rate in rates.items()},
        {id: discount_terms(discount) for id, discount in given.items()},
        prices,
    )


async def _rows(uow: UnitOfWork, kind: type[T], *ids: Iterable[str]) -> dict[str, T]:
    distinct = dict.fromkeys(id for listed in ids for id in listed)
    return {id: await uow.require(kind, id, ("id",)) for id in distinct}


async def chosen_rates(uow: UnitOfWork, ids: Sequence[str], current: Sequence[str], path: Path) -> list[str]:
    """The ids of tax rates to use; refuses unknown ones, and inactive ones that are not in use here already."""
    for place, id in enumerate(ids):
        where = (*path, str(place))
        rate = await uow.require(TaxRate, id, where)
        if not rate.active and id not in current:
            raise refuse(f"The tax rate {id} is not active; activate it, or name another.", where)
        if id in ids[:place]:
            raise refuse(f"The tax rate {id} is named twice; keep one of them.", where)
    return list(ids)


async def tax_amounts(uow: UnitOfWork, entries: Sequence[Input], path: Path) -> list[dict[str, Any]]:
    """Taxes that the caller worked out, as a line holds them."""
    return [await _tax_amount(uow, entry, (*path, str(place))) for place, entry in enumerate(entries)]


async def _tax_amount(uow: UnitOfWork, entry: Input, path: Path) -> dict[str, Any]:
    if entry.get("tax_rate_id") is not None:
        rate = await uow.require(TaxRate, entry["tax_rate_id"], (*path, "tax_rate_id"))
    else:
        rate = await make_tax_rate(uow, entry["tax_rate_data"], (*path, "tax_rate_data"))
    return {
        "amount": entry["amount"],
        "taxableAmount": entry["taxable_amount"],
        "taxRateId": rate.id,
        "inclusive": rate.inclusive,
        "taxabilityReason": entry.get("taxability_reason") or taxes.TaxabilityReason.NOT_AVAILABLE,
    }
