"""The guide: the Markdown of ``docs/guide``, which a wheel holds too, served as pages that need no script."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from markdown_it import MarkdownIt

from assistant.settings import BUNDLED
from assistant.web.plain import plain_page

_OF_CLONE = Path(__file__).resolve().parents[2] / "docs" / "guide"
FOLDER = BUNDLED / "guide" if BUNDLED.is_dir() else _OF_CLONE
PAGES = {"README": "Guide", "besoin": "Un besoin", "formation": "Une formation", "inspiration": "Une inspiration"}
_PICTURE = re.compile(r"[a-z]+-\d+\.png")
_MISSING = "<h1>Cette page n’existe pas</h1><p>Revenez au <a href='/guide'>guide</a>.</p>"


def guide_routes() -> APIRouter:
    """``/guide``, ``/guide/formation``…, and their pictures."""
    router = APIRouter()

    @router.get("/guide")
    async def index() -> Response:
        return _page("README")

    @router.get("/guide/images/{name}")
    async def picture(name: str) -> Response:
        path = FOLDER / "images" / name
        if not _PICTURE.fullmatch(name) or not path.is_file():
            return _framed("Guide", _MISSING, "", 404)
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    @router.get("/guide/{name}")
    async def page(name: str) -> Response:
        return _page(name)

    return router


def _page(name: str) -> Response:
    path = FOLDER / f"{name}.md"
    if name not in PAGES or not path.is_file():
        return _framed("Guide", _MISSING, "", 404)
    return _framed(PAGES[name], rendered(path.read_text(encoding="utf-8")), name)


@lru_cache(maxsize=len(PAGES))
def rendered(text: str) -> str:
    """The HTML of a page: links between files become links between pages."""
    html = MarkdownIt("commonmark", {"html": False}).render(text)
    html = html.replace('href="README.md"', 'href="/guide"')
    html = re.sub(r'href="(\w+)\.md"', r'href="/guide/\1"', html)
    return html.replace('src="images/', 'src="/guide/images/')


def _framed(title: str, body: str, name: str, status: int = 200) -> Response:
    tabs = []
    for page, says in PAGES.items():
        here = ' class="here" aria-current="page"' if page == name else ""
        tabs.append(f'<li><a href="/guide{"" if page == "README" else f"/{page}"}"{here}>{escape(says)}</a></li>')
    nav = f'<nav aria-label="Guide"><ul class="tabs">{"".join(tabs)}</ul></nav>'
    whole = f'{body}<p><a href="/">Ouvrir l’assistant</a></p>'
    return plain_page(title, "Guide de l’assistant", nav, whole, status)
