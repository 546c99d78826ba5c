"""`python -m bench json`: JSON from texts joined by the planner's statement, next to SQLite's own JSON functions."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.agreement import Disagreement
from bench.contest import Round, Say
from bench.dataset import ACCOUNT
from bench.operations import INVOICE_PAGE
from bench.peers.bare import SETTINGS, spell
from bench.report import machine_text, number_text, span_text, table_text, typical

BY_FUNCTIONS = """
SELECT json_object('nodes', json_group_array(json(item))) FROM (
  SELECT json_object(
    'id', i.id, 'number', i.number, 'status', i.status, 'currency', i.currency, 'total', i.total,
    'amountDue', i.amount_due, 'amountRemaining', i.amount_remaining, 'createdAt', i.created_at,
    'customer', json_object('id', c.id, 'name', c.name, 'email', c.email),
    'lines', json_object('nodes', (
      SELECT json_group_array(json(line)) FROM (
        SELECT json_object(
          'id', l.id, 'description', l.description, 'quantity', CAST(l.quantity_decimal AS INTEGER), 'amount', l.amount
        ) AS line
        FROM line_item AS l WHERE l.account_id = :account AND l.invoice_id = i.id
        ORDER BY l.position, l.id LIMIT 10
      )
    ))
  ) AS item
  FROM invoice AS i LEFT JOIN customer AS c ON c.account_id = :account AND c.id = i.customer_id
  WHERE i.account_id = :account AND i.expires_at IS NULL AND i.test_clock_id IS NULL
  ORDER BY i.created_at DESC, i.id DESC LIMIT :first
)
"""
TITLES = {"texts": "texts joined, as the planner does", "functions": "json_object and json_group_array"}

Read = Callable[[], str]


def measure(file: Path, rounds: int, seconds: float, say: Say) -> dict[str, Any]:
    """Milliseconds of a statement on a dataset, by spelling and round. Raises Disagreement."""
    with closing(sqlite3.connect(file)) as connection:
        for setting in SETTINGS:
            connection.execute(setting)
        reads = _reads(connection)
        if len({json.dumps(json.loads(read())) for read in reads.values()}) > 1:
            raise Disagreement("The statements give different answers.")
        measured: list[Round] = []
        for place in range(rounds):
            say(f"round {place + 1} of {rounds}")
            measured.append({name: {"ms": _milliseconds(read, seconds)} for name, read in reads.items()})
        return {"operation": INVOICE_PAGE.title, "rounds": measured}


def _reads(connection: sqlite3.Connection) -> dict[str, Read]:
    spelled = asyncio.run(spell(INVOICE_PAGE, ACCOUNT))
    given = {"account": ACCOUNT, **INVOICE_PAGE.variables}
    return {
        "texts": lambda: str(connection.execute(spelled.sql, spelled.parameters).fetchone()[0]),
        "functions": lambda: str(connection.execute(BY_FUNCTIONS, given).fetchone()[0]),
    }


def _milliseconds(read: Read, seconds: float) -> float:
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        read()
        count += 1
    return spent / count * 1000


def text(measured: dict[str, Any]) -> str:
    """The table of `bench json`."""
    intro = f"{measured['operation']}, the statement alone; medians of {len(measured['rounds'])} interleaved rounds"
    return "\n\n".join((machine_text(measured["machine"]), intro, table_text(_rows(measured["rounds"]))))


def _rows(rounds: Sequence[Round]) -> Iterable[Sequence[str]]:
    yield ("spelling", "ms", "of the functions' time")
    for name, title in TITLES.items():
        shares = [(one[name]["ms"] or 0) / (one["functions"]["ms"] or 1) for one in rounds]
        span = span_text(shares) if name != "functions" else ""
        yield (title, number_text(typical(rounds, name, "ms"), 3), span)
