"""Keys become actors."""

import time
from collections import OrderedDict

from invoice_graph.commands.keys import find_actor
from invoice_graph.domain.access import Actor
from invoice_graph.server.engine_protocol import Unauthenticated
from invoice_graph.store.database import Database

SCHEME = "Bearer "
REMEMBERED_SECONDS = 1.0
REMEMBERED_KEYS = 1024
HOW_TO_GET_IN = "Send a key as `Authorization: Bearer sk_...`; `invoice-graph key create` makes one."


class KeyAuthenticator:
    """Looks keys up in the database and remembers them for a second, which is how long a revoked one may live on.

    `demo` acts for clients that send no key.
    """

    def __init__(self, database: Database, demo: Actor | None = None) -> None:
        self._database = database
        self._demo = demo
        self._known: OrderedDict[str, tuple[float, Actor]] = OrderedDict()

    async def authenticate(self, authorization: str | None) -> Actor:
        """The actor of an `Authorization` header's value; raises Unauthenticated."""
        if authorization is None:
            if self._demo is None:
                raise Unauthenticated(HOW_TO_GET_IN)
            return self._demo
        known = self._known.get(authorization)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        return await self._look_up(authorization)

    async def _look_up(self, authorization: str) -> Actor:
        scheme, secret = authorization[: len(SCHEME)], authorization[len(SCHEME) :].strip()
        actor = await find_actor(self._database, secret) if scheme.lower() == SCHEME.lower() else None
        if actor is None:
            raise Unauthenticated(f"This key is unknown or revoked. {HOW_TO_GET_IN}")
        self._known[authorization] = (time.monotonic() + REMEMBERED_SECONDS, actor)
        if len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        return actor
