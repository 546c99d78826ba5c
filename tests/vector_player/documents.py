"""GraphQL documents, made from the schema: everything of an object that a vector may ask about."""

from functools import cache

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

EMBEDDED_LISTS = frozenset({"lines", "payments"})
"""The lists that are part of an object."""

EMBEDDED_TYPES = frozenset({"Discount"})
"""Objects with ids that are shown whole within others."""

LEFT_OUT = frozenset({"allowedActions", "calculation"})
"""Fields that answer other questions, at a price."""

LARGEST_PAGE = 100


@cache
def selection(kind: GraphQLObjectType, page_size: int = 10) -> str:
    """All fields of an object: other objects by their ids, of lists only the embedded ones."""
    chosen = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if name in LEFT_OUT or any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(inner):
            chosen.append(name)
        elif isinstance(inner, GraphQLObjectType) and inner.name.endswith("Connection"):
            if name in EMBEDDED_LISTS:
                chosen.append(f"{name}(first: {page_size}) {page(inner)}")
        elif isinstance(inner, GraphQLObjectType):
            chosen.append(f"{name} {{ id }}" if _is_reference(inner) else f"{name} {selection(inner)}")
    return "{ " + " ".join(chosen) + " }"


def page(connection: GraphQLObjectType, info: str = "hasNextPage endCursor") -> str:
    """A page of a list."""
    node = get_named_type(connection.fields["nodes"].type)
    assert isinstance(node, GraphQLObjectType)
    return f"{{ totalCount pageInfo {{ {info} }} nodes {selection(node)} }}"


def mutation(schema: GraphQLSchema, name: str) -> str:
    """A document that runs a mutation with the variable `input`."""
    assert schema.mutation_type is not None
    field = schema.mutation_type.fields[name]
    payload = get_named_type(field.type)
    assert isinstance(payload, GraphQLObjectType)
    chosen = ["replayed", "userErrors { __typename code message path }"]
    if "deletedId" in payload.fields:
        chosen.append("deletedId")
    subject = object_of(payload)
    if subject is not None:
        chosen.append(f"{subject} {selection(get_named_type(payload.fields[subject].type))}")
    return f"mutation ($input: {field.args['input'].type}) {{ {name}(input: $input) {{ {' '.join(chosen)} }} }}"


def object_of(payload: GraphQLObjectType) -> str | None:
    """The field of a payload that holds the object."""
    fields = ((name, get_named_type(field.type)) for name, field in payload.fields.items())
    common = ("userErrors", "events")
    return next((n for n, kind in fields if n not in common and isinstance(kind, GraphQLObjectType)), None)


def query(field: GraphQLField, name: str, arguments: tuple[str, ...] = (), page_size: int = 10) -> str:
    """A document that reads an object by the variable `id` and other arguments."""
    kind = get_named_type(field.type)
    assert isinstance(kind, GraphQLObjectType)
    heads = "".join(f", ${other}: {field.args[other].type}" for other in arguments)
    passed = "".join(f", {other}: ${other}" for other in arguments)
    return f"query ($id: ID!{heads}) {{ {name}(id: $id{passed}) {selection(kind, page_size)} }}"


def node(schema: GraphQLSchema, type_name: str) -> str:
    """A document that reads an object of a kind without a root field of its own."""
    kind = schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)
    return f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_name} {selection(kind)} }} }}"


def _is_reference(kind: GraphQLObjectType) -> bool:
    if kind.name in EMBEDDED_TYPES:
        return False
    return any(isinstance(part, GraphQLInterfaceType) and part.name == "Node" for part in kind.interfaces)
