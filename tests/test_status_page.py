"""The status page of the samples, opened from its file by a browser, while its server lives, dies and comes back."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from browsing import Visit, violations, visit
from demonstrations import Demonstration, free_port
from odd_sockets import closing, saying

pytestmark = pytest.mark.browser

PAGE = Path(__file__).parent.parent / "frontend-samples" / "status-page" / "index.html"
FROM_FILES = ("--allowed-origins", '["null"]')
SESSION = "mutation ($customerId: ID!) { customerSessionCreate(input: {customerId: $customerId}) { token } }"
UNREACHED = ("ERR_CONNECTION_REFUSED",)
REFUSED = ("WebSocket connection to",)


class StatusPage:
    """The page, opened for one invoice."""

    def __init__(self, visit: Visit, **settings: str) -> None:
        self.page = visit.page
        self.page.goto(f"{PAGE.as_uri()}#{urlencode(settings)}")

    def shows(self, status: str) -> None:
        """Waits until it shows a status."""
        self.page.locator("#badge", has_text=status).wait_for()

    def says(self, sentence: str) -> None:
        """Waits until it says something about the connection."""
        self.page.locator("#connection", has_text=re.compile(sentence)).wait_for()

    @property
    def history(self) -> list[str]:
        """What happened, newest first."""
        return [str(text).splitlines()[0] for text in self.page.locator("#history li").all_inner_texts()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with Demonstration(tmp_path_factory.mktemp("served"), *FROM_FILES) as running:
        yield running


@contextmanager
def opened(browser: Any, origin: str, forgiven: Sequence[str] = (), **settings: str) -> Iterator[StatusPage]:
    """The page in a browser whose clock can be turned."""
    with visit(browser, origin, forgiven) as visited:
        visited.page.clock.install()
        yield StatusPage(visited, server=origin, **settings)


@contextmanager
def served_folder(folder: Path, port: int) -> Iterator[None]:
    """Somebody's site."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(QuietHandler, directory=folder)) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_change_is_seen_live_and_one_that_was_missed_is_made_up_for(browser: Any, server: Demonstration) -> None:
    with server.client() as elsewhere:
        customer_id = elsewhere.customer(name="Nightjar Letterpress")
        invoice = elsewhere.draft(customer_id, amount=125_000, currency="eur")
        with visit(browser, server.origin, UNREACHED) as visited:
            page = StatusPage(visited, server=server.origin, invoice=invoice)
            page.shows("Draft")
            page.says("^Live")
            elsewhere.done("invoiceFinalize", id=invoice)
            page.shows("Open")
            assert page.history == ["Issued", "Draft made"]
            visited.keep_screenshot("status-page-open")

            server.kill()
            page.says("does not answer")
            with server.start().client() as again:
                again.done("invoicePay", id=invoice)
            page.shows("Paid")
            page.says("^Live")
            assert page.history == ["Paid", "A payment arrived", "Issued", "Draft made"]
            visited.page.emulate_media(color_scheme="dark")
            visited.keep_screenshot("status-page-paid-dark")


def test_it_shows_what_happened_before_it_was_opened(browser: Any, server: Demonstration) -> None:
    with server.client() as elsewhere, opened(browser, server.origin, invoice=elsewhere.open_invoice()) as page:
        page.shows("Open")
        assert page.history == ["Issued", "Draft made"]


def test_a_customer_sees_their_own_invoices_only(browser: Any, server: Demonstration) -> None:
    with server.client() as elsewhere:
        customer_id = elsewhere.customer(name="Nightjar Letterpress")
        invoice, other = elsewhere.open_invoice(customer_id), elsewhere.open_invoice()
        token = elsewhere.ask(SESSION, customerId=customer_id)["customerSessionCreate"]["token"]
        with opened(browser, server.origin, invoice=other, key=token) as page:
            page.says(f"There is no invoice {other} here")
        with opened(browser, server.origin, invoice=invoice, key=token) as page:
            page.says("^Live")
            elsewhere.done("invoicePay", id=invoice)
            page.shows("Paid")


def test_it_needs_two_operations_and_nothing_else(browser: Any, tmp_path: Path) -> None:
    listed = ("--documents", str(PAGE.parent / "documents"))
    invoice = "in_01M72AZ1M0MPRDYP8HHSC55ZTN"
    with (
        Demonstration(tmp_path, *FROM_FILES, *listed) as strict,
        opened(browser, strict.origin, invoice=invoice) as page,
    ):
        page.shows("Open")
        page.says("^Live")


