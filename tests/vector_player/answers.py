"""Answers of the gateway, read by the names of the REST interface, and compared with what a vector expects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLObjectType, GraphQLOutputType, get_nullable_type

from vector_player.facts import ANY, NOT_COMPARED, RENAMED_FIELDS, SPREAD_FIELDS
from vector_player.failures import Failed, Unplayable, differs
from vector_player.names import camel, spelled


@dataclass(frozen=True)
class Seen:
    """A value of an answer and its type, None for what the player made itself. `prefix` is the spread object that is
    looked into."""

    kind: GraphQLOutputType | None
    value: Any
    prefix: str = ""

    def member(self, name: str) -> "Seen":
        """A member of an object, by its REST name."""
        kind, path = self.kind, self.prefix + name
        if kind is None and isinstance(self.value, dict) and name in self.value:
            return Seen(None, self.value[name])
        if not isinstance(kind, GraphQLObjectType) or not isinstance(self.value, dict):
            raise Unplayable(f"{self.value!r} has no {path!r}")
        if kind.name.endswith("Connection"):
            return self._part_of_page(kind, name)
        if path in SPREAD_FIELDS and camel(path) not in kind.fields:
            return Seen(kind, self.value, path + ".")
        field = spelled(kind.name, path, RENAMED_FIELDS, kind.fields)
        if field not in kind.fields or field not in self.value:
            raise Unplayable(f"the type {kind.name} has no field for {path!r}")
        return Seen(get_nullable_type(kind.fields[field].type), self.value[field])

    def _part_of_page(self, kind: GraphQLObjectType, name: str) -> "Seen":
        parts: Mapping[str, tuple[str, Any]] = {
            "data": ("nodes", self.value["nodes"]),
            "count": ("totalCount", len(self.value["nodes"])),
            "total_count": ("totalCount", self.value["totalCount"]),
            "has_more": ("pageInfo", self.value["pageInfo"]["hasNextPage"]),
            "next_page": ("pageInfo", self.value["pageInfo"]["endCursor"]),
        }
        if name not in parts:
            raise Unplayable(f"a list has no {name!r}")
        field, value = parts[name]
        return Seen(get_nullable_type(kind.fields[field].type), value)

    def items(self) -> list["Seen"]:
        """The entries of a list."""
        assert isinstance(self.kind, GraphQLList)
        return [Seen(get_nullable_type(self.kind.of_type), entry) for entry in self.value]

    def at(self, path: str) -> "Seen":
        """What stands at a path such as `lines.data[0].id`."""
        found = self
        for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
            found = found.items()[int(index)] if index else found.member(name)
        return found

    def plain(self) -> Any:
        """The value in the REST spelling; an object as its id."""
        if self.value is None or isinstance(self.value, int | float):
            return self.value
        if self.is_metadata:
            return {entry["key"]: entry["value"] for entry in self.value}
        if isinstance(self.kind, GraphQLList):
            return [entry.plain() for entry in self.items()]
        if isinstance(self.value, dict):
            return self.value.get("id", self.value)
        if isinstance(self.kind, GraphQLEnumType):
            return self.value.lower()
        if getattr(self.kind, "name", "") == "DateTime":
            return int(datetime.fromisoformat(self.value).timestamp())
        return self.value

    @property
    def is_metadata(self) -> bool:
        """Whether it is the list that stands for a map of texts."""
        return isinstance(self.value, list) and "[MetadataEntry!]" in str(self.kind)


def check(expected: Any, seen: Seen, ids: Mapping[str, str], where: str = "") -> None:
    """Compares what is expected with what is seen; members that are not expected do not count. Raises Failed."""
    for failure in _failures(expected, seen, ids, where):
        raise failure


def _failures(expected: Any, seen: Seen, ids: Mapping[str, str], where: str) -> Iterator[Failed]:
    if isinstance(expected, dict) and not seen.is_metadata:
        if seen.value is None:
            yield differs(where, expected, None)
            return
        for name, value in expected.items():
            if not _ignored(seen, name):
                yield from _failures(value, seen.member(name), ids, f"{where}.{name}".lstrip("."))
    elif isinstance(expected, list) and isinstance(seen.kind, GraphQLList) and seen.value is not None:
        items = seen.items()
        if len(items) != len(expected):
            yield differs(where, expected, seen.plain())
        for place, (value, item) in enumerate(zip(expected, items, strict=False)):
            yield from _failures(value, item, ids, f"{where}[{place}]")
    elif not _agrees(expected, seen, ids):
        yield differs(where, expected, seen.plain())


def _ignored(seen: Seen, name: str) -> bool:
    return bool({(getattr(seen.kind, "name", ""), name), (ANY, name)} & NOT_COMPARED)


@dataclass(frozen=True)
class Other:
    """Expected: anything but this."""

    value: Any

    def __repr__(self) -> str:
        return f"<not {self.value}>"


def _agrees(expected: Any, seen: Seen, ids: Mapping[str, str]) -> bool:
    got = seen.plain()
    if isinstance(expected, Other):
        return got is not None and bool(got != expected.value)
    if expected == "<non-null>":
        return got is not None
    if isinstance(expected, str) and expected.startswith("<prefix:"):
        return isinstance(got, str) and got.startswith(expected[len("<prefix:") : -1])
    if getattr(seen.kind, "name", "") == "Decimal" and got is not None and expected is not None:
        return Decimal(str(expected)) == Decimal(got)
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    return bool(got == expected) or (isinstance(expected, str) and got == ids.get(expected, expected))
