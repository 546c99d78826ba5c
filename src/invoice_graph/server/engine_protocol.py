"""What a transport asks and what it gets back; HTTP, SSE and WebSocket speak to the engine through this page alone."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from invoice_graph.domain.access import Actor

QUERY, MUTATION, SUBSCRIPTION = "query", "mutation", "subscription"
ALL_KINDS = frozenset({QUERY, MUTATION, SUBSCRIPTION})


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The parameters of one operation, of the right JSON types but otherwise unchecked.

    `last_event_id` is the cursor a reconnecting event stream resumes after; it wins over the operation's own.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] | None = None
    idempotency_key: str | None = None
    last_event_id: str | None = None


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

    @property
    def body(self) -> bytes:
        """The response as JSON text, `errors` first so that nobody overlooks them."""
        if not self.errors:
            return b'{"data":' + (self.data or b"null") + b"}"
        errors = orjson.dumps(self.errors)
        if self.data is None:
            return b'{"errors":' + errors + b"}"
        return b'{"errors":' + errors + b',"data":' + self.data + b"}"


class Engine(Protocol):
    """Runs operations."""

    async def run(
        self, request: GraphQLRequest, actor: Actor, kinds: frozenset[str] = ALL_KINDS
    ) -> Answer | AsyncGenerator[Answer, None]:
        """An answer, or for a subscription the stream of its answers (close it with `aclose`).

        `kinds` are the operations the transport may run; another kind is an `Answer` with
        status 405, code BAD_USER_INPUT. Every fault of the request is an `Answer` too.
        """


class Unauthenticated(Exception):
    """No key, or one that is unknown or revoked; the text says how to get in."""


class Authenticator(Protocol):
    """Turns credentials into an actor."""

    async def authenticate(self, authorization: str | None) -> Actor:
        """The actor of an `Authorization` header's value; raises Unauthenticated."""
