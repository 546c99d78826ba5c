"""The dashboard of the front-end samples as people use it: in a real browser, on a real demonstration."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import violations, visit
from dashboards import Dashboard, build_dashboard, bundle_bytes, served_dashboard
from demonstrations import Demonstration
from forking import Forked, invoice_graph
from system import Client

pytestmark = pytest.mark.browser

INVOICES = 250
SCROLLED_ROWS = 200
AT_ONCE_MILLISECONDS = 100
MOST_BUNDLE_BYTES = 130_000
NETWORK_COMPLAINTS = ("Failed to load resource", "WebSocket connection to")
DIFFERENT_DIGITS = ("isk", "ugx", "huf", "cop", "idr", "lak")
"""Currencies in which browsers disagree with the gateway about the minor unit."""
NARROW = {"width": 360, "height": 740}
CHANGES = ("INVOICE_CREATED", "INVOICE_FINALIZED", "INVOICE_PAID", "INVOICE_VOIDED")

TROUBLES: dict[str, tuple[int, str, str]] = {
    "a malformed answer": (200, "<!doctype html>", "The server’s answer can’t be understood"),
    "an error of a proxy": (502, "Bad Gateway", "The server can’t be reached"),
    "a spent budget": (
        429,
        json.dumps({"errors": [{"message": "Too much.", "extensions": {"code": "RATE_LIMITED"}}]}),
        "The server asks for a pause",
    ),
}

MEASURE = """
() => {
  const badge = document.querySelector(".invoice-head .badge");
  let pressed;
  document.addEventListener("click", () => { pressed = performance.now(); }, { capture: true, once: true });
  window.milliseconds = new Promise((done) => {
    const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed)));
    new MutationObserver(painted).observe(badge, { attributeFilter: ["data-status"] });
  });
}
"""
"""Notes how long it takes from a press to the paint of another status."""


@pytest.fixture(scope="module")
def project(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dashboard, built; nothing is when there is no browser to open it."""
    return build_dashboard(tmp_path_factory.mktemp("dashboard"))


