"""Proof of the books: what must hold between rows, checked over the whole database."""

from collections.abc import Sequence

from invoice_graph.domain.lifecycle import STATUS_EVENTS
from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.event_log import EVENT_COUNTER
from invoice_graph.store.verification.chain import find_broken_links
from invoice_graph.store.verification.checks import Check, Finding, Found, padded
from invoice_graph.store.verification.checks import query as _query
from invoice_graph.store.verification.credit_notes import CREDIT_NOTE_CHECKS
from invoice_graph.store.verification.derived import DERIVED_CHECKS
from invoice_graph.store.verification.receipts import RECEIPT_CHECKS
from invoice_graph.store.verification.rules import find_broken_constraints, find_orphans
from invoice_graph.store.verification.totals import find_wrong_prices, find_wrong_totals


async def verify(database: Database, checks: Sequence[Check] | None = None) -> list[Finding]:
    """Everything that does not hold, in the order of `checks`, which are `CHECKS` unless given; all of them see
    one state of the database, whatever others write meanwhile."""
    async with database.snapshot() as connection:
        return [finding for check in checks or CHECKS for finding in await _run(check, connection)]


async def _run(check: Check, connection: Connection) -> list[Finding]:
    try:
        async with connection.savepoint():
            return [Finding(check.name, *found) for found in await check.find(connection)]
    except connection.failures as error:
        # What is damaged may be unreadable at any place; that is a finding, and other checks may still get through.
        return [Finding(check.name, None, None, f"can't be checked: {error}")]


async def _find_damage(connection: Connection) -> list[Found]:
    return [(None, None, damage) for damage in await connection.damage()]


