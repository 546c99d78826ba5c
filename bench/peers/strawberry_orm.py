"""The usual way: Strawberry types and resolvers, DataLoaders, SQLModel entities in async sessions."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.schema.config import StrawberryConfig

from bench.peers import ACCOUNT, DATABASE
from invoice_graph.store import tables


@dataclass
class Context:
    """What one request's resolvers share: the database and the loaders."""

    engine: AsyncEngine
    account_id: str
    customers: DataLoader[str, tables.Customer] = field(init=False)
    lines: DataLoader[str, list[tables.LineItem]] = field(init=False)

    def __post_init__(self) -> None:
        self.customers = DataLoader(load_fn=self._load_customers)
        self.lines = DataLoader(load_fn=self._load_lines)

    def session(self) -> AsyncSession:
        return AsyncSession(self.engine)

    async def _load_customers(self, ids: list[str]) -> list[tables.Customer]:
        rows = tables.Customer
        mine = col(rows.account_id) == self.account_id
        async with self.session() as session:
            found = await session.exec(select(rows).where(mine, col(rows.id).in_(ids)))
            by_id = {customer.id: customer for customer in found}
        return [by_id[id] for id in ids]

    async def _load_lines(self, invoice_ids: list[str]) -> list[list[tables.LineItem]]:
        rows = tables.LineItem
        mine = col(rows.account_id) == self.account_id
        of_invoice: dict[str, list[tables.LineItem]] = {id: [] for id in invoice_ids}
        async with self.session() as session:
            statement = select(rows).where(mine, col(rows.invoice_id).in_(invoice_ids)).order_by(col(rows.position))
            for line in await session.exec(statement):
                of_invoice[line.invoice_id].append(line)
        return list(of_invoice.values())


Info = strawberry.Info[Context, None]


@strawberry.enum
class InvoiceStatus(Enum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    PAID = "PAID"
    UNCOLLECTIBLE = "UNCOLLECTIBLE"
    VOID = "VOID"


@strawberry.type
class Customer:
    id: strawberry.ID
    name: str | None
    email: str | None

    @classmethod
    def of(cls, row: tables.Customer) -> "Customer":
        return cls(id=strawberry.ID(row.id), name=row.name, email=row.email)


@strawberry.type
class LineItem:
    id: strawberry.ID
    description: str | None
    quantity: int
    quantity_decimal: str
    amount: int
    subtotal: int
    currency: str
    discountable: bool
    period_start: datetime
    period_end: datetime

    @classmethod
    def of(cls, row: tables.LineItem) -> "LineItem":
        return cls(
            id=strawberry.ID(row.id),
            description=row.description,
            quantity=int(row.quantity_decimal),
            quantity_decimal=str(row.quantity_decimal),
            amount=row.amount,
            subtotal=row.subtotal,
            currency=row.currency,
            discountable=row.discountable,
            period_start=row.period_start_at,
            period_end=row.period_end_at,
        )


@strawberry.type
class LineItemConnection:
    nodes: list[LineItem]


@strawberry.type
class Invoice:
    id: strawberry.ID
    number: str | None
    status: InvoiceStatus
    currency: str
    total: int
    amount_due: int
    amount_remaining: int
    created_at: datetime
    customer_id: strawberry.Private[str]

    @classmethod
    def of(cls, row: tables.Invoice) -> "Invoice":
        return cls(
            id=strawberry.ID(row.id),
            number=row.number,
            status=InvoiceStatus(row.status),
            currency=row.currency,
            total=row.total,
            amount_due=row.amount_due,
            amount_remaining=row.amount_remaining,
            created_at=row.created_at,
            customer_id=row.customer_id,
        )

    @strawberry.field
    async def customer(self, info: Info) -> Customer:
        return Customer.of(await info.context.customers.load(self.customer_id))

    @strawberry.field
    async def lines(self, info: Info, first: int = 10) -> LineItemConnection:
        rows = await info.context.lines.load(self.id)
        return LineItemConnection(nodes=[LineItem.of(row) for row in rows[:first]])


@strawberry.type
class InvoiceConnection:
    nodes: list[Invoice]


@strawberry.type
class Query:
    @strawberry.field
    async def invoices(self, info: Info, first: int = 10) -> InvoiceConnection:
        rows = tables.Invoice
        mine = col(rows.account_id) == info.context.account_id
        newest_first = (col(rows.created_at).desc(), col(rows.id).desc())
        async with info.context.session() as session:
            found: Sequence[tables.Invoice] = (
                await session.exec(select(rows).where(mine).order_by(*newest_first).limit(first))
            ).all()
        return InvoiceConnection(nodes=[Invoice.of(row) for row in found])

    @strawberry.field
    async def invoice(self, info: Info, id: strawberry.ID) -> Invoice | None:
        rows = tables.Invoice
        async with info.context.session() as session:
            found = await session.get(rows, (info.context.account_id, id))
        return None if found is None else Invoice.of(found)


MOMENT = strawberry.scalar(
    name="DateTime",
    serialize=lambda moment: moment.isoformat().replace("+00:00", "Z"),
    parse_value=datetime.fromisoformat,
)

schema = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map={datetime: MOMENT}))


class View(GraphQL[Context, None]):
    """Strawberry's ASGI view, with loaders for each request."""

    def __init__(self, engine: AsyncEngine, account_id: str) -> None:
        super().__init__(schema)
        self._engine = engine
        self._account_id = account_id

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(self._engine, self._account_id)


def open_engine(database: Path) -> AsyncEngine:
    """The database as SQLAlchemy opens it."""
    return create_async_engine(f"sqlite+aiosqlite:///{database}")


def create_app() -> Starlette:
    """The server."""
    engine = open_engine(Path(os.environ[DATABASE]))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None, None]:
        yield
        await engine.dispose()

    return Starlette(routes=[Route("/graphql", View(engine, os.environ[ACCOUNT]))], lifespan=lifespan)
