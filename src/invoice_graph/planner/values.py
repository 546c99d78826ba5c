"""The values of arguments as the rows hold them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product
from typing import Any

from invoice_graph.domain.clock import time_text
from invoice_graph.domain.fields import MAX_TEXT, check_text
from invoice_graph.store.types import json_text

LONGEST_TEXT = max(MAX_TEXT.values())
MOST_LETTERS = 6
"""Letters outside of ASCII whose spellings in upper and lower case are mixed in every way."""


def plain(value: Any) -> Any:
    """A coerced value as the rows hold it; InputRefusal for text that no row can hold."""
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, int):
        return value
    check_text(value, LONGEST_TEXT, ())
    return str(value)


def array(values: Iterable[Any]) -> str:
    """A list as a JSON array."""
    return json_text([plain(value) for value in values])


def casefolded(value: str) -> str:
    """A text as casefolded columns hold it."""
    return str(plain(value)).casefold()


def casefolded_array(values: Iterable[str]) -> str:
    """Texts as casefolded columns hold them, as a JSON array."""
    return json_text([casefolded(value) for value in values])


def spellings(value: str) -> str:
    """A text as a JSON array of what may stand in its place where ASCII alone is in lower case."""
    text = str(plain(value)).lower()
    letters = sorted({letter for letter in text if not letter.isascii() and letter.upper() != letter})
    if len(letters) > MOST_LETTERS:
        return json_text([text, text.translate({ord(letter): letter.upper() for letter in letters})])
    choices = product(*((letter, letter.upper()) for letter in letters))
    tables = (str.maketrans(dict(zip(letters, choice, strict=True))) for choice in choices)
    return json_text([text.translate(table) for table in tables])
