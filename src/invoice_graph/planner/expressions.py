"""Values of the schema that are calculated from a row."""

from typing import Any

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain.invoices import NUMBER_COUNTER
from invoice_graph.domain.kinds import RevisionAction
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.money import CURRENCIES
from invoice_graph.planner.compiler import Root, Scope
from invoice_graph.planner.sql import constant
from invoice_graph.store import dialect
from invoice_graph.store.event_log import EVENT_COUNTER
from invoice_graph.store.rows import aliased
from invoice_graph.store.tables import Counter, Event, TestClock

USUAL_DIGITS = 2


def currency_digits(scope: Scope) -> ColumnElement[int]:
    """How many digits of the row's amounts stand after the decimal separator."""
    return digits_of(scope.table.c.currency)


def digits_of(code: ColumnElement[str]) -> ColumnElement[int]:
    """How many digits of a currency's amounts stand after the decimal separator."""
    unusual: dict[int, list[str]] = {}
    for currency in CURRENCIES.values():
        if currency.digits != USUAL_DIGITS:
            unusual.setdefault(currency.digits, []).append(currency.code)
    branches = [(_in(code, codes), _number(digits)) for digits, codes in unusual.items()]
    return case(*branches, else_=_number(USUAL_DIGITS))


def overdue(scope: Scope) -> ColumnElement[bool]:
    """Whether an open invoice's due date has passed, on its test clock where it has one."""
    due = scope.table.c.due_at
    return and_(_own_time(scope) > due, due.is_not(None), scope.table.c.status == constant(InvoiceStatus.OPEN))


def hosted_url(scope: Scope) -> ColumnElement[str]:
    """The address of a finalized invoice's page; NULL for drafts."""
    return bindparam("public_url", type_=Text).op("||")(constant("/i/")).op("||")(scope.table.c.hosted_token)


def pdf_url(scope: Scope) -> ColumnElement[str]:
    """The address of a finalized invoice's PDF; NULL for drafts."""
    return hosted_url(scope).op("||")(constant("/pdf"))


def whole_quantity(scope: Scope) -> ColumnElement[int]:
    """The quantity without its fraction."""
    return dialect.truncated(scope.table.c.quantity_decimal)


def never(scope: Scope) -> ColumnElement[bool]:
    """False for every row."""
    return false()


def revision(scope: Scope) -> ColumnElement[str]:
    """What a draft that was made from another invoice is to it."""
    return constant(RevisionAction.REVISION)


def whole_unit_amount(scope: Scope) -> ColumnElement[int]:
    """A price's unit amount; NULL where it has a fraction or there are tiers."""
    exact = scope.table.c.unit_amount_decimal
    return case((not_(dialect.contains(exact, constant("."))), dialect.truncated(exact)), else_=null())


def redeemable(scope: Scope) -> ColumnElement[bool]:
    """Whether a coupon can be redeemed once more."""
    coupon = scope.table.c
    in_time = or_(coupon.redeem_by.is_(None), coupon.redeem_by >= bindparam("now"))
    return and_(in_time, or_(coupon.max_redemptions.is_(None), coupon.times_redeemed < coupon.max_redemptions))


def pending(scope: Scope) -> ColumnElement[bool]:
    """Whether an invoice item is on no invoice."""
    return scope.table.c.invoice_id.is_(None)


def sequence_cursor(scope: Scope) -> ColumnElement[str]:
    """An event's cursor: its place in the log; for a customer, to whom that would tell how much happens to others, its
    place among their own."""
    if scope.compiler.rights.is_customer:
        return cast(_heard(scope, scope.table), Text)
    return cast(scope.table.c.sequence, Text)


def event_cursor(scope: Root) -> ColumnElement[str]:
    """Where the event log ends."""
    if scope.compiler.rights.is_customer:
        return cast(_heard(scope), Text)
    return cast(_counter(scope, constant(EVENT_COUNTER)), Text)


def next_number(scope: Scope) -> ColumnElement[int]:
    """The next number in the sequence of the row's prefix."""
    kind = constant(NUMBER_COUNTER).op("||")(scope.table.c.invoice_prefix)
    following: ColumnElement[int] = _counter(scope, kind, scope.table) + _number(1)
    return following


def _own_time(scope: Scope) -> ColumnElement[str]:
    clock = aliased(TestClock, scope.compiler.alias("n"))
    mine = and_(clock.c.account_id == scope.compiler.account, clock.c.id == scope.table.c.test_clock_id)
    # As far left and with as little around it as can be: SQLite's parser is nearly full in the last place.
    time = func.coalesce(func.max(clock.c.frozen_at), bindparam("now"))
    return select(time).where(mine).correlate(scope.table).scalar_subquery()


def _heard(scope: Root, until: Any = None) -> ColumnElement[int]:
    """How many events a customer hears of, up to one."""
    heard = Scope(scope.compiler, Event)
    counted = select(func.count()).select_from(heard.table).where(heard.of_actor())
    if until is None:
        return counted.correlate(None).scalar_subquery()
    return counted.where(heard.table.c.sequence <= until.c.sequence).correlate(until).scalar_subquery()


def _counter(scope: Root, kind: ColumnElement[str], *outer: Any) -> ColumnElement[int]:
    counter = aliased(Counter, scope.compiler.alias("n"))
    mine = and_(counter.c.account_id == scope.compiler.account, counter.c.kind == kind)
    value = select(counter.c.value).where(mine).correlate(*outer or (None,))
    return func.coalesce(value.scalar_subquery(), _number(0))


def _number(value: int) -> Any:
    return literal_column(str(value))


def _in(column: ColumnElement[str], codes: list[str]) -> ColumnElement[bool]:
    return column.in_([constant(code) for code in codes])