_NUMBERS_COUNTED = """
    SELECT c.account_id, c.kind,
           'stands at ' || c.value || ' with ' || c.skipped || ' skipped, but ' || COALESCE(i.issued, 0)
           || ' invoices have numbers of it'
    FROM counter AS c
    LEFT JOIN (
        SELECT account_id, 'number:' || number_prefix AS kind, COUNT(*) AS issued
        FROM invoice WHERE number_prefix IS NOT NULL GROUP BY account_id, number_prefix
    ) AS i ON i.account_id = c.account_id AND i.kind = c.kind
    WHERE c.kind LIKE 'number:%' AND c.value - c.skipped <> COALESCE(i.issued, 0)
"""
_NUMBERS_IN_RANGE = """
    SELECT i.account_id, i.id,
           'has number ' || i.number_sequence || ' of ' || i.number_prefix || ', whose counter '
           || COALESCE('stands at ' || c.value, 'does not exist')
    FROM invoice AS i
    LEFT JOIN counter AS c ON c.account_id = i.account_id AND c.kind = 'number:' || i.number_prefix
    WHERE i.number_prefix IS NOT NULL AND (c.value IS NULL OR i.number_sequence NOT BETWEEN 1 AND c.value)
"""
_NUMBERS_DISTINCT = """
    SELECT account_id, MAX(id), 'shares number ' || number_sequence || ' of ' || number_prefix || ' with ' || MIN(id)
    FROM invoice WHERE number_prefix IS NOT NULL
    GROUP BY account_id, number_prefix, number_sequence HAVING COUNT(*) > 1
"""
_NUMBERS_SPELLED = f"""
    SELECT account_id, id,
           'is numbered ' || COALESCE(number, 'not at all') || ' for '
           || COALESCE(CAST(number_sequence AS TEXT), 'no number')
           || ' of ' || COALESCE(number_prefix, 'no prefix')
    FROM invoice
    WHERE (number_prefix IS NULL) <> (number_sequence IS NULL)
       OR (number_prefix IS NOT NULL AND number IS DISTINCT FROM number_prefix || '-' || {padded("number_sequence", 4)})
"""
_PREFIXES_CLAIMED = """
    SELECT p.account_id, p.id, 'has the prefix ' || p.invoice_prefix || ', which has no counter'
    FROM (
        SELECT account_id, id, invoice_prefix FROM customer
        UNION ALL SELECT account_id, account_id, invoice_prefix FROM account
    ) AS p
    LEFT JOIN counter AS c ON c.account_id = p.account_id AND c.kind = 'number:' || p.invoice_prefix
    WHERE c.kind IS NULL
"""
_LINES_MATCH_ITEMS = """
    SELECT l.account_id, l.id, 'differs from its item ' || i.id || ' in amount, currency or invoice'
    FROM line_item AS l
    JOIN invoice_item AS i ON i.account_id = l.account_id AND i.id = l.invoice_item_id
    WHERE i.invoice_id IS DISTINCT FROM l.invoice_id OR i.amount <> l.amount OR i.currency <> l.currency
"""
_LINES_MATCH_INVOICES = """
    SELECT l.account_id, l.id, 'differs in currency from its invoice, or in amount from its own subtotal'
    FROM line_item AS l
    JOIN invoice AS i ON i.account_id = l.account_id AND i.id = l.invoice_id
    WHERE l.currency <> i.currency OR l.subtotal <> l.amount
"""
_ITEMS_ON_INVOICES = """
    SELECT i.account_id, i.id, 'is on invoice ' || i.invoice_id || ', which has no line for it or another customer'
    FROM invoice_item AS i
    LEFT JOIN line_item AS l ON l.account_id = i.account_id AND l.invoice_item_id = i.id
    LEFT JOIN invoice AS o ON o.account_id = i.account_id AND o.id = i.invoice_id
    WHERE i.invoice_id IS NOT NULL AND (l.id IS NULL OR o.customer_id <> i.customer_id)
"""
_AMOUNT_REMAINING = """
    SELECT account_id, id, 'has ' || amount_remaining || ' remaining of ' || amount_due || ' due, less ' || amount_paid
           || ' paid and ' || amount_forgiven || ' forgiven'
    FROM invoice
    WHERE amount_remaining <> CASE WHEN amount_due > amount_paid + amount_forgiven
                                  THEN amount_due - amount_paid - amount_forgiven ELSE 0 END
"""
_AMOUNT_PAID = """
    SELECT i.account_id, i.id, 'has amount_paid ' || i.amount_paid || ' and ' || i.amount_overpaid || ' beyond, '
           || i.amount_paid_out_of_band || ' out of band, but its payments say ' || COALESCE(p.paid, 0) || ' and '
           || COALESCE(p.out_of_band, 0)
    FROM invoice AS i
    LEFT JOIN (
        SELECT account_id, invoice_id, SUM(amount_paid) AS paid,
               SUM(CASE WHEN payment_type = 'PAYMENT_RECORD' THEN amount_paid ELSE 0 END) AS out_of_band
        FROM invoice_payment WHERE status = 'PAID' GROUP BY account_id, invoice_id
    ) AS p ON p.account_id = i.account_id AND p.invoice_id = i.id
    WHERE i.amount_paid + i.amount_overpaid <> COALESCE(p.paid, 0)
       OR i.amount_paid_out_of_band <> COALESCE(p.out_of_band, 0)
"""
_PAYMENT_CURRENCY = """
    SELECT p.account_id, p.id, 'is in ' || p.currency || ' for invoice ' || i.id || ' in ' || i.currency
    FROM invoice_payment AS p JOIN invoice AS i ON i.account_id = p.account_id AND i.id = p.invoice_id
    WHERE p.currency <> i.currency
"""
_DEFAULT_PAYMENT = """
    SELECT i.account_id, i.id, 'is ' || i.status || ' with ' || COALESCE(p.open, 0) || ' open default payments over '
           || COALESCE(p.requested, 0)
    FROM invoice AS i
    LEFT JOIN (
        SELECT account_id, invoice_id, COUNT(*) AS open, SUM(amount_requested) AS requested
        FROM invoice_payment WHERE is_default AND status = 'OPEN' GROUP BY account_id, invoice_id
    ) AS p ON p.account_id = i.account_id AND p.invoice_id = i.id
    WHERE COALESCE(p.open, 0) <> CASE WHEN i.status IN ('OPEN', 'UNCOLLECTIBLE') THEN 1 ELSE 0 END
       OR COALESCE(p.requested, i.amount_remaining) <> i.amount_remaining
"""
_ATTEMPTS = """
    SELECT a.account_id, a.id, 'is for invoice ' || a.invoice_id || ', which does not name it'
    FROM payment_attempt AS a
    JOIN invoice AS i ON i.account_id = a.account_id AND i.id = a.invoice_id
    WHERE i.payment_attempt_id IS DISTINCT FROM a.id
    UNION ALL
    SELECT i.account_id, i.id, 'names payment attempt ' || i.payment_attempt_id || ', which does not exist'
    FROM invoice AS i
    LEFT JOIN payment_attempt AS a ON a.account_id = i.account_id AND a.id = i.payment_attempt_id
    WHERE i.payment_attempt_id IS NOT NULL AND a.id IS NULL
"""
_LEDGER = """
    SELECT account_id, customer_id, currency, id, sequence, amount, ending_balance,
           ROW_NUMBER() OVER entries AS place, LAG(ending_balance, 1, 0) OVER entries AS balance
    FROM balance_transaction
    WINDOW entries AS (PARTITION BY account_id, customer_id, currency ORDER BY sequence)
"""
_LEDGER_SEQUENCE = f"""
    SELECT account_id, MIN(customer_id), 'has no entry ' || MIN(place) || ' in its ledger in ' || currency
    FROM ({_LEDGER}) AS e WHERE sequence <> place GROUP BY account_id, customer_id, currency
"""
_LEDGER_SUMS = f"""
    SELECT account_id, id, 'ends at ' || ending_balance || ', but ' || balance || ' and ' || amount || ' make '
           || (balance + amount)
    FROM ({_LEDGER}) AS e WHERE ending_balance <> balance + amount
"""
_NEWEST_BALANCE = """
    SELECT t.account_id, t.customer_id, t.currency, t.ending_balance
    FROM balance_transaction AS t WHERE t.sequence = (
        SELECT MAX(sequence) FROM balance_transaction AS o
        WHERE o.account_id = t.account_id AND o.customer_id = t.customer_id AND o.currency = t.currency
    )
"""
_CUSTOMER_BALANCE = f"""
    SELECT c.account_id, c.id, 'has balance ' || c.balance || '; its ledger ends at ' || COALESCE(n.ending_balance, 0)
    FROM customer AS c LEFT JOIN ({_NEWEST_BALANCE}) AS n
      ON n.account_id = c.account_id AND n.customer_id = c.id AND n.currency = c.currency
    WHERE c.balance <> COALESCE(n.ending_balance, 0)
"""
# A revision counts on what its origin gives back when it is voided.
_DRAFT_BALANCE = f"""
    SELECT account_id, id, 'is a draft that starts from balance ' || starting_balance
           || ', but its customer''s ledger ends at ' || balance
    FROM (
        SELECT i.account_id, i.id, i.starting_balance, COALESCE(n.ending_balance, 0) + CASE
               WHEN o.status <> 'VOID' THEN o.starting_balance - COALESCE(o.ending_balance, 0) ELSE 0 END AS balance
        FROM invoice AS i
        LEFT JOIN ({_NEWEST_BALANCE}) AS n
          ON n.account_id = i.account_id AND n.customer_id = i.customer_id AND n.currency = i.currency
        LEFT JOIN invoice AS o ON o.account_id = i.account_id AND o.id = i.from_invoice_id
        WHERE i.status = 'DRAFT' AND i.expires_at IS NULL
    ) AS d WHERE starting_balance <> balance
"""
_INVOICE_ENTRIES = """
    SELECT i.account_id, i.id, 'moved the balance by ' || COALESCE(i.ending_balance - i.starting_balance, 0)
           || ' as ' || i.status || ', but its ledger entries say ' || COALESCE(t.applied, 0) || ' and '
           || COALESCE(t.unapplied, 0) || ' given back'
    FROM invoice AS i
    LEFT JOIN (
        SELECT account_id, invoice_id,
               SUM(CASE WHEN type IN ('UNAPPLIED_FROM_INVOICE', 'INVOICE_OVERPAID') THEN 0 ELSE amount END) AS applied,
               SUM(CASE WHEN type = 'UNAPPLIED_FROM_INVOICE' THEN -amount ELSE 0 END) AS unapplied
        FROM balance_transaction WHERE invoice_id IS NOT NULL AND credit_note_id IS NULL GROUP BY account_id, invoice_id
    ) AS t ON t.account_id = i.account_id AND t.invoice_id = i.id
    WHERE COALESCE(t.applied, 0) <> COALESCE(i.ending_balance - i.starting_balance, 0)
       OR COALESCE(t.unapplied, 0) <> CASE WHEN i.status = 'VOID' THEN COALESCE(t.applied, 0) ELSE 0 END
"""
_EVENT_SEQUENCE = """
    SELECT account_id, id, 'follows event ' || before || ' with sequence ' || sequence
    FROM (SELECT account_id, id, sequence,
                 LAG(sequence, 1, 0) OVER (PARTITION BY account_id ORDER BY sequence) AS before FROM event) AS e
    WHERE sequence <> before + 1
"""
_EVENT_COUNTER = f"""
    SELECT a.account_id, NULL, 'counts ' || COALESCE(c.value, 0) || ' events, but the last is ' || COALESCE(e.last, 0)
    FROM account AS a
    LEFT JOIN counter AS c ON c.account_id = a.account_id AND c.kind = '{EVENT_COUNTER}'
    LEFT JOIN (SELECT account_id, MAX(sequence) AS last FROM event GROUP BY account_id) AS e
      ON e.account_id = a.account_id
    WHERE COALESCE(c.value, 0) <> COALESCE(e.last, 0)
"""
_EVENT_OF_STATUS = " ".join(f"WHEN '{status}' THEN '{event}'" for status, event in STATUS_EVENTS.items())
_STATUS_CHAIN = f"""
    SELECT account_id, id, type || ' leads from ' || COALESCE(previous_status, 'nothing') || ' to ' || status
           || ', but the invoice was ' || COALESCE(before, 'nothing')
    FROM (SELECT account_id, id, type, status, previous_status,
                 LAG(status) OVER (PARTITION BY account_id, invoice_id ORDER BY sequence) AS before
          FROM event WHERE status IS NOT NULL) AS e
    WHERE previous_status IS DISTINCT FROM before OR type <> CASE status {_EVENT_OF_STATUS} END
"""
_INVOICE_STATUS = """
    SELECT i.account_id, i.id, 'is ' || i.status || ', but its events end with ' || COALESCE(e.status, 'none')
    FROM invoice AS i
    LEFT JOIN (
        SELECT account_id, invoice_id, MAX(sequence) AS last
        FROM event WHERE status IS NOT NULL GROUP BY account_id, invoice_id
    ) AS m ON m.account_id = i.account_id AND m.invoice_id = i.id
    LEFT JOIN event AS e ON e.account_id = m.account_id AND e.sequence = m.last
    WHERE e.status IS DISTINCT FROM i.status AND i.expires_at IS NULL
"""

