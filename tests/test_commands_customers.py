"""Customers, accounts and API keys."""

from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.commands.accounts import TEST_METHODS, create_account, list_accounts
from invoice_graph.commands.keys import create_key, find_actor, list_keys, revoke_key
from invoice_graph.domain.access import Actor
from invoice_graph.domain.errors import InputRefusal
from invoice_graph.domain.taxes import TaxExempt
from invoice_graph.store.tables import Account, ApiKey, BalanceTransaction, Counter, Customer, PaymentMethod

pytestmark = pytest.mark.anyio


async def test_a_customer_is_created_with_a_prefix_of_its_own(gateway: Gateway) -> None:
    outcome = await gateway.call("customerCreate", name="Ä Straße", email="Jenny@Example.com", metadata=[])
    assert await gateway.events(outcome) == ["CUSTOMER_CREATED"]
    customer = await gateway.row(Customer, outcome.object_id)
    assert (customer.name_key, customer.email, customer.email_key) == (
        "ä strasse",
        "Jenny@Example.com",
        "jenny@example.com",
    )
    assert (customer.balance, customer.currency, customer.tax_exempt) == (0, None, TaxExempt.NONE)
    assert len(customer.invoice_prefix) == 8
    (counter,) = await gateway.rows(Counter, kind=f"number:{customer.invoice_prefix}")
    assert (counter.value, counter.skipped) == (0, 0)


async def test_a_balance_is_an_entry_of_the_ledger_from_the_start(gateway: Gateway) -> None:
    id = await gateway.customer(balance=-500)
    customer = await gateway.row(Customer, id)
    assert (customer.balance, customer.currency) == (-500, "usd")
    assert await gateway.emitted("customerUpdate", id=id, balance=200) == ["CUSTOMER_UPDATED"]
    entries = await gateway.rows(BalanceTransaction, customer_id=id)
    assert sorted((e.sequence, e.type, e.amount, e.ending_balance, e.currency) for e in entries) == [
        (1, "INITIAL", -500, -500, "usd"),
        (2, "ADJUSTMENT", 700, 200, "usd"),
    ]
    assert (await gateway.row(Customer, id)).balance == 200
    assert await gateway.emitted("customerUpdate", id=id, balance=200) == []
    refusal = await gateway.refused("customerUpdate", id=id, balance=10**8)
    assert (refusal.code, refusal.path) == ("AMOUNT_TOO_LARGE", ("balance",))


async def test_a_change_of_the_customer_reaches_its_drafts_without_raising_their_version(gateway: Gateway) -> None:
    id = await gateway.customer(name="Old")
    draft = await gateway.draft(1000, customer_id=id)
    euro = await gateway.draft(1000, customer_id=id, currency="eur")
    given = {"name": "New", "balance": -400, "phone": "1", "address": {"city": "Ulm"}, "tax_exempt": TaxExempt.EXEMPT}
    assert await gateway.emitted("customerUpdate", id=id, **given) == ["CUSTOMER_UPDATED"]
    invoice = await gateway.invoice(draft)
    assert (invoice.customer_name, invoice.customer_phone, invoice.customer_tax_exempt) == (
        "New",
        "1",
        TaxExempt.EXEMPT,
    )
    assert (invoice.customer_address or {})["city"] == "Ulm"
    assert (invoice.starting_balance, invoice.amount_due, invoice.version) == (-400, 600, 1)
    assert (await gateway.invoice(euro)).amount_due == 1000
    assert (await gateway.row(Customer, id)).version == 2


async def test_null_clears_what_can_be_cleared(gateway: Gateway) -> None:
    id = await gateway.customer(
        name="Old", preferred_locales=["de"], shipping={"name": "Dock", "address": {"city": "Ulm"}}
    )
    assert ((await gateway.row(Customer, id)).shipping or {})["name"] == "Dock"
    await gateway.done("customerUpdate", id=id, name=None, preferred_locales=None, shipping=None, email="")
    customer = await gateway.row(Customer, id)
    assert (customer.name, customer.name_key, customer.preferred_locales, customer.shipping) == (None, None, [], None)
    refusal = await gateway.refused("customerUpdate", id=id, invoice_prefix=None)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID_EMPTY", ("invoice_prefix",))


