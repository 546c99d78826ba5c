"""Customers' tokens: short-lived JWTs with which a browser sees one customer's invoices and may pay them.

An account's secret signs them. It is a row, made when the first token is, so that all processes share it; a new one in
its place ends all tokens of the account. Nothing is kept of the tokens themselves.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from invoice_graph.commands.operations import Call, Command, Done, Outcome, Services
from invoice_graph.commands.shapes import ID
from invoice_graph.deferred import deferred
from invoice_graph.domain.access import CUSTOMER, Actor, ActorKind
from invoice_graph.domain.clock import Clock, time_text
from invoice_graph.domain.fields import Field, Input, Shape, whole
from invoice_graph.domain.ids import IdFactory, Prefix
from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.rows import delete_row, insert_rows, select_rows
from invoice_graph.store.tables import Account, Customer, SigningSecret
from invoice_graph.store.unit_of_work import UnitOfWork, missing

if TYPE_CHECKING:
    import jwt
else:
    # With its cryptography it is a twentieth of a start, which needs it for tokens only.
    jwt = deferred("jwt")

ISSUER, AUDIENCE, ALGORITHM = "invoice-graph", "invoice-graph:customer", "HS256"
SHORTEST, USUAL, LONGEST = 60, 900, 86_400
"""Seconds that a token lives."""

_SECRET_BYTES = 32
_CLAIMS = ["iss", "aud", "sub", "iat", "exp"]
_SEPARATOR = "/"

_SESSION = Shape(
    {
        "customer_id": ID,
        "expires_in_seconds": Field(whole(SHORTEST, LONGEST), clearable=False),
    },
    required=("customer_id",),
    creating=True,
)


@dataclass(frozen=True, slots=True)
class Session:
    """What a token says: whose it is, until when, and which secret signed it, once it has one."""

    account_id: str
    customer_id: str
    expires_at: datetime
    secret_id: str | None = None

    @property
    def actor(self) -> Actor:
        """The customer, who acts for themselves."""
        return Actor(
            self.account_id,
            rights=CUSTOMER,
            customer_id=self.customer_id,
            kind=ActorKind.CUSTOMER_SESSION,
            expires_at=self.expires_at,
            secret_id=self.secret_id,
        )


async def create_session(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """customerSessionCreate, but for the token, which `reveal` makes."""
    customer = await uow.require(Customer, input["customer_id"], ("customer_id",))
    if not await uow.find(SigningSecret, limit=1):
        uow.add(_new_secret(uow.account_id, services.ids, services.clock))
    return Done(customer.id)


async def reveal(
    connection: Connection, services: Services, account_id: str, call: Call, outcome: Outcome
) -> Mapping[str, str | None]:
    """The token of a call that was not refused, and when it ends; another one each time. A dry run's opens nothing."""
    if outcome.refusals or outcome.object_id is None:
        return {"token": None, "expires_at": None}
    lifetime = timedelta(seconds=call.input.get("expires_in_seconds") or USUAL)
    session = Session(account_id, outcome.object_id, services.clock.now() + lifetime)
    found = await select_rows(connection, SigningSecret, {"account_id": account_id}, ("-created_at", "-id"), limit=1)
    usable = found and not call.dry_run
    secret = found[0] if usable else _new_secret(account_id, services.ids, services.clock)
    token = sign(session, secret, services.clock.now(), services.ids.token())
    return {"token": token, "expires_at": time_text(session.expires_at)}


def sign(session: Session, secret: SigningSecret, now: datetime, token_id: str) -> str:
    """A token for a session."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": session.customer_id,
        "iat": int(now.timestamp()),
        "exp": int(session.expires_at.timestamp()),
        "jti": token_id,
    }
    name = f"{secret.account_id}{_SEPARATOR}{secret.id}"
    return jwt.encode(claims, secret.secret, ALGORITHM, {"kid": name})


async def find_session(database: Database, token: str) -> Session | None:
    """What a token says that this gateway signed, expired or not; None when it did not."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
        secret = await _find_secret(database, name) if isinstance(name, str) else None
        if secret is None:
            return None
        claims = _verified(token, secret)
        return Session(secret.account_id, claims["sub"], datetime.fromtimestamp(claims["exp"], UTC), secret.id)
    except (jwt.PyJWTError, TypeError, ValueError, OverflowError, OSError, RecursionError):
        return None


def _verified(token: str, secret: SigningSecret) -> dict[str, Any]:
    # Time is the clock's matter, not the library's.
    options: Any = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    claims: dict[str, Any] = jwt.decode(token, secret.secret, [ALGORITHM], options, issuer=ISSUER, audience=AUDIENCE)
    return claims


async def _find_secret(database: Database, name: str) -> SigningSecret | None:
    account_id, _, id = name.partition(_SEPARATOR)
    if not name.isascii() or not name.isprintable():
        return None
    async with database.reader() as connection:
        found = await select_rows(connection, SigningSecret, {"account_id": account_id, "id": id})
    return found[0] if found else None


async def rotate_secret(database: Database, clock: Clock, ids: IdFactory, account_id: str) -> None:
    """Puts a new secret in the place of an account's, which ends all its customers' tokens; raises InputRefusal for an
    unknown account."""
    async with database.transaction() as connection:
        if not await select_rows(connection, Account, {"account_id": account_id}):
            raise missing(Account, account_id, ("account_id",))
        for secret in await select_rows(connection, SigningSecret, {"account_id": account_id}):
            await delete_row(connection, secret)
        await insert_rows(connection, SigningSecret, [_new_secret(account_id, ids, clock)])


def _new_secret(account_id: str, ids: IdFactory, clock: Clock) -> SigningSecret:
    return SigningSecret(
        account_id=account_id,
        id=ids.make(Prefix.SIGNING_SECRET),
        created_at=clock.now(),
        secret=secrets.token_hex(_SECRET_BYTES),
    )


SESSION_COMMANDS = (Command("customerSessionCreate", Customer, _SESSION, create_session, creates=True, reveal=reveal),)
