"""How fields of the schema are declared: a description, and where the planner finds the value."""

from collections.abc import Callable
from typing import Annotated, Any, Never

import strawberry

SOURCE = "source"

First = Annotated[
    int | None,
    strawberry.argument(description="How many rows from the start, 1 to 100; 10 without `first` and `last`."),
]
After = Annotated[str | None, strawberry.argument(description="Rows after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many rows from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Rows before this cursor.")]

Search = Annotated[
    str | None,
    strawberry.argument(
        description='Which invoices, in a query language: `status:"open" total>1000 -metadata["order"]:null`. Up to '
        "ten conditions, all joined by AND (or a space) or all by OR. Fields: created and total (`:` `>` `<` `>=` "
        '`<=`); currency, customer and metadata["key"] (`:` the whole value); number, receipt_number, status '
        "and subscription (`:` whole words in order, `~` three or more characters). Upper and lower case are alike, "
        "`-` negates, `null` means absent."
    ),
]


def by_planner() -> Never:
    """The body of a planned field's function: it is never called, only its signature is the schema's."""
    raise AssertionError("planned fields are read by the planner")


def described(description: str, source: Any = None) -> Any:
    """A field without arguments. Without a source it is the column of its own name."""
    return strawberry.field(description=description, metadata={SOURCE: source})


def planned(source: Any) -> Callable[[Callable[..., Any]], Any]:
    """A field with arguments: the function's signature is the field's, its docstring the description."""

    def declare(function: Callable[..., Any]) -> Any:
        description = " ".join((function.__doc__ or "").split())
        return strawberry.field(function, description=description, metadata={SOURCE: source})

    return declare


def optional(description: str) -> Any:
    """An input field that may be absent, which leaves alone, or null, which clears."""
    return strawberry.field(description=description, default=strawberry.UNSET)


def required(description: str) -> Any:
    """An input field that must be given."""
    return strawberry.field(description=description)
