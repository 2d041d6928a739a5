"""What the server says when it does not serve: in French, as JSON to programs, as a page to a browser."""

from __future__ import annotations

import math
from html import escape

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from assistant.web.plain import plain_page


def refusal(scope: Scope, status: int, happened: str, remedy: str = "", seconds: float = 0) -> Response:
    """``seconds``: after how many to come back, said in ``Retry-After``; 0 to say nothing."""
    headers = {"Retry-After": str(math.ceil(seconds))} if seconds else {}
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return JSONResponse({"error": happened, "remedy": remedy}, status, headers)
    body = f"<h1>{escape(happened)}</h1><p>{escape(remedy)}</p>" if remedy else f"<h1>{escape(happened)}</h1>"
    back = '<p><a href="/">Ouvrir l’assistant</a></p>'
    return plain_page(happened.rstrip("."), "Fiches citées mot pour mot", "", body + back, status, headers=headers)