def test_a_draft_that_is_deleted_is_said_to_be(browser: Any, server: Demonstration) -> None:
    with server.client() as elsewhere:
        draft = elsewhere.draft()
        with opened(browser, server.origin, invoice=draft) as page:
            page.says("^Live")
            elsewhere.done("invoiceDelete", id=draft)
            page.shows("Deleted")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"invoice": "in_nobody"}, "There is no invoice in_nobody here"),
        ({}, "No invoice is named"),
        ({"invoice": "in_1", "key": "sk_wrong"}, "does not accept this page's key"),
    ],
    ids=["unknown", "unnamed", "forbidden"],
)
def test_what_trying_again_would_not_mend(
    browser: Any, server: Demonstration, settings: dict[str, str], sentence: str
) -> None:
    with opened(browser, server.origin, **settings) as page:
        page.says(sentence)
        assert page.page.locator("#connection").get_attribute("data-state") == "stopped"


def test_a_server_that_names_other_origins(browser: Any, demonstration: str) -> None:
    with opened(browser, demonstration, REFUSED, invoice="in_1") as page:
        page.says("does its --allowed-origins name null")


def test_a_server_that_has_had_enough(browser: Any, tmp_path: Path) -> None:
    with Demonstration(tmp_path, *FROM_FILES, "--cost-per-minute", "5") as strict:
        with strict.client() as elsewhere:
            elsewhere.cursor()
        with opened(browser, strict.origin, invoice="in_1") as page, strict.client() as elsewhere:
            page.page.locator("#again").wait_for()
            while "errors" not in elsewhere.send_operation("{ eventCursor }").json():
                pass
            page.page.reload()
            page.says("asks for a pause")


@pytest.mark.parametrize(
    "text", ["<html>", "[]", '{"type": "news"}', '{"type": "next", "id": "status", "payload": {}}']
)
def test_an_answer_of_something_else(browser: Any, text: str) -> None:
    with saying(text) as origin, opened(browser, origin, invoice="in_1") as page:
        page.says("Something answers that is no invoice-graph")


@pytest.mark.parametrize("code", [1009, 4400, 4409])
def test_a_server_that_speaks_otherwise_is_asked_again_after_a_pause(browser: Any, code: int) -> None:
    with closing(code, 4403) as server, opened(browser, server.origin, invoice="in_1") as page:
        page.says("Something answers that is no invoice-graph")
        assert server.opened == 1
        page.page.clock.fast_forward("00:30")
        page.says("does not accept this page's key")
        assert server.opened == 2


@pytest.mark.parametrize("code", [4408, 4500])
def test_a_server_that_was_not_quick_enough_is_asked_again(browser: Any, code: int) -> None:
    with closing(code, 4400) as server, opened(browser, server.origin, invoice="in_1") as page:
        page.says("does not answer")
        page.page.clock.fast_forward("00:10")
        page.says("Something answers that is no invoice-graph")
        assert server.opened == 2


def test_an_outage_of_minutes_is_counted(browser: Any) -> None:
    origin = f"http://127.0.0.1:{free_port()}"
    with opened(browser, origin, UNREACHED, invoice="in_1") as page:
        page.says("does not answer")
        page.page.clock.fast_forward("05:00")
        page.says("for 5 min")


def test_it_lives_in_a_frame_of_another_site(browser: Any, tmp_path: Path) -> None:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    gateway = Demonstration(tmp_path, "--allowed-origins", json.dumps([site]))
    with gateway, served_folder(PAGE.parent, port), gateway.client() as elsewhere:
        invoice = elsewhere.open_invoice()
        page = f"{site}/{PAGE.name}#{urlencode({'invoice': invoice, 'server': gateway.origin})}"
        with visit(browser, gateway.origin, ours=(site,)) as visited:
            visited.page.set_content(f'<iframe src="{page}" title="Invoice status"></iframe>')
            frame = visited.page.frame_locator("iframe")
            frame.locator("#connection", has_text=re.compile("^Live")).wait_for()
            elsewhere.done("invoicePay", id=invoice)
            frame.locator("#badge", has_text="Paid").wait_for()


def test_nothing_keeps_people_out(browser: Any, server: Demonstration, axe: Path) -> None:
    with server.client() as elsewhere:
        invoice = elsewhere.open_invoice()
    with visit(browser, server.origin) as visited:
        page = StatusPage(visited, server=server.origin, invoice=invoice)
        page.says("^Live")
        assert violations(visited.page, axe) == []
