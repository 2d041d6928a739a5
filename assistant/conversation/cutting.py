"""Quotes of whole sections, for boards and sessions: the beginning of a text, the values of a choice."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.corpus.schema import Schema
from assistant.language.folding import fold
from assistant.language.sentences import sentences
from assistant.replies import Cell
from assistant.retrieval.quoting import cut_quote, silence
from assistant.retrieval.sentence_scores import clauses_of
from assistant.values import Kind, Quote, Role, Section, Sheet, Span, Status


def cell(sheet: Sheet, role: Role, schema: Schema, most: int) -> Cell:
    """What a sheet says in the sections of a role, at most about ``most`` words a section."""
    filled = [section for section in sheet.sections_with(role) if section.status is Status.FILLED]
    said = [quote for section in filled for quote in section_quotes(sheet, section, schema, most)]
    # a label may stand twice in a sheet, with the same value
    quotes = tuple({(quote.section, quote.text): quote for quote in reversed(said)}.values())[::-1]
    return Cell(quotes, Status.FILLED if quotes else silence(sheet, role))


def section_quotes(sheet: Sheet, section: Section, schema: Schema, most: int) -> tuple[Quote, ...]:
    """Each value of a choice; the first sentences of a text that say something, never cut inside a clause."""
    if section.kind is Kind.CHOICE:
        return tuple(cut_quote(sheet, section, *value) for value in section.values)
    quoted: Span | None = None
    words = 0
    for span in spoken(sheet, section, schema):
        for clause in clauses_of(sheet, span):
            words += len(sheet.slice(*clause).split())
            if quoted and words > most:
                return (cut_quote(sheet, section, *quoted),)
            quoted = Span(quoted.start if quoted else clause.start, clause.end)
    return (cut_quote(sheet, section, *quoted),) if quoted else ()


def spoken(sheet: Sheet, section: Section, schema: Schema) -> Sequence[Span]:
    """The sentences of a text up to the first placeholder, those before which only placeholders stand."""
    found: list[Span] = []
    for span in sentences(sheet.slice(section.start, section.end), section.start):
        if not schema.is_placeholder(sheet.slice(*span)):
            found.append(span)
        elif found:
            break
    return found


def said_in(sheet: Sheet, section: Section, schema: Schema) -> list[Span]:
    """Every sentence of a text that says something."""
    spans = sentences(sheet.slice(section.start, section.end), section.start)
    return [span for span in spans if not schema.is_placeholder(sheet.slice(*span))]


def aligned(text: str) -> str:
    """The text folded letter by letter, at the same offsets: a ligature keeps its first letter."""
    return "".join((fold(char) or char)[0] for char in text)
