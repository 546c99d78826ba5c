"""Pages for browsers; nothing is loaded from anywhere else."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

STATIC = Path(__file__).with_name("static")
MEDIA_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that belongs to a page, read once."""

    media_type: str
    body: bytes

    @property
    def version(self) -> str:
        """What tells this content from any other."""
        return hashlib.sha256(self.body).hexdigest()[:20]

    def response(self, request: Request, caching: str, **headers: str) -> Response:
        """200 with the content, or 304 for who has it already."""
        tag = f'"{self.version}"'
        sent = {**SECURITY_HEADERS, "cache-control": caching, "etag": tag, **headers}
        known = (entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(","))
        if tag in known:
            return Response(status_code=304, headers=sent)
        return Response(self.body, headers=sent, media_type=self.media_type)


def _read(name: str) -> Asset:
    path = STATIC / name
    return Asset(MEDIA_TYPES[path.suffix], path.read_bytes())


def _page(name: str, assets: Mapping[str, Asset]) -> Asset:
    """A page whose references name the version of each asset, so that browsers may keep them for ever."""
    page = _read(name)
    text = page.body.decode()
    for other, asset in assets.items():
        text = text.replace(f'"/console/{other}"', f'"/console/{other}?v={asset.version}"')
    return Asset(page.media_type, text.encode())


ASSETS = {name: _read(name) for name in ("console.css", "console.js", "icon.svg")}
CONSOLE = _page("console.html", ASSETS)


def console(request: Request) -> Response:
    """A page that can send operations."""
    return CONSOLE.response(request, ASK_FIRST, vary="accept")


def asset(request: Request) -> Response:
    """A file of a page, by its name; kept for ever when it is asked for by its version."""
    found = ASSETS.get(request.path_params["name"])
    if found is None:
        return Response("Not found.\n", 404, SECURITY_HEADERS, "text/plain")
    return found.response(request, FOR_EVER if request.query_params.get("v") == found.version else ASK_FIRST)


def home(_request: Request) -> Response:
    """Whoever looks for the address alone is shown the console."""
    return RedirectResponse("/graphql", headers=SECURITY_HEADERS)


def routes() -> list[Route]:
    """The pages beside `/graphql`, all of them GET."""
    return [Route("/", home, methods=["GET"]), Route("/console/{name}", asset, methods=["GET"])]
