"""What the reference executor knows about rows that refer to others by JSON, payments and test clocks."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import AmountTaxDisplay, PageSize, PaymentIntentStatus, PaymentType, TestClockStatus
from invoice_graph.store.tables import (
    CreditNote,
    CreditNoteLine,
    Customer,
    Discount,
    Invoice,
    InvoiceItem,
    InvoicePayment,
    InvoiceRenderingTemplate,
    LineItem,
    PaymentIntent,
    PaymentRecord,
    Price,
    TaxRate,
    TestClock,
)

Row = dict[str, Any]

TABLES = {"PaymentIntent": "payment_intent", "PaymentRecord": "payment_record", "TestClock": "test_clock"}
PREFIXES = {"pi_": "PaymentIntent", "prec_": "PaymentRecord", "clock_": "TestClock"}
LISTS = {"testClocks": "TestClock"}
DOCUMENTS = {
    "customer_tax_ids",
    "tax_ids",
    "shipping_cost",
    "default_tax_rate_ids",
    "discount_ids",
    "total_discount_amounts",
}
REFERENCES = {
    ("Invoice", "latestRevision"): ("Invoice", "latest_revision_id"),
    ("Invoice", "testClock"): ("TestClock", "test_clock_id"),
    ("FromInvoice", "invoice"): ("Invoice", "from_invoice_id"),
    ("InvoiceRendering", "template"): ("InvoiceRenderingTemplate", "rendering_template_id"),
    ("Pricing", "price"): ("Price", "price_id"),
    ("Pricing", "product"): ("Product", "product_id"),
    ("Customer", "discount"): ("Discount", "discount_id"),
    ("Customer", "renderingTemplate"): ("InvoiceRenderingTemplate", "rendering_template_id"),
    ("Customer", "testClock"): ("TestClock", "test_clock_id"),
    ("PaymentSource", "paymentIntent"): ("PaymentIntent", "payment_reference"),
    ("PaymentSource", "paymentRecord"): ("PaymentRecord", "payment_reference"),
    ("PaymentIntent", "customer"): ("Customer", "customer_id"),
    ("PaymentRecord", "customer"): ("Customer", "customer_id"),
}
COLUMNS = {
    ("Invoice", "webhooksDeliveredAt"): "created_at",
    ("InvoiceRendering", "templateVersion"): "rendering_template_version",
    ("TestClock", "frozenTime"): "frozen_at",
    ("TestClock", "targetTime"): "target_at",
    ("TestClock", "deletesAfter"): "deletes_after_at",
}
PARTS = {"rendering", "pdf"}
LISTED = {
    ("Invoice", "discounts"): ("Discount", "discount_ids"),
    ("Invoice", "defaultTaxRates"): ("TaxRate", "default_tax_rate_ids"),
    ("LineItem", "discounts"): ("Discount", "discount_ids"),
    ("LineItem", "taxRates"): ("TaxRate", "tax_rate_ids"),
    ("InvoiceItem", "discounts"): ("Discount", "discount_ids"),
    ("InvoiceItem", "taxRates"): ("TaxRate", "tax_rate_ids"),
}
"""Fields that are the rows whose ids a column lists."""

MEMBERS = {
    ("TaxAmount", "taxRate"): ("TaxRate", "taxRateId"),
    ("DiscountAmount", "discount"): ("Discount", "discountId"),
}
"""Fields that are the row whose id another member of the same document holds."""

COMPUTED = {
    ("Invoice", "livemode"): lambda _, row: False,
    ("Invoice", "fromInvoice"): lambda _, row: row if row["from_invoice_id"] else None,
    ("FromInvoice", "action"): lambda _, row: "REVISION",
}


def is_gone(row: Row, now: str) -> bool:
    """Whether a row is not found by its id any more: a preview that has expired, a deleted test clock."""
    if row["__type"] == "Invoice":
        return bool(row["expires_at"]) and row["expires_at"] <= now
    return row["__type"] == "TestClock" and row["deleted_at"] is not None


def is_listed(row: Row) -> bool:
    """Whether a row can stand in a list: no preview, no deleted test clock."""
    return not (row["__type"] == "Invoice" and row["expires_at"]) and not is_gone(row, "")


KINDS = (PaymentIntent, PaymentRecord)
"""The tables in an order that foreign keys allow, behind all others."""


def linked_rows(maker: Any, now: Any) -> Iterable[Any]:
    """New rows, made with the means of the maker of all others; lets the rows that are there refer to one another."""
    links = _Links(maker)
    for customer in maker.rows.kept[Customer]:
        links.customer(customer)
    for invoice in maker.rows.kept[Invoice]:
        links.invoice(invoice)
    for line in (*maker.rows.kept[LineItem], *maker.rows.kept[InvoiceItem]):
        links.billed(line)
    for document in (*maker.rows.kept[CreditNote], *maker.rows.kept[CreditNoteLine]):
        links.amounts(document)
    yield from (_clock(maker, place, now) for place in range(2, 7))
    for payment in maker.rows.kept[InvoicePayment]:
        yield from _money(maker, payment)


class _Links:
    """References to rows that are there, and to some that are not."""

    def __init__(self, maker: Any) -> None:
        self.maker = maker
        kept = maker.rows.kept
        self.rates = [*(row.id for row in kept[TaxRate]), "txr_gone"]
        self.discounts = [*(row.id for row in kept[Discount]), "di_gone"]
        self.templates = [*(row.id for row in kept[InvoiceRenderingTemplate]), "inrtem_gone"]
        self.prices: list[Price] = kept[Price]
        self.invoices: list[Invoice] = kept[Invoice]

    def some(self, ids: list[str]) -> list[str]:
        """Up to three ids, not in the order of their creation; one may be there twice."""
        return [self.maker.random.choice(ids) for _ in range(self.maker.random.choice((0, 0, 1, 2, 3)))]

    def tax_ids(self) -> list[dict[str, str]]:
        return [{"type": "eu_vat", "value": self.maker.text()}] * self.maker.random.randrange(3)

    def customer(self, row: Customer) -> None:
        row.tax_ids = self.tax_ids()
        row.discount_id = self.maker.maybe(self.maker.random.choice(self.discounts))
        row.rendering_template_id = self.maker.maybe(self.maker.random.choice(self.templates))

    def invoice(self, row: Invoice) -> None:
        maker, earlier = self.maker, self.invoices[: self.invoices.index(row)]
        row.customer_tax_ids = self.tax_ids()
        row.default_tax_rate_ids, row.discount_ids = self.some(self.rates), self.some(self.discounts)
        row.shipping_cost = maker.maybe(self.shipping())
        row.rendering_template_id = maker.maybe(maker.random.choice(self.templates))
        row.rendering_template_version = maker.maybe(2)
        row.page_size = maker.maybe(maker.random.choice(tuple(PageSize)))
        row.amount_tax_display = maker.maybe(maker.random.choice(tuple(AmountTaxDisplay)))
        row.from_invoice_id = maker.maybe(maker.random.choice(earlier).id) if earlier else None
        row.latest_revision_id = maker.maybe(maker.random.choice(self.invoices).id)
        row.total_discount_amounts = self.reductions()
        row.total_taxes = self.refer(maker.taxes())

    def shipping(self) -> dict[str, Any]:
        amount = self.maker.amount()
        name = self.maker.maybe(self.maker.text())
        return {"displayName": name, "amountSubtotal": amount, "amountTax": 0, "amountTotal": amount}

    def billed(self, row: LineItem | InvoiceItem) -> None:
        row.tax_rate_ids, row.discount_ids = self.some(self.rates), self.some(self.discounts)
        price: Price | None = self.maker.maybe(self.maker.random.choice(self.prices))
        if price is not None:
            row.price_id, row.product_id = price.id, price.product_id
            row.unit_amount_decimal = price.unit_amount_decimal
        if isinstance(row, LineItem):
            row.discount_amounts, row.taxes = self.reductions(), self.refer(self.maker.taxes())

    def amounts(self, row: CreditNote | CreditNoteLine) -> None:
        """Lets what a credit note says about discounts and taxes name some that are there."""
        row.discount_amounts = [*row.discount_amounts, *self.reductions()]
        if isinstance(row, CreditNote):
            row.total_taxes = self.refer(row.total_taxes)
        else:
            row.taxes = self.refer(row.taxes)

    def reductions(self) -> list[dict[str, Any]]:
        return [{"amount": self.maker.amount(), "discountId": id} for id in self.some(self.discounts)]

    def refer(self, taxes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**tax, "taxRateId": self.maker.maybe(self.maker.random.choice(self.rates))} for tax in taxes]


def _clock(maker: Any, place: int, now: Any) -> TestClock:
    status = maker.random.choice(tuple(TestClockStatus))
    return TestClock(
        account_id=maker.account_id,
        id=f"clock_{place}",
        created_at=maker.moment(),
        name=maker.maybe(maker.text()),
        frozen_at=now,
        status=status,
        target_at=None if status is TestClockStatus.READY else now + timedelta(days=1),
        deletes_after_at=now,
        deleted_at=now if place % 3 == 0 else None,
    )


def _money(maker: Any, payment: InvoicePayment) -> Iterable[Any]:
    """What some payments were attached from; the others' money was never here."""
    if maker.random.random() < 0.3:
        return
    prefix = Prefix.PAYMENT_INTENT if payment.payment_type is PaymentType.PAYMENT_INTENT else Prefix.PAYMENT_RECORD
    own = maker.own(prefix)
    payment.payment_reference = own["id"]
    customer = maker.random.choice(maker.rows.kept[Customer])
    shared = {**own, "customer_id": customer.id, "amount": 1 + maker.amount(), "currency": payment.currency}
    if prefix is Prefix.PAYMENT_INTENT:
        status = maker.random.choice(tuple(PaymentIntentStatus))
        ended = {"payment_method_id": maker.maybe("pm_1"), "succeeded_at": maker.maybe(maker.moment())}
        yield PaymentIntent(**shared, **ended, status=status, canceled_at=maker.maybe(maker.moment()))
    else:
        yield PaymentRecord(**shared, reference=maker.maybe(maker.text()), received_at=maker.moment())
