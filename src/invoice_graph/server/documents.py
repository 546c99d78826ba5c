"""Documents: parsed and validated once per text, and known by its hash from then on."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    parse,
    validate,
    visit,
)

from invoice_graph.planner.recent import Recent
from invoice_graph.server.errors import (
    BAD_USER_INPUT,
    COST_LIMIT_EXCEEDED,
    PARSE_FAILED,
    PERSISTED_QUERY_HASH_MISMATCH,
    PERSISTED_QUERY_NOT_FOUND,
    VALIDATION_FAILED,
)

KEPT_DOCUMENTS = 1024
KEPT_BYTES = 1_000_000  # Of text; parsed, it takes some hundred times as much memory.
LONGEST_KEPT_TEXT = 50_000
MOST_TOKENS = 10_000
MOST_REPETITIONS = 50
"""How often one place may select a field of one name: validation compares each with each."""

INTROSPECTION = ("__schema", "__type")

SHA256 = re.compile(r"[0-9a-f]{64}")

# Clients look for exactly this message or its code, and send the text along with the hash then.
NOT_FOUND = "PersistedQueryNotFound"
NO_SHA256 = "`extensions.persistedQuery.sha256Hash` must be the SHA-256 of `query`: 64 lower-case hexadecimal digits."
MISMATCH = (
    "`sha256Hash` is not the SHA-256 of `query`; hash the text exactly as it is sent, in UTF-8, or leave out the hash."
)


@dataclass
class RequestRefused(Exception):
    """A request that is not executed: the code of its errors, the errors, and the HTTP status they deserve."""

    code: str
    errors: Sequence[GraphQLError]
    status: int = 400


@dataclass(frozen=True)
class Document:
    """A document without faults; `key` tells it from all others."""

    key: str
    node: DocumentNode

    @cached_property
    def operations(self) -> dict[str | None, OperationDefinitionNode]:
        """The operations by name; an unnamed one under None."""
        definitions = (node for node in self.node.definitions if isinstance(node, OperationDefinitionNode))
        return {node.name.value if node.name else None: node for node in definitions}

    @cached_property
    def fragments(self) -> tuple[FragmentDefinitionNode, ...]:
        """The fragments, in the order they are defined."""
        return tuple(node for node in self.node.definitions if isinstance(node, FragmentDefinitionNode))

    @cached_property
    def introspects(self) -> bool:
        """Whether it asks for the schema."""
        found = _Names()
        visit(self.node, found)
        return not found.names.isdisjoint(INTROSPECTION)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; raises RequestRefused when the name does not lead to exactly one."""
        found = self.operations.get(name) if name else None
        if name is None and len(self.operations) == 1:
            (found,) = self.operations.values()
        if found is None:
            raise RequestRefused(BAD_USER_INPUT, [GraphQLError(self._choice(name))])
        return found

    @property
    def names(self) -> str:
        """The names of its operations, for people."""
        return ", ".join(known for known in self.operations if known) or "none with a name"

    def _choice(self, name: str | None) -> str:
        if not self.operations:
            return "The document has no operation; add a query, mutation or subscription."
        if not any(self.operations):
            return "The only operation of the document has no name; leave `operationName` out."
        asked = "Give `operationName`" if name is None else f"There is no operation {name!r}"
        return f"{asked}; the document has: {self.names}."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of its document: the text, the text's SHA-256, and the hash that it names."""

    text: str | None
    own: str | None
    named: str | None

    @property
    def key(self) -> str | None:
        """The hash of the document; None when the text and the hash that is named don't belong together."""
        if self.own is None:
            return self.named
        return self.own if self.named in (None, self.own) else None


def asked_for(text: str | None, persisted: object) -> Asked:
    """What a request says of its document; raises RequestRefused."""
    own = None if text is None else sha256(text.encode()).hexdigest()
    return Asked(text, own, None if persisted is None else named_hash(persisted))


