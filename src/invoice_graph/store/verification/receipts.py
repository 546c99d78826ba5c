"""What must hold between invoices and the money that arrived for them."""

from invoice_graph.store.verification.checks import Check, query

_OVERPAID = """
    SELECT i.account_id, i.id, 'was overpaid by ' || i.amount_overpaid || ', but its ledger entries say '
           || COALESCE(t.overpaid, 0)
    FROM invoice AS i
    LEFT JOIN (
        SELECT account_id, invoice_id, -SUM(amount) AS overpaid
        FROM balance_transaction WHERE type = 'INVOICE_OVERPAID' GROUP BY account_id, invoice_id
    ) AS t ON t.account_id = i.account_id AND t.invoice_id = i.id
    WHERE i.amount_overpaid <> COALESCE(t.overpaid, 0)
"""
# What was paid out of band has a payment, too, but names no record that could be attached.
_ATTACHED = """
    SELECT i.account_id, i.id, 'counts ' || i.attached_open_count || ' open and ' || i.attached_paid_count
           || ' paid payments attached, but has ' || COALESCE(p.open, 0) || ' and ' || COALESCE(p.paid, 0)
    FROM invoice AS i
    LEFT JOIN (
        SELECT account_id, invoice_id, COUNT(CASE WHEN status = 'OPEN' THEN 1 END) AS open,
               COUNT(CASE WHEN status = 'PAID' THEN 1 END) AS paid
        FROM invoice_payment AS p
        WHERE NOT is_default AND (payment_type = 'PAYMENT_INTENT' OR EXISTS (
            SELECT 1 FROM payment_record AS r WHERE r.account_id = p.account_id AND r.id = p.payment_reference
        ))
        GROUP BY account_id, invoice_id
    ) AS p ON p.account_id = i.account_id AND p.invoice_id = i.id
    WHERE i.attached_open_count <> COALESCE(p.open, 0) OR i.attached_paid_count <> COALESCE(p.paid, 0)
"""

RECEIPT_CHECKS = (
    Check("overpaid", "what was paid too much is on the customer's balance", query(_OVERPAID)),
    Check("attached-payments", "an invoice counts the payments attached to it", query(_ATTACHED)),
)
