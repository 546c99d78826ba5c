"""Entries of `errors`: each has a code, and a bug shows nothing but a request id."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLError

from invoice_graph.planner.faults import ArgumentFault, TooCostly
from invoice_graph.server.engine_protocol import Answer, AuthenticationUnavailable
from invoice_graph.store.connection import DatabaseUnavailable, StatementTimeout

logger = logging.getLogger(__name__)

BAD_USER_INPUT = "BAD_USER_INPUT"
PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
PERSISTED_QUERY_HASH_MISMATCH = "PERSISTED_QUERY_HASH_MISMATCH"
DOCUMENT_NOT_ALLOWED = "DOCUMENT_NOT_ALLOWED"
FORBIDDEN = "FORBIDDEN"
UNAUTHENTICATED = "UNAUTHENTICATED"
COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
RATE_LIMITED = "RATE_LIMITED"
INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"

SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
OPERATION_TIMEOUT = "OPERATION_TIMEOUT"

_OUTAGES: Mapping[type[BaseException], tuple[str, str]] = {
    DatabaseUnavailable: (
        SERVICE_UNAVAILABLE,
        "The database does not answer for now. Try again in a moment; repeat a mutation with its idempotency key, "
        "since it may have happened.",
    ),
    AuthenticationUnavailable: (
        SERVICE_UNAVAILABLE,
        "The issuer of this token can't be asked for its keys for now; try again in a moment.",
    ),
    StatementTimeout: (
        OPERATION_TIMEOUT,
        "The operation took too long and was ended; it changed nothing. Ask for less at once, or narrow it with "
        "`where`.",
    ),
}
"""What can fail without anybody's fault, its code, and the way out."""

LONGEST_MESSAGE = 500  # Messages quote what the client sent, which may be a novel.


def error_object(message: str, code: str, **extensions: object) -> dict[str, Any]:
    """One entry of `errors`."""
    return {"message": _clipped(message), "extensions": {"code": code, **extensions}}


def rate_limited(message: str, retry_after: int = 1, **extensions: object) -> Answer:
    """The answer to a key that asks for more than it may have now; after `retry_after` seconds it may ask again."""
    entry = error_object(message, RATE_LIMITED, retryAfter=retry_after, **extensions)
    return Answer(None, (entry,), 429, {"retry-after": str(retry_after)})


def masked_error(cause: BaseException | None, request_id: str) -> dict[str, Any]:
    """The entry for a bug: a request id that stands in the log next to the exception, nothing else."""
    logger.error("request %s failed", request_id, exc_info=cause or True)
    return error_object(f"Internal server error in request {request_id}.", INTERNAL_SERVER_ERROR, requestId=request_id)


def failure(cause: BaseException, request_id: str) -> dict[str, Any]:
    """The entry for an operation that failed through no fault of the request: an outage says so, a bug is masked."""
    for kind, (code, message) in _OUTAGES.items():
        if isinstance(cause, kind):
            logger.warning("%s: %s", code, cause)
            return error_object(message, code)
    return masked_error(cause, request_id)


def failed_answer(cause: BaseException, request_id: str) -> Answer:
    """The whole answer to a request that failed through no fault of its own."""
    entry = failure(cause, request_id)
    if entry["extensions"]["code"] == INTERNAL_SERVER_ERROR:
        return Answer(None, (entry,), 500)
    return Answer(None, (entry,), 503, headers={"retry-after": "1"})


def fault_object(fault: ArgumentFault | TooCostly) -> dict[str, Any]:
    """The entry for arguments or a selection that can't be used."""
    if isinstance(fault, TooCostly):
        return error_object(str(fault), COST_LIMIT_EXCEEDED)
    return error_object(fault.message, BAD_USER_INPUT, reason=fault.reason, argument=fault.argument)


def request_errors(code: str, errors: Iterable[GraphQLError]) -> tuple[dict[str, Any], ...]:
    """The entries for a request that is refused before it is executed; an error's own code comes first."""
    return tuple(_located(error, {"code": code} | (error.extensions or {})) for error in errors)


def execution_error(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """The entry for a field that could not be executed."""
    cause = error.original_error
    if isinstance(cause, ArgumentFault | TooCostly):
        return fault_object(cause)
    if cause is None or isinstance(cause, GraphQLError):
        return _located(error, {"code": BAD_USER_INPUT} | (error.extensions or {}))
    entry = failure(cause, request_id)
    return entry | {key: value for key, value in error.formatted.items() if key in ("locations", "path")}


def _located(error: GraphQLError, extensions: dict[str, Any]) -> dict[str, Any]:
    return {**error.formatted, "message": _clipped(error.message), "extensions": extensions}


def _clipped(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 3] + "..."
