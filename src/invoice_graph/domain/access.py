"""Who acts, and what they may do: every statement carries the actor's account, and a customer's their own id.

The tables here decide: what a scope opens, which scope a mutation and a type need. They also print the schema's
descriptions and the documentation. What customers see is in `domain/customer_access`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from invoice_graph.domain import customer_access


class Scope(StrEnum):
    """What a restricted key may be good for. A scope to write contains the one to read the same."""

    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    CREDIT_NOTES_READ = "credit_notes:read"
    CREDIT_NOTES_WRITE = "credit_notes:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMER_SESSIONS_WRITE = "customer_sessions:write"
    EVENTS_READ = "events:read"
    INVOICES_READ = "invoices:read"
    INVOICES_WRITE = "invoices:write"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    SCHEMA_READ = "schema:read"
    TEST_CLOCKS_READ = "test_clocks:read"
    TEST_CLOCKS_WRITE = "test_clocks:write"


OPENS: Mapping[Scope, str] = {
    Scope.ACCOUNT_READ: "the account's settings and its number sequences",
    Scope.ACCOUNT_WRITE: "changing the account's settings",
    Scope.CATALOGUE_READ: "products, prices, tax rates, coupons, promotion codes, discounts, rendering templates",
    Scope.CATALOGUE_WRITE: "creating and changing them",
    Scope.CREDIT_NOTES_READ: "credit notes and their lines",
    Scope.CREDIT_NOTES_WRITE: "issuing, changing and voiding credit notes",
    Scope.CUSTOMERS_READ: "customers and the ledgers of their balances",
    Scope.CUSTOMERS_WRITE: "creating and changing customers, entries in their ledgers",
    Scope.CUSTOMER_SESSIONS_WRITE: "tokens with which customers see and pay their invoices",
    Scope.EVENTS_READ: "the event log and subscriptions, with copies of objects of every kind",
    Scope.INVOICES_READ: "invoices, their lines, invoice items, summaries",
    Scope.INVOICES_WRITE: "creating, changing, finalizing, sending, voiding and giving up invoices",
    Scope.PAYMENTS_READ: "invoice payments, payment intents, payment records",
    Scope.PAYMENTS_WRITE: "collecting and recording money; paying a draft finalizes it first",
    Scope.SCHEMA_READ: "introspection, where the server keeps the schema to itself",
    Scope.TEST_CLOCKS_READ: "test clocks",
    Scope.TEST_CLOCKS_WRITE: "creating, advancing and deleting test clocks",
}
"""What each scope opens."""

_S = Scope

WRITES: Mapping[str, Scope] = {
    "accountUpdate": _S.ACCOUNT_WRITE,
    "couponCreate": _S.CATALOGUE_WRITE,
    "couponDelete": _S.CATALOGUE_WRITE,
    "couponUpdate": _S.CATALOGUE_WRITE,
    "creditNoteCreate": _S.CREDIT_NOTES_WRITE,
    "creditNotePreview": _S.CREDIT_NOTES_WRITE,
    "creditNoteUpdate": _S.CREDIT_NOTES_WRITE,
    "creditNoteVoid": _S.CREDIT_NOTES_WRITE,
    "customerBalanceTransactionCreate": _S.CUSTOMERS_WRITE,
    "customerCreate": _S.CUSTOMERS_WRITE,
    "customerSessionCreate": _S.CUSTOMER_SESSIONS_WRITE,
    "customerUpdate": _S.CUSTOMERS_WRITE,
    "invoiceAddLines": _S.INVOICES_WRITE,
    "invoiceAttachPayment": _S.PAYMENTS_WRITE,
    "invoiceCreate": _S.INVOICES_WRITE,
    "invoiceDelete": _S.INVOICES_WRITE,
    "invoiceFinalize": _S.INVOICES_WRITE,
    "invoiceItemCreate": _S.INVOICES_WRITE,
    "invoiceItemDelete": _S.INVOICES_WRITE,
    "invoiceItemUpdate": _S.INVOICES_WRITE,
    "invoiceMarkUncollectible": _S.INVOICES_WRITE,
    "invoicePay": _S.PAYMENTS_WRITE,
    "invoicePreview": _S.INVOICES_WRITE,
    "invoiceRemoveLines": _S.INVOICES_WRITE,
    "invoiceRenderingTemplateArchive": _S.CATALOGUE_WRITE,
    "invoiceRenderingTemplateCreate": _S.CATALOGUE_WRITE,
    "invoiceRenderingTemplateUnarchive": _S.CATALOGUE_WRITE,
    "invoiceRenderingTemplateUpdate": _S.CATALOGUE_WRITE,
    "invoiceSend": _S.INVOICES_WRITE,
    "invoiceUpdate": _S.INVOICES_WRITE,
    "invoiceUpdateLines": _S.INVOICES_WRITE,
    "invoiceVoid": _S.INVOICES_WRITE,
    "paymentIntentCancel": _S.PAYMENTS_WRITE,
    "paymentIntentConfirm": _S.PAYMENTS_WRITE,
    "paymentIntentCreate": _S.PAYMENTS_WRITE,
    "paymentRecordCreate": _S.PAYMENTS_WRITE,
    "priceCreate": _S.CATALOGUE_WRITE,
    "priceUpdate": _S.CATALOGUE_WRITE,
    "productCreate": _S.CATALOGUE_WRITE,
    "productUpdate": _S.CATALOGUE_WRITE,
    "promotionCodeCreate": _S.CATALOGUE_WRITE,
    "promotionCodeUpdate": _S.CATALOGUE_WRITE,
    "taxRateCreate": _S.CATALOGUE_WRITE,
    "taxRateUpdate": _S.CATALOGUE_WRITE,
    "testClockAdvance": _S.TEST_CLOCKS_WRITE,
    "testClockCreate": _S.TEST_CLOCKS_WRITE,
    "testClockDelete": _S.TEST_CLOCKS_WRITE,
}
"""The scope that each mutation needs."""

READS: Mapping[str, Scope] = {
    "Account": _S.ACCOUNT_READ,
    "BalanceTransaction": _S.CUSTOMERS_READ,
    "CalculationStep": _S.INVOICES_READ,
    "Coupon": _S.CATALOGUE_READ,
    "CreditNote": _S.CREDIT_NOTES_READ,
    "CreditNoteLine": _S.CREDIT_NOTES_READ,
    "Customer": _S.CUSTOMERS_READ,
    "Discount": _S.CATALOGUE_READ,
    "Event": _S.EVENTS_READ,
    "Invoice": _S.INVOICES_READ,
    "InvoiceItem": _S.INVOICES_READ,
    "InvoicePayment": _S.PAYMENTS_READ,
    "InvoiceRenderingTemplate": _S.CATALOGUE_READ,
    "InvoiceStatusChange": _S.EVENTS_READ,
    "InvoiceSummary": _S.INVOICES_READ,
    "LineItem": _S.INVOICES_READ,
    "NumberSequence": _S.ACCOUNT_READ,
    "PaymentIntent": _S.PAYMENTS_READ,
    "PaymentRecord": _S.PAYMENTS_READ,
    "Price": _S.CATALOGUE_READ,
    "Product": _S.CATALOGUE_READ,
    "PromotionCode": _S.CATALOGUE_READ,
    "TaxRate": _S.CATALOGUE_READ,
    "TestClock": _S.TEST_CLOCKS_READ,
}
"""The scope that each type of object needs. Its `id` is free where something else refers to it."""

FIELD_READS: Mapping[tuple[str, str], Scope] = {("Query", "eventCursor"): _S.EVENTS_READ}
"""The scopes of fields whose type does not tell."""

PARTS = customer_access.names(
    "Address ConflictError CouponCurrencyOption Currency CustomField DiscountAmount FinalizationError FromInvoice "
    "InputError InvoiceActionState InvoicePaymentStatusTransitions InvoiceRendering InvoiceStatusTransitions "
    "MetadataEntry PageInfo PaymentError PaymentSource PriceRecurring PriceTier PriceTransformQuantity Pricing "
    "PromotionCodeRestrictions RenderingPdf Shipping ShippingCost TaxAmount TaxId TransitionError"
)
"""Types that need no scope of their own: they are parts of what does, or the same for everybody."""

LISTS = ("Connection", "Edge", "Page")
"""What the names of types end in that list objects."""

ROOTS = frozenset({"Query", "Mutation", "Subscription"})
REFERENCES = frozenset({"id", "__typename"})
"""What of an object is no secret to those who see what refers to it."""


def listed(type_name: str) -> str:
    """The type that a connection or edge lists; other types themselves."""
    for suffix in LISTS:
        if type_name.endswith(suffix):
            return type_name.removesuffix(suffix)
    return type_name


def scope_of(type_name: str, field: str, value: str) -> Scope | None:
    """The scope that reading a field of a type needs, whose own value is of the type `value`; None when any will do."""
    if type_name == "Mutation":
        return WRITES[field]
    if type_name in ROOTS:
        return FIELD_READS.get((type_name, field)) or READS.get(listed(value))
    if field in REFERENCES and type_name in READS:
        return None
    return READS.get(listed(type_name))


def granted(scopes: Iterable[Scope]) -> frozenset[Scope]:
    """Some scopes and what they contain."""
    given = frozenset(scopes)
    names = {scope.removesuffix(":write") + ":read" for scope in given if scope.endswith(":write")}
    return given | {scope for scope in Scope if scope in names}


@dataclass(frozen=True, slots=True)
class Rights:
    """What an actor may do, on the actor's own account; a plan is made for them."""

    scopes: frozenset[Scope]
    is_customer: bool = False

    def lack(self, type_name: str, field: str, value: str) -> str | None:
        """What is missing for a field whose value is of the type `value`: a scope or, to a customer, the field."""
        if self.is_customer:
            return None if customer_access.shows(type_name, field) else f"{type_name}.{field}"
        needed = scope_of(type_name, field, value)
        return None if needed is None or needed in self.scopes else needed

    def finds(self, type_name: str) -> bool:
        """Whether `node` finds objects of a type."""
        if self.is_customer:
            return type_name in customer_access.FOUND
        return READS[type_name] in self.scopes


