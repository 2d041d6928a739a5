"""What a sheet says, as citations: whole sections, or the quotes of a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assistant.errors import UsageError
from assistant.export.document import Block, Box, Citation, Cited, Said
from assistant.export.reference import place_of
from assistant.export.text_form import SILENCE
from assistant.replies import Cell
from assistant.retrieval.quoting import cut_quote, silence
from assistant.values import Kind, Quote, Role, Section, Sheet, Status


def refuse_none(sheets: Sequence[Sheet]) -> None:
    """Refuse to make a document of no sheet.

    Raises:
        UsageError: there is none.
    """
    if not sheets:
        raise UsageError("Aucune fiche n’est choisie\u00a0: rien à exporter.", "Choisissez au moins une fiche.")


def said(sheet: Sheet, roles: Sequence[Role]) -> Box:
    """All that a sheet says in the sections of some roles, in its order; else why it says nothing."""
    sections = [section for section in sheet.sections if section.role in roles]
    found = [_whole(sheet, section) for section in sections if section.status is Status.FILLED]
    # a label may stand twice in a sheet, with the same values
    once = {(citation.section, *(quote.text for quote in citation.quotes)): citation for citation in reversed(found)}
    if once:
        return Box(tuple(once.values())[::-1])
    reasons = {silence(sheet, role) for role in roles}
    return Box(said=SILENCE[Status.PLACEHOLDER if Status.PLACEHOLDER in reasons else Status.EMPTY])


def boxed(sheet: Sheet, cell: Cell) -> Box:
    """A cell of a board."""
    return Box(tuple(cited(sheet, cell.quotes)), "" if cell.quotes else SILENCE[cell.status])


def flowing(box: Box) -> Iterator[Block]:
    """The box as paragraphs."""
    yield from map(Cited, box.citations)
    if not box.citations:
        yield Said(f"{box.said.capitalize()}.")


def cited(sheet: Sheet, quotes: Iterable[Quote]) -> Iterator[Citation]:
    """The citations of some quotes of a sheet: values of one choice together, every other quote alone."""
    structure, department = place_of(sheet)
    choices = {section.label for section in sheet.sections if section.kind is Kind.CHOICE}
    for label, run in groupby(quotes, key=lambda quote: quote.section):
        found = tuple(run)
        for group in [found] if label in choices else [(quote,) for quote in found]:
            cut = label not in choices and not group[0].whole
            yield Citation(sheet.title, structure, department, group, cut)


def _whole(sheet: Sheet, section: Section) -> Citation:
    spans = section.values if section.kind is Kind.CHOICE else ((section.start, section.end),)
    return next(cited(sheet, [cut_quote(sheet, section, *span) for span in spans]))
