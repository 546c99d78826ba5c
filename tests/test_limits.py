"""What one operation may be and what each key may spend: refused before anything runs, with the way out."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import databases
from planner_data import ACCOUNT, NOW, small
from system import Served, prepare
from toy_engine import Talk
from waiting import until
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.clock import ManualClock
from invoice_graph.server.app import Server
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import Gateway, open_gateway
from invoice_graph.server.limits import Budgets, Limits, NoPlace, Places, Spent

ALICE, BOB = Actor(ACCOUNT, "key_alice"), Actor(ACCOUNT, "key_bob")
PAGE = "{ invoices(first: 10) { nodes { id } } }"
LIMITS = Limits(max_cost=50, max_depth=4, max_root_fields=3, max_mutations=2, max_aliases=3)


class Hours:
    """A clock of seconds that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def opened(tmp_path: Path, kind: str) -> AsyncGenerator[Gateway, None]:
    settings = Settings(database=databases.url(tmp_path / "invoices.db"), readers=2, synchronous="OFF")
    async with open_gateway(settings, ManualClock(NOW)) as gateway:
        await small().write(gateway.services.database)
        yield gateway


def engine_of(gateway: Gateway, limits: Limits, budgets: Budgets | None = None) -> GatewayEngine:
    return GatewayEngine(gateway.services, gateway.planner, limits=limits, budgets=budgets)


async def ask(engine: GatewayEngine, text: str, actor: Actor = ALICE, **request: Any) -> Answer:
    answer = await engine.run(GraphQLRequest(text, **request), actor)
    assert isinstance(answer, Answer)
    return answer


BEYOND: list[tuple[str, str]] = [
    (
        "{ invoices(first: 50) { nodes { id } } }",
        "The operation costs 51 points, and 50 are allowed; ask for smaller pages or for fewer lists within lists.",
    ),
    (
        "{ invoices(first: 1) { nodes { customer { invoices(first: 1) { nodes { id } } } } } }",
        "The operation is 5 levels deep, and 4 are allowed; ask for the inner objects by their ids.",
    ),
    (
        "{ eventCursor account { id } currencies { code } __typename }",
        "The operation has 4 root fields, and 3 are allowed; use `nodes`, or several requests.",
    ),
    (
        "mutation { customerCreate(input: {}) { replayed } b: customerCreate(input: {}) { replayed } "
        "c: customerCreate(input: {}) { replayed } }",
        "The operation has 3 mutations, and 2 are allowed; use several requests.",
    ),
    (
        "{ a: eventCursor account { b: id c: name d: country } }",
        "The document has 4 aliases, and 3 are allowed; use several requests.",
    ),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("text", "message"), BEYOND, ids=lambda value: value[:40])
async def test_an_operation_beyond_a_limit_is_refused_before_anything_runs(
    opened: Gateway, text: str, message: str
) -> None:
    answer = await ask(engine_of(opened, LIMITS), text)
    assert (answer.status, answer.data) == (400, None)
    assert answer.errors == ({"message": message, "extensions": {"code": "COST_LIMIT_EXCEEDED"}},)
    assert json.loads((await ask(engine_of(opened, Limits()), "{ eventCursor }")).data or b"") == {"eventCursor": "5"}


VALUES = "query ($ids: [ID!] = [], $w: InvoiceWhere) { nodes(ids: $ids) { id } invoices(where: $w) { totalCount } }"
MANY: list[dict[str, Any]] = [
    {"ids": ["in_1"] * 5},
    {"ids": ["in_1"], "w": {"or": [{}, {}]}},
    {"w": {"or": [{"not": {}}, {}, {}]}},
    {"unknown": {"a": [[[[5]]]]}},
]


@pytest.mark.anyio
@pytest.mark.parametrize("variables", MANY, ids=lambda value: str(value)[:40])
async def test_variables_of_too_many_values_are_refused_before_they_are_looked_at(
    opened: Gateway, variables: dict[str, Any]
) -> None:
    for most, status in ((5, 400), (6, 200)):
        answer = await ask(engine_of(opened, Limits(max_variable_values=most)), VALUES, variables=variables)
        assert answer.status == status
        if status == 400:
            message = "The variables have more than 5 values; use several requests."
            assert answer.errors == ({"message": message, "extensions": {"code": "COST_LIMIT_EXCEEDED"}},)


@pytest.mark.anyio
async def test_an_operation_at_the_limits_runs(opened: Gateway) -> None:
    engine = engine_of(opened, LIMITS)
    assert (await ask(engine, "{ a: invoices(first: 49) { nodes { b: id } } eventCursor __typename }")).errors == ()


@pytest.mark.anyio
async def test_a_page_size_in_a_variable_is_weighed_each_time(opened: Gateway) -> None:
    engine = engine_of(opened, LIMITS)
    text = "query ($n: Int) { invoices(first: $n) { nodes { id } } }"
    for size, status in ((49, 200), (50, 400), (49, 200)):
        assert (await ask(engine, text, variables={"n": size})).status == status


