"""What happens by itself when its time has come: finalization, collection, reminders.

Each piece of work is one transaction that looks again whether it is still due, so that it is done once however
many processes try. Charges go through the three steps of every payment.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from invoice_graph.commands.balances import make_delinquent
from invoice_graph.commands.invoices.finalization import finalize
from invoice_graph.commands.invoices.invoices import mail_about
from invoice_graph.commands.operations import Charging, Done, Services
from invoice_graph.commands.payments.payments import charge_and_book, charge_automatically, lease_from_now
from invoice_graph.commands.time import live_in_time_of
from invoice_graph.domain.errors import Refusal
from invoice_graph.domain.events import EventType
from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus
from invoice_graph.store.connection import Connection
from invoice_graph.store.due import Due, due_until
from invoice_graph.store.tables import Customer, Invoice, TestClock
from invoice_graph.store.unit_of_work import UnitOfWork

BATCH = 100
_log = logging.getLogger(__name__)

Work = Callable[[UnitOfWork, Invoice, Services], Awaitable[Done | Charging]]


async def do_due_work(services: Services) -> int:
    """Does what is due in real time, and returns how much that was."""
    done = 0
    while found := await _due_now(services):
        for due in found:
            done += await do_one(services, due, services.ids.token())
    return done


async def do_one(services: Services, due: Due, operation_id: str, clock: TestClock | None = None) -> bool:
    """Does one thing that is due; False when it is not due any more. On a test clock its moment becomes the
    clock's time."""
    ended = await services.database.write(partial(_transact, services, due, operation_id, clock))
    if isinstance(ended, Charging):
        await charge_and_book(services, ended.attempt)
    elif ended is not None:
        await services.deliver(ended.mails)
    return ended is not None


async def _transact(
    services: Services, due: Due, operation_id: str, clock: TestClock | None, connection: Connection
) -> Done | Charging | None:
    uow = services.unit_of_work(connection, due.account_id, operation_id)
    if clock is not None:
        await _move(uow, clock, due.moment, services)
    try:
        async with connection.savepoint():
            ended = await _work(uow, due, services)
            await uow.flush()
    except Refusal as refusal:
        _log.warning("What was due on invoice %s is dropped: %s", due.invoice_id, refusal)
        await _drop(services.unit_of_work(connection, due.account_id, operation_id), due)
        return None
    return ended


async def _due_now(services: Services) -> list[Due]:
    async with services.database.reader() as connection:
        return await due_until(connection, services.clock.now(), BATCH)


async def _move(uow: UnitOfWork, clock: TestClock, moment: datetime, services: Services) -> None:
    row = await uow.require(TestClock, clock.id, ("id",), hold=True)
    row.frozen_at = max(row.frozen_at, moment)
    row.leased_until = lease_from_now(services)


async def _work(uow: UnitOfWork, due: Due, services: Services) -> Done | Charging | None:
    invoice = await uow.get(Invoice, due.invoice_id)
    if invoice is None:
        return None
    await live_in_time_of(uow, invoice)
    moment: datetime | None = getattr(invoice, due.column)
    if moment is None or moment > uow.now or invoice.payment_attempt_id is not None:
        return None
    return await WORK[due.column](uow, invoice, services)


async def _drop(uow: UnitOfWork, due: Due) -> None:
    """Takes a moment off an invoice without doing what was due, since it can't be done."""
    invoice = await uow.require(Invoice, due.invoice_id, ("id",))
    setattr(invoice, due.column, None)
    uow.emit(EventType.INVOICE_UPDATED, invoice)
    await uow.flush()


async def _finalize(uow: UnitOfWork, invoice: Invoice, services: Services) -> Done:
    """Finalizes a draft; then it is sent, or its collection is due at once."""
    customer = await uow.require(Customer, invoice.customer_id, ("id",))
    sent = invoice.collection_method == CollectionMethod.SEND_INVOICE
    sends = sent and customer.email is not None
    result = await finalize(uow, invoice, InvoiceAction.SEND if sends else InvoiceAction.FINALIZE)
    if result.error is not None:
        invoice.automatically_finalizes_at = invoice.next_payment_attempt_at = None
        return Done(invoice.id, refusals=result.refusals)
    if invoice.status == InvoiceStatus.OPEN and not sent:
        invoice.next_payment_attempt_at = uow.now
    return Done(invoice.id, mails=(mail_about(invoice),) if sends else ())


async def _charge_if_open(uow: UnitOfWork, invoice: Invoice, services: Services) -> Done | Charging:
    if invoice.status != InvoiceStatus.OPEN or invoice.amount_remaining == 0:
        invoice.next_payment_attempt_at = None
        uow.emit(EventType.INVOICE_UPDATED, invoice)
        return Done(invoice.id)
    # The moment stays until the attempt is settled, whose events tell that it has passed.
    return await charge_automatically(uow, invoice, services)


async def _announce_due_date(uow: UnitOfWork, invoice: Invoice, services: Services) -> Done:
    invoice.will_be_due_at = None
    if invoice.status == InvoiceStatus.OPEN:
        uow.emit(EventType.INVOICE_WILL_BE_DUE, invoice)
    return Done(invoice.id)


async def _report_overdue(uow: UnitOfWork, invoice: Invoice, services: Services) -> Done:
    invoice.overdue_at = None
    if invoice.status == InvoiceStatus.OPEN:
        uow.emit(EventType.INVOICE_OVERDUE, invoice)
        make_delinquent(uow, await uow.require(Customer, invoice.customer_id, ("id",)))
    return Done(invoice.id)


WORK: Mapping[str, Work] = {
    "automatically_finalizes_at": _finalize,
    "next_payment_attempt_at": _charge_if_open,
    "will_be_due_at": _announce_due_date,
    "overdue_at": _report_overdue,
}
"""What is done when the moment in a column of an invoice has come."""
