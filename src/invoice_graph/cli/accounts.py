"""`account` and `key`: tenants, their settings, their keys."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Optional, TypeVar

import typer

from invoice_graph.cli.books import for_reading
from invoice_graph.cli.options import Unfit, with_settings
from invoice_graph.cli.processes import run_loop
from invoice_graph.commands.accounts import create_account, has_account, list_accounts
from invoice_graph.commands.keys import create_key, list_keys, revoke_key
from invoice_graph.commands.operations import Call, Outcome
from invoice_graph.commands.runner import COMMANDS, run
from invoice_graph.commands.sessions import rotate_secret
from invoice_graph.config import Settings
from invoice_graph.domain.access import OPENS, Actor, ActorKind, Scope
from invoice_graph.domain.clock import time_text
from invoice_graph.domain.kinds import ExhaustedRetries, InvoiceNumbering
from invoice_graph.domain.taxes import TaxRounding
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.store.connection import Connection
from invoice_graph.store.tables import Account

T = TypeVar("T")

account = typer.Typer(help="Tenants and their settings.", no_args_is_help=True)
key = typer.Typer(help="API keys of an account.", no_args_is_help=True)

ACCOUNT_OPTIONS: Mapping[str, tuple[str, Any, str]] = {
    "name": ("name", str, "The business's name."),
    "country": ("country", str, "The business's country, two upper-case letters."),
    "currency": ("default_currency", str, "The currency of invoices of customers that have none."),
    "numbering": ("invoice_numbering", InvoiceNumbering, "Whose sequence invoice numbers are taken from."),
    "prefix": ("invoice_prefix", str, "The account's own prefix of invoice numbers."),
    "tax_rounding": ("tax_rounding", TaxRounding, "Where taxes are rounded."),
    "grace": ("grace_seconds", int, "Seconds after which a draft that advances by itself is finalized."),
    "payment_terms": ("payment_terms_days", int, "Days after which an invoice is due."),
    "overdue_after": ("overdue_after_days", int, "Days after its due date when an open invoice is reported overdue."),
    "will_be_due": ("will_be_due_days", int, "Days before its due date when an open invoice is announced."),
    "exhausted_retries": (
        "exhausted_retries",
        ExhaustedRetries,
        "What becomes of it after the last attempt.",
    ),
}
"""Each option of an account: the setting, its type, what it means."""

SCOPE_HELP = "Restricts the key to a scope; give it once for each. `invoice-graph key scopes` prints them."

OfAccount = Annotated[str, typer.Option(help="The account's id.")]


def with_account_options(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of an account, and those that were given as its argument `wanted`."""

    def run_command(**given: Any) -> None:
        options = {name: given.pop(name) for name in ACCOUNT_OPTIONS}
        wanted = {ACCOUNT_OPTIONS[name][0]: value for name, value in options.items() if value is not None}
        command(wanted=wanted, **given)

    own = [item for item in signature(command).parameters.values() if item.name != "wanted"]
    parameters = [*own, *(_option(name) for name in ACCOUNT_OPTIONS)]
    run_command.__name__, run_command.__doc__ = command.__name__, command.__doc__
    keyword_only = [item.replace(kind=Parameter.KEYWORD_ONLY) for item in parameters]
    run_command.__signature__ = Signature(keyword_only)  # type: ignore[attr-defined]
    return run_command


def _option(name: str) -> Parameter:
    _, kind, meaning = ACCOUNT_OPTIONS[name]
    annotation: Any = Annotated[Optional[kind], typer.Option(case_sensitive=False, help=meaning)]  # noqa: UP045
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


@account.command("create")
@with_settings("database")
@with_account_options
def create_an_account(settings: Settings, wanted: Mapping[str, Any]) -> None:
    """Opens an account and prints its id."""

    async def create(gateway: Gateway) -> Account:
        services = gateway.services
        return await create_account(services.database, services.clock, services.ids, wanted)

    typer.echo(on_gateway(settings, create).account_id)


