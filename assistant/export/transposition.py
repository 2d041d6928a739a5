"""One sheet to carry over: its means, place, steps and limits in its own words, and a column to fill at home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assistant.conversation.cutting import said_in
from assistant.corpus.schema import Schema
from assistant.export.board import with_blank
from assistant.export.citing import cited, said
from assistant.export.document import Block, Box, Document, Heading, Line, Note, Ruled, Table
from assistant.export.text_form import SILENCE
from assistant.language.durations import tells_duration
from assistant.retrieval.quoting import cut_quote
from assistant.values import Kind, Quote, Role, Sheet, Status

AT_HOME = "Chez nous"
_ROWS = (
    ("L’idée", (Role.SUMMARY,)),
    ("Pour qui", (Role.PUBLIC,)),
    ("Budget", (Role.FUNDING,)),
    ("Personnes", (Role.PEOPLE,)),
    ("Partenaires", (Role.PARTNERS,)),
    ("Durée et moments", ()),
    ("Lieu", (Role.TERRITORY, Role.ORGANISER)),
    ("Étapes", (Role.DESCRIPTION,)),
    ("Limites", (Role.LIMITS,)),
    ("Perspectives", (Role.PERSPECTIVES,)),
)
_LINES = 6


def transposition_document(
    sheet: Sheet, schema: Schema, corpus_version: str, made_on: date, note: str = ""
) -> Document:
    """A table of three columns: what to think of, what the sheet says of it, what to write in."""
    lines = []
    for name, roles in _ROWS:
        box = said(sheet, roles) if roles else _durations(sheet, schema)
        lines.append(with_blank(Line(name, (box,))))
    blocks: list[Block] = [Heading(sheet.title, 1)]
    if note.strip():
        blocks.append(Note(sheet.title, note))
    blocks.append(Table(("Rubrique", "Ce qu’en dit la fiche", AT_HOME), tuple(lines)))
    blocks += [Heading("Nos premiers pas", 1), Ruled(_LINES)]
    return Document("Transposer une action", corpus_version, made_on, tuple(blocks))


def _durations(sheet: Sheet, schema: Schema) -> Box:
    """The sentences that tell how long, how often or when, wherever they stand: no label asks for it."""
    quotes = tuple(_telling(sheet, schema))
    return Box(tuple(cited(sheet, quotes)), "" if quotes else SILENCE[Status.EMPTY])


def _telling(sheet: Sheet, schema: Schema) -> Iterator[Quote]:
    for section in sheet.sections:
        if section.kind is Kind.TEXT and section.status is Status.FILLED:
            for span in said_in(sheet, section, schema):
                if tells_duration(sheet.slice(*span)):
                    yield cut_quote(sheet, section, *span)
