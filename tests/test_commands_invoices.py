"""Creating, updating, deleting, sending, voiding and giving up invoices."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.adapters.mail import InvoiceMail
from invoice_graph.commands.invoices.invoices import update_invoice
from invoice_graph.commands.invoices.shapes import INVOICE_UPDATE
from invoice_graph.commands.runner import COMMANDS
from invoice_graph.domain.errors import TransitionRefusal
from invoice_graph.domain.lifecycle import InvoiceStatus, editable_in
from invoice_graph.store.tables import BalanceTransaction, Customer, InvoiceItem, InvoicePayment, LineItem

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


async def test_a_new_invoice_is_an_empty_draft_with_the_defaults_of_its_customer(gateway: Gateway) -> None:
    customer = await gateway.customer(
        name="Jenny Rosen",
        email="Jenny@Example.com",
        phone="555",
        invoice_footer="Thank you",
        invoice_custom_fields=[{"name": "PO", "value": "7"}],
        address={"line1": "Main St 1", "country": "US"},
    )
    id = await gateway.done("invoiceCreate", customer_id=customer)
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.number, invoice.hosted_token, invoice.ending_balance) == ("DRAFT", None, None, None)
    assert (invoice.currency, invoice.collection_method, invoice.due_at) == ("usd", "CHARGE_AUTOMATICALLY", None)
    assert (invoice.customer_name, invoice.customer_email, invoice.customer_phone) == (
        "Jenny Rosen",
        "Jenny@Example.com",
        "555",
    )
    assert invoice.customer_address == {
        "line1": "Main St 1",
        "line2": None,
        "city": None,
        "state": None,
        "postalCode": None,
        "country": "US",
    }
    assert (invoice.footer, invoice.custom_fields) == ("Thank you", [{"name": "PO", "value": "7"}])
    assert (invoice.account_name, invoice.auto_advance, invoice.attempted) == ("Rocket Rides", False, False)
    assert invoice.created_at == invoice.period_start_at == invoice.period_end_at == gateway.clock.now()
    assert (await gateway.row(Customer, customer)).currency == "usd"


async def test_creation_takes_lines_and_counts_them(gateway: Gateway) -> None:
    customer = await gateway.customer()
    seats = {"quantity": 3, "unit_amount_decimal": Decimal("12.345"), "description": "seats"}
    lines = [{"amount": 100}, seats]
    outcome = await gateway.call("invoiceCreate", customer_id=customer, lines=lines)
    assert await gateway.events(outcome) == ["INVOICEITEM_CREATED", "INVOICEITEM_CREATED", "INVOICE_CREATED"]
    invoice = await gateway.invoice(outcome.object_id)
    assert (invoice.subtotal, invoice.total, invoice.amount_due, invoice.amount_remaining) == (137, 137, 137, 137)
    assert [(line.position, line.amount, line.description) for line in await gateway.lines(invoice.id)] == [
        (1, 100, None),
        (2, 37, "seats"),
    ]
    steps = [(step["rule"], step["subject"], step["unrounded"], step["rounded"]) for step in invoice.calculation]
    assert steps[:3] == [
        ("LINE_AMOUNT", "amount", "100", 100),
        ("LINE_AMOUNT", "amount", "37.035", 37),
        ("SUBTOTAL", "subtotal", "137", 137),
    ]
    assert steps[-1] == ("AMOUNT_DUE", "amountDue", "137", 137)


async def test_creation_takes_250_lines_and_not_251(gateway: Gateway) -> None:
    customer = await gateway.customer()
    id = await gateway.done("invoiceCreate", customer_id=customer, lines=[{"amount": 1}] * 250)
    assert (await gateway.invoice(id)).total == 250
    refusal = await gateway.refused("invoiceCreate", customer_id=customer, lines=[{"amount": 1}] * 251)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("lines",))


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"customer_id": None}, "PARAMETER_MISSING", ("customer_id",)),
        ({"customer_id": "cus_x"}, "RESOURCE_MISSING", ("customer_id",)),
        ({"currency": "xxx"}, "PARAMETER_INVALID", ("currency",)),
        ({"days_until_due": 7}, "PARAMETER_INVALID", ("days_until_due",)),
        ({"due_at": DAY}, "PARAMETER_INVALID", ("due_at",)),
        (
            {"collection_method": "SEND_INVOICE", "days_until_due": 7, "due_at": DAY},
            "PARAMETERS_EXCLUSIVE",
            ("due_at",),
        ),
        ({"collection_method": "SEND_INVOICE", "due_at": -DAY}, "PARAMETER_INVALID", ("due_at",)),
        ({"collection_method": "SEND_INVOICE", "days_until_due": -1}, "PARAMETER_INVALID_INTEGER", ("days_until_due",)),
        ({"automatically_finalizes_at": DAY}, "PARAMETER_INVALID", ("automatically_finalizes_at",)),
        (
            {"auto_advance": True, "automatically_finalizes_at": -DAY},
            "PARAMETER_INVALID",
            ("automatically_finalizes_at",),
        ),
        (
            {"auto_advance": True, "automatically_finalizes_at": 1828 * DAY},
            "PARAMETER_INVALID",
            ("automatically_finalizes_at",),
        ),
        ({"default_payment_method_id": "pm_x"}, "RESOURCE_MISSING", ("default_payment_method_id",)),
        ({"lines": [{"amount": 1}, {"amount": 10**8}]}, "AMOUNT_TOO_LARGE", ("lines", "1", "amount")),
    ],
)
async def test_creation_is_refused(gateway: Gateway, fields: dict[str, Any], code: str, path: tuple[str, ...]) -> None:
    fields = {n: gateway.clock.now() + v if isinstance(v, timedelta) else v for n, v in fields.items()}
    given = {"customer_id": await gateway.customer(), **fields}
    refusal = await gateway.refused("invoiceCreate", **given)
    assert (refusal.code, refusal.path) == (code, path)


@pytest.mark.parametrize(
    ("fields", "days"),
    [({}, 30), ({"days_until_due": 7}, 7), ({"due_at": DAY}, 1), ({"days_until_due": 0}, 0)],
)
async def test_a_sent_invoice_is_due_as_asked_or_by_the_terms_of_the_account(
    gateway: Gateway, fields: dict[str, Any], days: int
) -> None:
    fields = {n: gateway.clock.now() + v if isinstance(v, timedelta) else v for n, v in fields.items()}
    id = await gateway.draft(collection_method="SEND_INVOICE", **fields)
    assert (await gateway.invoice(id)).due_at == gateway.clock.now() + days * DAY


async def test_automatic_advancement_sets_the_time_of_finalization_and_of_the_first_attempt(gateway: Gateway) -> None:
    hour = gateway.clock.now() + timedelta(hours=1)
    invoice = await gateway.invoice(await gateway.draft(auto_advance=True))
    assert (invoice.automatically_finalizes_at, invoice.next_payment_attempt_at) == (hour, hour)
    tomorrow = gateway.clock.now() + DAY
    id = await gateway.draft(auto_advance=True, collection_method="SEND_INVOICE", automatically_finalizes_at=tomorrow)
    invoice = await gateway.invoice(id)
    assert (invoice.automatically_finalizes_at, invoice.next_payment_attempt_at) == (tomorrow, None)


async def test_switching_automatic_advancement_moves_the_schedule(gateway: Gateway) -> None:
    id = await gateway.draft(auto_advance=True)
    await gateway.done("invoiceUpdate", id=id, auto_advance=False)
    invoice = await gateway.invoice(id)
    assert (invoice.automatically_finalizes_at, invoice.next_payment_attempt_at) == (None, None)
    gateway.clock.advance(minutes=5)
    await gateway.done("invoiceUpdate", id=id, auto_advance=True)
    hour = gateway.clock.now() + timedelta(hours=1)
    assert (await gateway.invoice(id)).automatically_finalizes_at == hour
    await gateway.done("invoiceFinalize", id=id, auto_advance=False)
    await gateway.done("invoiceUpdate", id=id, auto_advance=True)
    invoice = await gateway.invoice(id)
    assert (invoice.automatically_finalizes_at, invoice.next_payment_attempt_at) == (None, hour)
    await gateway.done("invoiceUpdate", id=id, auto_advance=False)
    assert (await gateway.invoice(id)).next_payment_attempt_at is None


async def test_changing_the_collection_method_of_a_draft_changes_its_due_date(gateway: Gateway) -> None:
    id = await gateway.draft()
    created_at = gateway.clock.now()
    gateway.clock.advance(days=3)
    await gateway.done("invoiceUpdate", id=id, collection_method="SEND_INVOICE", days_until_due=7)
    assert (await gateway.invoice(id)).due_at == created_at + 7 * DAY
    await gateway.done("invoiceUpdate", id=id, collection_method="CHARGE_AUTOMATICALLY")
    assert (await gateway.invoice(id)).due_at is None
    refusal = await gateway.refused("invoiceUpdate", id=id, collection_method="SEND_INVOICE", days_until_due=2)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("days_until_due",))
    refusal = await gateway.refused("invoiceUpdate", id=id, days_until_due=7)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("days_until_due",))


async def test_an_update_writes_what_is_given_clears_what_is_null_and_leaves_the_rest(gateway: Gateway) -> None:
    id = await gateway.draft(description="memo", footer="foot", statement_descriptor="ROCKET", number="X-1")
    await gateway.done("invoiceUpdate", id=id, description=None, footer="", number="X-2", custom_fields=None)
    invoice = await gateway.invoice(id)
    assert (invoice.description, invoice.footer, invoice.number) == (None, None, "X-2")
    assert (invoice.statement_descriptor, invoice.custom_fields, invoice.version) == ("ROCKET", [], 2)


async def test_an_update_that_changes_nothing_leaves_no_event_and_no_version(gateway: Gateway) -> None:
    id = await gateway.draft(description="memo")
    assert await gateway.emitted("invoiceUpdate", id=id, description="memo") == []
    assert (await gateway.invoice(id)).version == 1


async def test_metadata_is_merged_by_key(gateway: Gateway) -> None:
    id = await gateway.draft(metadata=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    entries = [{"key": "b", "value": ""}, {"key": "c", "value": "3"}, {"key": "d", "value": None}]
    await gateway.done("invoiceUpdate", id=id, metadata=entries)
    assert (await gateway.invoice(id)).details == {"a": "1", "c": "3"}
    await gateway.done("invoiceUpdate", id=id, metadata=[])
    assert (await gateway.invoice(id)).details == {"a": "1", "c": "3"}
    await gateway.done("invoiceUpdate", id=id, metadata=None)
    assert (await gateway.invoice(id)).details == {}


FIELD_VALUES: dict[str, Any] = {
    "collection_method": "SEND_INVOICE",
    "days_until_due": 7,
    "due_at": DAY,
    "auto_advance": True,
    "automatically_finalizes_at": DAY,
    "description": "new",
    "footer": "new",
    "custom_fields": [],
    "statement_descriptor": "NEW",
    "metadata": [{"key": "a", "value": "1"}],
    "effective_at": DAY,
    "number": "NEW-1",
    "default_payment_method_id": "pm_card_visa",
    "payment_method_types": ["card"],
    "discounts": [],
    "default_tax_rate_ids": [],
    "shipping_cost": {"amount": 500},
    "rendering.amount_tax_display": "EXCLUDE_TAX",
    "rendering.pdf.page_size": "A4",
    "rendering.template_id": None,
    "rendering.template_version": 1,
}
"""Every field of an update; those of `rendering` by their paths."""


def nested(field: str, value: Any) -> dict[str, Any]:
    """An input with one field, named by its path."""
    name, _, rest = field.partition(".")
    return {name: nested(rest, value) if rest else value}


@pytest.mark.parametrize("field", sorted(FIELD_VALUES))
@pytest.mark.parametrize("status", [InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.VOID])
async def test_each_field_is_editable_in_its_statuses_only(gateway: Gateway, field: str, status: InvoiceStatus) -> None:
    id = await gateway.open_invoice()
    if status is not InvoiceStatus.OPEN:
        await gateway.done("invoiceVoid" if status is InvoiceStatus.VOID else "invoicePay", id=id)
    value = FIELD_VALUES[field]
    value = gateway.clock.now() + value if isinstance(value, timedelta) else value
    if status in editable_in(field):
        await gateway.done("invoiceUpdate", id=id, **nested(field, value))
        return
    refusal = await gateway.refused("invoiceUpdate", id=id, **nested(field, value))
    assert isinstance(refusal, TransitionRefusal)
    assert (refusal.code, refusal.path) == ("INVOICE_NOT_EDITABLE", tuple(field.split(".")))
    assert refusal.message == "Finalized invoices can't be updated in this way"


def test_every_field_of_an_update_is_in_the_table_above() -> None:
    assert COMMANDS["invoiceUpdate"].run is update_invoice
    assert set(INVOICE_UPDATE.fields) - {"id"} == {field.partition(".")[0] for field in FIELD_VALUES}


async def test_the_first_forbidden_field_refuses_the_whole_update(gateway: Gateway) -> None:
    id = await gateway.open_invoice()
    refusal = await gateway.refused("invoiceUpdate", id=id, description="new", number="X", footer="x")
    assert (refusal.code, refusal.path) == ("INVOICE_NOT_EDITABLE", ("number",))


async def test_a_number_of_ones_own_must_be_free(gateway: Gateway) -> None:
    first = await gateway.draft(number="OWN-1")
    second = await gateway.draft()
    refusal = await gateway.refused("invoiceUpdate", id=second, number="OWN-1")
    assert (refusal.code, refusal.path) == ("INVOICE_NUMBER_TAKEN", ("number",))
    await gateway.done("invoiceUpdate", id=first, number="OWN-1", description="same")
    await gateway.done("invoiceDelete", id=first)
    await gateway.done("invoiceUpdate", id=second, number="OWN-1")


async def test_deleting_a_draft_releases_what_was_pending_and_deletes_the_rest(gateway: Gateway) -> None:
    customer = await gateway.customer()
    pending = await gateway.done("invoiceItemCreate", customer_id=customer, amount=500)
    outcome = await gateway.call(
        "invoiceCreate", customer_id=customer, pending_invoice_items_behavior="INCLUDE", lines=[{"amount": 100}]
    )
    assert await gateway.events(outcome) == ["INVOICEITEM_CREATED", "INVOICE_CREATED"]
    outcome = await gateway.call("invoiceDelete", id=outcome.object_id)
    assert await gateway.events(outcome) == ["INVOICEITEM_DELETED", "INVOICE_DELETED"]
    (item,) = await gateway.rows(InvoiceItem)
    assert (item.id, item.invoice_id, item.version) == (pending, None, 3)
    assert await gateway.rows(LineItem) == []
    refusal = await gateway.refused("invoiceDelete", id=outcome.deleted_id)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("id",))


async def test_sending_needs_the_method_and_an_address(gateway: Gateway) -> None:
    refusal = await gateway.refused("invoiceSend", id=await gateway.open_invoice())
    assert refusal.code == "INVOICE_COLLECTION_METHOD_INVALID"
    draft = await gateway.draft(customer_id=await gateway.customer(), collection_method="SEND_INVOICE")
    refusal = await gateway.refused("invoiceSend", id=draft)
    assert refusal.code == "CUSTOMER_EMAIL_MISSING"


class Outbox:
    """A mailer that keeps what it takes on."""

    def __init__(self) -> None:
        self.mails: list[InvoiceMail] = []

    async def send(self, mail: InvoiceMail) -> None:
        self.mails.append(mail)


async def test_sending_hands_the_mail_over_once_after_the_commit(gateway: Gateway) -> None:
    outbox = Outbox()
    gateway.services = replace(gateway.services, mailer=outbox)
    id = await gateway.draft(collection_method="SEND_INVOICE")
    await gateway.call("invoiceSend", id=id, dry_run=True)
    assert outbox.mails == []
    await gateway.done("invoiceSend", id=id, key="k")
    await gateway.done("invoiceSend", id=id, key="k")
    invoice = await gateway.invoice(id)
    assert outbox.mails == [InvoiceMail("jenny@example.com", id, invoice.number or "", invoice.hosted_token or "")]


async def test_voiding_gives_the_balance_back_and_cancels_the_payment(gateway: Gateway) -> None:
    customer = await gateway.customer(balance=-500)
    id = await gateway.draft(1099, customer_id=customer)
    draft = await gateway.invoice(id)
    assert (draft.starting_balance, draft.ending_balance, draft.amount_due) == (-500, None, 599)
    assert await gateway.emitted("invoiceFinalize", id=id) == [
        "INVOICE_UPDATED",
        "INVOICE_FINALIZED",
        "CUSTOMER_UPDATED",
    ]
    invoice = await gateway.invoice(id)
    assert (invoice.starting_balance, invoice.ending_balance, invoice.amount_due, invoice.total) == (-500, 0, 599, 1099)
    assert (await gateway.row(Customer, customer)).balance == 0
    gateway.clock.advance(seconds=100)
    assert await gateway.emitted("invoiceVoid", id=id) == ["INVOICE_UPDATED", "INVOICE_VOIDED", "CUSTOMER_UPDATED"]
    invoice = await gateway.invoice(id)
    assert (invoice.amount_due, invoice.amount_remaining, invoice.number) == (599, 599, invoice.number)
    assert (await gateway.row(Customer, customer)).balance == -500
    entries = await gateway.rows(BalanceTransaction, customer_id=customer)
    assert [(e.sequence, e.type, e.amount, e.ending_balance) for e in sorted(entries, key=lambda e: e.sequence)] == [
        (1, "INITIAL", -500, -500),
        (2, "APPLIED_TO_INVOICE", 500, 0),
        (3, "UNAPPLIED_FROM_INVOICE", -500, -500),
    ]
    (payment,) = await gateway.rows(InvoicePayment)
    assert (payment.status, payment.canceled_at, payment.is_default) == ("CANCELED", gateway.clock.now(), True)


async def test_giving_up_stops_the_automation_and_forgives_the_delay(gateway: Gateway) -> None:
    customer = await gateway.customer()
    id = await gateway.open_invoice(customer_id=customer)
    async with gateway.services.database.transaction() as connection:
        await connection.rows("UPDATE customer SET delinquent = true")
    await gateway.done("invoiceUpdate", id=id, auto_advance=True)
    assert await gateway.emitted("invoiceMarkUncollectible", id=id) == [
        "INVOICE_UPDATED",
        "INVOICE_MARKED_UNCOLLECTIBLE",
        "CUSTOMER_UPDATED",
    ]
    invoice = await gateway.invoice(id)
    assert (invoice.status, invoice.auto_advance, invoice.next_payment_attempt_at) == ("UNCOLLECTIBLE", False, None)
    assert (await gateway.row(Customer, customer)).delinquent is False
