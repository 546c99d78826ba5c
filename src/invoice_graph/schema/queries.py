"""The root of queries. Every field is read by the planner."""

from typing import Annotated

import strawberry

from invoice_graph.domain.events import EventType
from invoice_graph.domain.money import CURRENCIES
from invoice_graph.planner.connections import Connection as Rows
from invoice_graph.planner.expressions import event_cursor
from invoice_graph.planner.pagination import SortKey
from invoice_graph.planner.sources import AnyNode, ById, Computed, Constant, OwnRow
from invoice_graph.schema.enums import InvoiceOrderField, OrderDirection
from invoice_graph.schema.fields import After, Before, First, Last, Search, by_planner, described, planned
from invoice_graph.schema.pages import Connection
from invoice_graph.schema.queries_catalogue import CatalogueQueries
from invoice_graph.schema.types.account import Account, Currency
from invoice_graph.schema.types.clocks import TestClock
from invoice_graph.schema.types.common import Node
from invoice_graph.schema.types.credit_notes import CreditNote
from invoice_graph.schema.types.customer import Customer
from invoice_graph.schema.types.event import Event
from invoice_graph.schema.types.invoice import Invoice
from invoice_graph.schema.types.items import InvoiceItem
from invoice_graph.schema.types.payments import InvoicePayment, PaymentIntent, PaymentRecord
from invoice_graph.schema.types.summary import InvoiceConnection
from invoice_graph.schema.where import CustomerWhere, InvoiceItemWhere, InvoiceOrder, InvoicePaymentWhere, InvoiceWhere
from invoice_graph.schema.where_credit_notes import CreditNoteWhere
from invoice_graph.store import tables

INVOICES = Rows(tables.Invoice, nullable_orders=frozenset({"due_at"}), clocks_shown_by="customer")
EVENTS = Rows(
    tables.Event,
    order=(SortKey("sequence"),),
    narrowed_by={
        "types": "type",
        "invoiceId": "invoice_id",
        "customerId": "customer_id",
        "actorId": "actor_id",
        "requestId": "request_id",
    },
    tagged=False,
)
CURRENCY_ROWS = tuple(
    {
        "code": currency.code,
        "digits": currency.digits,
        "quantum": currency.quantum,
        "minimumAmount": currency.minimum_amount,
        "maximumAmount": currency.maximum_amount,
    }
    for currency in sorted(CURRENCIES.values(), key=lambda currency: currency.code)
)

NEWEST_FIRST = InvoiceOrder(field=InvoiceOrderField.CREATED_AT, direction=OrderDirection.DESC)

Id = Annotated[strawberry.ID, strawberry.argument(description="The object's id.")]


@strawberry.type(description="Everything that can be read. All fields of one query see one snapshot.")
class Query(CatalogueQueries):
    account: Account = described("The account that the key belongs to.", OwnRow(tables.Account))
    currencies: list[Currency] = described("The currencies that amounts can be in.", Constant(CURRENCY_ROWS))
    event_cursor: str = described(
        "Where the event log ends in this answer's snapshot: pass it as `after` to a subscription and miss nothing.",
        Computed(event_cursor),
    )

    @planned(AnyNode())
    def node(self, id: Id) -> Node | None:
        """An object of any kind by its id; null when the account has none."""
        by_planner()

    @planned(AnyNode())
    def nodes(
        self,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="The objects' ids, at most 100.")],
    ) -> list[Node | None]:
        """Objects of any kind by their ids, in the same order; null where the account has none."""
        by_planner()

    @planned(ById(tables.Invoice))
    def invoice(self, id: Id) -> Invoice | None:
        """An invoice by its id; null when the account has none."""
        by_planner()

    @planned(INVOICES)
    def invoices(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[InvoiceWhere | None, strawberry.argument(description="Which invoices.")] = None,
        order_by: Annotated[InvoiceOrder | None, strawberry.argument(description="In which order.")] = NEWEST_FIRST,
        search: Search = None,
    ) -> InvoiceConnection:
        """The account's invoices, newest first; those on a test clock only with a condition on `customer`."""
        by_planner()

    @planned(ById(tables.InvoiceItem))
    def invoice_item(self, id: Id) -> InvoiceItem | None:
        """An invoice item by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.InvoiceItem, clocks_shown_by="customer"))
    def invoice_items(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[InvoiceItemWhere | None, strawberry.argument(description="Which invoice items.")] = None,
    ) -> Connection[InvoiceItem]:
        """The account's invoice items, newest first; those on a test clock only with a condition on `customer`."""
        by_planner()

    @planned(ById(tables.InvoicePayment))
    def invoice_payment(self, id: Id) -> InvoicePayment | None:
        """An invoice payment by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.InvoicePayment))
    def invoice_payments(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[InvoicePaymentWhere | None, strawberry.argument(description="Which invoice payments.")] = None,
    ) -> Connection[InvoicePayment]:
        """The account's invoice payments, newest first."""
        by_planner()

    @planned(ById(tables.PaymentIntent))
    def payment_intent(self, id: Id) -> PaymentIntent | None:
        """A payment intent by its id; null when the account has none."""
        by_planner()

    @planned(ById(tables.PaymentRecord))
    def payment_record(self, id: Id) -> PaymentRecord | None:
        """A record of money received elsewhere, by its id; null when the account has none."""
        by_planner()

    @planned(ById(tables.TestClock))
    def test_clock(self, id: Id) -> TestClock | None:
        """A test clock by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.TestClock))
    def test_clocks(
        self, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[TestClock]:
        """The account's test clocks, newest first."""
        by_planner()

    @planned(ById(tables.CreditNote))
    def credit_note(self, id: Id) -> CreditNote | None:
        """A credit note by its id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.CreditNote))
    def credit_notes(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[CreditNoteWhere | None, strawberry.argument(description="Which credit notes.")] = None,
    ) -> Connection[CreditNote]:
        """The account's credit notes, newest first."""
        by_planner()

    @planned(ById(tables.Customer))
    def customer(self, id: Id) -> Customer | None:
        """A customer by their id; null when the account has none."""
        by_planner()

    @planned(Rows(tables.Customer, clocks_shown_by="id"))
    def customers(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        where: Annotated[CustomerWhere | None, strawberry.argument(description="Which customers.")] = None,
    ) -> Connection[Customer]:
        """The account's customers, newest first; those on a test clock only with a condition on `id`."""
        by_planner()

    @planned(EVENTS)
    def events(
        self,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        types: Annotated[list[EventType] | None, strawberry.argument(description="Only events of these types.")] = None,
        invoice_id: Annotated[strawberry.ID | None, strawberry.argument(description="Only about this invoice.")] = None,
        customer_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only events about this customer or their objects.")
        ] = None,
        actor_id: Annotated[str | None, strawberry.argument(description="Only what this `actorId` caused.")] = None,
        request_id: Annotated[str | None, strawberry.argument(description="Only what this request caused.")] = None,
    ) -> Connection[Event]:
        """The account's event log, oldest first."""
        by_planner()