async def test_a_prefix_is_unique_and_never_used_again(gateway: Gateway) -> None:
    first = await gateway.customer(invoice_prefix="ACME")
    await gateway.done("customerUpdate", id=first, invoice_prefix="BETA99")
    for prefix in ("ACME", "BETA99", "RKTRIDE"):
        refusal = await gateway.refused("customerCreate", invoice_prefix=prefix)
        assert (refusal.code, refusal.path) == ("RESOURCE_ALREADY_EXISTS", ("invoice_prefix",))
    assert await gateway.emitted("customerUpdate", id=first, invoice_prefix="BETA99") == []
    for prefix in ("AB", "ABCDEFGHIJKLM", "acme", "AC ME", "ÄCME"):
        refusal = await gateway.refused("customerUpdate", id=first, invoice_prefix=prefix)
        assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("invoice_prefix",))


async def test_the_next_number_can_only_be_raised(gateway: Gateway) -> None:
    id = await gateway.customer(invoice_prefix="ACME")
    await gateway.open_invoice(customer_id=id)
    assert await gateway.emitted("customerUpdate", id=id, next_invoice_sequence=124) == ["CUSTOMER_UPDATED"]
    assert (await gateway.invoice(await gateway.open_invoice(customer_id=id))).number == "ACME-0124"
    (counter,) = await gateway.rows(Counter, kind="number:ACME")
    assert (counter.value, counter.skipped) == (124, 122)
    for sequence in (5, 124, 0, 1_000_000_001):
        refusal = await gateway.refused("customerUpdate", id=id, next_invoice_sequence=sequence)
        assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("next_invoice_sequence",))
    assert await gateway.emitted("customerUpdate", id=id, next_invoice_sequence=125) == []
    await gateway.done("customerUpdate", id=id, invoice_prefix="NEXT", next_invoice_sequence=7)
    assert (await gateway.invoice(await gateway.open_invoice(customer_id=id))).number == "NEXT-0007"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"email": "jenny"}, ("email",)),
        ({"email": "jenny@example"}, ("email",)),
        ({"email": "a b@example.com"}, ("email",)),
        ({"name": "x" * 257}, ("name",)),
        ({"name": "nu\0ll"}, ("name",)),
        ({"name": "\ud800"}, ("name",)),
        ({"phone": "1" * 21}, ("phone",)),
        ({"address": {"country": "Germany"}}, ("address", "country")),
        ({"address": {"line1": "x" * 201}}, ("address", "line1")),
        ({"shipping": {"address": {"city": "\0"}}}, ("shipping", "address", "city")),
        ({"metadata": [{"key": "a", "value": "x" * 501}]}, ("metadata", "0", "value")),
        ({"metadata": [{"key": "x" * 41, "value": "1"}]}, ("metadata", "0", "key")),
        ({"metadata": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, ("metadata", "1", "key")),
        ({"metadata": [{"key": str(n), "value": "1"} for n in range(51)]}, ("metadata",)),
        ({"invoice_custom_fields": [{"name": "x" * 41, "value": "1"}]}, ("invoice_custom_fields", "0", "name")),
        ({"invoice_custom_fields": [{"name": "x", "value": "1" * 141}]}, ("invoice_custom_fields", "0", "value")),
        ({"invoice_custom_fields": [{"name": "x", "value": "1"}] * 5}, ("invoice_custom_fields",)),
        ({"invoice_footer": "x" * 5001}, ("invoice_footer",)),
        ({"currency": "USD"}, ("currency",)),
        ({"preferred_locales": ["x" * 36]}, ("preferred_locales", "0")),
    ],
)
async def test_a_bad_field_is_refused_by_its_path(gateway: Gateway, fields: dict[str, Any], path: Any) -> None:
    refusal = await gateway.refused("customerCreate", **fields)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", path)


async def test_an_account_is_created_with_its_test_payment_methods(gateway: Gateway) -> None:
    services = gateway.services
    settings = {"name": "Other", "default_currency": "eur", "country": "DE", "next_invoice_sequence": 5}
    account = await create_account(services.database, services.clock, services.ids, settings, id="acct_other")
    assert [found.account_id for found in await list_accounts(services.database)][-1] == "acct_other"
    assert (account.default_currency, account.country, account.grace_seconds, account.payment_terms_days) == (
        "eur",
        "DE",
        3600,
        30,
    )
    gateway.actor = Actor("acct_other")
    assert {method.id for method in await gateway.rows(PaymentMethod)} == set(TEST_METHODS)
    (counter,) = await gateway.rows(Counter)
    assert (counter.kind, counter.value, counter.skipped) == (f"number:{account.invoice_prefix}", 4, 4)
    with pytest.raises(InputRefusal) as caught:
        await create_account(services.database, services.clock, services.ids, {"name": "Again"}, id="acct_other")
    assert caught.value.code == "RESOURCE_ALREADY_EXISTS"
    with pytest.raises(InputRefusal):
        await create_account(services.database, services.clock, services.ids, {})


