"""Keys and signing secrets are revoked, and with them ends what was opened by them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from invoice_graph.domain.access import Actor
from invoice_graph.server.engine_protocol import Unauthenticated
from invoice_graph.server.held import Held
from invoice_graph.store.connection import Database
from invoice_graph.store.credentials import good_credentials

REVOKED = "This key or token was revoked; connect again with another one, and resume with `after`."

LOOK_SECONDS = 1.0
"""How often it is looked for what was revoked, by this process or another."""

_log = logging.getLogger(__name__)


class Admissions:
    """What is open for longer than an answer takes, by the credential that opened it."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], set[Callable[[], None]]] = {}

    @property
    def credential_count(self) -> int:
        """How many credentials have something open."""
        return len(self._open)

    def admit(self, actor: Actor, end: Callable[[], None]) -> Held:
        """Calls `end` when the actor's credential is revoked until this is let go, perhaps more than once."""
        if actor.credential is None:
            return Held()
        self._open.setdefault(actor.credential, set()).add(end)
        return Held(self._leave, actor.credential, end)

    def _leave(self, credential: tuple[str, str], end: Callable[[], None]) -> None:
        ends = self._open[credential]
        ends.remove(end)
        if not ends:
            del self._open[credential]

    @asynccontextmanager
    async def lasting(self, actor: Actor) -> AsyncGenerator[None, None]:
        """Ends the block when the actor's credential is revoked; raises Unauthenticated then."""
        try:
            async with asyncio.timeout(None) as deadline:
                with self.admit(actor, lambda: deadline.reschedule(0)):
                    yield
        except TimeoutError:
            if not deadline.expired():
                raise
            raise Unauthenticated(REVOKED) from None

    async def watch(self, database: Database) -> None:
        """Ends what was opened by credentials that are revoked, with one look at all of them. Runs until it is
        cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look(database)
            except Exception as error:
                _log.warning("Revoked keys can't be looked for: %s; looking again in %g s", error, LOOK_SECONDS)

    async def _look(self, database: Database) -> None:
        if not self._open:
            return
        looked_for = frozenset(self._open)
        good = await good_credentials(database, {account_id for account_id, _ in looked_for})
        for credential in looked_for - good:
            for end in tuple(self._open.get(credential, ())):
                end()
