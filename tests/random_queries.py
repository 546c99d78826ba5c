"""Random queries over the real schema: whatever it offers, in every spelling that GraphQL has for it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from domain_reference import LISTED, MEMBERS
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st
from random_searches import searches
from reference_executor import CONNECTIONS, PREFIXES, REFERENCES, WHERE_COLUMNS, ReferenceExecutor, snake_case

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

DEEPEST_CONNECTION = 5
DEEPEST_SELECTION = 14
MOST_FIELDS = 45
SMALL_PAGES = (1, 2, 3)
NESTED = ("lines", "metadata", "payment")
"""Conditions on more than a single value, which are drawn more often."""


@dataclass
class Made:
    """A piece of a document, and how deep connections nest in it."""

    text: str
    depth: int = 0


@dataclass
class Fragment:
    """A finished fragment."""

    name: str
    on: str
    depth: int
    text: str


@dataclass
class Query:
    """A query and the values of its variables."""

    text: str
    variables: dict[str, Any]


@st.composite
def queries(draw: Any, reference: ReferenceExecutor) -> Query:
    """A valid query, with values and cursors from the reference's data."""
    return Maker(draw, reference).query()


class Maker:
    """Makes one query."""

    def __init__(self, draw: Any, reference: ReferenceExecutor) -> None:
        self.draw: Any = draw
        self.reference = reference
        self.schema = reference.schema
        self.declared: list[str] = []
        self.values: dict[str, Any] = {}
        self.fragments: list[Fragment] = []
        self.names = 0
        self.left = MOST_FIELDS
        self.deep = False

    def query(self) -> Query:
        self.deep = self.chance(2)
        kind = self.schema.query_type
        assert kind is not None
        names = st.sampled_from([*LISTS, *LISTS, *kind.fields, "__typename"])
        roots = self.draw(st.lists(names, min_size=1, max_size=3))
        body = self.joined([self.dressed(kind, name, DEEPEST_CONNECTION, 0) for name in roots]).text
        head = f"query Q({', '.join(self.declared)}) " if self.declared else ""
        fragments = "".join(f"\nfragment {item.name} on {item.on} {item.text}" for item in self.fragments)
        return Query(head + body + fragments, self.values)

    # Selections

    def selections(self, kind: GraphQLObjectType, levels: int, depth: int) -> Made:
        """A selection set of an object type."""
        names = self.draw(st.lists(st.sampled_from(self.choices(kind, levels, depth)), min_size=1, max_size=4))
        if self.deep and self.left > 0:
            names += self.way_down(kind, levels, depth)
        return self.joined([self.dressed(kind, name, levels, depth) for name in names])

    def way_down(self, kind: GraphQLObjectType, levels: int, depth: int) -> list[str]:
        """A field that leads to a connection further down."""
        lists = [name for name in kind.fields if (kind.name, name) in CONNECTIONS]
        rows = [name for name in kind.fields if (kind.name, name) in REFERENCES]
        lists += [name for name in kind.fields if (kind.name, name) in NESTING]
        offered = lists if levels else rows if depth < DEEPEST_SELECTION else []
        return [self.draw(st.sampled_from(offered or rows))] if offered or (rows and depth < DEEPEST_SELECTION) else []

    def choices(self, kind: GraphQLObjectType, levels: int, depth: int) -> list[str]:
        composite = depth < DEEPEST_SELECTION and self.left > 0
        return ["__typename"] + [
            name
            for name, field in kind.fields.items()
            if is_leaf_type(get_named_type(field.type))
            or (composite and (levels or (kind.name, name) not in {*CONNECTIONS, *NESTING}))
        ]

    def joined(self, parts: Sequence[Made]) -> Made:
        return Made("{ " + " ".join(part.text for part in parts) + " }", max(part.depth for part in parts))

    def dressed(self, kind: GraphQLObjectType, name: str, levels: int, depth: int) -> Made:
        """A field as it is, with a directive, or inside a fragment."""
        how = self.draw(st.integers(0, 14)) - 11
        if how == 0 and (known := [item for item in self.fragments if item.on == kind.name and item.depth <= levels]):
            used = self.draw(st.sampled_from(known))
            return Made(f"...{used.name}{self.directive()}", used.depth)
        made = self.field(kind, name, levels, depth)
        if how == 1:
            return Made(
                f"...{self.draw(st.sampled_from(('', f' on {kind.name}')))}{self.directive()} {{ {made.text} }}",
                made.depth,
            )
        if how == 2:
            fragment = Fragment(self.name("F"), kind.name, made.depth, f"{{ {made.text} }}")
            self.fragments.append(fragment)
            return Made(f"...{fragment.name}{self.directive()}", made.depth)
        return made

    def directive(self) -> str:
        how = self.draw(st.integers(0, 14))
        if how < 13:
            return ""
        name, value = ("skip", "include")[how - 13], self.draw(st.booleans())
        return f" @{name}(if: {self.value(GraphQLNonNull(self.schema.type_map['Boolean']), value)})"

    def field(self, kind: GraphQLObjectType, name: str, levels: int, depth: int) -> Made:
        if name == "__typename":
            return Made(self.alias(name) + self.directive())
        self.left -= 1
        definition = kind.fields[name]
        named = get_named_type(definition.type)
        arguments = self.arguments(kind.name, name, depth)
        head = (
            self.alias(name) if not arguments else f"{self.name('a')}: {name}({', '.join(arguments)})"
        ) + self.directive()
        if is_leaf_type(named):
            return Made(head)
        if (kind.name, name) in CONNECTIONS:
            below = self.page(named, levels - 1, depth + 1)
            return Made(f"{head} {below.text}", below.depth + 1)
        if name == "summary" or (kind.name, name) in NESTING:
            below = self.selections(named, levels - 1, depth + 1)
            return Made(f"{head} {below.text}", below.depth + 1)
        below = (
            self.node(levels, depth)
            if isinstance(named, GraphQLInterfaceType)
            else self.selections(named, levels, depth + 1)
        )
        return Made(f"{head} {below.text}", below.depth)

    def page(self, kind: Any, levels: int, depth: int) -> Made:
        """The selection set of a connection."""
        offered = [name for name in PAGE_MEMBERS if name in kind.fields or name == TYPENAME]
        offered += ["summary"] * 5 if "summary" in kind.fields and levels > 1 else []
        members = self.draw(st.lists(st.sampled_from(offered), min_size=1, max_size=4))
        if self.deep:
            members.append("nodes")
        return self.joined([self.dressed(kind, name, levels, depth) for name in members])

    def node(self, levels: int, depth: int) -> Made:
        """The selection set of something of unknown kind."""
        parts = [Made(self.draw(st.sampled_from(("id", "__typename", "i: id", "... on Node { id }"))))]
        for name in self.draw(st.lists(st.sampled_from(sorted(PREFIXES.values())), max_size=3)):
            kind = self.schema.type_map[name]
            assert isinstance(kind, GraphQLObjectType)
            fields = self.draw(st.lists(st.sampled_from(self.choices(kind, levels, depth)), min_size=1, max_size=3))
            made = [self.aliased(kind, field, levels, depth) for field in fields]
            parts.append(Made(f"... on {name}{self.directive()} {self.joined(made).text}", self.joined(made).depth))
        return self.joined(parts)

    def aliased(self, kind: GraphQLObjectType, name: str, levels: int, depth: int) -> Made:
        """A field under a name that no other field has."""
        made = self.field(kind, name, levels, depth)
        return (
            made
            if made.text.startswith("a") and ": " in made.text.split("{")[0].split("(")[0]
            else Made(f"{self.name('a')}: {made.text}", made.depth)
        )

    def alias(self, name: str) -> str:
        return f"{self.name('a')}: {name}" if self.chance(4) else name

    def name(self, letter: str) -> str:
        self.names += 1
        return f"{letter}{self.names}"

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    # Arguments

    def arguments(self, parent: str, field: str, depth: int) -> list[str]:
        definition = self.schema.type_map[parent].fields[field]  # type: ignore[attr-defined]
        values: dict[str, Any] = {}
        if "id" in definition.args:
            values["id"] = self.draw(st.sampled_from(self.ids()))
        if "version" in definition.args:
            values["version"] = self.draw(st.none() | st.integers(0, 3))
        if "ids" in definition.args:
            values["ids"] = self.draw(st.lists(st.sampled_from(self.ids()), max_size=4))
        if "groupBy" in definition.args and self.chance(2):
            names = sorted(get_named_type(definition.args["groupBy"].type).values)
            values["groupBy"] = self.draw(st.none() | st.lists(st.sampled_from(names), max_size=4))
        if (parent, field) in CONNECTIONS:
            values |= self.page_arguments(parent, field, definition.args, depth)
        return [f"{name}: {self.value(definition.args[name].type, value)}" for name, value in values.items()]

    def ids(self) -> list[str]:
        listed = [row["id"] for name in PREFIXES.values() for row in self.reference.rows(name)[:12]]
        return [*listed, "in_unknown", "cus_", "", "nothing", "evt", "acct_reader"]

    def page_arguments(self, parent: str, field: str, offered: Mapping[str, Any], depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if "orderBy" in offered and self.chance(2):
            values["orderBy"] = self.draw(st.none() | self.order(offered["orderBy"].type))
        if "where" in offered and self.chance(2):
            values["where"] = self.where(offered["where"].type, CONNECTIONS[parent, field].of, 1)
        if "search" in offered and self.chance(3):
            values["search"] = self.draw(searches(self.reference))
        if "types" in offered:
            values |= self.event_arguments(offered)
        size = self.draw(st.sampled_from(SMALL_PAGES if depth > 1 else (*SMALL_PAGES, 7, 100)))
        sized = self.draw(st.sampled_from(("first", "last") if depth > 1 else ("first", "last", None)))
        cursored = self.draw(st.sampled_from(("after", "before", None, None)))
        if sized:
            values[sized] = size
        if cursored:
            default = {"field": "CREATED_AT", "direction": "DESC"} if (parent, field) == ("Query", "invoices") else None
            values[cursored] = self.cursor(parent, field, values.get("orderBy", default))
        return values

    def order(self, kind: Any) -> st.SearchStrategy[dict[str, str]]:
        fields = {
            name: sorted(field.type.of_type.values if isinstance(field.type, GraphQLNonNull) else field.type.values)
            for name, field in get_named_type(kind).fields.items()
        }
        return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in fields.items()})

    def event_arguments(self, offered: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if self.chance(3):
            names = sorted(get_named_type(offered["types"].type).values)
            values["types"] = self.draw(st.lists(st.sampled_from(names), max_size=5))
        for argument, column in (("invoiceId", "invoice_id"), ("customerId", "customer_id")):
            if self.chance(4):
                values[argument] = self.draw(st.sampled_from([row[column] for row in self.reference.rows("Event")]))
        return values

    def cursor(self, parent: str, field: str, order: Mapping[str, str] | None) -> str:
        rows = self.reference.rows(CONNECTIONS[parent, field].of)
        return self.reference.cursor(parent, field, self.draw(st.sampled_from(rows)), order)

    # Conditions

    def where(self, kind: Any, type_name: str, depth: int) -> dict[str, Any]:
        fields = get_named_type(kind).fields
        combiners = ("and", "or", "not") if depth < 4 and self.chance(2) else ()
        names = combiners or [name for name in fields if name not in ("and", "or", "not")]
        names = [*names, *(name for name in names if name in NESTED for _ in range(4))]
        found: dict[str, Any] = {}
        for name in self.draw(st.lists(st.sampled_from(names), min_size=int(depth == 1), max_size=2, unique=True)):
            if name == "not":
                found[name] = self.where(kind, type_name, depth + 1)
            elif name in combiners:
                found[name] = [self.where(kind, type_name, depth + 1) for _ in range(self.draw(st.integers(0, 2)))]
            else:
                special = self.special(fields[name].type, name, depth)
                found[name] = self.condition(fields[name].type, type_name, name) if special is None else special
        return found

    def special(self, kind: Any, field: str, depth: int) -> dict[str, Any] | None:
        """A condition that is not one on a single value."""
        inner = get_named_type(kind).fields
        if field == "lines":
            return {"some": self.where(inner["some"].type, "LineItem", depth + 1)} if depth < 4 else {}
        if field == "payment":
            parts = self.draw(st.lists(st.sampled_from(sorted(inner)), max_size=2, unique=True))
            return {name: self.condition(inner[name].type, "InvoicePayment", f"payment_{name}") for name in parts}
        return self.label(inner) if field == "metadata" else None

    def label(self, operators: Mapping[str, Any]) -> dict[str, Any]:
        """A condition on a key of the metadata of invoices."""
        labels = [label for row in self.reference.rows("Invoice") for label in row["details"].items()]
        key, value = self.draw(st.sampled_from([*labels, ("unknown", "x")]))
        condition: dict[str, Any] = {"key": key}
        for name in self.draw(st.lists(st.sampled_from(sorted({*operators} - {"key"})), max_size=2, unique=True)):
            condition[name] = self.draw(st.booleans()) if name == "isNull" else self.variation("String", name, value)
            condition[name] = [value, value.upper()] if name == "in" else condition[name]
        return condition

    def condition(self, kind: Any, type_name: str, field: str) -> dict[str, Any]:
        operators = sorted(get_named_type(kind).fields)
        chosen = self.draw(
            st.lists(st.sampled_from(operators), min_size=int(not self.chance(9)), max_size=2, unique=True)
        )
        return {name: self.operand(get_named_type(kind), type_name, field, name) for name in chosen}

    def operand(self, kind: GraphQLInputObjectType, type_name: str, field: str, operator: str) -> Any:
        wanted = kind.fields[operator].type
        named = get_named_type(wanted)
        if named.name == "Boolean":
            return self.draw(st.none() | st.booleans())
        if isinstance(named, GraphQLEnumType):
            value: st.SearchStrategy[Any] = st.sampled_from(sorted(named.values))
        else:
            column = WHERE_COLUMNS.get(field) or snake_case(field)
            seen = [row[column] for row in self.reference.rows(type_name) if row[column] is not None]
            value = st.sampled_from(seen or [SAMPLES[named.name]])
        if operator == "in":
            return self.draw(st.lists(value, max_size=3))
        found = self.draw(value)
        return self.variation(named.name, operator, found)

    def variation(self, scalar: str, operator: str, found: Any) -> Any:
        """A value near one that exists."""
        if operator == "contains":
            start, length = self.draw(st.integers(0, 4)), self.draw(st.integers(0, 3))
            piece = found[start : start + length]
            return self.draw(st.sampled_from((piece, piece.upper(), piece.lower(), piece.casefold())))
        if scalar == "MinorUnits":
            return max(-(2**53) + 1, min(2**53 - 1, found + self.draw(st.sampled_from((0, 1, -1)))))
        if scalar == "DateTime":
            hours = self.draw(st.sampled_from((0, 2, -5)))
            return datetime.fromisoformat(found).astimezone(timezone(timedelta(hours=hours))).isoformat()
        return found

    # Values

    def value(self, kind: Any, value: Any) -> str:
        """A value as it stands in the document: a literal, a variable, or a literal with variables inside."""
        how = self.draw(st.integers(0, 7))
        if how == 7:
            return self.variable(kind, value, default=False)
        if how == 6 and not isinstance(kind, GraphQLNonNull):
            return self.variable(kind, value, default=True)
        return self.literal(kind, value)

    def variable(self, kind: Any, value: Any, default: bool) -> str:
        name = self.name("v")
        if default:
            self.declared.append(f"${name}: {kind} = {self.constant(kind, value)}")
        else:
            self.declared.append(f"${name}: {kind}")
            self.values[name] = value
        return f"${name}"

    def constant(self, kind: Any, value: Any) -> str:
        return written(kind, value, lambda inner, item: self.constant(inner, item))

    def literal(self, kind: Any, value: Any) -> str:
        return written(kind, value, self.value)


NESTING = {**LISTED, **MEMBERS}
"""Fields that nest like connections do."""

LISTS = tuple(field for parent, field in CONNECTIONS if parent == "Query")
TYPENAME = "__typename"
PAGE_MEMBERS = ("edges", "nodes", "pageInfo", "totalCount", TYPENAME)
SAMPLES: Mapping[str, Any] = {"ID": "x", "String": "x", "MinorUnits": 0, "CurrencyCode": "usd"}


def written(kind: Any, value: Any, inner: Callable[[Any, Any], str]) -> str:
    """A value as a literal; `inner` writes what is inside lists and objects."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if value is None:
        return "null"
    if isinstance(kind, GraphQLList):
        return "[" + ", ".join(inner(kind.of_type, item) for item in value) + "]"
    if isinstance(kind, GraphQLInputObjectType):
        return "{" + ", ".join(f"{name}: {inner(kind.fields[name].type, item)}" for name, item in value.items()) + "}"
    return str(value) if isinstance(kind, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)
