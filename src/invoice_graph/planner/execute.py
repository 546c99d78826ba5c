"""Runs bound statements: on a reader for queries, on a writing connection for payloads."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from invoice_graph.domain.clock import Clock, time_text
from invoice_graph.domain.errors import Refusal
from invoice_graph.planner.faults import check_marks
from invoice_graph.planner.plan import BoundStatement
from invoice_graph.store.dialect import Parameters, Spelling

Rows = Callable[[Spelling, Parameters], Awaitable[Sequence[Any]]]
"""Runs a statement and returns its rows: `Database.read` or `Connection.rows`."""


class Viewer:
    """For whom and when statements are run: their account, the customer who acts for themselves, the time, the address
    of public pages."""

    def __init__(self, account_id: str, clock: Clock, public_url: str, customer_id: str | None = None) -> None:
        self.account_id = account_id
        self.customer_id = customer_id
        self._clock = clock
        self._public_url = public_url

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What tells viewers apart who don't see the same."""
        return (self.account_id, self.customer_id, self._public_url)

    def parameters(self) -> Parameters:
        """What every statement may ask of the viewer."""
        now = time_text(self._clock.now())
        own: Parameters = {"account_id": self.account_id, "now": now, "public_url": self._public_url}
        return own if self.customer_id is None else own | {"customer_id": self.customer_id}


async def fetch(
    rows: Rows, bound: BoundStatement, viewer: Viewer, given: Parameters | None = None, refusals: Sequence[Refusal] = ()
) -> dict[str, bytes]:
    """The JSON of each root field of a statement, by response key. Raises the faults that only the rows can show."""
    statement = bound.statement
    parameters = bound.parameters | viewer.parameters() | statement.project(refusals) | (given or {})
    found = await rows(statement.spelling, parameters)
    for text in found[0]:
        check_marks(text)
    return {key: text.encode() for key, text in zip(statement.keys, found[0], strict=True)}
