"""The protocols as their own authors test and speak them: suites and clients from npm against a real server."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from javascript import copy_project, find_node, run
from system import Client, Served, prepare

HERE = Path(__file__).parent / "protocols"
PATIENCE_SECONDS = 120
REFUSED = {
    "graphql-ws": ["GRAPHQL_VALIDATION_FAILED"],
    # Its client looks at the status alone.
    "graphql-sse": "NetworkError: Server responded with 400: Bad Request",
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def suites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the scripts and what they import."""
    npm = find_node().npm
    folder = copy_project(HERE, tmp_path_factory.mktemp("protocols") / "suites")
    run([*npm, "ci", "--ignore-scripts", "--silent"], folder)
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    path = folder / "invoices.db"
    # In a thread: a browser that other tests have open keeps an event loop running in this one.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, prepare(path)).result()
    with Served(path).running() as served:
        yield served


def lines(suites: Path, script: str, served: Served) -> list[dict[str, Any]]:
    """What a script prints of the server."""
    command = [find_node().program, script, served.url]
    ended = subprocess.run(command, cwd=suites, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_every_audit_of_graphql_over_http_is_passed(suites: Path, served: Served) -> None:
    audits = lines(suites, "http.mjs", served)
    assert len(audits) > 60
    levels = {audit["name"].split()[0] for audit in audits}
    assert levels == {"MUST", "SHOULD", "MAY"}
    failed = [audit for audit in audits if audit["status"] != "ok" and not audit["name"].startswith("MAY")]
    assert failed == []


def test_the_clients_of_both_live_protocols_work(suites: Path, served: Served) -> None:
    found: dict[str, dict[str, Any]] = {}
    with_events = prepared(served)
    for line in lines(suites, "clients.mjs", served):
        found.setdefault(line["client"], {})[line["label"]] = line["outcome"]
    assert set(found) == {"graphql-ws", "graphql-sse"}
    for name, outcomes in found.items():
        heard = {"type": "CUSTOMER_CREATED", "customer": {"name": f"Ada by {name}"}}
        assert outcomes == {
            "query": [{"data": {"account": {"id": "acct_demo"}}}],
            "finite stream": [{"data": {"events": {"sequence": number}}} for number in with_events],
            "heard live": {"data": {"events": heard}},
            "refused": REFUSED[name],
        }


def prepared(served: Served) -> tuple[int, int, int]:
    """The first three events of the log."""
    with Client(served.url) as client:
        for name in ("Ada", "Bob", "Cleo"):
            client.customer(name=name)
    return 1, 2, 3