@pytest.mark.anyio
async def test_each_key_spends_a_budget_that_fills_up_again(opened: Gateway) -> None:
    hours = Hours()
    engine = engine_of(opened, Limits(), Budgets(30, hours))
    assert [(await ask(engine, PAGE)).status for _ in range(3)] == [200, 200, 429]
    refused = await ask(engine, PAGE)
    assert refused.data is None
    assert refused.headers == {"retry-after": "6"}
    assert refused.errors == (
        {
            "message": "The operation costs 11 points, and 8 are left; try again in 6 s, or ask for less.",
            "extensions": {"code": "RATE_LIMITED", "retryAfter": 6, "requested": 11, "available": 8},
        },
    )
    assert (await ask(engine, PAGE, BOB)).status == 200
    hours.now += 6
    assert (await ask(engine, PAGE)).status == 200
    assert (await ask(engine, PAGE)).status == 429


class Spending(Served):
    """A gateway whose keys may spend 30 points a minute, by a clock that is moved by hand."""

    def __init__(self, path: Path, hours: Hours) -> None:
        super().__init__(path)
        self._hours = hours

    async def _serve(self) -> None:
        async with open_gateway(self.settings) as opened:
            self._loop = asyncio.get_running_loop()
            self.gateway = replace(opened, engine=engine_of(opened, Limits(), Budgets(30, self._hours)))
            self.server = Server(self.gateway, self.settings, lambda _port: self._ready.set())
            await self.server.run_on(self.listener)


def test_http_and_sockets_say_alike_how_long_to_wait(tmp_path: Path, kind: str) -> None:
    asyncio.run(prepare(tmp_path / "invoices.db"))
    hours, accept = Hours(), {"accept": "application/graphql-response+json"}
    with (
        Spending(tmp_path / "invoices.db", hours).running() as served,
        connect(served.ws_url, subprotocols=[Subprotocol("graphql-transport-ws")]) as connection,
    ):
        talk = Talk(connection)
        talk.say("connection_init")
        assert talk.hear() == {"type": "connection_ack"}
        assert [httpx.post(served.url, json={"query": PAGE}).status_code for _ in range(2)] == [200, 200]
        for seconds, available, passing in ((6, 8, 2.5), (4, 9, 2.5), (1, 10, 1)):
            told = {"code": "RATE_LIMITED", "retryAfter": seconds, "requested": 11, "available": available}
            talk.subscribe("a", PAGE)
            assert talk.hear()["payload"][0]["extensions"] == told
            refused = httpx.post(served.url, json={"query": PAGE}, headers=accept)
            assert refused.json()["errors"][0]["extensions"] == told
            assert (refused.status_code, refused.headers["retry-after"]) == (429, str(seconds))
            hours.now += passing
        talk.subscribe("a", PAGE)
        assert talk.hear()["type"] == "next"


@pytest.mark.anyio
async def test_an_operation_dearer_than_a_minute_runs_when_the_budget_is_full(opened: Gateway) -> None:
    hours = Hours()
    engine = engine_of(opened, Limits(), Budgets(6, hours))
    assert (await ask(engine, PAGE)).status == 200
    hours.now += 59
    assert (await ask(engine, PAGE)).headers == {"retry-after": "51"}
    hours.now += 51
    assert (await ask(engine, PAGE)).status == 200


def test_what_was_asked_for_nothing_still_costs_a_point() -> None:
    budgets = Budgets(2, Hours())
    assert [budgets.spend("key", 0), budgets.spend("key", 0)] == [1, 0]
    with pytest.raises(Spent):
        budgets.spend("key", 0)


def test_budgets_of_keys_that_are_gone_are_forgotten() -> None:
    budgets = Budgets(60, Hours())
    for number in range(10_100):
        budgets.spend(number, 1)
    assert len(budgets) == 10_000


@pytest.mark.anyio
async def test_the_cost_is_told_on_demand(opened: Gateway) -> None:
    hours = Hours()
    engine = engine_of(opened, Limits(), Budgets(600, hours))
    answer = await ask(engine, PAGE, wants_cost=True)
    paths = [{"path": "invoices", "cost": 11}, {"path": "invoices.nodes", "cost": 10}]
    cost = {"requested": 11, "available": 589, "restoreRate": 10.0, "byPath": paths}
    assert json.loads(answer.body)["extensions"] == {"cost": cost}
    assert "extensions" not in json.loads((await ask(engine, PAGE)).body)
    unlimited = await ask(engine_of(opened, Limits()), "{ eventCursor }", wants_cost=True)
    cost = {"requested": 0, "available": None, "restoreRate": None, "byPath": []}
    assert json.loads(unlimited.body)["extensions"] == {"cost": cost}


@pytest.mark.anyio
async def test_a_query_that_takes_too_long_is_ended_and_leaves_its_connection_in_order(opened: Gateway) -> None:
    engine = engine_of(opened, replace(Limits(), operation_timeout=1e-9))
    with pytest.raises(Exception, match="took more than 1e-09 s"):
        await ask(engine, PAGE)
    assert (await ask(engine_of(opened, Limits()), PAGE)).status == 200


