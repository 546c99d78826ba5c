"""Entries of a customer's ledger that callers make by hand."""

from invoice_graph.commands.balances import Movement, balance_of
from invoice_graph.commands.invoices.drafts import change_balance
from invoice_graph.commands.operations import Command, Done, Services
from invoice_graph.commands.shapes import CURRENCY, DESCRIPTION, ID, METADATA
from invoice_graph.domain.fields import Field, Input, Path, Shape, merge_metadata, refuse
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.domain.money import check_amount, check_maximum, currency_of
from invoice_graph.store.tables import BalanceTransaction, Customer
from invoice_graph.store.unit_of_work import UnitOfWork


def _not_zero(value: int, path: Path) -> int:
    if not value:
        raise refuse("0 moves nothing; give a negative amount for credit, a positive one for debt.", path)
    return value


_ENTRY = Shape(
    {
        "customer_id": ID,
        "amount": Field(_not_zero, clearable=False),
        "currency": CURRENCY,
        "description": DESCRIPTION,
        "metadata": METADATA,
    },
    required=("customer_id", "amount"),
    creating=True,
)


async def create_transaction(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """customerBalanceTransactionCreate: an adjustment; the customer's drafts follow."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    code = input.get("currency") or customer.currency or (await uow.account()).default_currency
    currency, amount = currency_of(code), input["amount"]
    check_amount(amount, currency, ("amount",))
    check_maximum(await balance_of(uow, customer, code) + amount, currency, ("amount",))
    customer.currency = customer.currency or code
    await change_balance(uow, customer, code, [Movement(BalanceTransactionType.ADJUSTMENT, amount)])
    (entry,) = uow.added(BalanceTransaction)
    entry.description = input.get("description")
    entry.details = merge_metadata({}, input.get("metadata"), ("metadata",))
    return Done(entry.id)


LEDGER_COMMANDS = (
    Command("customerBalanceTransactionCreate", BalanceTransaction, _ENTRY, create_transaction, creates=True),
)
