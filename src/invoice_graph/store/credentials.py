"""Which keys, and which secrets that sign tokens, are still good."""

import json
from collections.abc import Collection

from sqlalchemy import BindParameter, bindparam, select, union_all

from invoice_graph.store.connection import Database
from invoice_graph.store.dialect import Statement, among
from invoice_graph.store.rows import table_of
from invoice_graph.store.tables import ApiKey, SigningSecret

_key, _secret = table_of(ApiKey), table_of(SigningSecret)
_asked: BindParameter[str] = bindparam("account_ids")
_GOOD = Statement(
    union_all(
        select(_key.c.account_id, _key.c.id).where(among(_key.c.account_id, _asked), _key.c.revoked_at.is_(None)),
        select(_secret.c.account_id, _secret.c.id).where(among(_secret.c.account_id, _asked)),
    )
)


async def good_credentials(database: Database, account_ids: Collection[str]) -> set[tuple[str, str]]:
    """The accounts and ids of all keys and secrets of some accounts that are not revoked."""
    rows = await database.read(_GOOD, {"account_ids": json.dumps(sorted(account_ids))})
    return {(account_id, id) for account_id, id in rows}
