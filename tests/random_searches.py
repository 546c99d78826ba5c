"""Random searches: clauses with values from the reference's data, in every spelling that the language has for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from reference_executor import ReferenceExecutor

MOST_CLAUSES = 4
COMPARED = (":", "=", ">", "<", ">=", "<=")
COLUMNS = {"created": "created_at", "customer": "customer_id", "receipt_number": "number", "subscription": "number"}
FIELDS = ("created", "total", "currency", "customer", "metadata", "number", "status", "receipt_number", "subscription")


@st.composite
def searches(draw: Any, reference: ReferenceExecutor) -> str:
    """A valid search."""
    rows = reference.rows("Invoice")
    clauses = [clause(draw, draw(st.sampled_from(rows))) for _ in range(draw(st.integers(1, MOST_CLAUSES)))]
    joins = (" OR ", " or ") if draw(st.booleans()) else (" ", " AND ", "  and\n")
    text = clauses[0]
    for following in clauses[1:]:
        text += draw(st.sampled_from(joins)) + following
    return draw(st.sampled_from(("", " "))) + text


def clause(draw: Any, row: Mapping[str, Any]) -> str:
    """A clause whose value is the row's, or close to it."""
    field = draw(st.sampled_from(FIELDS))
    name, actual = field, row.get(COLUMNS.get(field, field))
    if field == "metadata":
        key, actual = draw(st.sampled_from([*row["details"].items(), ("unknown", "x")]))
        name = f"metadata[{quoted(draw, key)}]"
    sign = draw(st.sampled_from(("", "", "-")))
    if draw(st.integers(0, 6)) == 0:
        return f"{sign}{name}:null"
    if field in ("created", "total"):
        return f"{sign}{name}{draw(st.sampled_from(COMPARED))}{number(draw, actual)}"
    if field in ("currency", "customer", "metadata"):
        return f"{sign}{name}:{quoted(draw, cased(draw, actual))}"
    return f"{sign}{name}{text(draw, actual or 'none')}"


def number(draw: Any, actual: Any) -> str:
    if isinstance(actual, int):
        found = str(actual + draw(st.sampled_from((0, 1, -1))))
        return draw(st.sampled_from((found, f'"{found}"')))  # type: ignore[no-any-return]
    seconds = int(datetime.fromisoformat(actual).timestamp())
    return draw(st.sampled_from((str(seconds), f"'{seconds}'", f'"{actual}"', f'"{actual[:-1]}+01:00"')))  # type: ignore[no-any-return]


def text(draw: Any, actual: str) -> str:
    """An operator and a text: some of the words, or a part of at least three characters."""
    if draw(st.booleans()):
        start = draw(st.integers(0, max(0, len(actual) - 3)))
        return f"~{quoted(draw, cased(draw, actual[start : start + draw(st.integers(3, 6))]))}"
    words = actual.replace("-", " ").split()
    chosen = draw(st.lists(st.sampled_from(words), min_size=1, max_size=2))
    return f":{quoted(draw, cased(draw, draw(st.sampled_from((' ', '-', '; '))).join(chosen)))}"


def cased(draw: Any, text: str) -> str:
    return draw(st.sampled_from((text, text.upper(), text.lower())))  # type: ignore[no-any-return]


def quoted(draw: Any, text: str) -> str:
    mark = draw(st.sampled_from("\"'"))
    return mark + text.replace("\\", "\\\\").replace(mark, f"\\{mark}") + mark
