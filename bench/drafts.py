"""Drafts to compute anew: with three tax rates and two discounts, and quantities that leave something to round."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from typing import Any

from invoice_graph.commands.accounts import create_account
from invoice_graph.commands.invoices.drafts import open_draft
from invoice_graph.commands.runner import COMMANDS, Call, Outcome, run
from invoice_graph.domain.access import Actor
from invoice_graph.domain.discounts import Discount
from invoice_graph.domain.pricing import unit_line_amount
from invoice_graph.domain.taxes import TaxRate, TaxRounding
from invoice_graph.domain.totals import InvoiceInput, LineInput, compute_totals
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway
from invoice_graph.store.connection import Connection
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Invoice

RATES = (("19", True), ("5.5", False), ("2.125", False))
"""Percentages, and whether prices contain them."""

COUPONS: tuple[dict[str, Any], ...] = ({"percent_off": Decimal("7.5")}, {"amount_off": 12_345, "currency": "usd"})

UPDATE = """
mutation Reckon($input: InvoiceUpdateInput!) {
  invoiceUpdate(input: $input) {
    invoice {
      id version subtotal total amountDue
      totalTaxes { amount }
      lines(first: 10) { nodes { id amount taxes { amount } discountAmounts { amount } } }
    }
    userErrors { message }
  }
}
""".strip()

Work = Callable[[], Awaitable[object]]


class WentWrong(Exception):
    """What was to be measured did not happen."""


@dataclass(frozen=True, slots=True)
class Case:
    """A draft of a size, in an account that rounds taxes this way."""

    lines: int
    rounding: TaxRounding

    @property
    def title(self) -> str:
        return f"{self.lines} lines, taxes rounded per {self.rounding.lower().replace('_', ' ')}"


def prices(count: int) -> list[tuple[Decimal, Decimal]]:
    """Quantities and unit amounts that leave something to round."""
    return [(Decimal(place % 7 + 1) / 4, Decimal(f"{1999 + 37 * place}.125")) for place in range(count)]


async def works_of(gateway: Gateway, case: Case) -> dict[str, Work]:
    """What is measured of a case, by depth. Every call turns the discounts round, so that every line changes."""
    draft = await _make_draft(gateway, case)

    async def totals() -> object:
        return compute_totals(_arithmetic(case))

    return {"totals": totals, "recompute": draft.recompute, "invoiceUpdate": draft.update}


def _arithmetic(case: Case) -> InvoiceInput:
    pricings = [unit_line_amount(*price) for price in prices(case.lines)]
    lines = [LineInput(f"il_{place}", pricing.amount, pricing=pricing) for place, pricing in enumerate(pricings)]
    discounts = [Discount(f"di_{place}", **coupon) for place, coupon in enumerate(COUPONS)]
    rates = [TaxRate(f"txr_{text}", Decimal(text), inclusive) for text, inclusive in RATES]
    return InvoiceInput("usd", tuple(lines), tuple(discounts), tuple(rates), tax_rounding=case.rounding)


class _Draft:
    """A stored draft that can be computed anew."""

    def __init__(self, gateway: Gateway, actor: Actor, id: str, discount_ids: Sequence[str]) -> None:
        self._gateway = gateway
        self._actor = actor
        self._id = id
        self._orders = cycle((tuple(reversed(discount_ids)), tuple(discount_ids)))

    async def recompute(self) -> None:
        services = self._gateway.services
        async with services.database.transaction() as connection:
            uow = services.unit_of_work(connection, self._actor.account_id, services.ids.token())
            draft = await open_draft(uow, await uow.require(Invoice, self._id, ("id",)))
            draft.invoice.discount_ids = list(next(self._orders))
            await draft.recompute(uow)
            await uow.flush()

    async def update(self) -> bytes:
        discounts = [{"discountId": id} for id in next(self._orders)]
        request = GraphQLRequest(UPDATE, None, {"input": {"id": self._id, "discounts": discounts}})
        answer = await self._gateway.engine.run(request, self._actor)
        if not isinstance(answer, Answer) or b'"userErrors":[]' not in answer.body:
            raise WentWrong(f"invoiceUpdate answered {answer}.")
        return answer.body


async def _make_draft(gateway: Gateway, case: Case) -> _Draft:
    services = gateway.services
    name = f"{case.lines} {case.rounding}"
    account = await create_account(services.database, services.clock, services.ids, {"name": name})
    actor = Actor(account.account_id)

    async def make(command: str, **input: Any) -> str:
        outcome = await run(services, actor, COMMANDS[command], Call(command, input), _outcome)
        if outcome.refusals or outcome.object_id is None:
            raise WentWrong(f"{command} answered {outcome}.")
        return outcome.object_id

    await make("accountUpdate", tax_rounding=case.rounding)
    rates = [
        await make("taxRateCreate", display_name=text, percentage=Decimal(text), inclusive=inclusive)
        for text, inclusive in RATES
    ]
    coupons = [await make("couponCreate", **coupon) for coupon in COUPONS]
    id = await make(
        "invoiceCreate",
        customer_id=await make("customerCreate", name="Jenny Rosen"),
        currency="usd",
        lines=[{"quantity_decimal": quantity, "unit_amount_decimal": unit} for quantity, unit in prices(case.lines)],
        default_tax_rate_ids=rates,
        discounts=[{"coupon_id": coupon} for coupon in coupons],
    )
    async with services.database.reader() as connection:
        (invoice,) = await select_rows(connection, Invoice, {"account_id": actor.account_id, "id": id})
    return _Draft(gateway, actor, id, invoice.discount_ids)


async def _outcome(connection: Connection, outcome: Outcome) -> Outcome:
    return outcome