def seeded(gateway: Demonstration, invoices: int) -> Demonstration:
    """One that has so many invoices before it starts, in place of those of a demonstration."""
    size = ("--customers", "20", "--invoices", str(invoices), "--lines", "3")
    with Forked(invoice_graph, "seed", "--database", gateway.database, *size) as seeding:
        assert seeding.end() == 0
    return gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A demonstration with bulk data."""
    folder = tmp_path_factory.mktemp("gateway")
    with seeded(Demonstration(folder), INVOICES) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def origin(project: Path, gateway: Demonstration) -> Iterator[str]:
    with served_dashboard(project, gateway.origin) as origin:
        yield origin


@pytest.fixture
def elsewhere(gateway: Demonstration) -> Iterator[Client]:
    """Another client of the gateway."""
    with Client(f"{gateway.origin}/graphql") as client:
        yield client


@pytest.fixture
def dashboard(browser: Any, origin: str) -> Iterator[Dashboard]:
    with visit(browser, origin) as visited:
        yield Dashboard(visited, origin)


@pytest.fixture
def cut_dashboard(browser: Any, origin: str) -> Iterator[Dashboard]:
    """One that may complain about the network."""
    with visit(browser, origin, forgiven=NETWORK_COMPLAINTS) as visited:
        yield Dashboard(visited, origin)


def test_scrolling_lists_each_invoice_once_and_in_order(dashboard: Dashboard, elsewhere: Client) -> None:
    dashboard.open_list()
    dashboard.page.locator(".tiles .chart").first.wait_for()
    dashboard.visit.keep_screenshot("dashboard-list")
    dashboard.page.mouse.move(400, 700)
    deadline = time.monotonic() + 10
    while dashboard.rows.count() < SCROLLED_ROWS and time.monotonic() < deadline:
        dashboard.page.mouse.wheel(0, 4000)
        dashboard.page.wait_for_timeout(50)
    shown = dashboard.rows.evaluate_all("rows => rows.map(row => row.dataset.id)")
    first = elsewhere.ask("{ invoices(first: 100) { nodes { id } pageInfo { endCursor } } }")["invoices"]
    query = "query ($after: String) { invoices(first: 100, after: $after) { nodes { id } } }"
    second = elsewhere.ask(query, after=first["pageInfo"]["endCursor"])["invoices"]
    assert shown[:SCROLLED_ROWS] == [node["id"] for node in first["nodes"] + second["nodes"]]
    assert len(set(shown)) == len(shown)


def test_filters_and_search_narrow_the_list_and_the_sums(dashboard: Dashboard, elsewhere: Client) -> None:
    elsewhere.open_invoice(elsewhere.customer(name="Heron Bindery"), amount=123456)
    dashboard.open_list()
    page = dashboard.page
    page.get_by_label("Customer", exact=True).fill("heron bi")
    page.get_by_text("1 invoice", exact=True).first.wait_for()
    page.locator(".tile .large", has_text="1,234.56").wait_for()
    page.get_by_role("radio", name="Draft").check(force=True)
    page.get_by_text("No invoice is like that.").wait_for()
    assert "status=DRAFT" in page.url
    assert "customer=heron" in page.url


def test_a_search_that_can_not_be_read_says_so_at_its_field(cut_dashboard: Dashboard) -> None:
    cut_dashboard.open_list()
    search = cut_dashboard.page.get_by_label("Search", exact=True)
    search.fill("status:open")
    search.press("Enter")
    cut_dashboard.page.locator("#search-fault", has_text="quotation marks").wait_for()
    assert search.get_attribute("aria-invalid") == "true"
    search.fill('status:"open" total>100')
    search.press("Enter")
    cut_dashboard.page.locator("#search-fault").wait_for(state="detached")
    cut_dashboard.rows.first.wait_for()


def test_amounts_have_the_digits_that_the_gateway_says(dashboard: Dashboard, elsewhere: Client) -> None:
    told = elsewhere.ask("{ currencies { code digits } }")["currencies"]
    digits = {currency["code"]: currency["digits"] for currency in told}
    expected = {}
    for currency in DIFFERENT_DIGITS:
        id = elsewhere.draft(amount=12_345_600, currency=currency)
        places = digits[currency]
        expected[id] = f"{12_345_600 / 10**places:,.{places}f}"
    dashboard.open_list()
    for id, amount in expected.items():
        assert amount in dashboard.page.locator(f'tr[data-id="{id}"] .amount').first.inner_text()


def test_an_invoice_is_finalized_and_paid(dashboard: Dashboard, elsewhere: Client) -> None:
    dashboard.open_invoice(elsewhere.draft(elsewhere.customer(name="Nightjar Letterpress"), 123456))
    dashboard.press("Finalize")
    dashboard.shows_status("OPEN")
    dashboard.press("Pay")
    dashboard.shows_status("PAID")
    dashboard.page.get_by_role("row", name="pi_").get_by_text("Paid").wait_for()
    void = dashboard.page.get_by_role("button", name="Void")
    assert void.get_attribute("aria-disabled") == "true"
    reason = dashboard.page.locator(f"#{void.get_attribute('aria-describedby')}").inner_text()
    assert "paid invoice can't be voided" in reason
    dashboard.visit.keep_screenshot("dashboard-invoice")


def test_a_refusal_is_shown_and_taken_back(dashboard: Dashboard, elsewhere: Client) -> None:
    dashboard.open_invoice(elsewhere.open_invoice())
    dashboard.page.get_by_label("Pay with").select_option("Test card that is declined")
    dashboard.press("Pay")
    dashboard.page.locator(".actions .fault", has_text="declined").wait_for()
    dashboard.shows_status("OPEN")


def test_a_change_that_does_not_get_through_is_taken_back_and_not_done_twice(
    cut_dashboard: Dashboard, elsewhere: Client
) -> None:
    keys = []

    def lose_answer(route: Any) -> None:
        sent = route.request.post_data_json
        if "mutation" not in sent["query"]:
            return route.continue_()
        keys.append(sent["variables"]["input"]["idempotencyKey"])
        return route.abort() if len(keys) == 1 else route.continue_()

    cut_dashboard.open_invoice(elsewhere.draft())
    cut_dashboard.page.route("**/graphql", lose_answer)
    cut_dashboard.press("Finalize")
    cut_dashboard.page.locator(".actions .fault", has_text="this was taken back").wait_for()
    cut_dashboard.shows_status("DRAFT")
    cut_dashboard.press("Finalize")
    cut_dashboard.shows_status("OPEN")
    cut_dashboard.page.locator('.actions[aria-busy="false"]').wait_for()
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_is_final_is_asked_for_before(dashboard: Dashboard, elsewhere: Client) -> None:
    draft = elsewhere.draft()
    dashboard.open_list()
    dashboard.page.locator(f'tr[data-id="{draft}"] a').click()
    dashboard.press("Delete")
    assert dashboard.focused() == "Keep it"
    dashboard.page.keyboard.press("Escape")
    assert dashboard.focused() == "Delete"
    dashboard.press("Delete")
    dashboard.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    dashboard.rows.first.wait_for()
    assert dashboard.page.locator(f'tr[data-id="{draft}"]').count() == 0


def test_an_open_page_follows_what_others_do(dashboard: Dashboard, elsewhere: Client) -> None:
    invoice = elsewhere.open_invoice()
    dashboard.open_invoice(invoice)
    elsewhere.done("invoicePay", id=invoice, paymentMethodId="pm_card_visa")
    dashboard.shows_status("PAID")
    pay = dashboard.page.get_by_role("button", name="Pay", exact=True)
    pay.and_(dashboard.page.locator('[aria-disabled="true"]')).wait_for()
    dashboard.page.locator(".totals .strong", has_text="€0.00").wait_for()


def test_the_bundle_is_small(project: Path) -> None:
    assert bundle_bytes(project) < MOST_BUNDLE_BYTES


def test_a_refusal_stands_at_its_field(dashboard: Dashboard, elsewhere: Client) -> None:
    dashboard.open_invoice(elsewhere.draft(collectionMethod="SEND_INVOICE", daysUntilDue=7))
    days = dashboard.page.get_by_label("Days until due")
    days.fill("-1")
    dashboard.press("Save")
    dashboard.page.locator("#daysUntilDue-fault").wait_for()
    assert dashboard.page.evaluate("document.activeElement.id") == "daysUntilDue"
    days.fill("21")
    dashboard.page.get_by_label("Description", exact=True).fill("Spring catalogue")
    dashboard.press("Save")
    dashboard.page.locator("#daysUntilDue-fault").wait_for(state="detached")
    dashboard.page.locator(".facts", has_text="Spring catalogue").wait_for()
    dashboard.page.get_by_label("Price in").fill("twelve")
    dashboard.press("Add")
    dashboard.page.locator("#line-price-fault").wait_for()
    dashboard.page.get_by_label("New line").fill("Twelve proofs")
    dashboard.page.get_by_label("Quantity").fill("12")
    dashboard.page.get_by_label("Price in").fill("2.50")
    dashboard.press("Add")
    dashboard.page.get_by_role("row", name="Twelve proofs").get_by_text("30.00").wait_for()


def test_a_change_is_seen_before_its_answer(dashboard: Dashboard, elsewhere: Client) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        if "mutation" in route.request.post_data:
            held.append(route)
        else:
            route.continue_()

    dashboard.open_invoice(elsewhere.draft())
    dashboard.page.route("**/graphql", hold)
    dashboard.page.evaluate(MEASURE)
    dashboard.press("Finalize")
    assert dashboard.page.evaluate("window.milliseconds") < AT_ONCE_MILLISECONDS
    dashboard.page.locator('.actions[aria-busy="true"]').wait_for()
    (mutation,) = held
    mutation.continue_()
    dashboard.page.locator('.actions[aria-busy="false"]').wait_for()
    dashboard.shows_status("OPEN")


def test_what_others_do_is_seen_live_and_no_event_is_lost_when_the_server_restarts(
    cut_dashboard: Dashboard, gateway: Demonstration, elsewhere: Client
) -> None:
    dashboard = cut_dashboard
    seen = elsewhere.draft()
    dashboard.open_list()
    start = elsewhere.cursor()
    elsewhere.done("invoiceFinalize", id=seen)
    dashboard.shows_status("OPEN", seen)
    dashboard.heard(1)

    gateway.kill()
    dashboard.is_in_state("reconnecting")
    dashboard.banner.filter(has_text="The server can’t be reached").wait_for()
    dashboard.visit.keep_screenshot("dashboard-unreachable")
    # Nobody can tell the page what happens now.
    with Demonstration(gateway.folder) as meanwhile, meanwhile.client() as another:
        another.done("invoicePay", id=seen, paymentMethodId="pm_card_visa")
        another.done("invoiceVoid", id=another.open_invoice())
    gateway.start()
    dashboard.is_in_state("live")
    dashboard.banner.wait_for(state="detached")
    dashboard.shows_status("PAID", seen)
    elsewhere.draft()
    told = [event["cursor"] for event in elsewhere.log("type", after=start) if event["type"] in CHANGES]
    assert dashboard.heard(len(told)) == told
    dashboard.press("Show 2 new invoices")
    dashboard.visit.keep_screenshot("dashboard-live")


def test_another_log_is_read_from_its_own_end(
    cut_dashboard: Dashboard, gateway: Demonstration, elsewhere: Client, tmp_path: Path
) -> None:
    dashboard = cut_dashboard
    gone = elsewhere.draft()
    dashboard.open_list()
    gateway.kill()
    try:
        # A database restored from long ago: its log ends before the page's cursor.
        restored = seeded(Demonstration(tmp_path, port=gateway.port), INVOICES // 10)
        with restored, restored.client() as another:
            dashboard.page.locator(f'tr[data-id="{gone}"]').wait_for(state="detached")
            dashboard.is_in_state("live")
            draft = another.draft()
            (cursor,) = dashboard.heard(1)
            assert cursor == another.cursor()
            dashboard.press("Show 1 new invoice")
            another.done("invoiceFinalize", id=draft)
            dashboard.shows_status("OPEN", draft)
    finally:
        gateway.start()


@pytest.mark.parametrize("path", ["/", "/invoices/{id}"])
def test_a_narrow_window_is_scrolled_one_way_only(dashboard: Dashboard, elsewhere: Client, path: str) -> None:
    dashboard.page.set_viewport_size(NARROW)
    dashboard.open(path.format(id=elsewhere.open_invoice(amount=123456)))
    dashboard.is_in_state("live")
    dashboard.visit.keep_screenshot(f"dashboard-narrow{path.count('/')}")
    assert dashboard.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_sentence_says_what_is_wrong_until_it_is_not(cut_dashboard: Dashboard, trouble: str) -> None:
    status, body, sentence = TROUBLES[trouble]
    answer = {"status": status, "body": body, "content_type": "application/graphql-response+json"}
    cut_dashboard.page.route("**/graphql", lambda route: route.fulfill(**answer))
    cut_dashboard.open()
    cut_dashboard.banner.filter(has_text=sentence).wait_for()
    cut_dashboard.page.unroute("**/graphql")
    cut_dashboard.rows.first.wait_for()
    cut_dashboard.banner.wait_for(state="detached")


def test_a_key_that_has_expired_is_asked_for(cut_dashboard: Dashboard) -> None:
    dashboard = cut_dashboard
    dashboard.page.add_init_script("sessionStorage.setItem('invoice-graph key', 'sk_test_expired')")
    dashboard.open()
    dashboard.banner.filter(has_text="The server does not accept the key").wait_for()
    dashboard.page.get_by_label("API key").fill("sk_test_demo")
    dashboard.press("Use this key")
    dashboard.rows.first.wait_for()
    dashboard.is_in_state("live")
    dashboard.banner.wait_for(state="detached")


def test_a_key_that_is_revoked_while_changes_are_followed_is_asked_for(cut_dashboard: Dashboard) -> None:
    dashboard = cut_dashboard
    sockets: list[Any] = []

    def connect(socket: Any) -> None:
        sockets.append(socket)
        if len(sockets) == 1:
            socket.connect_to_server()
        else:
            socket.close(code=4403, reason="Forbidden: this key was revoked.")

    dashboard.page.route_web_socket("**/graphql", connect)
    dashboard.open_list()
    sockets[0].close(code=4403, reason="Forbidden: this key was revoked.")
    dashboard.banner.filter(has_text="The server does not accept the key").wait_for()
    dashboard.page.get_by_label("API key").wait_for()


def test_the_keyboard_alone_leads_there_and_back(dashboard: Dashboard, elsewhere: Client) -> None:
    draft = elsewhere.draft()
    dashboard.open_list()
    dashboard.tab_to("Draft")
    dashboard.page.keyboard.press("Enter")
    dashboard.badge.wait_for()
    assert dashboard.page.url.endswith(draft)
    assert dashboard.focused().startswith("Draft")
    dashboard.tab_to("Finalize")
    dashboard.page.keyboard.press("Enter")
    dashboard.shows_status("OPEN")
    dashboard.tab_to("← All invoices", "Shift+Tab")
    dashboard.page.keyboard.press("Enter")
    dashboard.shows_status("OPEN", draft)
    assert dashboard.page.evaluate("document.activeElement.id") == f"row-{draft}"


def test_axe_finds_nothing_wrong(dashboard: Dashboard, elsewhere: Client, project: Path) -> None:
    axe = project / "node_modules/axe-core/axe.min.js"
    dashboard.open_list()
    assert violations(dashboard.page, axe) == []
    dashboard.open_invoice(elsewhere.draft())
    assert violations(dashboard.page, axe) == []
