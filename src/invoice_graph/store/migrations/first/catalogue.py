"""Revision 0001: what is sold and how it is taxed, and how documents look."""

from alembic import op
from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from invoice_graph.store.migrations.first.columns import STRICT, among, belongs_to, currency, flag, index, text, whole


def product() -> None:
    op.create_table(
        "product",
        *text("account_id id created_at"),
        *whole("version"),
        *text("updated_at name"),
        *flag("active"),
        *text("description default_price_id tax_code unit_label statement_descriptor", null=True),
        *text("images details"),
        PrimaryKeyConstraint("account_id", "id"),
        **STRICT,
    )
    index("product_by_creation", "product", "account_id created_at id")


def rendering_template() -> None:
    op.create_table(
        "rendering_template",
        *text("account_id id created_at"),
        *whole("version"),
        *text("nickname", null=True),
        *text("status"),
        *text("memo footer", null=True),
        *text("custom_fields"),
        *text("page_size amount_tax_display", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        among("status", "ACTIVE ARCHIVED"),
        among("page_size", "A4 LETTER AUTO"),
        among("amount_tax_display", "EXCLUDE_TAX INCLUDE_INCLUSIVE_TAX"),
        **STRICT,
    )
    index("rendering_template_by_creation", "rendering_template", "account_id created_at id")


def rendering_template_version() -> None:
    op.create_table(
        "rendering_template_version",
        *text("account_id id created_at"),
        *whole("version"),
        *text("nickname", null=True),
        *text("status"),
        *text("memo footer", null=True),
        *text("custom_fields"),
        *text("page_size amount_tax_display", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id", "version"),
        **STRICT,
    )


def tax_rate() -> None:
    op.create_table(
        "tax_rate",
        *text("account_id id created_at"),
        *whole("version"),
        *text("display_name percentage"),
        *flag("inclusive active"),
        *text("country state jurisdiction description tax_type", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        **STRICT,
    )
    index("tax_rate_by_creation", "tax_rate", "account_id created_at id")


def price() -> None:
    op.create_table(
        "price",
        *text("account_id id created_at"),
        *whole("version"),
        *text("product_id"),
        *flag("active"),
        *text("currency type billing_scheme"),
        *text("unit_amount_decimal", null=True),
        *text("tax_behavior"),
        *text("nickname lookup_key tiers tiers_mode transform_quantity recurring", null=True),
        *text("details"),
        PrimaryKeyConstraint("account_id", "id"),
        among("type", "ONE_TIME RECURRING"),
        among("billing_scheme", "PER_UNIT TIERED"),
        among("tax_behavior", "EXCLUSIVE INCLUSIVE UNSPECIFIED"),
        among("tiers_mode", "GRADUATED VOLUME"),
        currency(),
        CheckConstraint("(billing_scheme = 'TIERED') = (tiers IS NOT NULL)"),
        CheckConstraint("(billing_scheme = 'TIERED') = (unit_amount_decimal IS NULL)"),
        belongs_to("product_id", "product"),
        **STRICT,
    )
    index("price_by_creation", "price", "account_id created_at id")
    index("price_by_product", "price", "account_id product_id created_at id")
    index("price_lookup_key", "price", "account_id lookup_key", unique=True)
