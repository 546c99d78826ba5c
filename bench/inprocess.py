"""The same operation without HTTP: each implementation as a function that returns the body's bytes."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import orjson

from bench.operations import Operation
from bench.peers import bare, strawberry_orm
from invoice_graph.config import Settings
from invoice_graph.domain.access import Actor
from invoice_graph.server.engine_protocol import Answer, GraphQLRequest
from invoice_graph.server.gateway import open_gateway

Call = Callable[[], Awaitable[bytes]]


@asynccontextmanager
async def open_calls(database: Path, account: str, operation: Operation) -> AsyncGenerator[dict[str, Call], None]:
    """A call of each server's engine, by the server's name."""
    async with AsyncExitStack() as opened:
        settings = Settings(database=f"sqlite+aiosqlite:///{database}")
        gateway = await opened.enter_async_context(open_gateway(settings))
        reader = await opened.enter_async_context(bare.open_reader(database, operation, account))
        engine = strawberry_orm.open_engine(database)
        opened.push_async_callback(engine.dispose)

        async def through_gateway() -> bytes:
            request = GraphQLRequest(operation.query, None, operation.variables)
            answer = await gateway.engine.run(request, Actor(account))
            assert isinstance(answer, Answer)
            return answer.body

        async def through_strawberry() -> bytes:
            context = strawberry_orm.Context(engine, account)
            result = await strawberry_orm.schema.execute(operation.query, operation.variables, context)
            assert result.errors is None, result.errors
            return orjson.dumps({"data": result.data})

        yield {"gateway": through_gateway, "strawberry_orm": through_strawberry, "bare": reader}


async def milliseconds(call: Call, seconds: float) -> float:
    """The time of one call, measured one after another for some seconds."""
    count, started = 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds or not count:
        await call()
        count += 1
    return spent / count * 1000
