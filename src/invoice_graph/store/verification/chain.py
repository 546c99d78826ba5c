"""The chain of events, computed anew."""

from collections.abc import AsyncGenerator
from typing import Any

from sqlalchemy import bindparam, select, tuple_

from invoice_graph.store.chain import BEGINNING, CHAINED, link
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Statement
from invoice_graph.store.rows import table_of
from invoice_graph.store.tables import Event
from invoice_graph.store.verification.checks import Found

PAGE = 2_000
_event = table_of(Event)
_place = tuple_(_event.c.account_id, _event.c.sequence)
_NEXT = Statement(
    select(*(_event.c[name] for name in CHAINED), _event.c.digest)
    .where(_place > tuple_(bindparam("account_id"), bindparam("sequence")))
    .order_by(_event.c.account_id, _event.c.sequence)
    .limit(PAGE)
)
_ID = CHAINED.index("id")


async def find_broken_links(connection: Connection) -> list[Found]:
    """The first event of each account whose digest does not follow from it and from the one before."""
    found: dict[str, Found] = {}
    account_id, before = "", BEGINNING
    async for row in _events(connection):
        values, digest = tuple(row)[:-1], row[-1]
        if values[0] != account_id:
            account_id, before = values[0], BEGINNING
        if account_id not in found and link(before, values) != digest:
            found[account_id] = (account_id, values[_ID], "is not what it was, or what stood before it is not")
        before = digest
    return list(found.values())


async def _events(connection: Connection) -> AsyncGenerator[Any, None]:
    place = {"account_id": "", "sequence": 0}
    while rows := await connection.rows(_NEXT, place):
        for row in rows:
            yield row
        place = {"account_id": rows[-1][0], "sequence": rows[-1][1]}
