"""Pages for browsers: GraphiQL, and a plain console that needs no build; nothing is loaded from anywhere else."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoice_graph.server.assets import ASK_FIRST, FOR_EVER, MEDIA_TYPES, Asset, read_asset

STATIC = Path(__file__).with_name("static")
GRAPHIQL = STATIC / "graphiql"
"""What hatch_build.py makes of the folder `graphiql`; absent where it could not."""

SECURITY_HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; "
)
CONSOLE_HEADERS = {
    **SECURITY_HEADERS,
    "content-security-policy": POLICY + "style-src 'self'; img-src 'self'; require-trusted-types-for 'script'",
}
# Monaco writes its theme into style elements and the places of lines into style attributes. Styles can't reach out:
# pictures and fonts come from here or from the style sheet itself.
GRAPHIQL_HEADERS = {
    **SECURITY_HEADERS,
    "content-security-policy": POLICY
    + "worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'",
}

STRICTEST = {**SECURITY_HEADERS, "content-security-policy": POLICY.rstrip("; ")}

Page = Callable[[Request], Response]


def _console_page(assets: Mapping[str, Asset]) -> Asset:
    """The console, whose references name the version of each asset, so that browsers may keep them for ever."""
    page = read_asset(STATIC / "console.html")
    text = page.body.decode()
    for name, asset in assets.items():
        text = text.replace(f'"/console/{name}"', f'"/console/{name}?v={asset.version}"')
    return Asset(page.media_type, text.encode())


CONSOLE_ASSETS = {name: read_asset(STATIC / name) for name in ("console.css", "console.js", "icon.svg")}
CONSOLE = _console_page(CONSOLE_ASSETS)


def console(request: Request) -> Response:
    """A plain page that can send operations."""
    return CONSOLE.response(request, {**CONSOLE_HEADERS, "cache-control": ASK_FIRST, "vary": "accept"})


def console_asset(request: Request) -> Response:
    """A file of the console, by its name; kept for ever when it is asked for by its version."""
    found = CONSOLE_ASSETS.get(request.path_params["name"])
    if found is None:
        return _not_found()
    caching = FOR_EVER if request.query_params.get("v") == found.version else ASK_FIRST
    return found.response(request, {**CONSOLE_HEADERS, "cache-control": caching})


def front_page(demo_key: str | None = None, built: Path = GRAPHIQL) -> Page:
    """What browsers get at /graphql: GraphiQL, with a key in it if one is given; where it is not built, the console."""
    if not (built / "index.html").exists():
        return console
    page = read_asset(built / "index.html")
    text = page.body.replace(b'"demo-key" content=""', f'"demo-key" content="{demo_key or ""}"'.encode())
    page = Asset(page.media_type, text)

    def graphiql(request: Request) -> Response:
        return page.response(request, {**GRAPHIQL_HEADERS, "cache-control": ASK_FIRST, "vary": "accept"})

    return graphiql


def graphiql_asset(request: Request) -> Response:
    """A file of GraphiQL, whose name changes with its content."""
    name = request.path_params["name"]
    if name not in _graphiql_names():
        return _not_found()
    return _read_graphiql(name).response(request, {**GRAPHIQL_HEADERS, "cache-control": FOR_EVER})


@cache
def _graphiql_names() -> frozenset[str]:
    names = (path.name for path in GRAPHIQL.glob("*") if path.suffix in MEDIA_TYPES)
    return frozenset(names) - {"index.html"}


@cache
def _read_graphiql(name: str) -> Asset:
    return read_asset(GRAPHIQL / name)


def _not_found() -> Response:
    return Response("Not found.\n", 404, CONSOLE_HEADERS, "text/plain")


def home(_request: Request) -> Response:
    """Whoever looks for the address alone is shown where operations are sent."""
    return RedirectResponse("/graphql", headers=CONSOLE_HEADERS)


def routes() -> list[Route]:
    """The pages beside `/graphql`, all of them GET."""
    pages: Mapping[str, Page] = {
        "/": home,
        "/console": console,
        "/console/{name}": console_asset,
        "/graphiql/{name}": graphiql_asset,
    }
    return [Route(path, page, methods=["GET"]) for path, page in pages.items()]


class Secured:
    """An ASGI middleware: whatever the application sends without security headers of its own gets the strictest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, _secured(send) if scope["type"] == "http" else send)


def _secured(send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in STRICTEST.items():
                headers.setdefault(name, value)
        await send(message)

    return secured
