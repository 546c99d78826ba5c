"""GraphiQL and the console as people use them: in a real browser, against a real demonstration."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from absent import NOT_BUILT
from browsing import WINDOW, Visit, violations, visit
from forwarding import Forwarder
from system import Client
from waiting import PATIENCE

from invoice_graph.server.app import DEMO_SECRET
from invoice_graph.server.pages import GRAPHIQL

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (GRAPHIQL / "index.html").exists(), reason=NOT_BUILT),
]

USABLE_SECONDS = 5.0
"""It takes 1.3 on two cores that have nothing else to do."""


class GraphiQL:
    """GraphiQL, opened."""

    def __init__(self, visit: Visit, origin: str) -> None:
        self.visit = visit
        self.page = visit.page
        self.page.goto(f"{origin}/graphql")
        self.editor = self.page.locator(".graphiql-query-editor .view-lines")

    def run(self) -> None:
        """Runs the operation at the cursor."""
        self.editor.click(position={"x": 5, "y": 5})
        self.page.keyboard.press("Control+Enter")

    def run_named(self, name: str) -> None:
        """Runs one of several operations, chosen from the button's menu."""
        self.page.locator(".graphiql-execute-button[aria-haspopup=menu]").click()
        self.page.get_by_role("menuitem", name=name).click()

    def open_tab(self, title: str) -> None:
        self.page.get_by_role("tab", name=title).click()

    def shows(self, text: str | re.Pattern[str]) -> None:
        """Waits until the response has this text."""
        self.page.locator(".result-window .view-lines").filter(has_text=text).wait_for()

    def is_in_state(self, state: str) -> None:
        """Waits until the subscription is in a state."""
        self.page.locator(f'.events [data-state="{state}"]').wait_for()

    def events(self, count: int) -> list[str]:
        """Waits until so many events are listed, and tells them in one line each, newest first."""
        listed = self.page.get_by_label("Events received")
        listed.locator("li").nth(count - 1).wait_for()
        assert listed.locator("h2").inner_text().startswith(f"{count} event")
        return [line.split(" ", 2)[2] for line in listed.locator("summary").all_inner_texts()]


@pytest.fixture
def graphiql(browser: Any, demonstration: str) -> Iterator[GraphiQL]:
    with visit(browser, demonstration) as visited:
        yield GraphiQL(visited, demonstration)


def test_a_query_a_mutation_and_a_live_subscription(graphiql: GraphiQL, demonstration: str) -> None:
    graphiql.run()
    graphiql.shows('"totalCount"')
    graphiql.visit.keep_screenshot("graphiql-query")

    graphiql.open_tab("CreateDraft")
    graphiql.run_named("CreateDraft")
    graphiql.shows('"DRAFT"')
    variables = graphiql.page.locator(".graphiql-editor-tool .view-lines").first
    variables.filter(has_text=re.compile(r'"invoiceId":\s"in_\w+"')).wait_for()
    graphiql.run_named("Finalize")
    graphiql.shows('"amountDue"')

    graphiql.open_tab("LiveStatus")
    graphiql.run()
    finalized, created = graphiql.events(2)
    assert created.startswith("INVOICE_CREATED · new → DRAFT")
    assert finalized.startswith("INVOICE_FINALIZED · DRAFT → OPEN")
    with Client(f"{demonstration}/graphql") as elsewhere:
        customer_id = elsewhere.customer(name="Nightjar Letterpress")
        for _ in range(20):
            draft = elsewhere.draft(customer_id)
        elsewhere.done("invoiceFinalize", id=draft)
    assert [line.split(" · ")[1] for line in graphiql.events(23)][:2] == ["DRAFT → OPEN", "new → DRAFT"]
    graphiql.shows('"INVOICE_FINALIZED"')
    tools = graphiql.page.locator(".graphiql-editor-tool").bounding_box()
    assert tools["y"] + tools["height"] < WINDOW["height"]
    graphiql.visit.keep_screenshot("graphiql-subscription")
    graphiql.page.locator(".events summary").first.click()
    graphiql.page.locator(".events details[open] pre", has_text="Nightjar Letterpress").wait_for()
    graphiql.page.get_by_label(re.compile("^Stop query")).click()
    graphiql.is_in_state("stopped")


