"""Pages under the bar of the assistant that need neither Gradio nor a script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fastapi.responses import HTMLResponse


def plain_page(
    title: str,
    under: str,
    nav: str,
    body: str,
    status: int = 200,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A whole page.

    Args:
        title, under: text: that of the page, and what it belongs to.
        nav, body: HTML.
        kind: other classes of its body.
    """
    return HTMLResponse(
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} – Actions des centres sociaux</title>"
        '<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/page.css"></head>'
        f'<body class="{f"guide {kind}".strip()}">'
        '<header id="top"><div class="bar"><p class="brand"><a href="/">Actions des centres sociaux</a>'
        f"<small>{escape(under)}</small></p>{nav}</div></header><main>{body}</main></body></html>",
        status,
        dict(headers or {}),
    )
