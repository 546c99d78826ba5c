"""Runs operations: planned ones straight from the database, the others through graphql-core.

A query whose root fields are all planned never enters graphql-core's executor: its one statement's
JSON is the answer. Everything else goes through the executor, in which planned fields arrive as
finished JSON.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson
from graphql import ExecutionResult, default_field_resolver, default_type_resolver
from graphql.execution import Executor, create_source_event_stream
from graphql.execution.collect_fields import FragmentDetails

from invoice_graph import tracing
from invoice_graph.commands.operations import Services
from invoice_graph.domain.access import Actor, way_out
from invoice_graph.planner.execute import fetch
from invoice_graph.planner.faults import ArgumentFault, Forbidden, TooCostly
from invoice_graph.planner.plan import Planner
from invoice_graph.schema.context import Context
from invoice_graph.schema.live import Live
from invoice_graph.server.documents import DocumentCache, RequestRefused
from invoice_graph.server.engine_protocol import ALL_KINDS, QUERY, SUBSCRIPTION, Answer, GraphQLRequest, Offer
from invoice_graph.server.errors import (
    BAD_USER_INPUT,
    FORBIDDEN,
    error_object,
    execution_error,
    fault_object,
    rate_limited,
    request_errors,
)
from invoice_graph.server.expiry import check_time, until_expiry
from invoice_graph.server.exposure import Exposure
from invoice_graph.server.held import Held
from invoice_graph.server.limits import Budgets, Limits, NoPlace, Places, Spent, payer
from invoice_graph.server.listed_documents import ListedDocuments
from invoice_graph.server.preparing import Operation, Preparation, WrongKind
from invoice_graph.server.request_log import Run
from invoice_graph.store.connection import StatementTimeout


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


class GatewayEngine:
    """The engine of the gateway; `documents` are those that run, any by default."""

    def __init__(
        self,
        services: Services,
        planner: Planner,
        public_url: str = "",
        documents: DocumentCache | ListedDocuments | None = None,
        limits: Limits | None = None,
        budgets: Budgets | None = None,
        exposure: Exposure | None = None,
    ) -> None:
        self._services = services
        self._schema = planner.schema
        self._limits = limits = limits or Limits()
        self._exposure = exposure = exposure or Exposure()
        listed = DocumentCache(planner.schema, not exposure.suggestions) if documents is None else documents
        self._preparation = Preparation(services, planner, listed, limits, exposure, public_url)
        self._budgets = Budgets(limits.cost_per_minute) if budgets is None else budgets
        self._subscriptions = Places(limits.max_subscriptions_per_key)
        self.live = Live(lambda cursor, data: Answer(data, cursor=cursor))

    async def run(
        self,
        request: GraphQLRequest,
        actor: Actor,
        kinds: frozenset[str] = ALL_KINDS,
        offer: Offer | None = None,
    ) -> Answer | AsyncGenerator[Answer, None]:
        """An answer, or for a subscription the stream of its answers; every fault of the request is an answer. Raises
        Unauthenticated when the actor's time is over, from the stream as well."""
        check_time(actor, self._services.clock)
        with tracing.operation(request.trace) as span:
            run = Run(request, actor, span)
            try:
                answer = await self._answer(run, kinds, offer)
            except Exception as error:
                run.ended(error, self._exposure.log_operations)
                raise
            run.ended(answer, self._exposure.log_operations)
            return answer

    async def _answer(
        self, run: Run, kinds: frozenset[str], offer: Offer | None
    ) -> Answer | AsyncGenerator[Answer, None]:
        request, actor = run.request, run.actor
        try:
            run.operation = operation = await self._preparation.prepare(request, actor, kinds, offer)
            left = self._budgets.spend(payer(actor), operation.cost.points)
            answer = await self._run(operation)
        except RequestRefused as refused:
            return Answer(None, request_errors(refused.code, refused.errors), refused.status)
        except (ArgumentFault, TooCostly) as fault:
            return Answer(None, (fault_object(fault),), 400)
        except Forbidden as forbidden:
            entry = error_object(way_out(actor, forbidden.lacks), FORBIDDEN, missing=forbidden.lacks)
            return Answer(None, (entry,), 403)
        except WrongKind as wrong:
            return Answer(None, (error_object(str(wrong), BAD_USER_INPUT),), 405)
        except Spent as spent:
            return rate_limited(str(spent), spent.retry_after, requested=spent.requested, available=spent.available)
        except NoPlace:
            return _no_place(self._subscriptions.most)
        if request.wants_cost and isinstance(answer, Answer):
            return replace(answer, extensions={"cost": self._report(operation, left)})
        return answer

    async def _run(self, operation: Operation) -> Answer | AsyncGenerator[Answer, None]:
        if operation.kind == SUBSCRIPTION:
            return await self._subscribe(operation)
        if operation.whole:
            return await self._read(operation)
        return await self._execute(operation)

    def _report(self, operation: Operation, left: int | None) -> dict[str, Any]:
        """What an operation has cost, and what its key has left; nulls where there is no end of it."""
        rate = self._budgets.restore_rate if left is not None else None
        paths = self._preparation.scales(operation).by_path()
        listed = [{"path": path, "cost": cost} for path, cost in paths.items()]
        return {"requested": operation.cost.points, "available": left, "restoreRate": rate, "byPath": listed}

    def _context(self, operation: Operation) -> Context:
        bound = operation.statements
        return Context(
            services=self._services,
            actor=operation.actor,
            viewer=operation.viewer,
            statements={key: item for item in bound for key in item.statement.keys},
            live=self.live,
            idempotency_key=operation.request.idempotency_key,
            several_mutations=len(bound) > 1,
            last_event_id=operation.request.last_event_id,
            offer=operation.offer,
            request_id=operation.request.request_id,
        )

    async def _read(self, operation: Operation) -> Answer:
        """The whole operation is one statement: its JSON is the answer."""
        found = await self._fetched(operation)
        return Answer(b"{" + b",".join(b'"%b":%b' % (key.encode(), text) for key, text in found.items()) + b"}")

    async def _fetched(self, operation: Operation) -> dict[str, bytes]:
        """The rows of a query's statement, which is ended when it takes too long."""
        try:
            async with asyncio.timeout(self._limits.operation_timeout):
                return await fetch(self._services.database.read, operation.statements[0], operation.viewer)
        except TimeoutError:
            raise StatementTimeout(f"a query took more than {self._limits.operation_timeout:g} s") from None

    async def _execute(self, operation: Operation) -> Answer:
        """Mutations, introspection, and introspection next to planned fields."""
        outcome: Any = self._executor(operation, await self._finished(operation)).execute_operation()
        result: ExecutionResult = await outcome if isinstance(outcome, Awaitable) else outcome
        return Answer(orjson.dumps(result.data), _errors(result, operation))

    def _executor(self, operation: Operation, root: Mapping[str, Any] | None = None) -> PlannedExecutor:
        """Made of what was prepared: `build` would go through the document and coerce all variables once more."""
        fragments = {node.name.value: node for node in operation.document.fragments}
        return PlannedExecutor(
            schema=self._schema,
            fragment_definitions=fragments,
            fragments={name: FragmentDetails(node) for name, node in fragments.items()},
            root_value=root,
            context_value=self._context(operation),
            operation=operation.node,
            variable_values=operation.variables,
            field_resolver=default_field_resolver,
            type_resolver=default_type_resolver,
            subscribe_field_resolver=default_field_resolver,
        )

    async def _finished(self, operation: Operation) -> dict[str, orjson.Fragment]:
        """The planned fields of a query, read in one snapshot."""
        if operation.kind != QUERY or not operation.statements:
            return {}
        found = await self._fetched(operation)
        return {key: orjson.Fragment(text) for key, text in found.items()}

    async def _subscribe(self, operation: Operation) -> Answer | AsyncGenerator[Answer, None]:
        outcome: Any = create_source_event_stream(self._executor(operation))
        source: Any = await outcome if isinstance(outcome, Awaitable) else outcome
        if isinstance(source, ExecutionResult):
            return Answer(None, _errors(source, operation), 400)
        answers = _answers(source)
        if operation.actor.expires_at is not None:
            answers = until_expiry(answers, operation.actor, self._services.clock)
        return _Lasting(answers, self._subscriptions.take(payer(operation.actor)))


class _Lasting(AsyncGenerator[Answer, None]):
    """A stream that holds a place until it is closed, also when nobody has asked it for anything."""

    def __init__(self, answers: AsyncGenerator[Answer, None], place: Held) -> None:
        self._answers = answers
        self._place = place

    async def __anext__(self) -> Answer:
        return await self._answers.__anext__()

    async def asend(self, value: None) -> Answer:
        return await self._answers.asend(value)

    async def athrow(self, *error: Any) -> Answer:
        return await self._answers.athrow(*error)

    async def aclose(self) -> None:
        self._place.release()
        await self._answers.aclose()


def _errors(result: ExecutionResult, operation: Operation) -> tuple[dict[str, Any], ...]:
    return tuple(execution_error(error, operation.request.request_id) for error in result.errors or ())


async def _answers(source: Any) -> AsyncGenerator[Answer, None]:
    async with aclosing(source):
        try:
            async for answer in source:
                yield answer
        except (ArgumentFault, TooCostly) as fault:
            yield Answer(None, (fault_object(fault),))


def _no_place(most: int) -> Answer:
    return rate_limited(f"This key has {most:,} subscriptions open, which is the most it may have; end one first.")
