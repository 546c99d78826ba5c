"""Payment providers: who moves the money."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from invoice_graph.domain.kinds import SimulatedOutcome


class ChargeStatus(StrEnum):
    """How a charge ended."""

    SUCCEEDED = "SUCCEEDED"
    DECLINED = "DECLINED"
    REQUIRES_ACTION = "REQUIRES_ACTION"


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """What to charge: `amount` in the minor unit of `currency`, all of it, or with `partial` as much as there is.

    `off_session`: the customer is not there to act. `simulated` and `decline_code` are what a test method is
    meant to answer.
    """

    amount: int
    currency: str
    payment_method_id: str
    off_session: bool
    partial: bool
    simulated: SimulatedOutcome
    decline_code: str | None


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """What the provider answered; `decline_code` says why a charge was declined. `amount` is what was charged of a
    partial charge; None for all that was asked."""

    status: ChargeStatus
    decline_code: str | None = None
    amount: int | None = None


APPROVED = ChargeResult(ChargeStatus.SUCCEEDED)


class PaymentProvider(Protocol):
    """Charges payment methods."""

    async def charge(self, key: str, request: ChargeRequest) -> ChargeResult:
        """Charges once per key: asked again under the same key, it gives the first answer and moves nothing.

        Any exception means that the outcome is not known; the gateway asks again later.
        """


_SIMULATED = {
    SimulatedOutcome.SUCCEEDS: ChargeStatus.SUCCEEDED,
    SimulatedOutcome.DECLINES: ChargeStatus.DECLINED,
    SimulatedOutcome.REQUIRES_ACTION: ChargeStatus.REQUIRES_ACTION,
}


class Simulator:
    """A provider without money: each payment method has the answer it was made for. The one without sufficient
    funds holds nothing, which is all that a partial charge takes from it."""

    async def charge(self, key: str, request: ChargeRequest) -> ChargeResult:
        if request.partial and request.decline_code == "insufficient_funds":
            return ChargeResult(ChargeStatus.SUCCEEDED, amount=0)
        return ChargeResult(_SIMULATED[request.simulated], request.decline_code)
