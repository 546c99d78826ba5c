"""Money attached to invoices, for the books of test_verify, and the statements that break what is said about it:
check, row at fault, statement."""

from gateway import Gateway

OVERPAID = "SELECT id FROM invoice WHERE description = 'overpaid'"
ATTACHED = "SELECT id FROM invoice WHERE description = 'attached'"
WITHOUT_ENTRY = "UPDATE balance_transaction SET type = 'ADJUSTMENT', invoice_id = NULL WHERE type = 'INVOICE_OVERPAID'"

RECEIPT_BREAKS = (
    ("overpaid", OVERPAID, WITHOUT_ENTRY),
    ("attached-payments", ATTACHED, "UPDATE invoice SET attached_open_count = 0 WHERE id = $row"),
    ("attached-payments", ATTACHED, "UPDATE invoice SET attached_paid_count = 0 WHERE id = $row"),
)


async def keep_receipts(gateway: Gateway) -> None:
    """An invoice paid twice, and one paid in part with more to come and a payment given up."""
    customer = await gateway.customer(name="Payer", currency="usd")
    twice = await gateway.open_invoice(1000, customer_id=customer, description="overpaid")
    intents = [await attach_intent(gateway, customer, twice, 800) for _ in range(2)]
    for intent in intents:
        await gateway.done("paymentIntentConfirm", id=intent)
    open_id = await gateway.open_invoice(2000, customer_id=customer, description="attached")
    await gateway.done("paymentIntentConfirm", id=await attach_intent(gateway, customer, open_id, 300))
    await gateway.done("paymentIntentCancel", id=await attach_intent(gateway, customer, open_id, 200))
    await attach_intent(gateway, customer, open_id, 500)
    record = await gateway.done("paymentRecordCreate", customer_id=customer, amount=100, currency="usd")
    await gateway.done("invoiceAttachPayment", id=open_id, payment_record_id=record)


async def attach_intent(gateway: Gateway, customer_id: str, invoice_id: str, amount: int) -> str:
    """The id of a payment intent whose money has not arrived yet."""
    intent = await gateway.done("paymentIntentCreate", customer_id=customer_id, amount=amount, currency="usd")
    await gateway.done("invoiceAttachPayment", id=invoice_id, payment_intent_id=intent)
    return intent
