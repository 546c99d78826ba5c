"""Accounts: tenants, their settings, and what every one of them starts with."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from invoice_graph.commands.numbers import claim_prefix, counter_kind, find_counter, skip_to
from invoice_graph.commands.operations import Command, Done, Services
from invoice_graph.commands.payment_methods import TEST_METHODS
from invoice_graph.commands.shapes import (
    CURRENCY,
    CUSTOM_FIELDS,
    DESCRIPTION,
    FOOTER,
    GIVEN,
    NAME_NEEDED,
    PAYMENT_METHOD_TYPES,
    PREFIX,
    SEQUENCE,
)
from invoice_graph.domain import fields
from invoice_graph.domain.clock import Clock
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Field, Input, Shape, refuse, whole
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.rows import insert_rows, select_rows
from invoice_graph.store.tables import Account, Counter, PaymentMethod
from invoice_graph.store.unit_of_work import UnitOfWork

_PREFIX_LENGTH = 8
_ID = re.compile(rf"{Prefix.ACCOUNT}[A-Za-z0-9_]{{1,64}}")

_SETTINGS = Shape(
    {
        "name": NAME_NEEDED,
        "country": Field(fields.country),
        "default_currency": CURRENCY,
        "invoice_numbering": GIVEN,
        "invoice_prefix": PREFIX,
        "tax_rounding": GIVEN,
        "grace_seconds": Field(whole(0, fields.MAX_GRACE_SECONDS), clearable=False),
        "payment_terms_days": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE), clearable=False),
        "payment_method_types": PAYMENT_METHOD_TYPES,
        "next_invoice_sequence": SEQUENCE,
        "overdue_after_days": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE), clearable=False),
        "will_be_due_days": Field(whole(0, fields.MAX_DAYS_UNTIL_DUE), clearable=False),
        "exhausted_retries": GIVEN,
        "invoice_description": DESCRIPTION,
        "invoice_footer": FOOTER,
        "invoice_custom_fields": CUSTOM_FIELDS,
    }
)


async def update_account(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """accountUpdate."""
    account = await uow.account()
    raised = await _change_numbering(uow, account, input)
    for name, value in input.items():
        if name not in ("invoice_prefix", "next_invoice_sequence"):
            setattr(account, name, value)
    if raised or uow.differs(account):
        uow.touch(account)
    return Done(account.account_id)


async def create_account(
    database: Database, clock: Clock, ids: IdFactory, settings: Mapping[str, Any], id: str | None = None
) -> Account:
    """A new account with its test payment methods. `settings` as accountUpdate takes them, `name` among them;
    raises InputRefusal for bad ones, for an `id` that can't be one, and RESOURCE_ALREADY_EXISTS for one in use."""
    cleaned = _SETTINGS(settings)
    if not cleaned.get("name"):
        raise refuse("The name is missing; give one.", ("name",), ErrorCode.PARAMETER_MISSING)
    sequence = cleaned.pop("next_invoice_sequence", 1)
    cleaned.setdefault("invoice_prefix", ids.token()[:_PREFIX_LENGTH].upper())
    account = Account(
        account_id=ids.make(Prefix.ACCOUNT) if id is None else _usable(id), created_at=clock.now(), **cleaned
    )
    counter = Counter(account_id=account.account_id, kind=counter_kind(account.invoice_prefix))
    skip_to(counter, sequence, ("next_invoice_sequence",))
    await database.write(partial(_insert, account, counter))
    return account


async def has_account(database: Database, id: str) -> bool:
    """Whether there is an account with an id, whatever that may be."""
    if not id.isascii() or not id.isprintable():
        return False
    async with database.reader() as connection:
        return bool(await select_rows(connection, Account, {"account_id": id}))


async def list_accounts(database: Database) -> list[Account]:
    """All accounts, the oldest first."""
    async with database.reader() as connection:
        return await select_rows(connection, Account, {}, ("created_at", "account_id"))


def _usable(id: str) -> str:
    """An account's id that was chosen by hand, of which the ids of its events are made."""
    if not _ID.fullmatch(id):
        message = f"{id!r} can't be an account's id; begin it with '{Prefix.ACCOUNT}', then 1 to 64 letters and digits."
        raise refuse(message, ("id",), ErrorCode.PARAMETER_INVALID)
    return id


async def _insert(account: Account, counter: Counter, connection: Connection) -> None:
    await _check_new(connection, account)
    await insert_rows(connection, Account, [account])
    await insert_rows(connection, Counter, [counter])
    await insert_rows(connection, PaymentMethod, _test_methods(account.account_id, account.created_at))


async def _check_new(connection: Connection, account: Account) -> None:
    if await select_rows(connection, Account, {"account_id": account.account_id}):
        message = f"The account {account.account_id!r} exists already; choose another id."
        raise refuse(message, ("id",), ErrorCode.RESOURCE_ALREADY_EXISTS)


async def _change_numbering(uow: UnitOfWork, account: Account, given: Input) -> bool:
    """Changes prefix and next number; tells whether the next number was raised."""
    prefix = given.get("invoice_prefix", account.invoice_prefix)
    if prefix != account.invoice_prefix:
        counter: Counter | None = await claim_prefix(uow, prefix, ("invoice_prefix",))
        account.invoice_prefix = prefix
    else:
        counter = await find_counter(uow, prefix)
    if "next_invoice_sequence" not in given or counter is None:
        return False
    return skip_to(counter, given["next_invoice_sequence"], ("next_invoice_sequence",))


def _test_methods(account_id: str, now: datetime) -> list[PaymentMethod]:
    return [
        PaymentMethod(account_id=account_id, id=id, created_at=now, outcome=outcome, decline_code=reason)
        for id, (outcome, reason) in TEST_METHODS.items()
    ]


ACCOUNT_COMMANDS = (Command("accountUpdate", Account, _SETTINGS, update_account),)
