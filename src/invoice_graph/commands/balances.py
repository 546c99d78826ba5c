"""The customer balance: a ledger per currency. Negative is the customer's credit."""

from collections.abc import Sequence
from dataclasses import dataclass

from invoice_graph.domain.events import EventType
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.store.tables import BalanceTransaction, Customer
from invoice_graph.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry to book; amount in minor units, positive is a debit. `id` is given when something else names it."""

    type: BalanceTransactionType
    amount: int
    credit_note_id: str | None = None
    id: str | None = None


async def balance_of(uow: UnitOfWork, customer: Customer, currency: str) -> int:
    """The customer's balance in a currency."""
    if currency == customer.currency:
        return customer.balance
    last = await _last_entry(uow, customer, currency)
    return last.ending_balance if last else 0


async def book(
    uow: UnitOfWork, customer: Customer, currency: str, movements: Sequence[Movement], invoice_id: str | None = None
) -> int:
    """Adds entries to the customer's ledger and returns the new balance; at most once per operation and currency."""
    last = await _last_entry(uow, customer, currency)
    booked, balance = (last.sequence, last.ending_balance) if last else (0, 0)
    for sequence, movement in enumerate(movements, booked + 1):
        balance += movement.amount
        entry = BalanceTransaction(
            account_id=uow.account_id,
            id=movement.id or uow.ids.make(Prefix.BALANCE_TRANSACTION),
            created_at=uow.now,
            customer_id=customer.id,
            sequence=sequence,
            amount=movement.amount,
            currency=currency,
            ending_balance=balance,
            type=movement.type,
            invoice_id=invoice_id,
            credit_note_id=movement.credit_note_id,
        )
        uow.add(entry)
    if movements and currency == customer.currency:
        customer.balance = balance
    return balance


def clear_delinquency(uow: UnitOfWork, customer: Customer) -> None:
    """A customer who has settled an invoice, or whose debt was given up, is no longer delinquent."""
    if customer.delinquent:
        customer.delinquent = False
        uow.emit(EventType.CUSTOMER_UPDATED, customer)


def make_delinquent(uow: UnitOfWork, customer: Customer) -> None:
    """An automatic payment of the customer's failed, or a due date passed."""
    if not customer.delinquent:
        customer.delinquent = True
        uow.emit(EventType.CUSTOMER_UPDATED, customer)


async def _last_entry(uow: UnitOfWork, customer: Customer, currency: str) -> BalanceTransaction | None:
    entries = await uow.find(
        BalanceTransaction, order=("-sequence",), limit=1, customer_id=customer.id, currency=currency
    )
    return entries[0] if entries else None
