"""How rows of the catalogue change: given fields are copied, an event tells of a difference."""

from collections.abc import Iterable
from typing import Any

from invoice_graph.commands.operations import Done
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Input, Path, merge_metadata
from invoice_graph.store.unit_of_work import UnitOfWork


def write_given(row: Any, given: Input, names: Iterable[str], path: Path = ()) -> None:
    """Copies the given ones of some fields to the columns of their names, and merges metadata."""
    for name in names:
        if name in given:
            setattr(row, name, given[name])
    if "metadata" in given:
        row.details = merge_metadata(row.details, given["metadata"], (*path, "metadata"))


def created(uow: UnitOfWork, event: EventType, row: Any) -> Done:
    """The end of a command that made a row."""
    uow.emit(event, row)
    return Done(row.id)


def updated(uow: UnitOfWork, event: EventType, row: Any) -> Done:
    """The end of a command that changed a row, if it did."""
    if uow.differs(row):
        uow.emit(event, row)
    return Done(row.id)
