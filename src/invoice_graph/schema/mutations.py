"""The root of mutations: one row per mutation, one resolver for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
import strawberry
from strawberry.tools import create_type
from strawberry.types import Info

from invoice_graph.commands.operations import Call, Outcome
from invoice_graph.commands.runner import COMMANDS, run
from invoice_graph.domain import customer_access, lifecycle
from invoice_graph.domain.access import WRITES
from invoice_graph.domain.lifecycle import InvoiceAction
from invoice_graph.planner.execute import fetch
from invoice_graph.planner.payload import Payload
from invoice_graph.schema.context import Context
from invoice_graph.schema.fields import SOURCE
from invoice_graph.schema.inputs import customers, invoices, lines, payments
from invoice_graph.schema.inputs.plain import take_plain
from invoice_graph.schema.mutations_catalogue import CATALOGUE_MUTATIONS
from invoice_graph.schema.mutations_credit_notes import CREDIT_NOTE_MUTATIONS
from invoice_graph.schema.types.payloads import (
    AccountPayload,
    CustomerPayload,
    CustomerSessionPayload,
    InvoiceItemPayload,
    InvoicePayload,
    PaymentIntentPayload,
    PaymentRecordPayload,
    TestClockPayload,
)
from invoice_graph.store.connection import Connection
from invoice_graph.store.types import json_text

CONTROLS = ("idempotency_key", "dry_run", "expected_version")


@dataclass(frozen=True)
class MutationRow:
    """A mutation: its command's name, its input and payload, and what it does in one or two sentences."""

    name: str
    input: type
    payload: type
    does: str


MUTATIONS = (
    MutationRow("invoiceCreate", invoices.InvoiceCreateInput, InvoicePayload, "Creates a draft, with lines if given."),
    MutationRow(
        "invoicePreview",
        invoices.InvoicePreviewInput,
        InvoicePayload,
        "Shows what a customer's next invoice would be, with all pending invoice items. The preview looks like a draft "
        "and is kept for 72 hours; it is in no list, and nothing can be done with it.",
    ),
    MutationRow(
        "invoiceUpdate",
        invoices.InvoiceUpdateInput,
        InvoicePayload,
        "Changes an invoice. A draft can change altogether, a finalized one in a few fields; one forbidden field "
        "refuses the whole call.",
    ),
    MutationRow(
        "invoiceDelete",
        invoices.InvoiceDeleteInput,
        InvoicePayload,
        "Deletes a draft. Invoice items that had been pending are pending again, others are deleted.",
    ),
    MutationRow(
        "invoiceFinalize",
        invoices.InvoiceFinalizeInput,
        InvoicePayload,
        "Freezes a draft's lines and amounts, gives it the next number and takes up the customer's balance. With "
        "nothing due it is paid at once.",
    ),
    MutationRow(
        "invoiceSend",
        invoices.InvoiceSendInput,
        InvoicePayload,
        "Sends an invoice to the customer's e-mail address. A draft is finalized first. This server delivers no mail "
        "itself: INVOICE_SENT tells whoever does.",
    ),
    MutationRow(
        "invoicePay",
        invoices.InvoicePayInput,
        InvoicePayload,
        "Collects what remains: charges a payment method, or records money received out of band. A draft is "
        "finalized first. A declined attempt is refused with a PaymentError and stays on record.",
    ),
    MutationRow(
        "invoiceVoid",
        invoices.InvoiceVoidInput,
        InvoicePayload,
        "Declares an invoice a mistake. It keeps its number; the balance it had taken up goes back.",
    ),
    MutationRow(
        "invoiceMarkUncollectible",
        invoices.InvoiceMarkUncollectibleInput,
        InvoicePayload,
        "Gives up on an invoice. It can still be paid or voided.",
    ),
    MutationRow(
        "invoiceAttachPayment",
        payments.InvoiceAttachPaymentInput,
        InvoicePayload,
        "Pays a part of an invoice, or all of it, with money that was collected by a payment intent or received "
        "elsewhere. What is beyond the remaining amount when it arrives is credited to the customer's balance.",
    ),
    MutationRow(
        "invoiceAddLines",
        lines.InvoiceAddLinesInput,
        InvoicePayload,
        "Adds lines, each for a pending invoice item or for a new one.",
    ),
    MutationRow(
        "invoiceUpdateLines",
        lines.InvoiceUpdateLinesInput,
        InvoicePayload,
        "Changes lines and the invoice items behind them; their order stays.",
    ),
    MutationRow(
        "invoiceRemoveLines",
        lines.InvoiceRemoveLinesInput,
        InvoicePayload,
        "Takes lines off; their invoice items are deleted or pending again.",
    ),
    MutationRow(
        "invoiceItemCreate",
        lines.InvoiceItemCreateInput,
        InvoiceItemPayload,
        "Creates an invoice item, pending or on a draft.",
    ),
    MutationRow(
        "invoiceItemUpdate",
        lines.InvoiceItemUpdateInput,
        InvoiceItemPayload,
        "Changes an invoice item that is pending or on a draft, and the line that shows it.",
    ),
    MutationRow(
        "invoiceItemDelete",
        lines.InvoiceItemDeleteInput,
        InvoiceItemPayload,
        "Deletes an invoice item that is pending or on a draft, and the line that shows it.",
    ),
    MutationRow("customerCreate", customers.CustomerCreateInput, CustomerPayload, "Creates a customer."),
    MutationRow(
        "customerUpdate",
        customers.CustomerUpdateInput,
        CustomerPayload,
        "Changes a customer. Drafts follow; finalized invoices keep what they show.",
    ),
    MutationRow(
        "customerSessionCreate",
        customers.CustomerSessionCreateInput,
        CustomerSessionPayload,
        "Makes a short-lived token for a customer's browser. It shows that customer's finalized invoices with their "
        "lines, payments and credit notes, and may pay them; nothing else.",
    ),
    MutationRow(
        "paymentIntentCreate",
        payments.PaymentIntentCreateInput,
        PaymentIntentPayload,
        "Creates a payment intent of the simulated processor, to be attached to an invoice.",
    ),
    MutationRow(
        "paymentIntentConfirm",
        payments.PaymentIntentConfirmInput,
        PaymentIntentPayload,
        "Collects the money of a payment intent, as the test payment method was made to answer, and credits the "
        "invoice that it is attached to.",
    ),
    MutationRow(
        "paymentIntentCancel",
        payments.PaymentIntentCancelInput,
        PaymentIntentPayload,
        "Cancels a payment intent that has not succeeded, and the invoice payment that it is attached as.",
    ),
    MutationRow(
        "paymentRecordCreate",
        payments.PaymentRecordCreateInput,
        PaymentRecordPayload,
        "Records money that was received outside of the gateway, to be attached to an invoice.",
    ),
    MutationRow(
        "testClockCreate",
        payments.TestClockCreateInput,
        TestClockPayload,
        "Creates a test clock. Customers that are created on it live in its time.",
    ),
    MutationRow(
        "testClockAdvance",
        payments.TestClockAdvanceInput,
        TestClockPayload,
        "Advances a test clock and does, in order and each at its moment, what falls due on the way: finalization, "
        "collection, retries, reminders. A dry run does not foretell them.",
    ),
    MutationRow(
        "testClockDelete",
        payments.TestClockDeleteInput,
        TestClockPayload,
        "Deletes a test clock. Its customers and their invoices stay.",
    ),
    *(MutationRow(*row) for row in CREDIT_NOTE_MUTATIONS),
    MutationRow("accountUpdate", customers.AccountUpdateInput, AccountPayload, "Changes the account's settings."),
    *(MutationRow(*row) for row in CATALOGUE_MUTATIONS),
)


