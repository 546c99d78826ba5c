"""Runs operations: planned ones straight from the database, the others through graphql-core.

A query whose root fields are all planned never enters graphql-core's executor: its one statement's
JSON is the answer. Everything else goes through the executor, in which planned fields arrive as
finished JSON.
"""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, OperationDefinitionNode, execute, get_variable_values
from graphql.execution import Executor, create_source_event_stream
from graphql.execution.values import VariableValues

from invoice_graph.commands.operations import Services
from invoice_graph.domain.access import Actor
from invoice_graph.planner.execute import Viewer, fetch
from invoice_graph.planner.faults import ArgumentFault, TooCostly
from invoice_graph.planner.plan import BoundStatement, Planner
from invoice_graph.schema.context import Context
from invoice_graph.server.documents import Document, DocumentCache, RequestRefused
from invoice_graph.server.engine_protocol import ALL_KINDS, QUERY, SUBSCRIPTION, Answer, GraphQLRequest
from invoice_graph.server.errors import BAD_USER_INPUT, error_object, execution_error, fault_object, request_errors

MOST_COERCION_ERRORS = 20


class PlannedExecutor(Executor[Any]):
    """graphql-core's executor, for operations whose planned fields are finished JSON already."""

    def execute_field(self, parent_type: Any, source: Any, field_details_list: Any, path: Any, position: Any) -> Any:
        if path.prev is None and isinstance(source, Mapping) and path.key in source:
            return source[path.key]
        return super().execute_field(parent_type, source, field_details_list, path, position)

    def complete_value(
        self, return_type: Any, field_details_list: Any, info: Any, path: Any, result: Any, position: Any
    ) -> Any:
        if isinstance(result, orjson.Fragment):
            return result
        return super().complete_value(return_type, field_details_list, info, path, result, position)


@dataclass(frozen=True)
class Operation:
    """An operation that is ready to run: nothing can be wrong with its arguments any more."""

    document: Document
    node: OperationDefinitionNode
    raw_variables: dict[str, Any]
    statements: tuple[BoundStatement, ...]
    whole: bool
    viewer: Viewer
    context: Context

    @property
    def kind(self) -> str:
        """Query, mutation or subscription."""
        return self.node.operation.value

    @property
    def name(self) -> str | None:
        """The operation's name."""
        return self.node.name.value if self.node.name else None


class GatewayEngine:
    """The engine of the gateway."""

    def __init__(self, services: Services, planner: Planner, public_url: str = "") -> None:
        self._services = services
        self._planner = planner
        self._schema = planner.schema
        self._documents = DocumentCache(planner.schema)
        self._public_url = public_url

    async def run(
        self, request: GraphQLRequest, actor: Actor, kinds: frozenset[str] = ALL_KINDS
    ) -> Answer | AsyncGenerator[Answer, None]:
        """An answer, or for a subscription the stream of its answers; every fault of the request is an answer."""
        try:
            return await self._run(self._prepare(request, actor, kinds))
        except RequestRefused as refused:
            return Answer(None, request_errors(refused.code, refused.errors), 400)
        except (ArgumentFault, TooCostly) as fault:
            return Answer(None, (fault_object(fault),), 400)
        except _WrongKind as wrong:
            return Answer(None, (error_object(str(wrong), BAD_USER_INPUT),), 405)

    async def _run(self, operation: Operation) -> Answer | AsyncGenerator[Answer, None]:
        if operation.kind == SUBSCRIPTION:
            return await self._subscribe(operation)
        if operation.whole:
            return await self._read(operation)
        return await self._execute(operation)

    def _prepare(self, request: GraphQLRequest, actor: Actor, kinds: frozenset[str]) -> Operation:
        """Finds everything that can be wrong with a request, before anything is executed."""
        document = self._documents.load(request.query)
        node = document.operation(request.operation_name)
        if node.operation.value not in kinds:
            raise _WrongKind(f"A {node.operation.value} can't be sent this way.")
        raw = dict(request.variables or {})
        variables = self._coerced(node, raw)
        key = (document.text, request.operation_name)
        plan = self._planner.plan(key, node, document.fragments, variables)
        bound = plan.bind(variables)
        viewer = Viewer(actor.account_id, self._services.clock, self._public_url)
        context = self._context(request, actor, viewer, bound)
        return Operation(document, node, raw, bound, plan.whole, viewer, context)

    def _coerced(self, node: OperationDefinitionNode, raw: dict[str, Any]) -> VariableValues:
        definitions = node.variable_definitions or ()
        variables = get_variable_values(self._schema, definitions, raw, max_errors=MOST_COERCION_ERRORS)
        if isinstance(variables, list):
            raise RequestRefused(BAD_USER_INPUT, variables)
        return variables

    def _context(
        self, request: GraphQLRequest, actor: Actor, viewer: Viewer, bound: tuple[BoundStatement, ...]
    ) -> Context:
        statements = {key: item for item in bound for key in item.statement.keys}
        return Context(
            services=self._services,
            actor=actor,
            viewer=viewer,
            statements=statements,
            idempotency_key=request.idempotency_key,
            several_mutations=len(bound) > 1,
            last_event_id=request.last_event_id,
        )

    async def _read(self, operation: Operation) -> Answer:
        """The whole operation is one statement: its JSON is the answer."""
        found = await fetch(self._services.database.read, operation.statements[0], operation.viewer)
        return Answer(b"{" + b",".join(b'"%b":%b' % (key.encode(), text) for key, text in found.items()) + b"}")

    async def _execute(self, operation: Operation) -> Answer:
        """Mutations, introspection, and introspection next to planned fields."""
        root = await self._finished(operation)
        outcome: Any = execute(
            self._schema,
            operation.document.node,
            root_value=root,
            context_value=operation.context,
            variable_values=operation.raw_variables,
            operation_name=operation.name,
            executor_class=PlannedExecutor,
        )
        result: ExecutionResult = await outcome if isinstance(outcome, Awaitable) else outcome
        errors = tuple(execution_error(error) for error in result.errors or ())
        return Answer(orjson.dumps(result.data), errors)

    async def _finished(self, operation: Operation) -> dict[str, orjson.Fragment]:
        """The planned fields of a query, read in one snapshot."""
        if operation.kind != QUERY or not operation.statements:
            return {}
        found = await fetch(self._services.database.read, operation.statements[0], operation.viewer)
        return {key: orjson.Fragment(text) for key, text in found.items()}

    async def _subscribe(self, operation: Operation) -> Answer | AsyncGenerator[Answer, None]:
        executor = PlannedExecutor.build(
            self._schema,
            operation.document.node,
            context_value=operation.context,
            raw_variable_values=operation.raw_variables,
            operation_name=operation.name,
        )
        assert isinstance(executor, Executor)
        outcome: Any = create_source_event_stream(executor)
        source: Any = await outcome if isinstance(outcome, Awaitable) else outcome
        if isinstance(source, ExecutionResult):
            return Answer(None, tuple(execution_error(error) for error in source.errors or ()), 400)
        (key,) = operation.context.statements
        return _answers(key, source)


async def _answers(key: str, source: Any) -> AsyncGenerator[Answer, None]:
    async with aclosing(source):
        try:
            async for item in source:
                yield Answer(b'{"%b":%b}' % (key.encode(), item.json), cursor=item.cursor)
        except (ArgumentFault, TooCostly) as fault:
            yield Answer(None, (fault_object(fault),))


class _WrongKind(Exception):
    """An operation that the transport may not run; the text says so."""
