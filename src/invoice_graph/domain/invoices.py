"""Rules of an invoice's fields that depend on one another: due dates, the schedule, the number."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from invoice_graph.domain.clock import time_text
from invoice_graph.domain.errors import ErrorCode, TransitionRefusal
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceStatus, editable_in

NUMBER_COUNTER = "number:"
"""What the kind of a counter of invoice numbers begins with; the prefix of the numbers follows."""

DUE_FIELDS = ("days_until_due", "due_at")
MAX_YEARS_AHEAD = 5
RETRY_AFTER = timedelta(hours=1)
"""From finalization, or from switching automatic advancement on, to the first automatic attempt."""

RETRY_DAYS = (3, 5, 7)
"""From each failed automatic attempt to the next; after the last of them there is none."""


def next_attempt(attempt_count: int, now: datetime) -> datetime | None:
    """When an invoice whose automatic attempt has just failed is charged again; None after the last attempt."""
    if attempt_count > len(RETRY_DAYS):
        return None
    return now + timedelta(days=RETRY_DAYS[attempt_count - 1])


def check_due_fields(given: Input, path: Path = ()) -> None:
    """Refuses days and a date together."""
    if all(given.get(name) is not None for name in DUE_FIELDS):
        message = "Give either daysUntilDue or dueAt, not both."
        raise refuse(message, (*path, "due_at"), ErrorCode.PARAMETERS_EXCLUSIVE)


def check_due_method(given: Input, method: str, path: Path = ()) -> None:
    """Refuses a due date for an invoice that is charged automatically."""
    if method == CollectionMethod.SEND_INVOICE:
        return
    for name in DUE_FIELDS:
        if given.get(name) is not None:
            raise refuse("Only invoices with collectionMethod SEND_INVOICE have a due date; set it too.", (*path, name))


def due_at(given: Input, created_at: datetime, terms_days: int) -> datetime:
    """When a sent invoice is due: the date given, or so many days after creation, else by the account's terms."""
    date: datetime | None = given.get("due_at")
    days: int | None = given.get("days_until_due")
    return date or created_at + timedelta(days=terms_days if days is None else days)


def check_not_past(due: datetime | None, now: datetime, path: Path) -> None:
    """Refuses a due date before now."""
    if due is not None and due < now:
        raise refuse(f"The due date {time_text(due)} is in the past; give a dueAt from now on.", path)


def check_finalization_time(moment: datetime, auto_advance: bool, now: datetime) -> None:
    """Refuses a scheduled finalization that is past, more than five years ahead, or not automatic."""
    path = ("automatically_finalizes_at",)
    if not auto_advance:
        raise refuse("Only invoices with autoAdvance are finalized on a schedule; set it to true as well.", path)
    if not now <= moment <= years_after(now, MAX_YEARS_AHEAD):
        raise refuse(f"Give a time from now on, at most {MAX_YEARS_AHEAD} years ahead.", path)


def years_after(moment: datetime, years: int) -> datetime:
    """The same date in another year; the 28th for a 29 February that the year does not have."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, day=28)


def check_editable(status: InvoiceStatus, given: Mapping[str, Any]) -> None:
    """Refuses an update by its first field that the status forbids, in the order of the input. Names of inner fields
    have dots."""
    for name in given:
        if status not in editable_in(name):
            raise TransitionRefusal(
                ErrorCode.INVOICE_NOT_EDITABLE,
                "Finalized invoices can't be updated in this way",
                tuple(name.split(".")),
                current_status=status,
                allowed_from=tuple(legal for legal in InvoiceStatus if legal in editable_in(name)),
            )


def number_text(prefix: str, sequence: int) -> str:
    """An invoice number, `9545A614-0001`."""
    return f"{prefix}-{sequence:04d}"
