"""What every row with an id of its own has."""

from datetime import datetime

from invoice_graph.store.columns import Row, moment, text


class Owned(Row):
    """A row with an id of its own."""

    account_id: str = text(primary_key=True)
    id: str = text(primary_key=True)
    created_at: datetime = moment()
