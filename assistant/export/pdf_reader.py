"""Reads the quotes of a PDF back: the exact ones from its attachment, held against what its pages show."""

from __future__ import annotations

import io
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.export.coding import coded
from assistant.export.found import LARGEST, Contents, Found, UnreadableExport, unreadable
from assistant.export.pdf import PROOF, carried
from assistant.values import Span

_WHAT = "Le PDF"
_PAGES = 2000
_PAGE_BYTES = 1_000_000  # of what a page draws, unpacked: ours take some tens of thousands
_FOOT = re.compile(r"page\s*\d+\s*sur\s*\d+\s*$")
_UNSEEN = re.compile(r"[\s\u200b]+")  # line breaks of the page, and the places where a long word may break


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Quote(_Strict):
    text: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class _Citation(_Strict):
    words: str
    quotes: list[_Quote] = Field(min_length=1)


class _Proof(_Strict):
    format: int
    corpus: str
    citations: list[_Citation]


def read_pdf(data: bytes) -> Contents:
    """Every quote of the attachment; ``seen`` is false for one that the pages do not show, in its order.

    Raises:
        UnreadableExport: damaged, too long, or without the attachment.
    """
    from pypdf.errors import PyPdfError

    try:
        title, pages, attached = _opened(data)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
        zlib.error,
        RecursionError,
    ):
        raise unreadable(_WHAT) from None
    try:
        proof = _Proof.model_validate(json.loads(attached))
    except (ValueError, ValidationError, RecursionError):
        raise unreadable("La liste des citations jointe au PDF") from None
    return Contents(tuple(_held(proof, _flat(_without_feet(pages, title)))), proof.corpus)


def _opened(data: bytes) -> tuple[str, list[str], bytes]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if len(reader.pages) > _PAGES:
        raise UnreadableExport(f"{_WHAT} a plus de {_PAGES} pages.", "Vérifiez l’export tel qu’il a été fait.")
    attached: Any = reader.attachments.get(PROOF)
    if not attached:
        raise UnreadableExport(
            f"{_WHAT} ne contient pas la liste de ses citations\u00a0: ce n’est pas un export, ou il a été réimprimé.",
            "Vérifiez l’export tel qu’il a été fait.",
        )
    if len(attached[0]) > LARGEST:
        raise _too_big()
    title = (reader.metadata.title if reader.metadata else None) or ""
    return title, [_page_text(page) for page in reader.pages], attached[0]


def _page_text(page: Any) -> str:
    drawn = page.get_contents()
    if drawn is not None and len(drawn.get_data()) > _PAGE_BYTES:
        raise _too_big()
    text: str = page.extract_text()
    return text


def _too_big() -> UnreadableExport:
    return UnreadableExport(f"{_WHAT} est trop gros une fois décompressé.", "Vérifiez l’export tel qu’il a été fait.")


def _without_feet(pages: list[str], title: str) -> str:
    """The text of the pages, without the line at their foot that cuts a quote running over two of them."""
    return "".join(_FOOT.sub("", page.rstrip()).rstrip().removesuffix(title) for page in pages)


def _held(proof: _Proof, shown: str) -> Iterator[Found]:
    place = 0
    for citation in proof.citations:
        for quote in citation.quotes:
            wanted = _flat(coded(quote.text, carried))
            at = shown.find(wanted, place)
            place = at + len(wanted) if at >= 0 else place
            yield Found(quote.text, citation.words, Span(quote.start, quote.end), at >= 0)


def _flat(text: str) -> str:
    return _UNSEEN.sub("", text)
