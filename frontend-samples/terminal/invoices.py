"""Follows and exports invoices from a terminal: `python invoices.py --help`."""

import argparse
import asyncio
import csv
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from failures import FAILURES, KEY, Hopeless, Unusable, sentence
from files import CursorFile, written
from gql import Client, GraphQLRequest
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
MINUTE = 60

START = """
query Start($invoice: ID!, $named: Boolean!) {
  invoice(id: $invoice) @include(if: $named) { id }
  eventCursor
}
"""
EVENTS = """
subscription Events($after: String!, $invoice: ID) {
  events(after: $after, invoiceId: $invoice) {
    cursor type occurredAt invoiceId
    invoice { number status total currency currencyDigits }
  }
}
"""
PAGE = """
query Page($after: String) {
  invoices(first: 100, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
    nodes {
      id number status createdAt dueAt total amountPaid amountRemaining currency currencyDigits
      customer { id name }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
COLUMNS = ["id", "number", "status", "createdAt", "dueAt", "customerId", "customer", "currency"]
AMOUNTS = ["total", "amountPaid", "amountRemaining"]


class Patience:
    """Waits longer from try to try, and tells why."""

    def __init__(self) -> None:
        self.succeed()

    def succeed(self) -> None:
        self._wait = FIRST_WAIT
        self._since: float | None = None

    async def wait(self, error: BaseException) -> None:
        """Raises Hopeless for what does not pass by itself."""
        why = sentence(error)
        self._since = self._since or time.monotonic()
        minutes = int((time.monotonic() - self._since) // MINUTE)
        seconds = self._wait * random.uniform(0.5, 1.5)  # Not all clients at once when a server comes back.
        lasting = f" That has been so for {minutes} min; nothing is lost." if minutes else ""
        tell(f"{why}{lasting} Trying again in {seconds:.1f} s.")
        await asyncio.sleep(seconds)
        self._wait = min(2 * self._wait, LONGEST_WAIT)


async def patiently(attempt: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """What an attempt gives in the end."""
    patience = Patience()
    while True:
        try:
            return await attempt()
        except FAILURES as error:
            await patience.wait(error)


class Gateway:
    """The server, and the key to it."""

    def __init__(self, server: str, key: str | None) -> None:
        self._url = server.rstrip("/") + "/graphql"
        self._key = key

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of a query."""

        async def attempt() -> dict[str, Any]:
            headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
            async with Client(transport=HTTPXAsyncTransport(self._url, headers=headers, timeout=30)) as session:
                return await session.execute(GraphQLRequest(query, variable_values=variables))

        return await patiently(attempt)

    async def events(self, after: str, invoice: str | None) -> AsyncIterator[dict[str, Any]]:
        """Each event behind a cursor, for ever: once and in order, whatever happens to connection and server."""
        patience = Patience()
        while True:
            try:
                async with aclosing(self._connected(after, invoice)) as found:
                    async for event in found:
                        yield event
                        after = event["cursor"]
                        patience.succeed()
                raise ConnectionError
            except FAILURES as error:
                await patience.wait(error)

    async def _connected(self, after: str, invoice: str | None) -> AsyncIterator[dict[str, Any]]:
        payload = {"authorization": self._key} if self._key else {}
        # With pings of its own, a network that went away without a word is noticed.
        url = self._url.replace("http", "ws", 1)
        transport = WebsocketsTransport(url, init_payload=payload, ping_interval=20, pong_timeout=20)
        async with Client(transport=transport) as session:
            variables = {"after": after, "invoice": invoice}
            async for data in session.subscribe(GraphQLRequest(EVENTS, variable_values=variables)):
                yield data["events"]


def decimal(amount: int, digits: int) -> str:
    """An amount of minor units as decimal text; the digits are the API's."""
    return f"{Decimal(amount).scaleb(-digits):f}"


def line(event: dict[str, Any]) -> str:
    """An event for people, its parts divided by tabs."""
    invoice = event["invoice"]
    parts = [event["cursor"], event["occurredAt"], event["type"], event["invoiceId"] or ""]
    if invoice is not None:
        total = decimal(invoice["total"], invoice["currencyDigits"])
        parts += [invoice["number"] or "", invoice["status"], total, invoice["currency"].upper()]
    return "\t".join(parts)


