"""The tables. `account_id` stands first in every key but a lease's, so that every statement names its account."""

from invoice_graph.store.tables.accounts import Account, ApiKey, Counter, IdempotencyKey, SigningSecret
from invoice_graph.store.tables.catalogue import InvoiceRenderingTemplate, Price, Product, TaxRate, TemplateVersion
from invoice_graph.store.tables.credit_notes import CreditNote, CreditNoteLine
from invoice_graph.store.tables.customers import BalanceTransaction, Customer, PaymentMethod, TestClock
from invoice_graph.store.tables.discounts import Coupon, Discount, PromotionCode
from invoice_graph.store.tables.events import Event
from invoice_graph.store.tables.invoices import DUE_MOMENTS, Billed, Invoice, InvoiceItem, InvoiceLabel, LineItem
from invoice_graph.store.tables.leases import Lease
from invoice_graph.store.tables.owned import Owned
from invoice_graph.store.tables.payments import InvoicePayment, PaymentAttempt, PaymentIntent, PaymentRecord

__all__ = [
    "DUE_MOMENTS",
    "Account",
    "ApiKey",
    "BalanceTransaction",
    "Billed",
    "Counter",
    "Coupon",
    "CreditNote",
    "CreditNoteLine",
    "Customer",
    "Discount",
    "Event",
    "IdempotencyKey",
    "Invoice",
    "InvoiceItem",
    "InvoiceLabel",
    "InvoicePayment",
    "InvoiceRenderingTemplate",
    "Lease",
    "LineItem",
    "Owned",
    "PaymentAttempt",
    "PaymentIntent",
    "PaymentMethod",
    "PaymentRecord",
    "Price",
    "Product",
    "PromotionCode",
    "SigningSecret",
    "TaxRate",
    "TemplateVersion",
    "TestClock",
]
