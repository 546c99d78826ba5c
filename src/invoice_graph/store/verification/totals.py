"""What lines cost and what invoices add up to, worked out anew from the stored rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Text, and_, bindparam, select, text
from sqlmodel import SQLModel

from invoice_graph.domain.discounts import Discount, DiscountAmount
from invoice_graph.domain.errors import Refusal
from invoice_graph.domain.kinds import TaxBehavior
from invoice_graph.domain.prices import price_amount
from invoice_graph.domain.pricing import unit_line_amount
from invoice_graph.domain.taxes import Tax, TaxabilityReason, TaxExempt, TaxRate, TaxRounding
from invoice_graph.domain.totals import InvoiceInput, LineInput, Totals, compute_totals
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement, entries, member_text
from invoice_graph.store.rows import build, table_of
from invoice_graph.store.tables import Discount as DiscountRow
from invoice_graph.store.tables import Price
from invoice_graph.store.tables import TaxRate as TaxRateRow
from invoice_graph.store.verification.checks import Found

Key = tuple[str, str]
"""Account and id."""

CHUNK = 1000
"""Invoices whose totals are worked out at a time."""

_NOTHING = "[]"
"""A list without entries, which most of them are, as the rows hold it."""

_PRICES_TO_MULTIPLY = Statement(
    text("""
    SELECT l.account_id, l.id, l.amount, l.quantity_decimal, l.unit_amount_decimal, l.price_id
    FROM line_item AS l LEFT JOIN price AS p ON p.account_id = l.account_id AND p.id = l.price_id
    WHERE l.unit_amount_decimal IS NULL OR l.quantity_decimal LIKE '%.%' OR l.unit_amount_decimal LIKE '%.%'
       OR CAST(l.quantity_decimal AS NUMERIC) * CAST(l.unit_amount_decimal AS NUMERIC) <> l.amount
       OR (l.price_id IS NOT NULL AND (p.id IS NULL OR p.transform_quantity IS NOT NULL
           OR p.unit_amount_decimal IS DISTINCT FROM l.unit_amount_decimal))
""")
)


async def find_wrong_prices(connection: Connection) -> list[Found]:
    """Lines that cost something else than their prices say."""
    # Whole numbers that multiply to the amount need no second look; the rest is multiplied exactly.
    rows = await connection.rows(_PRICES_TO_MULTIPLY)
    keys = {(row[0], row[5]) for row in rows if row[5] is not None}
    prices = {key: build(Price, raw) for key, raw in (await _named(connection, Price, keys)).items()}
    return [(row[0], row[1], wrong) for row in rows if (wrong := _wrong_price(row, prices))]


def _wrong_price(row: Sequence[Any], prices: Mapping[Key, Price]) -> str | None:
    account_id, _, amount, quantity, unit_amount, price_id = row
    price = prices.get((account_id, price_id))
    if price_id is not None and price is None:
        return f"is sold by price {price_id}, which does not exist"
    try:
        own, units = None if unit_amount is None else Decimal(unit_amount), Decimal(quantity)
    except ArithmeticError:
        return f"has the quantity {quantity!r} and the unit amount {unit_amount!r}, one of which is no number"
    if price is not None and price.unit_amount_decimal != own:
        return f"costs {unit_amount} a unit, but {price.unit_amount_decimal} by its price {price_id}"
    if price is not None:
        right = price_amount(price, units)
    elif own is not None:
        right = unit_line_amount(units, own)
    else:
        return f"costs {amount}, but has no price"
    return None if right.amount == amount else f"costs {amount}, but {right.note} is {right.amount}"


_AMOUNTS = ("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax", "amount_shipping", "amount_due")
"""What an invoice says about money whatever its status; from the last one credit notes were taken off."""


class _Invoice(NamedTuple):
    account_id: str
    id: str
    currency: str
    shipping_cost: str | None
    balance: int
    exempt: str
    rounding: str
    rate_ids: str
    discount_ids: str
    finalized: bool
    discount_amounts: str
    taxes: str
    ending_balance: int | None
    amounts: Sequence[int]


_PLACE_OF_AMOUNTS = len(_Invoice._fields) - 1


class _Line(NamedTuple):
    account_id: str
    invoice_id: str
    id: str
    amount: int
    discountable: int
    product_id: str | None
    discount_ids: str
    rate_ids: str
    given_taxes: str
    discount_amounts: str
    taxes: str


# A preview says what would have been, at a moment that is gone.
_NEXT_INVOICES = Statement(
    text(f"""
    SELECT i.account_id, i.id, i.currency, i.shipping_cost,
           i.starting_balance, i.customer_tax_exempt, a.tax_rounding, i.default_tax_rate_ids, i.discount_ids,
           i.finalized_at IS NOT NULL, i.total_discount_amounts, i.total_taxes, i.ending_balance,
           {", ".join(f"i.{name}" for name in _AMOUNTS)} + i.pre_payment_credit_notes_amount
    FROM invoice AS i JOIN account AS a ON a.account_id = i.account_id
    WHERE (i.account_id, i.id) > (:account_id, :id) AND i.expires_at IS NULL
    ORDER BY i.account_id, i.id LIMIT {CHUNK}
