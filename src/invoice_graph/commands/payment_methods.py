"""Payment methods that calls name."""

from invoice_graph.domain.fields import Path
from invoice_graph.store.tables import Customer, PaymentMethod
from invoice_graph.store.unit_of_work import UnitOfWork, missing


async def check_payment_method(uow: UnitOfWork, customer: Customer, id: str, path: Path) -> None:
    """Refuses a payment method that is neither the customer's nor a test method, with RESOURCE_MISSING."""
    method = await uow.get(PaymentMethod, id)
    if method is None or method.customer_id not in (None, customer.id):
        raise missing(PaymentMethod, id, path)
