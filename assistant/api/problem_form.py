"""Refusals of what stands before the API (hosts, sizes, limits), as problem details too: pure ASGI."""

from __future__ import annotations

import json
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.problems import MEDIA_TYPE, kind_of_status, problem

_CONTRACT = "/api/ask"  # its errors keep their form
_REPLACED = (b"content-type", b"content-length")


class ProblemForm:
    """To be added last: it sees every response under ``/api/`` after all others."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/api/") or path == _CONTRACT:
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def rewrite(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_refusal(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = _as_problem(start["status"], b"".join(parts))
            await send({**start, "headers": _headers(start["headers"], len(body))})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, rewrite)


def _is_refusal(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return start["status"] >= 400 and not headers.get("content-type", "").startswith(MEDIA_TYPE)


def _as_problem(status: int, body: bytes) -> bytes:
    kind = kind_of_status(status)
    try:
        said = json.loads(body)
        found = problem(kind, said["error"], said["remedy"], status)
    except (ValueError, TypeError, KeyError):
        found = problem(kind, f"{kind.title}.", "", status)
    return json.dumps(found, ensure_ascii=False).encode()


def _headers(raw: Sequence[tuple[bytes, bytes]], length: int) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in raw if name.lower() not in _REPLACED]
    return [*kept, (b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(length).encode())]
