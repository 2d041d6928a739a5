"""The server: FastAPI with the health check and the API, and the page mounted on it."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

# before Gradio and any library of models is imported: nothing may call out
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assistant.api.mount import answer_problems, mount
from assistant.api.operations import Operations
from assistant.errors import ServerError
from assistant.settings import Settings
from assistant.web import api, take_away
from assistant.web.guard import FrenchPage, Guard
from assistant.web.guide import guide_routes
from assistant.web.page import build_page
from assistant.web.shelf import open_shelf
from assistant.web.taking import TAKE
from assistant.web.warming import Warming

_HERE = Path(__file__).resolve().parent
_HEAD = '<script src="/stream.js"></script><script src="/page.js"></script><link rel="stylesheet" href="/page.css">'
_ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
_GRACE_SECONDS = 2  # open pages hold a stream: without a limit, stopping would wait for them
_SANS = ["Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif"]


def create_app(settings: Settings) -> FastAPI:
    """The application; its encoder warms up in the background.

    Raises:
        MissingIndex, StaleIndex, DamagedIndex, SchemaError, EncoderError: before anything is served.
    """
    warming = Warming(settings)
    shelf = open_shelf(settings)
    warming.start()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return await api.health(warming)

    @app.post("/api/ask")
    async def ask(request: Request) -> JSONResponse:
        return await api.ask(request, warming)

    @app.post(TAKE)
    async def take(request: Request) -> Response:
        return await take_away.take(request, shelf)

    @app.get("/page.css")
    async def style() -> FileResponse:
        return FileResponse(_HERE / "page.css", headers={"Cache-Control": "no-cache"})

    @app.get("/page.js")
    async def script() -> FileResponse:
        return FileResponse(_HERE / "page.js", headers={"Cache-Control": "no-cache"})

    @app.get("/stream.js")
    async def stream() -> FileResponse:
        return FileResponse(_HERE / "stream.js", headers={"Cache-Control": "no-cache"})

    app.include_router(guide_routes())
    mount(app, Operations(lambda: warming.assistant(0), shelf.catalogue, shelf.schema, shelf.version))
    gr.mount_gradio_app(
        app,
        build_page(warming, shelf),
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        theme=gr.themes.Base(font=_SANS, font_mono=["monospace"]),
        footer_links=[],
        run_history=False,
        favicon_path=str(_HERE / "favicon.svg"),
        show_error=False,
        max_file_size="64kb",
        allowed_paths=[],
        blocked_paths=["/"],
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        app_kwargs={"openapi_url": None, "docs_url": None, "redoc_url": None},
    )
    app.add_middleware(FrenchPage, head=_HEAD)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(settings.host), www_redirect=False)
    app.add_middleware(Guard)  # added last: it sees requests first
    answer_problems(app)
    return app


def serve(settings: Settings) -> None:
    """Serve the page until interrupted.

    Raises:
        ServerError: the port cannot be listened on.
        MissingIndex, StaleIndex, DamagedIndex, SchemaError, EncoderError: before the port opens.
    """
    listening = _listen(settings.host, settings.port)
    with listening:
        app = create_app(settings)
        # the access log would hold the questions of /?q=…
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        address = f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
        print(f"La page est sur {address} (Ctrl+C pour arrêter).", flush=True)
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the port, not listening yet: a port that is taken is known before the page is built."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except (OSError, OverflowError) as error:
        opened.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        raise ServerError(
            f"Le port {port} est déjà pris." if taken else f"Impossible d’écouter sur {host}:{port} ({error}).",
            f"Choisissez-en un autre\u00a0: assistant serve --port {port + 1 if port < 65535 else 7861}",
        ) from None
    return opened


def _hosts(host: str) -> list[str]:
    """The names by which a browser may call the server; any when it listens on every address.

    Starlette cuts host names at their first colon: an IPv6 address cannot be listed.
    """
    return ["*"] if host in _ANY_ADDRESS or ":" in host else ["127.0.0.1", "localhost", host]


def _shown(host: str) -> str:
    return "127.0.0.1" if host in _ANY_ADDRESS else f"[{host}]" if ":" in host else host
