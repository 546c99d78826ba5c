"""What an HTTP request says: its headers, its body and its parameters, each refused when it is no good."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from invoice_graph.server.engine_protocol import Answer, new_request_id
from invoice_graph.server.errors import BAD_USER_INPUT, error_object
from invoice_graph.server.negotiation import JSON, PARAMETERS, Malformed, is_json, parse_json

# A body this many times too large is no longer read to its end: the connection is closed instead.
DISCARD_FACTOR = 5

MAX_IDEMPOTENCY_KEY_LENGTH = 255
MAX_REQUEST_ID_LENGTH = 255

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Limits of one request; times in seconds. With `log_operations` one that is refused here leaves a line."""

    max_body_bytes: int = 1_000_000
    body_timeout: float = 30.0
    keep_alive_interval: float = 12.0
    send_timeout: float = 10.0
    log_operations: bool = False


@dataclass(eq=False)
class Fault(Exception):
    """A request that the transport itself refuses."""

    status: int
    message: str
    code: str = BAD_USER_INPUT
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> Answer:
        return Answer(None, (error_object(self.message, self.code),), self.status, self.headers)


def headers_of(scope: Scope) -> Headers:
    """All headers by lower-case name; what is given several times is a list with commas, as HTTP has it."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def require_json(headers: Headers) -> None:
    """Raises Fault unless the body is said to be plain JSON: that also keeps forms out, which browsers send to other
    sites without asking."""
    if not is_json(headers.get("content-type")):
        raise Fault(415, f"Send {JSON} in UTF-8 as Content-Type.", headers={"accept-post": JSON})
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Fault(415, "Send the body without Content-Encoding.", headers={"accept-encoding": "identity"})


async def read_body(receive: Receive, settings: HttpSettings) -> bytearray:
    """The body; raises ClientDisconnect, and Fault for one that is too large or too slow. One a little too large is
    read to its end, so that the client gets to read the refusal."""
    body, size, limit, more = bytearray(), 0, settings.max_body_bytes, True
    close = {"connection": "close"}
    try:
        async with asyncio.timeout(settings.body_timeout):
            while more:
                chunk, more = await _chunk(receive)
                size += len(chunk)
                if size <= limit:
                    body += chunk
                elif size > limit * DISCARD_FACTOR:
                    raise Fault(413, f"The body exceeds {limit} bytes.", headers=close)
    except TimeoutError:
        raise Fault(408, f"The body took longer than {settings.body_timeout:g} s.", headers=close) from None
    if size > limit:
        raise Fault(413, f"The body exceeds {limit} bytes.")
    return body


async def _chunk(receive: Receive) -> tuple[bytes, bool]:
    """A piece of the body, and whether there is more; raises ClientDisconnect."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


def query_parameters(query_string: bytes, settings: HttpSettings) -> dict[str, Any]:
    """The parameters of GraphQL over GET, those with JSON parsed; raises Fault and Malformed."""
    if len(query_string) > settings.max_body_bytes:
        raise Fault(414, f"The query string exceeds {settings.max_body_bytes} bytes.")
    try:
        pairs = parse_qsl(query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise Malformed("The query string is not URL-encoded UTF-8 of at most 100 parameters.") from None
    parameters: dict[str, Any] = {}
    for name, value in pairs:
        if name in parameters:
            raise Malformed(f"`{name}` is given twice.")
        if name in PARAMETERS and (value or name == "query"):
            parameters[name] = parse_json(value, f"`{name}`") if PARAMETERS[name][0] is dict else value
    return parameters


def request_id_of(headers: Headers) -> str:
    """The client's own name for the request; another where it has none that can be kept."""
    given = headers.get("x-request-id", "")
    is_fit = given.isascii() and given.isprintable() and 1 <= len(given) <= MAX_REQUEST_ID_LENGTH
    return given if is_fit else new_request_id()


def idempotency_key_of(headers: Headers) -> str | None:
    """The key that a mutation is told from others by, if it is in the headers; raises Malformed for an unfit one."""
    key = headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY_LENGTH:
        raise Malformed(f"Idempotency-Key has 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} characters.")
    return key
