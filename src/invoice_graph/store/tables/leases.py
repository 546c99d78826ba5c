"""Leases: which process does what only one may do at a time."""

from datetime import datetime

from invoice_graph.store.columns import STRICT, Row, moment, text


class Lease(Row, table=True):
    """Work that is one process's until a moment. It belongs to the installation, not to an account."""

    __tablename__ = "lease"
    __table_args__ = (STRICT,)

    name: str = text(primary_key=True)
    owner: str = text()
    until: datetime = moment()
