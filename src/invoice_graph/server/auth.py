"""Keys and tokens become actors."""

import time
from collections import OrderedDict

from invoice_graph.commands.keys import find_actor
from invoice_graph.commands.sessions import find_session
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import Clock
from invoice_graph.server.engine_protocol import EXPIRED, Unauthenticated
from invoice_graph.server.identities import Identities
from invoice_graph.store.connection import Database

SCHEME = "Bearer "
REMEMBERED_SECONDS = 1.0
REMEMBERED_KEYS = 1024
LONGEST = 8192
"""Characters of an `Authorization` header that is looked at."""

HOW_TO_GET_IN = "Send a key as `Authorization: Bearer sk_...`; `invoice-graph key create` makes one."
UNKNOWN = f"This key is unknown or revoked. {HOW_TO_GET_IN}"
UNKNOWN_TOKEN = "This token is not one that is accepted here; ask for a new one with `customerSessionCreate`."


class GatewayAuthenticator:
    """Looks keys and tokens up and remembers them for a second, which is how long a revoked one may live on.

    `demo` acts for clients that send no key.
    """

    def __init__(
        self, database: Database, clock: Clock, demo: Actor | None = None, identities: Identities | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._demo = demo
        self._identities = identities
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    async def authenticate(self, authorization: str | None) -> Actor:
        """The actor of an `Authorization` header's value; raises Unauthenticated."""
        if authorization is None:
            if self._demo is None:
                raise Unauthenticated(HOW_TO_GET_IN)
            return self._demo
        known = self._known.get(authorization)
        actor = known[1] if known is not None and known[0] > time.monotonic() else await self._look_up(authorization)
        if actor.expires_at is not None and actor.expires_at <= self._clock.now():
            raise Unauthenticated(EXPIRED)
        return actor

    async def _look_up(self, authorization: str) -> Actor:
        scheme, secret = authorization[: len(SCHEME)], authorization[len(SCHEME) :].strip()
        if scheme.lower() != SCHEME.lower() or len(secret) > LONGEST:
            raise Unauthenticated(UNKNOWN)
        actor = await (self._of_token(secret) if is_token(secret) else self._of_key(secret))
        self._known[authorization] = (time.monotonic() + REMEMBERED_SECONDS, actor)
        if len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        return actor

    async def _of_key(self, secret: str) -> Actor:
        actor = await find_actor(self._database, secret)
        if actor is None:
            raise Unauthenticated(UNKNOWN)
        return actor

    async def _of_token(self, token: str) -> Actor:
        if self._identities is not None and self._identities.issuer.claims_it(token):
            return await self._identities.find(self._database, token, self._clock.now())
        session = await find_session(self._database, token)
        if session is None:
            raise Unauthenticated(UNKNOWN_TOKEN)
        return session.actor


def is_token(secret: str) -> bool:
    """Whether a secret has the form of a JWT."""
    return secret.count(".") == 2
