"""The pages at /graphql and /console: what they load, what they may do, and how their files are sent."""

import gzip
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import anyio
import httpx
import pytest
from absent import NOT_BUILT
from graphql import GraphQLSchema, parse, validate
from starlette.requests import Request
from system import Client, Served, prepare

from invoice_graph.schema.build import build_schema
from invoice_graph.server.app import DEMO_SECRET
from invoice_graph.server.assets import best_encoding
from invoice_graph.server.pages import GRAPHIQL, console, front_page

SOURCES = GRAPHIQL.parent.parent / "graphiql"
EXAMPLES = sorted((SOURCES / "src/examples").glob("*.graphql"))
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FOR_EVER = "public, max-age=31536000, immutable"

built = pytest.mark.skipif(not (GRAPHIQL / "index.html").exists(), reason=NOT_BUILT)


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    path = folder / "invoices.db"
    anyio.run(prepare, path)
    with Served(path).running() as served:
        yield served


class Visitor(httpx.Client):
    """Asks for pages as browsers do."""

    def __init__(self, served: Served) -> None:
        super().__init__(base_url=f"http://127.0.0.1:{served.port}", headers=BROWSER)


@pytest.fixture(scope="module")
def visitor(served: Served) -> Iterator[Visitor]:
    with Visitor(served) as visitor:
        yield visitor


