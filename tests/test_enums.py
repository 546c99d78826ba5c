"""Every value of every enum of the schema says what it means itself."""

from graphql import GraphQLEnumType

from invoice_graph.schema.build import build_schema
from invoice_graph.schema.enums import DESCRIPTIONS, PUBLISHED_NAMES


def test_each_value_is_described_by_its_own_text_also_where_other_enums_have_the_same_words() -> None:
    types = build_schema().schema.type_map
    for value, text in DESCRIPTIONS:
        kind = types.get(PUBLISHED_NAMES.get(type(value), type(value).__name__))
        if isinstance(kind, GraphQLEnumType):
            assert kind.values[value.name].description == text


def test_no_value_is_described_twice() -> None:
    named = [(type(value), value.name) for value, _ in DESCRIPTIONS]
    assert len(named) == len(set(named))
