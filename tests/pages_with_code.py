"""What stands in the fenced blocks of a page of the documentation, and the documents in its JavaScript."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
WRITTEN_FOR = "http://127.0.0.1:8000"
"""The server's origin in the documentation."""

_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_DOCUMENT = re.compile(r"`\s*((?:query|mutation|subscription|fragment)\b[^`]*)`")
_TRIPLE = re.compile(r'"{3}\s*((?:query|mutation|subscription|fragment)\b.*?)"{3}', re.DOTALL)
_QUOTED = re.compile(r'"((?:query|mutation|subscription|fragment) \w+[^"\n]*)"')


class Block(NamedTuple):
    """A fenced block, and what its answer block says below it, if there is one."""

    language: str
    text: str
    answer: str | None


def blocks(page: str) -> list[Block]:
    """The blocks of a page in order; JSON and text right below another block are the answer to that."""
    found = [(match[1], match[2], page[: match.start()].rstrip().endswith("```")) for match in _FENCED.finditer(page)]
    made: list[Block] = []
    for language, text, follows in found:
        if follows and language in ("json", "text") and made:
            made[-1] = made[-1]._replace(answer=text)
        else:
            made.append(Block(language, text, None))
    return made


def documents(source: str) -> list[str]:
    """The GraphQL documents that stand as strings in a program."""
    return [text for kind in (_DOCUMENT, _TRIPLE, _QUOTED) for text in kind.findall(source)]