def describe(row: MutationRow) -> str:
    """What a mutation does; from the lifecycle table in which statuses and with which events; from the tables of access
    who may call it."""
    command = COMMANDS[row.name]
    told = (allowed_text,) if command.preview else (allowed_text, events_text)
    legal = () if command.action is None else (" ".join(tell(command.action) for tell in told),)
    return "\n\n".join((row.does, *legal, scope_text(row.name)))


def scope_text(mutation: str) -> str:
    """Which scope a mutation needs, and what customers may say in it."""
    allowed = customer_access.ACTIONS.get(mutation)
    if allowed is None:
        return f"Needs the scope `{WRITES[mutation]}`."
    named = ", ".join(f"`{name}`" for name in sorted(allowed))
    return f"Needs the scope `{WRITES[mutation]}`, or a customer's token, which may give {named} only."


def allowed_text(action: InvoiceAction) -> str:
    """In which statuses an action is allowed."""
    return "Allowed in " + ", ".join(lifecycle.allowed_from(action)) + "."


def events_text(action: InvoiceAction) -> str:
    """Which events an action emits."""
    emitted = [event for row in lifecycle.TRANSITIONS if row.action is action for event in row.emits]
    return "Emits " + ", ".join(dict.fromkeys(emitted)) + ", as they apply."


def make_call(name: str, value: Mapping[str, Any], header_key: str | None, request_id: str | None = None) -> Call:
    """A mutation's input as a call; its own key comes before that of the header."""
    own_key = value.get("idempotency_key")
    return Call(
        operation=name,
        input={key: item for key, item in value.items() if key not in CONTROLS},
        idempotency_key=header_key if own_key is None else own_key,
        dry_run=value.get("dry_run", False),
        expected_version=value.get("expected_version"),
        request_id=request_id,
    )


def resolver(row: MutationRow) -> Callable[..., Any]:
    """The resolver of a mutation: runs its command and reads the payload before the transaction ends."""

    async def resolve(info: Info[Context, None], input: Any) -> Any:
        context, key = info.context, str(info.path.key)
        header = context.idempotency_key
        if header is not None and context.several_mutations:
            header = f"{header}:{key}"
        command, call = COMMANDS[row.name], make_call(row.name, input, header, context.request_id)

        async def answer(connection: Connection, outcome: Outcome) -> orjson.Fragment:
            bound, values = context.statements[key], given(outcome)
            if command.reveal is not None:
                secrets = await command.reveal(connection, context.services, context.actor.account_id, call, outcome)
                values |= {name: json_text(value) for name, value in secrets.items()}
            found = await fetch(connection.rows, bound, context.viewer, values, outcome.refusals)
            return orjson.Fragment(found[key])

        return await run(context.services, context.actor, command, call, answer)

    take_plain(row.input)
    resolve.__name__ = row.name
    resolve.__annotations__ |= {"input": _input(row), "return": row.payload}
    return resolve


def given(outcome: Outcome) -> dict[str, Any]:
    """What the planner is given of an outcome."""
    return {
        "object_id": outcome.object_id,
        "operation_id": outcome.operation_id,
        "deleted_id": json_text(outcome.deleted_id),
        "replayed": json_text(outcome.replayed),
    }


def _input(row: MutationRow) -> Any:
    return Annotated[row.input, strawberry.argument(description="What to do.")]


Mutation = create_type(
    "Mutation",
    [strawberry.field(resolver(row), description=describe(row), metadata={SOURCE: Payload()}) for row in MUTATIONS],
    description="Everything that can be written. The fields of one request run one after the other, each in its own "
    "transaction. Refusals are `userErrors`.",
)
