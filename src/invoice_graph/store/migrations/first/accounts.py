"""Revision 0001: accounts, their keys, their counters, and the outcomes of their calls."""

from alembic import op
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, flag, index, text, whole


def account() -> None:
    op.create_table(
        "account",
        *text("account_id created_at"),
        *whole("version"),
        *text("name"),
        *text("country", null=True),
        *text("default_currency invoice_numbering invoice_prefix tax_rounding"),
        *whole("grace_seconds payment_terms_days"),
        *text("payment_method_types", null=True),
        *whole("overdue_after_days will_be_due_days"),
        *text("exhausted_retries"),
        *text("invoice_description invoice_footer invoice_custom_fields", null=True),
        PrimaryKeyConstraint("account_id"),
        among("invoice_numbering", "CUSTOMER ACCOUNT"),
        among("tax_rounding", "LINE_ITEM INVOICE"),
        among("exhausted_retries", "LEAVE_OPEN MARK_UNCOLLECTIBLE"),
        CheckConstraint(
            "grace_seconds >= 0 AND payment_terms_days >= 0 AND overdue_after_days >= 0 AND will_be_due_days >= 0"
        ),
        **STRICT,
    )


def api_key() -> None:
    op.create_table(
        "api_key",
        *text("account_id id created_at name digest last_four"),
        *text("revoked_at", null=True),
        PrimaryKeyConstraint("account_id", "id"),
        **STRICT,
    )
    index("api_key_by_digest", "api_key", "digest", unique=True)


def counter() -> None:
    op.create_table(
        "counter",
        *text("account_id kind"),
        *whole("value skipped"),
        PrimaryKeyConstraint("account_id", "kind"),
        CheckConstraint("value >= 0 AND skipped >= 0"),
        **STRICT,
    )


def idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        *text("account_id key created_at operation fingerprint"),
        *flag("finished"),
        *text("object_id deleted_id", null=True),
        *text("errors operation_id"),
        PrimaryKeyConstraint("account_id", "key"),
        **STRICT,
    )
    index("idempotency_key_by_age", "idempotency_key", "created_at")
