"""docs/frontend.md keeps its word: its operations, programs and commands do what it says, in a real demonstration."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from closing import closing
from graphql import GraphQLEnumType, parse, validate
from javascript import run_script
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


def _following(origin: str) -> str:
    """The part of the program that follows, in a hurry."""
    first, *parts = [block.text for block in of("js")]
    (follow,) = [part for part in parts if "function follow(" in part]
    called = follow.index("\nfollow(")
    return (first + follow[:called]).replace(WRITTEN_FOR, origin) + '\nfollow("0", console.log, 1);\n'
