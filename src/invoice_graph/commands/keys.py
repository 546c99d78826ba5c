"""API keys: the secret is shown once, only its SHA-256 is kept. Secret keys may do everything, restricted ones what
their scopes open."""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from invoice_graph.domain.access import EVERYTHING, Actor, ActorKind, Rights, Scope, granted
from invoice_graph.domain.clock import Clock
from invoice_graph.domain.fields import MAX_TEXT, refuse, required_text
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.store.connection import Database
from invoice_graph.store.rows import codec, insert_rows, select_rows, update_row
from invoice_graph.store.tables import Account, ApiKey
from invoice_graph.store.unit_of_work import missing

SECRET_PREFIX, RESTRICTED_PREFIX = "sk_", "rk_"
SCOPES = frozenset(Scope)
CONTROL, LINE, PARAGRAPH = "Cc", "Zl", "Zp"
"""Categories of characters that a line can't hold."""

_SECRET_BYTES = 24
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made, with the secret that nobody can read again."""

    key: ApiKey
    secret: str


async def create_key(
    database: Database,
    clock: Clock,
    ids: IdFactory,
    account_id: str,
    name: str,
    secret: str | None = None,
    scopes: Collection[Scope] | None = None,
) -> NewKey:
    """A key of an account, restricted to some scopes if they are given; raises InputRefusal for an unknown account and
    a name that is blank or not one line. `secret` is random unless given, which is meant for demonstrations."""
    name = _on_one_line(required_text(MAX_TEXT["name"])(name, ("name",)))
    secret = secret or (SECRET_PREFIX if scopes is None else RESTRICTED_PREFIX) + secrets.token_hex(_SECRET_BYTES)
    key = ApiKey(
        account_id=account_id,
        id=ids.make(Prefix.API_KEY),
        created_at=clock.now(),
        name=name,
        digest=_digest(secret),
        last_four=secret[-_SHOWN:],
        scopes=None if scopes is None else sorted(scopes),
    )
    async with database.transaction() as connection:
        if not await select_rows(connection, Account, {"account_id": account_id}):
            raise missing(Account, account_id, ("account_id",))
        await insert_rows(connection, ApiKey, [key])
    return NewKey(key, secret)


async def list_keys(database: Database, account_id: str) -> list[ApiKey]:
    """The keys of an account, revoked ones too, the oldest first."""
    async with database.reader() as connection:
        return await select_rows(connection, ApiKey, {"account_id": account_id}, ("created_at", "id"))


async def revoke_key(database: Database, clock: Clock, account_id: str, key_id: str) -> ApiKey:
    """Ends a key for good; a second time changes nothing. Raises InputRefusal for an unknown one."""
    async with database.transaction() as connection:
        found = await select_rows(connection, ApiKey, {"account_id": account_id, "id": key_id})
        if not found:
            raise missing(ApiKey, key_id, ("id",))
        (key,) = found
        if key.revoked_at is None:
            key.revoked_at = clock.now()
            revoked_at = codec(ApiKey).encode("revoked_at", key.revoked_at)
            await update_row(connection, key, {"revoked_at": revoked_at})
    return key


async def find_actor(database: Database, secret: str) -> Actor | None:
    """Who a secret belongs to; None when it is unknown or revoked."""
    async with database.reader() as connection:
        found = await select_rows(connection, ApiKey, {"digest": _digest(secret)})
    if not found or found[0].revoked_at is not None:
        return None
    return _actor(found[0])


def _on_one_line(name: str) -> str:
    """A name as lists show it: a line to each key."""
    if {CONTROL, LINE, PARAGRAPH} & set(map(unicodedata.category, name)):
        raise refuse("The name has a tab, a line break or another control character; leave it out.", ("name",))
    return name


def _actor(key: ApiKey) -> Actor:
    if key.scopes is None:
        return Actor(key.account_id, key.id, EVERYTHING)
    # A scope that a later version of the program knows opens nothing here.
    scopes = granted(Scope(scope) for scope in key.scopes if scope in SCOPES)
    return Actor(key.account_id, key.id, Rights(scopes), kind=ActorKind.RESTRICTED_KEY)


def _digest(secret: str) -> str:
    # Secrets are long and random, so that no salt and no slow hash is needed; a header may hold any character.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
