"""`where` and `orderBy`: the output's field names, objects by id."""

from typing import Any, Optional

import strawberry

from invoice_graph.planner.sources import Column
from invoice_graph.schema.conditions import (
    AmountCondition,
    CollectionMethodCondition,
    CurrencyCondition,
    FlagCondition,
    IdCondition,
    InvoicePaymentStatusCondition,
    InvoiceStatusCondition,
    MetadataCondition,
    MomentCondition,
    PaymentTypeCondition,
    TextCondition,
)
from invoice_graph.schema.enums import InvoiceOrderField, OrderDirection
from invoice_graph.schema.fields import optional

CONDITIONS = {
    ("Invoice", "fromInvoice"): Column("from_invoice_id"),
    ("LineItem", "createdAt"): Column("created_at"),
    ("LineItem", "priceId"): Column("price_id"),
    ("LineItem", "productId"): Column("product_id"),
}
"""What conditions are on that is not the value of a field of the same name."""

_AND = "All of these hold, besides the fields next to it."
_OR = "One of these holds, besides the fields next to it."
_NOT = "This does not hold."


def _combiner(name: str, description: str) -> Any:
    return strawberry.field(name=name, description=description, default=strawberry.UNSET)


@strawberry.input(description="Which lines. Fields combine by AND.")
class LineItemWhere:
    and_: Optional[list["LineItemWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["LineItemWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["LineItemWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The line's id.")
    description: TextCondition | None = optional("What is billed.")
    amount: AmountCondition | None = optional("The line's amount.")
    discountable: FlagCondition | None = optional("Whether discounts apply.")
    price_id: IdCondition | None = optional("The price that the amount comes from.")
    product_id: IdCondition | None = optional("The product that is billed.")
    invoice_item: IdCondition | None = optional("The id of the invoice item that the line shows.")
    period_start: MomentCondition | None = optional("Where the billed period begins.")
    period_end: MomentCondition | None = optional("Where the billed period ends.")
    created_at: MomentCondition | None = optional("When the line was created.")


@strawberry.input(description="A condition on the lines of an invoice.")
class LinesCondition:
    some: LineItemWhere | None = optional("At least one line meets this.")


@strawberry.input(description="Which invoices. Fields combine by AND.")
class InvoiceWhere:
    and_: Optional[list["InvoiceWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["InvoiceWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["InvoiceWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The invoice's id.")
    status: InvoiceStatusCondition | None = optional("The invoice's status.")
    customer: IdCondition | None = optional("The customer's id.")
    number: TextCondition | None = optional("The invoice's number.")
    currency: CurrencyCondition | None = optional("The invoice's currency.")
    collection_method: CollectionMethodCondition | None = optional("How the invoice is collected.")
    created_at: MomentCondition | None = optional("When the invoice was created.")
    due_at: MomentCondition | None = optional("When the invoice is due.")
    effective_at: MomentCondition | None = optional("The date on the document.")
    overdue: FlagCondition | None = optional("Whether it is open and its due date has passed.")
    customer_name: TextCondition | None = optional("The customer's name on the invoice.")
    customer_email: TextCondition | None = optional("The customer's e-mail address on the invoice.")
    total: AmountCondition | None = optional("The invoice's total.")
    amount_due: AmountCondition | None = optional("What the customer has to pay.")
    amount_paid: AmountCondition | None = optional("What was paid.")
    amount_remaining: AmountCondition | None = optional("What is still to be paid.")
    amount_overpaid: AmountCondition | None = optional("What was paid beyond `amountDue`.")
    subtotal: AmountCondition | None = optional("The invoice's subtotal.")
    attempted: FlagCondition | None = optional("Whether collection was tried.")
    auto_advance: FlagCondition | None = optional("Whether the gateway finalizes and collects it by itself.")
    description: TextCondition | None = optional("The memo on the document.")
    from_invoice: IdCondition | None = optional("The id of the invoice that it revises.")
    metadata: MetadataCondition | None = optional("A label of your own.")
    lines: LinesCondition | None = optional("The invoice's lines.")


@strawberry.input(description="In which order invoices come; ties by id in the same direction.")
class InvoiceOrder:
    field: InvoiceOrderField = strawberry.field(description="What to order by.", default=InvoiceOrderField.CREATED_AT)
    direction: OrderDirection = strawberry.field(description="Which end comes first.", default=OrderDirection.DESC)


@strawberry.input(description="Which invoice items. Fields combine by AND.")
class InvoiceItemWhere:
    and_: Optional[list["InvoiceItemWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["InvoiceItemWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["InvoiceItemWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The invoice item's id.")
    customer: IdCondition | None = optional("The customer's id.")
    invoice: IdCondition | None = optional("The invoice's id.")
    pending: FlagCondition | None = optional("Whether it is on no invoice.")
    currency: CurrencyCondition | None = optional("The invoice item's currency.")
    amount: AmountCondition | None = optional("The invoice item's amount.")
    created_at: MomentCondition | None = optional("When the invoice item was created.")


@strawberry.input(description="Where the money of an invoice payment comes from. Fields combine by AND.")
class PaymentSourceWhere:
    type: PaymentTypeCondition | None = optional("Collected by the provider, or received elsewhere.")
    reference: IdCondition | None = optional("The provider's or the record's id.")


@strawberry.input(description="Which invoice payments. Fields combine by AND.")
class InvoicePaymentWhere:
    and_: Optional[list["InvoicePaymentWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["InvoicePaymentWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["InvoicePaymentWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The invoice payment's id.")
    invoice: IdCondition | None = optional("The invoice's id.")
    status: InvoicePaymentStatusCondition | None = optional("The invoice payment's status.")
    currency: CurrencyCondition | None = optional("The invoice payment's currency.")
    amount_requested: AmountCondition | None = optional("What it is meant to cover.")
    payment: PaymentSourceWhere | None = optional("Where the money comes from.")
    created_at: MomentCondition | None = optional("When the invoice payment was created.")


@strawberry.input(description="Which customers. Fields combine by AND.")
class CustomerWhere:
    and_: Optional[list["CustomerWhere"]] = _combiner("and", _AND)  # noqa: UP045
    or_: Optional[list["CustomerWhere"]] = _combiner("or", _OR)  # noqa: UP045
    not_: Optional["CustomerWhere"] = _combiner("not", _NOT)
    id: IdCondition | None = optional("The customer's id.")
    name: TextCondition | None = optional("The customer's name.")
    email: TextCondition | None = optional("The customer's e-mail address.")
    currency: CurrencyCondition | None = optional("The customer's currency.")
    delinquent: FlagCondition | None = optional("Whether a payment failed or a due date passed.")
    balance: AmountCondition | None = optional("The customer's balance.")
    created_at: MomentCondition | None = optional("When the customer was created.")
