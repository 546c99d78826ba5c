"""`python -m bench scale`: the first page and one far behind it, by cursor, in a small and in a large account."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import uvloop

from bench.contest import Round, Say
from bench.dataset import ACCOUNT, Size, prepare, url
from bench.inprocess import Call, milliseconds
from bench.report import machine_text, number_text, span_text, table_text, typical
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server.engine import GatewayEngine
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import open_gateway

PAGE = 20
STRIDE = 100
"""How many invoices are passed over at once on the way to a far page."""

FAR_PAGE = 10_000
BY_DUE_DATE = {"field": "DUE_AT", "direction": "DESC"}
WALK = """
query Walk($first: Int, $after: String, $orderBy: InvoiceOrder) {
  invoices(first: $first, after: $after, orderBy: $orderBy) { pageInfo { endCursor } }
}
""".strip()
READ = """
query Page($first: Int, $after: String, $orderBy: InvoiceOrder) {
  invoices(first: $first, after: $after, orderBy: $orderBy) {
    nodes {
      id number status currency total amountDue createdAt customer { id name } lines(first: 1) { nodes { id amount } }
    }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}
""".strip()


@dataclass(frozen=True, slots=True)
class Place:
    """A page of an account with so many invoices, the newest first or those that are due last."""

    invoices: int
    page: int
    by_due_date: bool = False

    @property
    def title(self) -> str:
        return f"page {self.page:,} of {self.invoices:,} invoices{' by due date' * self.by_due_date}"

    @property
    def order(self) -> dict[str, str] | None:
        """The argument `orderBy`."""
        return BY_DUE_DATE if self.by_due_date else None


def places(small: int, large: int) -> list[Place]:
    """The first page and page 10,000 of both, or the last full one where there are fewer; that one also by due date."""
    return [place for count in (small, large) for place in _places(count, min(FAR_PAGE, count // PAGE))]


def _places(invoices: int, far: int) -> list[Place]:
    return [Place(invoices, 1), Place(invoices, far), Place(invoices, far, by_due_date=True)]


def measure(small: int, large: int, rounds: int, seconds: float, say: Say) -> dict[str, Any]:
    """Milliseconds of a page, by place and round."""
    for count in (small, large):
        prepare(_size(count))
    return {"rounds": uvloop.run(_measured(places(small, large), rounds, seconds, say))}


def _size(invoices: int) -> Size:
    return Size(invoices=invoices, lines=1)


async def _measured(asked: Sequence[Place], rounds: int, seconds: float, say: Say) -> list[Round]:
    async with _opened(asked, say) as calls:
        measured: list[Round] = []
        for place in range(rounds):
            say(f"round {place + 1} of {rounds}")
            measured.append({title: {"ms": await milliseconds(call, seconds)} for title, call in calls.items()})
        return measured


@asynccontextmanager
async def _opened(asked: Iterable[Place], say: Say) -> AsyncGenerator[dict[str, Call], None]:
    async with AsyncExitStack() as opened:
        engines, calls = {}, {}
        for place in asked:
            if place.invoices not in engines:
                settings = Settings(database=url(prepare(_size(place.invoices))))
                gateway = await opened.enter_async_context(open_gateway(settings))
                engines[place.invoices] = gateway.engine
            say(f"walking to {place.title}")
            calls[place.title] = await page(engines[place.invoices], place)
        yield calls


async def page(engine: GatewayEngine, place: Place) -> Call:
    """Reads a page after the cursor in front of it."""
    after = await cursor_before(engine, place)

    async def call() -> bytes:
        return await _ask(engine, READ, {"first": PAGE, "after": after, "orderBy": place.order})

    return call


async def cursor_before(engine: GatewayEngine, place: Place) -> str | None:
    """The cursor after which a page comes."""
    after: str | None = None
    count = (place.page - 1) * PAGE
    while count:
        first = min(count, STRIDE)
        answer = orjson.loads(await _ask(engine, WALK, {"first": first, "after": after, "orderBy": place.order}))
        after, count = answer["data"]["invoices"]["pageInfo"]["endCursor"], count - first
    return after


async def _ask(engine: GatewayEngine, query: str, variables: dict[str, Any]) -> bytes:
    answer = await engine.run(GraphQLRequest(query, None, variables), Actor(ACCOUNT))
    assert isinstance(answer, Answer) and answer.body is not None, answer
    return answer.body


def text(measured: dict[str, Any]) -> str:
    """The table of `bench scale`."""
    intro = f"{PAGE} invoices by cursor, in-process; medians of {len(measured['rounds'])} interleaved rounds"
    return "\n\n".join((machine_text(measured["machine"]), intro, table_text(_rows(measured["rounds"]))))


def _rows(rounds: Sequence[Round]) -> Iterable[Sequence[str]]:
    yield ("place", "ms", "of the first page of the small account")
    first = next(iter(rounds[0]))
    for title in rounds[0]:
        shares = [(one[title]["ms"] or 0) / (one[first]["ms"] or 1) for one in rounds]
        span = span_text(shares) if title != first else ""
        yield (title, number_text(typical(rounds, title, "ms"), 2), span)
