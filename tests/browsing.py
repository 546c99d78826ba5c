"""Chromium for tests, watched while it works, and a demonstration for it to visit."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from absent import NO_BROWSER
from demonstrations import Demonstration
from javascript import install

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SCREENSHOTS = "INVOICE_GRAPH_TEST_SCREENSHOTS"
"""The variable that names a folder to keep screenshots in."""

PATIENCE_MILLISECONDS = 30_000.0
WINDOW = {"width": 1400, "height": 900}
INLINE = ("data:", "blob:", "file:")
"""Addresses that reach nobody."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason=NO_BROWSER)
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(NO_BROWSER)
    # Its sandbox does not work for root, who runs tests in containers.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


class Visit:
    """A page in a browser that has been nowhere before, and what it did that no page of ours may do.

    Each of `forgiven` stands in complaints that are no fault of the page; `ours` are further origins it may reach.
    """

    def __init__(self, browser: Any, origin: str, forgiven: Sequence[str] = (), ours: Sequence[str] = ()) -> None:
        self._ours = {urlsplit(each).netloc for each in (origin, *ours)}
        self._forgiven = forgiven
        self.faults: list[str] = []
        self.context = browser.new_context(viewport=WINDOW, color_scheme="light")
        self.context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.page = self.context.new_page()
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.context.on("request", lambda request: self._note_address(request.url))
        self.page.on("websocket", lambda socket: self._note_address(socket.url))

    def _note_message(self, message: Any) -> None:
        # What the Content-Security-Policy forbids is an error of the console, too.
        is_forgiven = any(part in message.text for part in self._forgiven)
        if message.type in ("error", "warning") and not is_forgiven:
            self.faults.append(f"{message.type}: {message.text}")

    def _note_address(self, url: str) -> None:
        if not url.startswith(INLINE) and urlsplit(url).netloc not in self._ours:
            self.faults.append(f"request: {url}")

    def keep_screenshot(self, name: str) -> None:
        """Writes what is to be seen into the folder for screenshots, if there is one."""
        if folder := os.environ.get(SCREENSHOTS):
            self.page.screenshot(path=Path(folder) / f"{name}.png")


@contextlib.contextmanager
def visit(browser: Any, origin: str, forgiven: Sequence[str] = (), ours: Sequence[str] = ()) -> Iterator[Visit]:
    """A visit that does nothing forbidden."""
    visit = Visit(browser, origin, forgiven, ours)
    try:
        yield visit
        assert visit.faults == []
    finally:
        visit.context.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that looks for what keeps people out."""
    folder = tmp_path_factory.mktemp("axe")
    install(folder, "axe-core@4")
    return folder / "node_modules" / "axe-core" / "axe.min.js"


AXE = """
async (within) => (await axe.run(within ?? document)).violations
  .map(({ id, nodes }) => [id, ...nodes.map((node) => node.html)])
"""


def violations(page: Any, axe: Path, within: str | None = None) -> list[Any]:
    """What axe finds wrong with a page, or with what a selector finds in it, in light and in dark."""
    page.evaluate(axe.read_text())
    found: list[Any] = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += page.evaluate(AXE, within)
    return found


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a real `invoice-graph serve --demo`, just made."""
    with Demonstration(tmp_path_factory.mktemp("demonstration")) as running:
        yield running.origin
