"""Rows for tests of reads: written straight into the tables, always the same."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from catalogue_reference import KINDS, catalogue_rows
from domain_reference import KINDS as MONEY
from domain_reference import linked_rows
from small_links import link_small
from sqlmodel import SQLModel

from invoice_graph.domain.clock import ManualClock, time_text
from invoice_graph.domain.events import EventType
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.domain.kinds import (
    BalanceTransactionType,
    BillingReason,
    CollectionMethod,
    CreditNoteLineType,
    CreditNoteReason,
    CreditNoteStatus,
    CreditNoteType,
    InvoicePaymentStatus,
    PaymentType,
    TaxBehavior,
)
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.taxes import TaxabilityReason
from invoice_graph.store.connection import Database
from invoice_graph.store.rows import insert_rows
from invoice_graph.store.tables import (
    Account,
    BalanceTransaction,
    Counter,
    CreditNote,
    CreditNoteLine,
    Customer,
    Event,
    Invoice,
    InvoiceItem,
    InvoicePayment,
    LineItem,
    TestClock,
)

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT, NEIGHBOUR = "acct_reader", "acct_neighbour"
ADDRESS = "https://pay.example.com"
ORDER = (
    Account,
    Counter,
    TestClock,
    Customer,
    Invoice,
    InvoiceItem,
    LineItem,
    InvoicePayment,
    CreditNote,
    CreditNoteLine,
    BalanceTransaction,
    Event,
    *KINDS,
    *MONEY,
)
"""The tables in an order that foreign keys allow."""

HARD_TEXTS = (
    "plain",
    "",
    "null",
    "0",
    '{"json": [1, null]}',
    "[1,2]",
    '"quoted"',
    "it's \\ back/slash",
    "tab\tline\nreturn\r",
    "".join(map(chr, range(1, 32))),
    "\x7f\x80\x9f",
    "line\u2028separator\u2029",
    "ÄÖÜ äöü ß İ ı Ş",
    "漢字 \U0001f600 e\u0301",
    "100% _under_ %s :name ?1 $x",
    "\ufffe\uffff\U0010ffff",
    " spaces ",
    "Straße STRASSE",
)
CURRENCIES = ("usd", "eur", "jpy", "kwd", "isk")
PREVIEWS: dict[int, dict[str, Any]] = {
    7: {"billing_reason": BillingReason.UPCOMING, "expires_at": NOW + timedelta(hours=1)},
    8: {"billing_reason": BillingReason.UPCOMING, "expires_at": NOW},
}


def cursor_at(tag: str, *keys: object) -> str:
    """A cursor of the connection and order that the tag names, at a row with these keys."""
    return f"{tag}|{json.dumps(keys)}".encode().hex().upper()


class Rows:
    """Rows by table."""

    def __init__(self) -> None:
        self.kept: dict[type[SQLModel], list[Any]] = {kind: [] for kind in ORDER}

    def add(self, row: Any) -> Any:
        self.kept[type(row)].append(row)
        return row

    async def write(self, database: Database) -> None:
        async with database.transaction() as connection:
            for kind in ORDER:
                await insert_rows(connection, kind, self.kept[kind])


def varied(seed: int, account_id: str, customers: int = 9, invoices: int = 45) -> Rows:
    """Rows with every kind of value, many ties and many hard texts; the same ids whatever the account."""
    return _Varied(seed, account_id).make(customers, invoices)


class _Varied:
    def __init__(self, seed: int, account_id: str) -> None:
        self.random = Random(f"{seed}{account_id}")
        self.ids = IdFactory(ManualClock(START), Random(seed))
        self.account_id = account_id
        self.rows = Rows()

    def make(self, customers: int, invoices: int) -> Rows:
        self.clock()
        known = [self.customer(number) for number in range(customers)]
        for number in range(invoices):
            self.invoice(number, self.random.choice(known))
        for invoice in self.rows.kept[Invoice][: invoices // 2]:
            self.note(invoice)
        for _ in range(invoices // 3):
            self.item(self.random.choice(known), None)
        for customer in known:
            self.ledger(customer)
        self.events()
        self.account()
        for row in catalogue_rows(self, NOW):
            self.rows.add(row)
        for row in linked_rows(self, NOW):
            self.rows.add(row)
        return self.rows

    def own(self, prefix: Prefix) -> dict[str, Any]:
        return {"account_id": self.account_id, "id": self.ids.make(prefix), "created_at": self.moment()}

    def moment(self) -> datetime:
        """One of few moments, so that many rows share one."""
        return START + timedelta(hours=self.random.randrange(6))

    def maybe(self, value: Any) -> Any:
        return value if self.random.random() < 0.6 else None

    def text(self) -> str:
        return self.random.choice(HARD_TEXTS)

    def amount(self, most: int = 5000) -> int:
        return self.random.choice((0, 1, 100, 2**53 - 1, self.random.randrange(most)))

    def labels(self) -> dict[str, str]:
        return {self.text() + str(place): self.text() for place in range(self.random.randrange(4))}

    def address(self) -> dict[str, Any] | None:
        names = ("line1", "line2", "city", "state", "postalCode", "country")
        return self.maybe({name: self.maybe(self.text()) for name in names if self.random.random() < 0.8})

    def shipping(self) -> dict[str, Any] | None:
        return self.maybe({"name": self.maybe(self.text()), "phone": "1", "address": self.address()})

    def fields(self) -> list[dict[str, str]]:
        return [{"name": self.text(), "value": self.text()} for _ in range(self.random.randrange(3))]

    def account(self) -> None:
        types = self.random.choice((None, ["card", "sepa_debit"]))
        own = {"account_id": self.account_id, "created_at": START}
        self.rows.add(Account(**own, name=self.text(), invoice_prefix="ACC", payment_method_types=types))
        for kind, value in (("number:ACC", 7), ("number:P1", 12), ("number:P2", 9999), ("event", 120)):
            self.rows.add(Counter(account_id=self.account_id, kind=kind, value=value, skipped=value % 5))

    def clock(self) -> None:
        own = {"account_id": self.account_id, "id": "clock_1", "created_at": START}
        self.rows.add(TestClock(**own, frozen_at=NOW + timedelta(days=1), deletes_after_at=NOW))

    def customer(self, number: int) -> Customer:
        name, email = self.maybe(self.text()), self.maybe(f"Ädmin{number}@Example.COM")
        return self.rows.add(  # type: ignore[no-any-return]
            Customer(
                **self.own(Prefix.CUSTOMER),
                name=name,
                email=email,
                phone=self.maybe("+49 30"),
                description=self.maybe(self.text()),
                address=self.address(),
                shipping=self.shipping(),
                details=self.labels(),
                currency=self.maybe(self.random.choice(CURRENCIES)),
                balance=self.random.choice((-1, 1)) * self.amount(),
                delinquent=self.random.random() < 0.5,
                invoice_prefix=f"P{number}",
                invoice_custom_fields=self.maybe(self.fields()),
                preferred_locales=self.random.choice(([], ["de", "en-GB"])),
                test_clock_id="clock_1" if number % 4 == 3 else None,
            )
        )

    def invoice(self, number: int, customer: Customer) -> None:
        status = self.random.choice(tuple(InvoiceStatus))
        final = None if status is InvoiceStatus.DRAFT else self.moment()
        due = self.amount()
        paid = due if status is InvoiceStatus.PAID else self.random.choice((0, due // 2))
        name, email = self.maybe(self.text()), self.maybe("Ünal@Example.com")
        invoice = self.rows.add(
            Invoice(
                **self.own(Prefix.INVOICE),
                status=status,
                finalized_at=final,
                paid_at=final if status is InvoiceStatus.PAID else None,
                number=None if final is None else f"P{number % 3}-{number:04d}{self.random.choice('aAäÄ')}",
                number_prefix=final and f"P{number % 3}",
                number_sequence=final and number // 3,
                customer_id=customer.id,
                customer_name=name,
                customer_email=email,
                customer_address=self.address(),
                customer_shipping=self.shipping(),
                currency=self.random.choice(CURRENCIES),
                collection_method=self.random.choice(tuple(CollectionMethod)),
                due_at=self.maybe(NOW + timedelta(days=self.random.randrange(-2, 3))),
                auto_advance=self.random.random() < 0.5,
                description=self.maybe(self.text()),
                custom_fields=self.fields(),
                details=self.labels(),
                effective_at=self.maybe(self.moment()),
                period_start_at=START,
                period_end_at=NOW,
                total=self.random.choice((-1, 1)) * self.amount(300),
                ending_balance=self.maybe(-5),
                amount_due=due,
                amount_paid=paid,
                amount_remaining=due - paid,
                payment_method_types=self.maybe(["card"]),
                hosted_token=final and f"{self.account_id}{number:040d}",
                last_finalization_error=self.maybe({"code": "CURRENCY_MISMATCH", "message": self.text()}),
                calculation=self.steps(),
                payment_attempt_id=None if self.random.random() < 0.7 else "pa_1",
                test_clock_id=customer.test_clock_id,
                **PREVIEWS.get(number % 9, {}),
            )
        )
        for position in range(1, 1 + self.random.choice((0, 1, 3, 12))):
            self.line(invoice, position)
        for _ in range(self.random.randrange(4)):
            self.payment(invoice)

    def steps(self) -> list[dict[str, Any]]:
        line = self.maybe("il_1")
        step = {
            "rule": "TAX",
            "lineId": line,
            "subject": "amount",
            "unrounded": "1/3",
            "rounded": 0,
            "note": self.text(),
        }
        return [step] * self.random.randrange(3)

    def item(self, customer: Customer, invoice: Invoice | None) -> InvoiceItem:
        return self.rows.add(  # type: ignore[no-any-return]
            InvoiceItem(
                **self.own(Prefix.INVOICE_ITEM),
                customer_id=customer.id,
                invoice_id=invoice and invoice.id,
                test_clock_id=customer.test_clock_id,
                **self.billed(),
            )
        )

    def billed(self) -> dict[str, Any]:
        quantities = ("1", "0", "2.5", "0.000000000001", "-3.999999999999", "9007199254740991.5")
        return {
            "amount": self.random.choice((-1, 1)) * self.amount(),
            "currency": self.random.choice(CURRENCIES),
            "description": self.maybe(self.text()),
            "quantity_decimal": Decimal(self.random.choice(quantities)),
            "unit_amount_decimal": Decimal(self.random.choice(("0", "-0.5", "12.345", "100000000000000"))),
            "period_start_at": START,
            "period_end_at": START,
            "discountable": self.random.random() < 0.5,
            "details": self.labels(),
        }

    def line(self, invoice: Invoice, position: int) -> None:
        item = self.item(next(c for c in self.rows.kept[Customer] if c.id == invoice.customer_id), invoice)
        links = {"invoice_id": invoice.id, "invoice_item_id": item.id, "position": position, "subtotal": item.amount}
        self.rows.add(LineItem(**self.own(Prefix.LINE_ITEM), **links, **self.billed()))

    def payment(self, invoice: Invoice) -> None:
        status = self.random.choice(tuple(InvoicePaymentStatus))
        self.rows.add(
            InvoicePayment(
                **self.own(Prefix.INVOICE_PAYMENT),
                invoice_id=invoice.id,
                amount_requested=self.amount(),
                amount_paid=self.amount() if status is InvoicePaymentStatus.PAID else None,
                currency=invoice.currency,
                is_default=self.random.random() < 0.5,
                payment_type=self.random.choice(tuple(PaymentType)),
                payment_reference=self.own(Prefix.PAYMENT_INTENT)["id"],
                status=status,
                paid_at=self.maybe(self.moment()),
            )
        )

    def note(self, invoice: Invoice) -> None:
        after = 1 + self.random.randrange(5000)
        before = min(self.amount(), 2**53 - 1 - after)
        status = self.random.choice(tuple(CreditNoteStatus))
        note = self.rows.add(
            CreditNote(
                **self.own(Prefix.CREDIT_NOTE),
                invoice_id=invoice.id,
                customer_id=invoice.customer_id,
                number=f"{self.text()}{len(self.rows.kept[CreditNote])}",
                currency=invoice.currency,
                status=status,
                voided_at=self.moment() if status is CreditNoteStatus.VOID else None,
                type=self.random.choice(tuple(CreditNoteType)),
                reason=self.maybe(self.random.choice(tuple(CreditNoteReason))),
                memo=self.maybe(self.text()),
                effective_at=self.moment(),
                subtotal=-5,
                subtotal_excluding_tax=self.amount(),
                discount_amounts=self.discounts(),
                total_taxes=self.taxes(),
                total=before + after,
                total_excluding_tax=1,
                amount=before + after,
                pre_payment_amount=before,
                post_payment_amount=after,
                refund_amount=after,
                details=self.labels(),
            )
        )
        for position in range(1, 1 + self.random.choice((0, 1, 12))):
            self.note_line(note, position)

    def note_line(self, note: CreditNote, position: int) -> None:
        line: LineItem | None = self.maybe(self.random.choice(self.rows.kept[LineItem]))
        self.rows.add(
            CreditNoteLine(
                **self.own(Prefix.CREDIT_NOTE_LINE),
                credit_note_id=note.id,
                position=position,
                type=CreditNoteLineType.INVOICE_LINE_ITEM if line else CreditNoteLineType.CUSTOM_LINE_ITEM,
                line_item_id=line and line.id,
                description=self.maybe(self.text()),
                quantity_decimal=self.maybe(Decimal("2.5")),
                unit_amount_decimal=self.maybe(Decimal("12.345")),
                amount=-self.amount(),
                discount_amounts=self.discounts(),
                taxes=self.taxes(),
                tax_rate_ids=self.random.choice(([], ["txr_1", self.text()])),
            )
        )

    def discounts(self) -> list[dict[str, Any]]:
        return [{"amount": self.amount(), "discountId": f"di_{place}"} for place in range(self.random.randrange(3))]

    def taxes(self) -> list[dict[str, Any]]:
        tax = {
            "amount": -self.amount(),
            "taxableAmount": self.maybe(self.amount()),
            "taxBehavior": self.random.choice(tuple(TaxBehavior)),
            "taxabilityReason": self.random.choice(tuple(TaxabilityReason)),
            "taxRateId": self.maybe("txr_1"),
        }
        return [tax] * self.random.randrange(3)

    def ledger(self, customer: Customer) -> None:
        invoices = [None, *(row for row in self.rows.kept[Invoice] if row.customer_id == customer.id)]
        for sequence in range(self.random.randrange(6)):
            invoice = self.random.choice(invoices)
            self.rows.add(
                BalanceTransaction(
                    **self.own(Prefix.BALANCE_TRANSACTION),
                    customer_id=customer.id,
                    sequence=sequence,
                    amount=-self.amount(),
                    currency=self.random.choice(CURRENCIES),
                    ending_balance=self.amount(),
                    type=self.random.choice(tuple(BalanceTransactionType)),
                    description=self.maybe(self.text()),
                    invoice_id=invoice and invoice.id,
                    credit_note_id=self.maybe(self.random.choice(self.rows.kept[CreditNote]).id),
                )
            )

    def events(self) -> None:
        invoices = self.rows.kept[Invoice]
        for sequence in range(1, 121):
            about: Invoice | None = self.maybe(self.random.choice(invoices))
            gone = self.maybe("in_DELETED")
            self.rows.add(
                Event(
                    account_id=self.account_id,
                    sequence=sequence,
                    id=f"evt_{sequence:012d}",
                    type=self.random.choice(tuple(EventType)),
                    occurred_at=self.moment(),
                    object_id="x",
                    invoice_id=about.id if about else gone,
                    customer_id=about and about.customer_id,
                    data={"text": self.text(), "at": time_text(START), "deep": [None, True, {"ü": 1.5}]},
                    previous_attributes=self.maybe({self.text(): self.text()}),
                    idempotency_key=self.maybe(self.text()),
                    operation_id=f"op_{sequence // 3}",
                )
            )


def small() -> Rows:
    """A handful of rows that a person can look through."""
    rows = Rows()
    rows.add(Account(account_id=ACCOUNT, created_at=START, name="Rocket Rides", invoice_prefix="ROCKET"))
    for kind, value in (("event", 5), ("number:ADA", 2)):
        rows.add(Counter(account_id=ACCOUNT, kind=kind, value=value))
    for customer in SMALL_CUSTOMERS:
        rows.add(Customer(account_id=ACCOUNT, **customer))
    for number, invoice in enumerate(SMALL_INVOICES, 1):
        own = {"account_id": ACCOUNT, "id": f"in_{number}", "created_at": START + timedelta(days=number // 2)}
        rows.add(Invoice(**own, period_start_at=START, period_end_at=START, **invoice))
        for position in range(1, number):
            _small_line(rows, number, position, invoice)
    _small_item(rows, "ii_pending", "cus_ada", None, 250, "usd")
    own = {"account_id": ACCOUNT, "id": "inpay_1", "created_at": START, "invoice_id": "in_3", "currency": "usd"}
    paid = {"status": InvoicePaymentStatus.PAID, "amount_requested": 900, "amount_paid": 900, "paid_at": START}
    rows.add(InvoicePayment(**own, **paid, is_default=True, payment_reference="pi_1"))
    own = {"account_id": ACCOUNT, "id": "cbtxn_1", "created_at": START, "customer_id": "cus_ada", "currency": "usd"}
    moved = {"sequence": 1, "amount": -100, "ending_balance": -100, "type": BalanceTransactionType.ADJUSTMENT}
    rows.add(BalanceTransaction(**own, **moved))
    for sequence, (kind, about) in enumerate(SMALL_EVENTS, 1):
        own = {"account_id": ACCOUNT, "id": f"evt_{sequence}", "sequence": sequence, "occurred_at": START}
        links = {"object_id": about, "invoice_id": about, "customer_id": "cus_ada", "operation_id": "op_1"}
        rows.add(Event(**own, **links, type=kind, data={"id": about}))
    link_small(rows, ACCOUNT, START)
    return rows


SMALL_CUSTOMERS: tuple[dict[str, Any], ...] = (
    {
        "id": "cus_ada",
        "created_at": START,
        "name": "Ada Müller",
        "email": "Ada@example.com",
        "address": {"line1": "Hauptstraße 1", "city": None},
        "details": {"team": "red", "plan": '"gold"'},
        "currency": "usd",
        "balance": -100,
        "invoice_prefix": "ADA",
    },
    {"id": "cus_bob", "created_at": START + timedelta(days=1), "invoice_prefix": "BOB", "delinquent": True},
)
SMALL_INVOICES: tuple[dict[str, Any], ...] = (
    {"customer_id": "cus_ada", "currency": "usd", "customer_name": "Ada Müller"},
    {
        "customer_id": "cus_ada",
        "currency": "usd",
        "status": InvoiceStatus.OPEN,
        "finalized_at": START,
        "number": "ADA-0001",
        "due_at": NOW - timedelta(days=1),
        "collection_method": CollectionMethod.SEND_INVOICE,
        "customer_name": "ADA MÜLLER",
        "customer_email": "ada@example.com",
        "hosted_token": "0000",
        "total": 500,
        "amount_due": 500,
        "amount_remaining": 500,
    },
    {
        "customer_id": "cus_ada",
        "currency": "usd",
        "status": InvoiceStatus.PAID,
        "finalized_at": START,
        "paid_at": START,
        "number": "ADA-0002",
        "customer_name": "100% _ada_",
        "hosted_token": "0001",
        "total": 1000,
        "amount_due": 900,
        "amount_paid": 900,
        "starting_balance": -100,
        "calculation": [
            {"rule": "TOTAL", "lineId": None, "subject": "total", "unrounded": "1000", "rounded": 1000, "note": None}
        ],
    },
    {
        "customer_id": "cus_bob",
        "currency": "jpy",
        "status": InvoiceStatus.VOID,
        "finalized_at": START,
        "voided_at": START,
        "number": "BOB-0001",
        "due_at": NOW + timedelta(days=1),
        "collection_method": CollectionMethod.SEND_INVOICE,
        "total": 500,
        "amount_due": 500,
        "amount_remaining": 500,
    },
    {"customer_id": "cus_bob", "currency": "kwd", "due_at": NOW, "total": 500},
)
"""Invoices in_1, in_2, ...; the n-th has n-1 lines, and every two share a moment of creation."""

SMALL_EVENTS = (
    (EventType.INVOICE_CREATED, "in_2"),
    (EventType.INVOICE_FINALIZED, "in_2"),
    (EventType.INVOICE_CREATED, "in_gone"),
    (EventType.INVOICE_DELETED, "in_gone"),
    (EventType.INVOICE_PAID, "in_3"),
)


def _small_line(rows: Rows, number: int, position: int, invoice: dict[str, Any]) -> None:
    item = _small_item(
        rows, f"ii_{number}_{position}", invoice["customer_id"], f"in_{number}", 100, invoice["currency"]
    )
    own = {"account_id": ACCOUNT, "id": f"il_{number}_{position}", "created_at": START, "invoice_id": item.invoice_id}
    amounts = {"amount": 100, "subtotal": 100, "currency": item.currency, "unit_amount_decimal": Decimal("12.5")}
    period = {"period_start_at": START, "period_end_at": START}
    quantity = {"quantity_decimal": Decimal(8), "description": f"Line {position}"}
    rows.add(LineItem(**own, **amounts, **period, **quantity, invoice_item_id=item.id, position=position))


def _small_item(rows: Rows, id: str, customer: str, invoice: str | None, amount: int, currency: str) -> InvoiceItem:
    own = {"account_id": ACCOUNT, "id": id, "created_at": START, "customer_id": customer, "invoice_id": invoice}
    amounts = {"amount": amount, "currency": currency, "unit_amount_decimal": Decimal("12.5")}
    return rows.add(  # type: ignore[no-any-return]
        InvoiceItem(**own, **amounts, quantity_decimal=Decimal(8), period_start_at=START, period_end_at=START)
    )
