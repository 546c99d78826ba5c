"""The money of seeded invoices: their totals, payments, and the ledgers of their customers."""

from collections.abc import Sequence
from datetime import datetime

import orjson

from invoice_graph.commands.invoices.drafts import step_document
from invoice_graph.domain.clock import time_text
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.domain.kinds import BalanceTransactionType, InvoicePaymentStatus, PaymentType
from invoice_graph.domain.totals import LedgerEntry, Totals
from invoice_graph.seed.customers import SeededCustomer
from invoice_graph.seed.period import START
from invoice_graph.store.bulk import load_values, template
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.tables import BalanceTransaction, InvoicePayment


def money_columns(totals: Totals) -> Parameters:
    """The columns of an invoice that hold its totals."""
    return {
        "subtotal": totals.subtotal,
        "subtotal_excluding_tax": totals.subtotal_excluding_tax,
        "total": totals.total,
        "total_excluding_tax": totals.total_excluding_tax,
        "starting_balance": totals.starting_balance,
        "amount_due": totals.amount_due,
        "amount_remaining": totals.amount_due,
        "calculation": orjson.dumps([step_document(step) for step in totals.calculation]).decode(),
    }


class Books:
    """Payments and ledger entries until they are written."""

    def __init__(self, account_id: str, ids: IdFactory) -> None:
        self._ids = ids
        self._payments: list[Parameters] = []
        self._entries: list[Parameters] = []
        owned = {"account_id": account_id, "id": "", "created_at": START, "currency": "usd"}
        self._blank_payment = template(
            InvoicePayment(**owned, invoice_id="", amount_requested=0, payment_reference="")  # type: ignore[arg-type]
        )
        adjusted = BalanceTransactionType.ADJUSTMENT
        self._blank_entry = template(
            BalanceTransaction(**owned, customer_id="", sequence=0, amount=0, ending_balance=0, type=adjusted)  # type: ignore[arg-type]
        )

    def expect_payment(self, invoice: Parameters, moment: datetime) -> Parameters:
        """The default payment of an invoice that was just finalized; it may be changed until `store`."""
        payment = {
            **self._payment(invoice, PaymentType.PAYMENT_INTENT, Prefix.PAYMENT_INTENT, moment),
            "is_default": True,
        }
        self._payments.append(payment)
        return payment

    def pay_out_of_band(self, invoice: Parameters, expected: Parameters, moment: datetime) -> None:
        """Records money that came another way, in place of the default payment."""
        self.cancel(expected, moment)
        payment = self._payment(invoice, PaymentType.PAYMENT_RECORD, Prefix.PAYMENT_RECORD, moment)
        self.pay(payment, moment)
        self._payments.append(payment)

    def pay(self, payment: Parameters, moment: datetime) -> None:
        """Marks a payment paid in full."""
        payment |= {"status": InvoicePaymentStatus.PAID, "paid_at": time_text(moment)}
        payment["amount_paid"] = payment["amount_requested"]

    def cancel(self, payment: Parameters, moment: datetime) -> None:
        """Marks a payment canceled."""
        payment |= {"status": InvoicePaymentStatus.CANCELED, "canceled_at": time_text(moment)}

    def grant(self, customer: SeededCustomer, credit: int, moment: datetime) -> None:
        """Gives a customer without balance a credit."""
        self.book(customer, 0, [LedgerEntry(BalanceTransactionType.ADJUSTMENT, -credit)], None, moment)

    def book(
        self,
        customer: SeededCustomer,
        balance: int,
        entries: Sequence[LedgerEntry],
        invoice_id: str | None,
        moment: datetime,
    ) -> None:
        """Adds entries to the ledger of a customer with this balance."""
        for entry in entries:
            balance += entry.amount
            customer.entries += 1
            own = {
                "id": self._ids.make(Prefix.BALANCE_TRANSACTION),
                "created_at": time_text(moment),
                "customer_id": customer.row["id"],
                "sequence": customer.entries,
                "amount": entry.amount,
                "currency": customer.row["currency"],
                "ending_balance": balance,
                "type": entry.type,
                "invoice_id": invoice_id,
            }
            self._entries.append({**self._blank_entry, **own})

    async def store(self, connection: Connection) -> None:
        """Writes all payments and entries."""
        await load_values(connection, InvoicePayment, self._payments)
        await load_values(connection, BalanceTransaction, self._entries)
        self._payments, self._entries = [], []

    def _payment(self, invoice: Parameters, type: PaymentType, prefix: Prefix, moment: datetime) -> Parameters:
        own = {
            "id": self._ids.make(Prefix.INVOICE_PAYMENT),
            "created_at": time_text(moment),
            "currency": invoice["currency"],
            "invoice_id": invoice["id"],
            "amount_requested": invoice["amount_due"],
            "payment_type": type,
            "payment_reference": self._ids.make(prefix),
        }
        return {**self._blank_payment, **own}
