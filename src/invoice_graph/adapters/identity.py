"""An outside issuer of identities (OpenID Connect): its keys are fetched, and its tokens verified with them."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt

from invoice_graph.domain.clock import Clock

DISCOVERY = "/.well-known/openid-configuration"
KEPT = timedelta(hours=1)
"""How long keys are used before they are fetched again."""

PAUSE = timedelta(seconds=30)
"""What lies between two fetches at least, however many tokens name keys that nobody knows."""

LARGEST_ANSWER = 1_000_000
ALGORITHMS: Mapping[str, frozenset[str]] = {
    "RSA": frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}),
    "EC": frozenset({"ES256", "ES384", "ES512"}),
    "OKP": frozenset({"EdDSA"}),
}
"""What keys of each type may sign with. There is no shared secret among them: whoever verifies could sign, too."""

MALFORMED = (jwt.PyJWTError, KeyError, TypeError, ValueError, RecursionError)
_log = logging.getLogger(__name__)


class IssuerUnavailable(Exception):
    """The issuer's keys could not be read."""


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """Whose tokens are accepted, and for whom they must be; `jwks_url` is discovered when empty."""

    issuer: str
    audience: str
    jwks_url: str = ""
    timeout: float = 5.0


class Issuer:
    """Verifies an issuer's tokens. Keys are fetched when they are needed, are old, or a token names another."""

    def __init__(self, settings: IssuerSettings, clock: Clock) -> None:
        self.settings = settings
        self._clock = clock
        self._keys: dict[str | None, tuple[jwt.PyJWK, frozenset[str]]] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._turn = asyncio.Lock()

    def claims_it(self, token: str) -> bool:
        """Whether a token says that it is of this issuer, which proves nothing."""
        try:
            return bool(jwt.decode(token, options={"verify_signature": False}).get("iss") == self.settings.issuer)
        except MALFORMED:
            return False

    async def verified(self, token: str) -> Mapping[str, Any] | None:
        """The claims of a token that this issuer signed for this audience, expired or not; None of any other. Raises
        IssuerUnavailable."""
        try:
            header = jwt.get_unverified_header(token)
            found = await self._key(header.get("kid"))
            if found is None or header.get("alg") not in found[1]:
                return None
            return self._decoded(token, found[0], header["alg"])
        except MALFORMED:
            return None

    def _decoded(self, token: str, key: jwt.PyJWK, algorithm: str) -> Mapping[str, Any]:
        # Time is the clock's matter, not the library's.
        options: Any = {"require": ["iss", "aud", "exp"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}
        wanted = self.settings
        return jwt.decode(token, key.key, [algorithm], options, audience=wanted.audience, issuer=wanted.issuer)

    async def _key(self, id: str | None) -> tuple[jwt.PyJWK, frozenset[str]] | None:
        if self._wants_fetch(id):
            async with self._turn:
                if self._wants_fetch(id):
                    await self._refresh()
        if not self._keys:
            raise IssuerUnavailable(f"The keys of {self.settings.issuer} can't be read for now")
        if id is None and len(self._keys) == 1:
            (only,) = self._keys.values()
            return only
        return self._keys.get(id)

    def _wants_fetch(self, id: str | None) -> bool:
        now = self._clock.now()
        if _is_since(self._tried_at, now, PAUSE):
            return False
        is_old = not _is_since(self._fetched_at, now, KEPT)
        return is_old or (id is not None and id not in self._keys)

    async def _refresh(self) -> None:
        """Fetches the keys; those that are known stay when that fails."""
        self._tried_at = self._clock.now()
        try:
            async with asyncio.timeout(self.settings.timeout), httpx.AsyncClient(timeout=None) as client:
                found = await self._fetch(client)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, *MALFORMED) as error:
            _log.warning("The keys of %s could not be fetched: %s", self.settings.issuer, str(error) or repr(error))
            return
        self._keys, self._fetched_at = found, self._tried_at

    async def _fetch(self, client: httpx.AsyncClient) -> dict[str | None, tuple[jwt.PyJWK, frozenset[str]]]:
        url = self.settings.jwks_url or await self._discovered(client)
        usable = {}
        for document in (await _get(client, url))["keys"]:
            key = usable_key(document)
            if key is not None:
                usable[document.get("kid")] = key
        return usable

    async def _discovered(self, client: httpx.AsyncClient) -> str:
        found = await _get(client, self.settings.issuer.rstrip("/") + DISCOVERY)
        if found.get("issuer") != self.settings.issuer:
            raise ValueError(f"its configuration is of the issuer {found.get('issuer')!r}")
        return str(found["jwks_uri"])


def _is_since(moment: datetime | None, now: datetime, length: timedelta) -> bool:
    """Whether something was less than so long ago. When the clock was set back since, nobody can tell: it was not."""
    return moment is not None and timedelta(0) <= now - moment < length


async def _get(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """A JSON object by its address; raises ValueError for anything else."""
    body = bytearray()
    async with client.stream("GET", url) as response:
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"{url} answers {response.status_code}")
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise ValueError(f"{url} answers more than {LARGEST_ANSWER} bytes")
    found = httpx.Response(200, content=bytes(body)).json()
    if not isinstance(found, dict):
        raise ValueError(f"{url} answers no JSON object")
    return found


def usable_key(document: Any) -> tuple[jwt.PyJWK, frozenset[str]] | None:
    """A public key for signatures and what it may sign with; None for other keys."""
    if not isinstance(document, dict) or document.get("use", "sig") != "sig":
        return None
    allowed = ALGORITHMS.get(str(document.get("kty")), frozenset())
    if document.get("alg") is not None:
        allowed &= {str(document["alg"])}
    if not allowed:
        return None
    try:
        return jwt.PyJWK(document, algorithm=None if "alg" in document else min(allowed)), allowed
    except MALFORMED:
        return None
