"""The server's log: a JSON line an event on stderr, and never a word of a question.

A line of a request holds its method, the shape of its path, its status and its milliseconds: no query, no address
of the client. A failure holds its kind and where it happened, without its message, which may hold the question.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHAPES = re.compile(
    r"/(?:|healthz|emporter|page\.css|page\.js|stream\.js|mcp|api(?:/[a-z0-9_]+){1,2}"
    r"|gerer(?:/(?:entrer|sortir|fichiers|colonnes|ajouter|abandonner|retirer|revenir|travail))?)"
)
_PARTS = re.compile(r"(/gradio_api/(?:queue/join|queue/data|heartbeat)|/assets|/static|/svelte|/api/v1)\b.*")
_FIELDS = ("method", "path", "status", "ms")
_log = logging.getLogger("assistant.requests")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        said |= {name: vars(record)[name] for name in _FIELDS if name in vars(record)}
        if record.exc_info and record.exc_info[0]:
            said["error"] = record.exc_info[0].__name__
            said["where"] = "".join(traceback.format_tb(record.exc_info[2]))
        return json.dumps(said, ensure_ascii=False, default=str)


class RequestLog:
    """One line a request, at level « info »."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            took = round((time.perf_counter() - begun) * 1000, 1)
            fields = {"method": scope["method"], "path": shape(scope["path"]), "status": status, "ms": took}
            _log.info("request", extra=fields)


def shape(path: str) -> str:
    """A path of ours, without what it names; « … » for any other, in which anything may have been typed."""
    if _SHAPES.fullmatch(path):
        return path
    found = _PARTS.fullmatch(path)
    return found[1] if found else "…"


def write_logs(level: str) -> None:
    """Have everything that this process logs from ``level`` up written to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "asyncio", "python_multipart"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
