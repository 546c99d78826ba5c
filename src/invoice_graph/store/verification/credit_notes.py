"""What must hold between credit notes, their lines, their invoices and the ledger."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, Text, and_, cast, func, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.kinds import TaxBehavior
from invoice_graph.domain.taxes import TaxabilityReason
from invoice_graph.store.dialect import entries, member_text
from invoice_graph.store.rows import table_of
from invoice_graph.store.tables import CreditNote, CreditNoteLine
from invoice_graph.store.verification.checks import Check, padded, query, sentence

_MATCH_INVOICES = """
    SELECT n.account_id, n.id,
           'is in ' || n.currency || ' for ' || n.customer_id || ', but its invoice in ' || i.currency || ' for '
           || i.customer_id
    FROM credit_note AS n JOIN invoice AS i ON i.account_id = n.account_id AND i.id = n.invoice_id
    WHERE n.currency <> i.currency OR n.customer_id <> i.customer_id
"""
_EXPECTED = f"of_invoice || '-CN-' || {padded('place', 2)}"
_NUMBERS = f"""
    SELECT account_id, id, 'is numbered ' || number || ' instead of ' || {_EXPECTED}
    FROM (
        SELECT n.account_id, n.id, n.number, i.number AS of_invoice,
               ROW_NUMBER() OVER (PARTITION BY n.account_id, n.invoice_id ORDER BY n.created_at, n.id) AS place
        FROM credit_note AS n JOIN invoice AS i ON i.account_id = n.account_id AND i.id = n.invoice_id
    ) AS n WHERE number <> {_EXPECTED}
"""


_note, _line = table_of(CreditNote).alias("n"), table_of(CreditNoteLine).alias("l")
_LOST = (TaxabilityReason.CUSTOMER_EXEMPT, TaxabilityReason.REVERSE_CHARGE)


def _total(documents: ColumnElement[Any], behavior: TaxBehavior | None = None) -> ColumnElement[int]:
    """The sum of the amounts of some documents in a column: all, or the taxes of one behavior."""
    listed = entries(documents, "e")
    amount = func.sum(cast(member_text(listed.c.value, "amount"), BigInteger))
    found = select(func.coalesce(amount, literal_column("0"))).select_from(listed)
    if behavior is not None:
        found = found.where(member_text(listed.c.value, "taxBehavior") == _text(behavior))
    return found.scalar_subquery()


def _lost(documents: ColumnElement[Any]) -> ColumnElement[int]:
    """How many taxes are in a price that an exempt customer does not pay them with."""
    taxes = entries(documents, "e")
    each = taxes.c.value
    reason = member_text(each, "taxabilityReason").in_([_text(reason) for reason in _LOST])
    inclusive = member_text(each, "taxBehavior") == _text(TaxBehavior.INCLUSIVE)
    return select(func.count()).select_from(taxes).where(inclusive, reason).scalar_subquery()


def _text(word: str) -> ColumnElement[str]:
    return literal_column(f"'{word}'", Text)


def _totals() -> Select[Any]:
    n, taxes, discounts = _note.c, _total(_note.c.total_taxes), _total(_note.c.discount_amounts)
    told = ("is over ", n.total, ", ", n.total_excluding_tax, " without tax and ", n.discount_amount, " of discounts")
    message = sentence(*told, ", but has ", taxes, " of taxes and ", discounts, " of discounts")
    wrong = or_(n.total != n.total_excluding_tax + taxes, n.discount_amount != discounts)
    return select(n.account_id, n.id, message).where(wrong)


def _lines() -> Select[Any]:
    # The price of an exempt customer loses the inclusive tax, which no column of the line tells.
    n, sums, taxes = _note.c, _of_lines().c, _total(_note.c.total_taxes)
    told = ("is over ", n.total, " with ", n.discount_amount, " of discounts and ", taxes, " of taxes")
    message = sentence(*told, ", but its lines over ", sums.total, " with ", sums.discount, " and ", sums.tax)
    exempted = and_(n.total < sums.total, sums.exempted == literal_column("0"))
    wrong = or_(n.discount_amount != sums.discount, taxes != sums.tax, n.total > sums.total, exempted)
    its = and_(sums.account_id == n.account_id, sums.credit_note_id == n.id)
    return select(n.account_id, n.id, message).select_from(_note.join(_of_lines(), its)).where(wrong)


@cache
def _of_lines() -> Subquery:
    """What the lines of each note add up to."""
    line = _line.c
    its = (line.account_id, line.credit_note_id)
    totals = {
        "discount": line.discount_amount,
        "tax": _total(line.taxes),
        "total": line.amount - line.discount_amount + _total(line.taxes, TaxBehavior.EXCLUSIVE),
        "exempted": _lost(line.taxes),
    }
    sums = [func.sum(column).label(name) for name, column in totals.items()]
    return select(*its, *sums).group_by(*its).subquery("of_lines")


_PORTIONS = """
    SELECT l.account_id, l.id,
           'costs ' || l.amount || ', but ' || SUM(c.amount) || ' of it is credited'
    FROM credit_note_line AS c
    JOIN credit_note AS n ON n.account_id = c.account_id AND n.id = c.credit_note_id AND n.status = 'ISSUED'
    JOIN line_item AS l ON l.account_id = c.account_id AND l.id = c.line_item_id
    GROUP BY l.account_id, l.id
    HAVING SUM(c.amount) NOT BETWEEN CASE WHEN l.amount < 0 THEN l.amount ELSE 0 END
                                 AND CASE WHEN l.amount > 0 THEN l.amount ELSE 0 END
        OR COUNT(CASE WHEN n.invoice_id <> l.invoice_id THEN 1 END) > 0
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
           'credits the balance with ' || n.credit_amount || ', but its entry says '
           || COALESCE(CAST(-t.amount AS TEXT), 'nothing')
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
    Check("credit-note-totals", "a note's totals agree with one another", query(_totals())),
    Check("credit-note-lines", "a note over lines is what they add up to", query(_lines())),
    Check("credit-note-portions", "no line is credited beyond its amount", query(_PORTIONS)),
    Check("credit-note-sums", "an invoice was credited what its notes say", query(_SUMS)),
    Check("credit-note-cap", "no invoice is credited beyond its total", query(_CAP)),
    Check("credit-note-entries", "a note credited the balance by what it says", query(_ENTRIES)),
)
