"""What a command is made of: the call, the services it uses, and how it ends."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from invoice_graph.adapters.mail import InvoiceMail, Mailer
from invoice_graph.adapters.payments import PaymentProvider
from invoice_graph.domain.access import BY_ITSELF, Cause
from invoice_graph.domain.clock import Clock, SystemClock
from invoice_graph.domain.errors import Refusal
from invoice_graph.domain.fields import Input, Shape
from invoice_graph.domain.ids import IdFactory
from invoice_graph.domain.lifecycle import InvoiceAction
from invoice_graph.store.connection import Connection, Database
from invoice_graph.store.tables import Account, Owned, PaymentAttempt
from invoice_graph.store.unit_of_work import Snapshot, UnitOfWork

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What commands work with.

    `machine_clock` measures leases in real time, whatever `clock` says. `charge_seconds` is how long a
    provider may take before its answer is left to `settle_abandoned`.
    """

    database: Database
    clock: Clock
    ids: IdFactory
    provider: PaymentProvider
    mailer: Mailer
    snapshot: Snapshot
    machine_clock: Clock = field(default_factory=SystemClock)
    charge_seconds: float = 10.0

    def unit_of_work(
        self,
        connection: Connection,
        account_id: str,
        operation_id: str,
        idempotency_key: str | None = None,
        customer_id: str | None = None,
        cause: Cause = BY_ITSELF,
    ) -> UnitOfWork:
        """A unit of work of one operation on a connection inside a transaction; of a customer who acts for themselves
        if one is named."""
        return UnitOfWork(
            connection,
            account_id,
            self.clock,
            self.ids,
            self.snapshot,
            operation_id,
            idempotency_key,
            customer_id,
            cause,
        )

    async def deliver(self, mails: Iterable[InvoiceMail]) -> None:
        """Hands mails over after COMMIT. One that is not taken on is logged: what it tells of has happened."""
        for mail in mails:
            try:
                await self.mailer.send(mail)
            except Exception:
                _log.exception("The mail about invoice %s was not taken on", mail.invoice_id)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a command.

    `operation` is the name of the mutation's field. `input` has snake_case keys: absent leaves alone, None
    clears. `dry_run` answers as the call would and leaves nothing behind.
    """

    operation: str
    input: Input
    idempotency_key: str | None = None
    dry_run: bool = False
    expected_version: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. `object_id` names the object as it is afterwards, also when the call was refused;
    its events carry `operation_id`. `replayed`: it is the outcome of an earlier call with the same key."""

    object_id: str | None
    deleted_id: str | None
    refusals: tuple[Refusal, ...]
    operation_id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A command ran to its end; `refusals` here are those whose effects are committed nevertheless. `then` is what
    it goes on with once that is committed, in transactions of its own."""

    object_id: str | None
    deleted_id: str | None = None
    refusals: tuple[Refusal, ...] = ()
    mails: tuple[InvoiceMail, ...] = ()
    then: Callable[[Services], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Charging:
    """A command that goes on when the provider has answered."""

    attempt: PaymentAttempt


Run = Callable[[UnitOfWork, Input, Services], Awaitable[Done | Charging]]
Reveal = Callable[[Connection, Services, str, Call, Outcome], Awaitable[Mapping[str, str | None]]]
"""What the answer to an account's call shows besides what is stored, by name: secrets that are nowhere else."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `kind` is the table of the payload's object; unless the command `creates` it, the input's
    `id` names it (the account needs no name). `action` is the row of the lifecycle to check first; one that creates
    checks it itself. A `preview` answers as the command it shows would, and leaves nothing behind."""

    name: str
    kind: type[Account | Owned]
    check: Shape
    run: Run
    action: InvoiceAction | None = None
    creates: bool = False
    preview: bool = False
    reveal: Reveal | None = None
