"""Media types by q-value, Content-Type to the letter, JSON of any shape."""

import pytest

from invoice_graph.server.negotiation import (
    EVENT_STREAM,
    HTML,
    JSON,
    OFFERS,
    RESPONSE,
    Malformed,
    graphql_request,
    is_json,
    negotiate,
    parse_json,
)

RANKINGS = [
    (None, JSON),
    ("", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (JSON, JSON),
    (RESPONSE, RESPONSE),
    (EVENT_STREAM, EVENT_STREAM),
    ("Application/GraphQL-Response+JSON; charset=utf-8", RESPONSE),
    ("application/graphql-response+json, application/json;q=0.9", RESPONSE),
    ("application/graphql-response+json;q=0.1, application/json", JSON),
    ("application/json;q=0.5, application/graphql-response+json;q=0.6", RESPONSE),
    ("application/graphql-response+json, application/json, text/event-stream", RESPONSE),
    ("application/json, text/event-stream", JSON),
    ("text/event-stream, application/json", EVENT_STREAM),
    ("text/event-stream;q=0.9, application/json", JSON),
    ("text/event-stream, */*;q=0.1", EVENT_STREAM),
    ("*/*, text/event-stream", JSON),
    ("application/json;q=0, */*", RESPONSE),
    ("image/png", None),
    ("*/*;q=0", None),
    ("application/json;q=0", None),
    ("application/json;q=nan", None),
    ("application/json;q=2", None),
    (", ,;q=1", None),
    ("text/html,application/xhtml+xml,*/*;q=0.8", JSON),
]


@pytest.mark.parametrize(("accept", "media_type"), RANKINGS)
def test_the_media_type_ranked_first_is_answered(accept: str | None, media_type: str | None) -> None:
    assert negotiate(accept) == media_type


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [("text/html,*/*;q=0.8", HTML), ("*/*", JSON), (None, JSON), ("application/json, text/html;q=0.9", JSON)],
)
def test_a_page_is_for_those_who_rank_html_first(accept: str | None, media_type: str) -> None:
    assert negotiate(accept, (*OFFERS, HTML)) == media_type


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_json_in_utf_8_is_read(content_type: str) -> None:
    assert is_json(content_type)


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/jsonx", "application/json5", "text/plain", "application/json; charset=latin-1", "x"],
)
def test_any_other_content_type_is_not_read(content_type: str | None) -> None:
    assert not is_json(content_type)


@pytest.mark.parametrize("text", ["", "{", "NaN", "1" * 5_000, "1e999", '"\\ud800"', b"\xff", b"\xef\xbb\xbf{}"])
def test_what_is_no_json_is_malformed(text: str | bytes) -> None:
    with pytest.raises(Malformed, match=r"^The body is not valid JSON \(line 1, column \d+\)\.$"):
        parse_json(text, "The body")


def test_json_may_be_a_hundred_levels_deep_and_no_deeper() -> None:
    assert parse_json("[" * 100 + "]" * 100, "The body")
    with pytest.raises(Malformed, match=r"^The body is nested more than 100 levels deep\.$"):
        parse_json(b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "The body")
    assert len(parse_json("[" + "[]," * 500 + "[]]", "The body")) == 501


@pytest.mark.parametrize("text", ["[" * 2000 + "]" * 2000, "[" * 100_000])
def test_json_is_too_deep_also_where_the_parser_gives_up(text: str) -> None:
    with pytest.raises(Malformed, match=r"^The body is nested more than 100 levels deep\.$"):
        parse_json(text, "The body")


MALFORMED = [
    ([], "Batches are not supported: send one JSON object with one operation."),
    (5, "A GraphQL request is a JSON object with the member `query`."),
    (None, "A GraphQL request is a JSON object with the member `query`."),
    ({}, "`query` is missing."),
    ({"query": None}, "`query` is missing."),
    ({"query": 5}, "`query` must be a string."),
    ({"query": "{a}", "operationName": {}}, "`operationName` must be a string."),
    ({"query": "{a}", "operationName": False}, "`operationName` must be a string."),
    ({"query": "{a}", "variables": []}, "`variables` must be an object."),
    ({"query": "{a}", "extensions": "x"}, "`extensions` must be an object."),
]


@pytest.mark.parametrize(("parameters", "message"), MALFORMED)
def test_a_request_of_the_wrong_shape_is_told_what_is_wrong(parameters: object, message: str) -> None:
    with pytest.raises(Malformed) as refused:
        graphql_request(parameters)
    assert str(refused.value) == message


def test_null_parameters_are_absent_and_unknown_ones_ignored() -> None:
    given = {"query": "{a}", "operationName": None, "variables": None, "extensions": None, "doc_id": 1}
    request = graphql_request(given, idempotency_key="k", last_event_id="7")
    assert (request.query, request.operation_name, request.variables) == ("{a}", None, None)
    assert (request.idempotency_key, request.last_event_id) == ("k", "7")
