"""Runs a command: checks, one transaction, the answer read inside it, COMMIT.

The order of checks: shape of the input, idempotency, object, version, status, guards, then the rules of the
command. A refusal undoes what the command wrote; under an idempotency key it is stored like any outcome.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from invoice_graph.adapters.mail import InvoiceMail
from invoice_graph.adapters.payments import APPROVED, ChargeResult
from invoice_graph.commands import idempotency
from invoice_graph.commands.accounts import ACCOUNT_COMMANDS
from invoice_graph.commands.catalogue import CATALOGUE_COMMANDS
from invoice_graph.commands.clocks import CLOCK_COMMANDS
from invoice_graph.commands.credit_notes import CREDIT_NOTE_COMMANDS
from invoice_graph.commands.customers import CUSTOMER_COMMANDS
from invoice_graph.commands.invoices import INVOICE_COMMANDS
from invoice_graph.commands.invoices.status import check_action
from invoice_graph.commands.ledger import LEDGER_COMMANDS
from invoice_graph.commands.operations import Call, Charging, Command, Done, Outcome, Services
from invoice_graph.commands.payments import PAYMENT_COMMANDS, payments
from invoice_graph.commands.sessions import SESSION_COMMANDS
from invoice_graph.commands.time import live_in_time_of, live_in_time_of_input
from invoice_graph.domain.access import Actor, cause_of
from invoice_graph.domain.errors import ConflictRefusal, ErrorCode, Refusal
from invoice_graph.store.connection import Connection
from invoice_graph.store.tables import (
    Account,
    Invoice,
    PaymentAttempt,
    TestClock,
)
from invoice_graph.store.unit_of_work import UnitOfWork, missing

__all__ = ["COMMANDS", "Call", "Command", "Outcome", "Services", "run"]

T = TypeVar("T")
Answer = Callable[[Connection, Outcome], Awaitable[T]]
_log = logging.getLogger(__name__)

COMMANDS: Mapping[str, Command] = {
    command.name: command
    for command in (
        *INVOICE_COMMANDS,
        *CUSTOMER_COMMANDS,
        *PAYMENT_COMMANDS,
        *CLOCK_COMMANDS,
        *CREDIT_NOTE_COMMANDS,
        *ACCOUNT_COMMANDS,
        *CATALOGUE_COMMANDS,
        *LEDGER_COMMANDS,
        *SESSION_COMMANDS,
    )
}
"""Every command by the name of its mutation."""


async def run(services: Services, actor: Actor, command: Command, call: Call, answer: Answer[T]) -> T:
    """Runs a call and returns what `answer` made of its outcome.

    `answer` is called on the writing connection before COMMIT, so that it sees what the call did, and again when the
    transaction is tried again; or on a reading one where the call did not get as far as a transaction or its payment
    is still under way.
    """
    try:
        call = replace(call, input=command.check(call.input), dry_run=call.dry_run or command.preview)
        idempotency.check_key(call.idempotency_key)
        call = replace(call, idempotency_key=idempotency.own_key(actor, call.idempotency_key))
    except Refusal as refusal:
        outcome = Outcome(_named_object(actor, command, call), None, (refusal,), operation_id="")
        return await _answer_outside(services, outcome, answer)
    execution = _Execution(services, actor, command, call, services.ids.token())
    try:
        return await execution.run(answer)
    except ConflictRefusal as busy:
        return await _answer_outside(services, execution.refused(busy), answer)


class _Undone(Exception):
    """Leaves a transaction without keeping anything, with the answer that was read in it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Result:
    """What a transaction holds before its end. `kept`: there is something to commit."""

    outcome: Outcome
    kept: bool
    mails: tuple[InvoiceMail, ...] = ()
    charging: PaymentAttempt | None = None
    then: Callable[[Services], Awaitable[None]] | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is more to do after COMMIT, so that the answer has to wait."""
        return self.charging is not None or self.then is not None


@dataclass(frozen=True, slots=True)
class _Execution:
    """One execution of a call whose input is in shape."""

    services: Services
    actor: Actor
    command: Command
    call: Call
    operation_id: str

    async def run(self, answer: Answer[T]) -> T:
        """Raises ConflictRefusal LOCK_TIMEOUT when another process writes for too long."""
        try:
            result, answered = await self.services.database.write(partial(self._transact, answer))
        except _Undone as undone:
            return undone.answer  # type: ignore[no-any-return]
        if result.charging is not None:
            return await self._charge(result.charging, answer)
        if result.then is not None:
            await result.then(self.services)
            return await _answer_outside(self.services, result.outcome, answer)
        await self.services.deliver(result.mails)
        return answered  # type: ignore[return-value]

    def refused(self, refusal: Refusal) -> Outcome:
        """The outcome of a call that changed nothing."""
        named = _named_object(self.actor, self.command, self.call)
        return Outcome(named, None, (refusal,), self.operation_id)

    async def _transact(self, answer: Answer[T], connection: Connection) -> tuple[_Result, T | None]:
        """The transaction: what it came to, and the answer unless that has to wait. Raises _Undone to keep nothing."""
        result = await self._execute(connection)
        if result.goes_on:
            return result, None
        answered = await answer(connection, result.outcome)
        if not result.kept:
            raise _Undone(answered)
        return result, answered

    async def _execute(self, connection: Connection) -> _Result:
        call, account_id, now = self.call, self.actor.account_id, self.services.clock.now()
        keyed = call.idempotency_key is not None and not call.dry_run
        if keyed:
            try:
                earlier = await idempotency.recall(connection, account_id, call, now)
            except Refusal as refusal:
                return _Result(self.refused(refusal), kept=False)
            if earlier is not None:
                return _Result(earlier, kept=False)
        result = await self._attempt(connection)
        if keyed:
            finished = result.charging is None
            await idempotency.keep(connection, account_id, call, result.outcome, now, finished=finished)
        return replace(result, kept=keyed or result.kept)

    async def _attempt(self, connection: Connection) -> _Result:
        """Does the work, and undoes it when it is refused."""
        call = self.call
        key = None if call.dry_run else call.idempotency_key
        actor = self.actor
        cause = cause_of(actor, call.request_id)
        uow = self.services.unit_of_work(connection, actor.account_id, self.operation_id, key, actor.customer_id, cause)
        try:
            async with connection.savepoint():
                ended = await self._work(uow)
        except Refusal as refusal:
            return _Result(self.refused(refusal), kept=False)
        if isinstance(ended, Charging):
            outcome = Outcome(ended.attempt.invoice_id, None, (), self.operation_id)
            return _Result(outcome, kept=True, charging=ended.attempt)
        outcome = Outcome(ended.object_id, ended.deleted_id, ended.refusals, self.operation_id)
        return _Result(outcome, kept=not call.dry_run, mails=ended.mails, then=None if call.dry_run else ended.then)

    async def _work(self, uow: UnitOfWork) -> Done | Charging:
        await self._admit(uow)
        ended = await self.command.run(uow, self.call.input, self.services)
        await uow.flush()
        if isinstance(ended, Charging) and self.call.dry_run:
            await payments.settle(uow, ended.attempt.id, APPROVED)
            await uow.flush()
            return Done(ended.attempt.invoice_id)
        return ended

    async def _admit(self, uow: UnitOfWork) -> None:
        """The checks before the command's own rules: object, version, status, guards."""
        if self.command.creates:
            await live_in_time_of_input(uow, self.call.input)
            return
        row: Any = await self._named_row(uow)
        await live_in_time_of(uow, row)
        expected = self.call.expected_version
        if expected is not None and row.version != expected:
            raise ConflictRefusal(
                ErrorCode.VERSION_CONFLICT,
                f"The object is at version {row.version}, not {expected}; read it again and repeat the change.",
                ("expected_version",),
                current_id=_named_object(self.actor, self.command, self.call),
                current_version=row.version,
            )
        if self.command.action is not None:
            check_action(row, self.command.action)

    async def _named_row(self, uow: UnitOfWork) -> Any:
        if self.command.kind is Account:
            return await uow.account(hold=True)
        row: Any = await uow.require(self.command.kind, self.call.input["id"], ("id",), hold=True)
        if _is_gone(row):
            raise missing(self.command.kind, self.call.input["id"], ("id",))
        return row

    async def _charge(self, attempt: PaymentAttempt, answer: Answer[T]) -> T:
        """Asks the provider and books its answer; without one the attempt is left to `settle_abandoned`."""
        result = await payments.charge(self.services, attempt)
        if result is not None:
            try:
                return await self.services.database.write(partial(self._book, attempt, result, answer))
            except ConflictRefusal:
                _log.warning("Payment attempt %s is left to the sweep: the database is busy", attempt.id)
        outcome = Outcome(attempt.invoice_id, None, (payments.UNSETTLED,), self.operation_id)
        return await _answer_outside(self.services, outcome, answer)

    async def _book(
        self, attempt: PaymentAttempt, result: ChargeResult, answer: Answer[T], connection: Connection
    ) -> T:
        await payments.book(connection, self.services, attempt, result)
        return await answer(connection, payments.outcome_of(attempt, result))


async def _answer_outside(services: Services, outcome: Outcome, answer: Answer[T]) -> T:
    """Answers from what is committed, without waiting for writers."""
    async with services.database.reader() as connection:
        return await answer(connection, outcome)


def _is_gone(row: Any) -> bool:
    """Whether a row is kept for others to refer to, or for looking at only: a deleted clock, a preview."""
    if isinstance(row, Invoice):
        return row.expires_at is not None
    return isinstance(row, TestClock) and row.deleted_at is not None


def _named_object(actor: Actor, command: Command, call: Call) -> str | None:
    """The id of the object that a call is about, as far as the call names one that could exist."""
    if command.kind is Account:
        return actor.account_id
    named = call.input.get("id")
    return named if isinstance(named, str) and named.isascii() and named.isprintable() else None
