"""A random walk through the commands: everything that can happen to invoices, in any order."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

from gateway import Gateway

from invoice_graph.commands.due_work import do_due_work
from invoice_graph.store.tables import (
    CreditNote,
    Customer,
    Invoice,
    InvoiceItem,
    LineItem,
    PaymentIntent,
    TestClock,
)

T = TypeVar("T")

METHODS = ("pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", None)
LINES = (
    {"amount": 1000},
    {"amount": 10},
    {"amount": -500},
    {"unit_amount_decimal": Decimal("99.99"), "quantity_decimal": Decimal("2.5")},
)


@dataclass
class Walk:
    """A walk through one account. `accepted` counts by command what was not refused."""

    gateway: Gateway
    choose: random.Random
    rates: list[str] = field(default_factory=list)
    coupons: list[str] = field(default_factory=list)
    accepted: dict[str, int] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Three customers in real time, two on a test clock, and something to tax and to take off."""
        gateway = self.gateway
        clock = await gateway.done("testClockCreate", frozen_time=gateway.clock.now())
        for place, clock_id in enumerate((None, None, None, clock, clock)):
            # The first is charged in vain.
            method = METHODS[1] if place == 0 else METHODS[0]
            email = f"{place}@example.com"
            await gateway.customer(email=email, test_clock_id=clock_id, default_payment_method_id=method)
        for percentage, inclusive in (("19", True), ("7.25", False)):
            given = {"display_name": percentage, "percentage": Decimal(percentage), "inclusive": inclusive}
            self.rates.append(await gateway.done("taxRateCreate", **given))
        self.coupons.append(await gateway.done("couponCreate", percent_off=Decimal("12.5"), duration="FOREVER"))
        self.coupons.append(await gateway.done("couponCreate", amount_off=120, currency="usd", duration="ONCE"))

    async def go(self, steps: int) -> None:
        """Takes so many steps; refusals count as steps, too."""
        moves, weights = zip(*MOVES.items(), strict=True)
        for _ in range(steps):
            self.gateway.clock.advance(seconds=self.choose.randint(0, 5))
            (move,) = self.choose.choices(moves, weights)
            await move(self)

    async def call(self, name: str, /, **given: Any) -> str | None:
        outcome = await self.gateway.call(name, **given)
        if outcome.refusals == ():
            self.accepted[name] = self.accepted.get(name, 0) + 1
        return None if outcome.refusals else outcome.object_id

    async def one(self, kind: type[T], **equals: Any) -> T | None:
        """A row of a kind, if there is any."""
        found = await self.gateway.rows(kind, **equals)  # type: ignore[type-var]
        return self.choose.choice(sorted(found, key=lambda row: row.id)) if found else None  # type: ignore[attr-defined]

    async def customer(self) -> Customer:
        found = await self.one(Customer)
        assert found is not None
        return found

    async def invoice(self, *statuses: str) -> str:
        """The id of an invoice, mostly of one in these statuses."""
        found = await self.one(Invoice, status=self.choose.choice(statuses)) if statuses else None
        found = found or await self.one(Invoice)
        return found.id if found else "in_none"

    def lines(self, most: int = 3) -> list[dict[str, Any]]:
        return [self.line() for _ in range(self.choose.randint(0, most))]

    def line(self) -> dict[str, Any]:
        entry = dict(self.choose.choice(LINES))
        if self.choose.random() < 0.3:
            entry["tax_rate_ids"] = self.some(self.rates)
        if self.choose.random() < 0.2:
            entry["discounts"] = self.discounts()
        return entry

    def discounts(self) -> list[dict[str, Any]]:
        return [{"coupon_id": id} for id in self.some(self.coupons)]

    def some(self, ids: list[str]) -> list[str]:
        return self.choose.sample(ids, self.choose.randint(0, len(ids)))

    def terms(self) -> dict[str, Any]:
        """What an invoice may have besides lines."""
        pick = self.choose.random
        return {
            **({"discounts": self.discounts()} if pick() < 0.3 else {}),
            **({"default_tax_rate_ids": self.some(self.rates)} if pick() < 0.4 else {}),
            **({"shipping_cost": {"amount": 499}} if pick() < 0.2 else {}),
            **({"description": f"Memo {pick():.3f}"} if pick() < 0.5 else {}),
            **({"auto_advance": pick() < 0.5} if pick() < 0.5 else {}),
            **({"metadata": [{"key": "place", "value": f"{pick():.3f}"}]} if pick() < 0.2 else {}),
            **({"collection_method": "SEND_INVOICE"} if pick() < 0.2 else {}),
        }


Move = Callable[[Walk], Awaitable[object]]


async def create(walk: Walk) -> None:
    behavior = walk.choose.choice(("INCLUDE", "EXCLUDE"))
    currency = walk.choose.choice(("usd", "usd", "usd", "eur", None))
    given = {"customer_id": (await walk.customer()).id, "lines": walk.lines(), "currency": currency}
    await walk.call("invoiceCreate", pending_invoice_items_behavior=behavior, **given, **walk.terms())


async def revise(walk: Walk) -> None:
    origin = {"action": "REVISION", "invoice_id": await walk.invoice("OPEN", "UNCOLLECTIBLE")}
    await walk.call("invoiceCreate", from_invoice=origin, **walk.terms())


async def preview(walk: Walk) -> None:
    await walk.call("invoicePreview", customer_id=(await walk.customer()).id, invoice_items=[walk.line()])


async def update(walk: Walk) -> None:
    await walk.call("invoiceUpdate", id=await walk.invoice("DRAFT", "DRAFT", "OPEN"), **walk.terms())


async def add_lines(walk: Walk) -> None:
    await walk.call("invoiceAddLines", id=await walk.invoice("DRAFT"), lines=walk.lines() or [walk.line()])


