"""What a client asks for: media types by its headers, one operation by its JSON. Pure functions."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import orjson

from invoice_graph.server.engine_protocol import GraphQLRequest, new_request_id

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HTML = "text/html"

# Earlier wins where the client has no preference: */* is application/json, the legacy watershed's default.
OFFERS = (JSON, RESPONSE, EVENT_STREAM)

QVALUE = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")

PARAMETERS: dict[str, tuple[type, str]] = {
    "query": (str, "a string"),
    "operationName": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}

# Anything deeper than real inputs could only exhaust the stack of whoever walks it.
MAX_JSON_DEPTH = 100


class Malformed(Exception):
    """The bytes are no GraphQL request; the text says which part and why, fit for the client."""


@lru_cache(maxsize=64)
def negotiate(accept: str | None, offers: tuple[str, ...] = OFFERS) -> str | None:
    """The offer the client ranks first, None when it accepts none of them.

    Ranked by q-value, then by the place in the header, then by the place in `offers`.
    No header, or an empty one, accepts everything. A client's requests have the same header over and over: the last few
    are remembered.
    """
    ranges = _media_ranges(accept) if accept and accept.strip() else [("*/*", 1.0)]
    ranked = []
    for preference, offer in enumerate(offers):
        match = _most_specific(ranges, offer)
        if match is not None and ranges[match][1] > 0:
            ranked.append((-ranges[match][1], match, preference, offer))
    return min(ranked)[3] if ranked else None


def _media_ranges(accept: str) -> list[tuple[str, float]]:
    ranges = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p.partition("=")[2].strip() for p in parameters if p.partition("=")[0].strip() == "q"), "1")
        if name and QVALUE.fullmatch(quality):
            ranges.append((name, float(quality)))
    return ranges


def _most_specific(ranges: Sequence[tuple[str, float]], offer: str) -> int | None:
    names = [name for name, _ in ranges]
    for pattern in (offer, offer.partition("/")[0] + "/*", "*/*"):
        if pattern in names:
            return names.index(pattern)
    return None


def is_json(content_type: str | None) -> bool:
    """Whether a body of this Content-Type is read: application/json itself, in UTF-8."""
    name, *parameters = (piece.strip().lower() for piece in (content_type or "").split(";"))
    charsets = [p.partition("=")[2].strip(' "') for p in parameters if p.partition("=")[0].strip() == "charset"]
    return name == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def parse_json(text: bytes | bytearray | str, what: str) -> Any:
    """The JSON value; raises Malformed, which names `what` and the place.

    Strict: UTF-8 without a byte order mark, no NaN, no number beyond a double, at most 100 levels.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if error.msg.startswith(_TOO_DEEP):
            raise _nested(what) from None
        raise Malformed(f"{what} is not valid JSON (line {error.lineno}, column {error.colno}).") from None
    if _brackets(text) > MAX_JSON_DEPTH and _is_deeper(value, MAX_JSON_DEPTH):
        raise _nested(what)
    return value


_TOO_DEEP = "depth limit exceeded"
"""What the parser says of a thousand levels and more."""


def _nested(what: str) -> Malformed:
    return Malformed(f"{what} is nested more than {MAX_JSON_DEPTH} levels deep.")


def _brackets(text: bytes | bytearray | str) -> int:
    if isinstance(text, str):
        return text.count("[") + text.count("{")
    return text.count(b"[") + text.count(b"{")


def _is_deeper(value: object, levels: int) -> bool:
    level = [value]
    for _ in range(levels + 1):
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
        if not containers:
            return False
    return True


def graphql_request(
    parameters: object,
    idempotency_key: str | None = None,
    last_event_id: str | None = None,
    request_id: str | None = None,
    trace: Any = None,
) -> GraphQLRequest:
    """The operation a JSON value asks for; raises Malformed. Unknown members are ignored, null is absent."""
    if isinstance(parameters, list):
        raise Malformed("Batches are not supported: send one JSON object with one operation.")
    if not isinstance(parameters, dict):
        raise Malformed("A GraphQL request is a JSON object with the member `query`.")
    for name, (kind, noun) in PARAMETERS.items():
        value = parameters.get(name)
        if value is not None and not isinstance(value, kind):
            raise Malformed(f"`{name}` must be {noun}.")
    extensions = parameters.get("extensions") or {}
    query, persisted = parameters.get("query"), extensions.get("persistedQuery")
    if query is None and persisted is None:
        raise Malformed("`query` is missing.")
    return GraphQLRequest(
        query=query,
        operation_name=parameters.get("operationName"),
        variables=parameters.get("variables"),
        idempotency_key=idempotency_key,
        last_event_id=last_event_id,
        persisted=persisted,
        wants_cost=extensions.get("cost") is True,
        request_id=request_id or new_request_id(),
        trace=trace,
    )
