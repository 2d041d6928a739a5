"""Programs on the server of the page: ``/api/v1``, its description, and MCP at ``/mcp``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.api.http import PREFIX, create_api, described
from assistant.api.operations import Operations
from assistant.api.problem_form import ProblemForm
from assistant.errors import MissingExtra

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

_MCP = "/mcp"


def mount(app: FastAPI, operations: Operations) -> None:
    """Add what programs ask for; before anything is mounted at the root."""
    api = create_api(operations)
    document = described(api)

    @app.get("/api/openapi.json")
    async def openapi() -> JSONResponse:
        return JSONResponse(document)

    app.mount(PREFIX, api)
    app.router.routes.append(Route(_MCP, _mcp(app, operations), methods=["POST"]))
    # nothing is streamed and no session is kept: what MCP asks by other methods is refused, and not left to the page
    app.router.routes.append(Route(_MCP, _refusal(405, "Cette adresse ne répond qu’à POST.", "", {"Allow": "POST"})))


def answer_problems(app: FastAPI) -> None:
    """Make every refusal to programs a problem; after all other middleware is added."""
    app.add_middleware(ProblemForm)


def _mcp(app: FastAPI, operations: Operations) -> ASGIApp:
    try:
        from assistant.api.mcp_server import create_mcp
    except MissingExtra as error:
        return _refusal(501, error.happened, error.remedy)
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    server = create_mcp(operations)
    before = app.router.lifespan_context
    running: list[StreamableHTTPSessionManager] = []

    @asynccontextmanager
    async def lifespan(of: Any) -> AsyncIterator[Any]:
        # each request stands alone: nothing is kept between two, nothing is streamed
        manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
        async with before(of) as state, manager.run():
            running.append(manager)
            try:
                yield state
            finally:
                running.remove(manager)

    app.router.lifespan_context = lifespan
    return _Running(running)


class _Running:
    """The last manager that runs. A class: a route takes a function for one that is given a request."""

    def __init__(self, running: Sequence[StreamableHTTPSessionManager]) -> None:
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._running[-1].asgi_app(scope, receive, send)


def _refusal(status: int, happened: str, remedy: str, headers: Mapping[str, str] | None = None) -> ASGIApp:
    return JSONResponse({"error": happened, "remedy": remedy}, status, headers)
