"""How a database finds the rows of a statement, told alike by SQLite and PostgreSQL."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from databases import analyze, databases
from planner_data import ACCOUNT, ADDRESS, NOW

from invoice_graph.domain.clock import ManualClock
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.plan import BoundStatement
from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.database import open_database
from invoice_graph.store.dialect import Parameters, Spelling

KEY = "primary key"
"""What the index of a primary key is called here, whatever the database calls it."""

FALLING = "_falling"
"""What the name of an index ends with that a database has for the falling order besides the one for the rising."""

PRIMARY_KEY = re.compile(r"sqlite_autoindex_\w+_1|\w+_pkey")
SQLITE_STEP = re.compile(r"(?:SEARCH|SCAN) ([tnl]\d+)\b(?: USING (?:COVERING )?INDEX (\S+)(?: \((.*)\))?)?")
"""A step that looks for rows of a table; t, n and l are the letters of tables in statements."""

OF_ACCOUNT = re.compile(r"account_id=\?|\(account_id,|account_id = ")
"""What the condition of an index begins with that is asked for one account's rows."""

Fill = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True)
class Read:
    """How rows of a table are found: by an index and a condition on its columns, or else by looking at every row."""

    table: str
    index: str | None
    condition: str

    @property
    def is_of_account(self) -> bool:
        """Whether only rows of the account are looked at."""
        return self.index is not None and OF_ACCOUNT.match(self.condition) is not None


@dataclass(frozen=True)
class QueryPlan:
    """What is read, in the order in which it is looked for, and how rows are sorted before a page is cut from them."""

    reads: Sequence[Read]
    sorts: Sequence[str]

    @property
    def indexes(self) -> list[str | None]:
        return [read.index for read in self.reads]


@dataclass(frozen=True)
class Filled:
    """A database full of rows, and what it says about statements."""

    runner: asyncio.Runner
    database: Database
    connection: Connection
    analyzed: bool

    @property
    def knows_sizes(self) -> bool:
        """Whether it knows how large the tables are: SQLite is told when they are made, PostgreSQL finds out."""
        return self.analyzed or self.database.dialect.name == "sqlite"

    def plan(self, bound: BoundStatement) -> QueryPlan:
        """How the rows of a statement are found, were its tables too large to be read through."""
        prefix, told = _PLANS[self.database.dialect.name]
        spelling = bound.statement.spelling
        return told(self._rows(Spelling(prefix + spelling.sql, spelling.constants, spelling.order), bound.parameters))

    def answer(self, bound: BoundStatement) -> list[str]:
        """The JSON of the root fields of a statement."""
        ((*texts,),) = self._rows(bound.statement.spelling, bound.parameters)
        return texts

    def _rows(self, spelling: Spelling, parameters: Parameters) -> Sequence[Any]:
        viewer = Viewer(ACCOUNT, ManualClock(NOW), ADDRESS).parameters()
        return self.runner.run(self.connection.rows(spelling, parameters | viewer))


@contextmanager
def filled_database(folder: Path, fill: Fill, analyzed: bool) -> Iterator[Filled]:
    """A new database with the rows that `fill` writes, `analyzed` when it knows its own statistics."""
    path = Path(mkdtemp(dir=folder)) / "filled.db"
    with asyncio.Runner() as runner, closed_by(runner) as opened:
        database = runner.run(open_database(databases.url(path), readers=1, synchronous="OFF"))
        opened.push_async_callback(database.close)
        runner.run(fill(database))
        if analyzed:
            analyze(path)
        connection = runner.run(opened.enter_async_context(database.reader()))
        runner.run(settle(connection))
        yield Filled(runner, database, connection, analyzed)


@contextmanager
def closed_by(runner: asyncio.Runner) -> Iterator[AsyncExitStack]:
    """What is opened inside of a runner, and is closed there too."""
    opened = AsyncExitStack()
    try:
        yield opened
    finally:
        runner.run(opened.aclose())


async def settle(connection: Connection) -> None:
    """Takes the few rows of a test for what they stand for: tables that nobody reads through."""
    if connection.dialect.name == "postgresql":
        await connection.rows("SET enable_seqscan = off")


def _named(index: str) -> str:
    return KEY if PRIMARY_KEY.fullmatch(index) else index.removesuffix(FALLING)


def _of_sqlite(rows: Sequence[Any]) -> QueryPlan:
    steps = [row[3] for row in rows]
    found = [match for match in map(SQLITE_STEP.match, steps) if match]
    reads = [
        Read(table, index and _named(index), condition or "") for table, index, condition in map(re.Match.groups, found)
    ]
    # After the keys of a page come its own rows, which are put into their order once more.
    before_page = takewhile(lambda step: not step.startswith("SCAN k"), steps)
    return QueryPlan(reads, [step for step in before_page if step.startswith("USE TEMP B-TREE")])


def _of_postgres(rows: Sequence[Any]) -> QueryPlan:
    ((text,),) = rows
    nodes = list(_nodes(json.loads(text)[0]["Plan"]))
    reads = [read for node in nodes if (read := _read(node)) is not None]
    sorts = [node for node in nodes if node["Node Type"] == "Sort" and not _is_limited(node)]
    return QueryPlan(reads, [str(node["Sort Key"]) for node in sorts])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a plan, the outer ones first."""
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _is_limited(node: dict[str, Any]) -> bool:
    """Whether the rows of a step are those of a page, which is sorted once more."""
    own = [inner for inner in node.get("Plans", ()) if inner["Parent Relationship"] in ("Outer", "Inner", "Subquery")]
    return node["Node Type"] == "Limit" or any(map(_is_limited, own))


def _read(node: dict[str, Any]) -> Read | None:
    if "Index Name" in node:
        return Read(node.get("Alias", ""), _named(node["Index Name"]), node.get("Index Cond", "").lstrip("("))
    return Read(node["Alias"], None, "") if node["Node Type"] == "Seq Scan" else None


_PLANS: dict[str, tuple[str, Callable[[Sequence[Any]], QueryPlan]]] = {
    "sqlite": ("EXPLAIN QUERY PLAN ", _of_sqlite),
    "postgresql": ("EXPLAIN (FORMAT JSON) ", _of_postgres),
}
