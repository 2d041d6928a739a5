"""An export as a PDF: tagged (PDF/UA-1, PDF/A-3a), fonts within, bookmarks, pages numbered; set by Typst.

A text layer wraps lines, so the exact quotes travel in the file as an attachment; ``pdf_reader`` holds
what a person sees against it. A character that no font at hand can show is shown as its code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from assistant.errors import FailureError
from assistant.export.coding import coded
from assistant.export.document import (
    Block,
    Box,
    Citation,
    Cited,
    Document,
    Heading,
    Line,
    Note,
    PageBreak,
    Ruled,
    Said,
    Table,
)
from assistant.export.pdf_tables import with_row_headers
from assistant.export.reference import full_reference, plain_words, short_reference
from assistant.export.wording import AUTHOR, MY_NOTE, check_line, made_line

PROOF: Final = "citations.json"
_TEMPLATE = Path(__file__).with_name("page.typ")
_STANDARDS: Final = ("a-3a", "ua-1")
_SANS = "font_source_sans_pro"
# what the fonts show and the text layer gives back as it was; a test holds it
_SHOWN: Final = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x1DD), (0x218, 0x21D), (0x391, 0x3A1), (0x3A3, 0x3A9), (0x3B1, 0x3C9),
    (0x400, 0x45F), (0x1E80, 0x1E85), (0x1E9A, 0x1EFF), (0x2000, 0x200A), (0x2010, 0x2027), (0x202F, 0x2040),
    (0x2070, 0x2071), (0x2074, 0x208E), (0x20A0, 0x20BF), (0x2190, 0x2246), (0x2248, 0x22AB), (0x22AD, 0x22E9),
    (0x22EE, 0x23FF), (0x2460, 0x262F), (0x2638, 0x268B), (0x2701, 0x2704), (0x2706, 0x2709), (0x270C, 0x2727),
    (0x2729, 0x274B), (0x2761, 0x277F), (0x2794, 0x2794), (0x2798, 0x27AF), (0x27B1, 0x27BE),
)  # fmt: skip


def carried(char: str) -> bool:
    """True for a character that the pages can show; a line break is one, a tab is a space there."""
    return char in "\n\t" or any(first <= ord(char) <= last for first, last in _SHOWN)


def render_pdf(document: Document) -> bytes:
    """The file; A4.

    Raises:
        FailureError: the pages cannot be set.
    """
    import typst

    data = {
        "title": _shown(document.title),
        "author": AUTHOR,
        "keywords": f"corpus {document.corpus_version}",
        "year": document.made_on.year,
        "month": document.made_on.month,
        "day": document.made_on.day,
        "made": _shown(made_line(document)),
        "check": check_line(),
        "note": MY_NOTE,
        "pages": list(_pages(document)),
        "proof": {
            "name": PROOF,
            "json": json.dumps(proof(document), ensure_ascii=False, indent=1),
            "description": "Les citations de ce document, avec leur place dans les fichiers sources.",
        },
    }
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        pages = typst.compile(_TEMPLATE, sys_inputs=inputs, font_paths=_fonts(), pdf_standards=list(_STANDARDS))
    except typst.TypstError as error:
        raise FailureError(
            f"Le PDF ne peut pas être mis en pages ({error.message}).", "Choisissez un autre format, par exemple docx."
        ) from None
    return with_row_headers(pages)


def proof(document: Document) -> dict[str, Any]:
    """The exact quotes in the order in which they are shown, those of a citation before its reference."""
    return {"format": 1, "corpus": document.corpus_version, "citations": list(map(_proved, document.citations))}


def _proved(citation: Citation) -> dict[str, Any]:
    return {
        "words": plain_words(citation.title, citation.section, citation.source),
        "quotes": [{"text": quote.text, "start": quote.start, "end": quote.end} for quote in citation.quotes],
    }


@cache
def _fonts() -> Any:
    """The serif and the symbols that Typst brings, the sans serif of its package, and none of the machine's."""
    import typst

    package = find_spec(_SANS)
    places = [Path(place) / "files" for place in (package.submodule_search_locations or ())] if package else []
    return typst.Fonts(include_system_fonts=False, font_paths=places)


def _pages(document: Document) -> Iterator[Mapping[str, Any]]:
    """The blocks from one break to the next, which lie the same way."""
    wide = document.wide
    blocks: list[Mapping[str, Any]] = []
    for block in document.blocks:
        if isinstance(block, PageBreak):
            yield {"wide": wide, "blocks": blocks}
            wide, blocks = block.wide, []
        else:
            blocks.append(_block(block))
    yield {"wide": wide, "blocks": blocks}


def _block(block: Block) -> Mapping[str, Any]:
    match block:
        case Heading(text, level):
            return {"kind": "heading", "text": _shown(text), "level": level}
        case Said(text):
            return {"kind": "said", "text": _shown(text)}
        case Note(_, text):
            return {"kind": "note", "text": _shown(text)}
        case Cited(citation):
            return {"kind": "cited", "citation": _citation(citation, full_reference(citation))}
        case Table(header, lines):
            return {"kind": "table", "header": list(map(_shown, header)), "lines": list(map(_line, lines))}
        case Ruled(count):
            return {"kind": "ruled", "count": count}
        case PageBreak():
            raise ValueError("a break stands between pages")


def _line(line: Line) -> dict[str, Any]:
    return {"name": _shown(line.name), "boxes": list(map(_box, line.boxes))}


def _box(box: Box) -> dict[str, Any]:
    citations = [_citation(citation, short_reference(citation)) for citation in box.citations]
    return {"citations": citations, "said": _shown(box.said)}


def _citation(citation: Citation, reference: str) -> dict[str, Any]:
    return {"texts": [_shown(quote.text) for quote in citation.quotes], "reference": _shown(reference)}


def _shown(text: str) -> str:
    return coded(text, carried)
