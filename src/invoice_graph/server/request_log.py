"""What is told of each operation, and of who is turned away before it is one: figures, and a line in the log of what it
was, who asked, and how it went; never a value of a variable or a key."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

import orjson

from invoice_graph.domain.access import Actor, cause_of
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.metrics import count, count_refused
from invoice_graph.server.preparing import Operation
from invoice_graph.tracing import SILENCE, Silence

OK = "OK"
STREAM = "STREAM"
"""The outcome of a subscription that has begun."""

OPERATIONS = "invoice_graph.operations"
"""The logger that the lines go to."""

logger = logging.getLogger(OPERATIONS)


@dataclass
class Run:
    """One operation's way through the engine."""

    request: GraphQLRequest
    actor: Actor
    span: Silence = SILENCE
    started: float = field(default_factory=time.perf_counter)
    operation: Operation | None = None

    def ended(self, answer: object, logged: bool) -> None:
        """Counts it, and writes the line if it is to be logged: `answer` is an Answer, a stream, or the exception
        instead of one."""
        seconds, operation = time.perf_counter() - self.started, self.operation
        kind, points = (None, 0) if operation is None else (operation.kind, operation.cost.points)
        count(kind, _outcome(answer), seconds, points)
        if self.span.is_recording:
            self._tell(_outcome(answer))
        if logged:
            line = {**self._asked(), **self._prepared(), "outcome": _outcome(answer), **_size(answer)}
            line["milliseconds"] = round(seconds * 1000, 3)
            logger.info(orjson.dumps(line).decode())

    def _tell(self, outcome: str) -> None:
        told: dict[str, str | int] = {"invoice_graph.request.id": self.request.request_id}
        operation = self.operation
        if operation is not None:
            told |= {"graphql.operation.type": operation.kind, "invoice_graph.document.hash": operation.document.key}
            told |= {"graphql.operation.name": operation.name} if operation.name else {}
        failure = None if outcome in (OK, STREAM) else outcome
        self.span.tell(told, None if operation is None else operation.kind, failure)

    def _asked(self) -> dict[str, Any]:
        cause = cause_of(self.actor, self.request.request_id)
        return {
            "account": self.actor.account_id,
            "actorKind": cause.kind,
            "actor": cause.actor_id,
            "requestId": cause.request_id,
        }

    def _prepared(self) -> dict[str, Any]:
        if self.operation is None:
            return {"operation": None}
        return {
            "operation": self.operation.name,
            "kind": self.operation.kind,
            "document": self.operation.document.key,
            "cost": self.operation.cost.points,
            "statements": len(self.operation.statements),
        }


def turned_away(code: str, status: int, request_id: str | None, logged: bool) -> None:
    """Counts a request that never was an operation, and writes the line if it is to be logged; `status` is that of HTTP
    or the code that a socket is closed with."""
    count_refused(code)
    if logged:
        line = {**_NOBODY, "requestId": request_id, "operation": None, "outcome": code, "status": status}
        logger.info(orjson.dumps(line).decode())


_NOBODY = dict.fromkeys(("account", "actorKind", "actor"))


def _outcome(answer: object) -> str:
    if not isinstance(answer, Answer):
        return type(answer).__name__ if isinstance(answer, Exception) else STREAM
    return answer.errors[0]["extensions"]["code"] if answer.errors else OK


def _size(answer: object) -> dict[str, int]:
    return {"status": answer.status, "bytes": len(answer.data or b"")} if isinstance(answer, Answer) else {}
