"""One sheet to carry over: its means, place, steps and limits in its own words, and a column to fill at home."""

from __future__ import annotations

from datetime import date

from assistant.conversation.transposition import transposition
from assistant.corpus.schema import Schema
from assistant.export.board import with_blank
from assistant.export.citing import boxed, said
from assistant.export.document import Block, Document, Heading, Line, Note, Ruled, Table
from assistant.values import Sheet

AT_HOME = "Chez nous"
_LINES = 6


def transposition_document(
    sheet: Sheet, schema: Schema, corpus_version: str, made_on: date, note: str = ""
) -> Document:
    """A table of three columns: what to think of, all that the sheet says of it, what to write in."""
    lines = []
    for line in transposition(sheet, schema):
        box = said(sheet, line.roles) if line.roles else boxed(sheet, line.cell)
        lines.append(with_blank(Line(line.name, (box,))))
    blocks: list[Block] = [Heading(sheet.title, 1)]
    if note.strip():
        blocks.append(Note(sheet.title, note))
    blocks.append(Table(("Rubrique", "Ce qu’en dit la fiche", AT_HOME), tuple(lines)))
    blocks += [Heading("Nos premiers pas", 1), Ruled(_LINES)]
    return Document("Transposer une action", corpus_version, made_on, tuple(blocks))
