"""The bench: whoever is compared gives the same answer, and the report's arithmetic is right."""

from importlib import import_module
from pathlib import Path

import httpx
import orjson
import pytest
from gateway import Gateway
from system import settings_for
from typer.testing import CliRunner

from bench import money, peers, report
from bench.__main__ import app
from bench.agreement import Disagreement, require_agreement
from bench.drafts import Case, works_of
from bench.inprocess import Call, open_calls
from bench.operations import INVOICE_PAGE
from invoice_graph.domain.taxes import TaxRounding
from invoice_graph.server.gateway import open_gateway

PEERS = ("strawberry_orm", "bare")
ROUNDS: report.Rounds = [
    {"gateway": {"per_second": 100.0}, "bare": {"per_second": 125.0}},
    {"gateway": {"per_second": 90.0}, "bare": {"per_second": 100.0}},
    {"gateway": {"per_second": 110.0}, "bare": {"per_second": 100.0}},
]


async def fill(gateway: Gateway) -> Path:
    """More invoices and more lines than a page holds, in several statuses; the file they are in."""
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
    return gateway.services.database.path


async def answers_of(calls: dict[str, Call]) -> dict[str, bytes]:
    return {name: await call() for name, call in calls.items()}


@pytest.mark.anyio
async def test_every_engine_gives_the_gateways_answer(gateway: Gateway) -> None:
    database = await fill(gateway)
    async with open_calls(database, gateway.actor.account_id, INVOICE_PAGE) as calls:
        answers = await answers_of(calls)
    require_agreement(answers)
    invoices = orjson.loads(answers["gateway"])["data"]["invoices"]["nodes"]
    assert [len(invoices), max(len(invoice["lines"]["nodes"]) for invoice in invoices)] == [20, 10]
    assert {invoice["status"] for invoice in invoices} == {"DRAFT", "OPEN", "VOID"}


@pytest.mark.anyio
@pytest.mark.parametrize("name", PEERS)
async def test_every_server_gives_the_gateways_answer(
    name: str, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, account = await fill(gateway), gateway.actor.account_id
    async with open_calls(database, account, INVOICE_PAGE) as calls:
        expected = await calls["gateway"]()
    monkeypatch.setenv(peers.DATABASE, str(database))
    monkeypatch.setenv(peers.ACCOUNT, account)
    monkeypatch.setenv(peers.OPERATION, INVOICE_PAGE.name)
    server = import_module(f"bench.peers.{name}").create_app()
    headers = {"content-type": "application/json"}
    async with (
        server.router.lifespan_context(server),
        httpx.AsyncClient(transport=httpx.ASGITransport(server), base_url="http://bench") as client,
    ):
        answer = await client.post("/graphql", content=INVOICE_PAGE.body, headers=headers)
    require_agreement({"gateway": expected, name: answer.content})


def test_another_answer_is_refused() -> None:
    answer = b'{"data":{"invoices":{"nodes":[]}}}'
    require_agreement({"gateway": answer, "bare": answer, "strawberry_orm": answer.replace(b":", b": ")})
    with pytest.raises(Disagreement, match="bare answers"):
        require_agreement({"gateway": answer, "bare": answer + b" "})
    with pytest.raises(Disagreement, match="strawberry_orm answers"):
        require_agreement({"gateway": answer, "strawberry_orm": b'{"data":null}'})
    with pytest.raises(Disagreement, match="with an error"):
        require_agreement({"gateway": b'{"errors":[]}'})


def test_medians_and_ratios_are_taken_over_the_rounds() -> None:
    assert report.typical(ROUNDS, "bare", "per_second") == 100
    assert report.ratios(ROUNDS, "bare", "per_second") == [0.8, 0.9, 1.1]


def test_without_wrk_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = CliRunner().invoke(app, ["reads", "--rounds", "1"])
    assert ended.exit_code == 2
    assert ended.output == "wrk makes the load and is not on the PATH; get it with: apt-get install -y wrk\n"


@pytest.mark.anyio
async def test_what_bench_money_measures_changes_every_line(tmp_path: Path) -> None:
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
