"""Relay connections."""

from typing import Generic, TypeVar

import strawberry

from invoice_graph.schema.fields import described

T = TypeVar("T")


@strawberry.type(description="What lies around a page.")
class PageInfo:
    has_next_page: bool = described("Whether rows follow the page. Exact; costs nothing unless selected.")
    has_previous_page: bool = described("Whether rows precede the page. Exact; costs nothing unless selected.")
    start_cursor: str | None = described("The first row's cursor.")
    end_cursor: str | None = described("The last row's cursor: pass it as `after` for the next page.")


@strawberry.type(description="A row of a connection.")
class Edge(Generic[T]):
    cursor: str = described("Where the row stands: opaque, valid in both directions and after the row is gone.")
    node: T = described("The row.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = described("The rows with their cursors.")
    nodes: list[T] = described("The rows alone.")
    page_info: PageInfo = described("What lies around the page.")
    total_count: int = described("How many rows there are on all pages. Exact; costs nothing unless selected.")


@strawberry.type(description="A page of a list whose rows have no ids; `pageInfo` has its cursors.")
class Page(Generic[T]):
    nodes: list[T] = described("The rows.")
    page_info: PageInfo = described("What lies around the page.")
    total_count: int = described("How many rows there are on all pages. Exact; costs nothing unless selected.")
