"""Every GraphQL document in the front-end samples fits the schema."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from invoice_graph.schema.build import build_schema

SAMPLES = Path(__file__).parent.parent / "frontend-samples"
DOCUMENT = re.compile(r"`\s*((?:query|mutation|subscription)\b[^`]*)`")
DOCUMENTS = [text for page in sorted(SAMPLES.rglob("*.md")) for text in DOCUMENT.findall(page.read_text())]


def test_the_samples_have_documents_of_every_kind() -> None:
    assert {text.split()[0] for text in DOCUMENTS} == {"query", "mutation", "subscription"}


@pytest.mark.parametrize("text", DOCUMENTS, ids=lambda text: text.split()[1])
def test_a_document_of_the_samples_fits_the_schema(text: str) -> None:
    assert validate(build_schema().schema, parse(text)) == []