async def change_lines(walk: Walk) -> None:
    id = await walk.invoice("DRAFT")
    if line := await walk.one(LineItem, invoice_id=id):
        removal = {"id": line.id, "behavior": walk.choose.choice(("DELETE", "UNASSIGN"))}
        name, entry = walk.choose.choice(
            [("invoiceUpdateLines", {"id": line.id, **walk.line()}), ("invoiceRemoveLines", removal)]
        )
        await walk.call(name, id=id, lines=[entry])


async def create_item(walk: Walk) -> None:
    await walk.call("invoiceItemCreate", customer_id=(await walk.customer()).id, **walk.line())


async def change_item(walk: Walk) -> None:
    if item := await walk.one(InvoiceItem):
        deletes = walk.choose.random() < 0.3
        await walk.call(
            "invoiceItemDelete" if deletes else "invoiceItemUpdate", id=item.id, **{} if deletes else walk.line()
        )


def on_one(name: str, *statuses: str) -> Move:
    """A command that names nothing but an invoice."""

    async def move(walk: Walk) -> None:
        await walk.call(name, id=await walk.invoice(*statuses))

    return move


async def pay(walk: Walk) -> None:
    given = {"paid_out_of_band": True} if walk.choose.random() < 0.2 else {}
    given = given or {"payment_method_id": walk.choose.choice(METHODS)}
    await walk.call("invoicePay", id=await walk.invoice("OPEN", "OPEN", "UNCOLLECTIBLE"), **given)


async def attach(walk: Walk) -> None:
    invoice = await walk.one(Invoice, status="OPEN")
    if invoice is None or not invoice.amount_remaining:
        return
    money = {"customer_id": invoice.customer_id, "currency": invoice.currency}
    amount = walk.choose.randint(1, invoice.amount_remaining)
    if walk.choose.random() < 0.3:
        record = await walk.call("paymentRecordCreate", amount=amount, **money)
        await walk.call("invoiceAttachPayment", id=invoice.id, payment_record_id=record)
    else:
        intent = await walk.call("paymentIntentCreate", amount=amount, **money)
        await walk.call("invoiceAttachPayment", id=invoice.id, payment_intent_id=intent)


async def settle_intent(walk: Walk) -> None:
    if intent := await walk.one(PaymentIntent):
        if walk.choose.random() < 0.3:
            await walk.call("paymentIntentCancel", id=intent.id)
        else:
            method = walk.choose.choice(METHODS[:3])
            await walk.call("paymentIntentConfirm", id=intent.id, payment_method_id=method)


async def credit(walk: Walk) -> None:
    invoice = await walk.one(Invoice, status=walk.choose.choice(("OPEN", "PAID", "UNCOLLECTIBLE")))
    if invoice is None or invoice.total <= 0:
        return
    amount = walk.choose.randint(1, invoice.total)
    after = amount - min(amount, invoice.amount_remaining)
    back = walk.choose.choice(("credit_amount", "refund_amount", "out_of_band_amount"))
    await walk.call("creditNoteCreate", invoice_id=invoice.id, amount=amount, **{back: after} if after else {})


async def change_note(walk: Walk) -> None:
    if note := await walk.one(CreditNote):
        if walk.choose.random() < 0.5:
            await walk.call("creditNoteVoid", id=note.id)
        else:
            await walk.call("creditNoteUpdate", id=note.id, memo=f"Memo {walk.choose.random():.3f}")


async def change_customer(walk: Walk) -> None:
    given = walk.choose.choice(
        (
            {"name": f"Jenny {walk.choose.random():.3f}"},
            {"tax_exempt": walk.choose.choice(("NONE", "EXEMPT", "REVERSE"))},
            {"balance": walk.choose.choice((-2000, -10, 0, 500))},
            {"discount": {"coupon_id": walk.choose.choice(walk.coupons)}},
            {"default_payment_method_id": walk.choose.choice(METHODS)},
            {"next_invoice_sequence": walk.choose.randint(1, 30)},
        )
    )
    await walk.call("customerUpdate", id=(await walk.customer()).id, **given)


async def adjust_balance(walk: Walk) -> None:
    given = {"amount": walk.choose.randint(-900, 900), "currency": walk.choose.choice(("usd", "eur"))}
    await walk.call("customerBalanceTransactionCreate", customer_id=(await walk.customer()).id, **given)


async def let_time_pass(walk: Walk) -> None:
    walk.gateway.clock.advance(hours=walk.choose.choice((1, 2, 80, 400)))
    await do_due_work(walk.gateway.services)


async def advance_clock(walk: Walk) -> None:
    (clock,) = await walk.gateway.rows(TestClock)
    to = clock.frozen_at + timedelta(hours=walk.choose.choice((1, 2, 80, 400)))
    await walk.call("testClockAdvance", id=clock.id, frozen_time=to)


MOVES: dict[Move, int] = {
    create: 12,
    revise: 4,
    preview: 1,
    update: 8,
    add_lines: 6,
    change_lines: 6,
    create_item: 4,
    change_item: 4,
    on_one("invoiceFinalize", "DRAFT"): 12,
    on_one("invoiceSend", "DRAFT", "OPEN"): 3,
    on_one("invoiceVoid", "OPEN", "UNCOLLECTIBLE"): 3,
    on_one("invoiceMarkUncollectible", "OPEN"): 3,
    on_one("invoiceDelete", "DRAFT"): 3,
    pay: 6,
    attach: 10,
    settle_intent: 8,
    credit: 5,
    change_note: 3,
    change_customer: 5,
    adjust_balance: 3,
    let_time_pass: 2,
    advance_clock: 3,
}
"""What may come next, and how often."""
