"""Seeded customers."""

from dataclasses import dataclass
from datetime import datetime

from invoice_graph.commands.numbers import counter_kind
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.seed.log import Log
from invoice_graph.store.bulk import template
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.rows import insert_rows, select_rows
from invoice_graph.store.tables import Counter, Customer

CURRENCIES = ("usd", "usd", "usd", "eur", "eur", "gbp", "jpy")
_COLOURS = ("Amber", "Blue", "Coral", "Dusk", "Ember", "Fern", "Gold", "Hazel", "Indigo", "Jade", "Khaki")
_TRADES = ("Bakery", "Cycles", "Dental", "Energy", "Foods", "Gardens", "Health", "Interiors", "Labs", "Media")
_FORMS = ("Ltd", "GmbH", "Inc", "SARL", "AB", "Oy", "BV")
_PREFIX_LENGTH = 8


@dataclass(slots=True)
class SeededCustomer:
    """A customer's columns, and how many entries its ledger has."""

    row: Parameters
    entries: int = 0


async def add_customers(
    connection: Connection, account_id: str, count: int, ids: IdFactory, log: Log, now: datetime
) -> list[SeededCustomer]:
    """New customers, each with a number prefix that was never used."""
    used = {counter.kind for counter in await select_rows(connection, Counter, {"account_id": account_id})}
    customers = [_customer(account_id, place, _fresh_prefix(ids, used), ids, now) for place in range(count)]
    counters = [Counter(account_id=account_id, kind=counter_kind(row.invoice_prefix)) for row in customers]
    await insert_rows(connection, Customer, customers)
    await insert_rows(connection, Counter, counters)
    await log.customers_created(connection, [customer.id for customer in customers], now)
    return [SeededCustomer(template(customer)) for customer in customers]


def _fresh_prefix(ids: IdFactory, used: set[str]) -> str:
    while True:
        prefix = ids.token()[:_PREFIX_LENGTH].upper()
        if counter_kind(prefix) not in used:
            used.add(counter_kind(prefix))
            return prefix


def _customer(account_id: str, place: int, prefix: str, ids: IdFactory, now: datetime) -> Customer:
    name = " ".join(words[place % len(words)] for words in (_COLOURS, _TRADES, _FORMS))
    email = f"billing@{prefix.lower()}.example"
    return Customer(
        account_id=account_id,
        id=ids.make(Prefix.CUSTOMER),
        created_at=now,
        name=name,
        email=email,
        currency=CURRENCIES[place % len(CURRENCIES)],
        invoice_prefix=prefix,
        default_payment_method_id="pm_card_visa",
    )
