"""Tables of the documentation, made from the tables that decide."""

import json
from collections.abc import Iterable, Sequence

from pydantic.fields import FieldInfo

from invoice_graph.config import ENVIRONMENT_PREFIX, Settings
from invoice_graph.domain.access import OPENS, WRITES
from invoice_graph.domain.events import EventType
from invoice_graph.domain.lifecycle import (
    FINALIZES_FIRST,
    TRANSITIONS,
    InvoiceAction,
    InvoiceStatus,
    SystemAction,
    refusals,
)

Action = InvoiceAction | SystemAction


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def lifecycle_table() -> str:
    """Every action: from which statuses it leads where, with which events, and what refuses it elsewhere.

    Statuses of which a row says the same share it.
    """
    head = ("action", "from", "outcome", "to", "events, or refusal")
    actions = (*InvoiceAction, *SystemAction)
    rows = [row for action in actions for row in (*_legal(action), *_finalizing(action), *_refused(action))]
    together: dict[tuple[str, ...], list[str]] = {}
    for status, *row in rows:
        together.setdefault(tuple(row), []).append(status)
    return markdown_table(head, [(row[0], ", ".join(statuses), *row[1:]) for row, statuses in together.items()])


def _legal(action: Action) -> Iterable[tuple[str, ...]]:
    for row in (row for row in TRANSITIONS if row.action is action):
        to = "the same" if row.becomes is row.status else row.becomes or "none: it is gone"
        yield row.status, action, row.outcome, to, _listed(row.emits)


def _finalizing(action: Action) -> Iterable[tuple[str, ...]]:
    for status in (status for status in InvoiceStatus if (status, action) in FINALIZES_FIRST):
        yield status, action, "", "", f"is finalized first (see FINALIZE), then as from {InvoiceStatus.OPEN} if it is"


def _refused(action: Action) -> Iterable[tuple[str, ...]]:
    for row in (row for row in refusals() if row.action is action):
        yield row.status, action, "refused", "the same", f"`{row.code}`"


def _listed(events: Iterable[EventType]) -> str:
    return ", ".join(f"`{event}`" for event in events)


def scopes_table() -> str:
    """Every scope: what it opens, and the mutations that need it."""
    needing = {scope: [f"`{name}`" for name, needed in WRITES.items() if needed is scope] for scope in OPENS}
    rows = ((f"`{scope}`", what, ", ".join(needing[scope])) for scope, what in OPENS.items())
    return markdown_table(("scope", "opens", "mutations"), rows)


def settings_table() -> str:
    """Every setting: its option, its environment variable, its default, what it means."""
    head = ("option", "environment variable", "default", "meaning")
    return markdown_table(head, [_setting(name, field) for name, field in Settings.model_fields.items()])


def option_name(name: str) -> str:
    """A setting's option on the command line: that which changes it, where it is on or off."""
    is_on = Settings.model_fields[name].default is True
    return ("--no-" if is_on else "--") + name.replace("_", "-")


def _setting(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    default = field.default if isinstance(field.default, str) else json.dumps(field.default)
    shown = f"`{default}`" if default else ""
    return f"`{option_name(name)}`", f"`{ENVIRONMENT_PREFIX}{name.upper()}`", shown, field.description or ""
