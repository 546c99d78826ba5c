"""A client for tests that send thousands of operations: most of their time would be the client's."""

import json as encoding
from collections.abc import Mapping
from http.client import HTTPConnection
from select import select
from typing import Any

import httpx
from system import Client


class QuickClient(Client):
    """Posts over one connection, one request after the other, with little work of its own."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection = HTTPConnection(httpx.URL(url).netloc.decode(), timeout=20)

    def post(  # type: ignore[override]
        self, url: str, *, json: Any = None, content: str | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        self._leave_what_has_ended()
        text = encoding.dumps(json, ensure_ascii=False, allow_nan=False) if content is None else content
        told = {"accept": self.headers["accept"], "content-type": "application/json", **(headers or {})}
        self._connection.request("POST", httpx.URL(url).raw_path.decode(), text.encode(), told)
        answer = self._connection.getresponse()
        return httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())

    def __exit__(self, *failure: Any) -> None:
        self._connection.close()
        super().__exit__(*failure)

    def _leave_what_has_ended(self) -> None:
        """A server closes what was quiet for long; another connection is opened then."""
        if self._connection.sock is not None and select([self._connection.sock], [], [], 0)[0]:
            self._connection.close()
