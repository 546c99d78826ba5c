"""The vectors, read from their directory."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "INVOICE_GRAPH_VECTORS"
OWN = Path(__file__).parent.parent / "vectors"


@dataclass(frozen=True)
class Vector:
    """One example. `body` is as the file has it, `datasets` are its suite's."""

    id: str
    kind: str
    title: str
    uncertain: bool
    body: dict[str, Any]
    datasets: dict[str, list[dict[str, Any]]]

    def __str__(self) -> str:
        return f"{self.id} {self.title}"


def directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the suites are: the directory named by the environment, else our own."""
    return Path(environment.get(VARIABLE) or OWN)


def load(where: Path) -> list[Vector]:
    """All vectors of a directory's suites, in the order of files."""
    found = []
    for file in sorted(where.glob("*.json")):
        suite = json.loads(file.read_text())
        found += [_vector(body, suite.get("datasets", {})) for body in suite["vectors"]]
    return found


def _vector(body: dict[str, Any], datasets: dict[str, Any]) -> Vector:
    title = body.get("title", "")
    return Vector(body["id"], body["kind"], title, bool(body.get("uncertain")), body, datasets)
