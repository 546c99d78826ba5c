"""Tables of the documentation, made from the tables that decide."""

import json
from collections.abc import Iterable, Sequence

from pydantic.fields import FieldInfo

from invoice_graph.config import ENVIRONMENT_PREFIX, Settings
from invoice_graph.domain.lifecycle import TRANSITIONS, refusals


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def lifecycle_table() -> str:
    """Every legal status, action and outcome, then every refusal."""
    head = ("status", "action", "outcome", "becomes", "emits, or why not")
    legal = [
        (row.status, row.action, row.outcome, row.becomes or "(gone)", " ".join(f"`{event}`" for event in row.emits))
        for row in TRANSITIONS
    ]
    refused = [(row.status, row.action, "refused", row.status, f"`{row.code}` {row.message}") for row in refusals()]
    return markdown_table(head, [*legal, *refused])


def settings_table() -> str:
    """Every setting: its option, its environment variable, its default, what it means."""
    head = ("option", "environment variable", "default", "meaning")
    return markdown_table(head, [_setting(name, field) for name, field in Settings.model_fields.items()])


def option_name(name: str) -> str:
    """A setting's option on the command line."""
    return "--" + name.replace("_", "-")


def _setting(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    default = field.default if isinstance(field.default, str) else json.dumps(field.default)
    shown = f"`{default}`" if default else ""
    return f"`{option_name(name)}`", f"`{ENVIRONMENT_PREFIX}{name.upper()}`", shown, field.description or ""
