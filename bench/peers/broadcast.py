"""The limit of a fan-out: a Starlette application that sends the bytes it was posted to every WebSocket."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect


def create_app() -> Starlette:
    """The server."""
    listening: set[WebSocket] = set()

    async def subscribe(socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        await socket.receive_text()
        await socket.send_text('{"type":"connection_ack"}')
        await socket.receive_text()
        listening.add(socket)
        try:
            await socket.receive_text()
        except WebSocketDisconnect:
            listening.discard(socket)

    async def publish(request: Request) -> Response:
        text = (await request.body()).decode()
        await asyncio.gather(*(socket.send_text(text) for socket in listening))
        return Response(status_code=204)

    routes = [WebSocketRoute("/graphql", subscribe), Route("/publish", publish, methods=["POST"])]
    return Starlette(routes=routes)