@pytest.mark.anyio
async def test_each_key_has_so_many_subscriptions_open_and_no_more(opened: Gateway) -> None:
    engine = engine_of(opened, replace(Limits(), max_subscriptions_per_key=2))
    request = GraphQLRequest("subscription { events { cursor } }")
    first, second = [await engine.run(request, ALICE) for _ in range(2)]
    refused = await engine.run(request, ALICE)
    assert isinstance(refused, Answer)
    assert (refused.status, refused.headers) == (429, {"retry-after": "1"})
    assert refused.errors[0]["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 1}
    assert not isinstance(await engine.run(request, BOB), Answer)
    assert not isinstance(first, Answer)
    await first.aclose()
    await first.aclose()
    third = await engine.run(request, ALICE)
    for stream in (second, third):
        assert not isinstance(stream, Answer)
        await stream.aclose()


def test_a_place_is_free_again_after_a_failure() -> None:
    places = Places(1)
    with pytest.raises(ZeroDivisionError), places.take("key"):
        raise ZeroDivisionError
    with places.take("key"), pytest.raises(NoPlace), places.take("key"):
        pass


@pytest.mark.anyio
async def test_a_long_document_does_not_hold_up_others(opened: Gateway) -> None:
    engine = engine_of(opened, Limits())
    selections = "id number customer { id name } lines { nodes { id amount } }"
    fields = " ".join(f'a{i}: invoice(id: "{i}") {{ {selections} }}' for i in range(90))
    answers: list[str] = []

    async def short() -> None:
        while "long" not in answers:
            await ask(engine, "{ eventCursor }")
            answers.append("short")

    async def long() -> None:
        await ask(engine, f"{{ {fields} }}")
        answers.append("long")

    await ask(engine, "{ eventCursor }")
    await asyncio.gather(long(), short())
    assert answers.count("short") > 5


REPEATED: list[Callable[[], str]] = [
    lambda: "{ " + "eventCursor " * 51 + "}",
    lambda: "{ invoices { nodes { " + "id " * 3_000 + "} } }",
    lambda: "{ " + "invoice(id: 1) { id } " * 1_000 + "}",
]


@pytest.mark.anyio
@pytest.mark.parametrize("text", [make() for make in REPEATED], ids=["51", "3000", "1000"])
async def test_a_field_that_is_repeated_without_end_is_refused_before_validation(opened: Gateway, text: str) -> None:
    answer = await ask(engine_of(opened, Limits()), text)
    assert (answer.status, answer.data) == (400, None)
    assert answer.errors[0]["extensions"] == {"code": "COST_LIMIT_EXCEEDED"}
    assert "select it once" in answer.errors[0]["message"]


def raw(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=10)


HALF = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


@pytest.mark.parametrize("sent", [b"", HALF], ids=["silent", "half"])
def test_who_sends_no_headers_in_time_is_cut_off(tmp_path: Path, kind: str, sent: bytes) -> None:
    path = tmp_path / "invoices.db"
    asyncio.run(prepare(path))
    with Served(path, header_timeout=0.2).running() as served, raw(served) as connection:
        connection.sendall(sent)
        assert is_cut_off(connection)
        assert httpx.get(f"http://127.0.0.1:{served.port}/healthz").status_code == 200


def is_cut_off(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_headers_without_end_are_cut_off(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "invoices.db"
    asyncio.run(prepare(path))
    with Served(path).running() as served, raw(served) as connection:
        connection.sendall(b"POST /graphql HTTP/1.1\r\nHost: localhost\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for number in range(10_000):
                connection.sendall(b"X-%d: %s\r\n" % (number, b"x" * 1_000))
        assert httpx.get(f"http://127.0.0.1:{served.port}/healthz").status_code == 200


def test_a_flood_of_connections_is_turned_away_and_those_that_are_open_are_served(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "invoices.db"
    asyncio.run(prepare(path))
    with Served(path, max_connections=3, header_timeout=60).running() as served:
        url = f"http://127.0.0.1:{served.port}/healthz"
        with httpx.Client() as client:
            assert client.get(url).status_code == 200
            flood = [raw(served), raw(served)]
            until(lambda: len(served.server.server_state.connections) == 3)
            turned_away = httpx.get(url)
            assert (turned_away.status_code, turned_away.headers["retry-after"]) == (503, "1")
            assert client.get(url).status_code == 200
            for connection in flood:
                connection.close()
            until(lambda: len(served.server.server_state.connections) == 1)
            assert httpx.get(url).status_code == 200


def test_each_key_has_so_many_sockets_open_and_no_more(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "invoices.db"
    asyncio.run(prepare(path))
    with Served(path, max_sockets_per_key=1).running() as served:

        def dial() -> Any:
            return connect(served.ws_url, subprotocols=["graphql-transport-ws"])  # type: ignore[list-item]

        with dial() as first:
            first.send('{"type":"connection_init"}')
            assert json.loads(first.recv()) == {"type": "connection_ack"}
            with dial() as second:
                second.send('{"type":"connection_init"}')
                with pytest.raises(Exception, match=r"1013.*this key has 1 open"):
                    second.recv()
        with dial() as third:
            third.send('{"type":"connection_init"}')
            assert json.loads(third.recv()) == {"type": "connection_ack"}