class References(HTMLParser):
    """What a page loads, and the scripts and styles that stand in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.loaded += [given[name] for name in ("src", "href") if name in given]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        if tag in ("input", "textarea", "select"):
            self.fields.add(given["id"])
        if tag == "label":
            self.labelled.add(given["for"])


def policy(page: httpx.Response) -> dict[str, set[str]]:
    """What a page's Content-Security-Policy lets it do."""
    parts = (part.split() for part in page.headers["content-security-policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


def test_the_console_loads_nothing_from_elsewhere_and_has_nothing_inline(visitor: Visitor) -> None:
    page = visitor.get("/console")
    found = References(page.text)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert found.inline == []
    assert found.fields == found.labelled
    assert [re.sub(r"\?v=[0-9a-f]{20}$", "", path) for path in found.loaded] == [
        "/console/icon.svg",
        "/console/console.css",
        "/console/console.js",
    ]
    for path in found.loaded:
        asset = visitor.get(path)
        assert (asset.status_code, asset.headers["cache-control"]) == (200, FOR_EVER)
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", asset.text)


@built
def test_graphiql_loads_nothing_from_elsewhere_and_has_nothing_inline(visitor: Visitor) -> None:
    page = visitor.get("/graphql")
    found = References(page.text)
    assert (page.headers["content-type"], page.headers["cache-control"]) == ("text/html; charset=utf-8", "no-cache")
    assert found.inline == []
    assert len(found.loaded) > 3
    for path in found.loaded:
        assert path == "/console/icon.svg" or re.fullmatch(r"/graphiql/[\w.-]+-[\w-]{8}\.(js|css)", path)
        assert visitor.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/console", pytest.param("/graphql", marks=built)])
def test_a_page_may_run_its_own_scripts_only_and_stand_in_no_frame(visitor: Visitor, path: str) -> None:
    page = visitor.get(path)
    allowed = policy(page)
    assert allowed["default-src"] == {"'none'"}
    assert allowed["script-src"] == allowed["connect-src"] == {"'self'"}
    assert {*allowed["base-uri"], *allowed["form-action"], *allowed["frame-ancestors"]} == {"'none'"}
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["vary"] == "accept"


@built
def test_graphiql_may_have_its_workers_and_monaco_s_styles_besides(visitor: Visitor) -> None:
    page = visitor.get("/graphql")
    allowed = policy(page)
    assert allowed["worker-src"] == allowed["font-src"] == {"'self'"}
    assert allowed["style-src"] == {"'self'", "'unsafe-inline'"}
    assert allowed["img-src"] == {"'self'", "data:"}
    script = next(path for path in References(page.text).loaded if path.endswith(".js"))
    assert policy(visitor.get(script)) == allowed


@built
def test_the_demonstration_s_key_stands_in_its_own_page_only(visitor: Visitor) -> None:
    assert f'content="{DEMO_SECRET}"' in visitor.get("/graphql").text
    request = Request({"type": "http", "method": "GET", "headers": []})
    assert b'name="demo-key" content=""' in front_page()(request).body


def test_where_graphiql_is_not_built_the_console_takes_its_place(tmp_path: Path) -> None:
    assert front_page(DEMO_SECRET, tmp_path) is console


@pytest.mark.parametrize("path", ["/console", pytest.param("/graphql", marks=built)])
def test_what_a_browser_has_already_is_not_sent_again(visitor: Visitor, path: str) -> None:
    tag = visitor.get(path).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = visitor.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert visitor.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    assert visitor.get("/console/console.js").headers["cache-control"] == "no-cache"


@built
def test_the_files_of_graphiql_are_sent_compressed_and_kept_for_ever(visitor: Visitor) -> None:
    name = max(GRAPHIQL.glob("*.js"), key=lambda path: path.stat().st_size).name
    sizes, tags = [], set()
    for accepted, encoding in (("gzip, br;q=0.5", "br"), ("gzip, br;q=0", "gzip"), ("", None)):
        with visitor.stream("GET", f"/graphiql/{name}", headers={"accept-encoding": accepted}) as answer:
            body = b"".join(answer.iter_raw())
        assert (answer.status_code, answer.headers.get("content-encoding")) == (200, encoding)
        assert (answer.headers["cache-control"], answer.headers["vary"]) == (FOR_EVER, "accept-encoding")
        sizes.append(len(body))
        tags.add(answer.headers["etag"])
    assert sizes == sorted(sizes)
    assert sizes[1] < sizes[2] / 3
    assert len(tags) == 3
    content = (GRAPHIQL / name).read_bytes()
    assert (body, gzip.decompress((GRAPHIQL / f"{name}.gz").read_bytes())) == (content, content)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br; q=0, gzip; q=0.1", "gzip"),
        ("br;q=0.000", None),
        ("br;q=nonsense", "br"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_smallest_encoding_is_taken_that_a_client_understands(accepted: str, encoding: str | None) -> None:
    assert best_encoding(accepted, {"gzip": b"", "br": b""}) == encoding


@pytest.mark.parametrize("place", ["console", "graphiql"])
@pytest.mark.parametrize(
    "name", ["nothing.js", "console.html", "index.html", "sources.sha256", "..%2Fpages.py", "../pages.py", "%00"]
)
def test_nothing_but_the_pages_own_files_is_served(visitor: Visitor, place: str, name: str) -> None:
    assert visitor.get(f"/{place}/{name}").status_code == 404


def test_the_address_alone_leads_to_the_page(visitor: Visitor) -> None:
    response = visitor.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


def test_the_examples_of_the_console_are_valid(served: Served, visitor: Visitor) -> None:
    """Each example, with an id in its variables, is an operation that the gateway takes."""
    script = visitor.get("/console/console.js").text
    documents = re.findall(r"operation: `([^`]+)`", script) + re.findall(r'^const [A-Z_]+ = "(\{.+\})";$', script, re.M)
    assert len(documents) == 9
    for document in documents:
        wrapped = {"query": document, "variables": {"input": {"id": "in_unknown"}, "after": "999999"}}
        headers = {"content-type": "application/json", "accept": "text/event-stream"}
        response = visitor.post("/graphql", content=json.dumps(wrapped), headers=headers)
        if response.status_code != 200:
            assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", document


def test_the_lock_file_of_graphiql_names_no_address_and_each_package_s_content() -> None:
    # npm would keep where to donate, which has to be taken out (`funding`); where it loads from is not its matter.
    text = (SOURCES / "package-lock.json").read_text()
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert "://" not in text
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema().schema


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_graphiql_are_valid(schema: GraphQLSchema, path: Path) -> None:
    assert validate(schema, parse(path.read_text())) == []


def test_what_graphiql_looks_up_for_its_examples_is_there(served: Served) -> None:
    found = re.search(r'LOOK_UP = "(.+)"', (SOURCES / "src/examples.js").read_text())
    assert found
    with Client(served.url) as client:
        customer_id = client.customer()
        answer = client.ask(found[1])
        assert answer == {"customers": {"nodes": [{"id": customer_id}]}, "eventCursor": client.cursor()}
