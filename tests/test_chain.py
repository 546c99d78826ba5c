"""The chain of events: whoever changes the past is found out, by the first event that is not what it was."""

from hashlib import sha256

import orjson
import pytest
from gateway import Gateway

from invoice_graph.store.chain import BEGINNING, CHAINED
from invoice_graph.store.rows import codec, select_rows
from invoice_graph.store.tables import Event

pytestmark = pytest.mark.anyio


async def events(gateway: Gateway) -> list[Event]:
    async with gateway.services.database.reader() as connection:
        return await select_rows(connection, Event, {}, ("account_id", "sequence"))


async def test_each_digest_covers_the_event_and_the_digest_before_it(gateway: Gateway) -> None:
    await gateway.done("invoiceFinalize", id=await gateway.draft())
    found = await events(gateway)
    assert len(found) >= 3
    before = "0" * 64
    for event in found:
        values = codec(Event).values(event)
        before = sha256(orjson.dumps([before, *(values[name] for name in CHAINED)])).hexdigest()
        assert event.digest == before


async def test_every_column_but_the_digest_is_covered() -> None:
    assert {*CHAINED, "digest"} == set(codec(Event).names)
    assert BEGINNING == "0" * 64
