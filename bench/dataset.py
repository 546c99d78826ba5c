"""The file that all servers read: the demo account, filled by `invoice-graph seed` with a fixed seed."""

import subprocess
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
        fresh.unlink(missing_ok=True)
        if subprocess.run([*GATEWAY, "seed", "--database", url(fresh), *size.options], check=False).returncode:
            raise NotSeeded("`invoice-graph seed` failed; what it says stands above.")
        fresh.rename(file)
    return file


def url(file: Path) -> str:
    """A file as the gateway's `--database`."""
    return f"sqlite+aiosqlite:///{file}"
