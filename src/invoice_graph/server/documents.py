"""Documents: parsed and validated once per text."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    validate,
)

from invoice_graph.server.errors import BAD_USER_INPUT, PARSE_FAILED, VALIDATION_FAILED

KEPT_DOCUMENTS = 1024
LONGEST_KEPT_TEXT = 50_000
MOST_TOKENS = 10_000


@dataclass
class RequestRefused(Exception):
    """A request that is not executed: the code of its errors, and the errors."""

    code: str
    errors: Sequence[GraphQLError]


@dataclass(frozen=True)
class Document:
    """A document without faults."""

    text: str
    node: DocumentNode

    @cached_property
    def operations(self) -> dict[str | None, OperationDefinitionNode]:
        """The operations by name; an unnamed one under None."""
        definitions = (node for node in self.node.definitions if isinstance(node, OperationDefinitionNode))
        return {node.name.value if node.name else None: node for node in definitions}

    @cached_property
    def fragments(self) -> tuple[FragmentDefinitionNode, ...]:
        """The fragments, in the order they are defined."""
        return tuple(node for node in self.node.definitions if isinstance(node, FragmentDefinitionNode))

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run; raises RequestRefused when the name does not lead to exactly one."""
        found = self.operations.get(name) if name else None
        if name is None and len(self.operations) == 1:
            (found,) = self.operations.values()
        if found is None:
            raise RequestRefused(BAD_USER_INPUT, [GraphQLError(self._choice(name))])
        return found

    def _choice(self, name: str | None) -> str:
        if not self.operations:
            return "The document has no operation; add a query, mutation or subscription."
        names = ", ".join(known for known in self.operations if known) or "none with a name"
        asked = "Give `operationName`" if name is None else f"There is no operation {name!r}"
        return f"{asked}; the document has: {names}."


class DocumentCache:
    """The last 1,024 documents that were found to be without faults."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def load(self, text: str) -> Document:
        """A document by its text; raises RequestRefused."""
        if text in self._kept:
            self._kept.move_to_end(text)
            return self._kept[text]
        document = Document(text, self._validated(text))
        if len(text) <= LONGEST_KEPT_TEXT:
            self._kept[text] = document
            if len(self._kept) > KEPT_DOCUMENTS:
                self._kept.popitem(last=False)
        return document

    def _validated(self, text: str) -> DocumentNode:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
            errors = validate(self._schema, node, max_errors=20)
        except GraphQLSyntaxError as error:
            raise RequestRefused(PARSE_FAILED, [error]) from None
        except RecursionError:
            too_deep = GraphQLError("The document nests too deeply; split it into several requests.")
            raise RequestRefused(PARSE_FAILED, [too_deep]) from None
        if errors:
            raise RequestRefused(VALIDATION_FAILED, errors)
        return node
