"""What must hold between credit notes, their lines, their invoices and the ledger."""

from invoice_graph.store.verification.checks import Check, query

_MATCH_INVOICES = """
    SELECT n.account_id, n.id,
           'is in ' || n.currency || ' for ' || n.customer_id || ', but its invoice in ' || i.currency || ' for '
           || i.customer_id
    FROM credit_note AS n JOIN invoice AS i ON i.account_id = n.account_id AND i.id = n.invoice_id
    WHERE n.currency <> i.currency OR n.customer_id <> i.customer_id
"""
_NUMBERS = """
    SELECT account_id, id, 'is numbered ' || number || ' instead of ' || expected
    FROM (
        SELECT n.account_id, n.id, n.number, printf('%s-CN-%02d', i.number, ROW_NUMBER() OVER (
            PARTITION BY n.account_id, n.invoice_id ORDER BY n.created_at, n.id
        )) AS expected
        FROM credit_note AS n JOIN invoice AS i ON i.account_id = n.account_id AND i.id = n.invoice_id
    ) WHERE number <> expected
"""


def _sum(documents: str, condition: str = "1") -> str:
    """The sum of the amounts of some documents in a column."""
    amount = "COALESCE(SUM(json_extract(value, '$.amount')), 0)"
    return f"(SELECT {amount} FROM json_each({documents}) WHERE {condition})"


_ADDED = "json_extract(value, '$.taxBehavior') = 'EXCLUSIVE'"
_LOST = (
    "json_extract(value, '$.taxBehavior') = 'INCLUSIVE'"
    " AND json_extract(value, '$.taxabilityReason') IN ('CUSTOMER_EXEMPT', 'REVERSE_CHARGE')"
)
_TOTALS = f"""
    SELECT account_id, id,
           'is over ' || total || ', ' || total_excluding_tax || ' without tax and ' || discount_amount
           || ' of discounts, but has ' || {_sum("total_taxes")} || ' of taxes and ' || {_sum("discount_amounts")}
           || ' of discounts'
    FROM credit_note
    WHERE total <> total_excluding_tax + {_sum("total_taxes")} OR discount_amount <> {_sum("discount_amounts")}
"""
# The price of an exempt customer loses the inclusive tax, which no column of the line tells.
_LINES = f"""
    SELECT n.account_id, n.id,
           'is over ' || n.total || ' with ' || n.discount_amount || ' of discounts and ' || {_sum("n.total_taxes")}
           || ' of taxes, but its lines over ' || l.total || ' with ' || l.discount || ' and ' || l.tax
    FROM credit_note AS n
    JOIN (
        SELECT account_id, credit_note_id, SUM(discount_amount) AS discount, SUM({_sum("taxes")}) AS tax,
               SUM(amount - discount_amount + {_sum("taxes", _ADDED)}) AS total,
               SUM((SELECT COUNT(*) FROM json_each(taxes) WHERE {_LOST})) AS exempted
        FROM credit_note_line GROUP BY account_id, credit_note_id
    ) AS l ON l.account_id = n.account_id AND l.credit_note_id = n.id
    WHERE n.discount_amount <> l.discount OR {_sum("n.total_taxes")} <> l.tax
       OR n.total > l.total OR (n.total < l.total AND l.exempted = 0)
"""
_PORTIONS = """
    SELECT l.account_id, l.id,
           'costs ' || l.amount || ', but ' || SUM(c.amount) || ' of it is credited'
    FROM credit_note_line AS c
    JOIN credit_note AS n ON n.account_id = c.account_id AND n.id = c.credit_note_id AND n.status = 'ISSUED'
    JOIN line_item AS l ON l.account_id = c.account_id AND l.id = c.line_item_id
    GROUP BY l.account_id, l.id
    HAVING SUM(c.amount) NOT BETWEEN MIN(l.amount, 0) AND MAX(l.amount, 0) OR n.invoice_id <> l.invoice_id
"""
_ISSUED = """
    SELECT account_id, invoice_id, SUM(total) AS total, SUM(pre_payment_amount) AS pre, SUM(post_payment_amount) AS post
    FROM credit_note WHERE status = 'ISSUED' GROUP BY account_id, invoice_id
"""
_SUMS = f"""
    SELECT i.account_id, i.id,
           'was credited ' || i.pre_payment_credit_notes_amount || ' before and ' || i.post_payment_credit_notes_amount
           || ' after payment, but its notes say ' || COALESCE(n.pre, 0) || ' and ' || COALESCE(n.post, 0)
    FROM invoice AS i LEFT JOIN ({_ISSUED}) AS n ON n.account_id = i.account_id AND n.invoice_id = i.id
    WHERE i.pre_payment_credit_notes_amount <> COALESCE(n.pre, 0)
       OR i.post_payment_credit_notes_amount <> COALESCE(n.post, 0)
"""
_CAP = f"""
    SELECT i.account_id, i.id, 'comes to ' || i.total || ', but ' || n.total || ' are credited'
    FROM invoice AS i JOIN ({_ISSUED}) AS n ON n.account_id = i.account_id AND n.invoice_id = i.id
    WHERE n.total > i.total
"""
_ENTRIES = """
    SELECT n.account_id, n.id,
           'credits the balance with ' || n.credit_amount || ', but its entry says ' || COALESCE(-t.amount, 'nothing')
    FROM credit_note AS n
    LEFT JOIN balance_transaction AS t
      ON t.account_id = n.account_id AND t.id = n.balance_transaction_id AND t.credit_note_id = n.id
     AND t.customer_id = n.customer_id AND t.currency = n.currency AND t.type = 'CREDIT_NOTE'
    WHERE n.credit_amount <> COALESCE(-t.amount, 0)
    UNION ALL
    SELECT t.account_id, t.id, 'is of credit note ' || t.credit_note_id || ', which names another entry'
    FROM balance_transaction AS t
    JOIN credit_note AS n ON n.account_id = t.account_id AND n.id = t.credit_note_id
    WHERE n.balance_transaction_id IS NOT NULL AND n.balance_transaction_id <> t.id
"""

CREDIT_NOTE_CHECKS = (
    Check("credit-notes-match-invoices", "a credit note is in its invoice's currency", query(_MATCH_INVOICES)),
    Check("credit-note-numbers", "the notes of an invoice are numbered without gaps", query(_NUMBERS)),
    Check("credit-note-totals", "a note's totals agree with one another", query(_TOTALS)),
    Check("credit-note-lines", "a note over lines is what they add up to", query(_LINES)),
    Check("credit-note-portions", "no line is credited beyond its amount", query(_PORTIONS)),
    Check("credit-note-sums", "an invoice was credited what its notes say", query(_SUMS)),
    Check("credit-note-cap", "no invoice is credited beyond its total", query(_CAP)),
    Check("credit-note-entries", "a note credited the balance by what it says", query(_ENTRIES)),
)