@pytest.mark.parametrize("id", ["", "acct_", "acct", "Theirs", "acct_a b", "acct_ä", "acct_a/b", "acct_" + "x" * 65])
async def test_an_account_gets_no_id_that_ids_of_events_can_not_be_made_of(gateway: Gateway, id: str) -> None:
    services = gateway.services
    with pytest.raises(InputRefusal, match="begin it with 'acct_'") as caught:
        await create_account(services.database, services.clock, services.ids, {"name": "Again"}, id)
    assert (caught.value.code, caught.value.path) == ("PARAMETER_INVALID", ("id",))
    assert len(await list_accounts(services.database)) == 1


async def test_accounts_do_not_see_each_other(gateway: Gateway) -> None:
    id = await gateway.draft()
    customer = (await gateway.invoice(id)).customer_id
    services = gateway.services
    other = await create_account(services.database, services.clock, services.ids, {"name": "Other"})
    gateway.actor = Actor(other.account_id)
    assert (await gateway.refused("invoiceFinalize", id=id)).code == "RESOURCE_MISSING"
    assert (await gateway.refused("invoiceCreate", customer_id=customer)).code == "RESOURCE_MISSING"
    assert (await gateway.call("customerCreate", invoice_prefix="RKTRIDE")).refusals == ()


async def test_account_settings_change_without_event_and_raise_the_version(gateway: Gateway) -> None:
    given: dict[str, Any] = {"name": "New", "country": None, "grace_seconds": 60, "payment_terms_days": 14}
    outcome = await gateway.call("accountUpdate", **given, invoice_prefix="NEWPRE", next_invoice_sequence=10)
    assert (outcome.refusals, outcome.object_id) == ((), gateway.actor.account_id)
    assert await gateway.events(outcome) == []
    (account,) = await gateway.rows(Account)
    assert (account.name, account.grace_seconds, account.payment_terms_days, account.version) == ("New", 60, 14, 2)
    await gateway.done("accountUpdate", invoice_numbering="ACCOUNT")
    assert (await gateway.invoice(await gateway.open_invoice())).number == "NEWPRE-0010"
    for bad, path in (
        ({"name": " "}, ("name",)),
        ({"name": None}, ("name",)),
        ({"country": "Germany"}, ("country",)),
        ({"grace_seconds": -1}, ("grace_seconds",)),
        ({"payment_method_types": ["gold"]}, ("payment_method_types", "0")),
        ({"invoice_prefix": "RKTRIDE"}, ("invoice_prefix",)),
        ({"next_invoice_sequence": 3}, ("next_invoice_sequence",)),
    ):
        assert (await gateway.refused("accountUpdate", **bad)).path == path


async def test_a_key_names_its_account_until_it_is_revoked(gateway: Gateway) -> None:
    services, account_id = gateway.services, gateway.actor.account_id
    made = await create_key(services.database, services.clock, services.ids, account_id, "backend")
    assert made.secret.startswith("sk_")
    assert len(made.secret) > 35
    assert made.key.last_four == made.secret[-4:]
    assert made.secret not in str(await gateway.dump())
    assert await find_actor(services.database, made.secret) == Actor(account_id, made.key.id)
    assert await find_actor(services.database, "sk_wrong\ud800") is None
    revoked = await revoke_key(services.database, services.clock, account_id, made.key.id)
    assert revoked.revoked_at == gateway.clock.now()
    gateway.clock.advance(days=1)
    again = await revoke_key(services.database, services.clock, account_id, made.key.id)
    assert again.revoked_at == revoked.revoked_at
    assert await find_actor(services.database, made.secret) is None
    assert [key.revoked_at for key in await list_keys(services.database, account_id)] == [revoked.revoked_at]
    assert len(await gateway.rows(ApiKey)) == 1


async def test_keys_need_an_account_and_a_name(gateway: Gateway) -> None:
    services = gateway.services
    for account_id, name in (("acct_x", "a"), (gateway.actor.account_id, " ")):
        with pytest.raises(InputRefusal):
            await create_key(services.database, services.clock, services.ids, account_id, name)
    with pytest.raises(InputRefusal):
        await revoke_key(services.database, services.clock, gateway.actor.account_id, "key_x")
    assert await gateway.rows(ApiKey) == []
