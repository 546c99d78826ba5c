"""Customers: created and updated, with their balance and their invoice numbers."""

from typing import Any

from invoice_graph.commands.balances import Movement, book
from invoice_graph.commands.invoices.discounts import give_discounts
from invoice_graph.commands.invoices.drafts import change_balance, reproject
from invoice_graph.commands.invoices.rendering import usable_template
from invoice_graph.commands.invoices.shapes import DISCOUNT
from invoice_graph.commands.numbers import claim_prefix, find_counter, random_prefix, skip_to
from invoice_graph.commands.operations import Command, Done, Services
from invoice_graph.commands.payment_methods import check_payment_method
from invoice_graph.commands.shapes import (
    CLEARABLE,
    CURRENCY,
    CUSTOM_FIELDS,
    DESCRIPTION,
    FOOTER,
    GIVEN,
    ID,
    METADATA,
    NAME,
    PREFIX,
    REFERENCE,
    SEQUENCE,
)
from invoice_graph.domain import fields
from invoice_graph.domain.errors import Refusal
from invoice_graph.domain.events import EventType
from invoice_graph.domain.fields import Field, Input, Shape, list_of, merge_metadata, text
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import BalanceTransactionType
from invoice_graph.domain.money import check_amount, currency_of
from invoice_graph.store.tables import Counter, Customer, TestClock
from invoice_graph.store.unit_of_work import UnitOfWork, missing

_TAX_ID = Shape(
    {"type": Field(fields.tax_id_type), "value": Field(fields.required_text(fields.MAX_TEXT["name"]))},
    required=("type", "value"),
)
_CUSTOMER = {
    "name": NAME,
    "email": Field(fields.email),
    "phone": Field(text(fields.MAX_TEXT["phone"])),
    "description": DESCRIPTION,
    "address": Field(fields.address),
    "shipping": Field(fields.shipping),
    "metadata": METADATA,
    "tax_exempt": GIVEN,
    "balance": GIVEN,
    "invoice_prefix": PREFIX,
    "next_invoice_sequence": SEQUENCE,
    "default_payment_method_id": REFERENCE,
    "invoice_footer": FOOTER,
    "invoice_custom_fields": CUSTOM_FIELDS,
    "discount": Field(DISCOUNT),
    "tax_ids": Field(list_of(_TAX_ID, fields.MAX_TAX_IDS, "tax ids")),
    "rendering_template_id": REFERENCE,
    "amount_tax_display": CLEARABLE,
    "preferred_locales": Field(list_of(fields.required_text(fields.MAX_TEXT["locale"]), fields.MAX_LOCALES, "locales")),
}
_CREATE = Shape({"currency": CURRENCY, "test_clock_id": REFERENCE, **_CUSTOMER}, creating=True)
_UPDATE = Shape({"id": ID, **_CUSTOMER}, required=("id",))


_COPIED_FIELDS = (
    "name",
    "email",
    "phone",
    "description",
    "address",
    "shipping",
    "tax_exempt",
    "default_payment_method_id",
    "invoice_footer",
    "invoice_custom_fields",
    "preferred_locales",
    "tax_ids",
    "rendering_template_id",
    "amount_tax_display",
)
"""Input fields that are written to the column of the same name."""


async def create_customer(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """customerCreate."""
    prefix = input.get("invoice_prefix") or await random_prefix(uow)
    counter = await claim_prefix(uow, prefix, ("invoice_prefix",))
    customer = Customer(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.CUSTOMER),
        created_at=uow.now,
        invoice_prefix=prefix,
        currency=input.get("currency"),
        test_clock_id=await _clock_id(uow, input),
    )
    uow.add(customer)
    await _write_fields(uow, customer, input)
    if input.get("next_invoice_sequence") is not None:
        skip_to(counter, input["next_invoice_sequence"], ("next_invoice_sequence",))
    if movement := await _movement(uow, customer, input, BalanceTransactionType.INITIAL):
        await book(uow, customer, str(customer.currency), [movement])
    uow.emit(EventType.CUSTOMER_CREATED, customer)
    return Done(customer.id)


async def update_customer(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """customerUpdate: drafts of the customer follow at once, finalized invoices stay as they are."""
    customer = await uow.require(Customer, input["id"], ("id",))
    await _write_fields(uow, customer, input)
    raised = await _change_numbering(uow, customer, input)
    movement = await _movement(uow, customer, input, BalanceTransactionType.ADJUSTMENT)
    if raised or uow.differs(customer):
        uow.emit(EventType.CUSTOMER_UPDATED, customer)
        await reproject(uow, customer, {})
    if movement is not None:
        await change_balance(uow, customer, str(customer.currency), [movement])
    return Done(customer.id)


async def _clock_id(uow: UnitOfWork, input: Input) -> str | None:
    if input.get("test_clock_id") is None:
        return None
    path = ("test_clock_id",)
    clock = await uow.require(TestClock, input["test_clock_id"], path)
    if clock.deleted_at is not None:
        raise missing(TestClock, clock.id, path)
    return clock.id


async def _write_fields(uow: UnitOfWork, customer: Customer, given: Input) -> None:
    if given.get("default_payment_method_id") is not None:
        path = ("default_payment_method_id",)
        await check_payment_method(uow, customer, given["default_payment_method_id"], path)
    if given.get("rendering_template_id") not in (None, customer.rendering_template_id):
        await usable_template(uow, given["rendering_template_id"], ("rendering_template_id",))
    if "discount" in given:
        customer.discount_id = await _give_discount(uow, customer, given["discount"])
    for name in _COPIED_FIELDS:
        if name in given:
            setattr(customer, name, _written(name, given[name]))
    if "metadata" in given:
        customer.details = merge_metadata(customer.details, given["metadata"], ("metadata",))


async def _give_discount(uow: UnitOfWork, customer: Customer, entry: Input | None) -> str | None:
    """Gives the customer the one discount they have, or takes it away."""
    try:
        discounts = await give_discounts(uow, [entry] if entry else [], customer, customer, uow.now, ("discount",))
    except Refusal as refusal:
        # The field is no list, so its path has no place in one.
        refusal.path = (refusal.path[0], *refusal.path[2:])
        raise
    return next((discount.id for discount in discounts), None)


def _written(name: str, value: Any) -> Any:
    return [] if name in ("preferred_locales", "tax_ids") and value is None else value


async def _change_numbering(uow: UnitOfWork, customer: Customer, given: Input) -> bool:
    """Changes prefix and next number; tells whether the next number was raised."""
    counter: Counter | None = None
    prefix = given.get("invoice_prefix", customer.invoice_prefix)
    if prefix != customer.invoice_prefix:
        counter = await claim_prefix(uow, prefix, ("invoice_prefix",))
        customer.invoice_prefix = prefix
    if "next_invoice_sequence" not in given:
        return False
    counter = counter or await find_counter(uow, prefix)
    return counter is not None and skip_to(counter, given["next_invoice_sequence"], ("next_invoice_sequence",))


async def _movement(uow: UnitOfWork, customer: Customer, given: Input, type: BalanceTransactionType) -> Movement | None:
    """The entry that brings the customer's balance to the one given; it fixes the customer's currency."""
    balance: int | None = given.get("balance")
    if balance is None:
        return None
    currency = customer.currency or (await uow.account()).default_currency
    check_amount(balance, currency_of(currency), ("balance",))
    if balance == customer.balance:
        return None
    customer.currency = currency
    return Movement(type, balance - customer.balance)


CUSTOMER_COMMANDS = (
    Command("customerCreate", Customer, _CREATE, create_customer, creates=True),
    Command("customerUpdate", Customer, _UPDATE, update_customer),
)