@account.command("set")
@with_settings("database")
@with_account_options
def change_an_account(
    settings: Settings, wanted: Mapping[str, Any], id: Annotated[str, typer.Argument(help="The account's id.")]
) -> None:
    """Changes settings of an account."""
    if not wanted:
        raise Unfit("There is nothing to change; give an option, as `invoice-graph account set -h` shows them.")

    async def change(gateway: Gateway) -> None:
        call = Call("accountUpdate", wanted)
        operator = Actor(id, kind=ActorKind.OPERATOR)
        outcome = await run(gateway.services, operator, COMMANDS["accountUpdate"], call, _outcome)
        for refusal in outcome.refusals:
            raise refusal

    on_account(settings, id, change)
    typer.echo(f"{id} changed")


@account.command("list")
@with_settings("database")
def list_all_accounts(settings: Settings) -> None:
    """Prints all accounts and their settings."""

    async def find(gateway: Gateway) -> list[Account]:
        return await list_accounts(gateway.services.database)

    for found in on_gateway(for_reading(settings), find):
        typer.echo(f"{found.account_id}  {time_text(found.created_at)}")
        for option, (setting, _, _) in ACCOUNT_OPTIONS.items():
            typer.echo(f"    {option.replace('_', '-')}: {getattr(found, setting)}")


@key.command("create")
@with_settings("database")
def create_a_key(
    settings: Settings,
    account: OfAccount,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    scope: Annotated[Optional[list[Scope]], typer.Option(help=SCOPE_HELP)] = None,  # noqa: UP045
) -> None:
    """Makes a key and prints its secret, which can't be read again."""

    async def create(gateway: Gateway) -> str:
        services = gateway.services
        given = services.database, services.clock, services.ids
        return (await create_key(*given, account, name, scopes=scope or None)).secret

    typer.echo(on_account(settings, account, create))


@key.command("list")
@with_settings("database")
def list_all_keys(settings: Settings, account: OfAccount) -> None:
    """Prints an account's keys, without their secrets."""

    async def find(gateway: Gateway) -> list[Any]:
        return list(await list_keys(gateway.services.database, account))

    for found in on_account(for_reading(settings), account, find):
        state = f"revoked {time_text(found.revoked_at)}" if found.revoked_at else "valid"
        scopes = "all rights" if found.scopes is None else ", ".join(found.scopes)
        described = f"{found.id}  ...{found.last_four}  {time_text(found.created_at)}  {state}  {found.name}"
        typer.echo(f"{described}  ({scopes})")


@key.command("rotate")
@with_settings("database")
def rotate_the_signing_secret(settings: Settings, account: OfAccount) -> None:
    """Replaces the secret that signs the tokens of an account's customers: all of them end."""

    async def rotate(gateway: Gateway) -> None:
        services = gateway.services
        await rotate_secret(services.database, services.clock, services.ids, account)

    on_account(settings, account, rotate)
    typer.echo(f"{account} has a new signing secret; all tokens of its customers have ended")


@key.command("scopes")
def list_all_scopes() -> None:
    """Prints the scopes that a restricted key can have, and what each opens."""
    for scope, what in OPENS.items():
        typer.echo(f"{scope}: {what}")


@key.command("revoke")
@with_settings("database")
def revoke_a_key(
    settings: Settings, account: OfAccount, id: Annotated[str, typer.Argument(help="The key's id.")]
) -> None:
    """Ends a key for good."""

    async def revoke(gateway: Gateway) -> None:
        await revoke_key(gateway.services.database, gateway.services.clock, account, id)

    on_account(settings, account, revoke)
    typer.echo(f"{id} revoked")


def on_gateway(settings: Settings, work: Callable[[Gateway], Awaitable[T]]) -> T:
    """Does something on an open gateway and closes it."""

    async def opened() -> T:
        async with open_gateway(settings) as gateway:
            return await work(gateway)

    return run_loop(opened())


def on_account(settings: Settings, account_id: str, work: Callable[[Gateway], Awaitable[T]]) -> T:
    """Does something on an open gateway that has an account; raises Unfit where it has not."""

    async def known(gateway: Gateway) -> T:
        if not await has_account(gateway.services.database, account_id):
            raise no_such_account(account_id)
        return await work(gateway)

    return on_gateway(settings, known)


def no_such_account(id: str) -> Unfit:
    """The refusal of an account that is not there."""
    return Unfit(f"No such account: {id!r}; `invoice-graph account list` shows them.")


async def _outcome(_connection: Connection, outcome: Outcome) -> Outcome:
    return outcome
