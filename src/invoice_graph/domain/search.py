"""The query language of `search`: its fields, its grammar, and what is wrong with a text that does not follow it.

query   = clause { [ AND | OR ] clause }     one of the two throughout; a space alone means AND
clause  = [ - ] field operator value
field   = name | metadata[ quoted ]
value   = quoted | number | null             a backslash keeps a quotation mark from ending the text
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, StrEnum, auto
from functools import lru_cache
from typing import Never

from invoice_graph.domain.errors import ErrorCode, InputRefusal
from invoice_graph.domain.fields import check_text, refuse

Value = int | str | datetime | None

MOST_CLAUSES = 10
LONGEST_SEARCH = 5000
SHORTEST_PART = 3
LARGEST_NUMBER = 2**63 - 1
KEPT_SEARCHES = 1024


class Kind(Enum):
    """What a field's values are."""

    NUMBER = auto()
    MOMENT = auto()
    TOKEN = auto()
    TEXT = auto()


class Operator(StrEnum):
    """How a field is compared with a value."""

    IS = ":"
    CONTAINS = "~"
    EQUALS = "="
    GREATER = ">"
    LESS = "<"
    AT_LEAST = ">="
    AT_MOST = "<="


METADATA = "metadata"
FIELDS: Mapping[str, Kind] = {
    "created": Kind.MOMENT,
    "total": Kind.NUMBER,
    "currency": Kind.TOKEN,
    "customer": Kind.TOKEN,
    METADATA: Kind.TOKEN,
    "number": Kind.TEXT,
    "receipt_number": Kind.TEXT,
    "status": Kind.TEXT,
    "subscription": Kind.TEXT,
}
"""The fields of invoices. A token is compared as a whole, a text by its words, both in any case."""

_COMPARED = tuple(operator for operator in Operator if operator is not Operator.CONTAINS)
OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    Kind.NUMBER: _COMPARED,
    Kind.MOMENT: _COMPARED,
    Kind.TOKEN: (Operator.IS,),
    Kind.TEXT: (Operator.IS, Operator.CONTAINS),
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a clause asks for, apart from the value. `null`: that the field is absent."""

    field: str
    operator: Operator
    negated: bool = False
    null: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition. `key` is that of the metadata, empty for other fields."""

    form: Form
    value: Value
    key: str = ""


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What a search asks for, apart from the values: the clauses' forms, all of which hold or any."""

    clauses: tuple[Form, ...]
    any: bool


@dataclass(frozen=True, slots=True)
class Search:
    """A search: its clauses, all of which hold or any."""

    clauses: tuple[Clause, ...]
    any: bool

    @property
    def form(self) -> SearchForm:
        """The search without its values."""
        return SearchForm(tuple(clause.form for clause in self.clauses), self.any)


@lru_cache(maxsize=KEPT_SEARCHES)
def parse_search(text: str) -> Search:
    """The search that a text spells; InputRefusal SEARCH_QUERY_INVALID when it spells none."""
    try:
        check_text(text, LONGEST_SEARCH, ())
    except InputRefusal as refusal:
        _fail(refusal.message)
    reader = _Reader(text)
    clauses, combiners = [reader.clause()], set()
    while reader.more():
        combiners.add(reader.combiner())
        clauses.append(reader.clause())
    if len(combiners) > 1:
        _fail("AND (or a space, which means the same) and OR are mixed; use one of them throughout, or `where`.")
    if len(clauses) > MOST_CLAUSES:
        _fail(f"The search has {len(clauses)} conditions; at most {MOST_CLAUSES} are allowed.")
    return Search(tuple(clauses), combiners == {"OR"})


_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text, casefolded: what stands between characters that are neither letters nor digits."""
    return _WORD.findall(text.casefold())


def word_text(text: str) -> str:
    """The words of a text in one, `|myshop||0001|`, so that `words_pattern` finds whole words in it."""
    return "".join(f"|{word}|" for word in words(text))


def words_pattern(text: str) -> str:
    """The LIKE pattern of every `word_text` that has the words of `text` in order, others between them or not."""
    return f"%{'%'.join(f'|{word}|' for word in words(text))}%"


def has_words(text: str, wanted: str) -> bool:
    """Whether a text has all the wanted words in order."""
    rest = iter(words(text))
    return all(word in rest for word in words(wanted))


def _fail(message: str) -> Never:
    raise refuse(message, (), ErrorCode.SEARCH_QUERY_INVALID)


_SPACES = re.compile(r"\s*")
_KEYWORD = re.compile(r"(and|or)(?!\S)", re.IGNORECASE)
_NAME = re.compile(r"""[^\s:~<>=()\[\]"']+""")
_OPERATOR = re.compile(r"[<>]=|[:~<>=]")
_QUOTED = re.compile(r"""(["'])((?:\\.|(?!\1)[^\\])*)\1""", re.DOTALL)
_ESCAPED = re.compile(r"""\\(["'\\])""")
_BARE = re.compile(r"""[^\s"'()]+""")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_SHOWN = 40