async def follow(gateway: Gateway, options: argparse.Namespace) -> None:
    """Prints events, and keeps the cursor of each once it is printed."""
    kept = CursorFile(options.cursor_file)
    start = await gateway.ask(START, invoice=options.invoice or "", named=options.invoice is not None)
    if options.invoice is not None and start["invoice"] is None:
        raise Hopeless(f"There is no invoice {options.invoice} in this account.")
    cursor = kept.read() or options.after or start["eventCursor"]
    kept.write(cursor)
    tell(f"Following after {cursor}.")
    async for event in gateway.events(cursor, options.invoice):
        print(line(event), flush=True)
        kept.write(event["cursor"])


async def export(gateway: Gateway, options: argparse.Namespace) -> None:
    """Writes all invoices, oldest first, and tells their sums."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(AMOUNTS))
    with written(options.output) as output:
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow([*COLUMNS, *AMOUNTS])
        async for invoice in every_invoice(gateway):
            amounts = [decimal(invoice[name], invoice["currencyDigits"]) for name in AMOUNTS]
            writer.writerow([*(invoice[name] for name in COLUMNS), *amounts])
            so_far = sums[invoice["currency"]]
            sums[invoice["currency"]] = [a + Decimal(b) for a, b in zip(so_far, amounts, strict=True)]
    for currency, amounts in sorted(sums.items()):
        tell(" ".join([currency, *(f"{name}={amount:f}" for name, amount in zip(AMOUNTS, amounts, strict=True))]))


async def every_invoice(gateway: Gateway) -> AsyncIterator[dict[str, Any]]:
    """All invoices, page by page; those that are made meanwhile come at the end."""
    after, more = None, True
    while more:
        page = (await gateway.ask(PAGE, after=after))["invoices"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        for node in page["nodes"]:
            yield node | {"customerId": node["customer"]["id"], "customer": node["customer"]["name"]}


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def address(text: str) -> str:
    """An option that names a server."""
    try:
        parts = urlsplit(text)
        is_whole = text.startswith(("http://", "https://")) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or not is_plain(text):
        raise argparse.ArgumentTypeError(f"{text} is no address of a server; write it as https://invoices.example")
    return text


def cursor(text: str) -> str:
    """An option that names a place in the log."""
    if not (text.isascii() and text.isdecimal()):
        raise argparse.ArgumentTypeError(
            f"{text} is no cursor; give the first number of a line that follow has printed"
        )
    return text


def is_plain(text: str) -> bool:
    """Whether addresses and headers may have this as it is."""
    return text.isascii() and text.isprintable() and " " not in text


def key() -> str | None:
    """Of the environment, if it has one."""
    found = os.environ.get(KEY)
    if found and not is_plain(found):
        raise Unusable(f"{KEY} holds no key: put one into it as `invoice-graph key create` has printed it.")
    return found


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Invoices in a terminal.", epilog=f"{KEY} holds the key.")
    parser.add_argument("--server", type=address, default="http://127.0.0.1:8000")
    commands = parser.add_subparsers(required=True)
    following = commands.add_parser("follow", help="print events as they happen")
    following.add_argument("--invoice", help="only of this invoice")
    following.add_argument("--after", type=cursor, help='where to begin without a file; "0" is the beginning of all')
    following.add_argument("--cursor-file", type=Path, default=Path("invoices.cursor"))
    following.set_defaults(run=follow)
    exporting = commands.add_parser("export", help="write all invoices as CSV")
    exporting.add_argument("--output", type=Path, default=Path("-"), help='a file; "-" is the standard output')
    exporting.set_defaults(run=export)
    return parser.parse_args()


def main() -> None:
    options = parsed()
    try:
        asyncio.run(options.run(Gateway(options.server, key()), options))
    except Hopeless as reason:
        sys.exit(str(reason))
    except Unusable as reason:
        tell(str(reason))
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Or what is left would be written at the end.
        sys.exit(141)  # As if the signal had ended it.
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
