"""Rendering templates and their versions, and ledger entries made by hand."""

from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.domain.kinds import AmountTaxDisplay, PageSize
from invoice_graph.store.tables import BalanceTransaction, Customer, Event, InvoiceRenderingTemplate, TemplateVersion

pytestmark = pytest.mark.anyio


async def versions(gateway: Gateway, id: str) -> list[tuple[int, str | None, str | None, str]]:
    """Each version with its memo, and what it shares with the others."""
    rows = await gateway.rows(TemplateVersion, id=id)
    return sorted((row.version, row.memo, row.nickname, str(row.status)) for row in rows)


async def test_a_change_of_what_documents_show_makes_a_version(gateway: Gateway) -> None:
    given = {"memo": "First", "page_size": PageSize.A4, "custom_fields": [{"name": "PO", "value": "1"}]}
    id = await gateway.done("invoiceRenderingTemplateCreate", nickname="Plain", **given)
    row = await gateway.row(InvoiceRenderingTemplate, id)
    assert (row.version, row.status, row.memo, row.page_size) == (1, "ACTIVE", "First", "A4")
    assert (row.custom_fields, row.footer, row.amount_tax_display) == ([{"name": "PO", "value": "1"}], None, None)
    assert row.id.startswith("inrtem_")

    display = AmountTaxDisplay.EXCLUDE_TAX
    await gateway.done("invoiceRenderingTemplateUpdate", id=id, memo="Second", amount_tax_display=display)
    assert await versions(gateway, id) == [(1, "First", "Plain", "ACTIVE"), (2, "Second", "Plain", "ACTIVE")]
    metadata = [{"key": "a", "value": "b"}]
    await gateway.done("invoiceRenderingTemplateUpdate", id=id, nickname="Fancy", memo="Second", metadata=metadata)
    assert await versions(gateway, id) == [(1, "First", "Fancy", "ACTIVE"), (2, "Second", "Fancy", "ACTIVE")]
    assert [row.details for row in await gateway.rows(TemplateVersion)] == [{"a": "b"}, {"a": "b"}]
    await gateway.done("invoiceRenderingTemplateUpdate", id=id, custom_fields=None)
    newest = await gateway.row(InvoiceRenderingTemplate, id)
    assert (newest.version, newest.custom_fields, newest.memo) == (3, [], "Second")
    assert await gateway.rows(Event) == []


async def test_an_archived_template_can_not_be_changed_until_it_is_brought_back(gateway: Gateway) -> None:
    id = await gateway.done("invoiceRenderingTemplateCreate", memo="First")
    await gateway.done("invoiceRenderingTemplateUpdate", id=id, memo="Second")
    await gateway.done("invoiceRenderingTemplateArchive", id=id)
    assert await versions(gateway, id) == [(1, "First", None, "ARCHIVED"), (2, "Second", None, "ARCHIVED")]
    refusal = await gateway.refused("invoiceRenderingTemplateUpdate", id=id, memo="Third")
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("id",))
    assert "invoiceRenderingTemplateUnarchive" in refusal.message
    before = await gateway.dump()
    await gateway.done("invoiceRenderingTemplateArchive", id=id)
    assert await gateway.dump() == before
    await gateway.done("invoiceRenderingTemplateUnarchive", id=id)
    await gateway.done("invoiceRenderingTemplateUpdate", id=id, memo="Third")
    assert (await gateway.row(InvoiceRenderingTemplate, id)).version == 3


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"memo": "x" * 1501}, ("memo",)),
        ({"custom_fields": [{"name": "n", "value": "v"}] * 5}, ("custom_fields",)),
    ],
)
async def test_a_template_with_a_fault_is_refused(gateway: Gateway, given: Any, path: Any) -> None:
    refusal = await gateway.refused("invoiceRenderingTemplateCreate", **given)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", path)


async def test_an_entry_moves_the_balance_and_reaches_drafts(gateway: Gateway) -> None:
    customer = await gateway.customer()
    draft = await gateway.draft(1000, customer_id=customer)
    metadata = [{"key": "ticket", "value": "7"}]
    outcome = await gateway.call(
        "customerBalanceTransactionCreate", customer_id=customer, amount=-300, description="Sorry", metadata=metadata
    )
    assert await gateway.events(outcome) == ["CUSTOMER_UPDATED"]
    entry = await gateway.row(BalanceTransaction, outcome.object_id)
    assert (entry.type, entry.amount, entry.ending_balance, entry.currency) == ("ADJUSTMENT", -300, -300, "usd")
    assert (entry.description, entry.details, entry.sequence) == ("Sorry", {"ticket": "7"}, 1)
    assert (await gateway.row(Customer, customer)).balance == -300
    invoice = await gateway.invoice(draft)
    assert (invoice.starting_balance, invoice.amount_due) == (-300, 700)


async def test_the_first_entry_fixes_the_currency_and_others_have_ledgers_of_their_own(gateway: Gateway) -> None:
    customer = await gateway.customer()
    name = "customerBalanceTransactionCreate"
    assert await gateway.emitted(name, customer_id=customer, amount=500, currency="eur") == ["CUSTOMER_UPDATED"]
    assert await gateway.emitted(name, customer_id=customer, amount=700, currency="usd") == []
    assert await gateway.emitted(name, customer_id=customer, amount=-100) == ["CUSTOMER_UPDATED"]
    row = await gateway.row(Customer, customer)
    assert (row.currency, row.balance) == ("eur", 400)
    entries = await gateway.rows(BalanceTransaction)
    assert sorted((e.currency, e.sequence, e.ending_balance) for e in entries) == [
        ("eur", 1, 500),
        ("eur", 2, 400),
        ("usd", 1, 700),
    ]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"customer_id": "cus_x"}, "RESOURCE_MISSING", ("customer_id",)),
        ({"amount": 0}, "PARAMETER_INVALID", ("amount",)),
        ({"amount": None}, "PARAMETER_MISSING", ("amount",)),
        ({"amount": 10**8}, "AMOUNT_TOO_LARGE", ("amount",)),
        ({"amount": 99_999_999}, "AMOUNT_TOO_LARGE", ("amount",)),
        ({"amount": 15, "currency": "kwd"}, "INVALID_CHARGE_AMOUNT", ("amount",)),
    ],
)
async def test_an_entry_with_a_fault_is_refused(gateway: Gateway, given: Any, code: str, path: Any) -> None:
    customer = await gateway.customer(balance=1)
    refusal = await gateway.refused(
        "customerBalanceTransactionCreate", **{"customer_id": customer, "amount": 5, **given}
    )
    assert (refusal.code, refusal.path) == (code, path)
