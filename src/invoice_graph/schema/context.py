"""What a resolver finds in its context."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from invoice_graph.commands.operations import Services
from invoice_graph.domain.access import Actor
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.plan import BoundStatement
from invoice_graph.schema.live import Live, Offer


@dataclass(frozen=True, slots=True)
class Context:
    """One operation: who asks, with what, and the bound statement of each planned root field."""

    services: Services
    actor: Actor
    viewer: Viewer
    statements: Mapping[str, BoundStatement]
    live: Live[Any]
    idempotency_key: str | None = None
    several_mutations: bool = False
    last_event_id: str | None = None
    offer: Offer[Any] | None = None
    request_id: str | None = None
