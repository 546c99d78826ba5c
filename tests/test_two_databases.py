"""One account in two databases, SQLite's and PostgreSQL's: whatever one of them answers, the other does as well."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databases import SCHEMES, absent, databases
from planner_data import ACCOUNT, ADDRESS, NEIGHBOUR, NOW, varied
from query_plans import closed_by
from test_planner import ROOMY, Reader
from test_planner_golden import CASES, Case

from invoice_graph.config import Settings
from invoice_graph.domain.clock import ManualClock
from invoice_graph.server.gateway import open_gateway

LIMITS: dict[str, Any] = {"max_root_fields": 1000, "max_aliases": 5000}
"""What the planner can do, not what an operator would let pass."""

pytestmark = absent


@dataclass
class Both:
    """Readers of the same rows in the one database and in the other."""

    runner: asyncio.Runner
    readers: list[Reader]

    def answers(self, text: str, /, **variables: Any) -> list[bytes]:
        return [self.runner.run(reader.answer(text, **variables)).body for reader in self.readers]

    def answer(self, text: str, /, **variables: Any) -> Any:
        """The data that both answer with the same bytes."""
        ours, theirs = self.answers(text, **variables)
        assert ours == theirs
        return json.loads(ours)["data"]

    def fault(self, text: str, /, **variables: Any) -> Any:
        """What both complain of."""
        ours, theirs = (self.runner.run(reader.fault(text, **variables)) for reader in self.readers)
        assert ours == theirs
        return ours


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with asyncio.Runner() as runner, closed_by(runner) as opened:
        yield Both(runner, [runner.run(reader(opened, folder / "invoices.db", kind)) for kind in SCHEMES])
    databases.give_back(folder)


async def reader(opened: AsyncExitStack, path: Path, kind: str) -> Reader:
    settings = Settings(database=databases.url(path, kind), readers=1, synchronous="OFF", public_url=ADDRESS, **LIMITS)
    gateway = await opened.enter_async_context(open_gateway(settings, ManualClock(NOW)))
    for account in (ACCOUNT, NEIGHBOUR):
        await varied(1, account).write(gateway.services.database)
    return Reader(gateway)


@pytest.mark.parametrize("case", CASES)
def test_a_query_has_the_same_bytes_from_both(both: Both, case: Case) -> None:
    assert both.answer(case.query, **case.variables)


LISTS = {
    "invoices": "",
    "invoices by due date": "orderBy: {field: DUE_AT, direction: ASC}",
    "invoices by falling due date": "orderBy: {field: DUE_AT, direction: DESC}",
    "invoices by total": "orderBy: {field: TOTAL, direction: ASC}",
    "invoices by what remains": "orderBy: {field: AMOUNT_REMAINING, direction: DESC}",
    "invoiceItems": "",
    "invoicePayments": "",
    "creditNotes": "",
    "customers": "",
    "prices": "",
    "events": "",
}
EDGES = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount"
WAYS = {"after": ("first", "endCursor", "hasNextPage"), "before": ("last", "startCursor", "hasPreviousPage")}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_one_leads_to_the_same_page_in_the_other(both: Both, name: str, way: str) -> None:
    """Page by page through a list, each with the cursor that the other database gave."""
    size, end, more = WAYS[way]
    field = name.partition(" ")[0]
    text = f"query ($cursor: String) {{ {field}({size}: 5, {way}: $cursor, {LISTS[name]}) {{ {EDGES} }} }}"
    cursor, seen = None, []
    for place in range(200):
        ours, theirs = both.answers(text, cursor=cursor)
        assert ours == theirs
        page = json.loads([ours, theirs][place % 2])["data"][field]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        cursor = page["pageInfo"][end]
        if not page["pageInfo"][more]:
            break
    assert len(seen) == len(set(seen)) == page["totalCount"] > 5


LARGE = {
    "61 fields": (61, "f{0}: customerName"),
    "1,700 fields": (1_700, "f{0}: customerName"),
    "3,000 amounts": (3_000, "f{0}: total"),
    "70 lists": (70, "f{0}: lines(first: 1) {{ totalCount nodes {{ id }} }}"),
    "900 lists of labels": (900, "f{0}: metadata {{ key value }}"),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_selection_has_the_same_bytes_from_both(both: Both, name: str) -> None:
    count, field = LARGE[name]
    fields = " ".join(field.format(place) for place in range(count))
    found = both.answer(f"{{ invoices(first: 2) {{ nodes {{ {fields} }} }} }}")
    assert [len(node) for node in found["invoices"]["nodes"]] == [count, count]


ROOTS = {
    "that tell one thing": (1000, "a{0}: eventCursor"),
    "that look up": (450, 'a{0}: invoice(id: "in_1") {{ id }}'),
    "that list": (250, "a{0}: invoices(first: 1) {{ totalCount }}"),
}


@pytest.mark.parametrize("name", ROOTS)
def test_as_many_root_fields_as_are_allowed_are_answered_by_both(both: Both, name: str) -> None:
    count, field = ROOTS[name]
    assert len(both.answer("{ " + " ".join(field.format(place) for place in range(count)) + " }")) == count


def wide(levels: int, width: int) -> dict[str, Any]:
    """Conditions inside of one another, several on each level."""
    where: dict[str, Any] = {"total": {"gte": 0}}
    for level in range(levels - 1):
        others = [{"customerName": {"contains": f"x{place}"}} for place in range(width)]
        where = {("or", "and")[level % 2]: [where, *others[: width if level % 2 == 0 else 0]]}
    return where


def test_as_many_conditions_as_are_allowed_are_answered_by_both(both: Both) -> None:
    text = "query ($where: InvoiceWhere) { invoices(where: $where, first: 100) { totalCount nodes { id } } }"
    values = [f"in_{place}" for place in range(5000)]
    conditions = [
        wide(5, 20),
        {"or": [{"total": {"eq": place}} for place in range(60)]},
        {"and": [{"not": {"number": {"contains": f"{place}%"}}} for place in range(40)]},
        {"or": [{"lines": {"some": {"amount": {"eq": place}}}} for place in range(30)]},
        {"or": [{"metadata": {"key": f"k{place}", "eq": "v"}} for place in range(40)]},
        {"not": {"id": {"in": values}}},
    ]
    for where in conditions:
        assert both.answer(text, where=where)["invoices"]["totalCount"] >= 0
    assert both.fault(text, where=wide(6, 1)) == ROOMY
    assert both.fault(text, where={"or": [{"total": {"eq": place}} for place in range(200)]}) == ROOMY
