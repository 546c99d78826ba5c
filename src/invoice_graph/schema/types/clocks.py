"""Test clocks."""

from datetime import datetime

import strawberry

from invoice_graph.domain.kinds import TestClockStatus
from invoice_graph.planner.sources import Column
from invoice_graph.schema.fields import described
from invoice_graph.schema.types.common import Node


@strawberry.type(
    description="A time of its own for the customers that were created on it. It stands still until it is advanced; "
    "then everything that falls due on the way is done in order."
)
class TestClock(Node):
    version: int = described("Counts changes of the test clock; pass it as `expectedVersion`.")
    created_at: datetime = described("When the test clock was created.")
    name: str | None = described("What it is for.")
    frozen_time: datetime = described("The time of its customers.", Column("frozen_at"))
    status: TestClockStatus = described("Whether it stands still.")
    target_time: datetime | None = described("Where it is on its way to.", Column("target_at"))
    deletes_after: datetime = described("When it may be removed.", Column("deletes_after_at"))