EVERYTHING = Rights(frozenset(Scope))
"""What a secret key may do."""

CUSTOMER = Rights(frozenset(), is_customer=True)
"""What a customer may do, who acts for themselves."""


class ActorKind(StrEnum):
    """How somebody came in."""

    SECRET_KEY = "SECRET_KEY"
    RESTRICTED_KEY = "RESTRICTED_KEY"
    CUSTOMER_SESSION = "CUSTOMER_SESSION"
    IDENTITY = "IDENTITY"
    OPERATOR = "OPERATOR"
    GATEWAY = "GATEWAY"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who passed authentication, the account they act for, and what they may do.

    Whoever has a `customer_id` sees and changes what is that customer's alone. `subject` is the name that an outside
    issuer knows them by. `expires_at` ends what they were let in for. `secret_id` names the secret that signed their
    token.
    """

    account_id: str
    key_id: str | None = None
    rights: Rights = EVERYTHING
    customer_id: str | None = None
    kind: ActorKind = ActorKind.SECRET_KEY
    subject: str | None = None
    expires_at: datetime | None = None
    secret_id: str | None = None

    @property
    def credential(self) -> tuple[str, str] | None:
        """What can be revoked of what let them in: its account and id. None when nothing can."""
        id = self.key_id or self.secret_id
        return None if id is None else (self.account_id, id)


@dataclass(frozen=True, slots=True)
class Cause:
    """What an event goes back to: the kind of actor, the id of their key, customer or identity, and their request."""

    kind: ActorKind
    actor_id: str | None = None
    request_id: str | None = None


BY_ITSELF = Cause(ActorKind.GATEWAY)
"""The cause of what falls due."""


def cause_of(actor: Actor, request_id: str | None) -> Cause:
    """The cause of what an actor's request does."""
    return Cause(actor.kind, actor.key_id or actor.subject or actor.customer_id, request_id)


def way_out(actor: Actor, lacks: Iterable[str]) -> str:
    """What an actor is told who lacks some rights: which, and how to get them."""
    named = sorted(set(lacks))
    if actor.rights.is_customer:
        return f"A customer's token is not good for {_quoted(named)}; ask with a key of the account."
    lacking = f"the scope {_quoted(named)}" if len(named) == 1 else f"the scopes {_quoted(named)}"
    if actor.kind is ActorKind.IDENTITY:
        return f"This token lacks {lacking}; ask its issuer for one that has it."
    options = " ".join(f"--scope {scope}" for scope in sorted({*actor.rights.scopes, *named}))
    return (
        f"This key lacks {lacking}; make one that has it with "
        f"`invoice-graph key create --account {actor.account_id} {options}`."
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
