"""Money and test clocks, and for each of their mutations an input that is accepted."""

from typing import Any

PAYLOADS = {
    "paymentIntent": "paymentIntent { id version }",
    "paymentRecord": "paymentRecord { id }",
    "testClock": "testClock { id version } deletedId",
}
"""What is selected of a payload, by the beginning of the mutation's name."""

MADE_BY = {"intent": "paymentIntentCreate", "record": "paymentRecordCreate", "clock": "testClockCreate"}


def money_creations(customer: str) -> dict[str, dict[str, Any]]:
    """Inputs of the mutations that create something."""
    return {
        "paymentIntentCreate": {"customerId": customer, "amount": 5, "currency": "usd"},
        "paymentRecordCreate": {"customerId": customer, "amount": 5, "currency": "usd"},
        "testClockCreate": {"frozenTime": "2026-01-01T00:00:00Z"},
    }


def money_changes(ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Inputs of the mutations that change one of these objects, or attach it."""
    return {
        "invoiceAttachPayment": {"id": ids["open"], "paymentIntentId": ids["intent"]},
        "paymentIntentConfirm": {"id": ids["intent"], "paymentMethodId": "pm_card_visa"},
        "paymentIntentCancel": {"id": ids["intent"]},
        "testClockAdvance": {"id": ids["clock"], "frozenTime": "2026-02-01T00:00:00Z"},
        "testClockDelete": {"id": ids["clock"]},
    }


RIVALS: tuple[frozenset[str], ...] = (
    frozenset({"amount", "priceId", "priceData", "unitAmountDecimal", "invoiceItemId"}),
    *(frozenset({"amount", quantity}) for quantity in ("quantity", "quantityDecimal")),
    frozenset({"paymentIntentId", "paymentRecordId"}),
    frozenset({"couponId", "promotionCodeId", "discountId"}),
    frozenset({"productId", "productData"}),
    frozenset({"taxRateId", "taxRateData"}),
    frozenset({"unitAmount", "unitAmountDecimal"}),
)
"""Input fields next to one another that exclude each other."""


def examples(ids: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Objects inside of inputs that are accepted, by their type."""
    return {
        "LineItemInput": {"amount": 1},
        "PreviewItemInput": {"amount": 1},
        "PriceDataInput": {"currency": "usd", "productId": ids["product"], "unitAmount": 1},
        "TaxAmountInput": {"amount": 1, "taxableAmount": 1, "taxRateId": ids["tax rate"]},
        "TaxRateDataInput": {"displayName": "VAT", "percentage": "19", "inclusive": False},
        "DiscountInput": {"couponId": ids["coupon"]},
        "FromInvoiceInput": {"action": "REVISION", "invoiceId": ids["open"]},
        "CreditNoteLineInput": {"type": "CUSTOM_LINE_ITEM", "unitAmount": 1},
    }
