"""Seeded invoices: a period's are created together, then finalized, then closed, each step with its events."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from invoice_graph.domain.clock import ManualClock, time_text
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.domain.kinds import CollectionMethod
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.lines import Cost, explained
from invoice_graph.domain.pricing import LineAmount
from invoice_graph.domain.totals import InvoiceInput, LineInput, Totals, compute_totals
from invoice_graph.seed.customers import SeededCustomer
from invoice_graph.seed.log import Log, StatusChange
from invoice_graph.seed.money import Books, money_columns
from invoice_graph.seed.numbering import Numbering
from invoice_graph.seed.period import START, Period
from invoice_graph.store.bulk import load_values, template, update_values
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.tables import Account, Invoice, InvoiceItem, LineItem

_DRAFT, _OPEN, _PAID, _UNCOLLECTIBLE, _VOID = InvoiceStatus
_ENDS = {_DRAFT: 5, _OPEN: 15, _PAID: 65, _UNCOLLECTIBLE: 7, _VOID: 8}
"""How many invoices of a hundred end in each status."""

_ARRIVED_AT = {_PAID: "paid_at", _UNCOLLECTIBLE: "marked_uncollectible_at", _VOID: "voided_at"}
_SERVICES = ("Consulting", "Hosting", "Design", "Licence", "Support", "Training", "Data transfer", "Translation")
_TERMS = timedelta(days=30)
_CREDITED = 0.04
_KEY = ("account_id", "id")
_UNPAID: Parameters = {
    **dict.fromkeys(_ARRIVED_AT.values()),
    **dict.fromkeys(("amount_paid", "amount_paid_out_of_band", "attempt_count"), 0),
    "attempted": False,
}
"""The columns that closing may change, as they are before; all rows of an update must have the same columns."""


@dataclass(slots=True)
class Life:
    """An invoice on its way: its columns as they stand, how it will end, and when it gets there."""

    row: Parameters
    customer: SeededCustomer
    lines: tuple[LineInput, ...]
    totals: Totals
    ends: InvoiceStatus
    finalized: datetime
    closed: datetime
    payment: Parameters = field(default_factory=dict)

    def becomes(self, status: InvoiceStatus, moment: datetime) -> StatusChange:
        """The change from the status that the columns hold."""
        previous = InvoiceStatus(self.row["status"])
        return StatusChange(self.row["id"], self.row["customer_id"], moment, status, previous)

    def change(self, status: InvoiceStatus, columns: Parameters) -> Parameters:
        """Changes columns, and returns them with the key they belong to."""
        changed = {**columns, "status": status, "version": self.row["version"] + 1}
        self.row |= changed
        return {**changed, **{name: self.row[name] for name in _KEY}}


class Invoicing:
    """Writes the invoices of an account period by period."""

    def __init__(
        self,
        account: Account,
        numbering: Numbering,
        customers: Sequence[SeededCustomer],
        line_count: int,
        draw: random.Random,
        clock: ManualClock,
        ids: IdFactory,
        log: Log,
    ) -> None:
        self._account = account
        self._numbering = numbering
        self._customers = customers
        self._line_count = line_count
        self._draw = draw
        self._clock = clock
        self._ids = ids
        self._log = log
        self._books = Books(account.account_id, ids)
        self._blank_invoice = template(
            Invoice(
                account_id=account.account_id,
                id="",
                created_at=START,
                customer_id="",
                currency="usd",
                account_name=account.name,
                account_country=account.country,
                period_start_at=START,
                period_end_at=START,
            )
        )
        billed: dict[str, Any] = {"account_id": account.account_id, "id": "", "created_at": START, "amount": 0}
        billed |= {"currency": "usd", "unit_amount_decimal": Decimal(0)}
        billed |= {"period_start_at": START, "period_end_at": START, "invoice_id": ""}
        self._blank_item = template(InvoiceItem(customer_id="", **billed))
        self._blank_line = template(LineItem(invoice_item_id="", position=1, subtotal=0, **billed))

    async def add(self, connection: Connection, period: Period) -> None:
        """Writes the invoices of one period, inside a transaction."""
        lives = await self._create(connection, period)
        await self._finalize(connection, [life for life in lives if life.ends is not _DRAFT])
        await self._close(connection, [life for life in lives if life.ends in _ARRIVED_AT])

    async def _create(self, connection: Connection, period: Period) -> list[Life]:
        items: list[Parameters] = []
        lines: list[Parameters] = []
        lives = [self._life(period, place, items, lines) for place in range(period.count)]
        await load_values(connection, Invoice, [life.row for life in lives])
        await load_values(connection, InvoiceItem, items)
        await load_values(connection, LineItem, lines)
        created = [(life.row["id"], life.row["customer_id"]) for life in lives]
        moments = [period.moment(0, place) for place in range(period.count)]
        changes = [StatusChange(*named, moment, _DRAFT) for named, moment in zip(created, moments, strict=True)]
        await self._log.changed(connection, changes)
        return lives

    def _life(self, period: Period, place: int, items: list[Parameters], lines: list[Parameters]) -> Life:
        created = period.moment(0, place)
        self._clock.set(created)
        customer = self._draw.choice(self._customers)
        row = self._invoice(customer.row, time_text(created), created)
        billed = tuple(self._bill(row, position, items, lines) for position in range(1, self._line_count + 1))
        totals = compute_totals(InvoiceInput(row["currency"], billed))
        row |= money_columns(totals)
        (ends,) = self._draw.choices(list(_ENDS), list(_ENDS.values()))
        return Life(row, customer, billed, totals, ends, period.moment(1, place), period.moment(2, place))

    def _invoice(self, customer: Parameters, now: str, created: datetime) -> Parameters:
        sent = self._draw.random() < 0.5
        return self._blank_invoice | {
            "id": self._ids.make(Prefix.INVOICE),
            "created_at": now,
            "customer_id": customer["id"],
            "customer_name": customer["name"],
            "customer_email": customer["email"],
            "currency": customer["currency"],
            "collection_method": CollectionMethod.SEND_INVOICE if sent else CollectionMethod.CHARGE_AUTOMATICALLY,
            "due_at": time_text(created + _TERMS) if sent else None,
            "period_start_at": now,
            "period_end_at": now,
        }

    def _bill(self, invoice: Parameters, position: int, items: list[Parameters], lines: list[Parameters]) -> LineInput:
        """One item and its line; the input of the totals."""
        quantity, unit = self._draw.randint(1, 9), self._draw.randint(1, 99) * 100
        amount, item_id, line_id = (
            quantity * unit,
            self._ids.make(Prefix.INVOICE_ITEM),
            self._ids.make(Prefix.LINE_ITEM),
        )
        billed = {
            "created_at": invoice["created_at"],
            "amount": amount,
            "currency": invoice["currency"],
            "description": self._draw.choice(_SERVICES),
            "quantity_decimal": str(quantity),
            "unit_amount_decimal": str(unit),
            "period_start_at": invoice["created_at"],
            "period_end_at": invoice["created_at"],
            "invoice_id": invoice["id"],
        }
        items.append({**self._blank_item, **billed, "id": item_id, "customer_id": invoice["customer_id"]})
        own = {"id": line_id, "invoice_item_id": item_id, "position": position, "subtotal": amount}
        lines.append({**self._blank_line, **billed, **own})
        return LineInput(line_id, amount, pricing=_pricing(quantity, unit))

    async def _finalize(self, connection: Connection, lives: Sequence[Life]) -> None:
        await self._numbering.load(connection)
        changes, changed = [], []
        for life in lives:
            self._clock.set(life.finalized)
            changes.append(life.becomes(_OPEN, life.finalized))
            changed.append(life.change(_OPEN, self._finalized(life)))
            life.payment = self._books.expect_payment(life.row, life.finalized)
        await update_values(connection, Invoice, _KEY, changed)
        await self._numbering.store(connection)
        await self._log.changed(connection, changes)

    def _finalized(self, life: Life) -> Parameters:
        balance = self._credit(life)
        totals = life.totals
        if balance:
            totals = compute_totals(InvoiceInput(life.row["currency"], life.lines, starting_balance=balance))
        self._books.book(life.customer, balance, totals.ledger_entries, life.row["id"], life.finalized)
        now = time_text(life.finalized)
        issued = self._numbering.issue(life.customer.row["invoice_prefix"])
        own = {"finalized_at": now, "effective_at": now, "hosted_token": self._ids.token()}
        return {**issued, **own, **money_columns(totals), "ending_balance": totals.ending_balance}

    def _credit(self, life: Life) -> int:
        """The customer's balance: 0, or for some a credit that this invoice uses up."""
        if life.ends is _VOID or self._draw.random() > _CREDITED:
            return 0
        credit = life.row["total"] // 4
        self._books.grant(life.customer, credit, life.finalized)
        return -int(credit)

    async def _close(self, connection: Connection, lives: Sequence[Life]) -> None:
        changes, changed = [], []
        for life in lives:
            self._clock.set(life.closed)
            changes.append(life.becomes(life.ends, life.closed))
            own = self._paid(life) if life.ends is _PAID else {"amount_remaining": life.row["amount_remaining"]}
            if life.ends is _VOID:
                self._books.cancel(life.payment, life.closed)
            changed.append(life.change(life.ends, {**_UNPAID, _ARRIVED_AT[life.ends]: time_text(life.closed), **own}))
        await self._books.store(connection)
        await update_values(connection, Invoice, _KEY, changed)
        await self._log.changed(connection, changes)

    def _paid(self, life: Life) -> Parameters:
        due = life.row["amount_due"]
        if life.row["collection_method"] == CollectionMethod.SEND_INVOICE:
            self._books.pay_out_of_band(life.row, life.payment, life.closed)
            return {"amount_paid": due, "amount_remaining": 0, "amount_paid_out_of_band": due}
        self._books.pay(life.payment, life.closed)
        return {"amount_paid": due, "amount_remaining": 0, "attempted": True, "attempt_count": 1}


@cache
def _pricing(quantity: int, unit: int) -> LineAmount:
    return explained(Cost(quantity * unit, Decimal(quantity), Decimal(unit)))
