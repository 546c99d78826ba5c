"""The schema as graphql-core executes it, its SDL, and the planner's catalog, all from the Strawberry types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, lexicographic_sort_schema, print_schema
from strawberry.schema.config import StrawberryConfig

from invoice_graph.domain.access import READS
from invoice_graph.planner.catalog import Catalog, Table, column_names
from invoice_graph.planner.plan import Planner
from invoice_graph.planner.sources import Column
from invoice_graph.schema import enums
from invoice_graph.schema.fields import SOURCE
from invoice_graph.schema.mutations import Mutation
from invoice_graph.schema.queries import Query
from invoice_graph.schema.scalars import SCALARS
from invoice_graph.schema.subscriptions import Subscription
from invoice_graph.schema.types.discounts import Discount
from invoice_graph.schema.types.payloads import ConflictError, InputError, PaymentError, TransitionError
from invoice_graph.schema.where import CONDITIONS
from invoice_graph.store import tables
from invoice_graph.store.dialect import SQLITE, Dialect

NODES: Mapping[str, Table] = {
    "Invoice": tables.Invoice,
    "LineItem": tables.LineItem,
    "InvoiceItem": tables.InvoiceItem,
    "InvoicePayment": tables.InvoicePayment,
    "PaymentIntent": tables.PaymentIntent,
    "PaymentRecord": tables.PaymentRecord,
    "CreditNote": tables.CreditNote,
    "CreditNoteLine": tables.CreditNoteLine,
    "Customer": tables.Customer,
    "TestClock": tables.TestClock,
    "BalanceTransaction": tables.BalanceTransaction,
    "Event": tables.Event,
    "Product": tables.Product,
    "Price": tables.Price,
    "TaxRate": tables.TaxRate,
    "Coupon": tables.Coupon,
    "PromotionCode": tables.PromotionCode,
    "Discount": tables.Discount,
    "InvoiceRenderingTemplate": tables.InvoiceRenderingTemplate,
}
"""The types that have ids, and their tables."""

SAME_ROW: Mapping[str, Table] = {
    "Account": tables.Account,
    "InvoiceStatusChange": tables.Event,
    "InvoiceStatusTransitions": tables.Invoice,
    "InvoicePaymentStatusTransitions": tables.InvoicePayment,
    "PaymentSource": tables.InvoicePayment,
    "NumberSequence": tables.Counter,
    "Pricing": tables.LineItem,
    "FromInvoice": tables.Invoice,
    "InvoiceRendering": tables.Invoice,
    "RenderingPdf": tables.Invoice,
    "PromotionCodeRestrictions": tables.PromotionCode,
}
"""Types whose fields are columns of a table without being its objects."""

VERSIONS: Mapping[str, Table] = {"InvoiceRenderingTemplate": tables.TemplateVersion}
"""The tables that keep earlier versions of a type's objects."""


@dataclass(frozen=True)
class BuiltSchema:
    """The schema and what was derived from it."""

    schema: GraphQLSchema
    catalog: Catalog

    @cached_property
    def sdl(self) -> str:
        """The schema as text, in the order of names."""
        return print_schema(lexicographic_sort_schema(self.schema)) + "\n"


@cache
def build_schema() -> BuiltSchema:
    """The schema, built once per process."""
    assert enums.DESCRIPTIONS
    built = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[InputError, TransitionError, ConflictError, PaymentError, Discount],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    for name, scope in READS.items():
        kind = built._schema.type_map[name]
        kind.description = f"{kind.description} Needs the scope `{scope}`."
    return BuiltSchema(built._schema, make_catalog(built._schema))


def make_planner(dialect: Dialect = SQLITE) -> Planner:
    """A planner for the schema, on one kind of database."""
    built = build_schema()
    return Planner(built.schema, built.catalog, dialect)


def make_catalog(schema: GraphQLSchema) -> Catalog:
    """The source of every field that has one."""
    rows: dict[str, Table] = {**NODES, "Account": tables.Account, "NumberSequence": tables.Counter}
    sources = dict(_sources(schema, {**NODES, **SAME_ROW}))
    return Catalog(tuple(NODES.values()), rows, sources, VERSIONS, CONDITIONS)


def _sources(schema: GraphQLSchema, owners: Mapping[str, Table]) -> Iterator[tuple[tuple[str, str], Any]]:
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            for field_name, field in kind.fields.items():
                source = _source(field.extensions["strawberry-definition"], owners.get(name))
                if source is not None:
                    yield (name, field_name), source


def _source(field: Any, table: Table | None) -> Any:
    stated = field.metadata.get(SOURCE)
    if stated is None and table is not None and field.python_name in column_names(table):
        return Column(field.python_name)
    return stated