class DocumentCache:
    """The documents without faults that were used last, by the SHA-256 of their texts.

    At most 1,024, of a million bytes together and 50,000 each; a longer one runs, but is not kept.
    """

    def __init__(self, schema: GraphQLSchema, hide_suggestions: bool = False) -> None:
        self._schema = schema
        self._hide_suggestions = hide_suggestions
        self.kept: Recent[str, Document] = Recent(KEPT_DOCUMENTS, KEPT_BYTES, LONGEST_KEPT_TEXT)

    def recall(self, asked: Asked) -> Document | None:
        """A document that is kept; None when `find` has to look for it."""
        return None if asked.key is None else self.kept.get(asked.key)

    def load(self, text: str) -> Document:
        """A document by its text; raises RequestRefused."""
        return self.find(asked_for(text, None))

    def find(self, asked: Asked) -> Document:
        """A document by its text, or as Apollo's automatic persisted queries ask for one; raises RequestRefused."""
        if asked.named is not None and not SHA256.fullmatch(asked.named):
            raise refusal(BAD_USER_INPUT, NO_SHA256)
        if asked.key is None:
            raise refusal(PERSISTED_QUERY_HASH_MISMATCH, MISMATCH)
        return self._known(asked.key) if asked.text is None else self._load(asked.key, asked.text)

    def _known(self, key: str) -> Document:
        document = self.kept.get(key)
        if document is None:
            raise refusal(PERSISTED_QUERY_NOT_FOUND, NOT_FOUND)
        return document

    def _load(self, key: str, text: str) -> Document:
        document = self.kept.get(key)
        if document is None:
            document = Document(key, validated(self._schema, text, self._hide_suggestions))
            self.kept.keep(key, document, len(text.encode()))
        return document


def named_hash(persisted: object) -> str:
    """The hash in `extensions.persistedQuery`; raises RequestRefused. Members beside those of the protocol are left
    alone: clients add their own."""
    if not isinstance(persisted, dict):
        raise refusal(BAD_USER_INPUT, "`extensions.persistedQuery` must be an object.")
    version, key = persisted.get("version"), persisted.get("sha256Hash")
    if version != 1 or isinstance(version, bool):
        raise refusal(BAD_USER_INPUT, "`extensions.persistedQuery.version` must be 1, the only version there is.")
    if not isinstance(key, str):
        raise refusal(BAD_USER_INPUT, NO_SHA256)
    return key


def refusal(code: str, message: str, status: int = 400) -> RequestRefused:
    """A refusal with one error."""
    return RequestRefused(code, [GraphQLError(message)], status)


def validated(schema: GraphQLSchema, text: str, hide_suggestions: bool = False) -> DocumentNode:
    """A text without faults, parsed; raises RequestRefused, which says what a name could have meant unless that is to
    be hidden."""
    try:
        node = parse(text, max_tokens=MOST_TOKENS)
        _check_repetitions(node)
        errors = validate(schema, node, max_errors=20, hide_suggestions=hide_suggestions)
    except GraphQLSyntaxError as error:
        raise RequestRefused(PARSE_FAILED, [error]) from None
    except RecursionError:
        raise refusal(PARSE_FAILED, "The document nests too deeply; split it into several requests.") from None
    if errors:
        raise RequestRefused(VALIDATION_FAILED, errors)
    return node


class _Names(Visitor):
    """Gathers the names of all fields."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.names.add(node.name.value)


class _Repetitions(Visitor):
    """Counts the fields of one name in each selection set."""

    most = ("", 0)

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        names = Counter(
            item.alias.value if item.alias else item.name.value
            for item in node.selections
            if isinstance(item, FieldNode)
        )
        self.most = max((self.most, *names.most_common(1)), key=lambda entry: entry[1])


def _check_repetitions(node: DocumentNode) -> None:
    found = _Repetitions()
    visit(node, found)
    name, times = found.most
    if times > MOST_REPETITIONS:
        raise refusal(COST_LIMIT_EXCEEDED, f"`{name}` is selected {times:,} times in one place; select it once.")
