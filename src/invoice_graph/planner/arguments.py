"""A field's arguments: shape is looked at when a plan is made, values are read when it runs."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeVar

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLField,
    VariableNode,
    Visitor,
    get_argument_values,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    visit,
)
from graphql.execution.values import VariableValues
from sqlalchemy import bindparam
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from invoice_graph.domain.errors import InputRefusal
from invoice_graph.planner.faults import ArgumentFault
from invoice_graph.planner.values import plain
from invoice_graph.store.dialect import Parameters

Read = Callable[[Mapping[str, Any]], Any]
F = TypeVar("F", bound=Hashable)


@dataclass
class Arguments:
    """The arguments of one field of a selection.

    `values` are those of the request that the plan was first made for; a plan may depend on
    their shape only, and on what `form` returned, so everything else goes through `bind`.
    `varying` are the arguments with variables in them: all others are the same in each request.
    """

    varying: GraphQLField
    node: FieldNode
    values: dict[str, Any]
    prefix: str
    fixed: dict[str, Any]
    reads: list[tuple[str, Read]] = field(default_factory=list)
    depends: dict[tuple[Any, ...], Read] = field(default_factory=dict)

    def at(self, path: tuple[Any, ...]) -> Any:
        """The value at a path, for looking at its shape."""
        return dig(self.values, path)

    def given(self, name: str) -> bool:
        """Whether an argument is there and not null."""
        return self.values.get(name) is not None

    def bind(self, path: tuple[Any, ...], convert: Callable[[Any], Any] = plain) -> BindParameter[Any]:
        """A parameter whose value is read at `path` when the plan runs; ArgumentFault for unusable text."""
        return self.read(lambda values: converted(convert, dig(values, path), path))

    def read(self, read: Read, kind: TypeEngine[Any] | None = None) -> BindParameter[Any]:
        """A parameter whose value `read` finds in the arguments when the plan runs; of the type `kind` where the
        statement does not show it."""
        name = f"{self.prefix}{len(self.reads)}"
        self.reads.append((name, read))
        return bindparam(name, type_=kind)

    def form(self, path: tuple[Any, ...], read: Callable[[Any], F]) -> F:
        """What `read` finds in the value at `path`; requests in which it finds something else get another plan."""

        def find(values: Any) -> F:
            return converted(read, dig(values, path), path)  # type: ignore[no-any-return]

        self.depends[path] = find
        return find(self.values)

    def parameters(self, variables: VariableValues) -> Parameters:
        """The values of all parameters for one request."""
        values = self._of(variables)
        return {name: read(values) for name, read in self.reads}

    def forms(self, variables: VariableValues) -> tuple[Hashable, ...]:
        """What `form` returns for one request."""
        values = self._of(variables)
        return tuple(read(values) for read in self.depends.values())

    def _of(self, variables: VariableValues) -> Any:
        if not self.varying.args:
            return self.values
        return self.fixed | get_argument_values(self.varying, self.node, variables)


def converted(convert: Callable[[Any], Any], value: Any, path: tuple[Any, ...]) -> Any:
    """The argument's value at a path as the rows hold it; ArgumentFault when `convert` refuses it."""
    try:
        return convert(value)
    except InputRefusal as refusal:
        where = ".".join(str(step) for step in path)
        raise ArgumentFault(refusal.code, str(path[0]), f"`{where}`: {refusal.message}") from None


def dig(values: Any, path: tuple[Any, ...]) -> Any:
    """The value at a path of keys and positions."""
    return reduce(lambda value, step: value[step], path, values)


def make_arguments(definition: GraphQLField, node: FieldNode, variables: VariableValues, prefix: str) -> Arguments:
    """A field's arguments, coerced for the request at hand."""
    names = {argument.name.value for argument in node.arguments or () if _has_variables(argument)}
    varying = _only(definition, names)
    fixed = get_argument_values(_only(definition, definition.args.keys() - names), node, variables)
    return Arguments(varying, node, fixed | get_argument_values(varying, node, variables), prefix, fixed)


def _only(definition: GraphQLField, names: Collection[str]) -> GraphQLField:
    """A field with some of its arguments."""
    return GraphQLField(definition.type, {name: item for name, item in definition.args.items() if name in names})


class _VariableFinder(Visitor):
    found = False

    def enter_variable(self, _node: VariableNode, *_: Any) -> None:
        self.found = True


def _has_variables(node: ArgumentNode) -> bool:
    finder = _VariableFinder()
    visit(node, finder)
    return finder.found


def shape(variables: VariableValues) -> tuple[Any, ...]:
    """What of the variables a plan may depend on: what is given, and the values of enums and booleans."""
    signatures = variables.sources
    return tuple((name, _shape(value, signatures[name].signature.type)) for name, value in variables.coerced.items())


def _shape(value: Any, kind: Any) -> Any:
    if is_non_null_type(kind):
        return _shape(value, kind.of_type)
    if value is None:
        return None
    if is_list_type(kind):
        return tuple(_shape(item, kind.of_type) for item in value) if _matters(kind) else "list"
    if is_input_object_type(kind):
        return tuple((name, _shape(item, kind.fields[name].type)) for name, item in value.items())
    return value if _matters(kind) else "given"


def _matters(kind: Any) -> bool:
    named = get_named_type(kind)
    return is_enum_type(named) or is_input_object_type(named) or named.name == "Boolean"
