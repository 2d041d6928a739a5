"""How much is asked at once: so many a minute for each client, so many answers made and so many that wait.

What comes beyond is told at once when to come back: a crowd gets sentences, not timeouts. A server that stops
takes nothing new and finishes what runs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.rates import Rates
from assistant.web.refusal import refusal

_COUNTED = re.compile(r"/|/(?:api|mcp|gradio_api|gerer)/.+|/mcp|/emporter|/gerer")
_ANSWERS = re.compile(r"/(?:api|mcp)/.+|/mcp|/emporter")
_JOIN = re.compile(r"/gradio_api/queue/join/?")
# an answer of the page is awaited as long as its stream is open; the other stream stays as long as the page
_AWAITED = re.compile(r"/gradio_api/queue/data/?")
_STREAMS = re.compile(r"/gradio_api/(?:queue/data|heartbeat/[^/]+)/?")
_RETRY_SECONDS = 2.0
_POLL_SECONDS = 0.05
_FULL = "Trop de questions arrivent en même temps."
_LATER = "Réessayez dans quelques secondes."


class Room:
    """How many answers are being made and how many wait, of those that may."""

    def __init__(self, running: int, waiting: int, streams: int) -> None:
        self._places = asyncio.Semaphore(running)
        self._most = running + waiting
        self._most_streams = streams
        self._inside = 0
        self._streams = 0
        self._awaited = 0
        self.closed = False

    @property
    def full(self) -> bool:
        return self._inside >= self._most

    @property
    def streams_full(self) -> bool:
        return self._streams >= self._most_streams

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """A place, as soon as there is one."""
        self._inside += 1
        try:
            async with self._places:
                yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def streaming(self, awaited: bool) -> AsyncIterator[None]:
        self._streams += 1
        self._awaited += awaited
        try:
            yield
        finally:
            self._streams -= 1
            self._awaited -= awaited

    async def drain(self, seconds: float, hurried: Callable[[], bool] = lambda: False) -> bool:
        """Take nothing new, and wait for what runs; whether it ended in time.

        Args:
            hurried: says that one does not want to wait any more.
        """
        self.closed = True
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (self._inside or self._awaited) and loop.time() < end and not hurried():
            await asyncio.sleep(_POLL_SECONDS)
        return not (self._inside or self._awaited)


class Crowd:
    """Holds requests to the rates and to the room."""

    def __init__(self, app: ASGIApp, rates: Rates, room: Room) -> None:
        self._app = app
        self._rates = rates
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not _COUNTED.fullmatch(path):
            await self._app(scope, receive, send)
            return
        seconds = 0.0 if _STREAMS.fullmatch(path) else self._rates.wait((scope.get("client") or ("",))[0])
        refused = None
        if seconds:
            refused = refusal(scope, 429, "Trop de demandes viennent de cet ordinateur.", _LATER, seconds)
        elif self._room.closed and (_ANSWERS.fullmatch(path) or _JOIN.fullmatch(path)):
            refused = refusal(scope, 503, "L’assistant s’arrête.", _LATER, _RETRY_SECONDS)
        elif (_ANSWERS.fullmatch(path) and self._room.full) or (_STREAMS.fullmatch(path) and self._room.streams_full):
            refused = refusal(scope, 503, _FULL, _LATER, _RETRY_SECONDS)
        if refused:
            await refused(scope, receive, send)
        elif _STREAMS.fullmatch(path):
            async with self._room.streaming(bool(_AWAITED.fullmatch(path))):
                await self._app(scope, receive, send)
        elif _ANSWERS.fullmatch(path):
            async with self._room.answering():
                await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _full_queue(scope, receive, send) if _JOIN.fullmatch(path) else send)


def _full_queue(scope: Scope, receive: Receive, send: Send) -> Send:
    """Gradio says in English, and without a time, that its queue is full."""
    replaced = False

    async def told(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and message["status"] == 503:
            replaced = True
            await refusal(scope, 503, _FULL, _LATER, _RETRY_SECONDS)(scope, receive, send)
        if not replaced:
            await send(message)

    return told