def streams(origin: str) -> int:
    """How many subscriptions a server has begun; what happens afterwards they hear of."""
    told = httpx.get(f"{origin}/metrics").text
    found = re.search(r'^invoice_graph_operations_total\{[^}]*"STREAM"[^}]*\} ([\d.]+)$', told, re.MULTILINE)
    return int(float(found[1])) if found else 0


def test_a_subscription_that_was_cut_goes_on_behind_its_last_event(browser: Any, demonstration: str) -> None:
    port = httpx.URL(demonstration).port
    assert port
    with Forwarder("127.0.0.1", port).running() as way, Client(f"{demonstration}/graphql") as elsewhere:
        origin = f"http://127.0.0.1:{way.port}"
        with visit(browser, origin, forgiven=["net::ERR_CONNECTION"]) as visited:
            graphiql = GraphiQL(visited, origin)
            visited.page.wait_for_load_state("networkidle")
            graphiql.open_tab("LiveStatus")
            begun = streams(demonstration)
            graphiql.run()
            graphiql.is_in_state("live")
            deadline = time.monotonic() + PATIENCE
            while streams(demonstration) == begun and time.monotonic() < deadline:
                graphiql.page.wait_for_timeout(50)
            first = elsewhere.draft()
            graphiql.events(1)
            way.cut()
            graphiql.is_in_state("reconnecting")
            elsewhere.done("invoiceFinalize", id=first)
            way.mend()
            graphiql.is_in_state("live")
            assert [line.split(" · ")[1] for line in graphiql.events(2)] == ["DRAFT → OPEN", "new → DRAFT"]


def test_the_schema_is_shown_in_docs_and_explorer_and_the_headers_have_the_key(graphiql: GraphiQL) -> None:
    page = graphiql.page
    page.get_by_role("button", name="Headers").click()
    page.locator(".graphiql-editor-tool .view-lines", has_text=f"Bearer {DEMO_SECRET}").wait_for()
    page.get_by_label("Show Documentation Explorer").click()
    page.get_by_role("link", name="Mutation").click()
    page.locator(".graphiql-doc-explorer-content", has_text="invoiceFinalize").wait_for()
    page.get_by_label("Show GraphiQL Explorer").click()
    page.locator(".docExplorerWrap", has_text="eventCursor").wait_for()
    graphiql.visit.keep_screenshot("graphiql-explorer")


def test_it_answers_the_first_key_within_seconds_of_a_first_visit(browser: Any, demonstration: str) -> None:
    with visit(browser, demonstration) as visited:
        began = time.monotonic()
        graphiql = GraphiQL(visited, demonstration)
        graphiql.editor.click(position={"x": 5, "y": 5})
        visited.page.keyboard.type("#")
        graphiql.editor.filter(has_text="##").wait_for()
        assert time.monotonic() - began < USABLE_SECONDS


def test_the_console_runs_an_example(browser: Any, demonstration: str) -> None:
    with visit(browser, demonstration) as visited:
        visited.page.goto(f"{demonstration}/console")
        visited.page.get_by_role("button", name="Send").click()
        visited.page.locator("#answer", has_text="totalCount").wait_for()
        visited.keep_screenshot("console")


def test_nothing_keeps_people_out_of_the_console(browser: Any, demonstration: str, axe: Path) -> None:
    with visit(browser, demonstration) as visited:
        visited.page.goto(f"{demonstration}/console")
        visited.page.get_by_role("button", name="Send").click()
        visited.page.locator("#answer", has_text="totalCount").wait_for()
        assert violations(visited.page, axe) == []


def test_the_console_is_used_by_keyboard_alone(browser: Any, demonstration: str) -> None:
    with visit(browser, demonstration) as visited:
        visited.page.goto(f"{demonstration}/console")
        visited.page.get_by_label("Operation", exact=True).focus()
        visited.page.keyboard.press("Control+Enter")
        visited.page.locator("#answer", has_text="totalCount").wait_for()


def test_nothing_keeps_people_out_of_the_events(graphiql: GraphiQL, axe: Path) -> None:
    graphiql.page.wait_for_load_state("networkidle")
    graphiql.open_tab("LiveStatus")
    graphiql.run()
    graphiql.is_in_state("live")
    assert violations(graphiql.page, axe, ".events") == []
