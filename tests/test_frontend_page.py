"""docs/frontend.md keeps its word: its operations, programs and commands do what it says, in a real demonstration."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from demonstrations import Demonstration
from graphql import GraphQLEnumType, parse, validate
from javascript import run_script
from odd_sockets import closing
from pages_with_code import ROOT, WRITTEN_FOR, Block, blocks, documents

from invoice_graph.schema.build import build_schema

PAGE = (ROOT / "docs" / "frontend.md").read_text()
BLOCKS = blocks(PAGE)
MISTAKEN = ["isk", "ugx", "huf", "cop", "idr", "lak"]
"""What the page says browsers show wrong by a factor of 100."""


def of(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


DOCUMENTS = [block.text for block in of("graphql")] + [text for block in of("js") for text in documents(block.text)]


def test_every_block_is_of_a_kind_that_is_tested() -> None:
    assert {block.language for block in BLOCKS} == {"sh", "js", "graphql", "ts", "json"}
    assert all(block.answer for block in of("sh", "graphql"))


@pytest.mark.parametrize("text", DOCUMENTS)
def test_a_document_fits_the_schema(text: str) -> None:
    assert validate(build_schema().schema, parse(text)) == []


def test_codes_of_refusals_are_those_of_the_schema() -> None:
    codes = build_schema().schema.type_map["ErrorCode"]
    assert isinstance(codes, GraphQLEnumType)
    assert {"IDEMPOTENCY_KEY_REUSED", "STATUS_TRANSITION_INVALID"} <= codes.values.keys() & set(
        re.findall(r"[A-Z_]+", PAGE)
    )


@pytest.mark.parametrize("block", of("graphql"), ids=lambda block: block.text.split("\n")[0])
def test_an_operation_answers_what_stands_below_it(demonstration: str, block: Block) -> None:
    answer = httpx.post(f"{demonstration}/graphql", json={"query": block.text}, timeout=20).json()
    assert answer == json.loads(block.answer or "")


@pytest.mark.parametrize("block", of("sh"), ids=lambda block: block.text.split("\n")[0])
def test_a_command_prints_what_stands_below_it(demonstration: str, block: Block) -> None:
    command = ["sh", "-c", block.text.replace(WRITTEN_FOR, demonstration)]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    assert _meaning(printed) == _meaning(block.answer or "")


def _meaning(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def test_the_program_prints_what_stands_below_its_parts(demonstration: str, tmp_path: Path) -> None:
    parts = [block for block in of("js") if "import " not in block.text]
    program = "\n".join(part.text for part in parts).replace(WRITTEN_FOR, demonstration)
    assert run_script(program, tmp_path).split("\n") == "".join(part.answer or "" for part in parts).split("\n")


def test_the_currencies_it_warns_of_have_two_digits(demonstration: str) -> None:
    named = re.search(r"and ([A-Z, ]+ and [A-Z]{3}) would be", PAGE)
    assert named is not None
    assert re.findall(r"[A-Z]{3}", named[1]) == [code.upper() for code in MISTAKEN]
    told = httpx.post(f"{demonstration}/graphql", json={"query": "{ currencies { code digits } }"}).json()
    digits = {currency["code"]: currency["digits"] for currency in told["data"]["currencies"]}
    assert [digits[code] for code in MISTAKEN] == [2] * len(MISTAKEN)


@pytest.mark.parametrize("code", [1001, 1011, 1013, 4408, 4500])
def test_the_program_follows_again_after_what_passes(tmp_path: Path, code: int) -> None:
    with closing(code) as server:
        run_script(_following(server.origin), tmp_path)
        assert server.opened == 2


@pytest.mark.parametrize("code", [1007, 1009, 4400, 4401, 4403, 4406, 4409, 4429])
def test_the_program_stops_at_what_trying_again_would_not_mend(tmp_path: Path, code: int) -> None:
    with closing(code) as server:
        run_script(_following(server.origin), tmp_path)
        assert server.opened == 1


REQUESTS: dict[str, dict[str, Any]] = {
    "parse": {"json": {"query": "{"}},
    "validation": {"json": {"query": "{ nope }"}},
    "argument": {"json": {"query": "{ invoices(first: 500) { nodes { id } } }"}},
    "variable": {"json": {"query": "query ($f: Int) { invoices(first: $f) { totalCount } }", "variables": {"f": "x"}}},
    "no json": {"content": "{", "headers": {"content-type": "application/json"}},
    "batch": {"json": [{"query": "{ eventCursor }"}]},
    "no query": {"json": {}},
    "method": {"method": "PUT", "json": {}},
    "representation": {"json": {"query": "subscription { events { cursor } }"}},
    "size": {"json": {"query": "{ eventCursor }" + 1_000_000 * " "}},
    "type": {"content": "{ eventCursor }", "headers": {"content-type": "application/graphql"}},
}


@pytest.mark.parametrize(
    ("refused", "code", "status", "legacy"),
    [
        ("parse", "GRAPHQL_PARSE_FAILED", 400, 200),
        ("validation", "GRAPHQL_VALIDATION_FAILED", 400, 200),
        ("argument", "BAD_USER_INPUT", 400, 200),
        ("variable", "BAD_USER_INPUT", 400, 200),
        ("no json", "BAD_USER_INPUT", 400, 400),
        ("batch", "BAD_USER_INPUT", 400, 400),
        ("no query", "BAD_USER_INPUT", 400, 400),
        ("method", "BAD_USER_INPUT", 405, 405),
        ("representation", "BAD_USER_INPUT", 406, 406),
        ("size", "BAD_USER_INPUT", 413, 413),
        ("type", "BAD_USER_INPUT", 415, 415),
    ],
)
def test_a_refused_refusedhas_the_status_of_the_table(
    demonstration: str, refused: str, code: str, status: int, legacy: int
) -> None:
    for accepted, expected in (("application/graphql-response+json", status), ("application/json", legacy)):
        answer = _send(demonstration, REQUESTS[refused], accepted)
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]["code"]) == (expected, code)
        assert ("argument" in error["extensions"]) == (refused == "argument")


def _send(origin: str, request: dict[str, Any], accepted: str) -> httpx.Response:
    headers = {"accept": accepted, **request.get("headers", {})}
    return httpx.request(**{"method": "POST", **request, "url": f"{origin}/graphql", "headers": headers})


@pytest.mark.parametrize(
    ("where", "is_refused"),
    [
        ("{not: {not: {not: {not: {}}}}}", False),
        ("{not: {not: {not: {not: {not: {}}}}}}", True),
        ("{or: [" + "{total: {gt: 1}}" * 99 + "]}", False),
        ("{or: [" + "{total: {gt: 1}}" * 100 + "]}", True),
    ],
)
def test_conditions_have_the_limits_that_it_tells(demonstration: str, where: str, is_refused: bool) -> None:
    query = f"{{ invoices(where: {where}) {{ totalCount }} }}"
    answer = httpx.post(f"{demonstration}/graphql", json={"query": query}).json()
    codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
    assert codes == ["COST_LIMIT_EXCEEDED"] * is_refused


def test_the_input_s_idempotency_key_wins_over_the_header_s(tmp_path: Path) -> None:
    create = 'mutation ($key: String) { customerCreate(input: {name: "Ada", idempotencyKey: $key}) { replayed } }'
    with Demonstration(tmp_path) as server:

        def replayed(header: str, key: str | None) -> bool:
            body = {"query": create, "variables": {"key": key}}
            answer = httpx.post(f"{server.origin}/graphql", json=body, headers={"idempotency-key": header}).json()
            return bool(answer["data"]["customerCreate"]["replayed"])

        assert [replayed("a", "b"), replayed("a", "c"), replayed("c", None)] == [False, False, True]


def test_the_header_s_cursor_wins_over_after(demonstration: str) -> None:
    headers = {"accept": "text/event-stream", "last-event-id": "2880"}
    query = 'subscription { events(first: 1, after: "5") { cursor } }'
    answer = httpx.post(f"{demonstration}/graphql", json={"query": query}, headers=headers)
    assert "\nid: 2881\n" in answer.text


def _following(origin: str) -> str:
    """The part of the program that follows, in a hurry."""
    first, *parts = [block.text for block in of("js")]
    (follow,) = [part for part in parts if "function follow(" in part]
    called = follow.index("\nfollow(")
    return (first + follow[:called]).replace(WRITTEN_FOR, origin) + '\nfollow("0", console.log, 1);\n'
