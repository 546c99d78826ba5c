"""Subscribers in a process of their own: `python -m bench.subscribers PORT COUNT SECRET`.

Prints `ready` when all of them listen, and then, for each event, when the last of them had it and what it was: seconds
on the clock that all processes of a machine share.
"""

import asyncio
import sys
import time

import orjson
import uvloop

AT_ONCE = 8
"""Subscribers that connect at the same time."""

TEXT, CLOSING, PING, PONG = 0x81, 0x88, 0x89, 0x8A
"""How frames begin."""

SETTLING_SECONDS = 0.5
SUBSCRIPTION = "subscription { events { id type occurredAt data } }"
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\nAuthorization: Bearer {secret}\r\n\r\n"
)


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def masked(message: object) -> bytes:
    """A client's text frame."""
    return _frame(TEXT, orjson.dumps(message))


def _frame(kind: int, payload: bytes) -> bytes:
    """A client's frame; the mask is zero, so that the bytes are themselves."""
    length = len(payload)
    size = bytes([0x80 | length]) if length < 126 else bytes([0x80 | 126]) + length.to_bytes(2, "big")
    return bytes([kind]) + size + bytes(4) + payload


async def read_text(connection: Connection) -> bytes:
    """The payload of a server's next text frame; the pings before it are answered."""
    reader, writer = connection
    while True:
        kind, length = await reader.readexactly(2)
        if length >= 126:
            length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
        payload = await reader.readexactly(length)
        if kind == CLOSING:
            raise ConnectionError(f"The server closed the connection: {payload!r}")
        if kind == PING:
            writer.write(_frame(PONG, payload))
        if kind == TEXT:
            return payload


async def subscribe(port: int, secret: str, query: str | None = SUBSCRIPTION) -> Connection:
    """A connection that listens; without a query it is silent."""
    connection = reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HANDSHAKE.format(port=port, secret=secret).encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(masked({"type": "connection_init"}))
    await read_text(connection)
    if query is not None:
        writer.write(masked({"id": "1", "type": "subscribe", "payload": {"query": query}}))
    return connection


class Audience:
    """Subscribers that listen from when they are connected, so that no ping stays unanswered."""

    def __init__(self, port: int, count: int, secret: str) -> None:
        self._port = port
        self._count = count
        self._secret = secret
        self._connecting = asyncio.Semaphore(AT_ONCE)
        self._heard: list[bytes] = []

    async def run(self) -> None:
        """Listens until the process is ended or a connection is."""
        async with asyncio.TaskGroup() as listening:
            connecting = [listening.create_task(self._connect(listening)) for _ in range(self._count)]
            await asyncio.gather(*connecting)
            # The server has read every connection's last message by then.
            await asyncio.sleep(SETTLING_SECONDS)
            print("ready", flush=True)

    async def _connect(self, listening: asyncio.TaskGroup) -> None:
        async with self._connecting:
            connection = await subscribe(self._port, self._secret)
        listening.create_task(self._listen(connection))

    async def _listen(self, connection: Connection) -> None:
        while True:
            self._heard.append(await read_text(connection))
            if len(self._heard) == self._count:
                self._tell()

    def _tell(self) -> None:
        text = self._heard[0] if len(set(self._heard)) == 1 else b"different texts"
        self._heard.clear()
        print(time.monotonic(), text.decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(Audience(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).run())
