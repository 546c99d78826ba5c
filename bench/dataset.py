"""The file that all servers read: the demo account, filled by `invoice-graph seed` with a fixed seed."""

import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.servers import GATEWAY
from invoice_graph.server.app import DEMO_ACCOUNT

ACCOUNT = DEMO_ACCOUNT
RESULTS = Path(__file__).with_name("results")


class NotSeeded(Exception):
    """There is no data to measure with."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much data."""

    customers: int = 500
    invoices: int = 20_000
    lines: int = 10

    @property
    def options(self) -> list[str]:
        """The options of `invoice-graph seed`."""
        counts = {"--customers": self.customers, "--invoices": self.invoices, "--lines": self.lines}
        return [text for name, count in counts.items() for text in (name, str(count))]


def prepare(size: Size, folder: Path = RESULTS) -> Path:
    """A database of a size: the one of an earlier run, or a new one."""
    file = folder / f"{size.customers}-{size.invoices}-{size.lines}.db"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new.db")
        remove(fresh)
        if subprocess.run([*GATEWAY, "seed", "--database", url(fresh), *size.options], check=False).returncode:
            raise NotSeeded("`invoice-graph seed` failed; what it says stands above.")
        fresh.rename(file)
    return file


def some_invoice(file: Path) -> str:
    """The id of an invoice in the middle of a dataset."""
    with closing(sqlite3.connect(file)) as connection:
        sql = (
            "SELECT id FROM invoice WHERE account_id = ? ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM invoice)"
        )
        (id,) = connection.execute(sql, (ACCOUNT,)).fetchone()
    return str(id)


def copied(file: Path, name: str) -> Path:
    """A copy of a dataset; it takes the place of an earlier one."""
    copy = file.with_name(f"{file.stem}-{name}.db")
    remove(copy)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def remove(file: Path) -> None:
    """Removes a database with all that belongs to it."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def url(file: Path) -> str:
    """A file as the gateway's `--database`."""
    return f"sqlite+aiosqlite:///{file}"
