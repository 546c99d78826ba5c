"""Accounts, their keys, their counters, and the outcomes of their calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index

from invoice_graph.domain import kinds
from invoice_graph.domain.taxes import TaxRounding
from invoice_graph.store.columns import STRICT, Row, document, flag, moment, one_of, text, whole
from invoice_graph.store.tables.owned import Owned


class Account(Row, table=True):
    """A tenant and its settings. Its `account_id` is its id."""

    __tablename__ = "account"
    __table_args__ = (
        one_of("invoice_numbering", kinds.InvoiceNumbering),
        one_of("tax_rounding", TaxRounding),
        one_of("exhausted_retries", kinds.ExhaustedRetries),
        CheckConstraint(
            "grace_seconds >= 0 AND payment_terms_days >= 0 AND overdue_after_days >= 0 AND will_be_due_days >= 0"
        ),
        STRICT,
    )

    account_id: str = text(primary_key=True)
    created_at: datetime = moment()
    version: int = whole(default=1)
    name: str = text()
    country: str | None = text(default=None)
    default_currency: str = text(default="usd")
    invoice_numbering: kinds.InvoiceNumbering = text(default=kinds.InvoiceNumbering.CUSTOMER)
    invoice_prefix: str = text()
    tax_rounding: TaxRounding = text(default=TaxRounding.LINE_ITEM)
    grace_seconds: int = whole(default=3600)
    payment_terms_days: int = whole(default=30)
    payment_method_types: list[str] | None = document(default=None)
    overdue_after_days: int = whole(default=0)
    will_be_due_days: int = whole(default=7)
    exhausted_retries: kinds.ExhaustedRetries = text(default=kinds.ExhaustedRetries.LEAVE_OPEN)
    invoice_description: str | None = text(default=None)
    invoice_footer: str | None = text(default=None)
    invoice_custom_fields: list[dict[str, str]] | None = document(default=None)


class ApiKey(Owned, table=True):
    """A key; only the SHA-256 of its secret is kept. `scopes` are those of a restricted key, null for all rights."""

    __tablename__ = "api_key"
    __table_args__ = (Index("api_key_by_digest", "digest", unique=True), STRICT)

    name: str = text()
    digest: str = text()
    last_four: str = text()
    revoked_at: datetime | None = moment(default=None)
    scopes: list[str] | None = document(default=None)


class SigningSecret(Owned, table=True):
    """What signs the tokens of an account's customers."""

    __tablename__ = "signing_secret"
    __table_args__ = (STRICT,)

    secret: str = text()


class Counter(Row, table=True):
    """A sequence without gaps: the event log's, and one per number prefix."""

    __tablename__ = "counter"
    __table_args__ = (CheckConstraint("value >= 0 AND skipped >= 0"), STRICT)

    account_id: str = text(primary_key=True)
    kind: str = text(primary_key=True)
    value: int = whole(default=0)
    skipped: int = whole(default=0)


class IdempotencyKey(Row, table=True):
    """The outcome of a call, kept so that a repeated call is answered and not executed."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("idempotency_key_by_age", "created_at"), STRICT)

    account_id: str = text(primary_key=True)
    key: str = text(primary_key=True)
    created_at: datetime = moment()
    operation: str = text()
    fingerprint: str = text()
    finished: bool = flag(default=True)
    object_id: str | None = text(default=None)
    deleted_id: str | None = text(default=None)
    errors: list[dict[str, Any]] = document(default_factory=list)
    operation_id: str = text()
