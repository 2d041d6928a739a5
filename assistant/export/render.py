"""The formats of an export, listed once: how each is rendered and called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from assistant.export.document import Document
from assistant.language.folding import fold

_LONGEST = 60  # characters of a file name, before its extension


class Format(NamedTuple):
    """``name`` is French, ``media`` is what browsers are told; ``load`` imports the renderer."""

    name: str
    media: str
    load: Callable[[], Callable[[Document], bytes]]


def _markdown() -> Callable[[Document], bytes]:
    from assistant.export.markdown import render_markdown

    return render_markdown


def _docx() -> Callable[[Document], bytes]:
    from assistant.export.docx import render_docx

    return render_docx


def _pdf() -> Callable[[Document], bytes]:
    from assistant.export.pdf import render_pdf

    return render_pdf


def _csv() -> Callable[[Document], bytes]:
    from assistant.export.csv_form import render_csv

    return render_csv


FORMATS: Mapping[str, Format] = {
    "docx": Format("Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx),
    "pdf": Format("PDF", "application/pdf", _pdf),
    "md": Format("Markdown", "text/markdown; charset=utf-8", _markdown),
    "csv": Format("tableau CSV", "text/csv; charset=utf-8", _csv),
}


def render(document: Document, format_name: str) -> bytes:
    """The file of a document, in one of ``FORMATS``.

    Raises:
        KeyError: there is no such format.
    """
    return FORMATS[format_name].load()(document)


def filename(document: Document, format_name: str) -> str:
    """A name that every system takes: title and date, without accents."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in fold(document.title)).split()
    title = "-".join(words)[:_LONGEST].strip("-") or "fiches"
    return f"{title}-{document.made_on.isoformat()}.{format_name}"
