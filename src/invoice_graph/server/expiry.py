"""Tokens end, and with them what was opened by them."""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing

from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import Clock
from invoice_graph.server.engine_protocol import EXPIRED, Answer, Unauthenticated


def check_time(actor: Actor, clock: Clock) -> float:
    """The seconds that are left to an actor whose time is limited; raises Unauthenticated when none are."""
    left = math.inf if actor.expires_at is None else (actor.expires_at - clock.now()).total_seconds()
    if left <= 0:
        raise Unauthenticated(EXPIRED)
    return left


async def until_expiry(
    answers: AsyncGenerator[Answer, None], actor: Actor, clock: Clock
) -> AsyncGenerator[Answer, None]:
    """The answers of a stream until the actor's time is over; raises Unauthenticated then."""
    async with aclosing(answers):
        while True:
            left = check_time(actor, clock)
            try:
                async with asyncio.timeout(left) as deadline:
                    answer = await anext(answers, None)
            except TimeoutError:
                if not deadline.expired():
                    raise
                raise Unauthenticated(EXPIRED) from None
            if answer is None:
                return
            yield answer