CHECKS: tuple[Check, ...] = (
    Check("integrity", "what is stored is undamaged", _find_damage),
    Check("constraints", "every row keeps the rules of its table", find_broken_constraints),
    Check("references", "no row refers to one that does not exist", find_orphans),
    Check("numbers-counted", "a prefix has as many invoices as its counter gave numbers", _query(_NUMBERS_COUNTED)),
    Check("numbers-in-range", "no number is beyond its counter", _query(_NUMBERS_IN_RANGE)),
    Check("numbers-distinct", "no two invoices share a number of a prefix", _query(_NUMBERS_DISTINCT)),
    Check("numbers-spelled", "a number is spelled by its prefix and sequence", _query(_NUMBERS_SPELLED)),
    Check("prefixes-claimed", "every prefix in use has a counter", _query(_PREFIXES_CLAIMED)),
    Check("lines-match-items", "a line says what its item says", _query(_LINES_MATCH_ITEMS)),
    Check("lines-match-invoices", "a line is in its invoice's currency", _query(_LINES_MATCH_INVOICES)),
    Check("items-on-invoices", "an item on an invoice has its line there", _query(_ITEMS_ON_INVOICES)),
    Check("prices", "a line costs what its price says, rounded once", find_wrong_prices),
    Check("totals", "totals are what the lines add up to", find_wrong_totals),
    Check("amount-remaining", "what remains is what is due, less paid and forgiven", _query(_AMOUNT_REMAINING)),
    Check("amount-paid", "what is paid is the sum of the paid payments", _query(_AMOUNT_PAID)),
    Check("payment-currency", "a payment is in its invoice's currency", _query(_PAYMENT_CURRENCY)),
    Check("default-payment", "what can be collected has one open payment over all", _query(_DEFAULT_PAYMENT)),
    Check("payment-attempts", "an attempt under way and its invoice name each other", _query(_ATTEMPTS)),
    Check("ledger-sequence", "ledgers have no gaps", _query(_LEDGER_SEQUENCE)),
    Check("ledger-sums", "every ledger entry adds to the one before", _query(_LEDGER_SUMS)),
    Check("customer-balance", "a customer's balance is where the ledger ends", _query(_CUSTOMER_BALANCE)),
    Check("draft-balance", "a draft starts from the customer's balance", _query(_DRAFT_BALANCE)),
    Check("invoice-entries", "an invoice moved the balance by what it says", _query(_INVOICE_ENTRIES)),
    Check("event-sequence", "the event log has no gaps", _query(_EVENT_SEQUENCE)),
    Check("event-chain", "every event is as it was written, after those before it", find_broken_links),
    Check("event-counter", "the event log ends where its counter stands", _query(_EVENT_COUNTER)),
    Check("status-chain", "each change of status starts from the one before", _query(_STATUS_CHAIN)),
    Check("invoice-status", "an invoice's status is the last its events report", _query(_INVOICE_STATUS)),
    *CREDIT_NOTE_CHECKS,
    *RECEIPT_CHECKS,
    *DERIVED_CHECKS,
)
"""Everything that is proved, in order; names are for reports and stay."""
