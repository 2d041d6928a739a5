"""What stands between the network and the page: pure ASGI, so that event streams pass through untouched."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.typography import guillemets
from assistant.web.hosts import Hosts, host_name
from assistant.web.refusal import refusal

MOST_BODY_BYTES = 256 * 1024
_MOST_ADDRESS_BYTES = 16 * 1024
_BODY_SECONDS = 30  # for a body to come: who sends a byte a minute keeps no place
_LARGER_SECONDS = 180
_ECHO = 60

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
    """Shuts what is not used, caps bodies, sets security headers, lets no other origin read or send.

    Args:
        also: for the paths of a view that is there only when asked for, how many bytes this request may hold;
            0 for any other path.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts, also: Callable[[Scope], int] = lambda _scope: 0) -> None:
        self._app = app
        self._hosts = hosts
        self._also = also

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, "headers": [item for item in scope["headers"] if item[0].lower() not in _DROPPED_REQUEST]}
        secured = _secured(send)
        also = self._also(scope)
        refused = self._refused(scope, also)
        most = also or MOST_BODY_BYTES
        body: list[Message] = []
        if refused is None:
            try:
                seconds = _LARGER_SECONDS if most > MOST_BODY_BYTES else _BODY_SECONDS
                body = await asyncio.wait_for(_body(scope, receive, most), seconds)
            except _TooLarge:
                refused = refusal(scope, 413, f"La requête dépasse {_size(most)}.", "Envoyez-en moins à la fois.")
            except TimeoutError:
                refused = refusal(scope, 408, "La requête n’est pas arrivée en entier.", "Renvoyez-la.")
        if refused is not None:
            await refused(scope, receive, secured)
            return
        await self._app(scope, _replayed(body, receive), secured)

    def _refused(self, scope: Scope, also: int) -> Response | None:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if len(headers.getlist("host")) > 1 or not self._hosts.knows(host):
            named = guillemets(host_name(host)[:_ECHO])
            return refusal(scope, 400, f"Ce serveur ne répond pas au nom {named}.", "Voyez\u00a0: ASSISTANT_HOSTS.")
        if not also and not _OPEN.fullmatch(scope["path"]):
            remedy = "La page est à l’adresse /, ce que demande un programme est décrit à /api/openapi.json."
            return refusal(scope, 404, "Cette adresse n’existe pas.", remedy)
        if len(scope["query_string"]) > _MOST_ADDRESS_BYTES:
            return refusal(scope, 414, "L’adresse est trop longue.", "Posez la question dans la page.")
        reads = scope["method"] in ("GET", "HEAD", "OPTIONS")
        if origin is not None and not reads and not self._hosts.lets_send(origin, host):
            return refusal(
                scope, 403, "Une page d’un autre site ne peut rien envoyer ici.", "Voyez\u00a0: ASSISTANT_HOSTS."
            )
        return None


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


def _size(size: int) -> str:
    return f"{size // 1024} ko" if size < 1_000_000 else f"{size // 1_000_000} Mo"


class _TooLarge(Exception):
    pass


async def _body(scope: Scope, receive: Receive, most: int) -> list[Message]:
    """The messages of a request that may hold so many bytes.

    Raises:
        _TooLarge: they hold more than they may.
    """
    declared = Headers(scope=scope).get("content-length", "0")
    if declared.isdecimal() and int(declared) > most:
        raise _TooLarge
    messages: list[Message] = []
    size = 0
    while scope["method"] not in ("GET", "HEAD"):
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > most:
            raise _TooLarge
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
