"""An export as a table for French Excel: one row a quote, ``;`` between fields, UTF-8 with its mark; read back too.

A cell that a spreadsheet would run as a formula begins with « ' »; so does one that begins with « ' »,
so that taking the first one away always gives the text back.
"""

from __future__ import annotations

import csv
import io
from typing import Final

from assistant.export.document import Document
from assistant.export.found import Contents, Found, unreadable
from assistant.export.reference import plain_words
from assistant.values import Span

HEADER: Final = ("fiche", "rubrique", "citation", "fichier", "début", "fin", "corpus", "note")
_RUN: Final = frozenset("=+-@＝＋－＠")
_LEADING: Final = frozenset("\t\r\n'")
_LONGEST: Final = 10_000_000  # characters of a field


def render_csv(document: Document) -> bytes:
    """The file; what is no quote (headings, blanks to fill) has no row."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    notes = document.notes
    for citation in document.citations:
        for quote in citation.quotes:
            texts = (citation.title, citation.section, quote.text, quote.source)
            ends = (document.corpus_version, notes.get(citation.title, ""))
            writer.writerow([*map(_harmless, texts), quote.start, quote.end, *map(_harmless, ends)])
    return ("\ufeff" + file.getvalue()).encode()


def is_csv(text: str) -> bool:
    """True when the first line is the header of such a table, whatever parts its fields."""
    first = text.split("\n", 1)[0]
    return all(name in first for name in HEADER[:6])


def read_csv(text: str) -> Contents:
    """Every row of the table; a row whose reference is gone or is no number keeps its text alone.

    Raises:
        UnreadableExport: it is not a table, or lacks a column.
    """
    csv.field_size_limit(_LONGEST)
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise unreadable("Le tableau CSV") from None
    if any(name not in row for row in rows[:1] for name in HEADER[:6]):
        raise unreadable("Le tableau CSV")
    version = next((row["corpus"] for row in rows if row.get("corpus")), "")
    return Contents(tuple(_found(row) for row in rows if row["citation"]), _plain(version))


def _found(row: dict[str, str]) -> Found:
    title, section, text, source = (_plain(row[name] or "") for name in HEADER[:4])
    try:
        span = Span(int(row["début"]), int(row["fin"]))
    except (ValueError, TypeError):
        return Found(text, None, None)
    return Found(text, plain_words(title, section, source) if source else None, span)


def _harmless(text: str) -> str:
    first, shown = text[:1], text.lstrip()[:1]
    return f"'{text}" if first and (first in _LEADING or (shown and shown in _RUN)) else text


def _plain(text: str) -> str:
    return text.removeprefix("'")
