"""What stands between the network and the page: pure ASGI, so that event streams pass through untouched."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY_BYTES = 256 * 1024

# what the page, the health check and the API ask for; everything else of Gradio (uploads, files and
# addresses fetched for the client, monitoring, descriptions of the API) stays shut
_OPEN = re.compile(
    r"/|/config/?|/(?:assets|static|svelte)/.+|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt"
    r"|/(?:page\.css|page\.js|stream\.js)|/healthz|/api/(?:ask|openapi\.json|v1/.*)|/mcp|/emporter"
    r"|/guide(?:/[\w-]+|/images/[\w-]+\.png)?"
    r"|/gradio_api/(?:queue/join|queue/data|heartbeat/[a-z0-9]+|startup-events|app_id|reset|cancel)/?"
)
# what Gradio tells the link previews of other sites, in English and with an address outside
_PREVIEW = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_GRADIOS = re.compile(rb"(?:page|deep_link|view|__\w+)(?:=|$)")
_DROPPED_REQUEST = {b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-for", b"x-forwarded-prefix", b"forwarded"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
        "base-uri 'self'; form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Shuts what is not used, caps bodies, sets security headers, lets no other origin read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [item for item in scope["headers"] if item[0].lower() not in _DROPPED_REQUEST]}
        secured = _secured(send)
        if not _OPEN.fullmatch(scope["path"]):
            await _refusal(404, "Cette adresse n’existe pas.")(scope, receive, secured)
            return
        body = await _body(scope, receive)
        if body is None:
            await _refusal(413, f"La requête dépasse {MOST_BODY_BYTES // 1024} ko.")(scope, receive, secured)
            return
        await self._app(scope, _replayed(body, receive), secured)


class FrenchPage:
    """Makes the page of Gradio French: its language, and its head, which must come before its scripts."""

    def __init__(self, app: ASGIApp, head: str) -> None:
        self._app = app
        self._head = head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        # our links name none of what Gradio reads for itself: a link that does would open an error
        query = b"&".join(part for part in scope["query_string"].split(b"&") if not _GRADIOS.match(part))
        # a compressed page could not be rewritten
        headers = [item for item in scope["headers"] if item[0].lower() != b"accept-encoding"]
        scope = {**scope, "headers": headers, "query_string": query}
        start: Message = {}
        parts: list[bytes] = []

        async def rewrite(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            page = b"".join(parts)
            page = _PREVIEW.sub(b"", page)
            page = page.replace(b'lang="en"', b'lang="fr"', 1).replace(b"<head>", b"<head>" + self._head, 1)
            MutableHeaders(raw=start["headers"])["content-length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, rewrite)


def _secured(send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Gradio lets any origin read; a list from MutableHeaders would keep what it reflected
            raw = [item for item in message.get("headers", []) if not item[0].lower().startswith(b"access-control-")]
            raw += [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
            message = {**message, "headers": raw}
        await send(message)

    return secured


async def _body(scope: Scope, receive: Receive) -> list[Message] | None:
    """The messages of a request, None when they hold more than they may."""
    declared = Headers(scope=scope).get("content-length", "0")
    if declared.isdecimal() and int(declared) > MOST_BODY_BYTES:
        return None
    messages: list[Message] = []
    size = 0
    while scope["method"] not in ("GET", "HEAD"):
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > MOST_BODY_BYTES:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return messages


def _replayed(messages: Iterable[Message], receive: Receive) -> Receive:
    kept = iter(messages)

    async def replay() -> Message:
        for message in kept:
            return message
        return await receive()

    return replay


def _refusal(status: int, happened: str) -> JSONResponse:
    return JSONResponse({"error": happened, "remedy": ""}, status)
