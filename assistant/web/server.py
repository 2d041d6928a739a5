"""The server: FastAPI with the health check and the API, and the page mounted on it."""

from __future__ import annotations

import errno
import os
import socket
from functools import partial
from pathlib import Path

# before Gradio and any library of models is imported: nothing may call out
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from assistant.api.mount import answer_problems, mount
from assistant.api.operations import Held, Operations
from assistant.errors import ServerError
from assistant.journal import Journal, open_journal
from assistant.replies import Answer
from assistant.settings import Settings
from assistant.web import api, take_away
from assistant.web.crowd import Crowd, Room
from assistant.web.guard import FrenchPage, Guard
from assistant.web.guide import guide_routes
from assistant.web.hosts import ANY_ADDRESS, served_hosts
from assistant.web.logs import RequestLog, write_logs
from assistant.web.manage.routes import Manage
from assistant.web.page import build_page
from assistant.web.rates import Rates
from assistant.web.shelf import Shelf
from assistant.web.taking import TAKE
from assistant.web.warming import Warming

_HERE = Path(__file__).resolve().parent
_HEAD = '<script src="/stream.js"></script><script src="/page.js"></script><link rel="stylesheet" href="/page.css">'
_GRACE_SECONDS = 2  # open pages hold a stream: without a limit, stopping would wait for them
_SANS = ["Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "Arial", "sans-serif"]


def create_app(settings: Settings) -> FastAPI:
    """The application; its encoder warms up in the background.

    Raises:
        MissingIndex, StaleIndex, DamagedIndex, SchemaError, EncoderError: before anything is served.
    """
    warming = Warming(settings)
    journal = open_journal(settings, warming.shelf.catalogue.sheets)
    operations = Operations(lambda: warming.assistant(0), lambda: _held(warming.shelf), partial(_note, journal))
    warming.start()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return await api.health(warming)

    @app.post("/api/ask")
    async def ask(request: Request) -> JSONResponse:
        return await api.ask(request, warming, operations)

    @app.post(TAKE)
    async def take(request: Request) -> Response:
        return await take_away.take(request, warming.shelf)

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
    manage = Manage(settings, lambda: warming.shelf) if settings.admin_password else None
    if manage:
        app.include_router(manage.routes())
    mount(app, operations)
    gr.mount_gradio_app(
        app,
        build_page(warming, journal),
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
    app.state.room = Room(settings.answers, settings.waiting, 2 * settings.sessions)
    app.add_middleware(Crowd, rates=Rates(settings.requests, settings.requests_here), room=app.state.room)
    # added last: they see requests first
    also = manage.body_bytes if manage else lambda _scope: 0
    app.add_middleware(Guard, hosts=served_hosts(settings.host, settings.hosts), also=also)
    answer_problems(app)
    app.add_middleware(RequestLog)
    return app


def _held(shelf: Shelf) -> Held:
    return Held(shelf.catalogue, shelf.schema, shelf.version)


def _note(journal: Journal | None, question: str, answer: Answer) -> None:
    if journal:
        journal.note(question, answer, "api")


def serve(settings: Settings) -> None:
    """Serve the page until interrupted.

    Raises:
        ServerError: the port cannot be listened on.
        MissingIndex, StaleIndex, DamagedIndex, SchemaError, EncoderError: before the port opens.
    """
    listening = _listen(settings.host, settings.port)
    with listening:
        app = create_app(settings)
        write_logs(settings.log)
        # the access log would hold the questions of /?q=…
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        address = f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
        listening.listen()  # whoever comes once the address is told waits, and is not refused
        print(f"La page est sur {address} (Ctrl+C pour arrêter).", flush=True)
        _Server(config, app.state.room, settings.grace).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Stops once the answers that are being made are given."""

    def __init__(self, config: uvicorn.Config, room: Room, seconds: int) -> None:
        super().__init__(config)
        self._room = room
        self._seconds = seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._room.drain(self._seconds, lambda: self.force_exit)
        await super().shutdown(sockets)


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


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ANY_ADDRESS else f"[{host}]" if ":" in host else host
