"""Payment methods that calls name."""

from collections.abc import Mapping

from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.fields import Path
from invoice_graph.domain.kinds import SimulatedOutcome
from invoice_graph.store.tables import Customer, PaymentMethod
from invoice_graph.store.unit_of_work import UnitOfWork

TEST_METHODS: Mapping[str, tuple[SimulatedOutcome, str | None]] = {
    "pm_card_visa": (SimulatedOutcome.SUCCEEDS, None),
    "pm_card_chargeDeclined": (SimulatedOutcome.DECLINES, "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": (SimulatedOutcome.DECLINES, "insufficient_funds"),
    "pm_card_authenticationRequired": (SimulatedOutcome.REQUIRES_ACTION, None),
}
"""The test payment methods of every account, which work for all its customers: what each answers, and why."""


async def check_payment_method(uow: UnitOfWork, customer: Customer, id: str, path: Path) -> None:
    """Refuses a payment method that is neither the customer's nor a test method, with RESOURCE_MISSING."""
    method = await uow.get(PaymentMethod, id)
    if method is None or method.customer_id not in (None, customer.id):
        message = f"No such payment method: '{id}'; give one of the customer's, or {', '.join(TEST_METHODS)}."
        raise InputRefusal(ErrorCode.RESOURCE_MISSING, message, path)
