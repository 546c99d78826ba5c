"""Tokens of an outside issuer, whose keys a real HTTP server serves, and what becomes of streams when tokens end."""

import asyncio
import base64
import json
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from databases import databases
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from planner_data import ACCOUNT, ADDRESS, NOW, small
from pydantic import ValidationError
from system import DEMO_ACCOUNT, Served, prepare
from toy_engine import Talk
from waiting import PATIENCE
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from invoice_graph.adapters.identity import KEPT, PAUSE
from invoice_graph.commands.keys import create_key
from invoice_graph.commands.sessions import Session, sign
from invoice_graph.config import Settings
from invoice_graph.domain.access import CUSTOMER, ActorKind, Rights, Scope
from invoice_graph.domain.clock import ManualClock
from invoice_graph.server.auth import GatewayAuthenticator
from invoice_graph.server.engine_protocol import (
    EXPIRED,
    Answer,
    AuthenticationUnavailable,
    GraphQLRequest,
    Unauthenticated,
)
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.server.identities import make_identities
from invoice_graph.store.rows import insert_rows
from invoice_graph.store.tables import SigningSecret

RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
AUDIENCE = "https://invoices.example"


def public(key: Any, **members: Any) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), **members}


@dataclass
class Provider:
    """An issuer on a real port."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    status: int = 200
    url: str = ""

    def serve(self) -> ThreadingHTTPServer:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                body = json.dumps(provider.answers.get(self.path)).encode()
                self.send_response(provider.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        self.answers["/.well-known/openid-configuration"] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.answers["/keys"] = {"keys": [public(RSA, kid="one", use="sig", alg="RS256"), public(EC, kid="two")]}
        return server


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    server = provider.serve()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class World:
    runner: asyncio.Runner
    gateway: Gateway
    clock: ManualClock
    authenticator: GatewayAuthenticator
    provider: Provider

    def token(self, key: Any = RSA, algorithm: str = "RS256", kid: str | None = "one", **claims: Any) -> str:
        now = int(self.clock.now().timestamp())
        given = {
            "iss": self.provider.url,
            "aud": AUDIENCE,
            "sub": "user-1",
            "exp": now + 300,
            "account": ACCOUNT,
            "scope": "openid invoices:write events:read",
            **claims,
        }
        left = {name: value for name, value in given.items() if value is not ...}
        return jwt.encode(left, key, algorithm, {} if kid is None else {"kid": kid})

    def enter(self, token: str) -> Any:
        return self.runner.run(self.authenticator.authenticate(f"Bearer {token}"))

    def refused(self, token: str) -> str:
        with pytest.raises(Unauthenticated) as refusal:
            self.enter(token)
        return str(refusal.value)


@pytest.fixture
def world(tmp_path: Path, kind: str, provider: Provider) -> Iterator[World]:
    clock = ManualClock(NOW)
    settings = Settings(
        database=databases.url(tmp_path / "invoices.db"),
        readers=1,
        synchronous="OFF",
        public_url=ADDRESS,
        oidc_issuer=provider.url,
        oidc_audience=AUDIENCE,
    )
    with asyncio.Runner() as runner:
        opening = open_gateway(settings, clock)
        gateway = runner.run(opening.__aenter__())
        runner.run(small().write(gateway.services.database))
        identities = make_identities(settings, clock)
        authenticator = GatewayAuthenticator(gateway.services.database, clock, None, identities)
        yield World(runner, gateway, clock, authenticator, provider)
        runner.run(opening.__aexit__(None, None, None))


def test_claims_become_an_actor_with_scopes(world: World) -> None:
    actor = world.enter(world.token())
    assert (actor.account_id, actor.subject, actor.kind) == (ACCOUNT, "user-1", ActorKind.IDENTITY)
    assert actor.rights == Rights(frozenset({Scope.INVOICES_WRITE, Scope.INVOICES_READ, Scope.EVENTS_READ}))
    assert actor.expires_at == NOW + timedelta(seconds=300)
    assert world.enter(world.token(EC, "ES256", "two", scope=["payments:read", 5])).rights == Rights(
        frozenset({Scope.PAYMENTS_READ})
    )
    assert world.provider.asked == ["/.well-known/openid-configuration", "/keys"]


def test_a_claim_makes_somebody_a_customer_whatever_scopes_they_have(world: World) -> None:
    actor = world.enter(world.token(customer="cus_ada"))
    assert (actor.customer_id, actor.rights) == ("cus_ada", CUSTOMER)
    answer = world.runner.run(world.gateway.engine.run(GraphQLRequest("{ customers { totalCount } }"), actor))
    assert isinstance(answer, Answer)
    assert answer.status == 403


def test_a_token_without_scopes_may_nothing_and_is_told_whom_to_ask(world: World) -> None:
    actor = world.enter(world.token(scope=...))
    answer = world.runner.run(world.gateway.engine.run(GraphQLRequest("{ invoices { totalCount } }"), actor))
    assert isinstance(answer, Answer)
    assert answer.errors[0]["message"] == (
        "This token lacks the scope `invoices:read`; ask its issuer for one that has it."
    )


def pem() -> bytes:
    return RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def signed_by_the_public_key(token: str) -> str:
    """What a verifier takes that lets the token choose the algorithm."""
    head = encoded({"alg": "HS256", "kid": "one"}) + "." + token.split(".")[1]
    digest = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = digest.sign(head.encode(), pem())
    return head + "." + base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def test_forged_tokens_are_refused(world: World) -> None:
    token = world.token()
    body = token.split(".")[1]
    other = rsa.generate_private_key(65537, 2048)
    forged = [
        signed_by_the_public_key(token),
        f"{encoded({'alg': 'none', 'kid': 'one'})}.{body}.",
        world.token(other),
        world.token(algorithm="RS512"),
        world.token(EC, "ES256", "one"),
        world.token(kid=None),
        world.token(kid="three"),
        world.token(aud="https://elsewhere.example"),
        world.token(aud=...),
        world.token(exp=...),
        token[:-8] + "AAAAAAAA",
    ]
    for wrong in forged:
        assert "was not signed by its issuer for this gateway" in world.refused(wrong)
    strange = [world.token(iss="https://elsewhere.example"), "A" * 9000 + ".b.c", f"{'é' * 10}.x.y"]
    assert all("accepted here" in world.refused(wrong) or "unknown" in world.refused(wrong) for wrong in strange)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"account": "acct_nobody"}, "names no account"),
        ({"account": "acct_\0"}, "names no account"),
        ({"account": ["x"]}, "names no account"),
        ({"account": ...}, "names no account"),
        ({"customer": 5}, "must be a customer's id"),
        ({"customer": ""}, "must be a customer's id"),
        ({"nbf": int(NOW.timestamp()) + 3600}, "does not hold yet"),
        ({"nbf": "soon"}, "no time that can be read"),
        ({"exp": True}, "no time that can be read"),
        ({"exp": 10**40}, "no time that can be read"),
        ({"exp": int(NOW.timestamp())}, "has expired"),
    ],
)
def test_claims_that_do_not_fit_are_refused(world: World, claims: dict[str, Any], reason: str) -> None:
    assert reason in world.refused(world.token(**claims))


def test_unknown_keys_are_asked_for_once_in_a_while_only(world: World) -> None:
    world.enter(world.token())
    for number in range(20):
        world.refused(world.token(kid=f"unknown-{number}"))
    assert len(world.provider.asked) == 2
    world.clock.set(NOW + PAUSE)
    world.provider.answers["/keys"]["keys"].append(public(RSA, kid="new"))
    assert world.enter(world.token(kid="new")).account_id == ACCOUNT
    world.refused(world.token(kid="unknown"))
    assert len(world.provider.asked) == 4


def test_keys_that_are_old_are_fetched_again_and_kept_while_the_issuer_is_out(world: World) -> None:
    world.enter(world.token())
    world.provider.status = 500
    world.clock.set(NOW + KEPT)
    assert world.enter(world.token()).account_id == ACCOUNT
    world.provider.status = 200
    world.provider.answers["/keys"]["keys"].pop(0)
    world.clock.set(NOW + KEPT + PAUSE)
    assert "was not signed" in world.refused(world.token())


def test_a_clock_that_is_set_back_neither_ends_tokens_nor_keeps_new_keys_from_being_found(world: World) -> None:
    before = world.token()
    world.enter(before)
    world.clock.set(NOW - timedelta(hours=1))
    world.provider.answers["/keys"]["keys"].append(public(RSA, kid="new"))
    assert world.enter(before).account_id == ACCOUNT
    assert world.enter(world.token(kid="new")).account_id == ACCOUNT
    assert len(world.provider.asked) == 4


@pytest.mark.parametrize("answer", [None, [], {"keys": 5}, {"keys": [5, {"kty": "oct", "k": "AA", "kid": "one"}]}, {}])
def test_an_issuer_without_usable_keys_is_an_outage_and_no_fault_of_the_client(world: World, answer: Any) -> None:
    world.provider.answers["/keys"] = answer
    for _ in range(3):
        with pytest.raises(AuthenticationUnavailable):
            world.enter(world.token())
    assert len(world.provider.asked) == 2


def test_an_issuer_needs_an_audience() -> None:
    with pytest.raises(ValidationError, match="name the audience"):
        Settings(oidc_issuer="https://issuer.example")


def test_a_known_key_or_token_costs_less_than_30_microseconds(world: World) -> None:
    services = world.gateway.services
    made = world.runner.run(create_key(services.database, services.clock, services.ids, ACCOUNT, "fast"))
    for secret in (made.secret, world.token()):
        given = f"Bearer {secret}"

        async def measure(given: str = given) -> float:
            await world.authenticator.authenticate(given)
            taken = []
            for _ in range(200):
                begun = time.perf_counter()
                await world.authenticator.authenticate(given)
                taken.append(time.perf_counter() - begun)
            return statistics.median(taken)

        assert world.runner.run(measure()) < 30e-6


def test_a_stream_ends_when_its_token_does(world: World) -> None:
    actor = world.enter(world.token())

    async def follow() -> None:
        stream = await world.gateway.engine.run(GraphQLRequest('subscription { events(after: "0") { type } }'), actor)
        assert not isinstance(stream, Answer)
        await anext(stream)
        world.clock.set(NOW + timedelta(seconds=300))
        await anext(stream)

    with pytest.raises(Unauthenticated, match="has expired"):
        world.runner.run(follow())
    with pytest.raises(Unauthenticated, match="has expired"):
        world.runner.run(world.gateway.engine.run(GraphQLRequest("{ __typename }"), actor))


@pytest.fixture
def served(tmp_path: Path, kind: str) -> Iterator[Served]:
    asyncio.run(prepare(tmp_path / "invoices.db"))
    with Served(tmp_path / "invoices.db").running() as served:
        yield served


def brief(served: Served, seconds: int) -> str:
    """A token of a customer that ends soon."""
    services = served.gateway.services
    now = services.clock.now()
    secret = SigningSecret(account_id=DEMO_ACCOUNT, id=f"sig_{seconds}", created_at=now, secret="s" * 64)

    async def keep() -> None:
        async with services.database.transaction() as connection:
            await insert_rows(connection, SigningSecret, [secret])

    asyncio.run_coroutine_threadsafe(keep(), served._loop).result(timeout=PATIENCE)
    return sign(Session(DEMO_ACCOUNT, "cus_x", now + timedelta(seconds=seconds)), secret, now, "1")


def test_a_socket_whose_token_ends_is_closed_with_4403_and_can_resume(served: Served) -> None:
    with connect(served.ws_url, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection:
        talk = Talk(connection)
        talk.say("connection_init", payload={"authorization": brief(served, 2)})
        assert talk.hear() == {"type": "connection_ack"}
        talk.subscribe("a", "subscription { events { cursor } }")
        assert talk.closing() == (4403, f"Forbidden: {EXPIRED}")


def test_an_event_stream_whose_token_ends_says_so(served: Served) -> None:
    headers = {"authorization": f"Bearer {brief(served, 2)}", "accept": "text/event-stream"}
    body = {"query": "subscription { events { cursor } }"}
    with httpx.stream("POST", served.url, json=body, headers=headers, timeout=10) as response:
        told = "".join(response.iter_text())
    assert "UNAUTHENTICATED" in told
    assert EXPIRED in told
    assert told.endswith("event: complete\ndata:\n\n")
    refused = httpx.post(served.url, json=body, headers={**headers, "accept": "application/graphql-response+json"})
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (401, EXPIRED)
