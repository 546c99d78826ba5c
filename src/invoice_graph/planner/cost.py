"""What an operation costs, told from its selection before anything runs, in time that grows with the document alone.

An object costs a point and a leaf nothing; a connection costs its page size times what one of its nodes costs. What
counts or sums up a whole list, and what writes, has a price of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

from invoice_graph.planner.faults import TooCostly
from invoice_graph.planner.pagination import DEFAULT_PAGE, LARGEST_PAGE
from invoice_graph.planner.sources import LARGEST_LIST

OBJECT = 1
PRICES: Mapping[str, int] = {"totalCount": 10, "summary": 10}
"""The fields that look at a whole list, and what they cost."""

WRITE = 10
"""What each mutation costs, above what is selected of its payload."""

FREE = frozenset({"edges", "pageInfo"})
"""The objects that come with each page."""

PER_NODE = frozenset({"edges", "nodes"})
"""The fields of a connection that are there once for each node."""

CONNECTION = "Connection"
MOST_PATHS = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """How large an operation is: points, objects below one another, fields at the top, those of them that write, and
    fields under another name."""

    points: int
    depth: int
    roots: int
    mutations: int
    aliases: int


@dataclass(frozen=True, slots=True)
class _Weight:
    points: int = 0
    depth: int = 0


class Scales:
    """Weighs one operation of a document whose variables have these values."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Sequence[FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = {node.name.value: node for node in fragments}
        self._variables = variables
        self._known: dict[tuple[int, str, int], _Weight] = {}
        kind = schema.get_root_type(operation.operation)
        assert kind is not None
        self._kind: GraphQLNamedType = kind

    def cost(self) -> Cost:
        """What the operation costs; raises TooCostly for one that nests beyond all measure."""
        try:
            weight = self._weigh(self._operation.selection_set, self._kind, 1)
        except RecursionError:
            raise TooCostly("The operation nests too deeply; split it into several requests.") from None
        roots = {_key(field) for field, _ in self._fields(self._operation.selection_set, self._kind)}
        writes = self._kind is self._schema.mutation_type
        return Cost(weight.points, weight.depth, len(roots), len(roots) if writes else 0, self._aliases())

    def by_path(self) -> dict[str, int]:
        """What the objects of the operation cost, by their paths; the first 100 of them, those at the top first."""
        found: dict[str, int] = {}
        level = [("", 1, self._operation.selection_set, self._kind, 1)]
        while level and len(found) < MOST_PATHS:
            path, parents, selections, kind, size = level.pop(0)
            for field, parent in self._fields(selections, kind):
                inner = self._below(field, parent)
                if inner is not None and len(found) < MOST_PATHS:
                    own = f"{path}{_key(field)}"
                    found[own] = found.get(own, 0) + parents * self._field(field, parent, size).points
                    level.append((f"{own}.", parents * self._times(field, parent, size), *inner))
        return found

    def _weigh(self, selections: SelectionSetNode, kind: GraphQLNamedType, size: int) -> _Weight:
        """What is selected of one object, for a connection with pages of this size; looked at once, however often it
        is spread."""
        key = (id(selections), kind.name, size)
        known = self._known.get(key)
        if known is None:
            parts = [self._part(selection, kind, size) for selection in selections.selections if self._runs(selection)]
            known = _Weight(sum(part.points for part in parts), max((part.depth for part in parts), default=0))
            self._known[key] = known
        return known

    def _part(self, selection: SelectionNode, kind: GraphQLNamedType, size: int) -> _Weight:
        if isinstance(selection, FieldNode):
            return self._field(selection, kind, size)
        return self._weigh(*self._spread(selection, kind), size)

    def _field(self, field: FieldNode, kind: GraphQLNamedType, size: int) -> _Weight:
        name, below = field.name.value, self._below(field, kind)
        times = self._times(field, kind, size)
        own = PRICES.get(name, 0 if below is None or name in FREE else OBJECT) + (
            WRITE if kind is self._schema.mutation_type else 0
        )
        if below is None:
            return _Weight(own * times)
        inner = self._weigh(*below)
        return _Weight(times * (own + inner.points), inner.depth + 1)

    def _below(self, field: FieldNode, kind: GraphQLNamedType) -> tuple[SelectionSetNode, GraphQLNamedType, int] | None:
        """What is selected below a field, of which type, and how many of it are on a page; None for a leaf and for
        introspection, which the rules of validation bound."""
        definition = kind.fields.get(field.name.value) if hasattr(kind, "fields") else None
        if definition is None or field.selection_set is None or is_leaf_type(get_named_type(definition.type)):
            return None
        return field.selection_set, get_named_type(definition.type), self._size(field, get_named_type(definition.type))

    def _times(self, field: FieldNode, kind: GraphQLNamedType, size: int) -> int:
        """How many objects a field has for one object it is selected of."""
        if kind.name.endswith(CONNECTION) and field.name.value in PER_NODE:
            return size
        ids = next((self._value(given.value) for given in field.arguments or () if given.name.value == "ids"), None)
        return min(len(ids), LARGEST_LIST) if isinstance(ids, list) else 1

    def _size(self, field: FieldNode, kind: GraphQLNamedType) -> int:
        """How many nodes a page of a connection has at most; what can't be a size is found later."""
        if not kind.name.endswith(CONNECTION):
            return 1
        given = {argument.name.value: self._value(argument.value) for argument in field.arguments or ()}
        asked = [given[name] for name in ("first", "last") if isinstance(given.get(name), int)]
        return max(0, min(asked[0], LARGEST_PAGE)) if asked else DEFAULT_PAGE

    def _value(self, node: ValueNode) -> Any:
        if isinstance(node, VariableNode):
            return self._variables.get(node.name.value)
        if isinstance(node, IntValueNode):
            return int(node.value)
        if isinstance(node, BooleanValueNode):
            return node.value
        return [None] * len(node.values) if isinstance(node, ListValueNode) else None

    def _fields(self, selections: SelectionSetNode, kind: GraphQLNamedType) -> Iterator[tuple[FieldNode, Any]]:
        """The fields selected of an object, those of each fragment once."""
        seen: set[str] = set()
        level = [(selections, kind)]
        while level:
            inner, parent = level.pop(0)
            for selection in inner.selections:
                if not self._runs(selection):
                    continue
                if isinstance(selection, FieldNode):
                    yield selection, parent
                elif not isinstance(selection, FragmentSpreadNode) or selection.name.value not in seen:
                    seen.add(selection.name.value if isinstance(selection, FragmentSpreadNode) else "")
                    level.append(self._spread(selection, parent))

    def _spread(self, selection: SelectionNode, kind: GraphQLNamedType) -> tuple[SelectionSetNode, GraphQLNamedType]:
        fragment: Any = selection
        if isinstance(selection, FragmentSpreadNode):
            fragment = self._fragments[selection.name.value]
        condition = fragment.type_condition
        return fragment.selection_set, self._schema.type_map[condition.name.value] if condition else kind

    def _runs(self, selection: SelectionNode) -> bool:
        """Whether no directive takes the selection out."""
        if not selection.directives:
            return True
        wanted = {"skip": False, "include": True}
        given = {node.name.value: self._flag(node) for node in selection.directives if node.name.value in wanted}
        return all(flag is None or flag is wanted[name] for name, flag in given.items())

    def _flag(self, directive: DirectiveNode) -> Any:
        return next((self._value(argument.value) for argument in directive.arguments or ()), None)

    def _aliases(self) -> int:
        sets = [self._operation.selection_set, *(node.selection_set for node in self._fragments.values())]
        count = 0
        while sets:
            for selection in sets.pop().selections:
                count += isinstance(selection, FieldNode) and selection.alias is not None
                inner = getattr(selection, "selection_set", None)
                sets += [inner] if inner is not None else []
        return count


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value
