"""Passages: content sections cut into pieces short enough to embed and to quote, by exact spans."""

from __future__ import annotations

from functools import lru_cache

from langchain_text_splitters import RecursiveCharacterTextSplitter

from assistant.corpus.schema import Schema
from assistant.language.sentences import sentences
from assistant.values import Kind, Passage, Role, Section, Sheet, Span, Status

PASSAGE_CHARACTERS = 300
OVERVIEW_CHARACTERS = 1800
_MOST_READ = 1800  # characters of a passage: more than that is one word, whose vector says nothing
_OVERVIEW = (Role.SUMMARY, Role.DESCRIPTION)
_SEPARATORS = [r"\n", r"(?<=[.!?…]) ", r"(?<=[;:,]) ", r" "]


def split_sheet(sheet: Sheet, schema: Schema) -> list[Passage]:
    """The passages of a sheet, in the order of its text.

    Choices, empty sections and placeholders make none: short metadata attracts every question, and
    a placeholder is not content.
    """
    return [
        Passage(sheet.id, index, span.start, span.end)
        for index, section in enumerate(sheet.sections)
        if section.kind is Kind.TEXT and section.status is Status.FILLED
        for span in _content(sheet, section, schema)
    ]


def passage_text(sheet: Sheet, passage: Passage) -> str:
    """What is embedded: title and label say what a short passage is about."""
    label = sheet.sections[passage.section].label
    return f"{sheet.title}. {label}\n{sheet.slice(passage.start, passage.end)[:_MOST_READ]}"


def overview_text(sheet: Sheet) -> str:
    """What is embedded for a whole sheet: its title, then its summary and description as far as they fit."""
    said = [
        sheet.slice(section.start, section.end)
        for section in sheet.sections
        if section.role in _OVERVIEW and section.kind is Kind.TEXT and section.status is Status.FILLED
    ]
    return f"{sheet.title}. {' '.join(said)}"[:OVERVIEW_CHARACTERS]


def _content(sheet: Sheet, section: Section, schema: Schema) -> list[Span]:
    spans: list[Span] = []
    for start, end in split_text(sheet.slice(section.start, section.end), section.start):
        text = sheet.slice(start, end)
        said = [s for s in sentences(text, start) if not schema.is_placeholder(sheet.slice(s.start, s.end))]
        if said:
            spans.append(Span(said[0].start, said[-1].end))
    return spans


def split_text(text: str, offset: int = 0) -> list[Span]:
    """Consecutive spans that tile ``text``, each of about ``PASSAGE_CHARACTERS`` at most.

    The splitter gives strings, by default stripped and with no position; told to keep separators
    and white space, its pieces concatenate to the text, so positions follow by adding lengths.
    """
    spans: list[Span] = []
    position = 0
    for piece in _splitter().split_text(text):
        if text[position : position + len(piece)] != piece:
            raise AssertionError(f"the splitter changed the text at {offset + position}")
        spans.append(Span(offset + position, offset + position + len(piece)))
        position += len(piece)
    if position != len(text):
        raise AssertionError(f"the splitter lost text from {offset + position}")
    return spans


@lru_cache(maxsize=1)
def _splitter() -> RecursiveCharacterTextSplitter:
    return RecursiveCharacterTextSplitter(
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
        chunk_size=PASSAGE_CHARACTERS,
        chunk_overlap=0,
    )
