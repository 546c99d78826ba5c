"""Number sequences account for every number: issued, skipped or void, and a missing one is seen."""

from pathlib import Path

import pytest
from gateway import Gateway
from planner_data import ACCOUNT, NEIGHBOUR, varied
from test_cli import Invoke, database, done, invoke
from test_planner import Reader, reader
from vandal import vandal

from invoice_graph.schema.build import make_planner
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.store.numbering import NumberSequence, number_sequences

__all__ = ["database", "invoke", "reader"]

ONE = "prefix first last issued skipped gaps voided nextNumber"


async def sequences(gateway: Gateway) -> dict[str, NumberSequence]:
    return {found.prefix: found for found in await number_sequences(gateway.services.database)}


async def numbered(gateway: Gateway) -> None:
    """A customer with the numbers 1 (void), 3 and 12: 2 was chosen by hand, 4 to 11 were skipped by a raise."""
    customer = await gateway.customer(email="ada@example.com", invoice_prefix="ADA")
    first = await gateway.open_invoice(customer_id=customer)
    await gateway.done("invoiceVoid", id=first)
    await gateway.draft(customer_id=customer, number="ADA-0002")
    await gateway.open_invoice(customer_id=customer)
    await gateway.done("customerUpdate", id=customer, next_invoice_sequence=12)
    await gateway.done("invoiceFinalize", id=await gateway.draft(customer_id=customer, number="ADA-0005"))
    await gateway.open_invoice(customer_id=customer)


@pytest.mark.anyio
async def test_a_new_sequence_has_issued_nothing(gateway: Gateway) -> None:
    account = gateway.actor.account_id
    expected = NumberSequence(account, "RKTRIDE", None, None, 0, 0, 0, 0, "RKTRIDE-0001")
    assert await sequences(gateway) == {"RKTRIDE": expected}


@pytest.mark.anyio
async def test_every_number_is_issued_or_skipped_and_void_ones_stay(gateway: Gateway) -> None:
    await numbered(gateway)
    found = (await sequences(gateway))["ADA"]
    assert found == NumberSequence(
        gateway.actor.account_id, "ADA", first=1, last=12, issued=3, skipped=9, gaps=0, voided=1, next_number="ADA-0013"
    )


@pytest.mark.anyio
async def test_a_number_that_nothing_accounts_for_is_a_gap(gateway: Gateway) -> None:
    await numbered(gateway)
    async with gateway.services.database.transaction() as connection:
        await connection.rows(
            "UPDATE invoice SET number_prefix = NULL, number_sequence = NULL WHERE number = 'ADA-0003'"
        )
    found = (await sequences(gateway))["ADA"]
    assert (found.issued, found.gaps, found.skipped) == (2, 1, 9)


@pytest.mark.anyio
async def test_the_account_shows_its_sequences_by_prefix(gateway: Gateway) -> None:
    await numbered(gateway)
    engine = GatewayEngine(gateway.services, make_planner(gateway.services.database.dialect))

    async def read(arguments: str) -> bytes:
        page = f"{{ totalCount nodes {{ {ONE} }} pageInfo {{ endCursor }} }}"
        answer = await engine.run(
            GraphQLRequest(f"{{ account {{ numberSequences{arguments} {page} }} }}"), gateway.actor
        )
        assert isinstance(answer, Answer)
        assert answer.errors == ()
        return answer.data or b""

    assert await read("(first: 1)") == (
        b'{"account":{"numberSequences":{"totalCount":2,"nodes":[{"prefix":"ADA","first":1,"last":12,"issued":3,'
        b'"skipped":9,"gaps":0,"voided":1,"nextNumber":"ADA-0013"}],"pageInfo":{"endCursor":"%b"}}}}'
        % b'Account.numberSequences|["number:ADA"]'.hex().upper().encode()
    )
    assert b'"nextNumber":"RKTRIDE-0001"' in await read("(last: 1)")


@pytest.mark.anyio
async def test_an_account_sees_only_its_own_numbers(reader: Reader) -> None:
    await varied(1, NEIGHBOUR).write(reader.database)
    for account, prefixes in ((ACCOUNT, ["ADA"]), (NEIGHBOUR, ["ACC", "P1", "P2"])):
        found = await Reader(reader.gateway, account).read("{ account { numberSequences { nodes { prefix } } } }")
        assert [node["prefix"] for node in found["account"]["numberSequences"]["nodes"]] == prefixes


def test_verify_says_how_many_numbers_there_are_and_on_demand_each_sequence(invoke: Invoke) -> None:
    done(invoke("seed", "--customers", "2", "--invoices", "12", "--lines", "1"))
    short = done(invoke("verify")).splitlines()
    long = done(invoke("verify", "--sequences")).splitlines()
    assert short[-1] == "acct_demo: 12 numbers of 3 sequences, 0 gaps, 0 skipped, 1 voided"
    assert long == [
        *short,
        "account    prefix    first  last  issued  skipped  gaps  voided  next",
        "acct_demo  3B18A4EB      1     4       4        0     0       0  3B18A4EB-0005",
        "acct_demo  A7F4A128      1     8       8        0     0       1  A7F4A128-0009",
        "acct_demo  FJORD         -     -       0        0     0       0  FJORD-0001",
    ]


def test_verify_shows_the_gap_besides_its_findings(invoke: Invoke, tmp_path: Path) -> None:
    done(invoke("seed", "--customers", "1", "--invoices", "12", "--lines", "1"))
    with vandal(tmp_path / "invoices.db") as run:
        run("UPDATE counter SET value = value + 2 WHERE kind LIKE 'number:%' AND value > 0")
    ended = invoke("verify", "--sequences")
    assert ended.code == 1
    assert "2 gaps" in ended.out
    assert "numbers-counted: acct_demo" in ended.out
