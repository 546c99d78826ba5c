"""The dashboard of the front-end samples: built once, served, and driven."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from browsing import Visit
from deployed import ROOT, free_port
from javascript import copy_project, find_node, run, runs_vite

SAMPLE = Path("frontend-samples/dashboard")
KEY_PRESSES = 120
"""More than it takes to reach anything on a page."""


def build_dashboard(folder: Path) -> Path:
    """Checks the types and builds it, in a copy; the schema lies where the sample expects it."""
    node, npm, _ = find_node(runs_vite)
    shutil.copy(ROOT / "schema.graphql", folder)
    project = copy_project(ROOT / SAMPLE, folder / SAMPLE)
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], project)
    run([node, "codegen.js"], project)
    run([node, "node_modules/typescript/bin/tsc"], project)
    run([node, "node_modules/vite/bin/vite.js", "build"], project)
    return project


BROTLI = """
const fs = require("fs"), folder = "dist/assets/";
const size = (name) => require("zlib").brotliCompressSync(fs.readFileSync(folder + name)).length;
console.log(fs.readdirSync(folder).map(size).reduce((sum, one) => sum + one));
"""


def bundle_bytes(project: Path) -> int:
    """What of the built dashboard is sent to a browser that takes Brotli, in bytes."""
    return int(subprocess.check_output([find_node().program, "--eval", BROTLI], cwd=project))


@contextlib.contextmanager
def served_dashboard(project: Path, gateway: str) -> Iterator[str]:
    """The origin of the built dashboard, which passes operations on to a gateway."""
    port = free_port()
    command = [find_node().program, "node_modules/vite/bin/vite.js", "preview", "--port", str(port), "--strictPort"]
    environment = {**os.environ, "INVOICE_GRAPH_URL": gateway}
    with (
        (project / "preview.log").open("w") as complaints,
        subprocess.Popen(
            command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            assert any("Local" in line for line in process.stdout), (project / "preview.log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


class Dashboard:
    """The dashboard, opened."""

    def __init__(self, visit: Visit, origin: str) -> None:
        self.visit = visit
        self.page = visit.page
        self.origin = origin
        self.rows = self.page.locator(".invoices tbody tr")
        self.badge = self.page.locator(".invoice-head .badge")
        self.banner = self.page.locator(".banner")

    def open(self, address: str = "/") -> None:
        self.page.goto(self.origin + address)

    def open_list(self) -> None:
        """Waits until the list is there and follows changes."""
        self.open()
        self.rows.first.wait_for()
        self.is_in_state("live")

    def open_invoice(self, id: str) -> None:
        """Waits until the invoice is there and follows changes."""
        self.open(f"/invoices/{id}")
        self.badge.wait_for()
        self.is_in_state("live")

    def is_in_state(self, state: str) -> None:
        """Waits until the stream of changes is in a state."""
        self.page.locator(f'.live-state[data-state="{state}"]').wait_for()

    def shows_status(self, status: str, id: str | None = None) -> None:
        """Waits until the invoice, or a row of the list, shows a status."""
        badge = self.badge if id is None else self.page.locator(f'tr[data-id="{id}"] .badge')
        badge.and_(self.page.locator(f'[data-status="{status}"]')).wait_for()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def heard(self, count: int) -> list[str]:
        """Waits until so many changes are listed, and tells their cursors, oldest first."""
        self.page.locator(f'.activity ol[data-count="{count}"]').wait_for()
        cursors: list[str] = self.page.locator(".activity li").evaluate_all("all => all.map(li => li.dataset.cursor)")
        return cursors[::-1]

    def focused(self) -> str:
        """The text of what has the focus."""
        text: str = self.page.evaluate("document.activeElement.innerText ?? ''")
        return text.strip()

    def tab_to(self, text: str, key: str = "Tab") -> None:
        """Moves the focus by keyboard until it is on something with this text."""
        for _ in range(KEY_PRESSES):
            self.page.keyboard.press(key)
            if self.focused().startswith(text):
                return
        raise AssertionError(f"{text} is not reached by {key}")
