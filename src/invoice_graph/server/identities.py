"""Claims of an outside issuer become actors."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from invoice_graph.commands.accounts import has_account
from invoice_graph.config import Settings
from invoice_graph.deferred import deferred
from invoice_graph.domain.access import CUSTOMER, Actor, ActorKind, Rights, Scope, granted
from invoice_graph.domain.clock import Clock
from invoice_graph.server.engine_protocol import AuthenticationUnavailable, Unauthenticated
from invoice_graph.store.connection import Database

if TYPE_CHECKING:
    from invoice_graph.adapters import identity
else:
    # Most gateways know no outside issuer; a start need not import what talks to one.
    identity = deferred("invoice_graph.adapters.identity")

SKEW = timedelta(seconds=60)
"""How far the issuer's clock may be ahead."""

SCOPES = {str(scope): scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class Identities:
    """Who the tokens of an issuer are for: the names of the claims that say so."""

    issuer: "identity.Issuer"
    account_claim: str
    scope_claim: str
    customer_claim: str

    async def find(self, database: Database, token: str, now: datetime) -> Actor:
        """The actor of a token; raises Unauthenticated and AuthenticationUnavailable."""
        try:
            claims = await self.issuer.verified(token)
        except identity.IssuerUnavailable as unavailable:
            raise AuthenticationUnavailable(str(unavailable)) from unavailable
        if claims is None:
            raise Unauthenticated("This token was not signed by its issuer for this gateway; ask for another.")
        begins, ends = moment(claims.get("nbf", 0)), moment(claims["exp"])
        if begins is None or ends is None or begins > now + SKEW:
            raise Unauthenticated("This token does not hold yet, or has no time that can be read; ask for another.")
        return await self._actor(database, claims, ends)

    async def _actor(self, database: Database, claims: Mapping[str, Any], ends: datetime) -> Actor:
        account_id, customer_id = claims.get(self.account_claim), claims.get(self.customer_claim)
        if not isinstance(account_id, str) or not await has_account(database, account_id):
            raise Unauthenticated(f"The token's claim `{self.account_claim}` names no account of this gateway.")
        if customer_id is not None and (not isinstance(customer_id, str) or not customer_id):
            raise Unauthenticated(f"The token's claim `{self.customer_claim}` must be a customer's id.")
        rights = Rights(granted(scopes(claims.get(self.scope_claim)))) if customer_id is None else CUSTOMER
        subject = str(claims.get("sub", ""))[:255]
        return Actor(account_id, None, rights, customer_id, ActorKind.IDENTITY, subject, ends)


def moment(seconds: Any) -> datetime | None:
    """The moment of a claim; None when it is none."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def scopes(claim: Any) -> list[Scope]:
    """The scopes in a claim, a list or a text with spaces; those of other services are passed over."""
    named = claim.split() if isinstance(claim, str) else claim if isinstance(claim, list) else []
    return [SCOPES[name] for name in named if isinstance(name, str) and name in SCOPES]


def make_identities(settings: Settings, clock: Clock) -> Identities | None:
    """What the settings say about an outside issuer, if there is one."""
    if not settings.oidc_issuer:
        return None
    told = identity.IssuerSettings(
        settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url, settings.oidc_timeout
    )
    names = settings.oidc_account_claim, settings.oidc_scope_claim, settings.oidc_customer_claim
    return Identities(identity.Issuer(told, clock), *names)
