"""Everything that can be wrong with a request is found here, before anything is executed."""

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from graphql import OperationDefinitionNode, get_variable_values
from graphql.execution.values import VariableValues

from invoice_graph.commands.operations import Services
from invoice_graph.domain.access import Actor, Rights, Scope
from invoice_graph.planner.cost import Cost, Scales
from invoice_graph.planner.execute import Viewer
from invoice_graph.planner.faults import Forbidden
from invoice_graph.planner.plan import BoundStatement, Plan, Planner
from invoice_graph.planner.recent import Recent
from invoice_graph.server.documents import Document, DocumentCache, RequestRefused, asked_for
from invoice_graph.server.engine_protocol import MUTATION, QUERY, SUBSCRIPTION, GraphQLRequest, Offer
from invoice_graph.server.errors import BAD_USER_INPUT
from invoice_graph.server.exposure import Exposure
from invoice_graph.server.limits import Limits
from invoice_graph.server.listed_documents import ListedDocuments
from invoice_graph.server.negotiation import EVENT_STREAM

_WAYS: Mapping[str, str] = {
    QUERY: "use GET, POST or a WebSocket",
    MUTATION: "use POST or a WebSocket",
    SUBSCRIPTION: f"use a WebSocket, or ask for it with `Accept: {EVENT_STREAM}`",
}
MOST_COERCION_ERRORS = 20
KEPT_COSTS = 4096

T = TypeVar("T")


@dataclass(frozen=True)
class Operation:
    """An operation that is ready to run: nothing can be wrong with its arguments any more."""

    request: GraphQLRequest
    actor: Actor
    offer: Offer | None
    document: Document
    node: OperationDefinitionNode
    variables: VariableValues
    cost: Cost
    statements: tuple[BoundStatement, ...]
    whole: bool
    viewer: Viewer

    @property
    def kind(self) -> str:
        """Query, mutation or subscription."""
        return self.node.operation.value

    @property
    def name(self) -> str | None:
        """The operation's name."""
        return self.node.name.value if self.node.name else None


class WrongKind(Exception):
    """An operation that the transport may not run; the text says so."""


class Preparation:
    """Makes operations of requests. What is met for the first time is read, checked and planned in a thread, one after
    the other, so that a long document does not hold up others; from then on it is known."""

    def __init__(
        self,
        services: Services,
        planner: Planner,
        documents: DocumentCache | ListedDocuments,
        limits: Limits,
        exposure: Exposure,
        public_url: str,
    ) -> None:
        self._services = services
        self._planner = planner
        self._documents = documents
        self._limits = limits
        self._exposure = exposure
        self._public_url = public_url
        self._costs: Recent[Hashable, Cost] = Recent(KEPT_COSTS, KEPT_COSTS, 1)
        self._thread = asyncio.Semaphore(1)

    async def prepare(
        self, request: GraphQLRequest, actor: Actor, kinds: frozenset[str], offer: Offer | None
    ) -> Operation:
        """A request's operation; raises RequestRefused, WrongKind, Forbidden, ArgumentFault and
        TooCostly."""
        asked = asked_for(request.query, request.persisted)
        document = self._documents.recall(asked)
        if document is None:
            document = await self._apart(partial(self._documents.find, asked))
        self._check_introspection(document, actor)
        node = document.operation(request.operation_name)
        if node.operation.value not in kinds:
            raise WrongKind(f"A {node.operation.value} can't be sent this way; {_WAYS[node.operation.value]}.")
        raw = dict(request.variables or {})
        self._limits.check_variables(raw)
        variables = self._coerced(node, raw)
        key = (document.key, request.operation_name)
        cost = self._cost(key, document, node, variables)
        plan = self._planner.known(key, variables, actor.rights)
        if plan is None:
            plan = await self._apart(partial(self._planned, key, document, node, variables, actor.rights))
        viewer = Viewer(actor.account_id, self._services.clock, self._public_url, actor.customer_id)
        bound = plan.bind(variables)
        return Operation(request, actor, offer, document, node, variables, cost, bound, plan.whole, viewer)

    def _check_introspection(self, document: Document, actor: Actor) -> None:
        told = self._exposure.introspection or Scope.SCHEMA_READ in actor.rights.scopes
        if not told and document.introspects:
            raise Forbidden((Scope.SCHEMA_READ,))

    def _planned(
        self,
        key: Hashable,
        document: Document,
        node: OperationDefinitionNode,
        variables: VariableValues,
        rights: Rights,
    ) -> Plan:
        return self._planner.plan(key, node, document.fragments, variables, rights)

    async def _apart(self, work: Callable[[], T]) -> T:
        async with self._thread:
            return await asyncio.to_thread(work)

    def _coerced(self, node: OperationDefinitionNode, raw: dict[str, Any]) -> VariableValues:
        definitions = node.variable_definitions or ()
        variables = get_variable_values(
            self._planner.schema,
            definitions,
            raw,
            max_errors=MOST_COERCION_ERRORS,
            hide_suggestions=not self._exposure.suggestions,
        )
        if isinstance(variables, list):
            raise RequestRefused(BAD_USER_INPUT, variables)
        return variables

    def _cost(
        self, key: Hashable, document: Document, node: OperationDefinitionNode, variables: VariableValues
    ) -> Cost:
        """The cost of an operation within the limits; raises TooCostly."""
        shaped = (key, _sizes(variables))
        known = self._costs.get(shaped)
        if known is None:
            known = self._scales(document, node, variables).cost()
            self._limits.check(known)
            self._costs.keep(shaped, known, 1)
        return known

    def scales(self, operation: Operation) -> Scales:
        """What weighs an operation."""
        return self._scales(operation.document, operation.node, operation.variables)

    def _scales(self, document: Document, node: OperationDefinitionNode, variables: VariableValues) -> Scales:
        return Scales(self._planner.schema, node, document.fragments, variables.coerced)


def _sizes(variables: VariableValues) -> Hashable:
    """What of the variables a cost may depend on: numbers, yes or no, and how many there are."""
    coerced = variables.coerced.items()
    return tuple(
        (name, value if isinstance(value, int) else len(value) if isinstance(value, list) else None)
        for name, value in coerced
    )
