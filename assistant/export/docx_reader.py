"""Reads the quotes of a Word document back, as ``docx`` wrote them and as people may have changed them.

The file may come from anywhere: what it unpacks to is bounded, and its XML is read without entities.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from assistant.corpus.archive import DAMAGED
from assistant.export.coding import decoded
from assistant.export.docx import NOTE, QUOTE, carried
from assistant.export.found import LARGEST, Contents, Found, UnreadableExport, paired, unreadable
from assistant.export.reference import Reference, read_reference

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXTS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_GONE = frozenset((f"{_WORD}del", f"{_WORD}moveFrom", f"{_WORD}pPr", f"{_WORD}rPr", _FALLBACK))
_VERSION = re.compile(r"\(corpus ([0-9a-z]{1,64})\)")
_WHAT = "Le document Word"
_LONGEST_REFERENCE = 4000


def read_docx(data: bytes) -> Contents:
    """Every quote of the body and its tables, in their order; those whose reference is gone too.

    Raises:
        UnreadableExport: no Word document, damaged, or too big once unpacked.
    """
    body, styles = _parts(data)
    names = _style_names(styles)
    read = list(_paragraphs(body, names))
    version = next((found[1] for _, _, text in read if (found := _VERSION.search(text))), "")
    return Contents(tuple(_quotes(read)), version)


def _parts(data: bytes) -> tuple[Any, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            sizes = {part.filename: part.file_size for part in packed.infolist()}
            wanted = ("word/document.xml", "word/styles.xml")
            if sum(sizes.get(name, 0) for name in wanted) > LARGEST:
                raise UnreadableExport(
                    f"{_WHAT} est trop gros une fois décompressé.", "Vérifiez l’export tel qu’il a été fait."
                )
            return tuple(_parsed(packed.read(name)) for name in wanted)
    except KeyError:
        raise UnreadableExport(
            "Ce fichier n’est pas un document Word.", "Enregistrez-le au format .docx, puis vérifiez-le."
        ) from None
    except DAMAGED:
        raise unreadable(_WHAT) from None


def _parsed(xml: bytes) -> Any:
    # a Word document declares no entity: one that does is hostile
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        raise unreadable(_WHAT) from None
    if root.getroottree().docinfo.doctype:
        raise unreadable(_WHAT)
    return root


def _style_names(styles: Any) -> Mapping[str, str]:
    """The name of every style by the id that paragraphs give; Word and LibreOffice may change ids, not names."""
    found = {}
    for style in styles.iter(f"{_WORD}style"):
        name = style.find(f"{_WORD}name")
        if name is not None:
            found[style.get(f"{_WORD}styleId", "")] = name.get(f"{_WORD}val", "")
    return found


def _paragraphs(body: Any, names: Mapping[str, str]) -> Iterator[tuple[Any, str, str]]:
    """Each paragraph with what holds it, the name of its style and its text."""
    for paragraph in body.iter(f"{_WORD}p"):
        style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
        name = names.get(style.get(f"{_WORD}val", ""), "") if style is not None else ""
        yield paragraph.getparent(), name, "".join(_texts(paragraph))


def _texts(element: Any) -> Iterator[str]:
    """The text that a reader sees; what tracked changes took away is not seen."""
    for child in element:
        if child.tag in _GONE or not isinstance(child.tag, str) or child.tag == f"{_WORD}p":
            continue
        name = child.tag.removeprefix(_WORD)
        if name == "t":
            yield child.text or ""
        elif name in _TEXTS:
            yield _TEXTS[name]
        else:
            yield from _texts(child)


def _quotes(read: list[tuple[Any, str, str]]) -> Iterator[Found]:
    pieces: list[str | Reference] = []
    holder, last = None, ""
    for parent, style, text in [*read, (None, "", "")]:
        reference = _reference(text) if style != NOTE else None
        if reference is not None and parent is holder and not pieces and last:
            pieces.append(last)  # a quote whose style was changed still stands before its reference
        if parent is not holder or (reference is None and style != QUOTE):
            yield from paired(iter(pieces))
            pieces = []
        if reference is not None:
            pieces.append(reference)
            yield from paired(iter(pieces))
            pieces = []
        elif style == QUOTE and text:
            pieces.append(decoded(text, carried))
        holder, last = parent, "" if reference is not None else decoded(text, carried)


def _reference(text: str) -> Reference | None:
    return read_reference(decoded(text, carried)) if len(text) < _LONGEST_REFERENCE else None
