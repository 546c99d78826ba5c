"""Invoice numbers: a counter per prefix, whose row also says that the prefix was used."""

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Path, refuse
from invoice_graph.domain.invoices import NUMBER_COUNTER, number_text
from invoice_graph.domain.kinds import InvoiceNumbering
from invoice_graph.store.event_log import raise_counter
from invoice_graph.store.tables import Account, Counter, Customer, Invoice
from invoice_graph.store.unit_of_work import UnitOfWork

_RANDOM_LENGTH = 8


def counter_kind(prefix: str) -> str:
    """The counter of a prefix."""
    return NUMBER_COUNTER + prefix


async def find_counter(uow: UnitOfWork, prefix: str) -> Counter | None:
    """The counter of a prefix; None when the prefix was never used."""
    found = await uow.find(Counter, kind=counter_kind(prefix), hold=True)
    return found[0] if found else None


async def claim_prefix(uow: UnitOfWork, prefix: str, path: Path) -> Counter:
    """Takes a prefix that was never used, or refuses with RESOURCE_ALREADY_EXISTS."""
    if await find_counter(uow, prefix) is not None:
        message = f"The invoice prefix {prefix} is or was in use; prefixes are never used again, choose another."
        raise refuse(message, path, ErrorCode.RESOURCE_ALREADY_EXISTS)
    return uow.add(Counter(account_id=uow.account_id, kind=counter_kind(prefix)))


async def random_prefix(uow: UnitOfWork) -> str:
    """A prefix that was never used."""
    while True:
        prefix = uow.ids.token()[:_RANDOM_LENGTH].upper()
        if await find_counter(uow, prefix) is None:
            return prefix


def skip_to(counter: Counter, sequence: int, path: Path) -> bool:
    """Makes `sequence` the next number of a counter and tells whether that changed it; refuses to go back."""
    following = counter.value + 1
    if sequence < following:
        raise refuse(f"The next number is {following} already; it can only be raised.", path)
    counter.skipped += sequence - following
    counter.value = sequence - 1
    return sequence > following


async def check_number_free(uow: UnitOfWork, number: str, invoice_id: str | None) -> None:
    """Refuses a number that another invoice of the account has, with INVOICE_NUMBER_TAKEN."""
    holder = await _holder(uow, number)
    if holder is not None and holder.id != invoice_id:
        message = f"The number {number!r} belongs to another invoice; choose another, or leave it to finalization."
        raise refuse(message, ("number",), ErrorCode.INVOICE_NUMBER_TAKEN)


async def issue_number(uow: UnitOfWork, invoice: Invoice, customer: Customer, account: Account) -> None:
    """Gives an invoice the next number of its sequence, unless it has a number already."""
    if invoice.number is not None:
        return
    by_account = account.invoice_numbering == InvoiceNumbering.ACCOUNT
    prefix = account.invoice_prefix if by_account else customer.invoice_prefix
    skipped = 0
    sequence = await raise_counter(uow.connection, uow.account_id, counter_kind(prefix))
    while await _holder(uow, number_text(prefix, sequence)) is not None:
        # Somebody chose this very number by hand; it is passed over and accounted for.
        sequence = await raise_counter(uow.connection, uow.account_id, counter_kind(prefix))
        skipped += 1
    if skipped:
        await _count_skipped(uow, prefix, skipped)
    invoice.number_prefix, invoice.number_sequence = prefix, sequence
    invoice.number = number_text(prefix, sequence)


async def _count_skipped(uow: UnitOfWork, prefix: str, count: int) -> None:
    counter = await find_counter(uow, prefix)
    if counter is not None:
        counter.skipped += count


async def _holder(uow: UnitOfWork, number: str) -> Invoice | None:
    found = await uow.find(Invoice, number=number)
    return found[0] if found else None
