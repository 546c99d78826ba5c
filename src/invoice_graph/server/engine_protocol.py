"""What a transport asks and what it gets back; HTTP, SSE and WebSocket speak to the engine through this page alone."""

import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from invoice_graph.domain.access import Actor

QUERY, MUTATION, SUBSCRIPTION = "query", "mutation", "subscription"
ALL_KINDS = frozenset({QUERY, MUTATION, SUBSCRIPTION})


def new_request_id() -> str:
    """A name for a request whose client has none for it."""
    return secrets.token_hex(20)


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The parameters of one operation, of the right JSON types but otherwise unchecked.

    `persisted` is the member `persistedQuery` of `extensions`, of any type; without it there is a `query`.
    `wants_cost` asks for `extensions.cost` in the answer.
    `request_id` is the client's name for it, or one that was made for it. `trace` is the trace that it continues.
    `last_event_id` is the cursor a reconnecting event stream resumes after; it wins over the operation's own.
    """

    query: str | None
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    idempotency_key: str | None = None
    last_event_id: str | None = None
    persisted: object = None
    wants_cost: bool = False
    request_id: str = field(default_factory=new_request_id)
    trace: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One finished result.

    `data` is JSON text as it goes to the client; None means a request error: nothing was
    executed and the body has no `data` entry. `status` is the HTTP status that
    `application/graphql-response+json` gets; `cursor` the event a subscription's result came from.
    """

    data: bytes | None
    errors: tuple[Mapping[str, Any], ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cursor: str | None = None
    extensions: Mapping[str, Any] | None = None

    @property
    def body(self) -> bytes:
        """The response as JSON text, `errors` first so that nobody overlooks them."""
        tail = b"}" if self.extensions is None else b',"extensions":' + orjson.dumps(self.extensions) + b"}"
        if not self.errors:
            return b'{"data":' + (self.data or b"null") + tail
        errors = orjson.dumps(self.errors)
        if self.data is None:
            return b'{"errors":' + errors + tail
        return b'{"errors":' + errors + b',"data":' + self.data + tail


Offer = Callable[[Answer], bool]
"""Sends an answer at once and returns True, or leaves it and returns False."""


class Engine(Protocol):
    """Runs operations."""

    async def run(
        self,
        request: GraphQLRequest,
        actor: Actor,
        kinds: frozenset[str] = ALL_KINDS,
        offer: Offer | None = None,
    ) -> Answer | AsyncGenerator[Answer, None]:
        """An answer, or for a subscription the stream of its answers (close it with `aclose`).

        Where `offer` is given, the stream may offer an answer while it is waited for, and lacks what was taken.
        `kinds` are the operations the transport may run; another kind is an `Answer` with
        status 405, code BAD_USER_INPUT. Every fault of the request is an `Answer` too.
        """


EXPIRED = "This token has expired; connect again with a new one, and resume with `after`."


class Unauthenticated(Exception):
    """No key, or one that is unknown or revoked; the text says how to get in."""


class AuthenticationUnavailable(Exception):
    """Nobody can be let in for now, through no fault of theirs."""


class Authenticator(Protocol):
    """Turns credentials into an actor."""

    async def authenticate(self, authorization: str | None) -> Actor:
        """The actor of an `Authorization` header's value; raises Unauthenticated and AuthenticationUnavailable."""
