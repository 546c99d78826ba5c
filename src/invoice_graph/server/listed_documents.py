"""The documents of a directory, when nothing else may run: GraphQL files, and manifests that clients' tools write."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSchema, print_ast, separate_operations, strip_ignored_characters

from invoice_graph.planner.recent import Recent
from invoice_graph.server.documents import (
    KEPT_DOCUMENTS,
    LONGEST_KEPT_TEXT,
    MISMATCH,
    Asked,
    Document,
    RequestRefused,
    refusal,
    validated,
)
from invoice_graph.server.errors import DOCUMENT_NOT_ALLOWED, PERSISTED_QUERY_HASH_MISMATCH

APOLLO_FORMAT = "apollo-persisted-query-manifest"
FORBIDDEN = 403

NOT_LISTED = "This server runs listed operations only, and this {} is of none of them; have it added to the list."
NO_MANIFEST = f'is neither a JSON object {{"hash": "text"}} nor a manifest of the format "{APOLLO_FORMAT}"'


class DocumentsUnusable(Exception):
    """A directory of documents that can't be served; the text is one line for the operator."""


@dataclass(frozen=True)
class Entry:
    """A text of the list and where it stands; `id` is the name that a manifest gives it."""

    source: str
    text: str
    id: str | None = None


class ListedDocuments:
    """All documents that may run: each by its text, by the text's SHA-256, and by the id that a manifest gives it.

    Texts that differ in white space, commas and comments alone are the same one. A GraphQL file is listed as a whole,
    and each of its operations with the fragments it needs as well.
    """

    def __init__(self, schema: GraphQLSchema, entries: Iterator[Entry]) -> None:
        self._by_text: dict[str, Document] = {}
        self._by_hash: dict[str, Document] = {}
        # Which listed text another one equals is found once: that takes reading all of it.
        self._equal: Recent[str, Document] = Recent(KEPT_DOCUMENTS, KEPT_DOCUMENTS, 1)
        for entry in entries:
            self._add(entry, _checked(schema, entry))

    def __len__(self) -> int:
        return len(self._by_text)

    def recall(self, asked: Asked) -> Document | None:
        """A document that was asked for like this before; None when `find` has to look for it."""
        return None if asked.key is None else self._by_hash.get(asked.key) or self._equal.get(asked.key)

    def find(self, asked: Asked) -> Document:
        """A document by its text, by its hash, or by both when they belong together; raises RequestRefused."""
        if asked.text is None or asked.own is None:
            return self._known(str(asked.named))
        document = self._by_hash.get(asked.own) or self._equal.get(asked.own) or self._equal_to(asked.own, asked.text)
        if asked.named not in (None, asked.own) and self._by_hash.get(str(asked.named)) is not document:
            raise refusal(PERSISTED_QUERY_HASH_MISMATCH, MISMATCH)
        return document

    def _known(self, key: str) -> Document:
        document = self._by_hash.get(key)
        if document is None:
            raise refusal(DOCUMENT_NOT_ALLOWED, NOT_LISTED.format("hash"), FORBIDDEN)
        return document

    def _equal_to(self, own: str, text: str) -> Document:
        document = self._by_text.get(_stripped(text)) if len(text) <= LONGEST_KEPT_TEXT else None
        if document is None:
            raise refusal(DOCUMENT_NOT_ALLOWED, NOT_LISTED.format("text"), FORBIDDEN)
        self._equal.keep(own, document, 1)
        return document

    def _add(self, entry: Entry, node: DocumentNode) -> None:
        document = self._list(entry, entry.text, node)
        if entry.id is not None:
            self._name(entry, entry.id, document)
            return
        operations = separate_operations(node).values()
        for operation in operations if len(operations) > 1 else ():
            self._list(entry, print_ast(operation), operation)

    def _list(self, entry: Entry, text: str, node: DocumentNode) -> Document:
        document = self._by_text.setdefault(strip_ignored_characters(text), Document(_hash(text), node))
        # As it stands, as an editor leaves it, and as clients print it.
        for spelling in (text, text.strip(), print_ast(node)):
            self._name(entry, _hash(spelling), document)
        return document

    def _name(self, entry: Entry, name: str, document: Document) -> None:
        if self._by_hash.setdefault(name, document) is not document:
            raise DocumentsUnusable(f"{entry.source}: {name!r} names another document already; give each its own id.")


def read_documents(directory: Path, schema: GraphQLSchema) -> ListedDocuments:
    """The documents below a directory, all of them without faults; raises DocumentsUnusable."""
    if not directory.is_dir():
        raise DocumentsUnusable(f"--documents: {directory} is no directory; name one with *.graphql or *.json files.")
    documents = ListedDocuments(schema, _entries(directory))
    if not len(documents):
        raise DocumentsUnusable(f"--documents: {directory} has no operation in *.graphql or *.json files; add some.")
    return documents


def _entries(directory: Path) -> Iterator[Entry]:
    for file in sorted(directory.rglob("*")):
        if file.suffix not in (".graphql", ".json") or file.is_dir():
            continue
        try:
            data = file.read_bytes()
            text = data.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise DocumentsUnusable(f"{file}: can't be read as UTF-8: {error}") from None
        if file.suffix == ".graphql":
            yield Entry(str(file), text)
        else:
            yield from _manifest(str(file), text)


def _manifest(source: str, text: str) -> Iterator[Entry]:
    """The entries of a manifest: ids and texts, as Relay's compiler writes them, or Apollo's list of operations."""
    try:
        manifest = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DocumentsUnusable(f"{source}: no JSON (line {error.lineno}, column {error.colno}).") from None
    if not isinstance(manifest, dict):
        raise DocumentsUnusable(f"{source} {NO_MANIFEST}.")
    is_apollo = manifest.get("format") == APOLLO_FORMAT
    if is_apollo and (manifest.get("version") != 1 or not isinstance(manifest.get("operations"), list)):
        raise DocumentsUnusable(f"{source}: only `version` 1 with a list of `operations` is understood.")
    pairs: list[tuple[Any, Any]] = [_of_apollo(item) for item in manifest["operations"]] if is_apollo else []
    for key, body in pairs if is_apollo else manifest.items():
        if not isinstance(key, str) or not key or not isinstance(body, str):
            raise DocumentsUnusable(f"{source} {NO_MANIFEST}.")
        yield Entry(source, body, key)


def _of_apollo(operation: Any) -> tuple[Any, Any]:
    return (operation.get("id"), operation.get("body")) if isinstance(operation, dict) else (None, None)


def _checked(schema: GraphQLSchema, entry: Entry) -> DocumentNode:
    try:
        return validated(schema, entry.text)
    except RequestRefused as refused:
        error = refused.errors[0]
        place = f":{error.locations[0].line}:{error.locations[0].column}" if error.locations else ""
        name = "" if entry.id is None else f" {entry.id!r}"
        raise DocumentsUnusable(f"{entry.source}{name}{place}: {' '.join(error.message.split())}") from None


def _stripped(text: str) -> str:
    try:
        return strip_ignored_characters(text)
    except GraphQLError:
        return ""


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
