"""Clients that write until they lose their server, and remember what they were told."""

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from forking import ForkedServer
from system import Client
from waiting import PATIENCE


@dataclass(frozen=True)
class Told:
    """A call that was answered."""

    name: str
    input: dict[str, Any]
    payload: dict[str, Any]


@dataclass
class Heard:
    """What clients were told by a server, and the calls that it never answered."""

    acknowledged: list[Told] = field(default_factory=list)
    unanswered: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def made(self) -> set[str]:
        """The ids of the invoices that were acknowledged."""
        return {told.payload["invoice"]["id"] for told in self.acknowledged if told.name == "invoiceCreate"}


class Writer(threading.Thread):
    """A client that creates, finalizes and pays. `written` is called after each answer."""

    def __init__(self, url: str, customers: list[str], written: Callable[[], None], seed: int = 0) -> None:
        super().__init__()
        self.url = url
        self.customers = customers
        self.written = written
        self.heard = Heard()
        self._choose = random.Random(seed)

    def run(self) -> None:
        with Client(self.url) as client:
            try:
                while True:
                    self._bill(client)
            except httpx.TransportError:
                pass

    def _bill(self, client: Client) -> None:
        customer = self._choose.choice(self.customers)
        created = self._write(client, "invoiceCreate", customerId=customer, lines=[{"amount": 1000}])
        id = created["invoice"]["id"]
        self._write(client, "invoiceFinalize", id=id)
        self._write(client, "invoicePay", id=id)

    def _write(self, client: Client, name: str, **input: Any) -> dict[str, Any]:
        input["idempotencyKey"] = uuid.uuid4().hex
        self.heard.unanswered.append((name, input))
        payload = client.call(name, **input)
        assert payload["userErrors"] == [], payload
        self.heard.unanswered.pop()
        self.heard.acknowledged.append(Told(name, input, payload))
        self.written()
        return payload


def write_until_killed(process: ForkedServer, customers: list[str], writers: int, after: int, seed: int) -> Heard:
    """Has several clients write at once, and kills their server as soon as it has acknowledged so many writes."""
    reached, left, lock = threading.Event(), iter(range(after - 1, -1, -1)), threading.Lock()

    def written() -> None:
        with lock:
            if next(left, 0) == 0:
                reached.set()

    threads = [Writer(process.url, customers, written, seed * writers + place) for place in range(writers)]
    for thread in threads:
        thread.start()
    assert reached.wait(PATIENCE)
    process.kill()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return Heard(
        [told for thread in threads for told in thread.heard.acknowledged],
        [call for thread in threads for call in thread.heard.unanswered],
    )
