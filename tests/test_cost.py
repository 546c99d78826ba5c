"""What operations cost: by their selection alone, however fragments repeat it."""

from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse, validate

from invoice_graph.planner.cost import Cost, Scales
from invoice_graph.planner.faults import TooCostly
from invoice_graph.schema.build import build_schema

SCHEMA = build_schema().schema


def scales(text: str, **variables: Any) -> Scales:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    return Scales(SCHEMA, operation, fragments, variables)


POINTS: list[tuple[str, dict[str, Any], int]] = [
    ("{ eventCursor }", {}, 0),
    ("{ __typename }", {}, 0),
    ("{ __schema { types { name fields { name } } } }", {}, 0),
    ('{ invoice(id: "x") { id total } }', {}, 1),
    ('{ invoice(id: "x") { id customer { name } } }', {}, 2),
    ("{ invoices { nodes { id } } }", {}, 11),
    ("{ invoices(first: 20) { nodes { id } } }", {}, 21),
    ("{ invoices(last: 3) { edges { cursor node { id } } } }", {}, 4),
    ("{ invoices(first: null) { nodes { id } } }", {}, 11),
    ("{ invoices(first: 1000000) { nodes { id } } }", {}, 101),
    ("{ invoices(first: -5) { nodes { id } } }", {}, 1),
    ("{ invoices(first: 2) { totalCount pageInfo { hasNextPage } } }", {}, 11),
    ("{ invoices(first: 2) { summary { count } } }", {}, 11),
    ("{ invoices(first: 20) { nodes { customer { id } lines(first: 10) { nodes { id } } } } }", {}, 1 + 20 * 13),
    ("query ($n: Int) { invoices(first: $n) { nodes { id } } }", {"n": 7}, 8),
    ("query ($n: Int) { invoices(first: $n) { nodes { id } } }", {}, 11),
    ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
    ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 500}, 100),
    ("query ($w: Boolean!) { invoices(first: 5) @include(if: $w) { nodes { id } } eventCursor }", {"w": False}, 0),
    ("query ($w: Boolean!) { invoices(first: 5) @skip(if: $w) { nodes { id } } eventCursor }", {"w": False}, 6),
    ("{ invoices(first: 5) @skip(if: true) { nodes { id } } eventCursor }", {}, 0),
    ("mutation { customerCreate(input: {}) { customer { id } } }", {}, 12),
    ("subscription { events { id invoice { id } } }", {}, 2),
    ("{ invoices(first: 5) { ...P } } fragment P on InvoiceConnection { nodes { id } }", {}, 6),
]


@pytest.mark.parametrize(("text", "variables", "points"), POINTS, ids=lambda value: str(value)[:60])
def test_a_connection_costs_its_page_size_times_its_node(text: str, variables: dict[str, Any], points: int) -> None:
    assert scales(text, **variables).cost().points == points


def test_depth_roots_mutations_and_aliases_are_counted() -> None:
    text = "{ a: invoices { nodes { b: customer { id } } } ...F } fragment F on Query { a: invoices { c: totalCount } }"
    assert scales(text).cost() == Cost(points=11 * 2 + 10 + 0, depth=3, roots=1, mutations=0, aliases=4)
    text = "mutation { a: customerCreate(input: {}) { replayed } b: customerCreate(input: {}) { replayed } }"
    assert scales(text).cost() == Cost(points=22, depth=1, roots=2, mutations=2, aliases=2)


def doubling(times: int) -> str:
    """A document that fragments make twice as large, so many times over."""
    rest = "".join(
        f" fragment F{i} on Customer {{ a: invoices {{ nodes {{ customer {{ ...F{i - 1} }} }} }} }}"
        f" fragment G{i} on Customer {{ ...F{i} b: invoices {{ nodes {{ customer {{ ...F{i - 1} }} }} }} }}"
        for i in range(1, times + 1)
    )
    spreads = " ".join(f"...G{i}" for i in range(1, times + 1))
    text = f'{{ customer(id: "x") {{ {spreads} }} }} fragment F0 on Customer {{ id }}'
    return text + rest


def test_doubling_fragments_are_weighed_once_each() -> None:
    cost = scales(doubling(18)).cost()
    assert cost.points > 10**18
    assert cost.depth == 1 + 3 * 18


def test_what_nests_beyond_all_measure_is_refused() -> None:
    links = "".join(f" fragment F{i} on Invoice {{ latestRevision {{ ...F{i + 1} }} }}" for i in range(2_000))
    document = parse('{ invoice(id: "x") { ...F0 } }' + links + " fragment F2000 on Invoice { id }")
    operation, *fragments = document.definitions
    with pytest.raises(TooCostly, match="nests too deeply"):
        Scales(SCHEMA, operation, fragments, {}).cost()  # type: ignore[arg-type]


def test_what_each_path_costs_is_told_from_the_top() -> None:
    text = "{ list: invoices(first: 2) { totalCount nodes { customer { id } lines(first: 3) { nodes { id } } } } }"
    assert scales(text).by_path() == {
        "list": 1 + 10 + 2 * (1 + 1 + 4),
        "list.nodes": 12,
        "list.nodes.customer": 2,
        "list.nodes.lines": 8,
        "list.nodes.lines.nodes": 6,
    }


def test_no_more_than_a_hundred_paths_are_told() -> None:
    assert len(scales(doubling(18)).by_path()) == 100
