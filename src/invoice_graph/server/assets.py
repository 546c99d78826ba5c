"""Files that pages are made of, and how they are sent: compressed, and not twice to the same browser."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}
SUFFIXES = {"br": ".br", "gzip": ".gz"}
"""The encodings that may lie beside a file, best first, and what its name then ends with."""

REFUSED = re.compile(r"q=0(\.0*)?")

FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"


@dataclass(frozen=True)
class Asset:
    """A file that belongs to a page, read once; `encoded` has the same content under names of encodings."""

    media_type: str
    body: bytes
    encoded: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """What tells this content from any other."""
        return hashlib.sha256(self.body).hexdigest()[:20]

    def response(self, request: Request, headers: Mapping[str, str]) -> Response:
        """200 with the content, as small as the client understands, or 304 for who has it already."""
        encoding = best_encoding(request.headers.get("accept-encoding", ""), self.encoded)
        tag = f'"{self.version}-{encoding}"' if encoding else f'"{self.version}"'
        sent = {**headers, "etag": tag}
        if self.encoded:
            sent["vary"] = ", ".join(filter(None, (headers.get("vary"), "accept-encoding")))
        known = (entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(","))
        if tag in known:
            return Response(status_code=304, headers=sent)
        if encoding is None:
            return Response(self.body, headers=sent, media_type=self.media_type)
        sent["content-encoding"] = encoding
        return Response(self.encoded[encoding], headers=sent, media_type=self.media_type)


def read_asset(path: Path) -> Asset:
    """A file with what lies beside it compressed."""
    beside = {encoding: path.with_name(path.name + suffix) for encoding, suffix in SUFFIXES.items()}
    encoded = {encoding: found.read_bytes() for encoding, found in beside.items() if found.exists()}
    return Asset(MEDIA_TYPES[path.suffix], path.read_bytes(), encoded)


def best_encoding(accepted: str, offered: Mapping[str, bytes]) -> str | None:
    """The first of the encodings offered that an Accept-Encoding header names and does not refuse; None for none."""
    named = (entry.lower().replace(" ", "").partition(";") for entry in accepted.split(","))
    welcome = {name for name, _, weight in named if not REFUSED.fullmatch(weight)}
    return next((encoding for encoding in SUFFIXES if encoding in offered and encoding in welcome), None)
