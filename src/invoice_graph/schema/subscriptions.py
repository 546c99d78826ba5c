"""The root of subscriptions: cursors into the event log.

A client resumes by passing the cursor of the last event it saw as `after`; what happened in
between comes first, each event exactly once and in order.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.types import Info

from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.arguments import converted
from invoice_graph.planner.catalog import Given
from invoice_graph.planner.execute import fetch
from invoice_graph.planner.faults import ArgumentFault
from invoice_graph.planner.filters import plain
from invoice_graph.planner.pagination import decode_sequence
from invoice_graph.schema.context import Context
from invoice_graph.schema.fields import SOURCE
from invoice_graph.schema.types.event import Event, InvoiceStatusChange
from invoice_graph.store import event_log, tables
from invoice_graph.store.event_log import EventFilter

T = TypeVar("T")

BY_SEQUENCE = Given(tables.Event, "sequence", "sequence")

OfInvoice = Annotated[strawberry.ID | None, strawberry.argument(description="Only about this invoice.")]
OfCustomer = Annotated[strawberry.ID | None, strawberry.argument(description="Only about this customer's objects.")]
Resume = Annotated[
    str | None,
    strawberry.argument(
        description="Everything after this cursor, from `Event`, `InvoiceStatusChange` or `eventCursor`, first; "
        '`"0"` is the beginning of the log. From now on when absent.'
    ),
]
Count = Annotated[int | None, strawberry.argument(description="Complete after so many, at least 1; else unlimited.")]


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One result of a subscription: the field's JSON, and the cursor to resume after."""

    cursor: str
    json: bytes


async def start(context: Context, after: str | None, first: int | None) -> int:
    """Where a stream begins; raises ArgumentFault for a cursor or count that can't be."""
    if first is not None and first < 1:
        message = f"`first` is {first}; ask for at least 1."
        raise ArgumentFault(ErrorCode.PARAMETER_INVALID_INTEGER, "first", message)
    end = await event_log.end(context.services.database, context.actor.account_id)
    if after is None:
        return end
    try:
        position = decode_sequence(after)
    except ValueError:
        position = end + 1
    if position > end:
        message = f"`after` is no place in the event log, which ends at {end}; take one from an event."
        raise ArgumentFault(ErrorCode.CURSOR_INVALID, "after", message)
    return position


async def stream(info: Info[Context, None], wanted: EventFilter, after: str | None, first: int | None) -> Any:
    """The items of a subscription; the generator ends after `first` of them."""
    context = info.context
    for argument, id in (("invoiceId", wanted.invoice_id), ("customerId", wanted.customer_id)):
        if id is not None:
            converted(plain, id, (argument,))
    # A reconnecting event stream asks with the words it began with; only the header knows how far it came.
    resumed = after if context.last_event_id is None else context.last_event_id
    position = await start(context, resumed, first)
    return _items(context, str(info.path.key), wanted, position, first)


async def _items(
    context: Context, key: str, wanted: EventFilter, position: int, first: int | None
) -> AsyncGenerator[StreamItem, None]:
    database, bound = context.services.database, context.statements[key]
    count = 0
    async with aclosing(event_log.follow(database, context.actor.account_id, position, wanted)) as sequences:
        async for sequence in sequences:
            found = await fetch(database.read, bound, context.viewer, {"sequence": sequence})
            yield StreamItem(str(sequence), found[key])
            count += 1
            if count == first:
                return


async def invoice_status_changed(
    info: Info[Context, None],
    invoice_id: OfInvoice = None,
    customer_id: OfCustomer = None,
    statuses: Annotated[
        list[InvoiceStatus] | None, strawberry.argument(description="Only changes to one of these statuses.")
    ] = None,
    after: Resume = None,
    first: Count = None,
) -> AsyncGenerator[InvoiceStatusChange, None]:
    """Each change of an invoice's status, exactly once and in order."""
    wanted = EventFilter(None, invoice_id, customer_id, _chosen(statuses), status_changes_only=True)
    return await stream(info, wanted, after, first)  # type: ignore[no-any-return]


async def events(
    info: Info[Context, None],
    types: Annotated[list[EventType] | None, strawberry.argument(description="Only events of these types.")] = None,
    invoice_id: OfInvoice = None,
    customer_id: OfCustomer = None,
    after: Resume = None,
    first: Count = None,
) -> AsyncGenerator[Event, None]:
    """Each event of the account, exactly once and in order."""
    return await stream(info, EventFilter(_chosen(types), invoice_id, customer_id), after, first)  # type: ignore[no-any-return]


def _chosen(values: list[T] | None) -> tuple[T, ...] | None:
    return None if values is None else tuple(values)


def _subscription(function: Any) -> Any:
    return strawberry.subscription(function, description=function.__doc__, metadata={SOURCE: BY_SEQUENCE})


@strawberry.type(description="What can be followed live. A stream never misses an event and never repeats one.")
class Subscription:
    invoice_status_changed: InvoiceStatusChange = _subscription(invoice_status_changed)
    events: Event = _subscription(events)
