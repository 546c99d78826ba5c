"""The demonstration's hand-written scenes: an invoice for everything that can be on one or happen to one."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from invoice_graph.demo.customers import CARD
from invoice_graph.demo.scenes import LineOf, Made, Scene
from invoice_graph.demo.stories import DECLINED

END = datetime(2026, 11, 13, 18, tzinfo=UTC)
"""Nothing happens to a demonstration after this moment, whenever it is made."""

_SENT: Mapping[str, Any] = {"collection_method": "SEND_INVOICE", "days_until_due": 30}


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def _billed(price: str, quantity: int, **fields: Any) -> dict[str, Any]:
    """A line that sells something of the catalogue."""
    return {"price_id": Made(price), "quantity": Decimal(quantity), **fields}


def _create(moment: datetime, makes: str, customer: str, *lines: Mapping[str, Any], **fields: Any) -> Scene:
    given = {"customer_id": Made(customer), "lines": list(lines), **fields}
    return Scene(moment, "invoiceCreate", given, makes)


def _do(moment: datetime, command: str, invoice: str, makes: str | None = None, /, **fields: Any) -> Scene:
    return Scene(moment, command, {"id": Made(invoice), **fields}, makes)


_EXPLAINED = (
    _create(
        _at(12, 9),
        "explained",
        "TORRE",
        _billed("studio-day", 2, discounts=[{"coupon_id": Made("tenth")}]),
        _billed("archive-gigabyte", 1250),
        _billed("postcards-by-ten", 95, tax_rate_ids=[Made("vat within")]),
        discounts=[{"coupon_id": Made("welcome")}],
        default_tax_rate_ids=[Made("vat")],
        shipping_cost={"amount": 1490, "display_name": "Courier"},
        rendering={"template_id": Made("letterhead")},
        **_SENT,
    ),
    _do(_at(12, 9, 30), "invoiceSend", "explained"),
)
"""Discounts of a line and of the invoice, taxes of both kinds, shipping."""

_WITHOUT_TAX = (
    Scene(
        _at(9, 8),
        "customerUpdate",
        {"id": Made("BLAUWAL"), "tax_exempt": "REVERSE", "tax_ids": [{"type": "eu_vat", "value": "DE123456789"}]},
    ),
    _create(_at(9, 9), "reverse charge", "BLAUWAL", _billed("studio-day", 1), default_tax_rate_ids=[Made("vat")]),
    _do(_at(9, 10), "invoicePay", "reverse charge", paid_out_of_band=True),
)

_WITH_DISCOUNTS = (
    Scene(_at(9, 11), "customerUpdate", {"id": Made("MAREA"), "discount": {"coupon_id": Made("tenth")}}),
    _create(_at(9, 12), "discount of the customer", "MAREA", _billed("postcards-by-ten", 300)),
    _do(_at(9, 13), "invoicePay", "discount of the customer", payment_method_id=CARD),
    _create(
        _at(13, 8),
        "promotion code",
        "PETITE",
        _billed("postcards-by-ten", 120),
        discounts=[{"promotion_code_id": Made("friends")}],
        default_tax_rate_ids=[Made("vat within")],
        **_SENT,
    ),
)

_PARTLY_PAID = (
    _create(_at(10, 9), "in parts", "AZULEJO", _billed("studio-day", 4), **_SENT),
    _do(_at(10, 10), "invoiceSend", "in parts"),
    Scene(
        _at(11, 9),
        "paymentIntentCreate",
        {"customer_id": Made("AZULEJO"), "amount": 100_000, "currency": "eur"},
        "first part",
    ),
    _do(_at(11, 9, 5), "invoiceAttachPayment", "in parts", payment_intent_id=Made("first part")),
    _do(_at(11, 9, 10), "paymentIntentConfirm", "first part", payment_method_id=CARD),
    Scene(
        _at(12, 14),
        "paymentRecordCreate",
        {"customer_id": Made("AZULEJO"), "amount": 56_000, "currency": "eur", "reference": "Bank transfer 4711"},
        "second part",
    ),
    _do(_at(12, 14, 5), "invoiceAttachPayment", "in parts", payment_record_id=Made("second part")),
)

_CREDITED = (
    _create(_at(10, 11), "credited", "SIROCCO", _billed("studio-day", 3), default_tax_rate_ids=[Made("vat")], **_SENT),
    _do(_at(10, 12), "invoiceSend", "credited"),
    Scene(
        _at(12, 11),
        "creditNoteCreate",
        {
            "invoice_id": Made("credited"),
            "lines": [{"type": "INVOICE_LINE_ITEM", "line_item_id": LineOf("credited"), "quantity": Decimal(1)}],
            "reason": "ORDER_CHANGE",
            "memo": "Two days were enough.",
        },
        "before payment",
    ),
    _create(_at(10, 15), "refunded", "NORDLYS", _billed("postcards-by-ten", 400), _billed("studio-day", 1)),
    _do(_at(10, 16), "invoicePay", "refunded", payment_method_id=CARD),
    Scene(
        _at(12, 16),
        "creditNoteCreate",
        {
            "invoice_id": Made("refunded"),
            "amount": 9000,
            "refund_amount": 6000,
            "credit_amount": 3000,
            "reason": "PRODUCT_UNSATISFACTORY",
            "memo": "Two hundred of the cards were printed too dark.",
        },
        "after payment",
    ),
)

_REVISED = (
    _create(_at(11, 11), "first version", "AURORA", _billed("studio-day", 5), **_SENT),
    _do(_at(11, 12), "invoiceSend", "first version"),
    Scene(
        _at(12, 10),
        "invoiceCreate",
        {
            "from_invoice": {"action": "REVISION", "invoice_id": Made("first version")},
            "description": "Replaces the invoice of yesterday: four days, not five.",
        },
        "second version",
    ),
    _do(
        _at(12, 10, 5),
        "invoiceUpdateLines",
        "second version",
        lines=[{"id": LineOf("second version"), "quantity": Decimal(4)}],
    ),
    _do(_at(12, 10, 10), "invoiceSend", "second version"),
)

_ON_A_CLOCK = (
    Scene(END, "testClockCreate", {"frozen_time": END, "name": "A month ahead"}, "clock"),
    Scene(
        END,
        "customerCreate",
        {
            "name": "Clockwork Café",
            "email": "billing@clockwork-cafe.example",
            "currency": "eur",
            "invoice_prefix": "CLOCKWORK",
            "default_payment_method_id": DECLINED,
            "test_clock_id": Made("clock"),
        },
        "CLOCKWORK",
    ),
    _create(
        END,
        "scheduled",
        "CLOCKWORK",
        _billed("studio-day", 1),
        auto_advance=True,
        automatically_finalizes_at=END + timedelta(days=1),
    ),
    _create(
        END,
        "to be reminded of",
        "CLOCKWORK",
        _billed("postcards-by-ten", 60),
        collection_method="SEND_INVOICE",
        days_until_due=14,
        auto_advance=True,
    ),
)
"""What collects itself lives on a test clock: the demonstration stands still until somebody advances it."""

SCENES = (
    *_EXPLAINED,
    *_WITHOUT_TAX,
    *_WITH_DISCOUNTS,
    *_PARTLY_PAID,
    *_CREDITED,
    *_REVISED,
    *_ON_A_CLOCK,
)
