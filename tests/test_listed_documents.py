"""Servers that run the operations of a directory only: what is listed, what is refused, what can't be served."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import pytest
from databases import databases
from doors import DOORS, Door, get, post, post_for_json, socket
from graphql import get_introspection_query, parse, print_ast
from system import Served, prepare
from test_persisted_queries import MISMATCH

from invoice_graph.schema.build import build_schema
from invoice_graph.server.listed_documents import DocumentsUnusable, read_documents

FILE = """# The front page.
query Kind { ...Root }

query Other { other: __typename }
mutation Change { customerCreate(input: {}) { ...Payload } }

fragment Root on Query { __typename }
fragment Payload on CustomerPayload { replayed }
"""
RELAY_TEXT, APOLLO_TEXT = "query Relay { relay: __typename }", "query Apollo {\n  apollo: __typename\n}"
RELAY = {"0123456789abcdef0123456789abcdef": RELAY_TEXT}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "front/apollo", "name": "Apollo", "type": "query", "body": APOLLO_TEXT}],
}
KIND = '{"data":{"__typename":"Query"}}'
NO_TEXT = (
    '{"errors":[{"message":"This server runs listed operations only, and this text is of none of them; have it '
    'added to the list.","extensions":{"code":"DOCUMENT_NOT_ALLOWED"}}]}'
)
NO_HASH = NO_TEXT.replace("this text", "this hash")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("listed")
    listed = folder / "documents"
    (listed / "below").mkdir(parents=True)
    (listed / "front.graphql").write_text(FILE)
    (listed / "below" / "relay.json").write_text(json.dumps(RELAY))
    (listed / "apollo.json").write_text(json.dumps(APOLLO))
    (listed / "notes.txt").write_text("{ not a document")
    with databases.of("sqlite"):
        anyio.run(prepare, folder / "invoices.db")
        made = Served(folder / "invoices.db", documents=str(listed))
    with made.running() as served:
        yield served


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def named(key: str, **parameters: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": key}}, **parameters}


def forbidden(door: Door) -> int:
    """The status of a refusal; a WebSocket has none."""
    return {post_for_json: 200, socket: 400}.get(door, 403)


ONE = "query Kind {\n  ...Root\n}\n\nfragment Root on Query {\n  __typename\n}"
LISTED = [
    ({"query": FILE, "operationName": "Kind"}, KIND),
    (named(digest(FILE), operationName="Other"), '{"data":{"other":"Query"}}'),
    ({"query": ONE}, KIND),
    ({"query": "query Kind{...Root},,, # one\nfragment Root on Query{__typename}"}, KIND),
    (named(digest(ONE)), KIND),
    (named(digest(ONE), query=ONE), KIND),
    (named(digest(ONE + "\n"), query=ONE + "\n"), KIND),
    ({"query": RELAY_TEXT}, '{"data":{"relay":"Query"}}'),
    (named(digest(RELAY_TEXT)), '{"data":{"relay":"Query"}}'),
    (named(digest(print_ast(parse(RELAY_TEXT)))), '{"data":{"relay":"Query"}}'),
    (named(*RELAY), '{"data":{"relay":"Query"}}'),
    (named(*RELAY, query=RELAY_TEXT), '{"data":{"relay":"Query"}}'),
    (named("front/apollo"), '{"data":{"apollo":"Query"}}'),
    (named(digest(APOLLO_TEXT)), '{"data":{"apollo":"Query"}}'),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("parameters", "answer"), LISTED)
def test_a_listed_operation_runs_by_its_text_by_its_hash_and_by_its_id(
    served: Served, door: Door, parameters: dict[str, Any], answer: str
) -> None:
    for _ in range(2):
        assert door(served, parameters) == (200, answer)


NOT_LISTED = [
    ({"query": "{ __typename }"}, NO_TEXT),
    ({"query": "query Kind { __typename }"}, NO_TEXT),
    ({"query": FILE + "query More { __typename }"}, NO_TEXT),
    ({"query": ONE.ljust(60_000)}, NO_TEXT),
    ({"query": ""}, NO_TEXT),
    ({"query": '{ "'}, NO_TEXT),
    ({"query": get_introspection_query()}, NO_TEXT),
    ({"query": "{ not a document"}, NO_TEXT),
    (named(digest("{ __typename }")), NO_HASH),
    (named(digest("{ __typename }"), query="{ __typename }"), NO_TEXT),
    (named(""), NO_HASH),
    (named("x" * 1000), NO_HASH),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("parameters", "refusal"), NOT_LISTED)
def test_anything_else_is_refused_and_not_learnt(
    served: Served, door: Door, parameters: dict[str, Any], refusal: str
) -> None:
    for _ in range(2):
        assert door(served, parameters) == (forbidden(door), refusal)


def test_hash_and_text_have_to_belong_together(served: Served) -> None:
    for key in (digest("x"), "front/apollo", digest(FILE)):
        assert post(served, named(key, query=RELAY_TEXT)) == (400, MISMATCH)


def test_a_malformed_extension_is_told_what_is_wrong_with_it(served: Served) -> None:
    message = "`extensions.persistedQuery.version` must be 1, the only version there is."
    refused = {"errors": [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]}
    status, text = post(served, {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": digest(ONE)}}})
    assert (status, json.loads(text)) == (400, refused)


def test_listed_mutations_run_by_post_and_never_by_get(served: Served) -> None:
    by_name = named(digest(FILE), operationName="Change")
    assert post(served, by_name) == (200, '{"data":{"customerCreate":{"replayed":false}}}')
    assert get(served, by_name)[0] == 405


UNUSABLE = [
    ({}, "--documents: {} has no operation in *.graphql or *.json files; add some."),
    ({"a.txt": "{ __typename }"}, "--documents: {} has no operation in *.graphql or *.json files; add some."),
    ({"a.json": "{}"}, "--documents: {} has no operation in *.graphql or *.json files; add some."),
    ({"a.graphql": "{"}, "{}/a.graphql:1:2: Syntax Error: Expected Name, found <EOF>."),
    ({"a.graphql": ""}, "{}/a.graphql:1:1: Syntax Error: Unexpected <EOF>."),
    ({"a.graphql": "{ __typename\n  nope }"}, "{}/a.graphql:2:3: Cannot query field 'nope' on type 'Query'."),
    ({"a.graphql": "fragment F on Query { __typename }"}, "{}/a.graphql:1:1: Fragment 'F' is never used."),
    ({"a.graphql": b"\xff"}, "{}/a.graphql: can't be read as UTF-8: "),
    ({"a.json": "{,}"}, "{}/a.json: no JSON (line 1, column 2)."),
    ({"a.json": "[]"}, "{}/a.json is neither a JSON object "),
    ({"a.json": '{"a": 5}'}, "{}/a.json is neither a JSON object "),
    ({"a.json": '{"": "{ __typename }"}'}, "{}/a.json is neither a JSON object "),
    ({"a.json": '{"a": "{ nope }"}'}, "{}/a.json 'a':1:3: Cannot query field 'nope' on type 'Query'."),
    (
        {"a.json": '{"a": "{ __typename }"}', "b.json": '{"a": "{ a: __typename }"}'},
        "{}/b.json: 'a' names another document already; give each its own id.",
    ),
    (
        {"a.json": json.dumps({digest("{ b: __typename }"): "{ a: __typename }"}), "b.graphql": "{ b: __typename }"},
        f"{{}}/b.graphql: '{digest('{ b: __typename }')}' names another document already; give each its own id.",
    ),
    (
        {"a.json": json.dumps({**APOLLO, "version": 2})},
        "{}/a.json: only `version` 1 with a list of `operations` is understood.",
    ),
    (
        {"a.json": json.dumps({**APOLLO, "operations": {}})},
        "{}/a.json: only `version` 1 with a list of `operations` is understood.",
    ),
    ({"a.json": json.dumps({**APOLLO, "operations": [5]})}, "{}/a.json is neither a JSON object "),
]


@pytest.mark.parametrize(("files", "message"), UNUSABLE)
def test_a_directory_that_can_t_be_served_is_told_in_one_line(
    tmp_path: Path, files: dict[str, str | bytes], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DocumentsUnusable) as refused:
        read_documents(tmp_path, build_schema().schema)
    assert str(refused.value).startswith(message.replace("{}", str(tmp_path), 1))
    assert "\n" not in str(refused.value)


def test_one_document_may_stand_in_several_files(tmp_path: Path) -> None:
    (tmp_path / "a.graphql").write_text("{ __typename }")
    (tmp_path / "b.graphql").write_text("{\n  __typename # again\n}\n")
    (tmp_path / "c.json").write_text('{"a": "{ __typename }", "b": "{__typename}"}')
    assert len(read_documents(tmp_path, build_schema().schema)) == 1