class _Reader:
    """Reads a search from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.keyword = ""

    def more(self) -> bool:
        """Whether anything but spaces is left."""
        return _SPACES.match(self.text, self.place).end() < len(self.text)  # type: ignore[union-attr]

    def combiner(self) -> str:
        """What stands between two clauses: AND or OR."""
        if not self._take(_SPACES):
            _fail(f"Put a space before {self._rest()}, or close the value before it.")
        self.keyword = self._take(_KEYWORD).upper()
        return self.keyword or "AND"

    def clause(self) -> Clause:
        """One condition."""
        self._take(_SPACES)
        self._check_beginning()
        negated = self._take_text("-")
        name = self._take(_NAME)
        kind = _kind(name, self._rest())
        key = self._key() if name == METADATA else ""
        operator = self._operator(name, kind)
        value = self._value(name, kind, operator)
        plain = Operator.IS if operator is Operator.EQUALS else operator
        return Clause(Form(name, plain, negated, value is None), value, key)

    def _check_beginning(self) -> None:
        if self.place == len(self.text):
            if self.keyword:
                _fail(f"The search ends with {self.keyword}; add a condition after it.")
            _fail('The search is empty; give a condition such as status:"open".')
        if keyword := _KEYWORD.match(self.text, self.place):
            _fail(f"{keyword[0].upper()} stands where a condition should; put it between two of them.")
        if self.text[self.place] in "()":
            _fail("A search has no parentheses; join conditions by AND or by OR, or use `where`.")

    def _key(self) -> str:
        opened = self._take_text("[")
        key = self._quoted() if opened else None
        if key is None or not self._take_text("]"):
            _fail('The key of the metadata is not named; write it as in metadata["order"]:"A-1".')
        return key

    def _operator(self, name: str, kind: Kind) -> Operator:
        self._take(_SPACES)
        found = self._take(_OPERATOR)
        self._take(_SPACES)
        allowed = OPERATORS[kind]
        if found not in allowed:
            takes = f"{name} takes {' '.join(allowed)}"
            _fail(f"{found} can't be used with {name}; {takes}." if found else f"No operator follows {name}; {takes}.")
        return Operator(found)

    def _value(self, name: str, kind: Kind, operator: Operator) -> Value:
        quoted = self._quoted()
        if quoted is not None:
            return _READ[kind](name, operator, quoted)
        bare = self._take(_BARE)
        if not bare:
            _fail(f"No value follows {name}{operator}; give one, or null for what is absent.")
        if bare == "null":
            if operator not in (Operator.IS, Operator.EQUALS):
                _fail(f"null can't be used with {operator}; write {name}:null.")
            return None
        if kind is not Kind.NUMBER and not (kind is Kind.MOMENT and _INTEGER.fullmatch(bare)):
            _fail(f'{_shown(bare)} needs quotation marks, as in {name}{operator}"...".')
        return _READ[kind](name, operator, bare)

    def _quoted(self) -> str | None:
        """The text between quotation marks; None where none are."""
        if self.text[self.place : self.place + 1] not in ('"', "'"):
            return None
        found = _QUOTED.match(self.text, self.place)
        if found is None:
            _fail(f"The quotation mark before {self._rest(1)} is not closed; close it, or write \\ before one inside.")
        self.place = found.end()
        return _ESCAPED.sub(r"\1", found[2])

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.place)
        self.place = found.end() if found else self.place
        return found[0] if found else ""

    def _take_text(self, text: str) -> bool:
        taken = self.text.startswith(text, self.place)
        self.place += len(text) * taken
        return taken

    def _rest(self, skipped: int = 0) -> str:
        return _shown(self.text[self.place + skipped :]) or "the end"


def _kind(name: str, rest: str) -> Kind:
    if not name:
        _fail(f"A field was expected before {rest}; the fields are {', '.join(FIELDS)}.")
    if name not in FIELDS:
        _fail(f"{_shown(name)} is no field of a search; the fields are {', '.join(FIELDS)}.")
    return FIELDS[name]


def _integer(text: str, name: str, wanted: str) -> int:
    number = int(text) if _INTEGER.fullmatch(text) else LARGEST_NUMBER + 1
    if abs(number) > LARGEST_NUMBER:
        _fail(f"{_shown(text)} does not fit {name}; give {wanted}.")
    return number


def _number(name: str, operator: Operator, text: str) -> int:
    return _integer(text, name, "a whole number of minor units, such as 1500")


def _moment(name: str, operator: Operator, text: str) -> datetime:
    wanted = 'Unix seconds or a quoted moment, such as "2026-11-21T08:00:00Z"'
    try:
        if not _INTEGER.fullmatch(text):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is not None and not moment.microsecond:
                return moment.astimezone(UTC)
        else:
            return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    _fail(f"{_shown(text)} does not fit {name}; give {wanted}.")


def _token(name: str, operator: Operator, text: str) -> str:
    return text


def _text(name: str, operator: Operator, text: str) -> str:
    if operator is Operator.CONTAINS and len(text) < SHORTEST_PART:
        _fail(f"{name}~ needs at least {SHORTEST_PART} characters; {_shown(text) or 'the text'} is too short.")
    if operator is Operator.IS and not words(text):
        _fail(f"{_shown(text) or 'The text'} has no letter or digit to look for in {name}; give a word, or null.")
    return text


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


_READ: Mapping[Kind, Callable[[str, Operator, str], Value]] = {
    Kind.NUMBER: _number,
    Kind.MOMENT: _moment,
    Kind.TOKEN: _token,
    Kind.TEXT: _text,
}