""")
)
_THEIR_LINES = Statement(
    text("""
    SELECT account_id, invoice_id, id, amount, discountable, product_id, discount_ids, tax_rate_ids, tax_amounts,
           discount_amounts, taxes
    FROM line_item
    WHERE (account_id, invoice_id) > (:account_id, :id) AND (account_id, invoice_id) <= (:last_account_id, :last_id)
    ORDER BY account_id, invoice_id, position
""")
)


async def find_wrong_totals(connection: Connection) -> list[Found]:
    """Invoices, previews left out, that say something else about money than their lines add up to."""
    found: list[Found] = []
    after = {"account_id": "", "id": ""}
    while rows := await connection.rows(_NEXT_INVOICES, after):
        invoices = [_Invoice._make((*row[:_PLACE_OF_AMOUNTS], row[_PLACE_OF_AMOUNTS:])) for row in rows]
        last = {"last_account_id": invoices[-1].account_id, "last_id": invoices[-1].id}
        lines = _by_invoice(await connection.rows(_THEIR_LINES, after | last))
        terms = await _load_terms(connection, invoices, lines.values())
        faults = ((invoice, _faults(invoice, lines.get(invoice[:2], []), terms)) for invoice in invoices)
        found += [(invoice.account_id, invoice.id, "; ".join(wrong)) for invoice, wrong in faults if wrong]
        after = {"account_id": invoices[-1].account_id, "id": invoices[-1].id}
    return found


def _by_invoice(rows: Iterable[Any]) -> dict[Key, list[_Line]]:
    lines = (_Line(*row) for row in rows)
    return {invoice: list(of_invoice) for invoice, of_invoice in groupby(lines, key=lambda line: line[:2])}


@dataclass(frozen=True, slots=True)
class _Terms:
    """The tax rates and discounts that some invoices and their lines name."""

    rates: Mapping[Key, TaxRate]
    discounts: Mapping[Key, Discount]

    def rates_of(self, account_id: str, ids: str) -> tuple[TaxRate, ...]:
        return tuple(_existing(self.rates, account_id, id) for id in _list(ids))

    def discounts_of(self, account_id: str, ids: str) -> tuple[Discount, ...]:
        return tuple(_existing(self.discounts, account_id, id) for id in _list(ids))


def _existing(rows: Mapping[Key, Any], account_id: str, id: str) -> Any:
    if (account_id, id) not in rows:
        raise LookupError(f"{id} does not exist")
    return rows[account_id, id]


async def _load_terms(connection: Connection, invoices: Sequence[_Invoice], lines: Iterable[Sequence[_Line]]) -> _Terms:
    holders: list[_Invoice | _Line] = [*invoices, *(line for of_invoice in lines for line in of_invoice)]
    rate_keys = {key for holder in holders for key in _keys(holder.account_id, holder.rate_ids)}
    discount_keys = {key for holder in holders for key in _keys(holder.account_id, holder.discount_ids)}
    rates = await _named(connection, TaxRateRow, rate_keys)
    discounts = await _named(connection, DiscountRow, discount_keys)
    return _Terms(
        {key: _rate(build(TaxRateRow, raw)) for key, raw in rates.items()},
        {key: _discount(build(DiscountRow, raw)) for key, raw in discounts.items()},
    )


def _keys(account_id: str, ids: str) -> Iterator[Key]:
    if ids != _NOTHING:
        yield from ((account_id, id) for id in _list(ids))


async def _named(connection: Connection, kind: type[SQLModel], keys: Iterable[Key]) -> dict[Key, Any]:
    """The raw rows of a table that the keys name, as far as they exist."""
    if not keys:
        return {}
    wanted = [{"account_id": account_id, "id": id} for account_id, id in keys]
    rows = await connection.rows(_select_named(kind), {"keys": orjson.dumps(wanted).decode()})
    return {(row[0], row[1]): row[2:] for row in rows}


@cache
def _select_named(kind: type[SQLModel]) -> Statement:
    table = table_of(kind)
    wanted = entries(bindparam("keys", type_=Text), "k")
    account_id, id = member_text(wanted.c.value, "account_id"), member_text(wanted.c.value, "id")
    columns = [column.label(f"c{place}") for place, column in enumerate(table.columns)]
    named = and_(table.c.account_id == account_id, table.c.id == id)
    return Statement(select(table.c.account_id, table.c.id, *columns).select_from(wanted.join(table, named)))


def _rate(row: TaxRateRow) -> TaxRate:
    return TaxRate(row.id, row.percentage, row.inclusive)


def _discount(row: DiscountRow) -> Discount:
    options = {option["currency"]: option["amountOff"] for option in row.currency_options}
    products = None if row.product_ids is None else frozenset(row.product_ids)
    return Discount(row.id, row.percent_off, row.amount_off, row.currency, options, products)


def _faults(invoice: _Invoice, lines: Sequence[_Line], terms: _Terms) -> list[str]:
    """What is wrong with an invoice."""
    try:
        given = _input(invoice, lines, terms)
        wrong = _differences(invoice, lines, compute_totals(given))
        # The account may have rounded otherwise when the invoice was computed.
        if wrong and invoice.taxes != _NOTHING:
            others = (replace(given, tax_rounding=mode) for mode in TaxRounding if mode is not given.tax_rounding)
            wrong = min(wrong, *(_differences(invoice, lines, compute_totals(other)) for other in others), key=len)
    except Refusal as error:
        return [str(error)]
    except (LookupError, ValueError, TypeError) as error:
        return [f"can't be computed: {error.args[0] if error.args else type(error).__name__}"]
    return wrong


def _input(invoice: _Invoice, lines: Sequence[_Line], terms: _Terms) -> InvoiceInput:
    return InvoiceInput(
        currency=invoice.currency,
        lines=tuple([_line_input(line, terms) for line in lines]),
        discounts=terms.discounts_of(invoice.account_id, invoice.discount_ids),
        default_tax_rates=terms.rates_of(invoice.account_id, invoice.rate_ids),
        shipping_amount=_shipping(invoice.shipping_cost),
        tax_rounding=TaxRounding(invoice.rounding),
        tax_exempt=TaxExempt(invoice.exempt),
        starting_balance=invoice.balance,
    )


def _shipping(cost: str | None) -> int:
    return 0 if cost is None else orjson.loads(cost).get("amountTotal") or 0


def _line_input(line: _Line, terms: _Terms) -> LineInput:
    # Most lines have neither discounts nor taxes of their own.
    if line.discount_ids == line.rate_ids == line.given_taxes == _NOTHING:
        return LineInput(line.id, line.amount, bool(line.discountable), line.product_id)
    return LineInput(
        line.id,
        line.amount,
        bool(line.discountable),
        line.product_id,
        terms.discounts_of(line.account_id, line.discount_ids),
        terms.rates_of(line.account_id, line.rate_ids),
        tuple(
            Tax(tax["taxRateId"], tax["amount"], tax["taxableAmount"], tax["inclusive"], _reason(tax))
            for tax in _list(line.given_taxes)
        ),
    )


def _differences(invoice: _Invoice, lines: Sequence[_Line], right: Totals) -> list[str]:
    """What an invoice and its lines say otherwise."""
    told = dict(zip(_AMOUNTS, invoice.amounts, strict=True)) | {"ending_balance": invoice.ending_balance}
    expected = {name: getattr(right, name) for name in _AMOUNTS}
    # Only finalization settles with the balance.
    expected["ending_balance"] = right.ending_balance if invoice.finalized else None
    wrong = [f"{name} is {told[name]} instead of {value}" for name, value in expected.items() if told[name] != value]
    if _discount_amounts(invoice.discount_amounts) != right.total_discount_amounts:
        wrong.append("total_discount_amounts are not what the lines add up to")
    if _taxes(invoice.taxes) != right.total_taxes:
        wrong.append("total_taxes are not what the lines add up to")
    for line, of_line in zip(lines, right.lines, strict=True):
        if _discount_amounts(line.discount_amounts) != of_line.discount_amounts:
            wrong.append(f"line {line.id} has other discount_amounts than its discounts give")
        if _taxes(line.taxes) != of_line.taxes:
            wrong.append(f"line {line.id} has other taxes than its tax rates give")
    return wrong


def _discount_amounts(text: str) -> tuple[DiscountAmount, ...]:
    return tuple(DiscountAmount(entry["discountId"], entry["amount"]) for entry in _list(text))


def _taxes(text: str) -> tuple[Tax, ...]:
    return tuple(
        Tax(
            entry["taxRateId"],
            entry["amount"],
            entry["taxableAmount"],
            entry["taxBehavior"] == TaxBehavior.INCLUSIVE,
            _reason(entry),
        )
        for entry in _list(text)
    )


def _reason(entry: Mapping[str, Any]) -> TaxabilityReason:
    return TaxabilityReason(entry["taxabilityReason"])


def _list(text: str) -> Sequence[Any]:
    if text == _NOTHING:
        return ()
    found = orjson.loads(text)
    return found if isinstance(found, list) else ()
