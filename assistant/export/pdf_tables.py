"""Row headers in the tables of a tagged PDF: Typst only tags those of columns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

_VERSION = "%PDF-1.7"


def with_row_headers(pages: bytes) -> bytes:
    """The same PDF, in which the first cell of each row below the header is a header of its row."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages)))
    writer.pdf_header = _VERSION
    root = writer.root_object["/StructTreeRoot"].get_object()
    for body in _elements(root, "/TBody"):
        for row in _elements(body, "/TR"):
            first = next(_children(row))
            scope = {NameObject("/O"): NameObject("/Table"), NameObject("/Scope"): NameObject("/Row")}
            first[NameObject("/S")] = NameObject("/TH")
            first[NameObject("/A")] = ArrayObject([DictionaryObject(scope)])
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _elements(element: Any, kind: str) -> Iterator[Any]:
    """The elements of this kind, none within another."""
    for child in _children(element):
        if child["/S"] == kind:
            yield child
        else:
            yield from _elements(child, kind)


def _children(element: Any) -> Iterator[Any]:
    """The elements below one, without the marks of content in a page."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        child = kid.get_object()
        if hasattr(child, "get") and "/S" in child:
            yield child
