"""Credit notes for the books of test_verify, and the statements that break them: check, row at fault, statement."""

from gateway import Gateway

OPEN = "SELECT id FROM invoice WHERE description = 'credited in part'"
PAID = "SELECT id FROM invoice WHERE description = 'credited when paid'"
OF_LINES = "SELECT n.id FROM credit_note AS n JOIN credit_note_line AS l ON l.credit_note_id = n.id"
TO_BALANCE = "SELECT id FROM credit_note WHERE credit_amount > 0"
OF_AMOUNT = f"SELECT id FROM credit_note WHERE refund_amount > 0 AND invoice_id = ({PAID})"
CHEAP_LINE = f"SELECT id FROM line_item WHERE amount = 1000 AND invoice_id = ({OPEN})"

CREDIT_NOTE_BREAKS = (
    ("credit-notes-match-invoices", OF_LINES, "UPDATE credit_note SET currency = 'eur' WHERE id = $row"),
    ("credit-note-numbers", OF_LINES, "UPDATE credit_note SET number = 'X-CN-09' WHERE id = $row"),
    ("credit-note-totals", OF_AMOUNT, "UPDATE credit_note SET discount_amount = 1 WHERE id = $row"),
    ("credit-note-totals", OF_AMOUNT, "UPDATE credit_note SET total_excluding_tax = 1 WHERE id = $row"),
    ("credit-note-lines", OF_LINES, "UPDATE credit_note_line SET amount = 1999 WHERE credit_note_id = $row"),
    ("credit-note-lines", OF_LINES, "UPDATE credit_note_line SET discount_amount = 1 WHERE credit_note_id = $row"),
    (
        "credit-note-portions",
        CHEAP_LINE,
        f"UPDATE credit_note_line SET line_item_id = $row WHERE credit_note_id = ({OF_LINES})",
    ),
    ("credit-note-sums", PAID, "UPDATE invoice SET post_payment_credit_notes_amount = 1 WHERE id = $row"),
    (
        "credit-note-cap",
        PAID,
        "UPDATE credit_note SET amount = 8000, total = 8000, total_excluding_tax = 8000, post_payment_amount = 8000,"
        f" refund_amount = 8000, out_of_band_amount = 0 WHERE id = ({OF_AMOUNT});"
        "UPDATE invoice SET post_payment_credit_notes_amount = 8200 WHERE id = $row",
    ),
    ("credit-note-entries", TO_BALANCE, "UPDATE credit_note SET balance_transaction_id = NULL WHERE id = $row"),
    (
        "credit-note-entries",
        TO_BALANCE,
        "UPDATE balance_transaction SET type = 'ADJUSTMENT' WHERE credit_note_id = $row",
    ),
)


async def keep_credit_notes(gateway: Gateway) -> None:
    """Notes over lines and amounts, before and after payment, one of them void."""
    customer = await gateway.customer(name="Credited")
    lines = [{"amount": 1000}, {"amount": 4000}]
    id = await gateway.done("invoiceCreate", customer_id=customer, lines=lines, description="credited in part")
    await gateway.done("invoiceFinalize", id=id)
    void = await gateway.done("creditNoteCreate", invoice_id=id, amount=300)
    _, line = await gateway.lines(id)
    credited = {"type": "INVOICE_LINE_ITEM", "line_item_id": line.id, "amount": 2000}
    await gateway.done("creditNoteCreate", invoice_id=id, lines=[credited])
    await gateway.done("creditNoteVoid", id=void)
    paid = await gateway.open_invoice(3000, customer_id=customer, description="credited when paid")
    await gateway.done("invoicePay", id=paid)
    await gateway.done("creditNoteCreate", invoice_id=paid, amount=200, credit_amount=200)
    await gateway.done("creditNoteCreate", invoice_id=paid, amount=100, refund_amount=60, out_of_band_amount=40)
    settled = await gateway.open_invoice(700, customer_id=customer, description="credited altogether")
    await gateway.done("creditNoteCreate", invoice_id=settled, amount=500)
