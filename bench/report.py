"""What was measured: a table for people, JSON for programs."""

import os
import platform
import sqlite3
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from bench.servers import KINDS

PACKAGES = (
    "invoice-graph",
    "strawberry-graphql",
    "graphql-core",
    "starlette",
    "uvicorn",
    "uvloop",
    "aiosqlite",
    "asyncpg",
    "sqlalchemy",
)
REFERENCE = "gateway"

Rounds = Sequence[dict[str, dict[str, float | None]]]


def machine() -> dict[str, Any]:
    """Where it was measured."""
    return {
        "processor": _processor(),
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def typical(rounds: Rounds, name: str, figure: str) -> float | None:
    """The median of a server's figure over the rounds."""
    values = [value for one in rounds if (value := one[name][figure]) is not None]
    return median(values) if values else None


def ratios(rounds: Rounds, name: str, figure: str) -> list[float]:
    """How many times the gateway's figure is a server's, round by round."""
    pairs = ((one[REFERENCE][figure], one[name][figure]) for one in rounds)
    return [ours / theirs for ours, theirs in pairs if ours is not None and theirs]


def reads_text(measured: dict[str, Any]) -> str:
    """The tables of `bench reads`."""
    return "\n\n".join((machine_text(measured["machine"]), *map(_operation_text, measured["operations"])))


def _operation_text(measured: dict[str, Any]) -> str:
    http, inside = measured["http"], measured["in_process"]
    parts = [
        f"{measured['operation']}, {http['bytes'] / 1000:.1f} kB; medians of {len(http['rounds'])} interleaved rounds",
        "Over HTTP, one server process, 8 connections:",
        table_text(http_rows(http)),
        "In-process, one call after another:",
        table_text(_in_process_rows(inside["rounds"])),
    ]
    return "\n\n".join(parts)


def machine_text(machine: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    where = f"{machine['processors']} x {machine['processor']}, {machine['system']}"
    return f"{where}\nPython {machine['python']}, SQLite {machine['sqlite']}, {packages}"


def http_rows(http: dict[str, Any]) -> Iterable[Sequence[str]]:
    """What each server did over HTTP."""
    yield ("server", "requests/s", "invoice-graph is", "p50 ms", "p99 ms", "CPU ms/request", "idle MB", "MB after")
    for name in http["rounds"][0]:
        figures = {
            figure: typical(http["rounds"], name, figure) for figure in ("per_second", "p50_ms", "p99_ms", "cpu_ms")
        }
        faster = _span(ratios(http["rounds"], name, "per_second"), name)
        memory = (http[key][name] for key in ("idle_megabytes", "megabytes_after"))
        yield (
            KINDS[name].title,
            number_text(figures["per_second"], 0),
            faster,
            number_text(figures["p50_ms"], 1),
            number_text(figures["p99_ms"], 1),
            number_text(figures["cpu_ms"], 2),
            *(number_text(value, 0) for value in memory),
        )


def _in_process_rows(rounds: Rounds) -> Iterable[Sequence[str]]:
    yield ("engine", "ms/call", "invoice-graph is")
    for name in rounds[0]:
        inverse = [1 / ratio for ratio in ratios(rounds, name, "ms")]
        yield (KINDS[name].title, number_text(typical(rounds, name, "ms"), 2), _span(inverse, name))


def _span(values: Sequence[float], name: str) -> str:
    """The median ratio, and the smallest and largest of the rounds."""
    if name == REFERENCE or not values:
        return ""
    return f"{median(values):.2f}x as fast ({min(values):.2f} to {max(values):.2f})"


def span_text(shares: Sequence[float]) -> str:
    """The median of some ratios, and how far they went."""
    return f"{median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f})"


def number_text(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def table_text(rows: Iterable[Sequence[str]]) -> str:
    """A table that is also Markdown."""
    cells = [list(row) for row in rows]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    lines = ["| " + " | ".join(_padded(row, widths)) + " |" for row in cells]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], "| " + " | ".join(rule) + " |", *lines[1:]])


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *others = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)]


def save(measured: dict[str, Any], file: Path) -> None:
    """Writes all figures as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(orjson.dumps(measured, option=orjson.OPT_INDENT_2) + b"\n")
