"""What the server says when it does not serve: in French, as JSON to programs, as a sentence to a browser."""

from __future__ import annotations

import math

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Scope


def refusal(scope: Scope, status: int, happened: str, remedy: str = "", seconds: float = 0) -> Response:
    """``seconds``: after how many to come back, said in ``Retry-After``; 0 to say nothing."""
    headers = {"Retry-After": str(math.ceil(seconds))} if seconds else {}
    if "text/html" in Headers(scope=scope).get("accept", ""):
        return PlainTextResponse(f"{happened} {remedy}".strip(), status, headers)
    return JSONResponse({"error": happened, "remedy": remedy}, status, headers)
