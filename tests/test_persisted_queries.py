"""Automatic persisted queries: an operation by its hash through every door, and a cache that stays small."""

import asyncio
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from doors import DOORS, Door, get, post, post_for_events, post_for_json, socket
from system import Served, prepare

from invoice_graph.planner.recent import Recent
from invoice_graph.schema.build import build_schema
from invoice_graph.server.documents import (
    KEPT_BYTES,
    KEPT_DOCUMENTS,
    LONGEST_KEPT_TEXT,
    DocumentCache,
    RequestRefused,
    asked_for,
)

ANSWER = '{"data":{"__typename":"Query"}}'
NOT_FOUND = '{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}'
MISMATCH = (
    '{"errors":[{"message":"`sha256Hash` is not the SHA-256 of `query`; hash the text exactly as it is sent, in UTF-8, '
    'or leave out the hash.","extensions":{"code":"PERSISTED_QUERY_HASH_MISMATCH"}}]}'
)
NO_OBJECT = "`extensions.persistedQuery` must be an object."
NO_VERSION = "`extensions.persistedQuery.version` must be 1, the only version there is."
NO_SHA256 = "`extensions.persistedQuery.sha256Hash` must be the SHA-256 of `query`: 64 lower-case hexadecimal digits."
HASH = "a" * 64


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    path = folder / "invoices.db"
    asyncio.run(prepare(path))
    with Served(path).running() as served:
        yield served


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def hashed(text: str, **parameters: Any) -> dict[str, Any]:
    """A request that names a text by its hash alone, unless it is given as well."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}, **parameters}


def status(door: Door, wanted: int) -> int:
    """The status of a refused request behind a door: a well-formed one is answered with 200 under application/json."""
    return 200 if door is post_for_json else wanted


@pytest.mark.parametrize("door", DOORS)
def test_a_hash_is_unknown_until_the_text_came_along_and_known_from_then_on(served: Served, door: Door) -> None:
    text = f"query By_{door.__name__} {{ __typename }}"
    assert door(served, hashed(text)) == (status(door, 400), NOT_FOUND)
    assert door(served, hashed(text, query=text)) == (200, ANSWER)
    assert door(served, hashed(text)) == (200, ANSWER)


@pytest.mark.parametrize("door", DOORS)
def test_a_hash_that_is_not_the_text_s_is_refused_and_not_kept(served: Served, door: Door) -> None:
    text, other = f"query True_{door.__name__} {{ __typename }}", f"query False_{door.__name__} {{ __typename }}"
    assert door(served, hashed(other, query=text)) == (status(door, 400), MISMATCH)
    assert door(served, hashed(other)) == (status(door, 400), NOT_FOUND)
    assert door(served, hashed(text)) == (status(door, 400), NOT_FOUND)


MALFORMED: list[tuple[object, str]] = [
    (5, NO_OBJECT),
    ("x", NO_OBJECT),
    ([], NO_OBJECT),
    (False, NO_OBJECT),
    ({}, NO_VERSION),
    ({"sha256Hash": HASH}, NO_VERSION),
    ({"version": 2, "sha256Hash": HASH}, NO_VERSION),
    ({"version": 0, "sha256Hash": HASH}, NO_VERSION),
    ({"version": "1", "sha256Hash": HASH}, NO_VERSION),
    ({"version": True, "sha256Hash": HASH}, NO_VERSION),
    ({"version": None, "sha256Hash": HASH}, NO_VERSION),
    ({"version": 1}, NO_SHA256),
    ({"version": 1, "sha256Hash": None}, NO_SHA256),
    ({"version": 1, "sha256Hash": 5}, NO_SHA256),
    ({"version": 1, "sha256Hash": [HASH]}, NO_SHA256),
    ({"version": 1, "sha256Hash": ""}, NO_SHA256),
    ({"version": 1, "sha256Hash": HASH[1:]}, NO_SHA256),
    ({"version": 1, "sha256Hash": HASH + "a"}, NO_SHA256),
    ({"version": 1, "sha256Hash": HASH + "\n"}, NO_SHA256),
    ({"version": 1, "sha256Hash": HASH.upper()}, NO_SHA256),
    ({"version": 1, "sha256Hash": "g" * 64}, NO_SHA256),
    ({"version": 1, "sha256Hash": "\uff11" * 64}, NO_SHA256),
    ({"version": 1, "sha256Hash": "x" * 30_000}, NO_SHA256),
]


@pytest.mark.parametrize("door", [post, post_for_json, post_for_events, get, socket])
@pytest.mark.parametrize(("extension", "message"), MALFORMED, ids=lambda value: repr(value)[:40])
def test_a_malformed_extension_is_told_what_is_wrong_with_it(
    served: Served, door: Door, extension: object, message: str
) -> None:
    refused = json.dumps({"errors": [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]})
    for query in ({}, {"query": "{ __typename }"}):
        told = door(served, {"extensions": {"persistedQuery": extension}, **query})
        assert (told[0], json.loads(told[1])) == (status(door, 400), json.loads(refused))


def test_without_text_and_hash_the_query_is_missing(served: Served) -> None:
    missing = '{"errors":[{"message":"`query` is missing.","extensions":{"code":"BAD_USER_INPUT"}}]}'
    for extensions in ({}, {"persistedQuery": None}, {"other": 1}, None):
        assert post(served, {"extensions": extensions}) == (400, missing)
        assert post(served, {"extensions": extensions, "query": "{ __typename }"}) == (200, ANSWER)


def test_what_clients_add_to_the_extension_is_left_alone(served: Served) -> None:
    text = "query Missed { __typename }"
    request = hashed(text, query=text)
    request["extensions"]["persistedQuery"]["miss"] = True
    request["extensions"]["clientLibrary"] = {"name": "any"}
    assert post(served, request) == (200, ANSWER)


def test_a_document_is_known_by_its_hash_once_it_came_as_a_text(served: Served) -> None:
    text = "query Plain { __typename }"
    assert post(served, {"query": text}) == (200, ANSWER)
    assert post(served, hashed(text)) == (200, ANSWER)


def test_an_operation_is_chosen_by_name_from_a_hashed_document(served: Served) -> None:
    text = "query A { __typename } query B { b: __typename }"
    assert post(served, hashed(text, query=text, operationName="B")) == (200, '{"data":{"b":"Query"}}')
    assert post(served, hashed(text, operationName="A")) == (200, ANSWER)
    refused = json.loads(post(served, hashed(text))[1])["errors"][0]
    assert refused["message"] == "Give `operationName`; the document has: A, B."
    refused = json.loads(post(served, {"query": "{ __typename }", "operationName": "A"})[1])["errors"][0]
    assert refused["message"] == "The only operation of the document has no name; leave `operationName` out."


def test_what_may_not_be_sent_by_get_may_not_be_named_there(served: Served) -> None:
    text = "mutation Hashed { customerCreate(input: {}) { replayed } }"
    assert post(served, hashed(text, query=text)) == (200, '{"data":{"customerCreate":{"replayed":false}}}')
    message = "A mutation can't be sent this way; use POST or a WebSocket."
    wrong = f'{{"errors":[{{"message":"{message}","extensions":{{"code":"BAD_USER_INPUT"}}}}]}}'
    assert get(served, hashed(text)) == (405, wrong)
    assert post(served, hashed(text)) == (200, '{"data":{"customerCreate":{"replayed":false}}}')


@pytest.mark.parametrize("door", [post_for_events, socket])
def test_a_subscription_may_be_named_by_its_hash(served: Served, door: Door) -> None:
    post(served, {"query": "mutation { customerCreate(input: {}) { replayed } }"})
    text = f'subscription By_{door.__name__} {{ events(after: "0", first: 1) {{ sequence }} }}'
    assert door(served, hashed(text, query=text)) == (200, '{"data":{"events":{"sequence":1}}}')
    assert door(served, hashed(text)) == (200, '{"data":{"events":{"sequence":1}}}')


@pytest.mark.parametrize("text", ["{", "", "{ nope }", "query ($a: Nope) { __typename }"])
def test_a_faulty_document_is_not_kept(served: Served, text: str) -> None:
    told = post(served, hashed(text, query=text))
    assert told == post(served, {"query": text})
    assert (told[0], "GRAPHQL_" in told[1]) == (400, True)
    assert post(served, hashed(text)) == (400, NOT_FOUND)


def test_variables_of_a_megabyte_go_with_a_hash(served: Served) -> None:
    text = "query Large($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    fitting = hashed(text, variables={"ids": ["x"], "more": "x" * 990_000})
    assert post(served, fitting) == (400, NOT_FOUND)
    assert post(served, {**fitting, "query": text}) == (200, '{"data":{"nodes":[null]}}')
    assert post(served, fitting) == (200, '{"data":{"nodes":[null]}}')
    assert socket(served, fitting) == (200, '{"data":{"nodes":[null]}}')
    too_large = '{"errors":[{"message":"The body exceeds 1000000 bytes.","extensions":{"code":"BAD_USER_INPUT"}}]}'
    assert post(served, hashed(text, variables={"ids": ["x"], "more": "x" * 1_000_000})) == (413, too_large)


def test_a_document_too_long_to_be_kept_runs_whenever_its_text_comes_along(served: Served) -> None:
    text = "{ __typename }".ljust(LONGEST_KEPT_TEXT + 1)
    for _ in range(2):
        assert post(served, hashed(text)) == (400, NOT_FOUND)
        assert post(served, hashed(text, query=text)) == (200, ANSWER)
    fitting = text[:-1]
    assert post(served, hashed(fitting, query=fitting)) == (200, ANSWER)
    assert post(served, hashed(fitting)) == (200, ANSWER)


FLOOD = 2 * KEPT_DOCUMENTS


def test_a_flood_of_documents_leaves_those_in_use(served: Served) -> None:
    used = "query Used { __typename }"
    documents = served.gateway.engine._preparation._documents
    assert isinstance(documents, DocumentCache)
    assert post(served, {"query": used}) == (200, ANSWER)
    for begin in range(0, FLOOD, 512):
        texts = [f"query Flood{place} {{ __typename }}" for place in range(begin, begin + 512)]
        served.ask(lambda texts=texts: [documents.load(text) for text in texts])  # type: ignore[misc]
        assert post(served, hashed(used)) == (200, ANSWER)
    assert len(documents.kept) == KEPT_DOCUMENTS
    assert documents.kept.size <= KEPT_BYTES
    assert post(served, hashed(f"query Flood{FLOOD - 1} {{ __typename }}")) == (200, ANSWER)
    assert post(served, hashed("query Flood0 { __typename }")) == (400, NOT_FOUND)


def test_a_flood_of_long_documents_is_bounded_by_its_bytes() -> None:
    documents = DocumentCache(build_schema().schema)
    for place in range(100):
        documents.load(f"query Long{place} {{ __typename }}".ljust(30_000))
    assert (len(documents.kept), documents.kept.size) == (33, 990_000)
    gone, known = (
        hashed(f"query Long{place} {{ __typename }}".ljust(30_000))["extensions"]["persistedQuery"]
        for place in (66, 67)
    )
    with pytest.raises(RequestRefused, match="PERSISTED_QUERY_NOT_FOUND"):
        documents.find(asked_for(None, gone))
    assert documents.find(asked_for(None, known)) is documents.load("query Long67 { __typename }".ljust(30_000))


def test_what_was_used_longest_ago_leaves_first_and_the_size_is_that_of_what_stays() -> None:
    recent: Recent[str, int] = Recent(3, 10, 6)
    for key, size in (("a", 1), ("b", 2), ("c", 3)):
        recent.keep(key, size, size)
    assert recent.get("a") == 1
    recent.keep("d", 4, 4)
    assert [recent.get(key) for key in "abcd"] == [1, None, 3, 4]
    recent.keep("a", 5, 5)
    assert [recent.get(key) for key in "abcd"] == [5, None, None, 4]
    recent.keep("e", 7, 7)
    assert (recent.get("e"), len(recent), recent.size) == (None, 2, 9)
