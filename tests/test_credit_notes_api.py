"""Credit notes as clients see them: the schema's spelling of what the commands do, over a real server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from system import Client, Served, prepare

NOTE = """
  number status type reason memo total subtotal discountAmounts { amount discountId } totalTaxes { amount taxBehavior }
  prePaymentAmount postPaymentAmount creditAmount metadata { key value } invoice { id status amountDue } customer { id }
  balanceTransaction { type amount creditNote { number } }
  lines { totalCount nodes { type description quantity quantityDecimal amount lineItem { id } taxRateIds } }
"""
ISSUE = f"""mutation ($input: CreditNoteCreateInput!) {{
  creditNoteCreate(input: $input) {{
    creditNote {{ id {NOTE} }} events {{ type data previousAttributes }} replayed
    userErrors {{ __typename code path ... on TransitionError {{ currentStatus allowedFrom }} }}
  }}
}}"""
PREVIEW = ISSUE.replace("reditNoteCreate", "reditNotePreview")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    path = folder / "invoices.db"
    anyio.run(prepare, path)
    with Served(path).running() as served, Client(served.url) as client:
        yield client


def line_of(client: Client, invoice: str) -> str:
    query = "query ($id: ID!) { invoice(id: $id) { lines { nodes { id } } } }"
    return str(client.ask(query, id=invoice)["invoice"]["lines"]["nodes"][0]["id"])


def test_a_note_is_answered_and_found_again(client: Client) -> None:
    customer = client.customer()
    id = client.open_invoice(customer, amount=1000)
    line = line_of(client, id)
    lines = [{"type": "INVOICE_LINE_ITEM", "lineItemId": line, "quantityDecimal": "0.25"}]
    given = {"invoiceId": id, "lines": lines, "reason": "DUPLICATE", "metadata": [{"key": "a", "value": "b"}]}
    payload = client.ask(ISSUE, input=given)["creditNoteCreate"]
    assert payload["userErrors"] == []
    note = payload["creditNote"]
    credited = {"type": "INVOICE_LINE_ITEM", "description": None, "quantity": 0, "quantityDecimal": "0.25"}
    assert note["lines"] == {
        "totalCount": 1,
        "nodes": [{**credited, "amount": 250, "lineItem": {"id": line}, "taxRateIds": []}],
    }
    assert note["invoice"] == {"id": id, "status": "OPEN", "amountDue": 750}
    assert (note["total"], note["type"], note["reason"], note["memo"]) == (250, "PRE_PAYMENT", "DUPLICATE", None)
    assert (note["customer"], note["metadata"]) == ({"id": customer}, [{"key": "a", "value": "b"}])
    query = f"""query ($id: ID!, $where: CreditNoteWhere) {{
      creditNote(id: $id) {{ id {NOTE} }} node(id: $id) {{ id ... on CreditNote {{ {NOTE} }} }}
      creditNotes(where: $where) {{ nodes {{ id }} }}
    }}"""
    where = {
        "invoice": {"eq": id},
        "customer": {"eq": customer},
        "status": {"in": ["ISSUED"]},
        "not": {"id": {"in": []}},
    }
    found = client.ask(query, id=note["id"], where=where)
    assert found == {"creditNote": note, "node": note, "creditNotes": {"nodes": [{"id": note["id"]}]}}
    assert client.ask(query, id=note["id"], where={"status": {"eq": "VOID"}, "invoice": {"eq": id}})["creditNotes"] == {
        "nodes": []
    }


def test_invoice_customer_and_ledger_lead_to_the_note(client: Client) -> None:
    customer = client.customer()
    id = client.open_invoice(customer, amount=1000)
    client.done("invoicePay", id=id)
    note = client.done("creditNoteCreate", invoiceId=id, amount=300, creditAmount=200, outOfBandAmount=100)
    query = """query ($id: ID!) { invoice(id: $id) {
      prePaymentCreditNotesAmount postPaymentCreditNotesAmount creditNotes { nodes { id } }
      customer { creditNotes { nodes { id } } balanceTransactions { nodes { type amount creditNote { id } } } }
    } }"""
    assert client.ask(query, id=id)["invoice"] == {
        "prePaymentCreditNotesAmount": 0,
        "postPaymentCreditNotesAmount": 300,
        "creditNotes": {"nodes": [{"id": note}]},
        "customer": {
            "creditNotes": {"nodes": [{"id": note}]},
            "balanceTransactions": {"nodes": [{"type": "CREDIT_NOTE", "amount": -200, "creditNote": {"id": note}}]},
        },
    }


def test_events_carry_the_note(client: Client) -> None:
    id = client.open_invoice(amount=1000)
    payload = client.ask(ISSUE, input={"invoiceId": id, "amount": 400, "memo": "Sorry"})["creditNoteCreate"]
    updated, created = payload["events"]
    assert updated["previousAttributes"]["amountDue"] == 1000
    assert updated["data"]["prePaymentCreditNotesAmount"] == 400
    assert created["type"] == "CREDIT_NOTE_CREATED"
    shown: dict[str, Any] = created["data"]
    assert (shown["id"], shown["memo"], shown["amount"]) == (payload["creditNote"]["id"], "Sorry", 400)
    assert (shown["invoice"], shown["balanceTransaction"]) == ({"id": id}, None)
    voided = client.call("creditNoteVoid", id=shown["id"], expectedVersion=1)
    assert (voided["creditNote"]["status"], voided["creditNote"]["version"]) == ("VOID", 2)


def test_a_preview_shows_what_would_be_issued(client: Client) -> None:
    id = client.open_invoice(amount=1000)
    given = {"invoiceId": id, "amount": 1000}
    payload = client.ask(PREVIEW, input=given)["creditNotePreview"]
    assert payload["creditNote"]["invoice"] == {"id": id, "status": "PAID", "amountDue": 0}
    assert [event["type"] for event in payload["events"]] == ["INVOICE_UPDATED", "INVOICE_PAID", "CREDIT_NOTE_CREATED"]
    found = client.ask("query ($id: ID!) { creditNote(id: $id) { id } }", id=payload["creditNote"]["id"])
    assert found == {"creditNote": None}
    assert client.ask(ISSUE, input=given)["creditNoteCreate"]["creditNote"]["number"] == payload["creditNote"]["number"]


def test_refusals_speak_the_schema_s_language(client: Client) -> None:
    draft = client.draft()
    payload = client.ask(ISSUE, input={"invoiceId": draft, "amount": 1})["creditNoteCreate"]
    error = {"__typename": "TransitionError", "code": "STATUS_TRANSITION_INVALID", "path": None}
    allowed = ["OPEN", "PAID", "UNCOLLECTIBLE"]
    assert payload["userErrors"] == [{**error, "currentStatus": "DRAFT", "allowedFrom": allowed}]
    assert (payload["creditNote"], payload["events"]) == (None, [])
    lines = [{"type": "INVOICE_LINE_ITEM", "lineItemId": "il_unknown", "amount": 1}]
    payload = client.ask(ISSUE, input={"invoiceId": client.open_invoice(), "lines": lines})["creditNoteCreate"]
    error = {"__typename": "InputError", "code": "RESOURCE_MISSING", "path": ["lines", "0", "lineItemId"]}
    assert payload["userErrors"] == [error]
