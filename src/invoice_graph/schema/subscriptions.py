"""The root of subscriptions: cursors into the event log.

A client resumes by passing the cursor of the last event it saw as `after`; what happened in
between comes first, each event exactly once and in order.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated, Any, TypeVar

import strawberry
from strawberry.types import Info

from invoice_graph.domain import customer_access
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.planner.arguments import converted
from invoice_graph.planner.execute import fetch
from invoice_graph.planner.faults import ArgumentFault
from invoice_graph.planner.pagination import decode_sequence
from invoice_graph.planner.sources import Given
from invoice_graph.planner.values import plain
from invoice_graph.schema.context import Context
from invoice_graph.schema.fields import SOURCE
from invoice_graph.schema.live import Feed
from invoice_graph.schema.types.event import Event, InvoiceStatusChange
from invoice_graph.store import event_log, tables
from invoice_graph.store.event_log import EventFilter, Reading

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


async def start(context: Context, after: str | None, first: int | None) -> int:
    """Where a stream begins; raises ArgumentFault for a cursor or count that can't be."""
    if first is not None and first < 1:
        message = f"`first` is {first}; ask for at least 1."
        raise ArgumentFault(ErrorCode.PARAMETER_INVALID_INTEGER, "first", message)
    database, account_id, heard = context.services.database, context.actor.account_id, heard_by(context)
    if after is None:
        return await event_log.end(database, account_id)
    end = await (event_log.end(database, account_id) if heard is None else event_log.count(database, account_id, heard))
    try:
        position = decode_sequence(after)
    except ValueError:
        position = end + 1
    if position > end:
        message = f"`after` is no place in the event log, which ends at {end}; take one from an event."
        raise ArgumentFault(ErrorCode.CURSOR_INVALID, "after", message)
    if heard is None or position == 0:
        return position
    return await event_log.place_of(database, account_id, heard, position) or 0


def heard_by(context: Context) -> EventFilter | None:
    """The events that the customer hears of who acts for themselves, numbered from 1; None for those who hear all."""
    customer_id = context.actor.customer_id
    return None if customer_id is None else EventFilter(tuple(sorted(customer_access.EVENTS)), customer_id=customer_id)


def narrowed(wanted: EventFilter, heard: EventFilter | None) -> EventFilter:
    """What is wanted of what is heard."""
    if heard is None:
        return wanted
    assert heard.types is not None
    strange = wanted.customer_id not in (None, heard.customer_id)
    types = tuple(kind for kind in heard.types if not strange and (wanted.types is None or kind in wanted.types))
    return replace(wanted, types=types, customer_id=heard.customer_id)


async def stream(info: Info[Context, None], wanted: EventFilter, after: str | None, first: int | None) -> Any:
    """The items of a subscription; the generator ends after `first` of them."""
    context = info.context
    for argument, id in (("invoiceId", wanted.invoice_id), ("customerId", wanted.customer_id)):
        if id is not None:
            converted(plain, id, (argument,))
    # A reconnecting event stream asks with the words it began with; only the header knows how far it came.
    resumed = after if context.last_event_id is None else context.last_event_id
    position = await start(context, resumed, first)
    return _feed(context, str(info.path.key), narrowed(wanted, heard_by(context))).follow(
        position, first, context.offer
    )


def _feed(context: Context, key: str, wanted: EventFilter) -> Feed[Any]:
    """The feed of all who read the same events with the same statement and values as the same viewer."""
    bound, viewer = context.statements[key], context.viewer
    values = repr(sorted(bound.parameters.items()))
    return context.live.feed(
        (viewer.identity, wanted, key, bound.statement.spelling.sql, values),
        lambda: _new_feed(context, key, wanted),
    )


def _new_feed(context: Context, key: str, wanted: EventFilter) -> Feed[Any]:
    # Nothing of the operation that happens to be the first may stay, but for its statement.
    database, viewer, finish = context.services.database, context.viewer, context.live.finish
    bound, name, heard = context.statements[key], key.encode(), heard_by(context)

    async def answer(sequence: int) -> Any:
        found = await fetch(database.read, bound, viewer, {"sequence": sequence})
        cursor = sequence
        if heard is not None:
            cursor = await event_log.count(database, viewer.account_id, heard, sequence)
        return finish(str(cursor), b'{"%b":%b}' % (name, found[key]))

    return Feed(Reading(database, viewer.account_id, wanted), answer)


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
