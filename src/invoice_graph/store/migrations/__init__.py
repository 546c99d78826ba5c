"""How older tables become today's: one revision after the other, run by Alembic.

`versions` has the revisions. A revision never changes once it is released, so it declares everything itself instead of
asking the program's tables, which go on changing.
"""

from typing import TYPE_CHECKING

from invoice_graph.deferred import deferred

if TYPE_CHECKING:
    from invoice_graph.store.migrations import upgrading
else:
    # Alembic takes as long to import as all the rest of a start, which hardly ever needs it.
    upgrading = deferred("invoice_graph.store.migrations.upgrading")

__all__ = ["upgrading"]
