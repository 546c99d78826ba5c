"""The ways by which an operation comes in, each with the answer's HTTP status and body as they are on the wire."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
from system import Served
from toy_engine import Talk, dial

JSON, RESPONSE, EVENTS = "application/json", "application/graphql-response+json", "text/event-stream"

Parameters = dict[str, Any]
Told = tuple[int, str]
Door = Callable[[Served, Parameters], Told]


def post(served: Served, parameters: Parameters, accept: str = RESPONSE) -> Told:
    response = httpx.post(served.url, json=parameters, headers={"accept": accept}, timeout=20, verify=False)
    return response.status_code, response.text


def post_for_json(served: Served, parameters: Parameters) -> Told:
    return post(served, parameters, JSON)


def post_for_events(served: Served, parameters: Parameters) -> Told:
    """A stream's only result; what is refused is no stream."""
    return _streamed(post(served, parameters, EVENTS))


def get(served: Served, parameters: Parameters, accept: str = RESPONSE) -> Told:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    response = httpx.get(f"{served.url}?{urlencode(texts)}", headers={"accept": accept}, timeout=20, verify=False)
    return response.status_code, response.text


def get_for_events(served: Served, parameters: Parameters) -> Told:
    return _streamed(get(served, parameters, EVENTS))


def socket(served: Served, parameters: Parameters) -> Told:
    """The answer of a WebSocket, as if it came by HTTP; it must live on whatever is asked."""
    with dial(served) as connection:  # type: ignore[arg-type]
        talk = Talk(connection)
        talk.say("connection_init")
        assert talk.hear() == {"type": "connection_ack"}
        talk.say("subscribe", id="a", payload=parameters)
        message = talk.hear()
        talk.say("ping")
        rest = [talk.hear() for _ in range(1 if message["type"] == "error" else 2)]
        assert {"type": "pong"} in rest
    if message["type"] == "next":
        return 200, _text(message["payload"])
    assert message["type"] == "error"
    return 400, _text({"errors": message["payload"]})


def _streamed(told: Told) -> Told:
    status, text = told
    events = [block for block in text.split("\n\n") if block.startswith("event: next\n")]
    return (status, events[0].partition("data: ")[2]) if events else told


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


DOORS = [post, post_for_json, post_for_events, get, get_for_events, socket]
