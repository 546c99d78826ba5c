"""The inputs of the commands about payments, field by field."""

from invoice_graph.commands.shapes import CLEARABLE, CURRENCY, GIVEN, ID, NAME, REFERENCE, one_of
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, Shape, refuse


def _check_payment(given: Input, path: Path) -> None:
    if given.get("paid_out_of_band") and given.get("payment_method_id") is not None:
        message = "Money that came out of band needs no paymentMethodId; leave one of the two out."
        raise refuse(message, (*path, "paid_out_of_band"), ErrorCode.PARAMETERS_EXCLUSIVE)


def _check_attached(given: Input, path: Path) -> None:
    names = ("payment_intent_id", "payment_record_id")
    one_of(given, names, path, "Name the money to attach: give paymentIntentId or paymentRecordId.")


INVOICE_PAY = Shape(
    {
        "id": ID,
        "payment_method_id": REFERENCE,
        "paid_out_of_band": CLEARABLE,
        "forgive": CLEARABLE,
        "off_session": CLEARABLE,
    },
    required=("id",),
    check=_check_payment,
)
ATTACH_PAYMENT = Shape(
    {"id": ID, "payment_intent_id": REFERENCE, "payment_record_id": REFERENCE},
    required=("id",),
    check=_check_attached,
)
INTENT_CREATE = Shape(
    {"customer_id": ID, "amount": GIVEN, "currency": CURRENCY, "payment_method_id": REFERENCE},
    required=("customer_id", "amount", "currency"),
    creating=True,
)
INTENT_CONFIRM = Shape({"id": ID, "payment_method_id": REFERENCE}, required=("id",))
RECORD_CREATE = Shape(
    {
        "customer_id": ID,
        "amount": GIVEN,
        "currency": CURRENCY,
        "reference": NAME,
        "received_at": CLEARABLE,
    },
    required=("customer_id", "amount", "currency"),
    creating=True,
)
