"""Tax rates, discounts, prices and a credit note for the handful of rows that a person can look through."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from invoice_graph.domain.kinds import CreditNoteLineType, CreditNoteType, PageSize
from invoice_graph.store.tables import (
    Coupon,
    CreditNote,
    CreditNoteLine,
    Customer,
    Discount,
    Invoice,
    LineItem,
    Price,
    Product,
    TaxRate,
)

VAT = {"taxBehavior": "EXCLUSIVE", "taxabilityReason": "STANDARD_RATED", "taxRateId": "txr_vat"}
GIVEN = {"taxBehavior": "INCLUSIVE", "taxabilityReason": "NOT_AVAILABLE", "taxRateId": None}


def link_small(rows: Any, account_id: str, created_at: datetime) -> None:
    """Gives in_3 taxes and discounts, its first line a price, cus_ada a discount, and credits a part of il_3_1;
    in_5 is a revision of in_4."""
    own = {"account_id": account_id, "created_at": created_at}
    _catalogue(rows, own)
    _invoice(_row(rows, Invoice, "in_3"))
    revision, revised = _row(rows, Invoice, "in_5"), _row(rows, Invoice, "in_4")
    revision.from_invoice_id, revised.latest_revision_id = revised.id, revision.id
    _line(_row(rows, LineItem, "il_3_1"))
    _row(rows, Customer, "cus_ada").discount_id = "di_ada"
    _credit_note(rows, own)


def _row(rows: Any, kind: type[Any], id: str) -> Any:
    return next(row for row in rows.kept[kind] if row.id == id)


def _catalogue(rows: Any, own: dict[str, Any]) -> None:
    rows.add(TaxRate(**own, id="txr_vat", display_name="VAT", percentage=Decimal(19), inclusive=False, country="DE"))
    rows.add(TaxRate(**own, id="txr_gst", display_name="GST", percentage=Decimal("7.7"), inclusive=True))
    rows.add(Product(**own, id="prod_rocket", updated_at=own["created_at"], name="Rocket"))
    price = {"product_id": "prod_rocket", "currency": "usd", "unit_amount_decimal": Decimal("12.5")}
    rows.add(Price(**own, id="price_rocket", **price))
    terms = {"percent_off": Decimal(10), "name": "Ten"}
    rows.add(Coupon(**own, id="coup_ten", **terms, times_redeemed=2))
    given = {**own, **terms, "start_at": own["created_at"]}
    rows.add(Discount(**given, id="di_ada", coupon_id="coup_ten", customer_id="cus_ada"))
    rows.add(Discount(**given, id="di_old", coupon_id="coup_gone", invoice_id="in_3"))
    rows.add(Discount(**given, id="di_new", coupon_id="coup_ten", invoice_id="in_3", position=2))


def _invoice(invoice: Invoice) -> None:
    invoice.discount_ids, invoice.default_tax_rate_ids = ["di_old", "di_gone", "di_new"], ["txr_vat", "txr_gst"]
    invoice.total_discount_amounts = [{"amount": 20, "discountId": "di_old"}, {"amount": 5, "discountId": "di_gone"}]
    invoice.total_taxes = [{"amount": 19, "taxableAmount": 100, **VAT}, {"amount": 7, "taxableAmount": None, **GIVEN}]
    invoice.shipping_cost = {"displayName": "Air", "amountSubtotal": 9, "amountTax": 0, "amountTotal": 9}
    invoice.page_size = PageSize.A4


def _line(line: LineItem) -> None:
    line.price_id, line.product_id = "price_rocket", "prod_rocket"
    line.tax_rate_ids, line.taxes = ["txr_vat"], [{"amount": 19, "taxableAmount": 100, **VAT}]
    line.discount_amounts = [{"amount": 10, "discountId": "di_old"}]


def _credit_note(rows: Any, own: dict[str, Any]) -> None:
    amounts = {"subtotal": 50, "subtotal_excluding_tax": 50, "total": 59, "total_excluding_tax": 50, "amount": 59}
    about = {"invoice_id": "in_3", "customer_id": "cus_ada", "currency": "usd", "effective_at": own["created_at"]}
    money = {"type": CreditNoteType.POST_PAYMENT, "post_payment_amount": 59, "refund_amount": 59}
    taxes = [{"amount": 9, "taxableAmount": 50, **VAT}]
    rows.add(CreditNote(**own, id="cn_1", number="ADA-0002-CN-01", **about, **amounts, **money, total_taxes=taxes))
    line = {"credit_note_id": "cn_1", "taxes": taxes, "tax_rate_ids": ["txr_vat"]}
    credited = {"type": CreditNoteLineType.INVOICE_LINE_ITEM, "line_item_id": "il_3_1", "amount": 50}
    rows.add(CreditNoteLine(**own, id="cnli_1", position=1, **line, **credited))
    custom = {"type": CreditNoteLineType.CUSTOM_LINE_ITEM, "description": "Sorry", "amount": 0}
    rows.add(CreditNoteLine(**own, id="cnli_2", position=2, credit_note_id="cn_1", **custom))
