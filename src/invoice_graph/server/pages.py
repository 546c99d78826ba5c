"""Pages for browsers; nothing is loaded from anywhere else."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route


def console(_request: Request) -> Response:
    """A page that can send operations."""
    return Response("<!doctype html><title>invoice-graph</title>", media_type="text/html")


def routes() -> list[Route]:
    """The pages beside `/graphql`."""
    return [Route("/", lambda _request: RedirectResponse("/graphql"), methods=["GET"])]
